/**
 * Deterministic CBOR (RFC 8949, section 4.2.1): one value has one encoding, and only that one is read.
 * What is signed or hashed can therefore be decoded, checked and encoded again without a difference.
 */
import { decode, encode, rfc8949EncodeOptions } from "cborg";
import type { Bytes } from "./bytes.ts";
import { equalBytes } from "./bytes.ts";
import { ProtocolError } from "./errors.ts";

/** What travels: maps with text keys, arrays, text, bytes, integers, booleans and null. No floats, no tags, no undefined. */
export type Cbor = string | number | boolean | null | Bytes | Cbor[] | { [key: string]: Cbor };

const DEPTH = 16;

/** Encodes a value. Keys with the value undefined are left out. @throws TypeError on floats or foreign objects. */
export function encodeCbor(value: unknown): Bytes {
  const bytes = encode(clean(value, 0), rfc8949EncodeOptions);
  return bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
    ? bytes
    : new Uint8Array(bytes);
}

/** Decodes exactly one canonically encoded value. @throws ProtocolError `malformed` on anything else. */
export function decodeCbor(bytes: Uint8Array): Cbor {
  let value: Cbor;
  try {
    boundDepth(bytes);
    value = decode(bytes, {
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowInfinity: false,
      allowNaN: false,
      allowBigInt: false,
      rejectDuplicateMapKeys: true,
    }) as Cbor;
    if (!equalBytes(encodeCbor(value), bytes)) throw new RangeError("not canonical");
  } catch (cause) {
    throw new ProtocolError("malformed", { cause });
  }
  return value;
}

function clean(value: unknown, depth: number): unknown {
  if (depth > DEPTH) throw new TypeError("too deep for CBOR");
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new TypeError("only safe integers travel");
    return value;
  }
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((item) => clean(item, depth + 1));
  if (typeof value === "object" && value !== undefined) {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null)
      throw new TypeError("foreign object in CBOR");
    const out: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (const [key, item] of Object.entries(value)) {
      // Copying such a field would set a prototype instead.
      if (key === "__proto__") throw new TypeError("no such key in CBOR");
      if (item !== undefined) out[key] = clean(item, depth + 1);
    }
    return out;
  }
  throw new TypeError(`${typeof value} does not travel in CBOR`);
}

/** Refuses nesting beyond DEPTH before the recursive decoder sees it, in one pass without recursion. */
function boundDepth(bytes: Uint8Array): void {
  const open: number[] = [];
  let at = 0;
  const settle = () => {
    while (open.length > 0) {
      const left = (open[open.length - 1] ?? 0) - 1;
      open[open.length - 1] = left;
      if (left > 0) return;
      open.pop();
    }
  };
  while (at < bytes.length) {
    const first = bytes[at] ?? 0;
    const major = first >> 5;
    const info = first & 31;
    at += 1;
    let argument = info;
    if (info >= 24) {
      const size = info === 24 ? 1 : info === 25 ? 2 : info === 26 ? 4 : info === 27 ? 8 : 0;
      if (size === 0) throw new RangeError("indefinite or reserved length");
      argument = 0;
      for (let i = 0; i < size; i++) argument = argument * 256 + (bytes[at + i] ?? 0);
      at += size;
    }
    if (major === 2 || major === 3) {
      at += argument;
      settle();
    } else if (major === 4 || major === 5) {
      if (argument > bytes.length) throw new RangeError("more items than bytes");
      if (argument === 0) settle();
      else {
        open.push(major === 5 ? argument * 2 : argument);
        if (open.length > DEPTH) throw new RangeError("too deep");
      }
    } else if (major === 6) throw new RangeError("no tags");
    else settle();
  }
}
