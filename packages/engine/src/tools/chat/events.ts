/** The events of a conversation. Payloads are CBOR maps; see [Note: Newer payloads] in ../checks.ts for how they may grow. */
import { bytes16, bytes32, text, toHex, utf8 } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import * as v from "valibot";
import { demandsMore, payload, readPayload } from "../checks.ts";
import type { EventType } from "../tool.ts";
import { mediaFields, readMedia } from "./media.ts";
import type { MediaPayload } from "./media.ts";
import type { MessageMedia } from "./media-api.ts";
import { onceField, readOnce } from "./once.ts";
import type { OncePayload } from "./once.ts";
import { channelEvents } from "./channels.ts";
import type { ChannelPayloads } from "./channels.ts";
import { ownEmojiEvents } from "./own-emoji.ts";
import type { OwnEmojiPayloads } from "./own-emoji.ts";
import { isOwnSign } from "./own-sign.ts";
import { pinEvents } from "./pins.ts";
import type { PinPayloads } from "./pins.ts";
import { pollEvents } from "./polls.ts";
import type { PollPayloads } from "./polls.ts";
import { threadEvents } from "./threads.ts";
import type { ThreadPayloads } from "./threads.ts";

export const CHAT_LIMITS = {
  /** A message, in UTF-16 units: what a text field counts. */
  text: 8000,
  mentions: 100,
  /** A person's name, where a message carries one. */
  name: 200,
  /** The longest emoji of Unicode 16 (two people with skin tones, kissing) takes 35. */
  emojiBytes: 40,
  /** One of the space's own, by its name between colons, in UTF-16 units. */
  ownSign: 66,
} as const;

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

/** One visible sign, as people count them: not empty, no space, no control character. */
export function isEmoji(value: string): boolean {
  if (value === "" || utf8(value).length > CHAT_LIMITS.emojiBytes) return false;
  if (/^[\s\p{Cc}\p{Cf}\p{M}]/u.test(value)) return false;
  return [...graphemes.segment(value)].length === 1;
}

/** A message's text. It may be empty here: a later version may send something beside the text. */
const messageText = text(CHAT_LIMITS.text);
/** A sign, or one of the space's own by its name: see own-emoji.ts. */
export const isReaction = (value: string): boolean => isEmoji(value) || isOwnSign(value);
const emoji = v.pipe(text(CHAT_LIMITS.ownSign), v.check(isReaction, "emoji"));

const message = payload({
  text: messageText,
  /** The message that this one answers. */
  replyTo: v.optional(bytes16),
  /** Identities that are named in the text. */
  mentions: v.optional(v.pipe(v.array(bytes32), v.maxLength(CHAT_LIMITS.mentions))),
  /** The message whose thread this is part of; with `also` it stands in the conversation too. See threads.ts. */
  thread: v.optional(bytes16),
  also: v.optional(v.boolean()),
  /** It was brought here from another conversation: the name of who wrote it, as the bringer says; empty: without a name. */
  forwarded: v.optional(text(CHAT_LIMITS.name)),
  /** The channel that it stands in; none: the first. See channels.ts. */
  channel: v.optional(bytes16),
  /** It is meant for everybody in the channel. */
  everyone: v.optional(v.boolean()),
  ...mediaFields,
  /** A picture, film or voice note that can be opened once; it is all that such a message has. See once.ts. */
  once: onceField,
});
/** Counts when the author of the message wrote it. */
const edit = payload({ target: bytes16, text: messageText });
/** Counts when the author of the message or a steward wrote it. It is final. */
const deletion = payload({ target: bytes16 });
/** Per person, message and emoji the last one counts. */
const reaction = payload({ target: bytes16, emoji, on: v.boolean() });

export const chatEvents = {
  "chat.message": { version: 1, schema: message.schema },
  "chat.edit": { version: 1, schema: edit.schema },
  "chat.delete": { version: 1, schema: deletion.schema },
  "chat.reaction": { version: 1, schema: reaction.schema },
  ...pinEvents,
  ...pollEvents,
  ...threadEvents,
  ...channelEvents,
  ...ownEmojiEvents,
} as const satisfies Record<string, EventType>;

/** What {@link chatEvents} carry, by type, for whoever writes them. */
export type ChatPayloads = {
  "chat.message": {
    text: string;
    replyTo?: Bytes | undefined;
    mentions?: Bytes[] | undefined;
    thread?: Bytes | undefined;
    also?: boolean | undefined;
    forwarded?: string | undefined;
    channel?: Bytes | undefined;
    everyone?: boolean | undefined;
    once?: OncePayload | undefined;
    must?: string[] | undefined;
  } & MediaPayload;
  "chat.edit": { target: Bytes; text: string };
  "chat.delete": { target: Bytes };
  "chat.reaction": { target: Bytes; emoji: string; on: boolean };
} & PinPayloads &
  PollPayloads &
  ThreadPayloads &
  ChannelPayloads &
  OwnEmojiPayloads;

/**
 * An event that was read; ids are hexadecimal. `newer`: only a newer app understands it; with a `target` it changes
 * that message, without one it is a line of its own.
 */
export type ChatEvent =
  | {
      kind: "message";
      text: string;
      replyTo: string | null;
      mentions: string[];
      thread: string | null;
      also: boolean;
      forwarded: string | null;
      everyone: boolean;
      media: MessageMedia | null;
    }
  | { kind: "edit"; target: string; text: string }
  | { kind: "delete"; target: string }
  | { kind: "reaction"; target: string; emoji: string; on: boolean }
  | { kind: "newer"; target: string | null };

const targeted = v.looseObject({ target: bytes16 });

/**
 * Reads an event's type and decoded payload.
 * @returns null for what shows nowhere: malformed payloads, reactions of a newer kind, and events of an unknown
 * type that do not ask to be understood.
 */
export function readChatEvent(type: string, value: unknown): ChatEvent | null {
  switch (type) {
    case "chat.message": {
      const read = readPayload(message.known, value);
      if (read.state !== "ok") return read.state === "newer" ? NEWER_LINE : null;
      const { text, replyTo, mentions = [], thread, also = false, forwarded } = read.value;
      const { everyone = false, once } = read.value;
      return {
        kind: "message",
        text: once === undefined ? text : "",
        replyTo: replyTo === undefined ? null : toHex(replyTo),
        mentions: [...new Set(mentions.map((id) => toHex(id)))],
        thread: thread === undefined ? null : toHex(thread),
        also: thread !== undefined && also,
        forwarded: forwarded ?? null,
        everyone,
        media: once === undefined ? readMedia(read.value) : readOnce(once),
      };
    }
    case "chat.edit": {
      const read = readPayload(edit.known, value);
      if (read.state !== "ok") return read.state === "newer" ? newerChange(value) : null;
      return { kind: "edit", target: toHex(read.value.target), text: read.value.text };
    }
    case "chat.delete": {
      const read = readPayload(deletion.known, value);
      if (read.state !== "ok") return read.state === "newer" ? newerChange(value) : null;
      return { kind: "delete", target: toHex(read.value.target) };
    }
    case "chat.reaction": {
      const read = readPayload(reaction.known, value);
      if (read.state !== "ok") return null;
      const { target, emoji: sign, on } = read.value;
      return { kind: "reaction", target: toHex(target), emoji: sign, on };
    }
    default:
      return demandsMore(value) ? NEWER_LINE : null;
  }
}

const NEWER_LINE: ChatEvent = { kind: "newer", target: null };

function newerChange(value: unknown): ChatEvent | null {
  return v.is(targeted, value) ? { kind: "newer", target: toHex(value.target) } : null;
}
