/**
 * Fetching what one has not seen, and judging the hub by what it signs.
 *
 * [Note: A hub that lost entries] After a restored backup a hub signs a lower position than before. Where its head equals ours
 * at that position it has forgotten, not lied: this device sends it the entries that it kept, byte for byte; the hub
 * checks them as it did the first time and arrives at the same heads. Where the heads differ it is a fork, and
 * everything stops for that space.
 */
import { epoch, genesisHead, signLogSession, verifyHead } from "@baraza/crypto";
import type { Bytes, Head, Mirror, StoredEntry } from "@baraza/protocol";
import {
  encodeCbor,
  equalBytes,
  head as headSchema,
  LIMITS,
  ProtocolError,
  readAs,
  storedEntry,
} from "@baraza/protocol";
import type { Progress } from "../api.ts";
import type { Core } from "../core.ts";
import { noteMirrors } from "../mirrors/reducer.ts";
import { canHaveSlot } from "../slots/claim.ts";
import { settleShown } from "./shown-ahead.ts";
import type { FollowUp } from "./draft.ts";
import { writeRow } from "./draft.ts";
import { applyEntries, ForkError, GapError } from "./process.ts";
import type { SpaceRow, SpaceRuntime } from "./runtime.ts";

const PAGE = 500;
/** Two clocks that went apart by more: one of them was set. */
const CLOCK_SET_MS = 60_000;

/** Checks that the hub signed a head of this log. @throws ProtocolError `bad_signature` */
export async function checkedHead(space: SpaceRuntime, head: Head): Promise<Head> {
  if (!equalBytes(head.logId, space.id) || !(await verifyHead(space.row.hub_key, head)))
    throw new ProtocolError("bad_signature");
  return head;
}

/** Reads everything new. Call it inside the space's queue. @returns follow-ups of what was applied */
export async function sync(
  core: Core,
  space: SpaceRuntime,
  options: { follow: boolean } = { follow: true },
): Promise<FollowUp[]> {
  const after: FollowUp[] = [];
  if (hasStopped(space)) return after;
  let broughtBack = false;
  for (;;) {
    const page = await reading(core, space, (token) =>
      core.remote.call(space.row.hub, "logs.read", {
        logId: space.id,
        token,
        after: space.row.seq,
        limit: PAGE,
      }),
    );
    const head = await checkedHead(space, page.head);
    if (page.gathering === true) {
      await bringMore(core, space, head);
      throw new ProtocolError("busy");
    }
    if (page.base !== undefined && page.base.gen > space.row.gen)
      await meetBase(core, space, page.base);
    if (head.seq < space.row.seq) {
      // It lost again what it was just given: nothing that more giving would mend.
      if (broughtBack) throw new ProtocolError("unavailable");
      await rolledBack(core, space, head);
      broughtBack = true;
      continue;
    }
    if (head.seq === space.row.seq && !equalBytes(head.head, space.row.head))
      throw new ForkError(head);
    const from = space.row.seq;
    after.push(...(await applyEntries(core, space, page.entries, head)));
    core.setProgress(page.more ? await historyLeft(core) : null);
    if (from < space.row.read_from && space.row.seq >= space.row.read_from)
      await settleAhead(core, space);
    // One's own removal ends the reading, and so does an entry that a copy of this device has written.
    if (space.row.state !== "active" || hasStopped(space)) return after;
    // It says that there is more, or told so before, and does not give it.
    const missing = page.more ? space.row.seq === from : space.row.seq < space.row.hub_seq;
    if (missing) throw new GapError();
    if (!page.more) {
      const { trouble } = space.row;
      if (trouble === "behind" || trouble === "rolledBack") await setTrouble(core, space, null);
      space.fetched = true;
      await keepReceipt(core, space, head);
      if (page.moved !== undefined && options.follow) {
        const { learnMove } = await import("../handover/move.ts");
        if (await learnMove(core, space, page.moved)) throw new ProtocolError("log_moved");
      }
      return after;
    }
  }
}

/** The log is being gathered at its new hub: this device brings what it has more of it. */
async function bringMore(core: Core, space: SpaceRuntime, head: Head): Promise<void> {
  if (head.seq >= space.row.seq) return;
  const { bringTo, followedMove } = await import("../handover/move.ts");
  const proof = await followedMove(core, space.logId, space.row.gen + 1);
  if (proof !== null) await bringTo(core, space, proof, head.seq);
}

