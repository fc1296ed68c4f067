/** What was shown before the history up to it was read (newest-first.ts), and is judged now. */
import type { Core } from "../core.ts";
import type { SqlTx } from "../ports.ts";
import { rebuildSpace } from "./apply.ts";

/** The history has been read: what was shown ahead and does not stand there goes. */
export function settleShown(tx: SqlTx, core: Core, logId: string): void {
  const wrong = tx.get(
    `SELECT 1 AS one FROM shown_ahead s LEFT JOIN events e ON e.log_id = s.log_id AND e.event_id = s.event_id
     WHERE s.log_id = ? AND (e.seq IS NULL OR e.seq <> s.seq)`,
    [logId],
  );
  if (wrong !== undefined) rebuildSpace(tx, core, logId);
  tx.run("DELETE FROM shown_ahead WHERE log_id = ?", [logId]);
}
