/**
 * Reading a log: every entry is checked against the chain of heads, opened, verified and applied, in order.
 *
 * For each entry: (1) the head follows from the one before; (2) the clear header belongs to this log and to the epoch
 * that the log is in; (3) the body opens under that epoch's key; (4) the event is signed by a device that is known
 * here and continues that device's own chain; (5) commits pass the group's checks; (6) reducers apply it. What
 * fails is skipped, and a space whose members can do something about it says so (`trouble`); a hub that showed two
 * histories stops everything for the space.
 */
import {
  CryptoError,
  headerHash,
  nextHead,
  openEntry,
  ownHash,
  readHeader,
  roster,
  verifyDeviceCertificate,
  verifyEvent,
  verifyHead,
} from "@baraza/crypto";
import type {
  Bytes,
  EntryHeader,
  Head,
  SealedEvent,
  SeatRecord,
  StoredEntry,
} from "@baraza/protocol";
import {
  encodeCbor,
  equalBytes,
  LIMITS,
  ProtocolError,
  readAs,
  toHex,
  utf8,
} from "@baraza/protocol";
import type { Core } from "../core.ts";
import { noteDeletion } from "../leading/reducer.ts";
import type { SqlTx } from "../ports.ts";
import { noteLeaving, noteRoll } from "../devices/rolls.ts";
import { applyEvent, tellTooLate } from "./apply.ts";
import { processCommitEntry } from "./process-commit.ts";
import { processStewardEntry } from "./process-steward.ts";
import type { Draft, FollowUp } from "./draft.ts";
import { adopt, blame, draftOf, writeRow } from "./draft.ts";
import { followUpWrites } from "./follow-up.ts";
import { countsAt } from "../people/context.ts";
import type { SpaceContext } from "./events.ts";
import { readContext, SPACE_EVENTS } from "./events.ts";
import { writeOrganisation } from "./organisation.ts";
import { stewardsOf } from "./roster.ts";
import type { SpaceRuntime } from "./runtime.ts";
import { forgetRuntime } from "./runtime.ts";
import { VANISHING } from "../vanish/tables.ts";

/** The entries do not continue what is known: fetch from where one stands. */
export class GapError extends Error {
  override readonly name = "GapError";
}

/** The hub showed something that contradicts what it showed before; `head` is what it signed for it, where it did. */
export class ForkError extends Error {
  override readonly name = "ForkError";
  readonly head: Head | null;
  constructor(head: Head | null = null) {
    super("the hub contradicts itself");
    this.head = head;
  }
}

/** [Note: Clones] An entry of this device that this device never wrote: a copied profile or a restored backup. */
export class CloneError extends Error {
  override readonly name = "CloneError";
}

/**
 * Applies entries in order. `head` is the hub's receipt that came with them, its signature checked by the caller.
 * Call it inside the space's queue. `also` is written in the same transaction.
 * @returns what is to be done now
 * @throws GapError when the first is not the next one; ForkError when they contradict the receipt; CloneError at an
 * entry in this device's name that it never wrote (what stood before is applied)
 */
