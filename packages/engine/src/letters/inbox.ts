/**
 * Draining the box: each letter is opened, checked and acted upon, what it led to is stored durably, and only then is it deleted at the
 * node. A letter that comes twice is dropped by its id.
 */
import {
  CryptoError,
  groupId,
  join,
  logIdOf,
  MlsRefused,
  ownMember,
  readKeyPackage,
  verifyAskProof,
  cardKeys,
} from "@baraza/crypto";
import type { Bytes, Letter, VaultSeen } from "@baraza/protocol";
import {
  askBody,
  encodeCbor,
  enrolBody,
  equalBytes,
  firstLetter,
  fromHex,
  genesis as genesisSchema,
  LIMITS,
  movedBody,
  ProtocolError,
  readAs,
  refusedBody,
  toHex,
  vaultSpace,
  welcomeBody,
  writeAs,
} from "@baraza/protocol";
import { tendBoxKeys } from "../account/box-keys.ts";
import { ownBoxes, replaceDeviceBox } from "../account/boxes.ts";
import { tendVault } from "../account/vault.ts";
import { noteFloor } from "../account/vault-floor.ts";
import type { Core } from "../core.ts";
import { deviceCounts } from "../devices/standing.ts";
import { noteHeard } from "../moving/follow.ts";
import { movedAway } from "../moving/own-moves.ts";
import type { SqlTx } from "../ports.ts";
import { addIntent } from "../spaces/commit.ts";
import type { Entrance } from "../spaces/entrance.ts";
import { enterAgain, enterNew, resumeAt, rollToPost } from "../spaces/entrance.ts";
import { prepare } from "../spaces/post.ts";
import { profilePayload } from "../spaces/profile.ts";
import { checksFor, identityOf, infoOf, rosterOf } from "../spaces/roster.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import { keysOf, runtimeOf } from "../spaces/runtime.ts";
import { isHeldBack, STRANGERS } from "../requests/held-back.ts";
import { notice, remember, seeIdentities } from "../trust/see.ts";
import type { Opened } from "./open-own.ts";
import { openOwn } from "./open-own.ts";
import { sealFor, writeLetters } from "./send.ts";

/** What a letter leads to: written in one transaction with the note that it was read. */
type Outcome = {
  write: (tx: SqlTx) => void;
  kick: string | null;
  /** A statement about a move was noted. */
  moves?: boolean;
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
  if ((await movedAway(core)) === null) await tendBoxKeys(core, true, () => tendVault(core));
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
      const first = asFirstLetter(row.letter);
      const letter = await openOwn(core, first?.letter ?? row.letter);
      // The id outside is the node's word only: an old letter under a new one would be acted upon again.
      if (!equalBytes(letter.letterId, row.letterId)) outcome = deliveredAgain(core);
      else if ((await speaksForItsOwner(core, letter)) && !(await isHeldBack(core, letter)))
        outcome = await (first === null ? act(core, letter) : written(core, letter, first.from));
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
  if (outcome.moves === true) core.kick({ moves: true, vault: true });
  if (outcome.kick !== null) core.kick({ space: outcome.kick, letters: true, vault: true });
}

/** Whoever delivered it put another name on it: nothing is done, and the person is told. */
function deliveredAgain(core: Core): Outcome {
  const { node } = core.me();
  const at = core.platform.clock.now();
  return { write: (tx) => notice(tx, "oldRequest", node, node, at), kick: null };
}

/** Of a device that its owner has cut off nothing is heard, whatever it writes about. */
function speaksForItsOwner(core: Core, { sender }: Opened): Promise<boolean> {
  return deviceCounts(core, toHex(sender.identityId), sender.certificate);
}

function act(core: Core, letter: Opened): Promise<Outcome> {
  const { kind } = letter;
  if (kind === "ask") return asked(core, letter);
  if (kind === "enrol") return enrolled(core, letter);
  if (kind === "welcome") return welcomed(core, letter);
  if (kind === "refused") return refused(letter);
  if (kind === "report") return reported(core, letter);
  if (kind === "moved") return Promise.resolve(movedTo(letter));
  if (kind === "leading")
    return import("../handover/move.ts")
      .then((area) => area.readLeadingLetter(core, letter.sender.identityId, letter))
      .then(() => NOTHING);
  if (kind.startsWith("share")) return shared(core, letter);
  return Promise.resolve(NOTHING);
}

