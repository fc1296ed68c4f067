import type { SqlTx } from "../ports.ts";
import { byStewards } from "../tools/rulings.ts";
import type { AppliedEvent } from "../tools/tool.ts";

/** Applies a word on how long what is said stays, of somebody who leads the space; everybody sees it as a line. */
export function reduceTimer(tx: SqlTx, event: AppliedEvent): void {
  const { ms } = event.payload as { ms: number };
  const known = tx.get<{ pending: number }>(
    "SELECT pending FROM vanish_timers WHERE log_id = ? AND event_id = ?",
    [event.logId, event.eventId],
  );
  if (known?.pending === 0) return;
  tx.run("DELETE FROM notices WHERE log_id = ? AND event_id = ? AND kind = 'timer'", [
    event.logId,
    event.eventId,
  ]);
  if (!byStewards(tx, "vanish_rulings", event)) {
    // It was let in while it waited, and is not where it came to stand.
    tx.run("DELETE FROM vanish_timers WHERE log_id = ? AND event_id = ?", [
      event.logId,
      event.eventId,
    ]);
    return;
  }
  tx.run("INSERT OR REPLACE INTO vanish_timers VALUES (?, ?, ?, ?, ?)", [
    event.logId,
    event.eventId,
    event.position,
    Number(event.pending),
    ms,
  ]);
  tx.run("INSERT INTO notices VALUES (?, ?, ?, ?, 'timer', ?, ?, ?)", [
    event.logId,
    event.eventId,
    event.position,
    event.at,
    event.author,
    event.author,
    String(ms),
  ]);
}
