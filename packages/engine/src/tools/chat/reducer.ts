/**
 * Events of a conversation -> rows.
 *
 * [Note: A message is what its changes make of it] Every message, change (edit, deletion) and reaction is kept as a row with
 * its position. What a message shows is worked out from its row and all changes on it, by position; pending ones have
 * positions above all confirmed ones, so they lie on top by themselves. The result depends on the set of events only,
 * not on the order in which they came in: a pending event that the log confirms moves to its place, a repeat changes
 * nothing, and a change whose message is not (yet) known waits for it.
 */
import { decodeCbor } from "@baraza/protocol";
import type { SqlTx } from "../../ports.ts";
import { byStewards } from "../rulings.ts";
import type { AppliedEvent } from "../tool.ts";
import { channelIn, reduceChannels } from "./channels.ts";
import { readChatEvent } from "./events.ts";
import type { ChatEvent } from "./events.ts";
import { attach, detach, mediaOf, withSign } from "./media.ts";
import { endOnces, forgetOnce, putOnce } from "./once.ts";
import { reduceOwnEmoji } from "./own-emoji.ts";
import { reducePins } from "./pins.ts";
import { forgetPoll, putPoll, readPoll, reducePollActs } from "./polls.ts";
import { preview } from "./preview.ts";
import { isSettled } from "./settled.ts";
import { concerns, reduceFollows } from "./threads.ts";

/** Applies one event. Idempotent by event id; a confirmed event replaces itself pending. */
export function reduceChat(tx: SqlTx, event: AppliedEvent): void {
  if (reducePins(tx, event) || reducePollActs(tx, event) || reduceFollows(tx, event)) return;
  if (reduceChannels(tx, event) || reduceOwnEmoji(tx, event)) return;
  if (event.type === "chat.poll") {
    const poll = readPoll(event.payload);
    if (poll !== null) putPoll(tx, event, poll);
    const question = poll === "newer" || poll === null ? null : poll.question;
    if (poll !== null)
      putMessage(tx, event, question === null ? null : { ...PLAIN, text: question }, true);
    return;
  }
  const read = readChatEvent(event.type, event.payload);
  if (read === null) return;
  if (read.kind === "message") putMessage(tx, event, read);
  else if (read.kind === "newer" && read.target === null) putMessage(tx, event, null);
  else if (read.kind === "reaction") putReaction(tx, event, read);
  else if (read.target !== null) putChange(tx, event, { ...read, target: read.target });
}

type MessageEvent = Extract<ChatEvent, { kind: "message" }>;
const PLAIN: MessageEvent = {
  kind: "message",
  text: "",
  replyTo: null,
  mentions: [],
  thread: null,
  also: false,
  forwarded: null,
  everyone: false,
  media: null,
};

/** @param message null for a line that only a newer app can read. */
function putMessage(
  tx: SqlTx,
  event: AppliedEvent,
  message: MessageEvent | null,
  poll = false,
): void {
  if (isSettled(tx, "chat_messages", event)) return;
  const mentions = message?.mentions ?? [];
  const mentionsMe =
    !event.mine &&
    (message?.everyone === true || (mentions.length > 0 && mentions.includes(me(tx))));
  const { named, channel } = channelIn(tx, event);
  const media = (message?.media?.once && putOnce(tx, event)) ?? message?.media ?? null;
  tx.run(
    `INSERT INTO chat_messages
       (log_id, event_id, position, pending, author, mine, at, text, reply_to, mentions, mentions_me, newer, original,
        thread, aside, forwarded, poll, media, channel, named_channel, everyone)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (log_id, event_id) DO UPDATE SET
       position = excluded.position, pending = excluded.pending, author = excluded.author,
       mine = excluded.mine, at = excluded.at, text = excluded.text, reply_to = excluded.reply_to,
       mentions = excluded.mentions, mentions_me = excluded.mentions_me, newer = excluded.newer,
       original = excluded.original, thread = excluded.thread, aside = excluded.aside, forwarded = excluded.forwarded,
       poll = excluded.poll, media = excluded.media, channel = excluded.channel,
       named_channel = excluded.named_channel, everyone = excluded.everyone`,
    [
      event.logId,
      event.eventId,
      event.position,
      Number(event.pending),
      event.author,
      Number(event.mine),
      event.at,
      message?.text ?? "",
      message?.replyTo ?? null,
      JSON.stringify(mentions),
      Number(mentionsMe),
      Number(message === null),
      message?.text ?? "",
      message?.thread ?? null,
      Number(message !== null && message.thread !== null && !message.also),
      message?.forwarded ?? null,
      Number(poll && message !== null),
      media === null ? null : JSON.stringify(media),
      channel,
      named,
      Number(message?.everyone === true),
    ],
  );
  attach(tx, event, media);
  show(tx, event.logId, event.eventId);
}

