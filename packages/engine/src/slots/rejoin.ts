/**
 * Rejoining one space from outside, by its slot (see the note in crypto's slots.ts).
 *
 * What is read is checked before anything is said: the hub's receipt must not go back behind what the vault knows, the slot must
 * open, be of the epoch that the log is in, and name this person among the members. That the log leads through what
 * the vault knows, and through the very epoch that the slot is of, shows when it is read from its beginning afterwards;
 * a hub that tells another story is stopped there (`forked`).
 *
 * Crash-safe like every commit: one transaction stores the state after it and the exact bytes; a retry sends the same.
 */
import type { Group } from "@baraza/crypto";
import {
  appendDigest,
  CryptoError,
  decodeGroup,
  deviceCredential,
  encodeGroup,
  externalCommit,
  groupId,
  headerHash,
  NO_EVENT,
  ownMember,
  randomBytes,
  sealEntry,
  signAppend,
  signEvent,
  slotKeys,
  slotOuterKey,
  slotSecretOf,
  treeRoster,
} from "@baraza/crypto";
import type { Bytes, Head, SlotContent } from "@baraza/protocol";
import {
  bytes,
  bytes32,
  encodeCbor,
  equalBytes,
  genesis as genesisSchema,
  keyRing,
  LIMITS,
  logsAppend,
  object,
  ProtocolError,
  readAs,
  toHex,
  uint,
  writeAs,
} from "@baraza/protocol";
import { givesHistory } from "../people/context.ts";
import type { Core } from "../core.ts";
import type { Entrance } from "../spaces/entrance.ts";
import { enterAgain, enterNew, resumeAt, rollToPost } from "../spaces/entrance.ts";
import { prepare } from "../spaces/post.ts";
import { profilePayload } from "../spaces/profile.ts";
import { checksFor, infoOf, rosterOf } from "../spaces/roster.ts";
import { keysOf, runtimeOf } from "../spaces/runtime.ts";
import { seatIdOfKey } from "../spaces/seat.ts";
import { need } from "../util.ts";
import type { ReturnState } from "./api.ts";
import { slotFor } from "./claim.ts";
import type { OwnPackage } from "./own-package.ts";
import { askedWith, freshPackage } from "./own-package.ts";
import { isHeadOf, readSlotOf } from "./read-slot.ts";
import type { RejoinRow, Way } from "./return.ts";

/** What is kept beside the bytes of a rejoin that is under way. */
const pendingRejoin = object({
  state: bytes(LIMITS.commitBodyBytes * 3),
  genesis: bytes(LIMITS.genesisBytes),
  gen: uint(),
  seatKey: bytes32,
  slotSecret: bytes32,
  ring: keyRing,
});

/** The hub says that the log moved on, or that the slot's key was renewed: the newest slot has to be read. */
const MOVED_ON: ReadonlySet<string> = new Set([
  "stale_epoch",
  "stale_generation",
  "bad_signature",
  "seat_conflict",
  "seat_removed",
]);

/** @returns null when this device is in; else why not. @throws ProtocolError when the line fails; CryptoError, MlsRefused for a bad slot */
export async function rejoin(core: Core, way: Way, row: RejoinRow): Promise<ReturnState | null> {
  let { request, pending } = row;
  await core.remote.pin(way.hub, way.hubKey);
  for (let tries = 0; tries < 6; tries++) {
    if (request === null || pending === null) {
      const made = await prepareRejoin(core, way, row);
      if (typeof made === "string") return made;
      ({ request, pending } = made);
    }
    try {
      const sent = readAs(logsAppend.request, request, LIMITS.appendBytes);
      const answer = await core.remote.call(way.hub, "logs.append", sent);
      if (!(await isHeadOf(way, answer.head))) throw new ProtocolError("bad_signature");
      return await enter(core, way, pending, need(answer.seqs[0], "position"), answer.head);
    } catch (error) {
      if (!(error instanceof ProtocolError) || !MOVED_ON.has(error.code)) throw error;
      request = null;
      pending = null;
      await core.store.run("UPDATE rejoins SET request = NULL, pending = NULL WHERE log_id = ?", [
        way.logId,
      ]);
    }
  }
  // A hub that never has a slot of the epoch that it says the log is in.
  return "stale";
}

