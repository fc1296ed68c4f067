/** A message in its surroundings, and a thread: what a screen shows of a conversation beside its newest. Loaded when it is asked first. */
import * as v from "valibot";
import { checkArguments, hexId } from "../checks.ts";
import type { ToolContext } from "../tool.ts";
import type { ChatLive, Pin } from "./api.ts";
import { mediaOf, withSign } from "./media.ts";
import { preview } from "./preview.ts";
import type { MessageRow, NoticeRow } from "./queries.ts";
import { linesOf, MESSAGES, noticeLine, NOTICES, PAGE, SEEN } from "./queries.ts";
import { isFollowing } from "./thread-summaries.ts";

const aroundArguments = v.object({
  spaceId: hexId(32),
  eventId: hexId(16),
  before: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(PAGE)),
  after: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(PAGE)),
});
const threadArguments = v.object({
  spaceId: hexId(32),
  root: hexId(16),
  limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(PAGE)),
});

const UP_TO = `${MESSAGES} AND m.channel = ? AND m.aside = 0 AND m.position <= ? ORDER BY m.position DESC LIMIT ?`;
const BEHIND = `${MESSAGES} AND m.channel = ? AND m.aside = 0 AND m.position > ? ORDER BY m.position LIMIT ?`;
const ONE = `${MESSAGES} AND m.event_id = ?`;
const IN_THREAD = `${MESSAGES} AND m.thread = ? ORDER BY m.position DESC LIMIT ?`;
const NOTICES_BETWEEN = `${NOTICES} AND n.position >= ? AND n.position <= ? ORDER BY n.position DESC LIMIT ?`;

/** A message with so many lines before and behind it; null when it is not on this device. */
export async function around(
  context: ToolContext,
  args: ChatLive["chat.around"]["args"],
): Promise<ChatLive["chat.around"]["value"]> {
  const { spaceId, eventId, before, after } = checkArguments(aroundArguments, args);
  const place = await context.get<{
    position: number;
    thread: string | null;
    aside: number;
    channel: string;
  }>(
    "SELECT position, thread, aside, channel FROM chat_messages WHERE log_id = ? AND event_id = ?",
    [spaceId, eventId],
  );
  if (place === undefined) return null;
  if (place.aside === 1)
    return {
      messages: [],
      more: false,
      moreAfter: false,
      thread: place.thread,
      channel: place.channel,
    };
  const [older, newer, seen] = await Promise.all([
    context.all<MessageRow>(UP_TO, [spaceId, place.channel, place.position, before + 2]),
    context.all<MessageRow>(BEHIND, [spaceId, place.channel, place.position, after + 1]),
    context.get<{ seen: number | null }>(SEEN, [spaceId, context.me()]),
  ]);
  const shown = [...older.slice(0, before + 1).toReversed(), ...newer.slice(0, after)];
  const [more, moreAfter] = [older.length > before + 1, newer.length > after];
  const [first, last] = [shown[0]?.position ?? 0, shown.at(-1)?.position ?? 0];
  const notices =
    place.channel === ""
      ? await context.all<NoticeRow>(NOTICES_BETWEEN, [
          spaceId,
          more ? first : 0,
          moreAfter ? last : Number.MAX_SAFE_INTEGER,
          before + after,
        ])
      : [];
  const messages = [
    ...notices.map(noticeLine).filter((line) => line !== null),
    ...(await linesOf(context, spaceId, shown, seen?.seen ?? 0)),
  ].toSorted((a, b) => a.position - b.position);
  return { messages, more, moreAfter, thread: null, channel: place.channel };
}

/** A message with the newest of its thread, oldest first. */
export async function thread(
  context: ToolContext,
  args: ChatLive["chat.thread"]["args"],
): Promise<ChatLive["chat.thread"]["value"]> {
  const { spaceId, root, limit } = checkArguments(threadArguments, args);
  const [first, rows, seen, read] = await Promise.all([
    context.get<MessageRow>(ONE, [spaceId, root]),
    context.all<MessageRow>(IN_THREAD, [spaceId, root, limit + 1]),
    context.get<{ seen: number | null }>(SEEN, [spaceId, context.me()]),
    context.get<{ position: number }>(
      "SELECT position FROM chat_thread_reads WHERE log_id = ? AND root = ?",
      [spaceId, root],
    ),
  ]);
  if (first === undefined) return null;
  const shown = rows.slice(0, limit).toReversed();
  const [head, ...lines] = await linesOf(context, spaceId, [first, ...shown], seen?.seen ?? 0);
  if (head === undefined) return null;
  const following = await isFollowing(context, spaceId, { eventId: root, mine: head.mine });
  return {
    root: head,
    messages: lines,
    more: rows.length > limit,
    following,
    read: read?.position ?? 0,
    channel: first.channel,
  };
}

/** The most that a screen lists. */
const SHOWN = 100;
const PINS = `
  SELECT m.event_id, m.text, m.media, m.at, m.thread, m.aside, COALESCE(a.name, p.name, '') AS author_name,
    COALESCE(b.name, bp.name, '') AS by_name
  FROM chat_pinned k
  JOIN chat_messages m ON m.log_id = k.log_id AND m.event_id = k.target AND m.deleted = 0
  LEFT JOIN members a ON a.log_id = m.log_id AND a.identity_id = m.author
  LEFT JOIN people p ON p.identity_id = m.author
  LEFT JOIN members b ON b.log_id = k.log_id AND b.identity_id = k.author
  LEFT JOIN people bp ON bp.identity_id = k.author
  WHERE k.log_id = ? AND m.channel = ? ORDER BY k.position DESC LIMIT ${SHOWN}`;

/** What is pinned in a channel of a space, the newest pin first. */
export async function pinsOf(
  context: ToolContext,
  spaceId: string,
  channel: string,
): Promise<Pin[]> {
  const rows = await context.all<{
    event_id: string;
    text: string;
    media: string | null;
    at: number;
    thread: string | null;
    aside: number;
    author_name: string;
    by_name: string;
  }>(PINS, [spaceId, channel]);
  return rows.map((row) => ({
    eventId: row.event_id,
    thread: row.aside === 1 ? row.thread : null,
    authorName: row.author_name,
    text: withSign(mediaOf(row.media), preview(row.text)),
    at: row.at,
    pinnedBy: row.by_name,
  }));
}
