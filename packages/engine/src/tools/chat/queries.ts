/** What a screen shows of a conversation. All reads go by an index: queries.test.ts looks at their plans. */
import * as v from "valibot";
import { checkArguments, hexId } from "../checks.ts";
import type { LiveQuery, ToolContext } from "../tool.ts";
import type { ChatLive, Message, MessagePage, Poll, Reaction, ThreadSummary } from "./api.ts";
import { ownEmojiQueries } from "./own-emoji-lazy.ts";
import { channelQueries } from "./channel-lazy.ts";
import { mediaOf, mediaShown, withSign } from "./media.ts";
import { mediaQueries } from "./media-lazy.ts";
import { PINS_TABLES } from "./pins.ts";
import { placeIn } from "../marks/registers.ts";
import { POLLS_TABLES } from "./polls.ts";
import { preview } from "./preview.ts";
import { THREADS_TABLES } from "./threads.ts";

/** The most messages that one page holds. */
export const PAGE = 1000;

const deeper = () => import("./queries-deeper.ts");

const channel = v.optional(hexId(16));
const pageArguments = v.object({
  spaceId: hexId(32),
  channel,
  limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(PAGE)),
});
const messageArguments = v.object({ spaceId: hexId(32), eventId: hexId(16) });
const draftArguments = v.object({ spaceId: hexId(32), channel });

export type MessageRow = {
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
  thread: string | null;
  forwarded: string | null;
  poll: number;
  pinned: number | null;
  deleted_by: string | null;
  meant: number | null;
  media: string | null;
  quote_media: string | null;
  channel: string;
  everyone: number;
};

/** What a line needs to be shown; newest first below a position, or oldest first above it. */
export const MESSAGES = `
  SELECT m.event_id, m.position, m.pending, m.author, m.mine, m.text, m.at, m.edited_at, m.deleted, m.newer,
    m.reply_to, m.mentions, m.mentions_me, COALESCE(a.name, p.name, '') AS author_name,
    q.text AS quote_text, q.deleted AS quote_deleted, COALESCE(qa.name, qp.name, '') AS quote_name,
    m.thread, m.forwarded, m.poll, k.position AS pinned, COALESCE(da.name, m.deleted_by) AS deleted_by,
    m.media, q.media AS quote_media, l.meant, m.channel, m.everyone
  FROM chat_messages m
  LEFT JOIN members a ON a.log_id = m.log_id AND a.identity_id = m.author
  LEFT JOIN people p ON p.identity_id = m.author
  LEFT JOIN chat_messages q ON q.log_id = m.log_id AND q.event_id = m.reply_to
  LEFT JOIN members qa ON qa.log_id = q.log_id AND qa.identity_id = q.author
  LEFT JOIN people qp ON qp.identity_id = q.author
  LEFT JOIN chat_pinned k ON k.log_id = m.log_id AND k.target = m.event_id
  LEFT JOIN later_late l ON l.event_id = m.event_id
  LEFT JOIN members da ON da.log_id = m.log_id AND da.identity_id = m.deleted_by
  WHERE m.log_id = ?`;
const NEWEST = `${MESSAGES} AND m.channel = ? AND m.aside = 0 ORDER BY m.position DESC LIMIT ?`;

