import { expect, test } from "vitest";
import { pluralCategories, pluralCategory } from "./plural-rules.ts";

test("Arabic has six forms", () => {
  expect([0, 1, 2, 3, 10, 11, 99, 100, 102].map((n) => pluralCategory("ar", n))).toEqual([
    "zero",
    "one",
    "two",
    "few",
    "few",
    "many",
    "many",
    "other",
    "other",
  ]);
});

test("languages that browsers leave out have their own rules", () => {
  for (const language of ["ps", "ckb", "ku", "rw", "ht", "qu"]) {
    expect(
      [0, 1, 2, 1.5].map((n) => pluralCategory(language, n)),
      language,
    ).toEqual(["other", "one", "other", "other"]);
    expect(pluralCategories(language)).toEqual(["one", "other"]);
  }
  expect([0, 1, 2, 0.5].map((n) => pluralCategory("ti", n))).toEqual([
    "one",
    "one",
    "other",
    "other",
  ]);
});

test("the shipped rules agree with the full data where this runtime has it", () => {
  for (const language of Intl.PluralRules.supportedLocalesOf([
    "ti",
    "ps",
    "ckb",
    "ku",
    "rw",
    "ht",
    "qu",
  ])) {
    const full = new Intl.PluralRules(language);
    for (const n of [0, 1, 2, 3, 5, 11, 21, 100, 1000, 0.5, 1.5])
      expect(pluralCategory(language, n), `${language} ${n}`).toBe(full.select(n));
  }
});

test("region and script do not change which rules apply", () => {
  expect(pluralCategory("ckb-IQ", 1)).toBe("one");
  expect(pluralCategory("ku-Arab-IQ", 2)).toBe("other");
});
