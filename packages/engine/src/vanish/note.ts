/** Which new events disappear: noted in the transaction that writes them. */
import { decodeCbor, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SqlTx } from "../ports.ts";
import type { ReadyEvent } from "../spaces/post.ts";

/** How long what is said in a space stays now, ms; 0: for good. */
export function timerOf(tx: SqlTx, logId: string): number {
  return (
    tx.get<{ ms: number }>(
      "SELECT ms FROM vanish_timers WHERE log_id = ? ORDER BY position DESC LIMIT 1",
      [logId],
    )?.ms ?? 0
  );
}

/**
 * Notes whether a new event of one's own disappears. What changes another event goes with that one: an edit does not outlive what
 * it changes, nor end before it.
 */
export function noteNew(
  tx: SqlTx,
  core: Core,
  logId: string,
  eventId: string,
  event: ReadyEvent,
): void {
  if (event.type.startsWith("space.")) return;
  const tool = core.tools.find(({ name }) => event.type.startsWith(`${name}.`));
  if (tool?.vanishes === undefined) return;
  const kind = tool.vanishes(event.type, decodeCbor(event.payload));
  if (kind === null) return;
  if (kind.with !== null) {
    tx.run(
      `INSERT OR IGNORE INTO vanishing SELECT ?, log_id, ms, from_at, ends_at, ends_local FROM vanishing
       WHERE event_id = ? AND log_id = ?`,
      [eventId, toHex(kind.with), logId],
    );
    return;
  }
  const timer = timerOf(tx, logId);
  const { most = timer } = kind;
  const ms = timer > 0 ? Math.min(timer, most) : most;
  if (ms === 0) return;
  tx.run("INSERT OR IGNORE INTO vanishing (event_id, log_id, ms) VALUES (?, ?, ?)", [
    eventId,
    logId,
    ms,
  ]);
  noteTime(tx, logId, ms);
}

/** Notes how long something lived here: see [Note: Hours that are needed] in tend-vanish.ts. */
function noteTime(tx: SqlTx, logId: string, ms: number): void {
  tx.run(
    `INSERT INTO vanish_times VALUES (?, ?)
     ON CONFLICT (log_id) DO UPDATE SET ms = excluded.ms WHERE excluded.ms > vanish_times.ms`,
    [logId, ms],
  );
}

/** What is to be noted of an event that disappears. */
export type Ends = { ms: number; from: number; endsAt: number; endsLocal: number };

/** Notes when an event that came ends. One's own keeps the end that it was given when it was sealed. */
export function noteEnds(tx: SqlTx, logId: string, eventId: string, ends: Ends): void {
  tx.run(
    `INSERT INTO vanishing VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (event_id) DO UPDATE SET from_at = excluded.from_at, ends_at = excluded.ends_at, ends_local = excluded.ends_local
     WHERE ends_local IS NULL`,
    [eventId, logId, ends.ms, ends.from, ends.endsAt, ends.endsLocal],
  );
  noteTime(tx, logId, ends.ms);
}
