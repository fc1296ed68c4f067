/** What a message said before it was changed. Everybody in the conversation may look: a change does not unsay. */
import type { ToolContext } from "../tool.ts";

type Row = { text: string; at: number };

/** The texts of a message, the oldest first, the one that shows now last; nothing of a deleted one or one that is unknown. */
export async function historyOf(
  context: ToolContext,
  spaceId: string,
  eventId: string,
): Promise<Row[]> {
  const message = await context.get<{ author: string; original: string; at: number }>(
    "SELECT author, original, at FROM chat_messages WHERE log_id = ? AND event_id = ? AND deleted = 0 AND poll = 0",
    [spaceId, eventId],
  );
  if (message === undefined) return [];
  const edits = await context.all<Row>(
    `SELECT c.text, c.at FROM chat_changes c
     WHERE c.log_id = ? AND c.target = ? AND c.kind = 'edit' AND c.author = ? ORDER BY c.position`,
    [spaceId, eventId, message.author],
  );
  return [{ text: message.original, at: message.at }, ...edits];
}
