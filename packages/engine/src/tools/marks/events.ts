/** The one event of one's own marks, in the space of one's own devices. */
import { LIMITS, object, uint } from "@baraza/protocol";
import * as v from "valibot";
import { CHAT_LIMITS } from "../chat/events.ts";
import { hexId, payload, readPayload } from "../checks.ts";
import type { EventType } from "../tool.ts";
import { FOREVER } from "./api.ts";

export const MARKS_LIMITS = {
  /** Marks in one event, and what they may take, in characters of JSON. */
  items: 256,
  bytes: 48_000,
  /** One value: the longest draft, written with escapes. */
  value: 40_000,
  key: LIMITS.nodeNameLength,
  folderName: 60,
  folders: 100,
  bookmarks: 5000,
  /** Broadcast lists, people on one, and what is kept of what was sent through it. */
  lists: 50,
  listed: 256,
  listSent: 50,
  /** UTF-16 units of a text that is kept with a list. */
  listText: 2000,
  /** Conversations that the weekly letter is made of, those that one letter tells of, and things of one kind that it names of each. */
  weekly: 50,
  letterSpaces: 30,
  letterItems: 3,
} as const;

const plain = (max: number, min = 0) => v.pipe(v.string(), v.minLength(min), v.maxLength(max));
/** A conversation: a space (or its first channel), or `SPACE:CHANNEL`. */
export const place = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}(:[0-9a-f]{32})?$/));
const space = hexId(32);
const nothing = v.looseObject({});
const hex = (bytes: number) => `[0-9a-f]{${2 * bytes}}`;
const pattern = (regex: string) => v.pipe(v.string(), v.regex(new RegExp(`^${regex}$`)));
const count = uint(FOREVER);
const some = (bytes: number, most: number) => v.pipe(v.array(hexId(bytes)), v.maxLength(most));
/** The day that a weekly letter is of: `2026-11-23`. */
const day = pattern("\\d{4}-\\d{2}-\\d{2}");

