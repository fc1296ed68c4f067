/** What the stewards' naming of mirrors leaves behind. */
import type { Mirror } from "@baraza/protocol";
import type { SqlTx } from "../ports.ts";

/** The nodes that keep a copy from now on. `changed` is called once that is stored. */
export function noteMirrors(
  tx: SqlTx,
  logId: string,
  mirrors: readonly Mirror[],
  changed?: () => void,
): void {
  tx.run(
    "DELETE FROM space_mirrors WHERE log_id = ? AND node NOT IN (SELECT value FROM json_each(?))",
    [logId, JSON.stringify(mirrors.map((one) => one.node))],
  );
  for (const { node, key } of mirrors)
    tx.run(
      `INSERT INTO space_mirrors (log_id, node, key) VALUES (?, ?, ?)
       ON CONFLICT (log_id, node) DO UPDATE SET key = excluded.key`,
      [logId, node, key],
    );
  if (changed !== undefined) tx.afterCommit(changed);
}
