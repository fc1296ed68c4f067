/**
 * Draining the box: each letter is opened, checked and acted upon, what it led to is stored durably, and only then is it deleted at the
 * node. A letter that comes twice is dropped by its id.
 */
import {
  CryptoError,
  decodeGroup,
  encodeGroup,
  epoch,
  genesisHead,
  groupId,
  join,
  logIdOf,
  MlsRefused,
  openLetter,
  ownMember,
  readKeyPackage,
  verifyAskProof,
  cardKeys,
} from "@baraza/crypto";
import type { Bytes, Letter, Profile, Reply } from "@baraza/protocol";
import {
  askBody,
  encodeCbor,
  enrolBody,
  equalBytes,
  genesis as genesisSchema,
  LIMITS,
  ProtocolError,
  readAs,
  refusedBody,
  toHex,
  welcomeBody,
  writeAs,
} from "@baraza/protocol";
import { boxPrivateKeys, fetchBoxKeys, tendBoxKeys } from "../account/box-keys.ts";
import { ownBoxes, replaceDeviceBox } from "../account/boxes.ts";
import { tendVault } from "../account/vault.ts";
import type { Core } from "../core.ts";
import { noteHubLeads } from "../leading/reducer.ts";
import { packKeys } from "../leading/state.ts";
import { LEADING_TABLES } from "../leading/tables.ts";
import type { SqlTx } from "../ports.ts";
import { addIntent } from "../spaces/commit.ts";
import { prepare, writeOutbox } from "../spaces/post.ts";
import { seatIdOfKey } from "../spaces/seat.ts";
import { profilePayload } from "../spaces/profile.ts";
import { writeOrganisation } from "../spaces/organisation.ts";
import { checksFor, infoOf, rosterOf, stewardsOf, writeRoster } from "../spaces/roster.ts";
import { insertSpace } from "../spaces/rows.ts";
import type { SpaceRow, SpaceRuntime } from "../spaces/runtime.ts";
import { forgetRuntime, keysOf, runtimeOf } from "../spaces/runtime.ts";
import { sealFor, writeLetters } from "./send.ts";

type Opened = Awaited<ReturnType<typeof openLetter>>;
/** What a letter leads to: written in one transaction with the note that it was read. */
type Outcome = {
  write: (tx: SqlTx) => void;
  kick: string | null;
  /** The space that this changes beneath its runtime: nothing else happens to it meanwhile. */
  space?: SpaceRuntime | null;
};

const NOTHING: Outcome = { write: () => {}, kick: null };

/** Reads everything in this device's boxes. Call it from one place at a time. */
export async function drainBox(core: Core): Promise<void> {
  for (const boxId of await ownBoxes(core)) {
    try {
      await drain(core, boxId);
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.code !== "not_found") throw error;
      if (equalBytes(boxId, core.me().boxId)) throw error;
      await replaceDeviceBox(core);
    }
  }
  await tendBoxKeys(core, true, () => tendVault(core));
  // What came too late to be answered never will be: the private halves go.
  await core.store.run("DELETE FROM key_packages WHERE expires < ?", [core.platform.clock.now()]);
}

async function drain(core: Core, boxId: Bytes): Promise<void> {
  let after = 0;
  for (;;) {
    const { letters, more } = await core.own.call("boxes.read", { boxId, after, limit: 50 });
    for (const row of letters) await readLetter(core, row);
    const last = letters.at(-1)?.seq;
    if (last === undefined) return;
    after = last;
    await core.own.call("boxes.delete", { boxId, upTo: last });
    if (!more) return;
  }
}

/** Reads one letter and stores what it led to. */
export async function readLetter(
  core: Core,
  row: { letterId: Bytes; letter: Bytes },
): Promise<void> {
  const letterId = toHex(row.letterId);
  const known = await core.store.get("SELECT 1 AS one FROM letters_in WHERE letter_id = ?", [
    letterId,
  ]);
  let outcome = NOTHING;
  if (known === undefined) {
    try {
      const letter = await openOwn(core, row.letter);
      // The id outside is the node's word only: an old letter under a new one would be acted upon again.
      if (!equalBytes(letter.letterId, row.letterId)) throw new CryptoError("bad_letter");
      outcome = await act(core, letter);
    } catch (error) {
      // Not for us, altered, or of a kind that makes no sense here: nothing that a later try could mend.
      if (
        !(error instanceof CryptoError) &&
        !(error instanceof ProtocolError) &&
        !(error instanceof MlsRefused)
      )
        throw error;
      if (error instanceof ProtocolError && error.code === "unavailable") throw error;
    }
  }
  const keep = () =>
    core.store.transaction((tx) => {
      tx.run("INSERT OR IGNORE INTO letters_in VALUES (?, ?)", [
        letterId,
        core.platform.clock.now(),
      ]);
      outcome.write(tx);
    });
  await (outcome.space ? outcome.space.queue(keep) : keep());
  if (outcome.kick !== null) core.kick({ space: outcome.kick, letters: true, vault: true });
}

