/** What a person can do in a conversation -> events; and what is for oneself: drafts, the read position. */
import { fromHex } from "@baraza/protocol";
import * as v from "valibot";
import { PENDING_POSITION } from "../../schema.ts";
import { checkArguments, hexId, invalid } from "../checks.ts";
import { draftOf, placeIn, putMark } from "../marks/registers.ts";
import type { NewEvent, ToolContext } from "../tool.ts";
import type { ChatCommands } from "./api.ts";
import { CHAT_LIMITS } from "./events.ts";
import { ownEmojiCommands } from "./own-emoji-lazy.ts";
import { channelCommands } from "./channel-lazy.ts";
import type { ChatPayloads } from "./events.ts";
import type { DeeperCommands } from "./commands-deeper.ts";
import { mediaFields } from "./media.ts";
import { mediaCommands } from "./media-lazy.ts";
import { withThreads } from "./threads.ts";

type Arguments<K extends keyof ChatCommands> = Parameters<ChatCommands[K]>[0];
type Command<K extends keyof ChatCommands> = (
  context: ToolContext,
  args: Arguments<K>,
) => ReturnType<ChatCommands[K]>;

const spaceId = hexId(32);
const eventId = hexId(16);
const channel = v.optional(eventId);
/** Text as it travels: normal form C, without space around it. */
export const typedText = v.pipe(
  v.string(),
  v.check((value) => value.isWellFormed(), "text"),
  v.transform((value) => value.normalize("NFC").trim()),
  v.minLength(1),
  v.maxLength(CHAT_LIMITS.text),
);
const mentions = v.pipe(v.array(hexId(32)), v.maxLength(CHAT_LIMITS.mentions));
const schemas = {
  send: v.object({
    spaceId,
    eventId: v.optional(eventId),
    text: typedText,
    replyTo: v.optional(eventId),
    mentions: v.optional(mentions),
    channel,
    everyone: v.optional(v.boolean()),
    thread: v.optional(eventId),
    also: v.optional(v.boolean()),
    link: mediaFields.link,
  }),
  markRead: v.object({
    spaceId,
    channel,
    position: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  }),
  setDraft: v.object({
    spaceId,
    channel,
    text: v.pipe(v.string(), v.maxLength(4 * CHAT_LIMITS.text)),
    replyTo: v.optional(eventId),
  }),
};

/** All commands, by their names after `chat.`. @throws EngineError `invalid` with the field at fault, and what {@link ToolContext.post} throws. */
export const chatCommands: {
  [K in keyof ChatCommands as K extends `chat.${infer Name}` ? Name : never]: Command<K>;
} = {
  send: async (context, args) => {
    const {
      spaceId: space,
      eventId: given,
      text,
      replyTo,
      mentions: named = [],
      thread,
      also = false,
      everyone = false,
      channel: wanted,
      link,
    } = checkArguments(schemas.send, args);
    if (replyTo !== undefined) await targetOf(context, space, replyTo, "replyTo");
    const payload: ChatPayloads["chat.message"] = { text };
    if (replyTo !== undefined) payload.replyTo = fromHex(replyTo);
    if (named.length > 0) payload.mentions = [...new Set(named)].map(fromHex);
    let into = wanted ?? "";
    if (thread !== undefined) {
      const root = await rootOf(context, space, thread);
      payload.thread = fromHex(root.id);
      if (also) payload.also = true;
      into = root.channel;
    }
    if (into !== "") payload.channel = fromHex(await openChannel(context, space, into));
    if (everyone) payload.everyone = true;
    if (link !== undefined && text.includes(link.url)) payload.link = link;
    const message = event("chat.message", payload);
    const [posted] = await (given === undefined
      ? context.post(space, [message])
      : // Asked twice, it is sent once.
        context.once(`send ${given}`, async () =>
          (await isSent(context, space, given))
            ? [given]
            : context.post(space, [{ ...message, eventId: given }]),
        ));
    if (posted === undefined) throw new Error("post gave no event id");
    // What was sent is no draft any more, even if the app ends before the screen says so.
    await context.write((tx) => {
      const place = placeIn(space, into);
      if (draftOf(tx, place)?.text === args.text) putMark(tx, "draft", place, null, context.now());
    });
    return { eventId: posted };
  },

  edit: deeper("edit"),
  delete: deeper("delete"),
  react: deeper("react"),

  markRead: async (context, args) => {
    const { spaceId: space, channel: into = "", position } = checkArguments(schemas.markRead, args);
    await context.write((tx) => {
      // A message that waits has no place yet: what counts is the last one that has.
      const read =
        position < PENDING_POSITION
          ? withThreads(tx, space, into, position)
          : (tx.get<{ position: number | null }>(
              "SELECT MAX(position) AS position FROM activity WHERE log_id = ? AND channel = ? AND mine = 0 AND position < ?",
              [space, into, PENDING_POSITION],
            )?.position ?? 0);
      const now = context.now();
      // Who has seen the last message has seen what others put under their own.
      const behind = tx.get(
        "SELECT 1 AS one FROM activity WHERE log_id = ? AND channel = ? AND mine = 0 AND position > ? AND position < ? LIMIT 1",
        [space, into, read, PENDING_POSITION],
      );
      const reactions =
        behind === undefined
          ? (tx.get<{ position: number | null }>(
              "SELECT MAX(position) AS position FROM chat_reactions WHERE log_id = ? AND position < ?",
              [space, PENDING_POSITION],
            )?.position ?? 0)
          : 0;
      const place = placeIn(space, into);
      putMark(tx, "unread", place, null, now);
      putMark(tx, "read", place, { position: Math.max(read, reactions) }, now);
    });
  },

  follow: deeper("follow"),
  markThreadRead: deeper("markThreadRead"),
  pin: deeper("pin"),
  forward: deeper("forward"),
  poll: deeper("poll"),
  vote: deeper("vote"),
  addChoice: deeper("addChoice"),
  endPoll: deeper("endPoll"),
  ...mediaCommands,
  ...channelCommands,
  ...ownEmojiCommands,

  setDraft: async (context, args) => {
    const {
      spaceId: space,
      channel: into = "",
      text,
      replyTo,
    } = checkArguments(schemas.setDraft, args);
    await context.write((tx) => {
      const draft = text === "" && replyTo === undefined ? null : { text, replyTo };
      putMark(tx, "draft", placeIn(space, into), draft, context.now());
    });
  },
};

