/** Whether an event has its place already: what all reducers of the chat ask first. */
import type { SqlTx } from "../../ports.ts";
import type { AppliedEvent } from "../tool.ts";
import type { chatDerived } from "./tables.ts";

/** The log has given this event its place before: whatever comes under its id now is a repeat. */
export function isSettled(
  tx: SqlTx,
  table: Exclude<
    (typeof chatDerived)[number],
    "chat_pinned" | "chat_channels" | "chat_onces" | "chat_emojis"
  >,
  event: AppliedEvent,
): boolean {
  const known = tx.get<{ pending: number }>(
    `SELECT pending FROM ${table} WHERE log_id = ? AND event_id = ?`,
    [event.logId, event.eventId],
  );
  return known?.pending === 0;
}