/** Opens a letter, if need be with a key that another device of the account has made: whoever reads it here deletes it. */
async function openOwn(core: Core, letter: Bytes): Promise<Opened> {
  const me = core.me().identityId;
  try {
    return await openLetter({ letter, keys: await boxPrivateKeys(core), me });
  } catch (error) {
    if (!(error instanceof CryptoError) || error.code !== "no_key") throw error;
  }
  await fetchBoxKeys(core);
  return openLetter({ letter, keys: await boxPrivateKeys(core), me });
}

function act(core: Core, letter: Opened): Promise<Outcome> {
  const { kind } = letter;
  if (kind === "ask") return asked(core, letter);
  if (kind === "enrol") return enrolled(core, letter);
  if (kind === "welcome") return welcomed(core, letter);
  if (kind === "refused") return refused(letter);
  if (kind.startsWith("share")) return shared(core, letter);
  return Promise.resolve(NOTHING);
}

/** About shares, one's own or somebody's. */
async function shared(core: Core, letter: Opened): Promise<Outcome> {
  const { actOnShareLetter } = await import("../recovery/recovery-work.ts");
  const write = await actOnShareLetter(core, letter);
  if (write === null) return NOTHING;
  const kick = () => core.kick({ letters: true, vault: true, recovery: true });
  return {
    write: (tx) => {
      write(tx);
      tx.afterCommit(kick);
    },
    kick: null,
  };
}

/** Somebody has one of our links: prove it, and their device is let in without asking anybody. */
async function asked(core: Core, letter: Opened): Promise<Outcome> {
  const body = readAs(askBody, letter.body, LIMITS.letterBytes);
  const id = toHex(letter.sender.identityId);
  const card = await core.store.get<{ log_id: string; secret: Bytes; expires: number }>(
    "SELECT log_id, secret, expires FROM cards WHERE card_id = ?",
    [toHex(body.cardId)],
  );
  if (card === undefined) return NOTHING;
  const { proofKey } = cardKeys(card.secret);
  if (!verifyAskProof(proofKey, letter.sender.identityId, body.keyPackages, body.proof))
    return NOTHING;
  if (!equalBytes(body.reply.identityId, letter.sender.identityId)) return NOTHING;
  await onlyOwnDevices(body.keyPackages, id);
  const present = await core.store.get<{ count: number }>(
    "SELECT count(*) AS count FROM members WHERE log_id = ? AND present = 1",
    [card.log_id],
  );
  const reason =
    card.expires < core.platform.clock.now()
      ? "expired"
      : (present?.count ?? 0) >= LIMITS.members
        ? "full"
        : null;
  if (reason !== null) {
    const answer = await sealFor(
      core,
      body.reply,
      "refused",
      writeAs(refusedBody, { cardId: body.cardId, reason }),
    );
    return { write: (tx) => writeLetters(tx, [answer]), kick: card.log_id };
  }
  const data = writeAs(addIntent, { keyPackages: body.keyPackages, reply: body.reply });
  const { profile } = body;
  return {
    write: (tx) => {
      tx.run("INSERT INTO intents (log_id, kind, data) VALUES (?, 'add', ?)", [card.log_id, data]);
      tx.run(
        `INSERT INTO people VALUES (?, ?, ?, 'invited', ?)
         ON CONFLICT (identity_id) DO UPDATE SET name = excluded.name, address = excluded.address,
           state = CASE WHEN state = 'met' THEN 'met' ELSE 'invited' END`,
        [id, profile.name, profile.address, core.platform.clock.now()],
      );
    },
    kick: card.log_id,
  };
}

