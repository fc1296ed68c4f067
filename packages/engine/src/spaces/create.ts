/** Making a space: complete on this device at once; its hub learns of the log as soon as the line allows. */
import {
  blindToken,
  createGroup,
  createKeyPackage,
  deviceCredential,
  ed25519Generate,
  encodeGroup,
  epoch,
  finalizeTokens,
  genesisHead,
  logIdOf,
  randomBytes,
  slotOuterKey,
  slotSecretOf,
} from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { encodeCbor, genesis, ProtocolError, toHex, writeAs } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { SqlTx } from "../ports.ts";
import { slotFor } from "../slots/claim.ts";
import { ownRejoinKey } from "../slots/keys.ts";
import { need } from "../util.ts";
import { takeTree, writeTaken } from "../vanish/keys.ts";
import { seatIdOfKey } from "./seat.ts";
import { prepare, writeOutbox } from "./post.ts";
import { profilePayload } from "./profile.ts";
import { encodeContext } from "./events.ts";
import { writeRules } from "../people/reducer.ts";
import { writeOrganisation } from "./organisation.ts";
import { rosterOf, stewardKeyOf, writeRoster } from "./roster.ts";
import type { SpaceRuntime } from "./runtime.ts";
import { keysOf } from "./runtime.ts";
import { checkedHead } from "./sync.ts";
import { insertSpace } from "./rows.ts";

export type NewSpace = {
  title: string;
  kind: "personal" | "pair" | "group";
  history: "none" | "all";
  mlsSuite?: "x25519" | "xwing";
  /** A conversation of two that is called by the other's name; `title` until that is known. */
  untitled?: boolean | undefined;
  /** It belongs to the organisation of one's own node. */
  organisation?: boolean;
};

/** A space that is about to be made. */
export type MadeSpace = { id: Bytes; logId: string; nonce: Bytes };

/**
 * Creates a space whose hub is one's own node.
 * @param also what is to stand on this device with it, in the same transaction; where getting that ready fails, there is no space
 * @returns its id
 * @throws EngineError `invalid`
 */
export async function createSpace(
  core: Core,
  wanted: NewSpace,
  also?: (made: MadeSpace) => Promise<(tx: SqlTx) => void>,
): Promise<string> {
  const title = wanted.title.normalize("NFC").trim();
  if (title.length < 1 || title.length > 200)
    throw new EngineError("invalid", { data: { field: "title" } });
  const me = core.me();
  const hubKey = await core.remote.nodeKey(me.node);
  const suite = wanted.mlsSuite ?? "x25519";
  const nonce = randomBytes(32);
  const seat = ed25519Generate();
  const steward = stewardKeyOf(me.identityKey, nonce);
  const stewards = [{ identityId: me.identityId, key: steward.publicKey }];
  const now = core.platform.clock.now();
  const own = await createKeyPackage({
    suite,
    credential: deviceCredential(me.device.certificate),
    signatureKey: { publicKey: me.device.certificate.deviceKey, privateKey: me.device.privateKey },
    seatKey: seat.publicKey,
    rejoinKey: await ownRejoinKey(core, nonce, suite),
    now,
  });
  const group = await createGroup({
    suite,
    groupId: nonce,
    ...own,
    contextExtension: encodeContext(
      stewards,
      wanted.organisation === true && wanted.kind === "group" ? { organisation: me.node } : {},
    ),
  });
  const { contentKey, posting } = await keysOf(group);
  const slotSecret = await slotSecretOf(group);
  const genesisBytes = writeAs(genesis, {
    v: 1,
    suite: 1,
    kind: wanted.kind,
    mlsSuite: suite,
    history: wanted.history,
    hub: me.node,
    stewards: [steward.publicKey],
    seatId: seatIdOfKey(seat.publicKey),
    seatKey: seat.publicKey,
    postingKey: posting.publicKey,
    nonce,
    outerKey: slotOuterKey(slotSecret, nonce).publicKey,
  });
  const id = logIdOf(genesisBytes);
  const logId = toHex(id);
  const members = await rosterOf(group);
  const profile = prepare(core, {
    type: "space.profile",
    payload: await profilePayload(core, nonce),
  });
  const name = prepare(core, { type: "space.title", payload: { title } });
  const taken = takeTree(group);
  const writeAlso = await also?.({ id, logId, nonce });
  await core.store.transaction((tx) => {
    insertSpace(tx, {
      logId,
      hub: me.node,
      hubKey,
      genesis: genesisBytes,
      kind: wanted.kind,
      history: wanted.history,
      title,
      created: now,
      seq: 0,
      head: genesisHead(genesisBytes),
      readFrom: 0,
      gen: 0,
      epoch: epoch(group),
      mls: encodeGroup(taken.group),
      seatId: seatIdOfKey(seat.publicKey),
      seatKey: seat.privateKey,
      slotSecret,
    });
    tx.run("INSERT INTO epochs VALUES (?, ?, ?)", [logId, epoch(group), contentKey]);
    writeTaken(tx, logId, taken);
    writeRoster(tx, logId, members, stewards);
    writeOrganisation(tx, logId, group);
    writeRules(tx, logId, group);
    tx.run("INSERT INTO intents (log_id, kind, data) VALUES (?, 'create', ?)", [
      logId,
      encodeCbor({}),
    ]);
    writeOutbox(tx, core, logId, profile);
    if (wanted.untitled !== true) writeOutbox(tx, core, logId, name);
    writeAlso?.(tx);
    tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
  });
  core.spaces.delete(logId);
  core.kick({ space: logId, vault: true });
  return logId;
}

