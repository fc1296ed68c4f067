/**
 * Finding something by a few letters of its name: as they stand in it one behind the other, not caring about case, accents, nor, as
 * far as letters answer to each other, about the script that it is written in.
 */

/** Letters of Greek, Cyrillic and Arabic script by what somebody with a Latin keyboard writes for them. */
const LATIN: Readonly<Record<string, string>> = Object.fromEntries(
  (
    "а a б b в v г g ґ g д d е e ж zh з z и i і i ї i к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch ш sh щ shch ъ - ы y ь - " +
    "э e ю yu я ya ђ d ј j љ lj њ nj ћ c џ dz є ye ў u қ k ғ g ң n ө o ү u ұ u һ h ә a " +
    "α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o " +
    "ا a ب b ت t ث th ج j ح h خ kh د d ذ dh ر r ز z س s ش sh ص s ض d ط t ظ z ع - غ gh ف f ق q ك k ک k ل l م m ن n ه h ة a و w ي y ی y ى a ء - پ p چ ch گ g ڤ v"
  )
    .split(" ")
    .reduce<[string, string][]>(
      (pairs, one, at, all) =>
        at % 2 === 0 ? [...pairs, [one, all[at + 1] === "-" ? "" : (all[at + 1] ?? "")]] : pairs,
      [],
    ),
);
const FOREIGN = new RegExp(`[${Object.keys(LATIN).join("")}]`, "gu");
const PLAIN: Readonly<Record<string, string>> = {
  ø: "o",
  đ: "d",
  ł: "l",
  ı: "i",
  æ: "ae",
  œ: "oe",
  ß: "ss",
};

/** One form for all ways to write a name: case, marks, width, what is not seen, and the kind of digits do not count. */
export function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[\p{Mn}\p{Cf}\u0640]/gu, "")
    .toLowerCase()
    .replace(/[øđłıæœß]/g, (letter) => PLAIN[letter] ?? letter)
    .replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String((digit.codePointAt(0) ?? 0) & 15))
    .normalize("NFC");
}

/** The same in Latin letters, as far as there are any for it. */
export function latinOf(folded: string): string {
  return folded.replace(FOREIGN, (letter) => LATIN[letter] ?? letter);
}

/** Vowels that Arabic script leaves out. */
const bones = (latin: string): string => latin.replace(/[aeiou\s]/g, "");

/**
 * How well a name answers to what was typed; 0: not at all. Best is its beginning, then that of one of its words, of several
 * of them ("na wo" and "nw" for "Nakuru Women"), then letters within it, then letters one behind the other.
 */
export function scoreOf(name: string, typed: string): number {
  const wanted = fold(typed).trim();
  if (wanted === "") return 1;
  const own = score(fold(name), wanted);
  if (own > 0) return own;
  const [latin, typedLatin] = [latinOf(fold(name)), latinOf(wanted)];
  if (latin === fold(name) && typedLatin === wanted) return 0;
  const across = score(latin, typedLatin);
  if (across > 0) return across * 0.9;
  const short = bones(typedLatin);
  const isArabic = /\p{Script=Arabic}/u;
  return short.length > 1 && (isArabic.test(name) || isArabic.test(typed))
    ? score(bones(latin), short) * 0.5
    : 0;
}

function score(name: string, wanted: string): number {
  if (name === wanted) return 100;
  if (name.startsWith(wanted)) return 90;
  const words = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  const parts = wanted.split(/\s+/);
  if (words.some((word) => word.startsWith(wanted))) return 80;
  if (parts.length > 1 && inOrder(words, parts)) return 75;
  const initials = words.map((word) => /./su.exec(word)?.[0] ?? "").join("");
  if (wanted.length > 1 && initials.startsWith(wanted.replaceAll(" ", ""))) return 70;
  if (parts.every((part) => words.some((word) => word.startsWith(part)))) return 65;
  if (name.includes(wanted)) return 60;
  return scattered(name, wanted.replaceAll(" ", ""));
}

/** Each part begins a word, one word behind the other. */
function inOrder(words: readonly string[], parts: readonly string[]): boolean {
  let at = 0;
  return parts.every((part) => {
    while (at < words.length && !words[at]?.startsWith(part)) at++;
    return at++ < words.length;
  });
}

/** Letters one behind the other with others between: the fewer of those, the better. */
function scattered(name: string, wanted: string): number {
  if (wanted.length < 3) return 0;
  let at = -1;
  let gaps = 0;
  for (const letter of wanted) {
    const next = name.indexOf(letter, at + 1);
    if (next < 0) return 0;
    if (at >= 0) gaps += next - at - 1;
    at = next;
  }
  return gaps > wanted.length * 2 ? 0 : Math.max(1, 40 - gaps);
}

/** The best of them, best first; equally good ones stay in their order. An empty text leaves them as they are. */
export function best<T>(
  all: readonly T[],
  nameOf: (one: T) => string,
  typed: string,
  most: number,
): T[] {
  if (typed.trim() === "") return all.slice(0, most);
  return all
    .map((one) => ({ one, score: scoreOf(nameOf(one), typed) }))
    .filter(({ score: found }) => found > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ one }) => one);
}