/** What each kind of mark says, and of what. A kind that this version does not know is kept as it is, for one that does. */
export const MARK_KINDS = {
  /** Of a conversation: no sounds or badges until then. */
  mute: { key: place, value: v.looseObject({ until: uint(FOREVER) }) },
  archive: { key: space, value: nothing },
  /** At the top of the list, by when it was pinned. */
  pin: { key: space, value: v.looseObject({ at: uint(FOREVER) }) },
  /** How far one has read; the farthest counts. */
  read: { key: place, value: v.looseObject({ position: uint() }) },
  /** Unread from behind this position on, though one has read further. */
  unread: { key: place, value: v.looseObject({ from: uint() }) },
  folder: {
    key: hexId(16),
    value: v.looseObject({ name: plain(MARKS_LIMITS.folderName, 1), at: uint(FOREVER) }),
  },
  /** `FOLDER:SPACE` */
  filed: { key: plain(97, 97), value: nothing },
  /** `SPACE:MESSAGE` */
  bookmark: { key: plain(97, 97), value: v.looseObject({ at: uint(FOREVER) }) },
  /** `SPACE:MESSAGE`: what can be opened once was opened. See chat/once.ts. */
  once: { key: plain(97, 97), value: nothing },
  /** What a stranger wrote, by who they are; once it is answered, which letter it was. See requests/receive.ts. */
  request: {
    key: space,
    value: v.union([
      v.looseObject({
        name: plain(LIMITS.displayNameLength),
        address: plain(400),
        words: plain(LIMITS.requestWords, 1),
        from: plain(LIMITS.nodeNameLength),
        node: plain(LIMITS.nodeNameLength),
        secret: hexId(32),
        letterId: hexId(16),
        at: uint(FOREVER),
      }),
      v.looseObject({ gone: hexId(16) }),
    ]),
  },
  /** Somebody whom one blocks, and a node whose people one does not hear for the first time. */
  block: {
    key: space,
    value: v.looseObject({ name: plain(400), address: plain(400), at: uint(FOREVER) }),
  },
  blockNode: {
    key: plain(MARKS_LIMITS.key, 1),
    value: v.looseObject({ at: uint(FOREVER) }),
  },
  /** A broadcast list, who is on it (`LIST:IDENTITY`), and what was sent through it (`LIST:SENDING`). See lists/. */
  list: {
    key: hexId(16),
    value: v.looseObject({ name: plain(MARKS_LIMITS.folderName, 1), at: uint(FOREVER) }),
  },
  listed: { key: pattern(`${hex(16)}:${hex(32)}`), value: nothing },
  listSent: {
    key: pattern(`${hex(16)}:${hex(16)}`),
    value: v.looseObject({
      at: uint(FOREVER),
      /** Empty where it disappears somewhere: nobody keeps a copy. */
      text: plain(MARKS_LIMITS.listText),
      passes: v.optional(v.boolean()),
      files: uint(FOREVER),
      total: uint(MARKS_LIMITS.listed),
      /** Everybody has it who gets it; `gone`, `blocked`, `refused` did not. */
      done: v.boolean(),
      gone: some(32, MARKS_LIMITS.listed),
      blocked: some(32, MARKS_LIMITS.listed),
      refused: some(32, MARKS_LIMITS.listed),
    }),
  },
  /** A conversation that the weekly letter is made of; when it is made; the letters, by their day; and those that were read. See weekly/. */
  weekly: { key: space, value: v.looseObject({ at: uint(FOREVER) }) },
  weeklyWhen: {
    key: v.literal("when"),
    value: v.looseObject({ day: uint(6), hour: uint(23), off: v.optional(v.boolean()) }),
  },
  letter: {
    key: day,
    value: v.looseObject({
      from: uint(FOREVER),
      to: uint(FOREVER),
      /** How far each conversation was looked through. */
      seen: v.record(space, count),
      /** Conversations with something new that found no room. */
      more: count,
      spaces: v.pipe(
        v.array(
          v.looseObject({
            space,
            /** Messages of others, by how many people, and those who wrote most. */
            count,
            people: count,
            who: some(32, MARKS_LIMITS.letterItems),
            /** Messages and files, by their ids. */
            mentions: some(16, MARKS_LIMITS.letterItems),
            pins: some(16, MARKS_LIMITS.letterItems),
            polls: some(16, MARKS_LIMITS.letterItems),
            top: some(16, MARKS_LIMITS.letterItems),
            files: some(16, MARKS_LIMITS.letterItems),
            fileCount: count,
          }),
        ),
        v.maxLength(MARKS_LIMITS.letterSpaces),
      ),
    }),
  },
  letterRead: { key: day, value: nothing },
  draft: {
    key: place,
    value: v.looseObject({
      text: plain(4 * CHAT_LIMITS.text),
      replyTo: v.optional(hexId(16)),
    }),
  },
} as const;

export type MarkKind = keyof typeof MARK_KINDS;
export type MarkValue<K extends MarkKind> = v.InferOutput<(typeof MARK_KINDS)[K]["value"]>;

export function isMarkKind(kind: string): kind is MarkKind {
  return Object.hasOwn(MARK_KINDS, kind);
}

/** One mark as it travels. `value` null takes it back; `stamp` is when it was set, see [Note: Registers] in registers.ts. */
const item = object({
  kind: plain(24, 1),
  key: plain(MARKS_LIMITS.key, 1),
  value: v.nullable(nothing),
  stamp: uint(FOREVER),
});
const set = payload({ items: v.pipe(v.array(item), v.maxLength(MARKS_LIMITS.items)) });

export const marksEvents = {
  "marks.set": { version: 1, schema: set.schema },
} as const satisfies Record<string, EventType>;

export type MarkItem = {
  kind: string;
  key: string;
  /** JSON; null: taken back. */
  value: string | null;
  stamp: number;
};

/** One JSON for one value: members in the order of their names. */
export function asJson(value: object): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** @returns the marks that can be kept; those of known kinds that make no sense are left out */
export function readMarks(value: unknown): MarkItem[] {
  const read = readPayload(set.known, value);
  if (read.state !== "ok") return [];
  return read.value.items.flatMap(({ kind, key, value: given, stamp }) => {
    const known = isMarkKind(kind) ? MARK_KINDS[kind] : null;
    if (known !== null && !v.is(known.key, key)) return [];
    if (known !== null && given !== null && !v.is(known.value, given)) return [];
    const text = given === null ? null : asJson(given);
    return text !== null && text.length > MARKS_LIMITS.value
      ? []
      : [{ kind, key, value: text, stamp }];
  });
}
