import { expect, test, vi } from "vitest";
import { scale } from "./scale.ts";
import { seeded } from "./seeded.ts";

test("the same seed makes the same choices", () => {
  const first = seeded(7);
  const second = seeded(7);
  expect([first.next(), first.bytes(9), first.shuffle([1, 2, 3, 4])]).toEqual([
    second.next(),
    second.bytes(9),
    second.shuffle([1, 2, 3, 4]),
  ]);
});

test("different seeds make different choices", () => {
  expect(seeded(7).bytes(16)).not.toEqual(seeded(8).bytes(16));
  expect(seeded(7).bytes(16)).not.toEqual(seeded(7 + 2 ** 32).bytes(16));
});

test("numbers spread evenly", () => {
  const random = seeded(1);
  const counts = Array.from({ length: 10 }, () => 0);
  for (let i = 0; i < 100_000; i++) counts[random.int(10)]! += 1;
  for (const count of counts) expect(count).toBeGreaterThan(9_600);
  for (const count of counts) expect(count).toBeLessThan(10_400);
});

test("a shuffle keeps every item once", () => {
  const items = Array.from({ length: 100 }, (_, i) => i);
  const shuffled = seeded(3).shuffle(items);
  expect(shuffled).not.toEqual(items);
  expect(shuffled.toSorted((a, b) => a - b)).toEqual(items);
});

test("a failure names its seed, thrown or rejected", async () => {
  const fail = (): never => {
    throw new TypeError("broken");
  };
  expect(() => seeded(41, fail)).toThrow(/broken \(seed 41; again with BARAZA_SEED=41\)/);
  await expect(seeded(42, () => Promise.reject(new TypeError("late")))).rejects.toThrow(
    /late \(seed 42;/,
  );
});

test("BARAZA_SEED takes the place of a test's own seed", () => {
  vi.stubEnv("BARAZA_SEED", "99");
  expect(seeded(1).seed).toBe(99);
  vi.unstubAllEnvs();
});

test("a usual run takes the sample, and a sample is not more than all", () => {
  expect(scale(3, 200)).toBe(process.env["BARAZA_SOAK"] === "1" ? 200 : 3);
  expect(() => scale(0, 10)).toThrow(RangeError);
  expect(() => scale(11, 10)).toThrow(RangeError);
});
