/**
 * Who led the space when they wrote something: for reducers that let stewards do more than others.
 *
 * [Note: Rulings] Whether a deletion counts may depend on its author having been a steward at that position. `members` only
 * knows today's roles, so the answer is written down when a deletion is first confirmed, and a rebuild uses it again.
 * A newcomer who gets old history judges it by the roles that are known then. After a void an event gets another
 * position, and with it a new ruling. For a pending deletion the role at the time of writing counts until it is confirmed.
 */
import type { SqlTx } from "../ports.ts";
import type { AppliedEvent } from "./tool.ts";

/**
 * Whether the author leads the space. See [Note: Rulings].
 * @param table the tool's own, with log_id, event_id, position and steward; it is kept through rebuilds
 */
export function byStewards(
  tx: SqlTx,
  table: "chat_rulings" | "files_rulings" | "vanish_rulings" | "brought_rulings",
  event: AppliedEvent,
): boolean {
  const key = [event.logId, event.eventId, event.position] as const;
  if (!event.pending) {
    const ruling = tx.get<{ steward: number }>(
      `SELECT steward FROM ${table} WHERE log_id = ? AND event_id = ? AND position = ?`,
      key,
    );
    if (ruling !== undefined) return ruling.steward === 1;
  }
  const role = tx.get<{ role: string }>(
    "SELECT role FROM members WHERE log_id = ? AND identity_id = ?",
    [event.logId, event.author],
  )?.role;
  // Moderators keep order in what is said; files are for those who lead.
  const steward =
    role === "steward" ||
    (role === "moderator" && (table === "chat_rulings" || table === "brought_rulings"));
  if (!event.pending)
    tx.run(`INSERT INTO ${table} (log_id, event_id, position, steward) VALUES (?, ?, ?, ?)`, [
      ...key,
      Number(steward),
    ]);
  return steward;
}
