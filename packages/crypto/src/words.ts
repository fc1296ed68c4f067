/**
 * Recovery words: 128 random bits as twelve English words with a check sum (BIP39). Its own entry, since only making and
 * typing words needs the list.
 */
import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import type { Bytes } from "@baraza/protocol";
import { needBytes, randomBytes } from "./primitives.ts";

/** Words on a sheet, and bytes of what they stand for. */
export const WORDS = 12;
export const WORDS_BYTES = 16;

/** New words with the 16 random bytes behind them. `fixed` is for vectors only. */
export function createWords(fixed?: Bytes): { words: string[]; secret: Bytes } {
  const secret = fixed ?? randomBytes(WORDS_BYTES);
  return { words: wordsOf(secret), secret };
}

/** The words of 16 bytes. @throws CryptoError `bad_input` */
export function wordsOf(secret: Bytes): string[] {
  needBytes(secret, WORDS_BYTES);
  return entropyToMnemonic(secret, wordlist).split(" ");
}

/**
 * What somebody typed, scanned or pasted. `count`: not twelve words; `unknown`: the word at `at` (from 0) is like none of the
 * list; `checksum`: all are words, but not the ones of one sheet.
 */
export type ReadWords =
  | { ok: true; words: string[]; secret: Bytes }
  | { ok: false; reason: "count"; found: number }
  | { ok: false; reason: "unknown"; at: number; word: string }
  | { ok: false; reason: "checksum" };

/**
 * Reads words as people write them: in any case, with numbers, commas and line ends between them, with one letter wrong,
 * or only the first four letters, by which each word of the list is known.
 */
export function readWords(text: string): ReadWords {
  const typed = text
    .slice(0, 2000)
    .normalize("NFKD")
    .replace(/\S*@\S*|baraza-words/giu, " ")
    .toLowerCase()
    .split(/[^a-z]+/u)
    .filter((part) => part !== "");
  if (typed.length !== WORDS) return { ok: false, reason: "count", found: typed.length };
  const candidates = typed.map(meant);
  const at = candidates.findIndex((options) => options.length === 0);
  if (at >= 0) return { ok: false, reason: "unknown", at, word: typed[at] ?? "" };
  // One word may be like several: the check sum tells which.
  const found = combinations(candidates).flatMap((words) => {
    const secret = secretOf(words);
    return secret === null ? [] : [{ words, secret }];
  });
  const [only] = found;
  if (only === undefined || found.length > 1) return { ok: false, reason: "checksum" };
  return { ok: true, ...only };
}

/** Words that begin so, at most `most`; none for nothing. */
export function completeWord(prefix: string, most = 4): string[] {
  const start = prefix.trim().toLowerCase();
  if (start === "") return [];
  return wordlist.filter((word) => word.startsWith(start)).slice(0, most);
}

/** What a QR code of the words holds: text that any reader shows, and {@link readWords} reads. */
export function wordsText(words: readonly string[], address: string): string {
  return `baraza-words ${address} ${words.join(" ")}`;
}

/** The words of the list that somebody may have meant, best first: the word itself alone, else all that are near. */
function meant(typed: string): string[] {
  if (wordlist.includes(typed)) return [typed];
  if (typed.length >= 4) {
    const begun = wordlist.filter((word) => word.startsWith(typed));
    if (begun.length === 1) return begun;
  }
  const near = wordlist.filter((word) => isNear(typed, word));
  if (near.length > 0) return near;
  // The first four letters are enough to know a word, whatever follows.
  return typed.length >= 4 ? wordlist.filter((word) => word.startsWith(typed.slice(0, 4))) : [];
}

/** At most this many ways of reading are tried; more means that too much is misspelt to guess. */
const READINGS = 256;

function combinations(candidates: readonly string[][]): string[][] {
  let all: string[][] = [[]];
  for (const options of candidates) {
    all = all.flatMap((words) => options.map((word) => [...words, word]));
    if (all.length > READINGS) return [];
  }
  return all;
}

function secretOf(words: readonly string[]): Bytes | null {
  try {
    return new Uint8Array(mnemonicToEntropy(words.join(" "), wordlist));
  } catch {
    return null;
  }
}

/** One letter more, less, another one, or two neighbours swapped. */
function isNear(a: string, b: string): boolean {
  if (a.length < 3 || Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  if (restA.slice(1) === restB.slice(1)) return true;
  if (restA.slice(1) === restB || restA === restB.slice(1)) return true;
  return restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
}
