import { expect, test } from "vitest";
import {
  addToRing,
  emptyRing,
  keyOf,
  mergeRings,
  openRing,
  replaceInRing,
  restrictRing,
  sealRing,
} from "./ring.ts";
import { counting, flipped, refuses } from "./test-helpers.ts";

const key = (n: number) => counting(n, 32);
const logId = counting(99, 32);
const ring = addToRing(addToRing(addToRing(emptyRing(), 5, key(5)), 0, key(0)), 2, key(2));

test("keys are found by epoch and kept in order", () => {
  expect(ring.epochs.map(({ epoch }) => epoch)).toEqual([0, 2, 5]);
  expect(keyOf(ring, 2)).toEqual(key(2));
  expect(keyOf(ring, 3)).toBeUndefined();
  expect(addToRing(ring, 2, key(2))).toBe(ring);
});

test("an epoch has one key unless it is replaced on purpose", async () => {
  await refuses(() => addToRing(ring, 2, key(3)), "bad_input");
  expect(keyOf(replaceInRing(ring, 2, key(3)), 2)).toEqual(key(3));
  expect(keyOf(ring, 2)).toEqual(key(2));
  await refuses(() => addToRing(ring, 7, new Uint8Array(5)), "bad_input");
});

test("a newcomer gets no key of an earlier epoch", () => {
  expect(restrictRing(ring, 2).epochs.map(({ epoch }) => epoch)).toEqual([2, 5]);
  expect(restrictRing(ring, 6)).toEqual(emptyRing());
});

test("rings merge unless they disagree", async () => {
  const other = addToRing(emptyRing(), 7, key(7));
  expect(mergeRings(ring, other).epochs.map(({ epoch }) => epoch)).toEqual([0, 2, 5, 7]);
  await refuses(() => mergeRings(ring, addToRing(emptyRing(), 5, key(6))), "bad_input");
});

test("a sealed ring opens for its log and key only", async () => {
  const sealed = await sealRing(key(50), ring, logId);
  expect(await openRing(key(50), sealed, logId)).toEqual(ring);
  await refuses(() => openRing(key(51), sealed, logId), "open_failed");
  await refuses(() => openRing(key(50), sealed, counting(98, 32)), "open_failed");
  await refuses(() => openRing(key(50), flipped(sealed, 70), logId), "open_failed");
  await refuses(() => openRing(key(50), null as never, logId), "open_failed");
});