/** The message that a thread hangs on: of a message in a thread that of its thread. */
async function rootOf(
  context: ToolContext,
  space: string,
  target: string,
): Promise<{ id: string; channel: string }> {
  const root = await context.get<{ thread: string | null; channel: string; once: string | null }>(
    "SELECT thread, channel, media ->> '$.once' AS once FROM chat_messages WHERE log_id = ? AND event_id = ?",
    [space, target],
  );
  // A thread would outlive what can be opened once.
  if (root === undefined || (root.once !== null && root.thread === null)) throw invalid("thread");
  return { id: root.thread ?? target, channel: root.channel };
}

/** A channel that one can write in. @throws EngineError `invalid`: it is not there, or was put away */
async function openChannel(context: ToolContext, space: string, id: string): Promise<string> {
  const open = await context.get(
    "SELECT 1 AS one FROM chat_channels WHERE log_id = ? AND channel = ? AND archived = 0",
    [space, id],
  );
  if (open === undefined) throw invalid("channel");
  return id;
}

/** One of those that are loaded when they are asked for first. */
function deeper<K extends keyof DeeperCommands>(name: K): DeeperCommands[K] {
  const run = async (context: ToolContext, args: never): Promise<unknown> => {
    const { deeperCommands } = await import("./commands-deeper.ts");
    return deeperCommands(targetOf, leads)[name](context, args);
  };
  return run as DeeperCommands[K];
}

/** An event with a payload of its type. */
function event<K extends keyof ChatPayloads>(type: K, payload: ChatPayloads[K]): NewEvent {
  return { type, payload };
}

/** Whether one has sent it already. @throws EngineError `invalid`: it is somebody else's */
async function isSent(context: ToolContext, space: string, id: string): Promise<boolean> {
  const message = await context.get<{ mine: number }>(
    "SELECT mine FROM chat_messages WHERE log_id = ? AND event_id = ?",
    [space, id],
  );
  if (message?.mine === 0) throw invalid("eventId");
  return message !== undefined;
}

/** What commands look at before they change a message. */
export type Target = {
  mine: number;
  text: string;
  poll: number;
  forwarded: string | null;
  author: string;
  media: string | null;
};

/** A message that one can still do something with. @throws EngineError `invalid` when it is unknown or deleted. */
async function targetOf(
  context: ToolContext,
  space: string,
  target: string,
  field: string,
): Promise<Target> {
  const message = await context.get<Target & { deleted: number }>(
    "SELECT mine, text, deleted, poll, forwarded, author, media FROM chat_messages WHERE log_id = ? AND event_id = ?",
    [space, target],
  );
  if (message === undefined || message.deleted === 1) throw invalid(field);
  return message;
}

/** Whether one keeps order in the space. */
async function leads(context: ToolContext, space: string): Promise<boolean> {
  const member = await context.get<{ role: string }>(
    "SELECT role FROM members WHERE log_id = ? AND identity_id = ?",
    [space, context.me()],
  );
  return member?.role === "steward" || member?.role === "moderator";
}