/** Tells the hub of a new log, once. */
export async function createAtHub(core: Core, space: SpaceRuntime): Promise<void> {
  const waiting = await core.store.get(
    "SELECT 1 AS one FROM intents WHERE log_id = ? AND kind = 'create'",
    [space.logId],
  );
  if (waiting === undefined) return;
  try {
    const token = await takeToken(core);
    const { head } = await core.remote.call(space.row.hub, "logs.create", {
      genesis: space.row.genesis,
      token,
      ...(await firstSlot(space)),
    });
    await checkedHead(space, head);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    if (error.code === "token_spent") core.kick({ space: space.logId });
    if (error.code !== "log_exists") throw error;
  }
  await core.store.run("DELETE FROM intents WHERE log_id = ? AND kind = 'create'", [space.logId]);
}

/** The slot of the time before the first commit; none for a log that is opened again. */
async function firstSlot(space: SpaceRuntime): Promise<{ slot?: Bytes }> {
  const { group, row, genesis: first } = space;
  if (group === null || epoch(group) !== 0 || row.seq !== 0) return {};
  const made = await slotFor(group, {
    logId: space.id,
    secret: row.slot_secret,
    seen: { gen: 0, seq: 0, head: genesisHead(row.genesis) },
    keys: space.keys,
    contentKey: need(space.keys.get(0), "content key"),
    all: first.history === "all",
  });
  return made === null ? {} : { slot: made.bytes };
}

/** The hub has lost the whole log: it is opened again before the entries are brought back. */
export async function createAgain(core: Core, space: SpaceRuntime): Promise<void> {
  space.reading = null;
  space.fetched = false;
  await core.store.run(
    `INSERT INTO intents (log_id, kind, data) SELECT ?1, 'create', ?2
     WHERE NOT EXISTS (SELECT 1 FROM intents WHERE log_id = ?1 AND kind = 'create')`,
    [space.logId, encodeCbor({})],
  );
}

/** A blind token for opening a log: issued to the account, spent without a name. */
export async function takeToken(core: Core): Promise<{ input: Bytes; output: Bytes }> {
  const take = () =>
    core.store.transaction((tx) =>
      tx.get<{ input: Bytes; output: Bytes }>(
        "DELETE FROM log_tokens WHERE input = (SELECT input FROM log_tokens LIMIT 1) RETURNING input, output",
      ),
    );
  const kept = await take();
  if (kept !== undefined) return kept;
  const pending = Array.from({ length: 4 }, () => blindToken());
  const answer = await core.own.call("tokens.issue", {
    blinded: pending.map((one) => one.blinded),
  });
  const tokens = finalizeTokens(pending, answer, await core.remote.tokenKey(core.me().node));
  await core.store.transaction((tx) => {
    for (const token of tokens)
      tx.run("INSERT OR IGNORE INTO log_tokens VALUES (?, ?)", [token.input, token.output]);
  });
  const [first] = tokens;
  const taken = await take();
  if (taken === undefined || first === undefined) throw new ProtocolError("unavailable");
  return taken;
}
