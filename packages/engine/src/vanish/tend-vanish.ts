/** Deletes what is over, and the keys of hours that nothing can come from any more. */
import { forgetBetween, hourOf, HOUR_MS } from "@baraza/crypto";
import type { Core } from "../core.ts";
import { treeOf, writeTree } from "./keys.ts";
import { VANISHING } from "./tables.ts";

/** Events that one transaction deletes. */
const SLICE = 200;
/** A timer of the platform counts no further than some weeks. */
const LONGEST_WAIT_MS = 6 * HOUR_MS;
/** How much later than it ends something may still be let in, for clocks that differ a little. */
const SLACK_MS = 2 * HOUR_MS;
const EMPTY = new Uint8Array();

type Due = {
  event_id: string;
  log_id: string;
  hub: string | null;
  ms: number;
  ends_at: number;
  ends_local: number;
};

/** Deletes everything that is over on this device. @returns when to look again, by the local clock; null: there is nothing more */
export async function tendVanishing(core: Core): Promise<number | null> {
  for (;;) {
    const now = core.platform.clock.now();
    // What would end later than if all of its time began now was noted by a clock that has been set back since: see `isOver`.
    const due = await core.store.all<Due>(
      `SELECT v.event_id, v.log_id, s.hub, v.ms, v.ends_at, v.ends_local FROM vanishing v LEFT JOIN spaces s ON s.log_id = v.log_id
       WHERE v.ends_local IS NOT NULL AND (v.ends_local <= ?1 OR v.ends_local > ?1 + v.ms) ORDER BY v.ends_local`,
      [now],
    );
    const over = due.filter((row) => isOver(core, row, now));
    if (over.length === 0) {
      await forgetHours(core, now);
      return nextLook(core, now, due);
    }
    await deleteOver(core, over.slice(0, SLICE));
  }
}

/**
 * See [Note: When it is over] in seal-vanishing.ts: where the hub's clock is known, it has to say so too. This device's own says nothing where it was set
 * back since: it would keep what came before for as long as it had been ahead.
 */
function isOver(core: Core, { hub, ms, ends_at, ends_local }: Due, now: number): boolean {
  const ahead = hub === null ? undefined : core.clocks.get(hub);
  const hubSays = ahead !== undefined && now + ahead >= ends_at;
  const wasSetBack = ends_local > now + ms;
  return hubSays || (ahead === undefined && (!wasSetBack || hub === null));
}

/** All of it in one transaction: what a crash cuts off is there again, and gone when the engine has started. */
async function deleteOver(core: Core, over: readonly Due[]): Promise<void> {
  const bySpace = Map.groupBy(over, ({ log_id }) => log_id);
  await core.store.transaction((tx) => {
    for (const [logId, rows] of bySpace) {
      const ids = rows.map(({ event_id }) => event_id);
      const also = core.tools.flatMap((tool) => tool.vanish?.(tx, logId, ids) ?? []);
      const all = JSON.stringify([...ids, ...also]);
      tx.run(
        `UPDATE events SET type = ?, payload = ? WHERE log_id = ? AND event_id IN (SELECT value FROM json_each(?))`,
        [VANISHING, EMPTY, logId, all],
      );
      // What is under way keeps its place in this device's own chain until it is answered, without what it says.
      tx.run(
        `UPDATE outbox SET type = ?, payload = ? WHERE log_id = ? AND request_id IS NOT NULL AND event_id IN (SELECT value FROM json_each(?))`,
        [VANISHING, EMPTY, logId, all],
      );
      tx.run(
        `DELETE FROM outbox WHERE log_id = ? AND request_id IS NULL AND event_id IN (SELECT value FROM json_each(?))`,
        [logId, all],
      );
      tx.run("DELETE FROM vanishing WHERE event_id IN (SELECT value FROM json_each(?))", [all]);
    }
  });
}

