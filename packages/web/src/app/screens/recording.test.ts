import { expect, test } from "vitest";
import { barsOf } from "./recording.ts";

test("a waveform has as many bars as are sent, the loudest at the top, however long it is", () => {
  const levels = Array.from({ length: 10_000 }, (_, index) => (index < 5000 ? 0.1 : 0.4));
  const bars = barsOf(levels, 48);
  expect(bars).toHaveLength(48);
  expect(Math.max(...bars)).toBe(255);
  expect(bars[0]).toBe(64);
});

test("a short one has fewer, silence stays low, and nothing at all has none", () => {
  expect(barsOf([0.2, 0.4], 48)).toEqual([128, 255]);
  expect(barsOf([0.001, 0.001], 2).every((bar) => bar < 10)).toBe(true);
  expect(barsOf([], 48)).toEqual([]);
});
