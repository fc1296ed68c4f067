import { expect, test } from "vitest";
import { counting, refuses } from "./test-helpers.ts";
import { completeWord, createWords, readWords, wordsOf, wordsText } from "./words.ts";

test("twelve words hold 128 bits and come back, as the standard's own vectors say", () => {
  const { words, secret } = createWords();
  expect(words).toHaveLength(12);
  expect(readWords(words.join(" "))).toEqual({ ok: true, words, secret });
  // BIP39's test vectors.
  expect(wordsOf(new Uint8Array(16)).join(" ")).toBe(`${"abandon ".repeat(11)}about`);
  expect(wordsOf(new Uint8Array(16).fill(0x7f)).join(" ")).toBe(
    "legal winner thank year wave sausage worth useful legal winner thank yellow",
  );
});

test("words are read as people write them", () => {
  const { words, secret } = createWords(new Uint8Array(16).fill(0x7f));
  const good = { ok: true, words, secret };
  expect(readWords(words.join(" ").toUpperCase())).toEqual(good);
  expect(readWords(words.map((word, at) => `${at + 1}. ${word}`).join("\n"))).toEqual(good);
  expect(readWords(words.map((word) => word.slice(0, 4)).join(","))).toEqual(good);
  expect(readWords(wordsText(words, "amina@union.example"))).toEqual(good);
  for (const [right, wrong] of [
    ["winner", "winer"],
    ["sausage", "suasage"],
    ["yellow", "yelllow"],
    ["thank", "thamk"],
    ["useful", "usefuls"],
  ] as const)
    expect(readWords(words.join(" ").replace(right, wrong)), wrong).toEqual(good);
});

test("what is wrong with them is told apart", () => {
  const { words } = createWords(new Uint8Array(16).fill(0x7f));
  expect(readWords(words.slice(1).join(" "))).toEqual({ ok: false, reason: "count", found: 11 });
  expect(readWords("")).toEqual({ ok: false, reason: "count", found: 0 });
  const strange = words.with(4, "qqqqqq").join(" ");
  expect(readWords(strange)).toEqual({ ok: false, reason: "unknown", at: 4, word: "qqqqqq" });
  const swapped = [words[1], words[0], ...words.slice(2)].join(" ");
  expect(readWords(swapped)).toEqual({ ok: false, reason: "checksum" });
  // So much misspelt that it could be anything is not guessed at.
  expect(readWords(Array.from({ length: 12 }, () => "xat").join(" "))).toMatchObject({ ok: false });
});

test("a word is completed while it is typed", async () => {
  expect(completeWord("yel")).toEqual(["yellow"]);
  expect(completeWord("Ab", 3)).toHaveLength(3);
  expect(completeWord("")).toEqual([]);
  await refuses(() => wordsOf(counting(1, 15)), "bad_input");
});
