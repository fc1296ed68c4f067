import fc from "fast-check";
import { expect, test } from "vitest";
import { splitText } from "./split.ts";

test("a text is cut where a paragraph, a line or a word ends", () => {
  expect(splitText("one two three four", 10)).toEqual(["one two", "three four"]);
  expect(splitText("aaaa bb\ncc dd ee", 12)).toEqual(["aaaa bb", "cc dd ee"]);
  expect(splitText("short", 10)).toEqual(["short"]);
});

test("a sign that people see as one is not cut in two", () => {
  for (const part of splitText("👩‍👩‍👧‍👦".repeat(30), 100)) expect(part.replaceAll("👩‍👩‍👧‍👦", "")).toBe("");
});

test("nothing is lost but space, and no part is too long", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 400 }),
      fc.integer({ min: 20, max: 60 }),
      (text, most) => {
        const parts = splitText(text, most);
        expect(parts.every((part) => part.length <= most && part.isWellFormed())).toBe(true);
        const bare = (one: string): string => one.replace(/\s/g, "");
        expect(bare(parts.join(""))).toBe(bare(text.replace(/\r\n?/g, "\n")));
      },
    ),
  );
});
