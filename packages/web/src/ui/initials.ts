/** How many colours there are in avatar.css. */
export const HUES = 10;

/** The stable colour (0 to HUES - 1) of an id: the same on every device and in every session. FNV-1a, 32 bit. */
export function hueOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return ((hash ^ (hash >>> 16)) >>> 0) % HUES;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * Up to two initials of a name: of its first and last word in scripts that have initials, one
 * grapheme elsewhere (Arabic letters would join, Chinese names would be torn). Never splits a
 * character with its marks.
 */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}\p{So}]/u.test(word));
  const first = words[0] ?? name.trim();
  const last = words.length > 1 ? words.at(-1)! : "";
  const pair = /^\p{Script=Latin}|^\p{Script=Cyrillic}|^\p{Script=Greek}|^\p{Script=Armenian}/u;
  const start = firstGrapheme(first).toLocaleUpperCase();
  return pair.test(start) && pair.test(last)
    ? start + firstGrapheme(last).toLocaleUpperCase()
    : start;
}

function firstGrapheme(word: string): string {
  const clean = word.replace(/^[^\p{L}\p{N}\p{So}]+/u, "");
  for (const { segment } of graphemes.segment(clean || word)) return segment;
  return "?";
}