export async function applyEntries(
  core: Core,
  space: SpaceRuntime,
  entries: readonly StoredEntry[],
  head: Head,
  also?: (tx: SqlTx) => void,
  /** The head is the receipt of the hub that keeps the log in this generation. */
  receipt = true,
): Promise<FollowUp[]> {
  const fresh = entries.filter((entry) => entry.seq > space.row.seq);
  if (fresh.length === 0) {
    if (also !== undefined) await core.store.transaction((tx) => also(tx));
    return [];
  }
  if (fresh[0]?.seq !== space.row.seq + 1) throw new GapError();
  const leaving = await core.store.all<{ identity_id: string }>(
    "SELECT identity_id FROM members WHERE log_id = ? AND leaving = 1",
    [space.logId],
  );
  const draft = draftOf(
    space,
    leaving.map((row) => row.identity_id),
  );
  if (space.row.seq < space.row.read_from) draft.past = await pastRules(core, space.logId);
  const own = await ownEventIds(core, space.logId);
  const heads = await knownHeads(core, space, fresh.length);
  if (await hasRepeats(core, space.logId, fresh)) throw new ForkError();
  for (const entry of fresh) {
    if (entry.seq !== draft.row.seq + 1) throw new GapError();
    const next = nextHead(draft.row.head, entry.seq, entry.header, entry.sigs);
    if (entry.seq === head.seq && !equalBytes(next, head.head)) throw new ForkError(head);
    const known = heads.get(entry.seq);
    if (known !== undefined && !equalBytes(next, known)) throw new ForkError();
    const before = { seq: draft.row.seq, head: draft.row.head, writes: draft.writes.length };
    draft.row.seq = entry.seq;
    draft.row.head = next;
    draft.heads.set(entry.seq, next);
    const stored = encodeCbor(entry);
    draft.writes.push((tx) => {
      tx.run(
        "INSERT OR REPLACE INTO entries (log_id, seq, head, stored, name) VALUES (?, ?, ?, ?, ?)",
        [space.logId, entry.seq, next, stored, nameOf(entry)],
      );
    });
    try {
      await processEntry(core, draft, entry, own);
      noteDrops(core, draft, entry);
    } catch (error) {
      if (!(error instanceof CloneError)) throw error;
      // Once it has its place again, this device reads on from here.
      draft.row.seq = before.seq;
      draft.row.head = before.head;
      draft.writes.length = before.writes;
      draft.row.trouble = "cloned";
      draft.row.trouble_identity = null;
      break;
    }
  }
  draft.row.hub_seq = Math.max(draft.row.hub_seq, head.seq);
  if (receipt && head.seq === draft.row.seq && head.gen === draft.row.gen)
    draft.row.receipt = encodeCbor(head);
  const jobs = await followUpWrites(core, draft);
  try {
    await core.store.transaction((tx) => {
      for (const write of draft.writes) write(tx);
      writeRow(tx, draft.row);
      if (draft.group !== null && draft.row.epoch !== space.row.epoch)
        writeOrganisation(tx, space.logId, draft.group);
      tx.run("DELETE FROM entries WHERE log_id = ? AND seq <= ? AND seq > 0", [
        space.logId,
        draft.row.seq - KEEP_ENTRIES,
      ]);
      for (const job of jobs) job(tx);
      also?.(tx);
    });
  } catch (error) {
    forgetRuntime(core, space.logId);
    throw error;
  }
  adopt(draft);
  return draft.after;
}

function nameOf(entry: StoredEntry): string {
  return toHex(headerHash(entry.header).subarray(0, 16));
}

/** Whether the hub gives an entry a second place: a program repeats an append with its first place, and seals anew for another. */
async function hasRepeats(
  core: Core,
  logId: string,
  fresh: readonly StoredEntry[],
): Promise<boolean> {
  const names = fresh.map(nameOf);
  if (new Set(names).size < names.length) return true;
  const [first, last] = [fresh[0]?.seq ?? 0, fresh.at(-1)?.seq ?? 0];
  const row = await core.store.get(
    "SELECT 1 AS one FROM entries WHERE log_id = ? AND name IN (SELECT value FROM json_each(?)) AND seq NOT BETWEEN ? AND ?",
    [logId, JSON.stringify(names), first, last],
  );
  return row !== undefined;
}

const DROPS = utf8("drops");

/** The hub lets go of blobs for an entry, whoever wrote it: tools judge whether that was right. */
function noteDrops(core: Core, draft: Draft, entry: StoredEntry): void {
  // Few headers have it, and each is read already.
  if (!holds(entry.header, DROPS)) return;
  let drops: Bytes[] | undefined;
  try {
    ({ drops } = readHeader(entry.header));
  } catch {
    return;
  }
  if (drops === undefined) return;
  const blobIds = drops.map(toHex);
  const { logId } = draft.space;
  const now = core.platform.clock.now();
  draft.writes.push((tx) => {
    const drop = { logId, position: entry.seq, blobIds, at: now };
    const judged = core.tools
      .map((tool) => tool.dropped?.(tx, drop))
      .filter((one) => one !== undefined);
    // What was before one's time cannot be judged.
    if (!judged.includes(true) && entry.seq > draft.row.read_from) {
      const by = tx.get<{ author: string }>(
        "SELECT author FROM events WHERE log_id = ? AND seq = ?",
        [logId, entry.seq],
      );
      blame(draft, by?.author ?? null);
    }
    tx.afterCommit(() => core.kick({ files: true }));
  });
}

function holds(bytes: Bytes, wanted: Bytes): boolean {
  for (let at = bytes.indexOf(wanted[0] ?? 0); at >= 0; at = bytes.indexOf(wanted[0] ?? 0, at + 1))
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return true;
  return false;
}

/** How many entries a device keeps as the hub gave them, to bring them back to a hub that lost them. */
const KEEP_ENTRIES = 5000;