/** How often a device that sees itself let in waits for the welcome, before it takes its own place anew. */
const WELCOME_TRIES = 4;

/** Makes the rejoin and stores it. */
async function prepareRejoin(
  core: Core,
  way: Way,
  row: RejoinRow,
): Promise<{ request: Bytes; pending: Bytes } | ReturnState> {
  const read = await readSlotOf(core, way);
  if (typeof read === "string") return read;
  const { content, secret, head, genesisBytes } = read;
  const genesis = readAs(genesisSchema, genesisBytes, LIMITS.genesisBytes);
  const keys = slotKeys(content);
  const contentKey = keys.get(content.epoch);
  if (contentKey === undefined) throw new CryptoError("open_failed");

  const present = await treeRoster(content.tree, genesis.mlsSuite);
  const seats = new Set(present.map((one) => toHex(one.seatKey)));
  const asked = await askedWith(core, way.logId, genesis.mlsSuite);
  if (asked !== null && seats.has(toHex(asked.seat)) && row.attempts < WELCOME_TRIES)
    return "asking";
  const { replace, onRoster } = await ownPlace(core, present, row.replaces);
  if (!onRoster) return "removed";
  const own =
    asked !== null && !seats.has(toHex(asked.seat))
      ? asked
      : await freshPackage(core, way, genesis.mlsSuite);
  const { pending } = await externalCommitOf(own, content, replace);
  if (!equalBytes(groupId(pending.group), genesis.nonce)) throw new CryptoError("open_failed");

  const next = await keysOf(pending.group);
  const seen = { gen: head.gen, seq: head.seq, head: head.head };
  const slot = await slotFor(pending.group, {
    logId: way.id,
    // Whose leaf goes may be in other hands: it knows the secret.
    secret: replace === undefined ? secret : null,
    seen,
    keys,
    contentKey: next.contentKey,
    all: givesHistory(genesis, pending.group),
  });
  const me = core.me();
  const payload = {
    mls: pending.message,
    certificate: deviceCredential(me.device.certificate),
    ...(slot === null ? {} : { slot: slot.claim }),
  };
  const { type, version, payload: encoded } = prepare(core, { type: "space.rejoin", payload });
  const event = await signEvent({
    logId: way.id,
    epoch: content.epoch,
    device: me.device,
    eventId: randomBytes(16),
    // What a stuck device had sent and was not told of may have used the next few numbers.
    counter: way.former === null ? 1 : way.former.row.counter + 1000,
    prevOwnHash: way.former?.row.own_hash ?? NO_EVENT,
    seen: { ...seen, time: head.time, sig: head.sig },
    type,
    typeVersion: version,
    at: core.platform.clock.now(),
    payload: encoded,
  });
  const { header, body } = await sealEntry({
    contentKey,
    header: {
      v: 1,
      suite: 1,
      logId: way.id,
      gen: head.gen,
      kind: "rejoin",
      epoch: content.epoch,
      appendId: randomBytes(16),
      blobs: [],
      nextPostingKey: next.posting.publicKey,
      seatId: seatIdOfKey(own.seat),
      addSeats: [own.seat],
      ...(slot === null ? { slotHash: null } : slot.parts),
    },
    event,
  });
  const digest = appendDigest([headerHash(header)]);
  const request = encodeCbor({
    logId: way.id,
    entries: [{ header, body }],
    sigs: {
      outer: await signAppend(slotOuterKey(secret, genesis.nonce).privateKey, digest),
      seat: await signAppend(own.seatKey, digest),
      next: await signAppend(next.posting.privateKey, digest),
    },
    ...(slot === null ? {} : { slot: slot.bytes }),
    seen: head.seq,
  });
  const kept = writeAs(pendingRejoin, {
    state: encodeGroup(pending.group),
    genesis: genesisBytes,
    gen: head.gen,
    seatKey: own.seatKey,
    slotSecret: replace === undefined ? secret : await slotSecretOf(pending.group),
    ring: { epochs: [...keys].map(([epoch, key]) => ({ epoch, key })) },
  });
  await core.store.transaction((tx) => {
    own.write(tx);
    tx.run("UPDATE rejoins SET request = ?, pending = ? WHERE log_id = ?", [
      request,
      kept,
      way.logId,
    ]);
  });
  return { request, pending: kept };
}

