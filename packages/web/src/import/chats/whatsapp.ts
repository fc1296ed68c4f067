/**
 * Exports of WhatsApp: a text file, alone or in a zip with its media. A message begins with a date; lines without one belong to the
 * message above. Phones write it in two ways, and in their own language:
 *
 *   [12/03/2022, 14:08:18] Amina: words          (iOS)
 *   12/03/2022, 14:08 - Amina: words             (Android)
 */
import type { Item } from "../items.ts";
import { counted, Gathered, leave, LIMITS, textOf, wall } from "./model.ts";
import type { LeftOut, ReadChat } from "./model.ts";
import { atOf, orderOf, stampOf, wallOf } from "./whatsapp-dates.ts";
import type { Stamp } from "./whatsapp-dates.ts";

const BRACKETS = /^[\u200e\u200f\ufeff\u202a-\u202e]*\[([^\]\n]{6,60})\] ?/u;
const DASH = /^([\u200e\u200f\ufeff\u202a-\u202e]*\p{Nd}[^\n]{5,59}?)[ \u00a0\u202f][-–][ \u00a0]/u;
/** `<attached: NAME>`, in any language; what follows is the caption. */
const ATTACHED = /^\u200e?<[^:<>\n]{2,40}:\s?\u200e?([^<>:/\\\n]{1,200}\.\w{1,8})>/u;
/** `NAME (file attached)`, in any language. */
const WITH_FILE = /^\u200e?([^<>:/\\\n]{1,200}\.\w{1,8}) \([^()\n]{3,60}\)(?=\n|$)/u;
/** `<Media omitted>`, in any language. */
const OMITTED = /^\u200e?<([^<>\n]{3,80})>$/u;
/** `image omitted` with the sign that WhatsApp puts before its own words. */
const OMITTED_IOS =
  /^\u200e([^\n]{0,40}(?:omitted|weggelassen|omitid[oa]s?|omis(?:es?)?|omess[oi]|weggelaten|ocult[oa]s?|tidak disertakan|dihilangkan|gizlendi|imeachwa|استبعاد|تم حذف|छोड़|বাদ|ละเว้น|не добавлен|略|생략)[^\n]{0,40})$/iu;
const OWN_FILE = /^(?:IMG|VID|PTT|AUD|STK|DOC|GIF)-\d{8}-WA\d+\./;
const EDITED = /\s?\u200e<[^<>\n]{5,80}>$/u;

interface Raw {
  stamp: Stamp;
  rest: string;
}

/** Where a line begins a message: its date, and what is behind. */
function headOf(line: string): Raw | null {
  const found = BRACKETS.exec(line) ?? DASH.exec(line);
  if (found === null) return null;
  const stamp = stampOf(found[1] ?? "");
  return stamp === null ? null : { stamp, rest: line.slice(found[0].length) };
}

/** Whether a text begins like an export of WhatsApp. */
export function isWhatsApp(text: string): boolean {
  return text
    .slice(0, 20_000)
    .split("\n", 60)
    .some((line) => headOf(line) !== null);
}

/**
 * Reads one conversation.
 * @param media the files beside it
 * @throws ChatsError
 */
export async function readWhatsApp(
  file: Item,
  title: string,
  media: readonly Item[],
  left: LeftOut[],
  room: { messages: number },
): Promise<ReadChat | null> {
  const text = await textOf(file, LIMITS.textBytes);
  const path = file.path.join("/");
  const raws = linesOf(text);
  if (raws.length === 0) {
    leave(left, { path, why: "unknown" });
    return null;
  }
  const order = orderOf(raws.map(({ stamp }) => stamp));
  const files = new Map(media.map((item) => [(item.path.at(-1) ?? "").toLowerCase(), item]));
  const keyOf = counted();
  const gathered = new Gathered(left, room);
  let last = 0;
  for (const { stamp, rest } of raws) {
    const time = wallOf(stamp, order);
    // A date that no calendar has is somebody's joke, or a line that only looks like one: it stands where it stood.
    const at = atOf(time) ?? last;
    last = at;
    const { name, words } = speakerOf(rest, title);
    const key = keyOf([wall(time), name ?? "", words]);
    const said = saidIn(words, files);
    gathered.add(
      {
        key,
        at,
        name,
        text: said.text,
        lacks: said.lacks,
        edited: said.edited ? at : null,
      },
      said.files,
      path,
    );
  }
  return gathered.chat("whatsapp", title);
}

function linesOf(text: string): Raw[] {
  const raws: Raw[] = [];
  let parts: string[] = [];
  const close = (): void => {
    const raw = raws.at(-1);
    if (raw !== undefined && parts.length > 0) raw.rest = [raw.rest, ...parts].join("\n");
    parts = [];
  };
  let length = 0;
  for (const line of text.split(/\r?\n/)) {
    const head = headOf(line);
    if (head !== null) {
      close();
      length = 0;
      raws.push(head);
    } else if (length < LIMITS.longest) {
      parts.push(line);
      length += line.length + 1;
    }
  }
  close();
  return raws;
}

/** Who says something, and what; a line of WhatsApp's own has no name. */
function speakerOf(rest: string, title: string): { name: string | null; words: string } {
  const end = rest.slice(0, 250).search(/:(?: |\n|$)/);
  if (end <= 0) return { name: null, words: rest };
  const name = rest
    .slice(0, end)
    .replace(/^[\u200e\u200f\u202a-\u202e]+/u, "")
    .trim();
  const words = rest.slice(end + 1).replace(/^ /, "");
  // iOS puts what it says itself behind a name, too: the group's, or that of whom it is about.
  const own = words.startsWith("\u200e") ? words.slice(1) : null;
  if (own !== null && (name === title || own.startsWith(name))) return { name: null, words: own };
  return name === "" ? { name: null, words: rest } : { name, words };
}

function saidIn(
  words: string,
  files: ReadonlyMap<string, Item>,
): { text: string; files: Item[]; lacks: string[]; edited: boolean } {
  const trimmed = words.trimEnd();
  const attached = ATTACHED.exec(trimmed) ?? WITH_FILE.exec(trimmed);
  if (attached !== null) {
    const name = (attached[1] ?? "").replaceAll("\u200e", "").trim();
    const file = files.get(name.toLowerCase());
    const rest = trimmed.slice(attached[0].length).trim();
    if (file !== undefined) return { text: rest, files: [file], lacks: [], edited: false };
    if (attached[0].includes("<") || OWN_FILE.test(name))
      return { text: rest, files: [], lacks: [name], edited: false };
  }
  const omitted = OMITTED.exec(trimmed) ?? OMITTED_IOS.exec(trimmed);
  if (omitted !== null)
    return { text: "", files: [], lacks: [(omitted[1] ?? "").trim().slice(0, 120)], edited: false };
  const text = trimmed.replace(EDITED, "");
  return {
    text: text.replace(/^\u200e/, "").trim(),
    files: [],
    lacks: [],
    edited: text.length < trimmed.length,
  };
}

/** The name of a conversation, out of the name that the phone gave its file. */
export function titleOf(name: string): string {
  const bare = name
    .normalize("NFC")
    .replace(/\.(?:zip|txt)$/i, "")
    .replace(/ ?\(\d+\)$/, "")
    .replace(/^[\u200e\u200f]+/u, "");
  const found =
    /^.*WhatsApp.*?(?: (?:with|mit|con|avec|com|met|dengan|na|kwa|con el|مع|กับ|এর সাথে) | [-–] |के साथ )(.+)$/iu.exec(
      bare,
    );
  return (found?.[1] ?? bare).replaceAll("_", " ").trim();
}
