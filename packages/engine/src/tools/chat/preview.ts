/** Texts made short, for lists, quotes and search results. */

import { plainText } from "./formatting.ts";

/** UTF-16 units of a preview. */
const PREVIEW = 200;

/** A text with every run of spaces and line breaks as one space. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** At most `length` UTF-16 units, the sign for "and more" included; no character is cut in two. */
export function cut(line: string, length: number): string {
  if (line.length <= length) return line;
  return `${line
    .slice(0, length - 1)
    .replace(/[\ud800-\udbff]$/, "")
    .trimEnd()}…`;
}

/** The beginning of a message on one line, without the signs of its formatting. */
export function preview(text: string): string {
  // What of a long text shows is not read to its end.
  return cut(oneLine(plainText(text.slice(0, 4 * PREVIEW))), PREVIEW);
}
