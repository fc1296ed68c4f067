/**
 * Names with small typing errors.
 *
 * [Note: Letters left out] Two words that differ by one error become equal when the right letter is left out of one or of both. So the
 * index keeps, for each word of a name, what is left of it when any one letter (for long words: any two) is left out, and a search
 * does the same with what was typed. That reads a few dozen rows however many names there are; the true distance is then
 * worked out for what they give. For long words only the beginning is treated so, which keeps the number of rows small.
 */

/** How much of a word is used, in characters. */
const HEAD = 8;
/** Shorter words have to be right; from `LONG` characters on, two errors are forgiven. */
const SHORTEST = 4;
const LONG = 7;

/** How many errors are forgiven in a word. */
export function forgiven(word: string): 0 | 1 | 2 {
  const length = Array.from(word).length;
  return length < SHORTEST || /\p{N}/u.test(word) ? 0 : length < LONG ? 1 : 2;
}

/** What is left of a word, with as many letters left out as errors are forgiven; the word's head itself among them. */
export function nearKeys(word: string): string[] {
  const depth = forgiven(word);
  if (depth === 0) return [];
  const head = Array.from(word).slice(0, HEAD);
  const keys = new Set([head.join("")]);
  let last: string[][] = [head];
  for (let turn = 0; turn < depth; turn++) {
    const next: string[][] = [];
    for (const letters of last)
      for (let at = 0; at < letters.length; at++) {
        const less = letters.toSpliced(at, 1);
        const key = less.join("");
        if (keys.has(key)) continue;
        keys.add(key);
        next.push(less);
      }
    last = next;
  }
  return [...keys];
}

/**
 * Damerau-Levenshtein distance (optimal string alignment): letters put in, left out, changed, or two of them swapped.
 * @param most stops when it is more, and gives `most + 1`
 */
export function distance(a: string, b: string, most: number): number {
  const [from, to] = [Array.from(a), Array.from(b)];
  if (Math.abs(from.length - to.length) > most) return most + 1;
  let before: number[] = [];
  let above = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let cost = Math.min(
        (above[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (above[j - 1] ?? 0) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > most) return most + 1;
    [before, above] = [above, row];
  }
  return Math.min(above[to.length] ?? 0, most + 1);
}
