import * as v from "valibot";
import { expect, test } from "vitest";
import { fromHex, toHex } from "./bytes.ts";
import { decodeCbor, encodeCbor } from "./cbor.ts";
import { ProtocolError } from "./errors.ts";
import { LIMITS } from "./limits.ts";
import { entryHeader } from "./log.ts";
import { accountName, check, nodeName, object, readAs, text, uint, writeAs } from "./schema.ts";
import { event, vault } from "./sealed.ts";
import { seeded, unhexed, valueFor, vectors } from "./test-helpers.ts";

type Headers = {
  valid: { name: string; header: unknown; encoded: string }[];
  invalid: { name: string; encoded: string }[];
};

test("headers of entries are read and written as in the vectors", () => {
  for (const { name, header, encoded } of vectors<Headers>("entry-headers.json").valid) {
    const read = readAs(entryHeader, fromHex(encoded), LIMITS.headerBytes);
    expect([name, read]).toEqual([name, unhexed(header)]);
    expect([name, toHex(writeAs(entryHeader, read))]).toEqual([name, encoded]);
  }
});

test("headers with parts of another kind, or parts that do not fit, are malformed", () => {
  for (const { name, encoded } of vectors<Headers>("entry-headers.json").invalid)
    expect([name, codeOf(fromHex(encoded))]).toEqual([name, "malformed"]);
});

test("a field that must be understood and is not gives unsupported_field, at any depth", () => {
  type Cases = { cases: { name: string; encoded: string; error: string | null }[] };
  for (const { name, encoded, error } of vectors<Cases>("versioning.json").cases)
    expect([name, codeOf(fromHex(encoded))]).toEqual([name, error]);
});

test("the name of the field that is not understood is told", () => {
  const error = failure(() => check(object({ a: uint() }), { a: 1, must: ["later"] }));
  expect(error).toMatchObject({ code: "unsupported_field", data: { field: "later" } });
  const inList = object({ list: v.array(object({ a: uint() })) });
  expect(failure(() => check(inList, { list: [{ a: 1 }, { a: 1, must: ["x"] }] }))).toMatchObject({
    code: "unsupported_field",
    data: { field: "x" },
  });
  const inOptional = object({ part: v.optional(v.nullable(object({ a: uint() }))) });
  expect(failure(() => check(inOptional, { part: { a: 1, must: ["x"] } }))).toMatchObject({
    code: "unsupported_field",
  });
});

test("fields of a later version survive being read and written, at every level", () => {
  const random = seeded(5);
  for (const schema of [entryHeader, event, vault]) {
    const value = valueFor(schema, random) as Record<string, unknown>;
    const later = marked(value);
    const bytes = encodeCbor(later);
    expect(writeAs(schema, readAs(schema, bytes, LIMITS.appendBytes))).toEqual(bytes);
    expect(decodeCbor(bytes)).toMatchObject({ later: { deep: [1] } });
  }
});

/** The value with an unknown field in every object. */
function marked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(marked);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  const fields = Object.entries(value).map(([key, item]) => [key, marked(item)] as const);
  return { ...Object.fromEntries(fields), later: { deep: [1] } };
}

test("the field that does not fit is told, and never its content", () => {
  const nested = object({ list: v.array(object({ name: text(3) })) });
  const error = failure(() => check(nested, { list: [{ name: "abc" }, { name: "secret" }] }));
  expect(error).toMatchObject({ code: "malformed", data: { field: "list.1.name" } });
  expect(JSON.stringify(error)).not.toContain("secret");
});

test("too many bytes are refused before they are read", () => {
  const error = failure(() => readAs(object({}), new Uint8Array(LIMITS.requestBytes + 1)));
  expect(error).toMatchObject({ code: "too_large", data: { max: LIMITS.requestBytes } });
});

test("what does not fit is not written", () => {
  expect(failure(() => writeAs(object({ a: uint(5) }), { a: 6 }))).toMatchObject({
    code: "malformed",
  });
});

test("node names are lower-case hosts with an optional port", () => {
  const good = [
    "localhost",
    "a.localhost:8080",
    "example.org",
    "xn--bcher-kva.example",
    "1.2.3.4:1",
    "a-b.c",
  ];
  for (const name of good) expect([name, v.is(nodeName, name)]).toEqual([name, true]);
  const bad = [
    "",
    ".",
    "a.",
    ".a",
    "A.b",
    "a_b",
    "-a",
    "a-",
    "a..b",
    "a:0",
    "a:",
    "a:123456",
    "a b",
    "a/b",
    "[::1]",
    "é",
    `${"a".repeat(64)}.b`,
    "a@b",
    "a.b\n",
  ];
  for (const name of bad) expect([name, v.is(nodeName, name)]).toEqual([name, false]);
});

test("account names begin and end with a letter or digit", () => {
  for (const name of ["a", "a1", "a.b-c_d"]) expect(v.is(accountName, name)).toBe(true);
  for (const name of ["", ".a", "a.", "A", "a b", "a@b", "é", "a".repeat(65), "a\n"])
    expect([name, v.is(accountName, name)]).toEqual([name, false]);
});

test("text is well formed, in normal form C, and not too long", () => {
  expect(v.is(text(5), "caf\u00e9")).toBe(true);
  for (const bad of ["cafe\u0301", "\ud800", "sixsix", 5, null])
    expect(v.is(text(5), bad)).toBe(false);
});

test("numbers are whole, not negative and safe", () => {
  for (const bad of [-1, 0.5, 2 ** 53, Number.NaN, "1", null])
    expect(v.is(uint(), bad)).toBe(false);
  expect(v.is(uint(), Number.MAX_SAFE_INTEGER)).toBe(true);
});

function codeOf(bytes: Uint8Array): string | null {
  try {
    readAs(entryHeader, bytes, LIMITS.headerBytes);
    return null;
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

function failure(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return null;
}
