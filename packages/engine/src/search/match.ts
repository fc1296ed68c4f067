/** How well a thing fits what was looked for, worked out from its own text; and which of its words do. */
import { LONGEST, RUN, bare, fold, piecesOf } from "./fold.ts";
import type { FindableThing } from "./port.ts";

/** One word or phrase of a query, with all the words of the index that it was widened to. */
export type Needle = {
  /** Folded; a phrase has several. */
  words: readonly string[];
  phrase: boolean;
  open: boolean;
  /** Words that count as nearly the same, with how much: parts of compounds, forgiven errors, other spellings. */
  near: ReadonlyMap<string, number>;
  /** Identities and spaces that are called so: what they made, or what is in them, fits a little. */
  authors: ReadonlySet<string>;
  spaces: ReadonlySet<string>;
  /** How much its being there says; rare words say more. */
  weight: number;
};

/** UTF-16 units of a text that are looked at to rank it. */
const LOOKED_AT = 12_000;
const DENSE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const DAY = 86_400_000;
/** After so many days being new counts half. */
const FADES = 60;

/** The folded runs of a text with one space before, between and behind. */
export function spread(text: string): string {
  return ` ${fold(text).match(RUN)?.join(" ") ?? ""} `;
}

/** How one needle fits one text: 1 whole, less for less; and how often. */
function fits(
  needle: Needle,
  runs: readonly string[],
  whole: string,
): { how: number; often: number } {
  const [word = ""] = needle.words;
  if (needle.phrase || needle.words.length > 1) {
    const joined = needle.words.join(" ");
    const found = DENSE.test(joined) ? whole.includes(joined) : whole.includes(` ${joined} `);
    return { how: found ? 1 : 0, often: 1 };
  }
  if (DENSE.test(word)) {
    const at = whole.indexOf(word);
    return { how: at < 0 ? 0 : 0.9, often: at < 0 ? 0 : whole.split(word).length - 1 };
  }
  const without = bare(word);
  let how = 0;
  let often = 0;
  for (const run of runs) {
    const one = fitOfWord(needle, word, without, run);
    if (one === 0) continue;
    often++;
    if (one > how) how = one;
  }
  return { how, often };
}

/** How a needle of one word fits a folded run. */
function fitOfWord(needle: Needle, word: string, without: string, run: string): number {
  if (run === word) return 1;
  const near = needle.near.get(run);
  if (near !== undefined) return near;
  const short = bare(run);
  if (short !== run && (short === without || short === word)) return 0.95;
  if (without !== word && run === without) return 0.95;
  if (needle.open && run.startsWith(word)) return 0.6 + 0.25 * (word.length / run.length);
  return run.length > LONGEST && run.slice(0, LONGEST) === word ? 1 : 0;
}

/** Whether a needle has to be looked for in the text itself: the index does not know what stands side by side. */
export function isTogether({ phrase, words }: Pick<Needle, "phrase" | "words">): boolean {
  return phrase || words.length > 1 || DENSE.test(words[0] ?? "");
}

/**
 * The thing's rank; null when a needle is not in it at all.
 * @param unread how much a word counts that the index has found in a text which was not read: long texts are read only where it
 * matters what stands side by side. null: the text was read
 */
export function rank(
  thing: FindableThing,
  needles: readonly Needle[],
  not: readonly Needle[],
  now: number,
  unread: number | null = null,
): number | null {
  const name = spread(thing.name ?? "");
  const text = spread((thing.text ?? "").slice(0, LOOKED_AT));
  const [nameRuns, textRuns] = [name.trim().split(" "), text.trim().split(" ")];
  const long = (thing.text?.length ?? 0) > LOOKED_AT;
  // Words that must not be there were left out by the index; phrases are known only here.
  for (const needle of not)
    if (isTogether(needle))
      if (fits(needle, nameRuns, name).how > 0 || fits(needle, textRuns, text).how > 0) return null;
  let score = 0;
  let own = needles.length === 0;
  const length = 1 + Math.log1p(textRuns.length / 40) / 3;
  for (const needle of needles) {
    const inName = fits(needle, nameRuns, name);
    const inText = fits(needle, textRuns, text);
    let best = Math.max(
      inName.how * 2.2,
      (inText.how * (0.7 + 0.5 * (inText.often / (inText.often + 1.2)))) / length,
    );
    if (best > 0) own = true;
    else if (needle.authors.has(thing.author)) best = 0.45;
    else if (needle.spaces.has(thing.spaceId)) best = 0.4;
    else if (unread !== null) {
      best = unread;
      own = true;
    } else if (long) {
      // Further down in a long text, where the index says that it is.
      if (isTogether(needle) && !foundBehind(thing.text ?? "", needle)) return null;
      best = 0.35;
      own = true;
    } else return null;
    score += best * needle.weight;
  }
  if (!own) return null;
  score += adjacency(needles, text, name);
  const age = Math.max(0, now - thing.at) / DAY;
  return (score + 0.05) * (0.7 + 0.3 / (1 + age / FADES));
}

/** Needles that stand side by side in the order in which they were typed. */
function adjacency(needles: readonly Needle[], text: string, name: string): number {
  let sum = 0;
  for (let at = 1; at < needles.length; at++) {
    const [one, two] = [needles[at - 1], needles[at]];
    if (one === undefined || two === undefined) continue;
    const pair = ` ${one.words.at(-1) ?? ""} ${two.words[0] ?? ""}`;
    if (name.includes(pair)) sum += 0.5;
    else if (text.includes(pair)) sum += 0.35;
  }
  return sum;
}

function foundBehind(text: string, needle: Needle): boolean {
  const overlap = 200;
  for (let at = LOOKED_AT - overlap; at < text.length; at += LOOKED_AT) {
    const whole = spread(text.slice(at, at + LOOKED_AT + overlap));
    if (fits(needle, whole.trim().split(" "), whole).how > 0) return true;
  }
  return false;
}

/** Stretches of a text, as it is written, that needles fit; in order, not overlapping. */
export function stretches(text: string, needles: readonly Needle[], most = 40): [number, number][] {
  const found: [number, number][] = [];
  for (const match of text.matchAll(RUN_AS_WRITTEN)) {
    if (found.length >= most) break;
    const at = match.index;
    const [written] = match;
    const folded = fold(written);
    if (needles.some((needle) => fitsRun(needle, folded))) {
      found.push([at, at + written.length]);
      continue;
    }
    if (!DENSE.test(folded)) continue;
    for (const piece of piecesOf(folded)) {
      if (piece.cut === "word") continue;
      for (const needle of needles)
        for (const word of needle.words.flatMap((one) => piecesOf(one))) {
          // Folding keeps the length of what is written in these scripts, but for few marks.
          const inside = written.indexOf(word.text);
          const from =
            inside >= 0
              ? inside
              : folded.length === written.length
                ? folded.indexOf(word.text)
                : -1;
          if (from >= 0) found.push([at + from, at + from + word.text.length]);
        }
    }
  }
  return merged(found);
}

const RUN_AS_WRITTEN = /[\p{L}\p{N}\p{M}\p{Cf}]+/gu;

function fitsRun(needle: Needle, run: string): boolean {
  return needle.words.some((word, at) => {
    if (run === word || needle.near.has(run)) return true;
    const [a, b] = [bare(word), bare(run)];
    if (a === b || a === run || b === word) return true;
    return (
      needle.open && at === needle.words.length - 1 && run.startsWith(word) && !DENSE.test(word)
    );
  });
}

function merged(found: [number, number][]): [number, number][] {
  const sorted = found.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  const result: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = result.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}
