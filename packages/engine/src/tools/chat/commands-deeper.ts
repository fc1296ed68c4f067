/** What one can do with messages beside writing them: threads, pins, polls, forwarding. */
import { fromHex } from "@baraza/protocol";
import * as v from "valibot";
import { EngineError } from "../../errors.ts";
import { PENDING_POSITION } from "../../schema.ts";
import { checkArguments, hexId, invalid } from "../checks.ts";
import { place } from "../marks/events.ts";
import { apart } from "../marks/registers.ts";
import type { ToolContext } from "../tool.ts";
import type { ChatCommands } from "./api.ts";
import { typedText } from "./commands.ts";
import type { Target } from "./commands.ts";
import type { ChatPayloads } from "./events.ts";
import { CHAT_LIMITS, isReaction } from "./events.ts";
import { mediaOf, mediaShown } from "./media.ts";
import { isOwnSign } from "./own-sign.ts";
import { POLL_LIMITS } from "./polls.ts";
import { tameName } from "./safe-text.ts";

type Names =
  | "edit"
  | "delete"
  | "react"
  | "follow"
  | "markThreadRead"
  | "pin"
  | "forward"
  | "poll"
  | "vote"
  | "addChoice"
  | "endPoll";
export type DeeperCommands = {
  [K in Names]: (
    context: ToolContext,
    args: Parameters<ChatCommands[`chat.${K}`]>[0],
  ) => ReturnType<ChatCommands[`chat.${K}`]>;
};
/** Whether the space has an emoji of that name. */
async function isKnown(context: ToolContext, space: string, name: string): Promise<boolean> {
  const row = await context.get(
    `SELECT 1 AS one FROM chat_emojis e WHERE log_id = ?1
       AND (name = ?2 OR EXISTS (SELECT 1 FROM json_each(e.former) WHERE value = ?2)) LIMIT 1`,
    [space, name],
  );
  return row !== undefined;
}

type TargetOf = (
  context: ToolContext,
  space: string,
  target: string,
  field: string,
) => Promise<Target>;
type Leads = (context: ToolContext, space: string) => Promise<boolean>;

/** Conversations that one message goes to at once. */
const MOST_TARGETS = 20;

const spaceId = hexId(32);
const eventId = hexId(16);
const words = (most: number) =>
  v.pipe(
    v.string(),
    v.check((value) => value.isWellFormed(), "text"),
    v.transform((value) => value.normalize("NFC").trim()),
    v.minLength(1),
    v.maxLength(most),
  );
const emoji = v.pipe(
  v.string(),
  v.transform((value) => value.normalize("NFC")),
  v.check(isReaction, "emoji"),
);
const schemas = {
  edit: v.object({ spaceId, eventId, text: typedText }),
  delete: v.object({ spaceId, eventId }),
  react: v.object({ spaceId, eventId, emoji, on: v.boolean() }),
  follow: v.object({ spaceId, root: eventId, on: v.boolean() }),
  markThreadRead: v.object({
    spaceId,
    root: eventId,
    position: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  }),
  pin: v.object({ spaceId, eventId, on: v.boolean() }),
  forward: v.object({
    spaceId,
    eventId,
    to: v.pipe(v.array(place), v.minLength(1), v.maxLength(MOST_TARGETS)),
    named: v.boolean(),
    folderName: v.optional(words(200)),
  }),
  poll: v.object({
    spaceId,
    channel: v.optional(eventId),
    question: words(POLL_LIMITS.question),
    choices: v.pipe(
      v.array(words(POLL_LIMITS.choice)),
      v.minLength(1),
      v.maxLength(POLL_LIMITS.choices),
      v.check((all) => new Set(all).size === all.length, "twice"),
    ),
    several: v.boolean(),
    hidden: v.boolean(),
    open: v.boolean(),
    closesAt: v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  }),
  vote: v.object({
    spaceId,
    eventId,
    choices: v.pipe(
      v.array(v.union([v.pipe(v.string(), v.regex(/^\d{1,2}$/)), eventId])),
      v.maxLength(POLL_LIMITS.added),
    ),
  }),
  addChoice: v.object({ spaceId, eventId, text: words(POLL_LIMITS.choice) }),
  endPoll: v.object({ spaceId, eventId }),
};