/** Heads that are known ahead: where one was let in, and of what a device that came back reads again. */
async function knownHeads(
  core: Core,
  space: SpaceRuntime,
  count: number,
): Promise<Map<number, Bytes>> {
  const { seq } = space.row;
  const rows = await core.store.all<{ seq: number; head: Bytes }>(
    "SELECT seq, head FROM entries WHERE log_id = ? AND seq > ? AND seq <= ?",
    [space.logId, seq, seq + count],
  );
  return new Map(rows.map((row) => [row.seq, row.head]));
}

async function ownEventIds(core: Core, logId: string): Promise<Set<string>> {
  const rows = await core.store.all<{ event_id: string }>(
    `SELECT event_id FROM outbox WHERE log_id = ?1
     UNION ALL SELECT event_id FROM pending_commits WHERE log_id = ?1`,
    [logId],
  );
  return new Set(rows.map((row) => row.event_id));
}

async function processEntry(
  core: Core,
  draft: Draft,
  entry: StoredEntry,
  own: Set<string>,
): Promise<void> {
  const { space } = draft;
  let header: EntryHeader;
  try {
    header = readHeader(entry.header);
    if (!equalBytes(header.logId, space.id)) throw new ProtocolError("malformed");
    const begins = header.steward?.op === "handover";
    if (header.gen !== draft.row.gen + (begins ? 1 : 0))
      throw new ProtocolError("stale_generation");
  } catch {
    return blame(draft, null);
  }
  const past = entry.seq <= draft.row.read_from;
  const handshake = header.kind === "commit" || header.kind === "rejoin";
  // An entry of another epoch than the log is in was taken in against the rules (a hub that helps a removed member, or
  // one whose state we do not share): whatever its kind, nothing in it counts.
  if (header.epoch !== draft.row.epoch && !looksBack(header)) {
    // The very entry by which this device came in must continue what the hub shows of the time before.
    if (handshake && entry.seq === draft.row.read_from) throw new ForkError();
    return blame(draft, null);
  }
  if (header.kind === "steward" && !(await processStewardEntry(core, draft, entry, header)))
    return blame(draft, null);
  const contentKey = draft.keys.get(header.epoch);
  if (contentKey === undefined) {
    // Before one's time, or an epoch that one could not follow into.
    if (handshake) draft.row.epoch = header.epoch + 1;
    return;
  }
  let event: SealedEvent;
  try {
    ({ event } = await openEntry({ contentKey, headerBytes: entry.header, body: entry.body }));
    if (!(await known(draft, event, header.epoch))) throw new CryptoError("bad_signature");
  } catch {
    if (handshake) return processCommitEntry(core, draft, entry.seq, header, null, own);
    // Of an epoch that was voided later: its number has another key now.
    return past ? undefined : blame(draft, null);
  }
  const device = draft.devices.get(toHex(event.deviceCertHash));
  if (device === undefined) return blame(draft, null);
  // A decision may be of an older epoch, so it carries nothing that is said to the others.
  if (
    (header.kind === "steward") !== (event.type === "space.steward") ||
    (header.kind === "rejoin") !== (event.type === "space.rejoin")
  )
    return blame(draft, device.identity);
  const eventId = toHex(event.eventId);
  if (device.device === core.me().deviceHash && entry.seq > draft.row.read_from) {
    if (!own.has(eventId) && !(await isKnownEvent(core, space.logId, eventId))) {
      throw new CloneError();
    }
  }
  // Read again after coming back, or sealed twice around a change of epoch.
  if (event.counter <= device.counter && (await isKnownEvent(core, space.logId, eventId))) {
    if (!handshake) return;
  } else if (!continues(device, event) && !startsAnew(draft, entry.seq, event))
    return blame(draft, device.identity);
  const chained = { ...device, counter: event.counter, ownHash: ownHash(event) };
  draft.devices.set(device.device, chained);
  draft.writes.push((tx) => {
    tx.run("UPDATE devices SET counter = ?, own_hash = ? WHERE log_id = ? AND device = ?", [
      chained.counter,
      chained.ownHash,
      space.logId,
      chained.device,
    ]);
  });
  if (device.device === core.me().deviceHash) {
    draft.row.counter = chained.counter;
    draft.row.own_hash = chained.ownHash;
  }
  await compareSeen(core, draft, event, device.identity);
  if (handshake)
    return processCommitEntry(
      core,
      draft,
      entry.seq,
      header,
      { event, identity: device.identity },
      own,
    );
  if (header.seat?.op === "set" && !past) judgeSeat(core, draft, header.seat, device.identity);
  if (header.steward?.op === "delete") {
    const deleteAt = event.at + LIMITS.deletionWaitMs;
    draft.writes.push((tx) => noteDeletion(tx, space.logId, deleteAt));
  }
  if (LEADS.has(event.type)) draft.after.push({ do: "lead", mine: false });
  if (event.type === "space.identity") await noteRoll(draft, device.identity, event.payload);
  if (event.type === "space.deviceLeave") noteLeaving(draft, device.identity, device.device);
  if (event.type === "space.leave") {
    draft.leaving.add(device.identity);
    draft.left.push({ author: device.identity, seq: entry.seq, epoch: header.epoch });
    draft.after.push({ do: "takeOut", identityId: device.identity });
  }
  const position = entry.seq;
  const passing = event.type === VANISHING;
  const opened = passing
    ? await (
        await import("../vanish/seal-vanishing.ts")
      ).openSealed(core, draft, header.epoch, event)
    : { event };
  // Nobody shows what somebody says who may only read: signed and in its place, it counts for nothing.
  if (!countsAt(draft, position, device.identity, opened?.event.type ?? event.type))
    return notCounted(core, draft, event, passing);
  draft.writes.push((tx) => {
    applyEvent(tx, core, {
      logId: space.logId,
      epoch: header.epoch,
      seq: position,
      author: device.identity,
      device: device.device,
      // What is over, or was never for this device, has its place all the same.
      event: opened?.event ?? { ...event, payload: new Uint8Array() },
      ...(opened !== null && "ends" in opened ? { ends: opened.ends } : {}),
    });
  });
}

