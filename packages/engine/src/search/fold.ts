/**
 * Text as the search sees it: folded to one form for all ways to write it, and cut into the words of the index.
 *
 * [Note: How text is cut] Where words have spaces between them, words are what is indexed. Chinese and Japanese are indexed by
 * every two characters that stand side by side, Thai, Lao, Khmer and Burmese by every three: where their words
 * begin is a guess of each program, and whatever somebody types, a part of a longer word too, is found without one. That
 * the pieces stand together is known by their order. SQLite's tokenizer gets all of them with spaces between.
 */

/**
 * Marks that fold away: accents of Latin, Greek and Cyrillic, Arabic vowels and hamza, Hebrew points, the dots of Indic
 * letters for foreign sounds. Vowel signs of Indic and Thai script are letters to their readers and stay, as do the
 * Japanese voicing marks.
 */
const FOLDED_MARKS =
  /(?![\u3099\u309a])[\p{Script=Inherited}&&\p{Mn}]|[\u0591-\u05c7\u093c\u09bc\u0a3c\u0abc\u0b3c]/gv;
/** Characters that are not seen: joiners, directions, soft hyphens; and the Arabic tatweel. */
const UNSEEN = /[\p{Cf}\u0640]/gu;
/** Letters that people type for one another. */
const LIKE: Readonly<Record<string, string>> = {
  ς: "σ",
  ø: "o",
  đ: "d",
  ł: "l",
  æ: "ae",
  œ: "oe",
  ى: "ي",
  ی: "ي",
  ک: "ك",
  ة: "ه",
  "’": "'",
  // Chandrabindu is written as anusvara by many.
  "\u0901": "\u0902",
};
const LIKE_PATTERN = new RegExp(`[${Object.keys(LIKE).join("")}]`, "gu");
const DIGITS = /[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef]/g;
/** A nasal before a consonant of Devanagari: हिन्दी is हिंदी. */
const NASAL = /[ङञणनम]\u094d(?=[क-ह])/g;
const ASCII = /^[\n\x20-\x7e]*$/;
/** Texts in which nothing but capital letters has to change: ASCII, and most of what is written in Thai, Chinese and Japanese. */
const PLAIN =
  /^(?:[\n\x20-\x7e\u0e01-\u0e32]|[\u0e34-\u0e5b]|[\u3001\u3002\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff])*$/;

/** One form for all ways to write a text: case, accents, Arabic vowels and width do not count. */
export function fold(text: string): string {
  if (ASCII.test(text) || PLAIN.test(text)) return text.toLowerCase();
  return text
    .normalize("NFKD")
    .replace(FOLDED_MARKS, "")
    .replace(UNSEEN, "")
    .toUpperCase()
    .toLowerCase()
    .replace(LIKE_PATTERN, (letter) => LIKE[letter] ?? letter)
    .replace(DIGITS, (digit) => {
      const code = digit.codePointAt(0) ?? 0;
      return String(code < 0x966 ? code & 15 : (code - 0x966) % 0x80);
    })
    .replace(FOLDED_MARKS, "")
    .replace(NASAL, "\u0902")
    .normalize("NFC");
}

/** Letters, digits and their marks, as long as they stand together. */
export const RUN = /[\p{L}\p{N}\p{M}]+/gu;
/** Pieces of a run that are cut in the same way. */
const PIECE =
  /(?<pairs>[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u30fc]+)|(?<threes>[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+)|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u30fc\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]).)+/gsv;
const HAN = /^\p{Script=Han}$/u;
/** Nothing below this code is written without spaces. */
const FIRST_DENSE = 0x0e00;
const hasDense = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\uabff\uf900-\uffff\ud800-\udfff]/;

/** The longest word that counts as one, in UTF-16 units; of a longer one its beginning does. */
export const LONGEST = 40;

/** A stretch of folded text without spaces in one kind of script. */
export type Piece = {
  text: string;
  /** How it is cut: `word` whole, `pairs` and `threes` into that many characters. */
  cut: "word" | "pairs" | "threes";
};

