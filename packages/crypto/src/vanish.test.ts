import fc from "fast-check";
import { expect, test } from "vitest";
import { hex, vectors } from "./test-helpers.ts";
import { randomBytes } from "./primitives.ts";
import {
  forgetBefore,
  forgetBetween,
  HOUR_MS,
  hourKey,
  hourOf,
  openVanishing,
  sealVanishing,
  vanishTree,
} from "./vanish.ts";

const hours = fc.integer({ min: 0, max: 2 ** 20 - 1 });
const secret = new Uint8Array(32).fill(7);
const groupId = new Uint8Array(32).fill(9);

test("every hour has one key, whatever was forgotten before it", () => {
  const whole = vanishTree(secret, groupId);
  fc.assert(
    fc.property(hours, hours, (a, b) => {
      const [from, hour] = a < b ? [a, b] : [b, a];
      expect(hourKey(forgetBefore(whole, from), hour)).toEqual(hourKey(whole, hour));
    }),
    { numRuns: 50 },
  );
});

test("hours in the middle can be forgotten, and those around them stay as they were", () => {
  const whole = vanishTree(secret, groupId);
  fc.assert(
    fc.property(hours, hours, hours, (a, b, hour) => {
      const [from, to] = a < b ? [a, b] : [b, a];
      const left = forgetBetween(whole, from, to);
      const gone = hour >= from && hour < to;
      expect(hourKey(left, hour)).toEqual(gone ? undefined : hourKey(whole, hour));
      if (from < to) expect(hourKey(left, to - 1)).toBeUndefined();
      expect(hourKey(left, to)).toEqual(hourKey(whole, to));
      expect(left.length).toBeLessThanOrEqual(42);
    }),
    { numRuns: 50 },
  );
});

test("what is forgotten cannot be had again, step by step or at once, and little is kept", () => {
  const whole = vanishTree(secret, groupId);
  fc.assert(
    fc.property(fc.array(hours, { minLength: 1, maxLength: 4 }), (steps) => {
      const last = Math.max(...steps);
      let nodes = whole;
      for (const step of steps.toSorted((a, b) => a - b)) nodes = forgetBefore(nodes, step);
      expect(nodes).toEqual(forgetBefore(whole, last));
      expect(nodes.length).toBeLessThanOrEqual(21);
      if (last > 0) expect(hourKey(nodes, last - 1)).toBeUndefined();
      expect(forgetBefore(nodes, 0)).toEqual(nodes);
    }),
    { numRuns: 50 },
  );
});

test("keys differ between hours, epochs and spaces", () => {
  const other = vanishTree(new Uint8Array(32).fill(8), groupId);
  const elsewhere = vanishTree(secret, new Uint8Array(32).fill(8));
  const whole = vanishTree(secret, groupId);
  const keys = [hourKey(whole, 5), hourKey(whole, 6), hourKey(other, 5), hourKey(elsewhere, 5)];
  expect(new Set(keys.map((key) => key?.join())).size).toBe(4);
});

test("the vector opens with what is left of its tree", async () => {
  const found = vectors<{
    left: { level: number; index: number; key: string }[];
    binding: { logId: string; epoch: number; eventId: string; from: number; ms: number };
    sealed: string;
    plain: string;
  }>("vanish.json");
  const nodes = found.left.map((node) => ({ ...node, key: hex(node.key) }));
  const { logId, eventId, ...rest } = found.binding;
  const binding = { ...rest, logId: hex(logId), eventId: hex(eventId) };
  expect(await openVanishing(nodes, binding, hex(found.sealed))).toEqual(hex(found.plain));
});

test("a sealed event opens where it was sealed for, while its hour's key is there", async () => {
  const whole = vanishTree(secret, groupId);
  const from = 500_000 * HOUR_MS + 17;
  const binding = {
    logId: randomBytes(32),
    epoch: 3,
    eventId: randomBytes(16),
    from,
    ms: HOUR_MS,
  };
  const plain = new TextEncoder().encode("meet at the well");
  const sealed = await sealVanishing(whole, binding, plain);
  expect(await openVanishing(forgetBefore(whole, hourOf(from)), binding, sealed)).toEqual(plain);
  for (const change of [
    { epoch: 4 },
    { ms: 2 * HOUR_MS },
    { from: from + 1 },
    { eventId: randomBytes(16) },
    { logId: randomBytes(32) },
  ])
    await expect(openVanishing(whole, { ...binding, ...change }, sealed)).rejects.toMatchObject({
      code: "open_failed",
    });
  const later = forgetBefore(whole, hourOf(from) + 1);
  await expect(openVanishing(later, binding, sealed)).rejects.toMatchObject({
    code: "open_failed",
  });
  await expect(sealVanishing(later, binding, plain)).rejects.toMatchObject({ code: "bad_input" });
});
