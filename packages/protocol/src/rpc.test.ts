import { expect, test } from "vitest";
import type { Bytes } from "./bytes.ts";
import { concat } from "./bytes.ts";
import { decodeCbor, encodeCbor } from "./cbor.ts";
import type { ErrorCode } from "./errors.ts";
import { ERRORS, isErrorCode, ProtocolError, remedyOf, statusOf } from "./errors.ts";
import { LABELS } from "./labels.ts";
import type { RequestOf, ResponseOf, RouteName } from "./routes.ts";
import { isRoute, ROUTES } from "./routes.ts";
import {
  decodeRequest,
  decodeResponse,
  encodeError,
  encodeRequest,
  encodeResponse,
} from "./rpc.ts";
import type { Random } from "./test-helpers.ts";
import { randomBytes, scale, seeded, valueFor } from "./test-helpers.ts";

const names = Object.keys(ROUTES).filter(isRoute);

test("requests and responses of every route are read back as they were written", () => {
  const random = seeded(1);
  for (const name of names) {
    for (let i = 0; i < 10; i++) {
      const request = valueFor(ROUTES[name].request, random);
      const sent = encodeRequest(name, request as RequestOf<typeof name>);
      expect(encodeCbor(decodeRequest(name, sent))).toEqual(sent);
      const response = valueFor(ROUTES[name].response, random);
      const answered = encodeResponse(name, response as ResponseOf<typeof name>);
      expect(encodeCbor(decodeResponse(name, 200, answered))).toEqual(answered);
    }
  }
});

test("changed requests of every route are read or give a typed error, never anything else", () => {
  const random = seeded(20_260_102);
  const runs = scale(2000, 100_000);
  const seen = new Set<string>();
  for (let run = 0; run < runs; run++) {
    const name = names[run % names.length];
    if (name === undefined) throw new Error("no route");
    const request = valueFor(ROUTES[name].request, random);
    const bytes = changed(encodeCbor(request), request, random);
    let read: unknown;
    try {
      read = decodeRequest(name, bytes);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      seen.add(error.code);
      expect(["malformed", "too_large", "unsupported_field"]).toContain(error.code);
      continue;
    }
    seen.add("read");
    // What is accepted is canonical and of the right form: it can be written again, to the same bytes.
    expect(encodeRequest(name, read as RequestOf<typeof name>)).toEqual(bytes);
  }
  expect([...seen].toSorted()).toEqual(["malformed", "read", "unsupported_field"]);
});

function changed(bytes: Bytes, value: unknown, random: Random): Bytes {
  const out = bytes.slice();
  const at = random(bytes.length);
  switch (random(8)) {
    case 0:
      out[at] = (out[at] ?? 0) ^ (1 << random(8));
      return out;
    case 1:
      return bytes.slice(0, at);
    case 2:
      return concat(bytes, randomBytes(random, 1 + random(20)));
    case 3:
      return concat(
        bytes.subarray(0, at),
        randomBytes(random, random(9)),
        bytes.subarray(at + random(9)),
      );
    case 4:
      return randomBytes(random, random(200));
    default:
      return encodeCbor(withChange(value, random));
  }
}

/** The value with one part somewhere in it replaced, dropped or added. */
function withChange(value: unknown, random: Random): unknown {
  const strange = [
    null,
    0,
    -1,
    2 ** 50,
    "",
    "x".repeat(300),
    true,
    [],
    {},
    new Uint8Array(32),
    [[[]]],
    { a: {} },
  ];
  const replacement = strange[random(strange.length)];
  if (Array.isArray(value) && value.length > 0) {
    if (random(4) === 0) return [...(value as unknown[]), replacement];
    const at = random(value.length);
    return value.map((item: unknown, i) => (i === at ? withChange(item, random) : item));
  }
  if (typeof value !== "object" || value === null || value instanceof Uint8Array)
    return replacement;
  const fields = value as Record<string, unknown>;
  const keys = Object.keys(fields);
  const key = keys[random(Math.max(1, keys.length))] ?? "later";
  const choice = random(6);
  if (choice === 0) return { ...fields, [key]: undefined };
  if (choice === 1) return { ...fields, later: replacement };
  if (choice === 2) return { ...fields, must: ["later"] };
  if (choice === 3) return { ...fields, must: [key] };
  return { ...fields, [key]: withChange(fields[key], random) };
}

test("a request larger than its route allows is refused before it is read", () => {
  for (const name of names) {
    const body = new Uint8Array(ROUTES[name].max + 1);
    expect(failure(() => decodeRequest(name, body))).toMatchObject({ code: "too_large" });
  }
});

test("an error travels with its code and data", () => {
  for (const code of Object.keys(ERRORS).filter(isErrorCode)) {
    const data = { field: "x", epoch: 5, again: true };
    const bytes = encodeError(new ProtocolError(code, { data }));
    expect(failure(() => decodeResponse("accounts.me", statusOf(code), bytes))).toMatchObject({
      code,
      data,
    });
  }
});

test("an error of a later version, or none at all, becomes one that a caller can act on", () => {
  const unknown = encodeCbor({ error: { code: "of_a_later_version", data: {} } });
  const cases: [number, Bytes, ErrorCode][] = [
    [400, unknown, "malformed"],
    [503, unknown, "unavailable"],
    [502, new Uint8Array(), "unavailable"],
    [404, encodeCbor("not found"), "malformed"],
    [500, randomBytes(seeded(1), 100), "unavailable"],
    [400, encodeCbor({ error: { code: "constructor" } }), "malformed"],
  ];
  for (const [status, body, code] of cases)
    expect(failure(() => decodeResponse("accounts.me", status, body))).toMatchObject({ code });
});

test("responses of any bytes give a value or a typed error", () => {
  const random = seeded(9);
  for (let run = 0; run < scale(1000, 20_000); run++) {
    const name = names[random(names.length)] as RouteName;
    const error = failure(() =>
      decodeResponse(name, [200, 400, 500][random(3)] ?? 200, randomBytes(random, random(60))),
    );
    expect(error === null || error instanceof ProtocolError).toBe(true);
  }
});

test("inherited names are neither routes nor codes", () => {
  for (const name of ["constructor", "__proto__", "toString", "", "logs"]) {
    expect(isRoute(name)).toBe(false);
    expect(isErrorCode(name)).toBe(false);
  }
  for (const each of [null, 5, undefined, {}]) expect(isErrorCode(each)).toBe(false);
  expect(isRoute("logs.append")).toBe(true);
});

test("every code has a status of its kind and a remedy", () => {
  for (const code of Object.keys(ERRORS).filter(isErrorCode)) {
    expect(statusOf(code)).toBeGreaterThanOrEqual(400);
    expect(["fix", "retry", "refetch", "signin", "stop"]).toContain(remedyOf(code));
  }
});

test("no label is the beginning of another, so no signature can be read under a second one", () => {
  const labels = Object.values(LABELS);
  expect(new Set(labels).size).toBe(labels.length);
  for (const a of labels) for (const b of labels) if (a !== b) expect(b.startsWith(a)).toBe(false);
});

test("the schema of an error is canonical CBOR", () => {
  expect(decodeCbor(encodeError(new ProtocolError("busy")))).toEqual({
    error: { code: "busy", data: {} },
  });
});

function failure(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return null;
}
