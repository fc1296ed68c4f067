/**
 * Finding messages by their words, on this device. The reducer keeps one row of the full-text index per message.
 *
 * [Note: How text is cut into words] SQLite's tokenizers cut at spaces and punctuation, which Thai, Chinese, Japanese and
 * many others do not write between words. So text is folded and cut here, by Intl.Segmenter, and the index gets words
 * with spaces between them; its tokenizer `ascii` takes all other characters as they are. A search goes the same way.
 */
import type { SqlTx } from "../../ports.ts";
import type { AppliedEvent, Findable } from "../tool.ts";
import { readChatEvent } from "./events.ts";
import { cut, oneLine } from "./preview.ts";

const words = new Intl.Segmenter("und", { granularity: "word" });

/**
 * Marks that fold away: accents of Latin, Greek and Cyrillic, Arabic vowels and hamza, Hebrew points. Vowel signs
 * of Indic and Thai script are letters to their readers and stay, as do the Japanese voicing marks.
 */
const FOLDED_MARKS = /(?![\u3099\u309a])[\p{Script=Inherited}&&\p{Mn}]|[\u0591-\u05c7]/gv;
/** Characters that are not seen: joiners, directions, soft hyphens; and the Arabic tatweel. */
const UNSEEN = /[\p{Cf}\u0640]/gu;
/** Letters that people type for one another. */
const LIKE: Readonly<Record<string, string>> = {
  ς: "σ",
  ø: "o",
  đ: "d",
  ł: "l",
  æ: "ae",
  œ: "oe",
  ى: "ي",
  ی: "ي",
  ک: "ك",
  ة: "ه",
  "’": "'",
};
const LIKE_PATTERN = new RegExp(`[${Object.keys(LIKE).join("")}]`, "gu");
const DIGITS = /[\u0660-\u0669\u06f0-\u06f9]/g;

/** One form for all ways to write a text: case, accents, Arabic vowels and width do not count. */
export function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(FOLDED_MARKS, "")
    .replace(UNSEEN, "")
    .toUpperCase()
    .toLowerCase()
    .replace(LIKE_PATTERN, (letter) => LIKE[letter] ?? letter)
    .replace(DIGITS, (digit) => String((digit.codePointAt(0) ?? 0) & 15))
    .replace(FOLDED_MARKS, "")
    .normalize("NFC");
}

/** The folded words of a text, in order. */
export function wordsOf(text: string): string[] {
  const found: string[] = [];
  for (const { segment, isWordLike } of words.segment(fold(text)))
    if (isWordLike === true) found.push(segment);
  return found;
}

/** Puts a message's text into the index, in place of what was there. Empty text takes it out. @param id its row in chat_messages. */
export function indexMessage(tx: SqlTx, id: number, logId: string, text: string): void {
  tx.run("DELETE FROM chat_index WHERE rowid = ?", [id]);
  const found = wordsOf(text);
  if (found.length > 0)
    tx.run("INSERT INTO chat_index (rowid, space, words) VALUES (?, ?, ?)", [
      id,
      logId,
      found.join(" "),
    ]);
}

/**
 * The full-text query for what somebody typed: all words, the last one maybe unfinished.
 * @returns null when there is no word in it.
 */
export function matchOf(typed: string, spaceId?: string): string | null {
  const found = wordsOf(typed);
  if (found.length === 0) return null;
  const terms = found.map(
    (word, index) => `"${word.replaceAll('"', '""')}"${index === found.length - 1 ? "*" : ""}`,
  );
  const all = `words : (${terms.join(" AND ")})`;
  return spaceId === undefined ? all : `space : "${spaceId}" AND ${all}`;
}

/** UTF-16 units of a snippet before the first word found, and in all. */
const BEFORE = 40;
const LENGTH = 160;

/** A piece of the text around the first word that was looked for, on one line, begun at a word. */
export function snippetOf(text: string, typed: string): string {
  const line = oneLine(text);
  if (line.length <= LENGTH) return line;
  const wanted = wordsOf(typed);
  const isWanted = (word: string): boolean =>
    wanted.some((one, at) => (at === wanted.length - 1 ? word.startsWith(one) : word === one));
  const starts: number[] = [];
  for (const { segment, index, isWordLike } of words.segment(line)) {
    if (isWordLike !== true) continue;
    starts.push(index);
    if (!isWanted(fold(segment))) continue;
    const start = starts.find((at) => at >= index - BEFORE) ?? index;
    return `${start > 0 ? "…" : ""}${cut(line.slice(start), LENGTH)}`;
  }
  return cut(line, LENGTH);
}

/** The text of a message. Edits and deletions are known to the index by what the reducer makes of them. */
export function findable(event: AppliedEvent): readonly Findable[] {
  const read = readChatEvent(event.type, event.payload);
  if (read?.kind !== "message" || read.text === "") return [];
  const { logId: spaceId, eventId, author, at } = event;
  return [{ spaceId, eventId, text: read.text, author, at }];
}
