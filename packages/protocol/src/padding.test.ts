import fc from "fast-check";
import { expect, test } from "vitest";
import { ProtocolError } from "./errors.ts";
import { pad, paddedSize, unpad } from "./padding.ts";
import { vectors } from "./test-helpers.ts";

const length = fc.oneof(
  fc.nat(40_000),
  fc.nat(20_000_000),
  fc.maxSafeInteger().map((n) => Math.abs(n) % 2 ** 40),
);

test("sizes are those of the vectors", () => {
  type Sizes = { cases: { length: number; padded: number }[] };
  for (const each of vectors<Sizes>("padding.json").cases)
    expect([each.length, paddedSize(each.length)]).toEqual([each.length, each.padded]);
});

test("a padded size holds the content, grows with it, wastes at most 12 % above 16 KiB, and is its own", () => {
  fc.assert(
    fc.property(length, (n) => {
      const size = paddedSize(n);
      expect(size).toBeGreaterThanOrEqual(n);
      expect(paddedSize(size)).toBe(size);
      expect(paddedSize(n + 1)).toBeGreaterThanOrEqual(size);
      if (n > 16_384) expect(size - n).toBeLessThanOrEqual(0.12 * n);
    }),
    { numRuns: 2000 },
  );
});

test("few sizes exist: between 16 KiB and 32 KiB there are 16 of them", () => {
  const sizes = new Set<number>();
  for (let n = 16_385; n <= 32_768; n++) sizes.add(paddedSize(n));
  expect(sizes.size).toBe(16);
});

test("what is padded comes back, and the whole has a padded size with what sealing adds", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), fc.nat(100), (bytes, overhead) => {
      const plain = new Uint8Array(bytes);
      const padded = pad(plain, overhead);
      expect(paddedSize(padded.length + overhead)).toBe(padded.length + overhead);
      expect(unpad(padded)).toEqual(plain);
    }),
  );
});

test("content that ends in zeros or in 0x80 keeps its end", () => {
  for (const plain of [[0, 0, 0], [0x80], [0x80, 0], [1, 0x80, 0x80, 0]])
    expect(unpad(pad(new Uint8Array(plain), 0))).toEqual(new Uint8Array(plain));
});

test("bytes without padding are malformed", () => {
  for (const bad of [[], [0], [0, 0, 0], [1], [0x80, 1], [0x80, 0, 2]])
    expect(() => unpad(new Uint8Array(bad))).toThrow(ProtocolError);
});
