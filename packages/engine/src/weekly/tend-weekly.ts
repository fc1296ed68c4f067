/**
 * Making the weekly letter when it is due, or when the first of a person's devices is open after that.
 *
 * [Note: One of them makes it] A letter is a mark under the day that it was due: where two devices make it without knowing of each other, one of the
 * two counts, on all of them. A device that was just opened gives the line a moment first: another one may have made it, and what came while
 * it was closed belongs into it. Without a line it makes it of what it has; the rest is told of in the next one.
 */
import { LIMITS } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SqlStore, SqlTx } from "../ports.ts";
import { PENDING_POSITION } from "../schema.ts";
import type { MarkValue } from "../tools/marks/events.ts";
import { putMark } from "../tools/marks/registers.ts";
import { compose } from "./compose.ts";
import { lastDue, letterIdOf, nextDue } from "./due.ts";
import { whenOf } from "./weekly-work.ts";

/** Letters that are kept. */
export const KEPT = 12;
const DAY_MS = 24 * 60 * 60_000;
const WEEK_MS = 7 * DAY_MS;
/** How long a device that is online waits for what came meanwhile, at least and at most; and one that knows that it has no line, ms. */
const SETTLE_MS = 5000;
const BEHIND_MS = 60_000;
const OFFLINE_MS = 10_000;
const LOOK_MS = 1000;
/** A timer of the platform counts no further than some weeks, and a device that slept counts none of it. */
const LONGEST_WAIT_MS = 10 * 60_000;

/** Since when a device knows that a letter is due, and since when it has had a line; ms. */
const waiting = new WeakMap<Core, { since: number; online: number | null }>();

/** Makes the letter that is due. @returns when to look again (ms since 1970); null: no letters are wanted */
export async function tendWeekly(core: Core): Promise<number | null> {
  const { store, platform } = core;
  const local = platform.clock.now();
  const node = local + aheadOf(core);
  // Of two clocks that do not agree none makes a letter of a day to come.
  const now = Math.min(local, node);
  const when = await whenOf(store);
  const spaces = await chosen(store);
  if (when.off === true || spaces.length === 0) return null;
  const due = lastDue(now, when);
  const next = Math.min(nextDue(due) - now, LONGEST_WAIT_MS) + local;
  await forgetFuture(core, Math.max(local, node));
  const id = letterIdOf(due);
  const wanted = Math.min(...spaces.map(({ at }) => at));
  if (due <= wanted || (await store.transaction((tx) => isMade(tx, id)))) {
    waiting.delete(core);
    return next;
  }
  if (!hasComeIn(core, spaces, local)) return local + LOOK_MS;
  const before = await lettersBefore(store, id);
  const since = due - WEEK_MS;
  const letter = await compose(
    store,
    spaces.map(({ log_id, seq }) => ({
      space: log_id,
      upTo: Math.min(seq, PENDING_POSITION - 1),
      told: before.find(({ seen }) => seen[log_id] !== undefined)?.seen[log_id] ?? null,
    })),
    since,
    now,
  );
  const from = before[0]?.to ?? since;
  await store.transaction((tx) => {
    if (isMade(tx, id)) return;
    putMark(tx, "letter", id, { ...letter, from }, now);
    forgetOldest(tx, now);
  });
  waiting.delete(core);
  return next;
}

/** By how much one's own node says that it is later, where that is more than clocks differ; ms. */
function aheadOf(core: Core): number {
  const ahead = core.clocks.get(core.me().node) ?? 0;
  return Math.abs(ahead) > LIMITS.clockSkewMs ? ahead : 0;
}

/** A device whose clock was ahead has made letters of days that are still to come: they would stand before the true ones. */
async function forgetFuture(core: Core, now: number): Promise<void> {
  if (!core.clocks.has(core.me().node)) return;
  await core.store.transaction((tx) => {
    const wrong = tx.all<{ key: string }>(
      "SELECT key FROM marks WHERE kind = 'letter' AND value IS NOT NULL AND value ->> 'to' > ?",
      [now + DAY_MS],
    );
    for (const { key } of wrong) putMark(tx, "letter", key, null, now);
  });
}

type Chosen = { log_id: string; seq: number; hub_seq: number; at: number };

/** Conversations that the letter is made of. */
function chosen(store: Pick<SqlStore, "all">): Promise<Chosen[]> {
  return store.all<Chosen>(
    `SELECT s.log_id, s.seq, s.hub_seq, k.value ->> 'at' AS at FROM marks k JOIN spaces s ON s.log_id = k.key AND s.state = 'active'
     WHERE k.kind = 'weekly' AND k.value IS NOT NULL AND s.kind <> 'personal' ORDER BY s.log_id`,
  );
}

/** What came while the device was closed is there, or does not come. See [Note: One of them makes it]. */
function hasComeIn(core: Core, spaces: readonly Chosen[], now: number): boolean {
  const state = waiting.get(core) ?? { since: now, online: null };
  waiting.set(core, state);
  if (core.line() !== "online") state.online = null;
  else state.online ??= now;
  const waited = now - state.since;
  if (state.online === null) return waited >= (core.line() === "offline" ? OFFLINE_MS : BEHIND_MS);
  const behind = spaces.some(({ seq, hub_seq }) => seq < hub_seq);
  return behind ? waited >= BEHIND_MS : now - state.online >= SETTLE_MS;
}

function isMade(tx: SqlTx, id: string): boolean {
  return (
    tx.get("SELECT 1 AS one FROM marks WHERE kind = 'letter' AND key = ? AND value IS NOT NULL", [
      id,
    ]) !== undefined
  );
}

/** The letters before that one, the newest first. */
async function lettersBefore(
  store: Pick<SqlStore, "all">,
  id: string,
): Promise<MarkValue<"letter">[]> {
  const rows = await store.all<{ value: string }>(
    "SELECT value FROM marks WHERE kind = 'letter' AND key < ? AND value IS NOT NULL ORDER BY key DESC",
    [id],
  );
  return rows.map(({ value }) => JSON.parse(value) as MarkValue<"letter">);
}

function forgetOldest(tx: SqlTx, now: number): void {
  const old = tx.all<{ key: string }>(
    "SELECT key FROM marks WHERE kind = 'letter' AND value IS NOT NULL ORDER BY key DESC LIMIT -1 OFFSET ?",
    [KEPT],
  );
  for (const { key } of old) {
    putMark(tx, "letter", key, null, now);
    putMark(tx, "letterRead", key, null, now);
  }
}
