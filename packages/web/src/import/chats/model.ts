/** What is read out of the exports of other services, and how much of it. Parsers are plain functions; they run in chats-worker.ts. */
import type { Service, ToBring } from "@baraza/engine";
import { splitText } from "../../features/chat/split.ts";
import type { Item } from "../items.ts";

export type { Service, ToBring } from "@baraza/engine";

/** The most that is read: what is larger is refused by a sentence, not begun with. */
export const LIMITS = {
  /** Bytes of one text and of one JSON file. */
  textBytes: 64 * 1024 * 1024,
  jsonBytes: 192 * 1024 * 1024,
  /** Messages of all conversations of one export, and conversations. */
  messages: 1_000_000,
  chats: 2000,
  /** UTF-16 units of a message as it is stored; a longer one becomes several. */
  text: 8000,
  /** A message that is longer than this is cut. */
  longest: 200_000,
  name: 200,
  /** Lines of the report. */
  left: 20_000,
} as const;

/**
 * Why something of an export is not taken. `link`: the export has a link to it only. `lacks`: the export is without it. `unused`: no
 * message names it. `unknown`: no export that is read here. `sealed`: only Signal itself opens it. Else as for files.
 */
export type WhyLeft =
  | "link"
  | "lacks"
  | "unused"
  | "unknown"
  | "sealed"
  | "tooLarge"
  | "system"
  | "about"
  | "path"
  | "protected"
  | "damaged"
  | "unsupported"
  | "failed";

export interface LeftOut {
  path: string;
  why: WhyLeft;
}

/** A file of a message: the message's key, its place there, and where its content is. */
export interface Media {
  key: string;
  index: number;
  item: Item;
}

export interface ReadChat {
  service: Service;
  title: string;
  messages: ToBring[];
  media: Media[];
}

export interface ReadExport {
  chats: ReadChat[];
  left: LeftOut[];
}

/** An export that cannot be read at all, or not further. */
export class ChatsError extends Error {
  readonly why: WhyLeft;
  readonly path: string;
  constructor(why: WhyLeft, path: string) {
    super(why);
    this.name = "ChatsError";
    this.why = why;
    this.path = path;
  }
}

/** A file's text. @throws ChatsError where it is larger than `most` bytes; DecodeError */
export async function textOf(item: Item, most: number): Promise<string> {
  const path = item.path.join("/");
  if (item.size > most) throw new ChatsError("tooLarge", path);
  const content = await item.open();
  if (content.size > most) throw new ChatsError("tooLarge", path);
  return new TextDecoder().decode(await content.arrayBuffer());
}

/** A file's JSON. @throws ChatsError `tooLarge`, `damaged`; DecodeError */
export async function jsonOf(item: Item): Promise<unknown> {
  const text = await textOf(item, LIMITS.jsonBytes);
  try {
    return JSON.parse(text);
  } catch {
    throw new ChatsError("damaged", item.path.join("/"));
  }
}

/** Fields of what somebody else's program wrote, each looked at before it is used. */
export type Fields = { readonly [name: string]: unknown };
export const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const wordOf = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
/** A time in ms since 1970 that a calendar has; null: none. */
export function timeOf(value: unknown, unit = 1): number | null {
  const number =
    typeof value === "number" || typeof value === "string" ? Number(value) : Number.NaN;
  const ms = Math.round(number * unit);
  return Number.isSafeInteger(ms) && ms > 0 && ms < 8.64e15 ? ms : null;
}

export type Draft = Partial<ToBring> & Pick<ToBring, "key" | "at" | "name" | "text">;

/** Gathers the messages of one conversation: long texts are split, equal keys counted on, and everything bounded. */
export class Gathered {
  readonly messages: ToBring[] = [];
  readonly media: Media[] = [];
  readonly #left: LeftOut[];
  readonly #room: { messages: number };

  /** @param room what may still come of the whole export; it shrinks */
  constructor(left: LeftOut[], room: { messages: number }) {
    this.#left = left;
    this.#room = room;
  }

  /** @param files those that are there, each with its content. @throws ChatsError where the export has too much */
  add(draft: Draft, files: readonly Item[] = [], path = ""): void {
    this.addQuiet(draft, path, files);
    for (const one of draft.lacks ?? []) leave(this.#left, { path: one, why: "lacks" });
  }

  /** The same; what it lacks stands in the report already. */
  addQuiet(draft: Draft, path: string, files: readonly Item[] = []): void {
    const { key, at, name, text } = draft;
    const parts = splitText(text.slice(0, LIMITS.longest).toWellFormed(), LIMITS.text);
    const shown = files.slice(0, 20);
    const lacks = draft.lacks ?? [];
    const words = parts.length === 0 ? [""] : parts;
    if (parts.length + shown.length + lacks.length === 0) return;
    this.#room.messages -= words.length;
    if (this.#room.messages < 0) throw new ChatsError("tooLarge", path);
    for (const [index, part] of words.entries()) {
      const first = index === 0;
      this.messages.push({
        key: first ? key : `${key}\n${index + 1}`,
        at,
        n: this.messages.length,
        name: name === null ? null : name.slice(0, LIMITS.name).toWellFormed(),
        text: part,
        reply: first ? (draft.reply ?? null) : null,
        thread: draft.thread ?? null,
        edited: draft.edited ?? null,
        files: first
          ? shown.map(({ path: at }) => ({ name: at.at(-1) ?? "", type: typeOf(at.at(-1) ?? "") }))
          : [],
        lacks: first ? lacks.slice(0, 20) : [],
        reactions: first ? (draft.reactions ?? []) : [],
      });
    }
    for (const [index, item] of shown.entries()) this.media.push({ key, index, item });
  }

  chat(service: Service, title: string): ReadChat {
    return {
      service,
      title: title.slice(0, LIMITS.name).toWellFormed(),
      messages: this.messages,
      media: this.media,
    };
  }
}

/** Notes something in the report, as long as there is room. */
export function leave(left: LeftOut[], one: LeftOut): void {
  if (left.length < LIMITS.left) left.push({ ...one, path: one.path.slice(0, 500) });
}

/** Keys of messages that have no id of their own: what they are, and how often the same came before. */
export function counted(): (parts: readonly string[]) => string {
  const seen = new Map<string, number>();
  return (parts) => {
    const bare = parts.join("\n").slice(0, 15_000);
    const times = (seen.get(bare) ?? 0) + 1;
    seen.set(bare, times);
    return `${bare}\n${times}`;
  };
}

/** A wall clock's time as text, which is the same in whatever zone it is read. */
export function wall([year, month, day, hour, minute, second]: Wall): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`;
}
/** Year, month from 1, day, hour, minute, second. */
export type Wall = readonly [number, number, number, number, number, number];

const TYPES: Readonly<Record<string, string>> = {
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  gif: "image/gif",
  webp: "image/webp",
  heic: "image/heic",
  mp4: "video/mp4",
  mov: "video/quicktime",
  "3gp": "video/3gpp",
  webm: "video/webm",
  opus: "audio/ogg",
  ogg: "audio/ogg",
  oga: "audio/ogg",
  m4a: "audio/mp4",
  aac: "audio/aac",
  mp3: "audio/mpeg",
  amr: "audio/amr",
  pdf: "application/pdf",
};

/** What a name says of a file, until its content is looked at. */
function typeOf(name: string): string {
  return TYPES[name.split(".").at(-1)?.toLowerCase() ?? ""] ?? "application/octet-stream";
}
