/**
 * Names of files. They come from every system, out of archives and from other members' programs; what is shown and downloaded is
 * a name that no system stumbles over. Making a safe name safe again changes nothing.
 */
import { utf8 } from "@baraza/protocol";
import { FILE_LIMITS } from "./api.ts";

/** Control characters, those that turn the direction of text around, and those that are not seen; joiners stay: scripts need them. */
const UNSEEN = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu;
/** What some system takes for a path, a stream, a pattern or a pipe. */
const PATHS = /[/\\:*?"<>|]/g;
/** Devices of Windows, with or without an ending. */
const DEVICES = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=\.|$)/iu;
/** The longest ending that is kept when a name is cut. */
const ENDING_BYTES = 16;
/** More marks on one letter than any script writes cover the lines above and below. */
const MARKS = /(\p{M}{8})\p{M}+/gu;

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

/** A name that is safe on every system, of at least one character and at most `FILE_LIMITS.nameBytes` bytes of UTF-8. */
export function safeName(raw: string): string {
  // Much longer than what is kept: nothing behind this can matter.
  const name = raw
    .slice(0, 4 * FILE_LIMITS.nameBytes)
    .toWellFormed()
    .normalize("NFC")
    .replace(UNSEEN, "")
    .replace(MARKS, "$1")
    .replace(PATHS, "_");
  const short = cutName(trimmed(name).replace(DEVICES, "$1_"));
  return short === "" ? "_" : short;
}

/** Neither begins with a space nor ends with one or with a dot. */
function trimmed(name: string): string {
  return name.replace(/^\s+/u, "").replace(/[\s.]+$/u, "");
}

/** Cuts at a whole letter, and keeps the ending. */
function cutName(name: string): string {
  if (utf8(name).length <= FILE_LIMITS.nameBytes) return name;
  const { stem, ending } = splitName(name);
  return cutStem(stem, ending, FILE_LIMITS.nameBytes);
}

function cutStem(stem: string, ending: string, max: number): string {
  let left = max - utf8(ending).length;
  let kept = "";
  for (const { segment } of graphemes.segment(stem)) {
    left -= utf8(segment).length;
    if (left < 0) break;
    kept += segment;
  }
  return trimmed(kept) + ending;
}

/** `a.tar` and `.gz`; a dot at the beginning makes no ending, and neither does one with much behind it. */
export function splitName(name: string): { stem: string; ending: string } {
  const dot = name.lastIndexOf(".");
  const ending = dot > 0 ? name.slice(dot) : "";
  if (ending.length < 2 || utf8(ending).length > ENDING_BYTES) return { stem: name, ending: "" };
  return { stem: name.slice(0, dot), ending };
}

/** `a (2).txt` for a second `a.txt`. */
export function numberedName(name: string, number: number): string {
  const { stem, ending } = splitName(name);
  return cutStem(stem, ` (${number})${ending}`, FILE_LIMITS.nameBytes);
}

/** What two names have in common that some system takes for the same: case, and the ways to write a letter. */
export function nameKey(name: string): string {
  return name.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFC");
}

/** Orders names as people count: `2` before `10`, accents and case aside. */
export function sortKey(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .toLowerCase()
    .replace(/\d+/g, (digits) => digits.slice(0, 30).padStart(12, "0"));
}
