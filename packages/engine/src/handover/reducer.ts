/** What the entry that begins a generation leaves behind. */
import type { Bytes } from "@baraza/protocol";
import type { SqlTx } from "../ports.ts";
import type { Handover } from "./follow.ts";

/** Notes where a generation began, and, for whoever reads it as history, which hub kept the log before. */
export function noteMove(
  tx: SqlTx,
  logId: string,
  move: { gen: number; base: number; proof: Bytes; record: Handover },
): void {
  tx.run(
    `INSERT INTO hub_moves (log_id, gen, decision, mine, base, since) VALUES (?, ?, ?, 0, ?, 0)
     ON CONFLICT (log_id, gen) DO UPDATE SET base = excluded.base`,
    [logId, move.gen, move.proof, move.base],
  );
  // It keeps the log itself now.
  tx.run("DELETE FROM space_mirrors WHERE log_id = ? AND node = ?", [logId, move.record.hub]);
  tx.run("INSERT OR IGNORE INTO former_hubs VALUES (?, ?, '', ?)", [
    logId,
    move.gen - 1,
    move.record.oldKey,
  ]);
}
