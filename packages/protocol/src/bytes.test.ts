import fc from "fast-check";
import { expect, test } from "vitest";
import type { Bytes } from "./bytes.ts";
import {
  concat,
  equalBytes,
  freeBytes,
  fromBase64url,
  fromHex,
  fromUtf8,
  joinRead,
  toBase64url,
  toHex,
  uint64,
  utf8,
} from "./bytes.ts";

const bytes = fc.uint8Array({ maxLength: 100 }).map((each) => new Uint8Array(each));

test("bytes survive hexadecimal and base64url", () => {
  fc.assert(
    fc.property(bytes, (each) => {
      expect(fromHex(toHex(each))).toEqual(each);
      expect(fromBase64url(toBase64url(each))).toEqual(each);
      expect(toBase64url(each)).toBe(Buffer.from(each).toString("base64url"));
      expect(fromHex(toHex(each).toUpperCase())).toEqual(each);
    }),
  );
  const large = new Uint8Array(100_000).fill(7);
  expect(fromBase64url(toBase64url(large))).toEqual(large);
});

test("large bytes give their memory back, with all views of it; small ones, that may share a pool, stay", () => {
  const large = new Uint8Array(100_000).fill(7);
  const view = large.subarray(10, 20);
  freeBytes(large);
  expect([large.length, view.length, large.buffer.byteLength]).toEqual([0, 0, 0]);
  freeBytes(large);
  const pooled = Buffer.from("in a pool with others") as Bytes;
  freeBytes(pooled);
  expect(pooled.toString()).toBe("in a pool with others");
});

test("parts off a line are joined, and those that own their buffer are given back", () => {
  const own = new Uint8Array(40_000).fill(1);
  const shared = new Uint8Array(80_000).fill(2).subarray(0, 40_000);
  const joined = joinRead([own, shared, Uint8Array.of(3)], 80_001);
  expect([joined[0], joined[40_000], joined[80_000]]).toEqual([1, 2, 3]);
  expect([own.length, shared.length]).toEqual([0, 40_000]);
});

test("text that is neither is refused", () => {
  for (const bad of ["0", "0g", "00 ", "0x00"]) expect(() => fromHex(bad)).toThrow(RangeError);
  for (const bad of ["A", "AA=", "A+", "A/", "AB", "AAB", "A A", "Ä"])
    expect(() => fromBase64url(bad)).toThrow(RangeError);
});

test("equality looks at every byte and at the length", () => {
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      expect(equalBytes(a, b)).toBe(toHex(a) === toHex(b));
      expect(equalBytes(a, a.slice())).toBe(true);
    }),
  );
  for (let at = 0; at < 32; at++) {
    const changed = new Uint8Array(32);
    changed[at] = 1;
    expect(equalBytes(new Uint8Array(32), changed)).toBe(false);
  }
});

test("numbers are eight bytes, big endian", () => {
  expect(toHex(uint64(0))).toBe("0000000000000000");
  expect(toHex(uint64(258))).toBe("0000000000000102");
  expect(toHex(uint64(Number.MAX_SAFE_INTEGER))).toBe("001fffffffffffff");
});

test("text is UTF-8, and broken UTF-8 is not read", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => fromUtf8(utf8(text)) === text));
  expect(fromUtf8(utf8("\uFEFFx"))).toBe("\uFEFFx");
  expect(() => fromUtf8(Uint8Array.of(0xff))).toThrow(TypeError);
});

test("parts are joined in order", () => {
  expect(concat()).toEqual(new Uint8Array());
  expect(concat(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3))).toEqual(
    Uint8Array.of(1, 2, 3),
  );
});