/** A device of somebody who is in the space wants its place (back). */
async function enrolled(core: Core, letter: Opened): Promise<Outcome> {
  const body = readAs(enrolBody, letter.body, LIMITS.letterBytes);
  const logId = toHex(body.logId);
  const id = toHex(letter.sender.identityId);
  const member = await core.store.get<{ present: number }>(
    "SELECT present FROM members WHERE log_id = ? AND identity_id = ?",
    [logId, id],
  );
  if (member?.present !== 1 || !equalBytes(body.reply.identityId, letter.sender.identityId))
    return NOTHING;
  await onlyOwnDevices(body.keyPackages, id);
  const data = writeAs(addIntent, {
    keyPackages: body.keyPackages,
    reply: body.reply,
    ...(body.gone === undefined ? {} : { gone: body.gone }),
  });
  return {
    write: (tx) =>
      tx.run("INSERT INTO intents (log_id, kind, data) VALUES (?, 'add', ?)", [logId, data]),
    kick: logId,
  };
}

/** Key packages of somebody else's devices do not come in under a letter's signature. @throws CryptoError, MlsRefused */
async function onlyOwnDevices(keyPackages: readonly Bytes[], identity: string): Promise<void> {
  for (const keyPackage of keyPackages) {
    const view = await readKeyPackage(keyPackage);
    const { id } = await infoOf(view.credential, view.signatureKey);
    if (id !== identity) throw new CryptoError("bad_letter");
  }
}

/** We are let in. */
async function welcomed(core: Core, letter: Opened): Promise<Outcome> {
  const body = readAs(welcomeBody, letter.body, LIMITS.letterBytes);
  const logId = toHex(body.logId);
  const genesis = readAs(genesisSchema, body.genesis, LIMITS.genesisBytes);
  const asking = await core.store.get<{ inviter: string }>(
    "SELECT inviter FROM joins WHERE log_id = ? AND (inviter = '' OR inviter = ?)",
    [logId, toHex(letter.sender.identityId)],
  );
  const mine = await core.store.get<{
    key_package: Bytes;
    private_parts: Bytes;
    seat_key: Bytes;
    purpose: string;
  }>("SELECT key_package, private_parts, seat_key, purpose FROM key_packages WHERE ref = ?", [
    toHex(body.keyPackageRef),
  ]);
  // Only where this device asked, with the key package that it made for that space.
  if (mine === undefined || asking === undefined || mine.purpose !== logId) return NOTHING;
  if (!equalBytes(logIdOf(body.genesis), body.logId) || body.hub !== genesis.hub) return NOTHING;
  const group = await join(
    {
      keyPackage: mine.key_package,
      privateParts: mine.private_parts,
      welcome: body.welcome,
      tree: body.tree,
    },
    checksFor(null, new Set()),
  );
  // The group that the log's genesis names, not another one behind its name.
  if (!equalBytes(groupId(group), genesis.nonce)) return NOTHING;
  const members = await rosterOf(group);
  const stewards = stewardsOf(group);
  if (!members.some((one) => equalBytes(one.info.identity, letter.sender.identityId)))
    return NOTHING;
  const { contentKey } = await keysOf(group);
  await core.remote.pin(body.hub, body.hubKey);
  const former = await runtimeOf(core, logId);
  const fresh = former === null || former.row.state !== "active";
  const seatId = seatIdOfKey(ownMember(group).seatKey);
  const profile = prepare(core, {
    type: "space.profile",
    payload: await profilePayload(core, genesis.nonce),
  });
  const all = body.readFrom === 0;
  const resume = fresh || former === null ? null : await resumeAt(core, former.row);
  return {
    write: (tx) => {
      tx.run("DELETE FROM key_packages WHERE ref = ?", [toHex(body.keyPackageRef)]);
      tx.run("DELETE FROM joins WHERE log_id = ?", [logId]);
      if (resume !== null) return comeBack(tx, core, resume);
      for (const table of [
        "events",
        "entries",
        "epochs",
        "devices",
        "members",
        "outbox",
        "append_requests",
        "pending_commits",
        "intents",
        "activity",
        "notices",
        ...LEADING_TABLES,
      ])
        tx.run(`DELETE FROM ${table} WHERE log_id = ?`, [logId]);
      for (const table of core.tools.flatMap((tool) => tool.derived))
        tx.run(`DELETE FROM ${table} WHERE log_id = ?`, [logId]);
      insertSpace(tx, {
        logId,
        hub: body.hub,
        hubKey: body.hubKey,
        genesis: body.genesis,
        kind: genesis.kind,
        history: genesis.history,
        title: body.title,
        created: core.platform.clock.now(),
        gen: body.gen,
        seq: all ? 0 : body.seq,
        head: all ? genesisHead(body.genesis) : body.head,
        readFrom: body.seq,
        epoch: all ? 0 : epoch(group),
        mls: encodeGroup(group),
        seatId,
        seatKey: mine.seat_key,
      });
      for (const { epoch: number, key } of body.ring.epochs)
        tx.run("INSERT OR IGNORE INTO epochs VALUES (?, ?, ?)", [logId, number, key]);
      // The history that the hub shows has to lead to where we were let in.
      tx.run("INSERT INTO entries (log_id, seq, head) VALUES (?, ?, ?)", [
        logId,
        body.seq,
        body.head,
      ]);
      tx.run("INSERT OR REPLACE INTO epochs VALUES (?, ?, ?)", [logId, epoch(group), contentKey]);
      writeRoster(tx, logId, members, stewards);
      writeOrganisation(tx, logId, group);
      for (const one of body.people ?? []) introduce(tx, logId, one);
      if (body.leads !== undefined) noteHubLeads(tx, logId, packKeys(body.leads));
      writeOutbox(tx, core, logId, profile);
      tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
      tx.afterCommit(() => forgetRuntime(core, logId));
    },
    kick: logId,
    space: former,
  };

  /** A stuck device is back: it keeps what it has, takes the new state, and reads again from where it could not follow. */
  function comeBack(
    tx: SqlTx,
    running: Core,
    from: { seq: number; head: Bytes; epoch: number },
  ): void {
    const id = logId;
    tx.run(
      `UPDATE spaces SET mls = ?, previous_mls = NULL, previous_seq = 0, seq = ?, head = ?, read_from = ?, epoch = ?, seat_id = ?, seat_key = ?,
         push_until = 0, trouble = NULL, trouble_identity = NULL WHERE log_id = ?`,
      [
        encodeGroup(group),
        from.seq,
        from.head,
        body.seq,
        from.epoch,
        seatId,
        mine?.seat_key ?? new Uint8Array(),
        id,
      ],
    );
    tx.run("INSERT OR REPLACE INTO epochs VALUES (?, ?, ?)", [id, epoch(group), contentKey]);
    for (const { epoch: number, key } of body.ring.epochs)
      tx.run("INSERT OR IGNORE INTO epochs VALUES (?, ?, ?)", [id, number, key]);
    writeRoster(tx, id, members, stewards);
    writeOrganisation(tx, id, group);
    tx.run("DELETE FROM append_requests WHERE log_id = ?", [id]);
    // Decisions are made anew from their intents.
    tx.run("DELETE FROM outbox WHERE log_id = ? AND type = 'space.steward'", [id]);
    tx.run("UPDATE outbox SET request_id = NULL WHERE log_id = ?", [id]);
    tx.run("DELETE FROM pending_commits WHERE log_id = ?", [id]);
    tx.afterCommit(() => forgetRuntime(running, id));
  }
}

