/**
 * A long text in parts of at most `most` UTF-16 units, each cut where a paragraph, a line, a sentence or a word ends if there is such
 * an end in its second half; else between two signs that people see as one each.
 */
export function splitText(text: string, most: number): string[] {
  const parts: string[] = [];
  let rest = text.replace(/\r\n?/g, "\n").trim();
  while (rest.length > most) {
    const window = rest.slice(0, most);
    const ends = ["\n\n", "\n", ". ", " "].map(
      (mark) => window.lastIndexOf(mark) + mark.trimEnd().length,
    );
    const at = ends.find((end) => end > most / 2) ?? signsWithin(rest, most);
    parts.push(rest.slice(0, at).trim());
    rest = rest.slice(at).trim();
  }
  if (rest !== "") parts.push(rest);
  return parts.filter((part) => part !== "");
}

const signs = new Intl.Segmenter("und", { granularity: "grapheme" });

/** How much of a text fits without cutting a sign in two; a single sign that is larger than all is cut anyway. */
function signsWithin(text: string, most: number): number {
  const segment = signs.segment(text).containing(most);
  const at = segment?.index ?? most;
  if (at > 0 && at >= most - 200) return at;
  return /[\ud800-\udbff]/.test(text[most - 1] ?? "") ? most - 1 : most;
}