function putChange(
  tx: SqlTx,
  event: AppliedEvent,
  change: { kind: "edit" | "delete" | "newer"; target: string; text?: string },
): void {
  if (isSettled(tx, "chat_changes", event)) return;
  tx.run(
    `INSERT INTO chat_changes (log_id, event_id, target, kind, position, pending, author, steward, at, text)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (log_id, event_id) DO UPDATE SET
       target = excluded.target, kind = excluded.kind, position = excluded.position,
       pending = excluded.pending, author = excluded.author, steward = excluded.steward,
       at = excluded.at, text = excluded.text`,
    [
      event.logId,
      event.eventId,
      change.target,
      change.kind,
      event.position,
      Number(event.pending),
      event.author,
      Number(change.kind === "delete" && byStewards(tx, "chat_rulings", event)),
      event.at,
      change.text ?? "",
    ],
  );
  show(tx, event.logId, change.target);
}

function putReaction(
  tx: SqlTx,
  event: AppliedEvent,
  reaction: Extract<ChatEvent, { kind: "reaction" }>,
): void {
  if (isSettled(tx, "chat_reactions", event)) return;
  tx.run(
    `INSERT INTO chat_reactions (log_id, event_id, target, emoji, author, position, pending, is_on)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (log_id, event_id) DO UPDATE SET
       target = excluded.target, emoji = excluded.emoji, author = excluded.author,
       position = excluded.position, pending = excluded.pending, is_on = excluded.is_on`,
    [
      event.logId,
      event.eventId,
      reaction.target,
      reaction.emoji,
      event.author,
      event.position,
      Number(event.pending),
      Number(reaction.on),
    ],
  );
}

type MessageRow = {
  id: number;
  position: number;
  author: string;
  mine: number;
  at: number;
  original: string;
  mentions_me: number;
  newer: number;
  thread: string | null;
  aside: number;
  poll: number;
  media: string | null;
  channel: string;
};
type ChangeRow = {
  kind: "edit" | "delete" | "newer";
  pending: number;
  author: string;
  steward: number;
  at: number;
  text: string;
};

/** Works out what a message shows, and tells the list of what is new. Does nothing for an unknown message. */
function show(tx: SqlTx, logId: string, eventId: string): void {
  const message = tx.get<MessageRow>(
    `SELECT id, position, author, mine, at, original, mentions_me, newer, thread, aside, poll, media, channel FROM chat_messages
     WHERE log_id = ? AND event_id = ?`,
    [logId, eventId],
  );
  if (message === undefined) return;
  const changes = tx.all<ChangeRow>(
    `SELECT kind, pending, author, steward, at, text FROM chat_changes
     WHERE log_id = ? AND target = ? ORDER BY position DESC, event_id`,
    [logId, eventId],
  );
  const deletions = changes.filter(
    ({ kind, author, steward }) =>
      kind === "delete" && (author === message.author || steward === 1),
  );
  const deleted = deletions.length > 0;
  const gone = deletions.some(({ pending }) => pending === 0);
  const own = changes.filter(({ kind, author }) => kind !== "delete" && author === message.author);
  // What people vote on does not change under them, and what can be opened once has no words.
  const media = mediaOf(message.media);
  const fixed = message.poll === 1 || media?.once !== undefined;
  const edit = fixed ? undefined : own.find(({ kind }) => kind === "edit");
  const first = deletions.at(-1)?.author ?? message.author;
  // A later edit replaces the whole text: nothing of an earlier change is left that one would not understand.
  const newer = message.newer === 1 ? 1 : own[0]?.kind === "newer" ? 2 : 0;
  const text = gone ? "" : (edit?.text ?? message.original);

  tx.run(
    `UPDATE chat_messages SET text = ?, original = ?, edited_at = ?, deleted = ?, deleted_by = ?, newer = ? WHERE id = ?`,
    [
      text,
      gone ? "" : message.original,
      edit?.at ?? null,
      Number(deleted),
      first === message.author ? null : first,
      newer,
      message.id,
    ],
  );
  if (gone && message.poll === 1) forgetPoll(tx, logId, eventId);
  if (gone && media?.once !== undefined) {
    forgetOnce(tx, logId, eventId, decodeCbor);
    endOnces(tx, logId, [eventId], true);
  }
  if (gone && message.media !== null) {
    tx.run("UPDATE chat_messages SET media = NULL WHERE id = ?", [message.id]);
    detach(tx, logId, eventId);
  }
  if (gone)
    tx.run(
      "UPDATE chat_changes INDEXED BY chat_changes_by_target SET text = '' WHERE log_id = ? AND target = ? AND text <> ''",
      [logId, eventId],
    );
  const visible = deleted ? "" : withSign(media, preview(text));
  if (message.aside === 1 && !concerns(tx, logId, { ...message, thread: message.thread ?? "" })) {
    tx.run("DELETE FROM activity WHERE log_id = ? AND event_id = ?", [logId, eventId]);
    return;
  }
  tx.run(
    `INSERT INTO activity (log_id, event_id, position, at, author, mine, mention, text, channel)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (log_id, event_id) DO UPDATE SET
       position = excluded.position, at = excluded.at, author = excluded.author,
       mine = excluded.mine, mention = excluded.mention, text = excluded.text,
       channel = excluded.channel`,
    [
      logId,
      eventId,
      message.position,
      message.at,
      message.author,
      message.mine,
      deleted ? 0 : message.mentions_me,
      visible,
      message.channel,
    ],
  );
}

/** This account's identity. */
function me(tx: SqlTx): string {
  return tx.get<{ identity_id: string }>("SELECT identity_id FROM account")?.identity_id ?? "";
}
