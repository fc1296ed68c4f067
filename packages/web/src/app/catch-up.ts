/** Going from one unread conversation to the next. */
import type { ChannelMark, ConversationRow } from "./model.ts";
import { conversationOf, type Route } from "./routes.ts";

/** Conversations with something unread that one wants to hear of, in the order of the list. */
export function unreadRows(
  rows: readonly ConversationRow[],
  now: number,
): readonly ConversationRow[] {
  const wanted = rows.filter(
    (row) =>
      (row.unread > 0 || row.marked) && (row.mentioned || (!row.archived && row.mutedUntil <= now)),
  );
  return [...wanted.filter(({ pinned }) => pinned), ...wanted.filter(({ pinned }) => !pinned)];
}

/** The next one from where one is, or the one before; undefined when nothing else is unread. */
export function nextUnread(
  rows: readonly ConversationRow[],
  currentId: string | undefined,
  now: number,
  step: 1 | -1 = 1,
): ConversationRow | undefined {
  const order = [...rows.filter(({ pinned }) => pinned), ...rows.filter(({ pinned }) => !pinned)];
  const unread = new Set(unreadRows(rows, now));
  const at = order.findIndex(({ spaceId }) => spaceId === currentId);
  const from = at < 0 ? (step === 1 ? -1 : 0) : at;
  for (let i = 1; i <= order.length; i++) {
    const row = order[(from + step * i + 2 * order.length) % order.length];
    if (row && row.spaceId !== currentId && unread.has(row)) return row;
  }
  return undefined;
}

/** Channels of a conversation with something unread that one wants to hear of, but the one that one is in. */
export function unreadChannels(
  { channels }: ConversationRow,
  now: number,
  but?: string,
): readonly ChannelMark[] {
  return channels.filter(
    (one) =>
      one.channelId !== but &&
      (one.unread > 0 || one.marked) &&
      (one.mentioned || one.mutedUntil <= now),
  );
}

/** Where in a conversation one goes on reading. */
export function unreadPlace(row: ConversationRow, now: number, but?: string): Route {
  const { spaceId } = row;
  return conversationOf({ spaceId, channel: unreadChannels(row, now, but)[0]?.channelId });
}

/** The next place with something unread: another channel of where one is, else in the next conversation. */
export function nextUnreadPlace(
  rows: readonly ConversationRow[],
  here: { spaceId: string; channel: string } | undefined,
  now: number,
  step: 1 | -1 = 1,
): Route | undefined {
  const row = rows.find(({ spaceId }) => spaceId === here?.spaceId);
  if (row && here && unreadChannels(row, now, here.channel).length > 0)
    return unreadPlace(row, now, here.channel);
  const next = nextUnread(rows, here?.spaceId, now, step);
  return next && unreadPlace(next, now);
}