/** Reads what others have brought to the new hub, before it is open. @returns how far it has come */
export async function readGathered(core: Core, space: SpaceRuntime): Promise<number> {
  for (;;) {
    const page = await reading(core, space, (token) =>
      core.remote.call(space.row.hub, "logs.read", {
        logId: space.id,
        token,
        after: space.row.seq,
        limit: PAGE,
      }),
    );
    const head = await checkedHead(space, page.head);
    await applyEntries(core, space, page.entries, head, undefined, false);
    if (!page.more || page.entries.length === 0) return head.seq;
  }
}

/**
 * The hub took the log over up to `base`: what this device has behind that did not come along, and is taken back.
 * @throws ForkError when its own head there is another one; ProtocolError `busy` when it had to go back
 */
async function meetBase(
  core: Core,
  space: SpaceRuntime,
  base: { seq: number; head: Bytes },
): Promise<void> {
  if (base.seq > space.row.seq) return;
  const mine = base.seq === space.row.seq ? space.row.head : await headAt(core, space, base.seq);
  if (mine === undefined || !equalBytes(mine, base.head)) throw new ForkError();
  if (base.seq === space.row.seq) return;
  await (await import("../handover/move.ts")).rewind(core, space, base.seq);
  throw new ProtocolError("busy");
}

/** What the hub signed for where this device stands, when nothing new came with it. */
async function keepReceipt(core: Core, space: SpaceRuntime, head: Head): Promise<void> {
  if (head.seq !== space.row.seq || head.seq === 0) return;
  const had = space.row.receipt === null ? null : readAs(headSchema, space.row.receipt);
  if (had !== null && had.seq === head.seq && had.gen === head.gen) return;
  const row = { ...space.row, receipt: encodeCbor(head) };
  await core.store.transaction((tx) => writeRow(tx, row));
  space.row = row;
}

/** How far all of the history is that this device came in to read. */
async function historyLeft(core: Core): Promise<Progress> {
  const row = await core.store.get<{ done: number | null; total: number | null }>(
    "SELECT sum(seq) AS done, sum(hub_seq) AS total FROM spaces WHERE state = 'active' AND seq < hub_seq",
  );
  return { job: "history", done: row?.done ?? 0, total: row?.total ?? 0 };
}

async function settleAhead(core: Core, space: SpaceRuntime): Promise<void> {
  const ahead = await core.store.get("SELECT 1 AS one FROM shown_ahead WHERE log_id = ?", [
    space.logId,
  ]);
  if (ahead === undefined) return;
  await core.store.transaction((tx) => settleShown(tx, core, space.logId));
}

/** Nothing is read or sent any more, until somebody decides. */
function hasStopped({ row }: SpaceRuntime): boolean {
  return row.trouble === "forked" || row.trouble === "cloned";
}

/** Runs a request that needs a reading session; opens a new one when the hub does not know the old one any more. */
export async function reading<T>(
  core: Core,
  space: SpaceRuntime,
  request: (token: Bytes) => Promise<T>,
): Promise<T> {
  try {
    return await request(await readingToken(core, space));
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.code !== "session_expired") throw error;
    space.reading = null;
    return request(await readingToken(core, space));
  }
}

async function readingToken(core: Core, space: SpaceRuntime) {
  const now = core.platform.clock.now();
  if (space.reading !== null && space.reading.expires > now + 60_000) return space.reading.token;
  const { hub, seat_id: seatId, seat_key: seatKey } = space.row;
  const ask = async (time: number) =>
    core.remote.call(
      hub,
      "logs.session",
      await signLogSession(seatKey, { logId: space.id, seatId, hub, time }),
    );
  const answer = await ask(now).catch((error: unknown) => {
    // [Note: Clocks that are off] A device reads on with the hub's time; that its own is wrong, its node's signature says.
    const theirs = error instanceof ProtocolError ? error.data["now"] : undefined;
    if (typeof theirs !== "number") throw error;
    return ask(theirs);
  });
  await checkedHead(space, answer.head);
  // Hours are forgotten once the hub's clock says so, too, and as soon as one of the two was set: not only where the app stays open for long.
  const ahead = answer.head.time - now;
  if (Math.abs(ahead - (core.clocks.get(hub) ?? Infinity)) >= CLOCK_SET_MS)
    core.kick({ vanish: true });
  core.clocks.set(hub, ahead);
  if (hub === core.me().node) core.setClockOff(ahead);
  space.reading = { token: answer.token, expires: answer.expires };
  if (answer.mirrors !== undefined) await noteTold(core, space, answer.mirrors);
  if (answer.slot === false && answer.epoch === space.row.epoch) await slotIsMissing(core, space);
  return answer.token;
}

/**
 * Who came in after the stewards named the mirrors hears of them from the hub. Nothing hangs on its word: what a mirror gives is checked
 * by the hub's own signatures, and the next naming in the log replaces it.
 */
