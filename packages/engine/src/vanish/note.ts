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
  const any = tx.get("SELECT 1 AS one FROM vanish_timers WHERE log_id = ? LIMIT 1", [logId]);
  if (any === undefined) return;
  const tool = core.tools.find(({ name }) => event.type.startsWith(`${name}.`));
  const kind = tool?.vanishes?.(event.type, decodeCbor(event.payload)) ?? null;
  if (kind === null) return;
  if (kind.with !== null) {
    tx.run(
      `INSERT OR IGNORE INTO vanishing SELECT ?, log_id, ms, from_at, ends_at, ends_local FROM vanishing
       WHERE event_id = ? AND log_id = ?`,
      [eventId, toHex(kind.with), logId],
    );
    return;
  }
  const ms = timerOf(tx, logId);
  if (ms > 0)
    tx.run("INSERT OR IGNORE INTO vanishing (event_id, log_id, ms) VALUES (?, ?, ?)", [
      eventId,
      logId,
      ms,
    ]);
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
}