/** The pieces of a folded run. */
export function piecesOf(run: string): Piece[] {
  if (!hasDense.test(run)) return [{ text: run.slice(0, LONGEST), cut: "word" }];
  const pieces: Piece[] = [];
  for (const { 0: text, groups } of run.matchAll(PIECE)) {
    if (groups?.["pairs"] !== undefined) pieces.push({ text, cut: "pairs" });
    else if (groups?.["threes"] !== undefined) pieces.push({ text, cut: "threes" });
    else pieces.push({ text: text.slice(0, LONGEST), cut: "word" });
  }
  return pieces;
}

/** Arabic with its article, alone or behind a joined "and", "with", "for": the word behind it is a word too. */
const ARTICLE = /^[وف]?(?:[بك]?ال|لل)(?=.{3})/u;

/** A word without the Arabic article; itself where there is none. */
export function bare(word: string): string {
  const first = word.charCodeAt(0);
  return first < 0x621 || first > 0x64a ? word : word.replace(ARTICLE, "");
}

/** The words of the index for a piece. */
export function gramsOf({ text, cut }: Piece): string[] {
  if (cut === "word") {
    const without = bare(text);
    return without === text ? [text] : [text, without];
  }
  const characters = Array.from(text);
  const size = cut === "pairs" ? 2 : 3;
  if (characters.length < size) return [text];
  const grams = cut === "pairs" ? characters.filter((one) => HAN.test(one)) : [];
  for (let at = 0; at + size <= characters.length; at++)
    grams.push(characters.slice(at, at + size).join(""));
  return grams;
}

/**
 * The index's words of a folded text in their order, at most `most`: those of {@link inOrder}, so that what stands together there stands
 * together here.
 */
export function sequenceOf(folded: string, most: number): string[] {
  const sequence: string[] = [];
  for (const [run] of folded.matchAll(RUN)) {
    if (sequence.length >= most) break;
    if (run.length <= LONGEST && run.charCodeAt(0) < FIRST_DENSE && !hasDense.test(run))
      sequence.push(run);
    else for (const piece of piecesOf(run)) sequence.push(...inOrder(piece));
  }
  return sequence;
}

/** A piece as it stands in the order of a text: a word, or its pairs or threes one behind the other. */
export function inOrder(piece: Piece): string[] {
  if (piece.cut === "word" || isShort(piece)) return [piece.text];
  const characters = Array.from(piece.text);
  const size = sizeOf(piece);
  return Array.from({ length: characters.length - size + 1 }, (_, at) =>
    characters.slice(at, at + size).join(""),
  );
}

/** Whether a piece is too short to be cut: in a longer one it has no place of its own. */
export function isShort(piece: Piece): boolean {
  return piece.cut !== "word" && Array.from(piece.text).length < sizeOf(piece);
}

const sizeOf = ({ cut }: Piece): number => (cut === "pairs" ? 2 : 3);

/** Adds the index's words of a text to a set, at most `most` in all. Folded already: see {@link fold}. */
export function addTerms(terms: Set<string>, folded: string, most = Infinity): void {
  for (const [run] of folded.matchAll(RUN)) {
    if (terms.size >= most) return;
    if (run.length <= LONGEST && run.charCodeAt(0) < FIRST_DENSE && !hasDense.test(run)) {
      terms.add(run);
      const code = run.charCodeAt(0);
      if (code >= 0x621 && code <= 0x64a) terms.add(bare(run));
      continue;
    }
    for (const piece of piecesOf(run)) for (const gram of gramsOf(piece)) terms.add(gram);
  }
}

/** Where a name changes from small to capital letters or between letters and digits: `WaterReport2024` is three words. */
const SEAM = /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/gu;

/** The index's words of a name: as it is written, and its parts. */
export function nameTerms(name: string): Set<string> {
  const terms = new Set<string>();
  addTerms(terms, fold(name), 400);
  const parts = name.replace(SEAM, " ");
  if (parts !== name) addTerms(terms, fold(parts), 400);
  return terms;
}