async function noteTold(
  core: Core,
  { logId, row }: SpaceRuntime,
  mirrors: readonly Mirror[],
): Promise<void> {
  if (row.read_from === 0 || row.seq < row.read_from) return;
  await core.store.transaction((tx) => {
    const known = tx.get("SELECT 1 AS one FROM space_mirrors WHERE log_id = ?", [logId]);
    if (known === undefined)
      noteMirrors(
        tx,
        logId,
        mirrors.filter((one) => one.node !== row.hub),
      );
  });
}

/** The hub has no rejoin slot (a backup, a void from far back, a member who brought none): this device makes one soon. */
async function slotIsMissing(core: Core, space: SpaceRuntime): Promise<void> {
  const { group } = space;
  if (group === null || epoch(group) !== space.row.epoch || !canHaveSlot(group)) return;
  const row = { ...space.row, slot_good: 0 };
  const after = core.platform.clock.now() + 1000 + Math.floor(Math.random() * 5000);
  await core.store.transaction((tx) => {
    writeRow(tx, row);
    tx.run(
      `INSERT INTO intents (log_id, kind, data) SELECT ?1, 'slot', ?2
       WHERE NOT EXISTS (SELECT 1 FROM intents WHERE log_id = ?1 AND kind = 'slot')`,
      [space.logId, encodeCbor({ after })],
    );
  });
  space.row = row;
}

/** Sets or clears the state that a person should know of. */
export async function setTrouble(
  core: Core,
  space: SpaceRuntime,
  trouble: SpaceRow["trouble"],
  identity: string | null = null,
): Promise<void> {
  if (space.row.trouble === trouble && space.row.trouble_identity === identity) return;
  const row = { ...space.row, trouble, trouble_identity: identity };
  await core.store.transaction((tx) => writeRow(tx, row));
  space.row = row;
}

/** This device's own head at a position; undefined where it does not know it (any more). */
async function headAt(core: Core, space: SpaceRuntime, seq: number): Promise<Bytes | undefined> {
  if (seq === 0) return genesisHead(space.row.genesis);
  const row = await core.store.get<{ head: Bytes }>(
    "SELECT head FROM entries WHERE log_id = ? AND seq = ?",
    [space.logId, seq],
  );
  return row?.head;
}

/** Whether a head is the one that this device has at that position, or may be for all that it knows. */
export async function isKnownHead(core: Core, space: SpaceRuntime, head: Head): Promise<boolean> {
  const mine = await headAt(core, space, head.seq);
  return mine === undefined || equalBytes(mine, head.head);
}

async function rolledBack(core: Core, space: SpaceRuntime, head: Head): Promise<void> {
  const mine = await headAt(core, space, head.seq);
  if (mine === undefined) {
    await setTrouble(core, space, "rolledBack");
    throw new ProtocolError("unavailable");
  }
  if (!equalBytes(mine, head.head)) throw new ForkError(head);
  await setTrouble(core, space, "rolledBack");
  await reseed(core, space, head.seq);
  // Where this device's pushes go is among what was lost.
  const row = { ...space.row, push_until: 0 };
  await core.store.transaction((tx) => writeRow(tx, row));
  space.row = row;
}

/** Gives the hub back what it lost, in the appends in which it first came. */
async function reseed(core: Core, space: SpaceRuntime, from: number): Promise<void> {
  const total = space.row.seq - from;
  let at = from;
  while (at < space.row.seq) {
    const rows = await core.store.all<{ stored: Uint8Array<ArrayBuffer> }>(
      "SELECT stored FROM entries WHERE log_id = ? AND seq > ? AND stored IS NOT NULL ORDER BY seq LIMIT ?",
      [space.logId, at, LIMITS.appendEntries],
    );
    const entries = rows.map((row) => readAs(storedEntry, row.stored, LIMITS.appendBytes));
    const first = entries[0];
    if (first === undefined) throw new ProtocolError("unavailable");
    const batch = batchOf(first, entries);
    const { batch: _, ...sigs } = first.sigs;
    await core.remote.call(space.row.hub, "logs.append", {
      logId: space.id,
      entries: batch.map(({ header, body }) => ({ header, body })),
      sigs,
    });
    at += batch.length;
    core.setProgress({ job: "reseeding", done: at - from, total });
  }
  core.setProgress(null);
}

function batchOf(first: StoredEntry, entries: readonly StoredEntry[]): readonly StoredEntry[] {
  return first.sigs.batch === undefined ? [first] : entries.slice(0, first.sigs.batch.count);
}