/** One's own word that came too late is shown no more on this device either. */
function notCounted(core: Core, draft: Draft, event: SealedEvent, passing: boolean): void {
  if (toHex(event.deviceCertHash) !== core.me().deviceHash) return;
  const eventId = toHex(event.eventId);
  const [hash, { seq, epoch }] = [core.me().deviceHash, draft.row];
  draft.writes.push((tx) => {
    const { changes } = tx.run("DELETE FROM outbox WHERE event_id = ?", [eventId]);
    if (changes > 0 && !passing) tellTooLate(tx, core, draft.space.logId, event);
    // Known as one's own, should it be read again.
    tx.run("INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?)", [
      draft.space.logId,
      eventId,
      seq,
      epoch,
      core.me().id,
      hash,
      NOT_COUNTED,
      event.at,
      new Uint8Array(),
    ]);
  });
  draft.after.push({ do: "rebuild" });
}

/** Of no type that anybody writes: what stands in the log and counts for nothing. */
const NOT_COUNTED = "space.notCounted";

/** What the commits before one's time that were read so far told of the rules. */
async function pastRules(core: Core, logId: string): Promise<SpaceContext | null> {
  const row = await core.store.get<{ context: Bytes }>(
    "SELECT context FROM past_rules WHERE log_id = ? ORDER BY seq DESC LIMIT 1",
    [logId],
  );
  return row === undefined ? null : readContext(row.context);
}

/** Events after which a steward's device may have something to do. */
const LEADS: ReadonlySet<string> = new Set(["space.proposal", "space.answer", "space.profile"]);

/** A steward who voids a commit that they could not follow seals that under the epoch before it. */
function looksBack({ kind, steward, epoch }: EntryHeader): boolean {
  return kind === "steward" && steward?.op === "void" && steward.epoch === epoch;
}

/** Whether the event is signed by a device that belongs here. A profile event brings its own certificate along. */
async function known(draft: Draft, event: SealedEvent, epoch: number): Promise<boolean> {
  const name = toHex(event.deviceCertHash);
  let device = draft.devices.get(name);
  const brings = event.type === "space.profile" || event.type === "space.rejoin";
  if (device === undefined && brings) {
    const { certificate } = readAs(
      SPACE_EVENTS[event.type as "space.profile" | "space.rejoin"].schema,
      event.payload,
      LIMITS.commitBodyBytes,
    );
    const verified = await verifyDeviceCertificate(certificate);
    // A device of the past, seen while reading history: whoever gave the keys vouches for that time. And one with which
    // a member comes back: whether it may is judged with its commit.
    const past = draft.row.seq <= draft.row.read_from || draft.space.row.seq < draft.row.read_from;
    const returns =
      event.type === "space.rejoin" &&
      [...draft.devices.values()].some((one) => one.identity === toHex(verified.identityId));
    if (!equalBytes(verified.hash, event.deviceCertHash) || !(past || returns)) return false;
    const found = {
      device: name,
      identity: toHex(verified.identityId),
      deviceKey: verified.deviceKey,
      certificate,
      counter: 0,
      ownHash: new Uint8Array(32),
    };
    device = found;
    draft.devices.set(name, found);
    draft.writes.push((tx) => {
      tx.run(
        "INSERT OR IGNORE INTO devices (log_id, device, identity_id, certificate, own_hash) VALUES (?, ?, ?, ?, ?)",
        [draft.space.logId, name, found.identity, certificate, found.ownHash],
      );
    });
  }
  if (device === undefined) return false;
  return verifyEvent({
    logId: draft.space.id,
    epoch,
    deviceKey: device.deviceKey,
    hash: event.deviceCertHash,
    event,
  });
}