async function nextLook(core: Core, now: number, due: readonly Due[]): Promise<number | null> {
  const next = await core.store.get<{ at: number | null }>(
    "SELECT min(ends_local) AS at FROM vanishing WHERE ends_local > ?",
    [now],
  );
  // Where the hub's clock is not known yet, its first word asks to look again: see sync.ts.
  const waits = due.flatMap(({ hub, ends_at }) => {
    const ahead = core.clocks.get(hub ?? "");
    return ahead === undefined ? [] : [ends_at - ahead];
  });
  const at = Math.min(...waits, next?.at ?? Number.POSITIVE_INFINITY);
  if (at !== Number.POSITIVE_INFINITY) return Math.min(at, now + LONGEST_WAIT_MS);
  const keys = await core.store.get(
    "SELECT 1 AS one FROM vanish_timers WHERE ms > 0 UNION ALL SELECT 1 FROM vanish_times LIMIT 1",
  );
  return keys === undefined ? null : now + HOUR_MS;
}

/**
 * Takes the keys of hours that are over off this device, in spaces whose hub's clock is known.
 *
 * [Note: Hours that are needed] In hours in which a timer was set, nothing was to live longer than the longest timer of the space; in others something may have had a time of its
 * own (what can be opened once), which is mostly longer. So the hours of timers go as if there were nothing else, and the others when the longest time of
 * all is over (`vanish_times`).
 */
async function forgetHours(core: Core, now: number): Promise<void> {
  const spaces = await core.store.all<{ log_id: string; hub: string; own: number | null }>(
    `SELECT s.log_id, s.hub, o.ms AS own FROM spaces s LEFT JOIN vanish_times o ON o.log_id = s.log_id
     WHERE o.ms IS NOT NULL OR EXISTS (SELECT 1 FROM vanish_timers t WHERE t.log_id = s.log_id)`,
  );
  for (const { log_id, hub, own } of spaces) {
    const ahead = core.clocks.get(hub);
    if (ahead === undefined) continue;
    const spans = await overSpans(core, log_id, own ?? 0, now + Math.min(0, ahead));
    const epochs = new Set<number>();
    for (const { from, to } of spans)
      for (const { epoch } of await core.store.all<{ epoch: number }>(
        `SELECT DISTINCT epoch FROM vanish_keys WHERE log_id = ? AND node * (1 << level) < ? AND (node + 1) * (1 << level) > ?`,
        [log_id, to, from],
      ))
        epochs.add(epoch);
    for (const epoch of epochs) {
      let kept = await treeOf(core.store, log_id, epoch);
      for (const { from, to } of spans) kept = forgetBetween(kept, from, to);
      await core.store.transaction((tx) => writeTree(tx, log_id, epoch, kept));
    }
  }
}

/** The hours whose keys nothing needs any more. See [Note: Hours that are needed]. */
async function overSpans(
  core: Core,
  logId: string,
  own: number,
  now: number,
): Promise<{ from: number; to: number }[]> {
  const words = await core.store.all<{ ms: number; at: number | null }>(
    `SELECT t.ms, e.at FROM vanish_timers t LEFT JOIN events e ON e.log_id = t.log_id AND e.event_id = t.event_id
     WHERE t.log_id = ? ORDER BY t.position`,
    [logId],
  );
  const longest = Math.max(0, ...words.map(({ ms }) => ms));
  const before = (ms: number): number => hourOf(now - ms - SLACK_MS);
  const spans = [{ from: 0, to: before(Math.max(longest, own)) }];
  for (const [index, { ms, at }] of words.entries()) {
    if (ms === 0) continue;
    const end = words[index + 1];
    const last = end === undefined ? now : Math.min(now, end.at ?? now);
    spans.push({
      from: hourOf(Math.min(now, at ?? now)),
      to: Math.min(before(longest), hourOf(last) + 1),
    });
  }
  return spans.filter(({ from, to }) => from < to);
}
