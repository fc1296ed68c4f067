/** From what was typed to words of the index: beginnings, parts of compounds, forgiven errors, names of people and spaces. */
import { RUN, bare, fold, gramsOf, piecesOf } from "./fold.ts";
import { distance, forgiven, nearKeys } from "./near.ts";
import type { FindableReader } from "./port.ts";
import type { Unit } from "./query.ts";

/** How many words of the index one typed word is widened to, by beginnings and by parts. */
const BEGINNINGS = 48;
const PARTS = 24;
const NEAR = 12;
/** The shortest word that is looked for inside of others. */
const PART_LEAST = 4;
/** From so many letters on, both, a part and the rest beside it need not be known as words of their own. */
const SURE = 5;
/** Letters that may stand between the parts of a compound, or behind it. */
const JOINTS = ["", "s", "es", "n", "en", "e", "er"] as const;
/** Behind every word that begins so. */
const LAST = "\u{10ffff}";

type Term = { term: string; seen: number };

/** Words that begin so, those that are seen most first. The word itself is not among them. */
export async function beginnings(
  db: FindableReader,
  word: string,
  { named = false, most = BEGINNINGS }: { named?: boolean; most?: number } = {},
): Promise<Term[]> {
  return db.all<Term>(
    `SELECT term, seen FROM search_terms WHERE term > ?1 AND term < ?1 || ?2 AND named >= ?3
     ORDER BY seen DESC LIMIT ?4`,
    [word, LAST, Number(named), most],
  );
}

/**
 * Long words that hold this one at their beginning, end or middle. So that `rent` does not find `different`, what stands beside it has to
 * be a word that has been seen, but for joints; or both are long.
 */
export async function compounds(db: FindableReader, word: string): Promise<Term[]> {
  const letters = Array.from(word);
  if (letters.length < PART_LEAST || /\p{N}/u.test(word)) return [];
  const threes = new Set<string>();
  for (let at = 0; at + 3 <= letters.length; at++) threes.add(letters.slice(at, at + 3).join(""));
  const rows = await db.all<Term>(
    `SELECT t.term, t.seen FROM (SELECT rowid AS id FROM search_parts WHERE search_parts MATCH ? LIMIT 400) p
     JOIN search_part_terms w ON w.id = p.id JOIN search_terms t ON t.term = w.term`,
    [[...threes].map((three) => `"${three}"`).join(" AND ")],
  );
  const split = rows
    .filter(({ term }) => term !== word && term.includes(word))
    .map((row) => ({ row, rests: restsOf(row.term, word) }));
  const rests = [...new Set(split.flatMap((one) => one.rests.flat()))];
  const known = await seenOf(db, rests);
  return split
    .filter((one) =>
      one.rests.every(
        (ways) =>
          (letters.length >= SURE && (ways[0]?.length ?? 0) >= SURE) ||
          ways.some((way) => way.length > 2 && known.has(way)),
      ),
    )
    .map(({ row }) => row)
    .toSorted((a, b) => b.seen - a.seen)
    .slice(0, PARTS);
}

/** What stands before and behind a part, each with and without a joint. */
function restsOf(term: string, word: string): string[][] {
  const at = term.indexOf(word);
  const [before, after] = [term.slice(0, at), term.slice(at + word.length)];
  const rests: string[][] = [];
  if (before !== "")
    rests.push(
      JOINTS.filter((joint) => before.endsWith(joint)).map((joint) =>
        before.slice(0, before.length - joint.length),
      ),
    );
  if (!JOINTS.some((joint) => joint === after))
    rests.push(
      JOINTS.filter((joint) => after.startsWith(joint)).map((joint) => after.slice(joint.length)),
    );
  return rests;
}

/** Words of names that differ from this one by few errors, the nearest first. */
export async function misspelt(
  db: FindableReader,
  word: string,
): Promise<{ term: string; errors: number }[]> {
  const most = forgiven(word);
  if (most === 0) return [];
  const rows = await db.all<{ term: string }>(
    "SELECT DISTINCT n.term FROM json_each(?) j CROSS JOIN search_near n ON n.key = j.value LIMIT 500",
    [JSON.stringify(nearKeys(word))],
  );
  return rows
    .map(({ term }) => ({ term, errors: distance(word, term, most) }))
    .filter(({ errors }) => errors > 0 && errors <= most)
    .toSorted((a, b) => a.errors - b.errors || (a.term < b.term ? -1 : 1))
    .slice(0, NEAR);
}

/** How often words were seen, about. */
export async function seenOf(
  db: FindableReader,
  terms: readonly string[],
): Promise<Map<string, number>> {
  const rows = await db.all<Term>(
    "SELECT t.term, t.seen FROM json_each(?) j CROSS JOIN search_terms t ON t.term = j.value",
    [JSON.stringify(terms)],
  );
  return new Map(rows.map(({ term, seen }) => [term, seen]));
}

/** Other ways to write German umlauts: `Muenchen` and, for what was typed with one, the other way round. */
export function spellings(unit: Unit): string[] {
  const [word = ""] = unit.words;
  const found = new Set<string>();
  if (/[aou]e/.test(word)) found.add(word.replace(/([aou])e/g, "$1"));
  if (/[äöü]/iu.test(unit.typed))
    for (const run of fold(unit.typed.replace(/([äöü])/giu, "$1e")).match(RUN) ?? [])
      found.add(run);
  found.delete(word);
  return [...found].filter((one) => one.length > 2);
}

/** The words of the index that all have to be there for one folded word. */
export function gramsFor(word: string): string[] {
  const grams = piecesOf(word).flatMap((piece) => {
    if (piece.cut === "word") return [bare(piece.text)];
    const all = gramsOf(piece);
    const size = piece.cut === "pairs" ? 2 : 3;
    // Single characters say nothing more where pairs of them are looked for.
    const long = all.filter((gram) => Array.from(gram).length >= size);
    return long.length > 0 ? long : all;
  });
  return [...new Set(grams)];
}

/** A word in a script without spaces that is shorter than the index's pieces: it is the beginning of some. */
export function isShortPiece(word: string): boolean {
  const [piece, ...rest] = piecesOf(word);
  if (piece === undefined || rest.length > 0 || piece.cut === "word") return false;
  return Array.from(piece.text).length < (piece.cut === "pairs" ? 2 : 3);
}
