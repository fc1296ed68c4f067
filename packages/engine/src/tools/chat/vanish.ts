/** Messages that disappear: which of the chat's events do, and what goes when a message's time is over. */
import type { Bytes } from "@baraza/protocol";
import { bytes16 } from "@baraza/protocol";
import * as v from "valibot";
import type { SqlTx } from "../../ports.ts";
import { endOnces, isOnce, ONCE_LIMITS } from "./once.ts";

/** What one says about threads stands in the space of one's own devices, and names a message without a word of it; channels and own emoji stay. */
const STAYS: ReadonlySet<string> = new Set([
  "chat.follow",
  "chat.channel",
  "chat.channelOrder",
  "chat.ownEmoji",
]);
const targeted = v.looseObject({ target: bytes16 });

/** What changes a message disappears with it, everything else when its own time is over. */
export function chatVanishes(
  type: string,
  payload: unknown,
): { with: Bytes | null; most?: number } | null {
  if (STAYS.has(type)) return null;
  if (type === "chat.message" && isOnce(payload)) return { with: null, most: ONCE_LIMITS.ms };
  return { with: v.is(targeted, payload) ? payload.target : null };
}

const IN = "IN (SELECT value FROM json_each(?))";
/** Tables of changes to messages, and those with what a message is. */
const CHANGES = ["chat_changes", "chat_reactions", "chat_pins", "chat_poll_acts"] as const;
const OWN = [
  "chat_messages",
  "chat_polls",
  "chat_attached",
  "chat_listened",
  ...CHANGES,
  "activity",
] as const;

/**
 * Deletes messages with all that was said about them; a thread goes with the message that it hangs on.
 * @returns the ids of the events that went with them
 */
export function vanishMessages(tx: SqlTx, logId: string, eventIds: readonly string[]): string[] {
  const given = JSON.stringify(eventIds);
  // Nothing hangs on what can be opened once, whatever somebody says: it ends where other messages stay.
  const thread = tx.all<{ event_id: string }>(
    `SELECT event_id FROM chat_messages m WHERE log_id = ?1 AND thread ${IN.replace("?", "?2")}
       AND NOT EXISTS (SELECT 1 FROM chat_onces o WHERE o.log_id = ?1 AND o.event_id = m.thread)`,
    [logId, given],
  );
  endOnces(tx, logId, eventIds);
  const messages = [...eventIds, ...thread.map(({ event_id }) => event_id)];
  const list = JSON.stringify(messages);
  const changes = CHANGES.flatMap((table) =>
    tx.all<{ event_id: string }>(
      `SELECT event_id FROM ${table} WHERE log_id = ? AND target ${IN}`,
      [logId, list],
    ),
  ).map(({ event_id }) => event_id);
  const also = [...thread.map(({ event_id }) => event_id), ...changes];
  const all = JSON.stringify([...eventIds, ...also]);
  tx.run(`DELETE FROM chat_pinned WHERE log_id = ? AND target ${IN}`, [logId, list]);
  tx.run(`DELETE FROM chat_thread_reads WHERE log_id = ? AND root ${IN}`, [logId, list]);
  for (const table of OWN)
    tx.run(`DELETE FROM ${table} WHERE log_id = ? AND event_id ${IN}`, [logId, all]);
  return also;
}
