/** What a screen shows of a conversation. All reads go by an index: queries.test.ts looks at their plans. */
import * as v from "valibot";
import { checkArguments, hexId } from "../checks.ts";
import type { LiveQuery, ToolContext } from "../tool.ts";
import type { ChatLive, Message, MessagePage, Reaction } from "./api.ts";
import { preview } from "./preview.ts";

/** The most messages that one page holds. */
const PAGE = 1000;

const pageArguments = v.object({
  spaceId: hexId(32),
  limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(PAGE)),
});
const aroundArguments = v.object({
  spaceId: hexId(32),
  eventId: hexId(16),
  before: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(PAGE)),
  after: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(PAGE)),
});
const draftArguments = v.object({ spaceId: hexId(32) });

type MessageRow = {
  event_id: string;
  position: number;
  pending: number;
  author: string;
  author_name: string;
  mine: number;
  text: string;
  at: number;
  edited_at: number | null;
  deleted: number;
  newer: number;
  reply_to: string | null;
  mentions: string;
  mentions_me: number;
  quote_name: string;
  quote_text: string | null;
  quote_deleted: number | null;
};

/** What a line needs to be shown; newest first below a position, or oldest first above it. */
const MESSAGES = `
  SELECT m.event_id, m.position, m.pending, m.author, m.mine, m.text, m.at, m.edited_at, m.deleted, m.newer,
    m.reply_to, m.mentions, m.mentions_me, COALESCE(a.name, p.name, '') AS author_name,
    q.text AS quote_text, q.deleted AS quote_deleted, COALESCE(qa.name, qp.name, '') AS quote_name
  FROM chat_messages m
  LEFT JOIN members a ON a.log_id = m.log_id AND a.identity_id = m.author
  LEFT JOIN people p ON p.identity_id = m.author
  LEFT JOIN chat_messages q ON q.log_id = m.log_id AND q.event_id = m.reply_to
  LEFT JOIN members qa ON qa.log_id = q.log_id AND qa.identity_id = q.author
  LEFT JOIN people qp ON qp.identity_id = q.author
  WHERE m.log_id = ?`;
const NEWEST = `${MESSAGES} ORDER BY m.position DESC LIMIT ?`;
const UP_TO = `${MESSAGES} AND m.position <= ? ORDER BY m.position DESC LIMIT ?`;
const BEHIND = `${MESSAGES} AND m.position > ? ORDER BY m.position LIMIT ?`;

type NoticeRow = {
  event_id: string;
  position: number;
  at: number;
  kind: string;
  subject: string;
  by_identity: string | null;
  title: string | null;
  subject_name: string;
  by_name: string | null;
};

const NOTICES = `
  SELECT n.event_id, n.position, n.at, n.kind, n.subject, n.by_identity, n.title,
    COALESCE(a.name, p.name, '') AS subject_name, COALESCE(ba.name, bp.name) AS by_name
  FROM notices n
  LEFT JOIN members a ON a.log_id = n.log_id AND a.identity_id = n.subject
  LEFT JOIN people p ON p.identity_id = n.subject
  LEFT JOIN members ba ON ba.log_id = n.log_id AND ba.identity_id = n.by_identity
  LEFT JOIN people bp ON bp.identity_id = n.by_identity
  WHERE n.log_id = ?`;
const NEWEST_NOTICES = `${NOTICES} ORDER BY n.position DESC LIMIT ?`;
const NOTICES_BETWEEN = `${NOTICES} AND n.position >= ? AND n.position <= ? ORDER BY n.position DESC LIMIT ?`;

type ReactionRow = { target: string; emoji: string; author: string; is_on: number; name: string };

const REACTIONS = `
  SELECT r.target, r.emoji, r.author, r.is_on, COALESCE(a.name, p.name, '') AS name
  FROM chat_reactions r
  LEFT JOIN members a ON a.log_id = r.log_id AND a.identity_id = r.author
  LEFT JOIN people p ON p.identity_id = r.author
  WHERE r.log_id = ? AND r.target IN (SELECT value FROM json_each(?)) ORDER BY r.target, r.position`;

