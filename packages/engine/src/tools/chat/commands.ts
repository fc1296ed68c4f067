/** What a person can do in a conversation -> events; and what stays on this device: drafts, the read position. */
import { fromHex } from "@baraza/protocol";
import * as v from "valibot";
import { PENDING_POSITION } from "../../schema.ts";
import { checkArguments, hexId, invalid } from "../checks.ts";
import type { NewEvent, ToolContext } from "../tool.ts";
import type { ChatCommands } from "./api.ts";
import { CHAT_LIMITS, isEmoji } from "./events.ts";
import type { ChatPayloads } from "./events.ts";

type Arguments<K extends keyof ChatCommands> = Parameters<ChatCommands[K]>[0];
type Command<K extends keyof ChatCommands> = (
  context: ToolContext,
  args: Arguments<K>,
) => ReturnType<ChatCommands[K]>;

const spaceId = hexId(32);
const eventId = hexId(16);
/** Text as it travels: normal form C, without space around it. */
const typedText = v.pipe(
  v.string(),
  v.check((value) => value.isWellFormed(), "text"),
  v.transform((value) => value.normalize("NFC").trim()),
  v.minLength(1),
  v.maxLength(CHAT_LIMITS.text),
);
const mentions = v.pipe(v.array(hexId(32)), v.maxLength(CHAT_LIMITS.mentions));
const emoji = v.pipe(
  v.string(),
  v.transform((value) => value.normalize("NFC")),
  v.check(isEmoji, "emoji"),
);

const schemas = {
  send: v.object({
    spaceId,
    text: typedText,
    replyTo: v.optional(eventId),
    mentions: v.optional(mentions),
  }),
  edit: v.object({ spaceId, eventId, text: typedText }),
  delete: v.object({ spaceId, eventId }),
  react: v.object({ spaceId, eventId, emoji, on: v.boolean() }),
  markRead: v.object({ spaceId, position: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) }),
  setDraft: v.object({
    spaceId,
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
      text,
      replyTo,
      mentions: named = [],
    } = checkArguments(schemas.send, args);
    if (replyTo !== undefined) await targetOf(context, space, replyTo, "replyTo");
    const payload: ChatPayloads["chat.message"] = { text };
    if (replyTo !== undefined) payload.replyTo = fromHex(replyTo);
    if (named.length > 0) payload.mentions = [...new Set(named)].map(fromHex);
    const [posted] = await context.post(space, [event("chat.message", payload)]);
    if (posted === undefined) throw new Error("post gave no event id");
    // What was sent is no draft any more, even if the app ends before the screen says so.
    await context.write((tx) => {
      tx.run("DELETE FROM chat_drafts WHERE log_id = ? AND text = ?", [space, args.text]);
    });
    return { eventId: posted };
  },

  edit: async (context, args) => {
    const { spaceId: space, eventId: target, text } = checkArguments(schemas.edit, args);
    const message = await targetOf(context, space, target, "eventId");
    if (message.mine === 0) throw invalid("eventId");
    if (message.text === text) return;
    await context.post(space, [event("chat.edit", { target: fromHex(target), text })]);
  },

  delete: async (context, args) => {
    const { spaceId: space, eventId: target } = checkArguments(schemas.delete, args);
    const message = await targetOf(context, space, target, "eventId");
    if (message.mine === 0 && !(await leads(context, space))) throw invalid("eventId");
    await context.post(space, [event("chat.delete", { target: fromHex(target) })]);
  },

  react: async (context, args) => {
    const {
      spaceId: space,
      eventId: target,
      emoji: sign,
      on,
    } = checkArguments(schemas.react, args);
    await targetOf(context, space, target, "eventId");
    const last = await context.get<{ is_on: number }>(
      `SELECT is_on FROM chat_reactions WHERE log_id = ? AND target = ? AND author = ? AND emoji = ?
       ORDER BY position DESC LIMIT 1`,
      [space, target, context.me(), sign],
    );
    if ((last?.is_on === 1) === on) return;
    await context.post(space, [
      event("chat.reaction", { target: fromHex(target), emoji: sign, on }),
    ]);
  },

  markRead: async (context, args) => {
    const { spaceId: space, position } = checkArguments(schemas.markRead, args);
    await context.write((tx) => {
      // A message that waits has no place yet: what counts is the last one that has.
      const read =
        position < PENDING_POSITION
          ? position
          : (tx.get<{ position: number | null }>(
              "SELECT MAX(position) AS position FROM activity WHERE log_id = ? AND position < ?",
              [space, PENDING_POSITION],
            )?.position ?? 0);
      tx.run(
        `INSERT INTO read_positions (log_id, position) VALUES (?, ?)
         ON CONFLICT (log_id) DO UPDATE SET position = excluded.position WHERE excluded.position > position`,
        [space, read],
      );
    });
  },

  setDraft: async (context, args) => {
    const { spaceId: space, text, replyTo } = checkArguments(schemas.setDraft, args);
    await context.write((tx) => {
      if (text === "" && replyTo === undefined)
        tx.run("DELETE FROM chat_drafts WHERE log_id = ?", [space]);
      else
        tx.run(
          `INSERT INTO chat_drafts (log_id, text, reply_to) VALUES (?, ?, ?)
           ON CONFLICT (log_id) DO UPDATE SET text = excluded.text, reply_to = excluded.reply_to`,
          [space, text, replyTo ?? null],
        );
    });
  },
};

/** An event with a payload of its type. */
function event<K extends keyof ChatPayloads>(type: K, payload: ChatPayloads[K]): NewEvent {
  return { type, payload };
}

/** A message that one can still do something with. @throws EngineError `invalid` when it is unknown or deleted. */
async function targetOf(
  context: ToolContext,
  space: string,
  target: string,
  field: string,
): Promise<{ mine: number; text: string }> {
  const message = await context.get<{ mine: number; text: string; deleted: number }>(
    "SELECT mine, text, deleted FROM chat_messages WHERE log_id = ? AND event_id = ?",
    [space, target],
  );
  if (message === undefined || message.deleted === 1) throw invalid(field);
  return message;
}

/** Whether one is a steward of the space. */
async function leads(context: ToolContext, space: string): Promise<boolean> {
  const member = await context.get<{ role: string }>(
    "SELECT role FROM members WHERE log_id = ? AND identity_id = ?",
    [space, context.me()],
  );
  return member?.role === "steward";
}