/** A seat that is no device's of the group would read along after its maker has gone: a steward's device takes it away. */
function judgeSeat(core: Core, draft: Draft, seat: SeatRecord, by: string): void {
  const { group } = draft;
  if (group === null || roster(group).some((one) => equalBytes(one.seatKey, seat.seatKey))) return;
  blame(draft, by);
  if (stewardsOf(group).some((one) => equalBytes(one.identityId, core.me().identityId)))
    draft.after.push({ do: "removeSeats", seatIds: [seat.seatId] });
}

/** Whether an event is the next of its device. The first one seen of a device may stand anywhere in its chain. */
function continues(device: { counter: number; ownHash: Bytes }, event: SealedEvent): boolean {
  if (device.counter === 0) return true;
  if (event.counter <= device.counter) return false;
  return event.counter !== device.counter + 1 || equalBytes(event.prevOwnHash, device.ownHash);
}

/** Who came again began a new chain; in history that was read later, the commit that let them in again is not followed. */
function startsAnew(draft: Draft, seq: number, event: SealedEvent): boolean {
  return seq <= draft.row.read_from && event.counter === 1 && event.type === "space.profile";
}

/**
 * Members tell each other heads inside events, as the hub signed them. One that differs from ours and that the hub did sign
 * says that it showed two histories: everything stops, and both heads are kept. One without the hub's signature proves
 * only that its author says something that no honest program does.
 */
async function compareSeen(
  core: Core,
  draft: Draft,
  event: SealedEvent,
  author: string,
): Promise<void> {
  const { gen, seq, head, time, sig } = event.seen;
  if (seq === 0) return;
  // Its author had seen as much or more of the log than stands before it here.
  const ahead = seq >= draft.row.seq;
  const mine = ahead
    ? undefined
    : (draft.heads.get(seq) ??
      (
        await core.store.get<{ head: Bytes }>(
          "SELECT head FROM entries WHERE log_id = ? AND seq = ?",
          [draft.space.logId, seq],
        )
      )?.head);
  if (!ahead && (mine === undefined || equalBytes(mine, head))) return;
  // Signed by a former hub for what did not come along when the space was handed over: no lie.
  if (gen < draft.row.gen && (await isLeftBehind(core, draft, gen, seq))) return;
  const logId = draft.space.id;
  const claim =
    time === undefined || sig === undefined ? null : { logId, gen, seq, head, time, sig };
  const { hubKeyOf } = await import("../handover/move.ts");
  const hubKey = await hubKeyOf(core, { logId: draft.space.logId, row: draft.row }, gen);
  if (claim === null || hubKey === undefined || !(await verifyHead(hubKey, claim)))
    return blame(draft, author);
  draft.row.trouble = "forked";
  draft.row.trouble_identity = author;
  const at = core.platform.clock.now();
  draft.writes.push((tx) => {
    tx.run("INSERT OR IGNORE INTO proofs (log_id, claim, told_by, at) VALUES (?, ?, ?, ?)", [
      draft.space.logId,
      encodeCbor(claim),
      author,
      at,
    ]);
  });
}

/** Whether a position of a former generation lies behind the one at which the next began. */
async function isLeftBehind(core: Core, draft: Draft, gen: number, seq: number): Promise<boolean> {
  const row = await core.store.get<{ base: number | null }>(
    "SELECT base FROM hub_moves WHERE log_id = ? AND gen = ?",
    [draft.space.logId, gen + 1],
  );
  return seq > (row?.base ?? draft.bases.get(gen + 1) ?? Number.MAX_SAFE_INTEGER);
}

async function isKnownEvent(core: Core, logId: string, eventId: string): Promise<boolean> {
  return (
    (await core.store.get("SELECT 1 AS one FROM events WHERE log_id = ? AND event_id = ?", [
      logId,
      eventId,
    ])) !== undefined
  );
}