/** What came by the door for strangers, in the envelope of one's own node; null for every other letter. */
function asFirstLetter(bytes: Bytes): { from: string; letter: Bytes } | null {
  try {
    return readAs(firstLetter, bytes, LIMITS.requestBytes);
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

/** Somebody writes for the first time: nothing else comes by that door, and that by no other. */
async function written(core: Core, letter: Opened, from: string): Promise<Outcome> {
  if (letter.kind !== "request") return NOTHING;
  const write = await (await import("../requests/receive.ts")).receive(core, letter, from);
  if (write === null) return NOTHING;
  return {
    write: (tx) => {
      write(tx);
      tx.afterCommit(() => core.kick({ requests: true }));
    },
    kick: null,
  };
}

/** A member of a space in which one keeps order has something to say about somebody. */
async function reported(core: Core, letter: Opened): Promise<Outcome> {
  const { noteReport } = await import("../people/reports.ts");
  return { write: await noteReport(core, letter), kick: null };
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

/** Somebody lives at another node now. Whether that is so is checked like every such word (moving/follow.ts). */
function movedTo(letter: Opened): Outcome {
  const { statement, reply } = readAs(movedBody, letter.body, LIMITS.letterBytes);
  const id = toHex(letter.sender.identityId);
  if (!equalBytes(reply.identityId, letter.sender.identityId)) return NOTHING;
  return {
    write: (tx) => {
      noteHeard(tx, id, statement);
      // A device certified by the person says how to reach them, as in a space.
      tx.run("UPDATE members SET reply = ? WHERE identity_id = ? AND reply IS NOT NULL", [
        encodeCbor(reply),
        id,
      ]);
    },
    kick: null,
    moves: true,
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
  await onlyOwnDevices(core, body.keyPackages, letter.sender);
  const { judgeAsk, putBefore } = await import("../people/asking.ts");
  // What was written to one person brings nobody else in, and no acquaintance.
  const wrote = await core.store.get<{ identity_id: string }>(
    "SELECT identity_id FROM requests_out WHERE card_id = ?",
    [toHex(body.cardId)],
  );
  if (wrote !== undefined && wrote.identity_id !== id) return NOTHING;
  const { reason, link } = await judgeAsk(core, id, { ...card, id: toHex(body.cardId) });
  if (reason !== null) {
    const answer = await sealFor(
      core,
      body.reply,
      "refused",
      writeAs(refusedBody, { cardId: body.cardId, logId: fromHex(card.log_id), reason }),
    );
    return { write: (tx) => writeLetters(tx, [answer]), kick: card.log_id };
  }
  const { keyPackages, reply, cardId } = body;
  const { profile } = body;
  const { role, until } = link;
  const letIn = link.approval
    ? await putBefore(core, card.log_id, { ...body, identityId: fromHex(id), role, until })
    : (tx: SqlTx) => {
        const data = writeAs(addIntent, { keyPackages, reply, cardId, role, until });
        tx.run("INSERT INTO intents (log_id, kind, data) VALUES (?, 'add', ?)", [
          card.log_id,
          data,
        ]);
      };
  return {
    write: (tx) => {
      letIn(tx);
      tx.run("INSERT OR IGNORE INTO link_uses VALUES (?, ?, ?)", [
        toHex(cardId),
        id,
        core.platform.clock.now(),
      ]);
      // Whoever is looked at first is no acquaintance by that.
      if (link.approval) return;
      const state = wrote === undefined ? "invited" : "unchecked";
      if (wrote === undefined) remember(tx, id, core.platform.clock.now(), "invited");
      tx.run(
        `INSERT INTO people VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (identity_id) DO UPDATE SET name = excluded.name, address = excluded.address,
           state = CASE WHEN state IN ('met', 'code', 'you') OR ?4 = 'unchecked' THEN state ELSE 'invited' END`,
        [id, profile.name, profile.address, state, core.platform.clock.now()],
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
  await onlyOwnDevices(core, body.keyPackages, letter.sender);
  const data = writeAs(addIntent, {
    keyPackages: body.keyPackages,
    reply: body.reply,
    ...(body.gone === undefined ? {} : { gone: body.gone }),
  });
  return {
    write: (tx) => {
      tx.run("INSERT INTO intents (log_id, kind, data) VALUES (?, 'add', ?)", [logId, data]);
      hearFloor(tx, core, letter, body.vault);
    },
    kick: logId,
  };
}

/** What another device of one's own says that it has seen of the vault. */
function hearFloor(tx: SqlTx, core: Core, { sender }: Opened, seen: VaultSeen | undefined): void {
  if (seen !== undefined && equalBytes(sender.identityId, core.me().identityId))
    noteFloor(tx, seen, core.me().node);
}

/** Key packages of somebody else's devices do not come in under a letter's signature. @throws CryptoError, MlsRefused */
async function onlyOwnDevices(
  core: Core,
  keyPackages: readonly Bytes[],
  sender: Opened["sender"],
): Promise<void> {
  const identity = toHex(sender.identityId);
  for (const keyPackage of keyPackages) {
    const view = await readKeyPackage(keyPackage);
    const { id, certificate } = await infoOf(view.credential, view.signatureKey);
    // Nor those of a device that its owner has cut off.
    if (id !== identity || !(await deviceCounts(core, identity, certificate)))
      throw new CryptoError("bad_letter");
  }
}

/** How far the vault has seen a space that this device is not in yet; null where it names none. */
async function seenByVault(core: Core, logId: string) {
  const row = await core.store.get<{ space: Bytes }>("SELECT space FROM places WHERE log_id = ?", [
    logId,
  ]);
  return row === undefined ? null : readAs(vaultSpace, row.space, LIMITS.vaultBytes).seen;
}

/** We are let in. */
async function welcomed(core: Core, letter: Opened): Promise<Outcome> {
  const body = readAs(welcomeBody, letter.body, LIMITS.letterBytes);
  const logId = toHex(body.logId);
  const genesis = readAs(genesisSchema, body.genesis, LIMITS.genesisBytes);
  const asking = await core.store.get<{ join_id: string }>(
    `SELECT join_id FROM joins WHERE log_id = ?1 AND (inviter = '' OR inviter = ?2
       OR EXISTS (SELECT 1 FROM join_hosts h WHERE h.log_id = ?1 AND h.identity_id = ?2))
     ORDER BY join_id LIKE '${STRANGERS}%' LIMIT 1`,
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
  if (!equalBytes(logIdOf(body.genesis), body.logId)) return NOTHING;
  // Only a hand-over makes another hub than the first: whoever lets us in vouches for it.
  if (body.gen === 0 && body.hub !== genesis.hub) return NOTHING;
  // Whoever was put out knows the group's name, too, and could let a new device into one of their making.
  const seen = await seenByVault(core, logId);
  if (seen !== null && body.gen < seen.gen) return NOTHING;
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
  if (!members.some((one) => equalBytes(one.info.identity, letter.sender.identityId)))
    return NOTHING;
  // Whatever a stranger's letter and its card say: one is alone with whoever wrote it.
  const known = [letter.sender.identityId, core.me().identityId];
  const isOfTwo =
    genesis.kind === "pair" &&
    members.every(({ info }) => known.some((id) => equalBytes(id, info.identity)));
  if (asking.join_id.startsWith(STRANGERS) && !isOfTwo) return NOTHING;
  const { contentKey } = await keysOf(group);
  await core.remote.pin(body.hub, body.hubKey);
  const former = await runtimeOf(core, logId);
  const resume =
    former === null || former.row.state !== "active" ? null : await resumeAt(core, former.row);
  const entrance: Entrance = {
    logId,
    genesisBytes: body.genesis,
    genesis,
    hub: body.hub,
    hubKey: body.hubKey,
    title: body.title,
    group,
    members,
    contentKey,
    seatPublicKey: ownMember(group).seatKey,
    seatKey: mine.seat_key,
    gen: body.gen,
    seq: body.seq,
    fromStart: body.readFrom === 0,
    // The history that the hub shows has to lead to where we were let in, and through what our vault knows.
    heads: [
      ...(seen !== null && seen.seq > 0 && seen.gen === body.gen ? [seen] : []),
      { seq: body.seq, head: body.head },
    ],
    ring: body.ring.epochs,
    slotSecret: body.slotSecret ?? null,
    people: body.people ?? [],
    leads: body.leads,
    profile: prepare(core, {
      type: "space.profile",
      payload: await profilePayload(core, genesis.nonce),
    }),
    clear: await rollToPost(core, members),
  };
  return {
    write: (tx) => {
      tx.run("DELETE FROM key_packages WHERE ref = ?", [toHex(body.keyPackageRef)]);
      hearFloor(tx, core, letter, body.vault);
      if (resume === null) enterNew(tx, core, entrance);
      else enterAgain(tx, core, entrance, resume);
      seeIdentities(tx, members.map(identityOf), letter.at, toHex(letter.sender.identityId));
    },
    kick: logId,
    space: former,
  };
}

async function refused(letter: Opened): Promise<Outcome> {
  const body = readAs(refusedBody, letter.body, LIMITS.requestBytes);
  const from = toHex(letter.sender.identityId);
  return {
    write: (tx) =>
      tx.run(
        `UPDATE joins SET state = 'refused', reason = ?1 WHERE state = 'asking' AND (?3 IS NULL OR log_id = ?3)
         AND (inviter = ?2 OR EXISTS (SELECT 1 FROM join_hosts h WHERE h.log_id = joins.log_id AND h.identity_id = ?2))`,
        [body.reason, from, body.logId === undefined ? null : toHex(body.logId)],
      ),
    kick: null,
  };
}

/** Kinds of letters that this version acts upon. */
export type LetterKind = Letter["kind"];
