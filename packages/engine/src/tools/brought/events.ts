/**
 * Messages of another service that a member brought into a space. Many stand in one event, so that a history of years comes in some
 * hundred entries.
 *
 * [Note: Whose words] What is brought is what one member's file says that others wrote. It is signed by whoever brought it, and by nobody
 * else: names in it are text, never identities, and a screen always says who brought it. What a name is said to be in the space
 * (`hints`) is that member's word, too.
 */
import { bytes16, bytes32, exact, text, uint } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import * as v from "valibot";
import { payload, readPayload } from "../checks.ts";
import type { EventType } from "../tool.ts";

export const BROUGHT_LIMITS = {
  /** UTF-16 units. */
  title: 200,
  name: 200,
  text: 8000,
  emoji: 40,
  fileName: 120,
  type: 127,
  /** In one event: messages, and names that they are by. */
  messages: 500,
  names: 500,
  /** Of one message. */
  files: 20,
  lacks: 20,
  reactions: 50,
  reactors: 100,
  /** What names are said to be, in one event; messages that one event deletes. */
  hints: 200,
  deletes: 500,
} as const;

export const SERVICES = ["whatsapp", "slack", "telegram", "signal"] as const;
export type Service = (typeof SERVICES)[number];

const list = <const S extends v.GenericSchema>(one: S, most: number) =>
  v.pipe(v.array(one), v.maxLength(most));
/** One brought conversation of a member's, and one message within it. */
const id8 = exact(8);
const index = uint(BROUGHT_LIMITS.names - 1);

const message = v.looseObject({
  id: id8,
  /** When it was written, by the file, ms since 1970; `n` orders those of one time. */
  at: uint(),
  n: uint(),
  /** Who wrote it, in `names`; absent: the other service's own line. */
  by: v.optional(index),
  text: text(BROUGHT_LIMITS.text),
  /** The message that it answers; the one whose thread it is part of. */
  reply: v.optional(id8),
  thread: v.optional(id8),
  edited: v.optional(uint()),
  /** Files of the space: they may come later than this. */
  files: v.optional(
    list(
      v.looseObject({
        id: bytes16,
        name: text(BROUGHT_LIMITS.fileName),
        type: text(BROUGHT_LIMITS.type),
      }),
      BROUGHT_LIMITS.files,
    ),
  ),
  /** Names of files that it had and that were not in the export. */
  lacks: v.optional(list(text(BROUGHT_LIMITS.fileName), BROUGHT_LIMITS.lacks)),
  reactions: v.optional(
    list(
      v.looseObject({
        emoji: text(BROUGHT_LIMITS.emoji, 1),
        by: list(index, BROUGHT_LIMITS.reactors),
      }),
      BROUGHT_LIMITS.reactions,
    ),
  ),
});

/** Opens a brought conversation, or says more of one. */
const begin = payload({
  chat: id8,
  service: text(32),
  title: text(BROUGHT_LIMITS.title),
  hints: v.optional(
    list(
      v.looseObject({ name: text(BROUGHT_LIMITS.name), identity: bytes32 }),
      BROUGHT_LIMITS.hints,
    ),
  ),
});
const part = payload({
  chat: id8,
  names: list(text(BROUGHT_LIMITS.name), BROUGHT_LIMITS.names),
  messages: v.pipe(list(message, BROUGHT_LIMITS.messages), v.minLength(1)),
});
/** Counts of whoever brought it, and of those who keep order. `chat` as {@link chatOf} makes it. Without `messages` all of it goes. */
const deletion = payload({
  chat: exact(24),
  messages: v.optional(v.pipe(list(id8, BROUGHT_LIMITS.deletes), v.minLength(1))),
});

export const broughtEvents = {
  "brought.begin": { version: 1, schema: begin.schema },
  "brought.part": { version: 1, schema: part.schema },
  "brought.delete": { version: 1, schema: deletion.schema },
} as const satisfies Record<string, EventType>;

export type BroughtItem = {
  id: Bytes;
  at: number;
  n: number;
  by?: number | undefined;
  text: string;
  reply?: Bytes | undefined;
  thread?: Bytes | undefined;
  edited?: number | undefined;
  files?: { id: Bytes; name: string; type: string }[] | undefined;
  lacks?: string[] | undefined;
  reactions?: { emoji: string; by: number[] }[] | undefined;
};

export type BroughtPayloads = {
  "brought.begin": {
    chat: Bytes;
    service: Service;
    title: string;
    hints?: { name: string; identity: Bytes }[] | undefined;
  };
  "brought.part": { chat: Bytes; names: string[]; messages: BroughtItem[] };
  "brought.delete": { chat: Bytes; messages?: Bytes[] | undefined };
};

type Event = {
  [K in keyof BroughtPayloads]: { type: K; value: BroughtPayloads[K] };
}[keyof BroughtPayloads];

/** Reads an event's payload; null: malformed, of another type, or only a newer app understands it. */
export function readBrought(type: string, value: unknown): Event | null {
  switch (type) {
    case "brought.begin": {
      const read = readPayload(begin.known, value);
      if (read.state !== "ok") return null;
      const service = SERVICES.find((one) => one === read.value.service);
      return service === undefined ? null : { type, value: { ...read.value, service } };
    }
    case "brought.part": {
      const read = readPayload(part.known, value);
      return read.state === "ok" ? { type, value: read.value } : null;
    }
    case "brought.delete": {
      const read = readPayload(deletion.known, value);
      return read.state === "ok" ? { type, value: read.value } : null;
    }
    default:
      return null;
  }
}
