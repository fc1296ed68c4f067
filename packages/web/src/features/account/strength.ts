/**
 * How long a passphrase would resist someone who guesses with knowledge of common passphrases and
 * habits. Small and without any network: it finds common words, names typed around it, keyboard
 * rows, sequences, repeats and dates, takes the cheapest way to build the passphrase out of them,
 * and estimates the rest by brute force. It errs towards too low, so a good verdict is worth something.
 */
import { commonPassphrases } from "./common.ts";

export type Verdict = "empty" | "veryWeak" | "weak" | "fair" | "good" | "strong";

export interface Strength {
  /** log2 of the guesses an informed attacker needs on average. */
  bits: number;
  verdict: Verdict;
}

const rows = [
  "qwertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "azertyuiop",
  "qsdfghjklm",
  "wxcvbn",
  "1234567890",
  "abcdefghijklmnopqrstuvwxyz",
];
const disguises: Record<string, string> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};
const ranks = new Map(commonPassphrases.map((word, index) => [word, index + 1]));

/** Estimates `passphrase`; `own` are words that an attacker would try first: the person's name, address, node. */
export function strengthOf(passphrase: string, own: readonly string[] = []): Strength {
  const chars = Array.from(passphrase.normalize("NFKC"));
  if (chars.length === 0) return { bits: 0, verdict: "empty" };
  const known = own
    .flatMap((word) => word.toLowerCase().split(/[^\p{L}\p{N}]+/u))
    .filter((word) => word.length >= 3);
  const bits = cheapest(chars.slice(0, 128), new Set(known));
  return { bits, verdict: verdictOf(bits) };
}

function verdictOf(bits: number): Verdict {
  if (bits < 20) return "veryWeak";
  if (bits < 34) return "weak";
  if (bits < 48) return "fair";
  return bits < 64 ? "good" : "strong";
}

/** Least bits to reach each position, by any known piece that ends there or by one more guessed character. */
function cheapest(chars: readonly string[], own: ReadonlySet<string>): number {
  const perChar = bitsPerChar(chars);
  const best = [0];
  for (let end = 1; end <= chars.length; end++) {
    let least = best[end - 1]! + perChar;
    for (let start = Math.max(0, end - 24); start <= end - 2; start++) {
      const piece = bitsOfPiece(chars.slice(start, end).join(""), own);
      // Where a piece begins and what kind it is has to be guessed too.
      if (piece !== undefined) least = Math.min(least, best[start]! + piece + 2);
    }
    for (let unit = 1; unit <= 8; unit++) {
      const times = repeatsBefore(chars, end, unit);
      // Once the unit is known, only how often it stands there has to be guessed.
      if (times > 1)
        least = Math.min(least, best[end - unit * (times - 1)]! + Math.log2(times) + 1);
    }
    best.push(least);
  }
  return Math.max(1, best[chars.length]!);
}

/** How often the last `unit` characters before `end` stand there in a row. */
function repeatsBefore(chars: readonly string[], end: number, unit: number): number {
  let start = end - unit;
  let times = start >= 0 ? 1 : 0;
  while (
    start - unit >= 0 &&
    chars.slice(start - unit, start).every((char, index) => char === chars[end - unit + index])
  ) {
    start -= unit;
    times++;
  }
  return times;
}

/** Bits of one character that follows no pattern we know; letters alone get fewer, since words are not random. */
function bitsPerChar(chars: readonly string[]): number {
  const text = chars.join("");
  if (/^\d+$/.test(text)) return 3.3;
  const classes = [/\p{Ll}|\p{Lo}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}\s]/u].filter((one) =>
    one.test(text),
  ).length;
  const variety = new Set(chars).size / chars.length;
  const base = classes === 1 ? 3 : classes === 2 ? 3.7 : 4.4;
  return variety < 0.5 ? base * 0.7 : base;
}

function bitsOfPiece(raw: string, own: ReadonlySet<string>): number | undefined {
  const lower = raw.toLowerCase();
  const plain = Array.from(lower, (char) => disguises[char] ?? char).join("");
  const disguised = plain !== lower ? 1 : 0;
  const capitals = lower === raw ? 0 : 1;
  if (own.has(lower) || own.has(plain)) return 2 + disguised + capitals;
  const rank = ranks.get(lower) ?? ranks.get(plain);
  if (rank) return Math.max(2, Math.log2(rank) + 1) + disguised + capitals;
  if (
    raw.length >= 3 &&
    rows.some((row) => row.includes(lower) || Array.from(row).toReversed().join("").includes(lower))
  )
    return 5 + Math.log2(raw.length);
  if (/^(19|20)\d\d$/.test(raw)) return 6.6;
  if (/^(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])((19|20)?\d\d)?$/.test(raw))
    return 8.5 + (raw.length > 4 ? 6.6 : 0);
  return undefined;
}
