import fc from "fast-check";
import { expect, test } from "vitest";
import { fromHex, toHex } from "./bytes.ts";
import type { Cbor } from "./cbor.ts";
import { decodeCbor, encodeCbor } from "./cbor.ts";
import { ProtocolError } from "./errors.ts";
import { randomBytes, scale, seeded, unhexed, vectors } from "./test-helpers.ts";

type Valid = { cases: { value: unknown; encoded: string }[] };
type Invalid = { cases: { name: string; encoded: string | { repeat: string; times: number } }[] };

test("each value has the encoding of the vectors, and is read back from it", () => {
  for (const { value, encoded } of vectors<Valid>("cbor-valid.json").cases) {
    expect(toHex(encodeCbor(unhexed(value)))).toBe(encoded);
    expect(decodeCbor(fromHex(encoded))).toEqual(unhexed(value));
  }
});

test("other encodings, other types, broken and hostile input are malformed", () => {
  for (const { name, encoded } of vectors<Invalid>("cbor-invalid.json").cases) {
    const text = typeof encoded === "string" ? encoded : encoded.repeat.repeat(encoded.times);
    expect([name, codeOf(fromHex(text))]).toEqual([name, "malformed"]);
  }
});

const value: fc.Arbitrary<Cbor> = fc.letrec<{ value: Cbor }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
    fc.string({ unit: "grapheme" }),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => new Uint8Array(bytes)),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(fc.string({ maxLength: 6 }), tie("value"), { maxKeys: 5, noNullPrototype: true }),
  ),
})).value;

test("whatever is encoded is read back the same, and encodes to the same bytes again", () => {
  fc.assert(
    fc.property(value, (each) => {
      fc.pre(!JSON.stringify(each).includes("__proto__"));
      const encoded = encodeCbor(each);
      const decoded = decodeCbor(encoded);
      expect(decoded).toEqual(each);
      expect(encodeCbor(decoded)).toEqual(encoded);
    }),
    { numRuns: scale(300, 20_000) },
  );
});

test("the order in which fields were set makes no difference", () => {
  expect(encodeCbor({ b: 1, a: 2, aa: 3 })).toEqual(encodeCbor({ aa: 3, a: 2, b: 1 }));
  expect(encodeCbor({ a: 1, b: undefined })).toEqual(encodeCbor({ a: 1 }));
});

test("what is read is one value with one encoding: bytes that are accepted are what would be written", () => {
  const random = seeded(1);
  for (let run = 0; run < scale(3000, 100_000); run++) {
    const bytes = randomBytes(random, random(30));
    // Small numbers come up often, so that headers of short items do.
    if (random(2) === 0) for (let i = 0; i < bytes.length; i++) bytes[i] = (bytes[i] ?? 0) & 0xe3;
    let decoded: Cbor;
    try {
      decoded = decodeCbor(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolError);
      continue;
    }
    expect(encodeCbor(decoded)).toEqual(bytes);
  }
});

test("only what can be read back is written", () => {
  class Foreign {}
  const cyclic: Record<string, unknown> = {};
  cyclic["self"] = cyclic;
  const bad = [
    1.5,
    Number.NaN,
    Infinity,
    2 ** 53,
    1n,
    undefined,
    () => 0,
    Symbol("x"),
    new Date(),
    new Map(),
    new Foreign(),
    cyclic,
  ];
  for (const each of bad) expect(() => encodeCbor(each)).toThrow(TypeError);
  for (const each of bad)
    expect(() => encodeCbor({ a: [each === undefined ? 1.5 : each] })).toThrow(TypeError);
});

test("16 levels go through, 17 do not, in either direction", () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
  expect(decodeCbor(encodeCbor(nested(16)))).toEqual(nested(16));
  expect(() => encodeCbor(nested(17))).toThrow(TypeError);
});

test("bytes that were read do not change with the buffer that they came from", () => {
  const encoded = encodeCbor({ a: new Uint8Array([1, 2, 3]) });
  const { a } = decodeCbor(encoded) as { a: Uint8Array };
  encoded.fill(0);
  expect(a).toEqual(new Uint8Array([1, 2, 3]));
});

test("a Node buffer reads to plain bytes", () => {
  const { a } = decodeCbor(Buffer.from(encodeCbor({ a: new Uint8Array([1, 2, 3]) }))) as {
    a: Uint8Array;
  };
  expect(Object.getPrototypeOf(a)).toBe(Uint8Array.prototype);
});

function codeOf(bytes: Uint8Array): string | null {
  try {
    decodeCbor(bytes);
    return null;
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}