const FIRST_UNREAD = `
  SELECT event_id FROM chat_messages WHERE log_id = ? AND mine = 0 AND deleted = 0
    AND position > COALESCE((SELECT position FROM read_positions WHERE log_id = ?), -1)
  ORDER BY position LIMIT 1`;

const SEEN = "SELECT MAX(seen_seq) AS seen FROM members WHERE log_id = ? AND identity_id <> ?";

type Live<K extends keyof ChatLive> = LiveQuery<ChatLive[K]["args"], ChatLive[K]["value"]>;

/** All queries, by their names after `chat.`. */
export const chatQueries: {
  messages: Live<"chat.messages">;
  around: Live<"chat.around">;
  draft: Live<"chat.draft">;
} = {
  messages: {
    // Edits and deletions are in chat_messages too: chat_changes alone shows nothing.
    tables: ["chat_messages", "chat_reactions", "notices", "members", "people", "read_positions"],
    run: messages,
  },
  around: {
    tables: ["chat_messages", "chat_reactions", "notices", "members", "people"],
    run: around,
  },
  draft: {
    tables: ["chat_drafts"],
    async run(context, args) {
      const { spaceId } = checkArguments(draftArguments, args);
      const row = await context.get<{ text: string; reply_to: string | null }>(
        "SELECT text, reply_to FROM chat_drafts WHERE log_id = ?",
        [spaceId],
      );
      return row === undefined ? null : { text: row.text, replyTo: row.reply_to };
    },
  },
};

async function messages(
  context: ToolContext,
  args: ChatLive["chat.messages"]["args"],
): Promise<MessagePage> {
  const { spaceId, limit } = checkArguments(pageArguments, args);
  const me = context.me();
  const [rows, notices, seen, unread] = await Promise.all([
    context.all<MessageRow>(NEWEST, [spaceId, limit + 1]),
    context.all<NoticeRow>(NEWEST_NOTICES, [spaceId, limit + 1]),
    context.get<{ seen: number | null }>(SEEN, [spaceId, me]),
    context.get<{ event_id: string }>(FIRST_UNREAD, [spaceId, spaceId]),
  ]);
  const reactions = await reactionsOf(
    context,
    spaceId,
    rows.filter(({ deleted }) => deleted === 0).map(({ event_id }) => event_id),
  );
  const lines = [
    ...notices.map(noticeLine).filter((line) => line !== null),
    ...rows.map((row) => messageLine(row, seen?.seen ?? 0, reactions.get(row.event_id) ?? [])),
  ].toSorted((a, b) => a.position - b.position);
  return {
    messages: lines.slice(-limit),
    more: lines.length > limit,
    firstUnread: unread?.event_id ?? null,
  };
}

/** A message with so many lines before and behind it; null when it is not on this device. */
async function around(
  context: ToolContext,
  args: ChatLive["chat.around"]["args"],
): Promise<ChatLive["chat.around"]["value"]> {
  const { spaceId, eventId, before, after } = checkArguments(aroundArguments, args);
  const place = await context.get<{ position: number }>(
    "SELECT position FROM chat_messages WHERE log_id = ? AND event_id = ?",
    [spaceId, eventId],
  );
  if (place === undefined) return null;
  const [older, newer, seen] = await Promise.all([
    context.all<MessageRow>(UP_TO, [spaceId, place.position, before + 2]),
    context.all<MessageRow>(BEHIND, [spaceId, place.position, after + 1]),
    context.get<{ seen: number | null }>(SEEN, [spaceId, context.me()]),
  ]);
  const shown = [...older.slice(0, before + 1).toReversed(), ...newer.slice(0, after)];
  const [more, moreAfter] = [older.length > before + 1, newer.length > after];
  const [first, last] = [shown[0]?.position ?? 0, shown.at(-1)?.position ?? 0];
  const notices = await context.all<NoticeRow>(NOTICES_BETWEEN, [
    spaceId,
    more ? first : 0,
    moreAfter ? last : Number.MAX_SAFE_INTEGER,
    before + after,
  ]);
  const reactions = await reactionsOf(
    context,
    spaceId,
    shown.filter(({ deleted }) => deleted === 0).map(({ event_id }) => event_id),
  );
  const messages = [
    ...notices.map(noticeLine).filter((line) => line !== null),
    ...shown.map((row) => messageLine(row, seen?.seen ?? 0, reactions.get(row.event_id) ?? [])),
  ].toSorted((a, b) => a.position - b.position);
  return { messages, more, moreAfter };
}

