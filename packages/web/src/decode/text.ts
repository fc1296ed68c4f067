/** Texts of unknown encoding, and tables as text. */
import type { Ranged, Readable, Sheet } from "./api.ts";
import { limits } from "./limits.ts";

/** True when bytes are text in an encoding that is read here: no control characters but white space. */
export function looksLikeText(head: Uint8Array): boolean {
  if (byMark(head) !== undefined) return true;
  const wide = withoutMark(head);
  if (wide !== undefined) return true;
  return !head.some((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27) || byte === 127);
}

/** The encoding of a text by its first bytes: UTF-8, UTF-16, or else windows-1252. */
export function encodingOf(head: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" | "windows-1252" {
  const marked = byMark(head) ?? withoutMark(head);
  if (marked !== undefined) return marked;
  try {
    // A character may be cut off at the end of what was read.
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}

function byMark(head: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return "utf-8";
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  return undefined;
}

/** UTF-16 without a mark, where most characters are of one byte: every other byte is zero. */
function withoutMark(head: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  const pairs = Math.floor(Math.min(head.length, 1024) / 2);
  if (pairs < 2) return undefined;
  let low = 0;
  let high = 0;
  for (let at = 0; at < pairs * 2; at += 2) {
    if (head[at] === 0 && head[at + 1] === 0) return undefined;
    if (head[at] === 0) high++;
    if (head[at + 1] === 0) low++;
  }
  if (low > pairs * 0.7 && high === 0) return "utf-16le";
  return high > pairs * 0.7 && low === 0 ? "utf-16be" : undefined;
}

/** The beginning of a text file. `cut`: there is more. */
export async function readText(
  source: Ranged,
  most: number = limits.shownChars,
): Promise<{ text: string; encoding: string; cut: boolean }> {
  const end = Math.min(source.size, limits.textBytes);
  const bytes = await source.read(0, end);
  const encoding = encodingOf(bytes);
  const text = new TextDecoder(encoding).decode(bytes, { stream: end < source.size });
  const shown = clip(text.replaceAll("\r\n", "\n"), most);
  return { text: shown, encoding, cut: end < source.size || shown.length < text.length };
}

/** At most so many characters, without half a surrogate pair at the end. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? most - 1 : most);
}

/** A table as text (RFC 4180, with whatever separator it uses). */
export async function readTable(source: Ranged, name: string): Promise<Readable> {
  const { text, cut } = await readText(source);
  const sheet = parseTable(text, name);
  return { is: "sheets", sheets: [{ ...sheet, cut: sheet.cut || cut }], cut: sheet.cut || cut };
}

/** The rows of a table as text, as many as are shown. */
export function parseTable(text: string, name: string): Sheet {
  const separator = separatorOf(text);
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  let cut = false;
  const endCell = (): void => {
    if (row.length < limits.columns) row.push(cell);
    else cut = true;
    cell = "";
  };
  let at = 0;
  for (; at < text.length && rows.length < limits.rows; at++) {
    const char = text[at]!;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[at + 1] === '"') cell += text[at++]!;
      else quoted = false;
    } else if (char === '"' && cell === "") quoted = true;
    else if (char === separator) endCell();
    else if (char === "\n" || char === "\r") {
      if (char === "\r" && text[at + 1] === "\n") at++;
      endCell();
      rows.push(row);
      row = [];
    } else cell += char;
  }
  if (at < text.length) cut = true;
  else if (cell !== "" || row.length > 0) {
    endCell();
    rows.push(row);
  }
  return { name, rows, cut };
}

/** The separator that the first lines have most of, outside quotes. */
function separatorOf(text: string): string {
  const lines = text.slice(0, 4000).replaceAll(/"[^"]*"/g, "");
  const counts = [",", ";", "\t", "|"].map((one) => [one, lines.split(one).length] as const);
  return counts.toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? ",";
}