/** @throws EngineError `invalid` with the field at fault, and what {@link ToolContext.post} throws. */
export function deeperCommands(targetOf: TargetOf, leads: Leads): DeeperCommands {
  const post = <K extends keyof ChatPayloads>(
    context: ToolContext,
    space: string,
    type: K,
    payload: ChatPayloads[K],
  ): Promise<string[]> => context.post(space, [{ type, payload }]);
  const pollOf = async (context: ToolContext, space: string, target: string) => {
    const message = await targetOf(context, space, target, "eventId");
    const asked = await context.get<{
      choices: string;
      several: number;
      open: number;
      closes_at: number | null;
    }>(
      "SELECT choices, several, open, closes_at FROM chat_polls WHERE log_id = ? AND event_id = ?",
      [space, target],
    );
    if (asked === undefined) throw invalid("eventId");
    if (asked.closes_at !== null && context.now() > asked.closes_at) throw invalid("closed");
    return { ...asked, mine: message.mine };
  };
  return {
    edit: async (context, args) => {
      const { spaceId: space, eventId: target, text } = checkArguments(schemas.edit, args);
      const message = await targetOf(context, space, target, "eventId");
      if (message.mine === 0 || message.poll === 1 || mediaOf(message.media)?.once)
        throw invalid("eventId");
      if (message.text === text) return;
      await post(context, space, "chat.edit", { target: fromHex(target), text });
    },

    delete: async (context, args) => {
      const { spaceId: space, eventId: target } = checkArguments(schemas.delete, args);
      const message = await targetOf(context, space, target, "eventId");
      if (message.mine === 0 && !(await leads(context, space))) throw invalid("eventId");
      await post(context, space, "chat.delete", { target: fromHex(target) });
      if (message.media !== null)
        await (
          await import("./attach.ts")
        ).dropWith(context, space, { ...message, eventId: target });
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
      if (on && isOwnSign(sign) && !(await isKnown(context, space, sign.slice(1, -1))))
        throw invalid("emoji");
      await post(context, space, "chat.reaction", { target: fromHex(target), emoji: sign, on });
    },

    follow: async (context, args) => {
      const { spaceId: space, root, on } = checkArguments(schemas.follow, args);
      const own = await context.ownSpace();
      await post(context, own, "chat.follow", { space: fromHex(space), root: fromHex(root), on });
    },

    markThreadRead: async (context, args) => {
      const { spaceId: space, root, position } = checkArguments(schemas.markThreadRead, args);
      // What waits has no place yet, and is one's own.
      if (position >= PENDING_POSITION) return;
      await context.write((tx) => {
        tx.run(
          `INSERT INTO chat_thread_reads (log_id, root, position) VALUES (?, ?, ?)
           ON CONFLICT (log_id, root) DO UPDATE SET position = excluded.position WHERE excluded.position > position`,
          [space, root, position],
        );
      });
    },

    pin: async (context, args) => {
      const { spaceId: space, eventId: target, on } = checkArguments(schemas.pin, args);
      await targetOf(context, space, target, "eventId");
      if (!(await leads(context, space))) throw new EngineError("not_steward");
      const pinned = await context.get(
        "SELECT 1 AS one FROM chat_pinned WHERE log_id = ? AND target = ?",
        [space, target],
      );
      if ((pinned !== undefined) === on) return;
      await post(context, space, "chat.pin", { target: fromHex(target), on });
    },

    forward: async (context, args) => {
      const {
        spaceId: space,
        eventId: target,
        to,
        named,
        folderName = "Files",
      } = checkArguments(schemas.forward, args);
      const message = await targetOf(context, space, target, "eventId");
      const media = mediaShown(message.media, message.text);
      if (message.poll === 1 || (message.text === "" && media === null)) throw invalid("eventId");
      // What can be opened once is given to nobody else.
      if (media?.once !== undefined) throw invalid("eventId");
      const author = await context.get<{ name: string }>(
        `SELECT COALESCE(
           (SELECT name FROM members WHERE log_id = ? AND identity_id = ?),
           (SELECT name FROM people WHERE identity_id = ?), '') AS name`,
        [space, message.author, message.author],
      );
      // Of what was forwarded before, the first author is named, as far as that is known.
      const name = message.forwarded ?? author?.name ?? "";
      const forwarded = named ? tameName(name).slice(0, CHAT_LIMITS.name) : "";
      const said = { text: message.text, forwarded: forwarded.isWellFormed() ? forwarded : "" };
      for (const given of new Set(to)) {
        const [one, into] = apart(given);
        const channel = into === "" ? {} : { channel: fromHex(into) };
        if (media === null) await post(context, one, "chat.message", { ...said, ...channel });
        else
          await (
            await import("./attach.ts")
          ).forwardMedia(
            context,
            space,
            one,
            {
              ...said,
              replyTo: null,
              mentions: [],
              thread: null,
              also: false,
              media,
              channel: into,
            },
            folderName,
          );
      }
    },

    poll: async (context, args) => {
      const { spaceId: space, ...asked } = checkArguments(schemas.poll, args);
      if (asked.closesAt !== null && asked.closesAt <= context.now()) throw invalid("closesAt");
      // A question with one answer is none, unless others may add some.
      if (asked.choices.length < 2 && !asked.open) throw invalid("choices");
      const [posted] = await post(context, space, "chat.poll", {
        question: asked.question,
        choices: asked.choices,
        ...(asked.several ? { several: true } : {}),
        ...(asked.hidden ? { hidden: true } : {}),
        ...(asked.open ? { open: true } : {}),
        ...(asked.closesAt === null ? {} : { closesAt: asked.closesAt }),
        ...(asked.channel === undefined ? {} : { channel: fromHex(asked.channel) }),
      });
      if (posted === undefined) throw new Error("post gave no event id");
      return { eventId: posted };
    },

    vote: async (context, args) => {
      const { spaceId: space, eventId: target, choices } = checkArguments(schemas.vote, args);
      const { several } = await pollOf(context, space, target);
      if (several === 0 && choices.length > 1) throw invalid("choices");
      await post(context, space, "chat.vote", {
        target: fromHex(target),
        choices: choices.map((one) => (one.length === 32 ? fromHex(one) : Number(one))),
      });
    },

    addChoice: async (context, args) => {
      const { spaceId: space, eventId: target, text } = checkArguments(schemas.addChoice, args);
      const asked = await pollOf(context, space, target);
      if (asked.open === 0 && asked.mine === 0) throw invalid("eventId");
      await post(context, space, "chat.pollOption", { target: fromHex(target), text });
    },

    endPoll: async (context, args) => {
      const { spaceId: space, eventId: target } = checkArguments(schemas.endPoll, args);
      const { mine } = await targetOf(context, space, target, "eventId");
      if (mine === 0 && !(await leads(context, space))) throw invalid("eventId");
      await post(context, space, "chat.pollEnd", { target: fromHex(target) });
    },
  };
}
