/** A piece of a text around what was found, with where the marks are. */
import type { Mark } from "./api.ts";
import { stretches } from "./match.ts";
import type { Needle } from "./match.ts";

/** UTF-16 units of a snippet before the first mark, and in all. */
const BEFORE = 40;
const LENGTH = 180;
/** UTF-16 units of a long text that are looked through for the best place, a piece at a time. */
const WINDOW = 2500;
const WINDOWS = 80;

/** One line: every run of spaces and breaks is one space. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** The piece of a text in which most different needles are found, and the marks in it. */
export function snippetOf(
  text: string,
  needles: readonly Needle[],
): { snippet: string; marks: Mark[] } {
  for (let at = 0, turn = 0; at < text.length && turn < WINDOWS; at += WINDOW, turn++) {
    const line = oneLine(text.slice(at, at + WINDOW));
    const found = stretches(line, needles);
    if (found.length > 0) return cutAround(line, found, at > 0, at + WINDOW < text.length);
  }
  return cutAround(oneLine(text.slice(0, WINDOW)), [], false, text.length > WINDOW);
}

/** @param after there is text behind the line */
function cutAround(
  line: string,
  found: readonly [number, number][],
  before: boolean,
  after: boolean,
): { snippet: string; marks: Mark[] } {
  const start = line.length <= LENGTH ? 0 : startOf(line, found);
  let end = Math.min(line.length, start + LENGTH);
  // No character is cut in two, and no mark from its letter.
  while (end < line.length && /[\udc00-\udfff\p{M}]/u.test(line.charAt(end))) end--;
  const lead = start > 0 || before ? "…" : "";
  const tail = end < line.length || after ? "…" : "";
  const shown = line.slice(start, end);
  const shift = lead.length - start;
  const marks: Mark[] = found
    .filter(([from, to]) => from >= start && to <= end)
    .map(([from, to]) => [from + shift, to + shift]);
  return { snippet: `${lead}${shown.trimEnd()}${tail}`, marks };
}

/** Where to begin so that most is seen: a little before the mark with the most others close behind it. */
function startOf(line: string, found: readonly [number, number][]): number {
  let best = { at: 0, count: -1 };
  found.forEach(([from], index) => {
    let count = 0;
    const seen = new Set<string>();
    for (let next = index; next < found.length; next++) {
      const [a, b] = found[next] ?? [0, 0];
      if (b > from + LENGTH - BEFORE) break;
      seen.add(line.slice(a, b).toLowerCase());
    }
    count = seen.size;
    if (count > best.count) best = { at: from, count };
  });
  const wanted = Math.max(0, best.at - BEFORE);
  if (wanted === 0) return 0;
  // At the beginning of a word, where there is one near.
  const space = line.indexOf(" ", wanted);
  const start = space >= 0 && space < best.at ? space + 1 : wanted;
  return /[\udc00-\udfff\p{M}]/u.test(line.charAt(start)) ? start + 1 : start;
}