/** What whoever let us in says of a member, until that member says it. */
function introduce(
  tx: SqlTx,
  logId: string,
  one: { identityId: Bytes; profile: Profile; stewardKey: Bytes; reply?: Reply | undefined },
): void {
  tx.run(
    "UPDATE members SET name = ?, address = ?, steward_key = ?, reply = ? WHERE log_id = ? AND identity_id = ?",
    [
      one.profile.name,
      one.profile.address,
      one.stewardKey,
      one.reply === undefined ? null : encodeCbor(one.reply),
      logId,
      toHex(one.identityId),
    ],
  );
}

/** The position before the commit that could not be followed: what came after it can be opened now, where history allows. */
async function resumeAt(
  core: Core,
  row: SpaceRow,
): Promise<{ seq: number; head: Bytes; epoch: number }> {
  const seq = row.previous_seq - 1;
  const before =
    seq < 1
      ? undefined
      : await core.store.get<{ head: Bytes }>(
          "SELECT head FROM entries WHERE log_id = ? AND seq = ?",
          [row.log_id, seq],
        );
  const group = row.mls === null ? null : await decodeGroup(row.mls);
  if (before === undefined || group === null)
    return { seq: row.seq, head: row.head, epoch: row.epoch };
  return { seq, head: before.head, epoch: epoch(group) };
}

async function refused(letter: Opened): Promise<Outcome> {
  const body = readAs(refusedBody, letter.body, LIMITS.requestBytes);
  const from = toHex(letter.sender.identityId);
  return {
    write: (tx) =>
      tx.run(
        "UPDATE joins SET state = 'refused', reason = ? WHERE inviter = ? AND state = 'asking'",
        [body.reason, from],
      ),
    kick: null,
  };
}

/** Kinds of letters that this version acts upon. */
export type LetterKind = Letter["kind"];