export type NoticeRow = {
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

export const NOTICES = `
  SELECT n.event_id, n.position, n.at, n.kind, n.subject, n.by_identity, n.title,
    COALESCE(a.name, p.name, '') AS subject_name, COALESCE(ba.name, bp.name) AS by_name
  FROM notices n
  LEFT JOIN members a ON a.log_id = n.log_id AND a.identity_id = n.subject
  LEFT JOIN people p ON p.identity_id = n.subject
  LEFT JOIN members ba ON ba.log_id = n.log_id AND ba.identity_id = n.by_identity
  LEFT JOIN people bp ON bp.identity_id = n.by_identity
  WHERE n.log_id = ?`;
const NEWEST_NOTICES = `${NOTICES} ORDER BY n.position DESC LIMIT ?`;

const FIRST_UNREAD = `
  SELECT event_id FROM chat_messages WHERE log_id = ?1 AND channel = ?2 AND mine = 0 AND deleted = 0 AND aside = 0
    AND position > COALESCE((SELECT position FROM read_positions WHERE log_id = ?1 AND channel = ?2), -1)
  ORDER BY position LIMIT 1`;

export const SEEN =
  "SELECT MAX(seen_seq) AS seen FROM members WHERE log_id = ? AND identity_id <> ?";

type Live<K extends keyof ChatLive> = LiveQuery<ChatLive[K]["args"], ChatLive[K]["value"]>;

/** What a line is made of. */
const LINES = [
  "chat_messages",
  "chat_reactions",
  "chat_pinned",
  "members",
  "people",
  ...POLLS_TABLES,
  ...THREADS_TABLES,
] as const;

/** All queries, by their names after `chat.`. */
export const chatQueries: {
  messages: Live<"chat.messages">;
  around: Live<"chat.around">;
  thread: Live<"chat.thread">;
  history: Live<"chat.history">;
  pins: Live<"chat.pins">;
  draft: Live<"chat.draft">;
  media: Live<"chat.media">;
  outgoing: Live<"chat.outgoing">;
  listened: Live<"chat.listened">;
  channels: Live<"chat.channels">;
  channelOf: Live<"chat.channelOf">;
  ownEmoji: Live<"chat.ownEmoji">;
} = {
  ...mediaQueries,
  ...channelQueries,
  ...ownEmojiQueries,
  messages: {
    // Edits and deletions are in chat_messages too: chat_changes alone shows nothing.
    tables: [...LINES, "notices", "read_positions"],
    run: messages,
  },
  around: {
    tables: [...LINES, "notices"],
    run: async (context, args) => (await deeper()).around(context, args),
  },
  thread: {
    tables: LINES,
    run: async (context, args) => (await deeper()).thread(context, args),
  },
  history: {
    tables: ["chat_messages", "chat_changes"],
    async run(context, args) {
      const { spaceId, eventId } = checkArguments(messageArguments, args);
      return (await import("./history.ts")).historyOf(context, spaceId, eventId);
    },
  },
  pins: {
    tables: PINS_TABLES,
    async run(context, args) {
      const { spaceId, channel: into = "" } = checkArguments(draftArguments, args);
      // Every conversation that is open asks for these, and mostly there are none.
      const some = await context.get("SELECT 1 AS one FROM chat_pinned WHERE log_id = ? LIMIT 1", [
        spaceId,
      ]);
      return some === undefined ? [] : (await deeper()).pinsOf(context, spaceId, into);
    },
  },
  draft: {
    tables: ["marks_drafts"],
    async run(context, args) {
      const { spaceId, channel: into = "" } = checkArguments(draftArguments, args);
      const row = await context.get<{ text: string; reply_to: string | null }>(
        `SELECT value ->> 'text' AS text, value ->> 'replyTo' AS reply_to FROM marks_drafts
         WHERE kind = 'draft' AND key = ? AND value IS NOT NULL`,
        [placeIn(spaceId, into)],
      );
      return row === undefined ? null : { text: row.text, replyTo: row.reply_to };
    },
  },
};

async function messages(
  context: ToolContext,
  args: ChatLive["chat.messages"]["args"],
): Promise<MessagePage> {
  const { spaceId, channel: into = "", limit } = checkArguments(pageArguments, args);
  const me = context.me();
  const [rows, notices, seen, unread] = await Promise.all([
    context.all<MessageRow>(NEWEST, [spaceId, into, limit + 1]),
    // What is told of the space stands in its first channel.
    into === "" ? context.all<NoticeRow>(NEWEST_NOTICES, [spaceId, limit + 1]) : [],
    context.get<{ seen: number | null }>(SEEN, [spaceId, me]),
    context.get<{ event_id: string }>(FIRST_UNREAD, [spaceId, into]),
  ]);
  const lines = [
    ...notices.map(noticeLine).filter((line) => line !== null),
    ...(await linesOf(context, spaceId, rows, seen?.seen ?? 0)),
  ].toSorted((a, b) => a.position - b.position);
  return {
    messages: lines.slice(-limit),
    more: lines.length > limit,
    firstUnread: unread?.event_id ?? null,
  };
}

const NO_POLLS: ReadonlyMap<string, Poll> = new Map();

/** Rows as lines, with all that stands beside them in other tables. */
export async function linesOf(
  context: ToolContext,
  spaceId: string,
  rows: readonly MessageRow[],
  seen: number,
): Promise<Message[]> {
  const there = rows.filter(({ deleted }) => deleted === 0);
  const ids = there.map(({ event_id }) => event_id);
  const asked = there.filter(({ poll }) => poll === 1).map(({ event_id }) => event_id);
  const [reactions, polls, threads] = await Promise.all([
    reactionsUnder(context, spaceId, ids),
    asked.length === 0
      ? NO_POLLS
      : import("./poll-tally.ts").then(({ pollsOf }) => pollsOf(context, spaceId, asked)),
    threadsUnder(context, spaceId, rows),
  ]);
  return rows.map((row) => ({
    ...messageLine(row, seen, reactions.get(row.event_id) ?? []),
    poll: polls.get(row.event_id) ?? null,
    thread: threads.get(row.event_id) ?? null,
  }));
}

/** The reactions to messages: mostly there are some under few of them. */
async function reactionsUnder(
  context: ToolContext,
  spaceId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Reaction[]>> {
  const some = await context.get(
    `SELECT 1 AS one FROM json_each(?2) CROSS JOIN chat_reactions r ON r.log_id = ?1 AND r.target = json_each.value LIMIT 1`,
    [spaceId, JSON.stringify(ids)],
  );
  return some === undefined
    ? NO_REACTIONS
    : (await import("./reaction-groups.ts")).reactionsOf(context, spaceId, ids);
}
const NO_REACTIONS: ReadonlyMap<string, Reaction[]> = new Map();

/** The threads under messages; of a deleted message the thread stays. */
async function threadsUnder(
  context: ToolContext,
  spaceId: string,
  rows: readonly MessageRow[],
): Promise<ReadonlyMap<string, ThreadSummary>> {
  const roots = rows
    .filter((row) => row.thread === null)
    .map(({ event_id, mine }) => ({ eventId: event_id, mine: mine === 1 }));
  const some = await context.get(
    `SELECT 1 AS one FROM json_each(?2) CROSS JOIN chat_messages r ON r.log_id = ?1 AND r.thread = json_each.value LIMIT 1`,
    [spaceId, JSON.stringify(roots.map(({ eventId }) => eventId))],
  );
  if (some === undefined) return NO_THREADS;
  return (await import("./thread-summaries.ts")).threadsOf(context, spaceId, roots);
}
const NO_THREADS: ReadonlyMap<string, ThreadSummary> = new Map();

function messageLine(
  row: MessageRow,
  seen: number,
  reactions: Reaction[],
): Omit<Message, "poll" | "thread"> {
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
            text:
              row.quote_deleted === 1
                ? ""
                : withSign(mediaOf(row.quote_media), preview(row.quote_text ?? "")),
            deleted: row.quote_deleted === 1,
          },
    mentions: deleted ? [] : (JSON.parse(row.mentions) as string[]),
    mentionsMe: !deleted && row.mentions_me === 1,
    everyone: !deleted && row.everyone === 1,
    deletedBy: deleted ? row.deleted_by : null,
    forwarded: deleted ? null : row.forwarded,
    inThread: row.thread,
    media: deleted ? null : mediaShown(row.media, row.text),
    pinned: !deleted && row.pinned !== null,
    meantFor: deleted ? null : row.meant,
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
  "timer",
  "brought",
  "channelMade",
  "channelNamed",
  "channelArchived",
  "channelBack",
  "aboutChanged",
  "pictureChanged",
] as const;

/** @returns null for a kind that this version does not know. */
export function noticeLine(row: NoticeRow): Message | null {
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
    everyone: false,
    deletedBy: null,
    forwarded: null,
    inThread: null,
    thread: null,
    poll: null,
    media: null,
    pinned: false,
    meantFor: null,
    reactions: [],
    state: "delivered",
    notice: { kind, name: row.subject_name, by: row.by_name, title: row.title },
  };
}
