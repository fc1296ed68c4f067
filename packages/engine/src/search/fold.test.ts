import * as fc from "fast-check";
import { expect, test } from "vitest";
import { addTerms, fold, nameTerms } from "./fold.ts";
import { distance, forgiven, nearKeys } from "./near.ts";

const wordsOf = (text: string): string[] => {
  const words = new Set<string>();
  addTerms(words, fold(text));
  return [...words];
};

test.each([
  ["Café CRÈME", "cafe creme"],
  ["Straße", "strasse"],
  ["İstanbul ışık", "istanbul isik"],
  ["ΟΔΟΣ", "οδοσ"],
  ["Łódź", "lodz"],
  ["كِتَابٌ", "كتاب"],
  ["مرحبـــا", "مرحبا"],
  ["أحمد", "احمد"],
  ["فارسی", "فارسي"],
  ["١٢٣ ۴۵ ६७ ৮৯", "123 45 67 89"],
  ["שָׁלוֹם", "שלום"],
  ["ＡＢＣ", "abc"],
  ["हिन्दी हिंदी", "हिंदी हिंदी"],
  ["क़लम", "कलम"],
])("%s is found as %s", (text, folded) => {
  expect(fold(text)).toBe(folded);
});

test.each(["किताब", "বাংলা", "ไทย", "が"])("the signs of %s are letters and stay", (text) => {
  expect(fold(text)).toBe(text.normalize("NFC"));
});

test("words come as they are written, scripts without spaces in pieces that overlap", () => {
  expect(wordsOf("l’eau, 12,5 %")).toEqual(["l", "eau", "12", "5"]);
  expect(wordsOf("東京都")).toEqual(["東", "京", "都", "東京", "京都"]);
  expect(wordsOf("さくら")).toEqual(["さく", "くら"]);
  expect(wordsOf("ประเทศ")).toEqual(["ประ", "ระเ", "ะเท", "เทศ"]);
  expect(wordsOf("والكتاب")).toEqual(["والكتاب", "كتاب"]);
  expect(wordsOf("GPS東京x")).toEqual(["gps", "東", "京", "東京", "x"]);
});

test("a name is found by the parts that are written together", () => {
  expect([...nameTerms("WaterReport2024_final.pdf")]).toEqual(
    expect.arrayContaining(["waterreport2024", "water", "report", "2024", "final", "pdf"]),
  );
});

test("folding is done once: what is folded folds to itself, and holds nothing that the index reads as its language", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
      const folded = fold(text.toWellFormed());
      expect(fold(folded)).toBe(folded);
      for (const word of wordsOf(text.toWellFormed())) {
        expect(word).toMatch(/^[\p{L}\p{N}\p{M}]+$/u);
        expect(word.length).toBeLessThanOrEqual(40);
      }
    }),
    { numRuns: 500 },
  );
});

test("a word with a forgiven error shares a key with the right one", () => {
  const letters = fc.constantFrom("a", "b", "c", "d", "e", "s", "h", "o", "r", "t");
  fc.assert(
    fc.property(
      fc.array(letters, { minLength: 4, maxLength: 14 }),
      fc.nat(),
      letters,
      fc.constantFrom("left out", "put in", "changed", "swapped"),
      (word, where, letter, error) => {
        const at = where % word.length;
        const wrong = [...word];
        if (error === "left out") wrong.splice(at, 1);
        else if (error === "put in") wrong.splice(at, 0, letter);
        else if (error === "changed") wrong[at] = letter;
        else wrong.splice(at, 2, ...word.slice(at, at + 2).toReversed());
        const [right, typed] = [word.join(""), wrong.join("")];
        expect(distance(right, typed, 2)).toBeLessThanOrEqual(1);
        if (forgiven(typed) === 0) return;
        const keys = new Set(nearKeys(right));
        expect(nearKeys(typed).some((key) => keys.has(key))).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

test("distance counts letters put in, left out, changed and swapped, and stops where it is told", () => {
  expect(distance("committee", "comittee", 2)).toBe(1);
  expect(distance("otieno", "otineo", 2)).toBe(1);
  expect(distance("kitten", "sitting", 3)).toBe(3);
  expect(distance("kitten", "sitting", 1)).toBe(2);
  expect(distance("", "", 2)).toBe(0);
});
