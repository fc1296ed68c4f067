import { expect, test } from "vitest";
import { nextIndex } from "./keyboard.ts";

test("arrows go round at the ends, Home and End go to them", () => {
  expect(nextIndex("ArrowDown", 2, 3, "block", false)).toBe(0);
  expect(nextIndex("ArrowUp", 0, 3, "block", false)).toBe(2);
  expect(nextIndex("End", 0, 3, "block", false)).toBe(2);
  expect(nextIndex("Home", 2, 3, "block", false)).toBe(0);
});

test("the first arrow enters at the near end", () => {
  expect(nextIndex("ArrowDown", -1, 3, "block", false)).toBe(0);
  expect(nextIndex("ArrowUp", -1, 3, "block", false)).toBe(2);
});

test("along a line the arrows follow the writing direction", () => {
  expect(nextIndex("ArrowRight", 0, 3, "inline", false)).toBe(1);
  expect(nextIndex("ArrowRight", 1, 3, "inline", true)).toBe(0);
  expect(nextIndex("ArrowDown", 0, 3, "inline", false)).toBeUndefined();
});

test("other keys and empty lists are left alone", () => {
  expect(nextIndex("a", 0, 3, "both", false)).toBeUndefined();
  expect(nextIndex("ArrowDown", -1, 0, "both", false)).toBeUndefined();
});