function messageLine(row: MessageRow, seen: number, reactions: Reaction[]): Message {
  const deleted = row.deleted === 1;
  // Somebody else's message has been seen by a device that is not its author's: this one.
  const delivered = row.mine === 0 || row.position <= seen;
  return {
    eventId: row.event_id,
    position: row.position,
    author: row.author,
    authorName: row.author_name,
    mine: row.mine === 1,
    text: deleted ? "" : row.text,
    at: row.at,
    editedAt: deleted ? null : row.edited_at,
    deleted,
    needsNewerApp: !deleted && row.newer !== 0,
    replyTo:
      deleted || row.reply_to === null
        ? null
        : {
            eventId: row.reply_to,
            authorName: row.quote_name,
            text: row.quote_deleted === 1 ? "" : preview(row.quote_text ?? ""),
            deleted: row.quote_deleted === 1,
          },
    mentions: deleted ? [] : (JSON.parse(row.mentions) as string[]),
    mentionsMe: !deleted && row.mentions_me === 1,
    reactions,
    state: row.pending === 1 ? "waiting" : delivered ? "delivered" : "sent",
    notice: null,
  };
}

const NOTICE_KINDS = [
  "joined",
  "left",
  "removed",
  "returned",
  "renamed",
  "created",
  "moved",
] as const;

/** @returns null for a kind that this version does not know. */
function noticeLine(row: NoticeRow): Message | null {
  const kind = NOTICE_KINDS.find((known) => known === row.kind);
  if (kind === undefined) return null;
  return {
    // One event may bring several notices; lines need ids of their own.
    eventId: `${row.event_id}-${row.subject}`,
    position: row.position,
    author: row.by_identity ?? row.subject,
    authorName: row.by_name ?? row.subject_name,
    mine: false,
    text: "",
    at: row.at,
    editedAt: null,
    deleted: false,
    needsNewerApp: false,
    replyTo: null,
    mentions: [],
    mentionsMe: false,
    reactions: [],
    state: "delivered",
    notice: { kind, name: row.subject_name, by: row.by_name, title: row.title },
  };
}

/** Reactions of some messages: emoji in the order of their first use, names in the order of each one's first. */
async function reactionsOf(
  context: ToolContext,
  spaceId: string,
  targets: readonly string[],
): Promise<Map<string, Reaction[]>> {
  const me = context.me();
  const byTarget = new Map<string, Map<string, Map<string, ReactionRow>>>();
  for (const row of await context.all<ReactionRow>(REACTIONS, [spaceId, JSON.stringify(targets)])) {
    const byEmoji = entry(byTarget, row.target, () => new Map<string, Map<string, ReactionRow>>());
    const byAuthor = entry(byEmoji, row.emoji, () => new Map<string, ReactionRow>());
    byAuthor.set(row.author, row);
  }
  const found = new Map<string, Reaction[]>();
  for (const [target, byEmoji] of byTarget) {
    const reactions: Reaction[] = [];
    for (const [emoji, byAuthor] of byEmoji) {
      const on = [...byAuthor.values()].filter(({ is_on }) => is_on === 1);
      if (on.length === 0) continue;
      reactions.push({
        emoji,
        count: on.length,
        mine: on.some(({ author }) => author === me),
        names: on.map(({ name }) => name),
      });
    }
    found.set(target, reactions);
  }
  return found;
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
