import fc from "fast-check";
import { expect, test } from "vitest";
import { best, fold, scoreOf } from "./find.ts";

const finds = (name: string, typed: string): boolean => scoreOf(name, typed) > 0;

test.each([
  ["Nakuru Women", "nak"],
  ["Nakuru Women", "wom"],
  ["Nakuru Women", "na wo"],
  ["Nakuru Women", "nw"],
  ["Coordinación Oruro", "coordinacion"],
  ["Łódź", "lodz"],
  ["Ømrådet", "omr"],
  ["Straße", "strasse"],
  ["Марина Петрова", "marina"],
  ["Marina", "марина"],
  ["Ελένη", "eleni"],
  ["ليلى منصور", "mansour"],
  ["أحمد", "احمد"],
  ["Budget ٢٠٢٦", "2026"],
  ["नाकुरु", "नाकुरु"],
])("%s is found by %s", (name, typed) => {
  expect(finds(name, typed)).toBe(true);
});

test.each([
  ["Nakuru Women", "xyz"],
  ["Nakuru Women", "wn"],
  ["ليلى", "bruno"],
  ["A very long name about everything and nothing at all", "azz"],
])("%s is not found by %s", (name, typed) => {
  expect(finds(name, typed)).toBe(false);
});

test("beginnings come first, then words, then letters within; equals keep their order", () => {
  const names = ["The seeds", "Needs", "Seeds", "Women", "Seeds of Kisumu", "Weeds"];
  expect(best(names, (name) => name, "seeds", 9)).toEqual([
    "Seeds",
    "Seeds of Kisumu",
    "The seeds",
  ]);
  expect(best(names, (name) => name, "eeds", 9).toSorted()).toEqual(
    ["Needs", "Seeds", "Seeds of Kisumu", "The seeds", "Weeds"].toSorted(),
  );
  expect(best(names, (name) => name, "  ", 2)).toEqual(["The seeds", "Needs"]);
});

test("every name is found by itself, and nothing throws", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 20 }),
      fc.string({ unit: "binary", maxLength: 8 }),
      (name, typed) => {
        expect(scoreOf(name, typed)).toBeGreaterThanOrEqual(0);
        expect(scoreOf(name, name)).toBeGreaterThan(0);
        expect(fold(fold(name))).toBe(fold(name));
      },
    ),
  );
});