async function externalCommitOf(
  own: OwnPackage,
  content: SlotContent,
  replace: number | undefined,
): Promise<{ pending: { group: Group; message: Bytes } }> {
  const { pending, message } = await externalCommit(
    {
      keyPackage: own.keyPackage,
      privateParts: own.privateParts,
      groupInfo: content.groupInfo,
      tree: content.tree,
      ...(replace === undefined ? {} : { replace }),
    },
    checksFor(null, new Set()),
  );
  return { pending: { group: pending, message } };
}

/** Whether this person is a member, and the leaf that this device takes the place of. */
async function ownPlace(
  core: Core,
  present: Awaited<ReturnType<typeof treeRoster>>,
  replaces: string | null,
): Promise<{ onRoster: boolean; replace: number | undefined }> {
  const me = core.me();
  let onRoster = false;
  let replace: number | undefined;
  for (const member of present) {
    const info = await infoOf(member.credential, member.signatureKey);
    if (info.id !== me.id) continue;
    onRoster = true;
    if (info.device === me.deviceHash || (replace === undefined && info.device === replaces))
      replace = member.leaf;
  }
  return { onRoster, replace };
}

/** The hub has the rejoin: this device is in. @returns null, or `asking` when somebody let it in meanwhile */
async function enter(
  core: Core,
  way: Way,
  kept: Bytes,
  seq: number,
  head: Head,
): Promise<ReturnState | null> {
  const pending = readAs(pendingRejoin, kept, LIMITS.commitBodyBytes * 4);
  const group = await decodeGroup(pending.state);
  const genesis = readAs(genesisSchema, pending.genesis, LIMITS.genesisBytes);
  const { contentKey } = await keysOf(group);
  const { seen } = way;
  const members = await rosterOf(group);
  const entrance: Entrance = {
    logId: way.logId,
    genesisBytes: pending.genesis,
    genesis,
    hub: way.hub,
    hubKey: way.hubKey,
    title: way.title,
    group,
    members,
    contentKey,
    seatPublicKey: ownMember(group).seatKey,
    seatKey: pending.seatKey,
    gen: pending.gen,
    seq,
    fromStart: true,
    heads: [
      ...(seen.seq > 0 ? [{ seq: seen.seq, head: seen.head }] : []),
      ...(head.seq === seq ? [{ seq, head: head.head }] : []),
    ],
    ring: [...pending.ring.epochs, ...way.ring],
    slotSecret: pending.slotSecret,
    people: way.people.map((one) => ({ ...one })),
    profile: prepare(core, {
      type: "space.profile",
      payload: await profilePayload(core, genesis.nonce),
    }),
    clear: await rollToPost(core, members),
  };
  const { former } = way;
  const write = async (): Promise<ReturnState | null> => {
    const there = await runtimeOf(core, way.logId);
    if (former === null ? there?.row.state === "active" : there !== former) return "asking";
    const resume = former === null ? null : await resumeAt(core, former.row);
    await core.store.transaction((tx) => {
      tx.run("DELETE FROM key_packages WHERE purpose = ?", [way.logId]);
      if (resume === null) enterNew(tx, core, entrance);
      else enterAgain(tx, core, entrance, resume);
    });
    return null;
  };
  const state = await (former === null ? write() : former.queue(write));
  if (state === null) core.kick({ space: way.logId, vault: true });
  return state;
}
