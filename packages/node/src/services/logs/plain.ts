/** Reading canonical CBOR by hand where it is hot. Null means: not in the plain form, the codec and schema decide. */
import type { Bytes, CheckedRequestOf } from "@baraza/protocol";
import { concat, LIMITS, utf8 } from "@baraza/protocol";
import { cborHead } from "./encoding.ts";

/** What the hub needs of an ordinary entry's header. */
export type PlainHeader = {
  gen: number;
  epoch: number;
  logId: Bytes;
  appendId: Bytes;
  bodyLen: number;
  bodyHash: Bytes;
  blobs: Bytes[];
};

const key = (name: string) => concat(cborHead(3, name.length), utf8(name));

/** An ordinary entry has these ten fields and no other; canonical order is by length, then bytes. */
const START = concat(Uint8Array.of(0xaa), key("v"), Uint8Array.of(1), key("gen"));
const KIND = concat(key("kind"), key("entry"), key("blobs"));
const EPOCH = key("epoch");
const LOG = concat(key("logId"), Uint8Array.of(0x58, 0x20));
const LENGTH = concat(key("suite"), Uint8Array.of(1), key("bodyLen"));
const APPEND = concat(key("appendId"), Uint8Array.of(0x50));
const HASH = concat(key("bodyHash"), Uint8Array.of(0x58, 0x20));

/** Reads the header of an ordinary entry in its one canonical form. */
export function readPlainHeader(bytes: Uint8Array): PlainHeader | null {
  if (bytes.length > LIMITS.headerBytes) return null;
  const { literal, number, copy, atEnd } = cursor(bytes);
  if (!literal(START)) return null;
  const gen = number(0, 0xffff_ffff);
  if (gen < 0 || !literal(KIND)) return null;
  const count = number(4, LIMITS.entryBlobs);
  if (count < 0) return null;
  const blobs: Bytes[] = [];
  for (let i = 0; i < count; i++) {
    if (number(2, 16) !== 16) return null;
    blobs.push(copy(16));
  }
  if (!literal(EPOCH)) return null;
  const epoch = number(0, Number.MAX_SAFE_INTEGER);
  if (epoch < 0 || !literal(LOG)) return null;
  const logId = copy(32);
  if (!literal(LENGTH)) return null;
  const bodyLen = number(0, LIMITS.entryBodyBytes);
  if (bodyLen < 0 || !literal(APPEND)) return null;
  const appendId = copy(16);
  if (!literal(HASH)) return null;
  const bodyHash = copy(32);
  return atEnd() ? { gen, epoch, logId, appendId, bodyLen, bodyHash, blobs } : null;
}

const SIGS = concat(
  Uint8Array.of(0xa3),
  key("sigs"),
  Uint8Array.of(0xa1),
  key("posting"),
  Uint8Array.of(0x58, 0x40),
);
const ENTRIES = key("entries");
const BODY = concat(Uint8Array.of(0xa2), key("body"));
const HEADER = key("header");

/**
 * Reads a request of `logs.append` that has a posting signature and entries and nothing else. Bodies and headers are
 * views of `bytes`.
 */
export function readPlainAppend(bytes: Bytes): CheckedRequestOf<"logs.append"> | null {
  const { literal, number, copy, view, atEnd } = cursor(bytes);
  if (!literal(SIGS)) return null;
  const posting = copy(64);
  if (!literal(LOG)) return null;
  const logId = copy(32);
  if (!literal(ENTRIES)) return null;
  const count = number(4, LIMITS.appendEntries);
  if (count < 1) return null;
  const entries: { header: Bytes; body: Bytes }[] = [];
  for (let i = 0; i < count; i++) {
    if (!literal(BODY)) return null;
    const bodyLength = number(2, LIMITS.commitBodyBytes);
    if (bodyLength < 0) return null;
    const body = view(bodyLength);
    if (!literal(HEADER)) return null;
    const headerLength = number(2, LIMITS.headerBytes);
    if (headerLength < 0) return null;
    entries.push({ header: view(headerLength), body });
  }
  return atEnd() ? { logId, entries, sigs: { posting } } : null;
}

/** A place in bytes. Reading past the end is noticed by `literal` and `atEnd`, which follow every read. */
function cursor(bytes: Uint8Array) {
  let at = 0;
  const view = (length: number): Bytes => {
    at += length;
    return bytes.subarray(at - length, at) as Bytes;
  };
  return {
    /** Goes past exactly these bytes. */
    literal: (expected: Uint8Array): boolean => {
      for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return false;
      at += expected.length;
      return true;
    },
    /** The argument of a head of this major type, in its shortest form and at most `max`; else -1. */
    number: (major: number, max: number): number => {
      const first = bytes[at] ?? 0xff;
      if (first >> 5 !== major) return -1;
      const info = first & 31;
      const size =
        info < 24 ? 0 : info === 24 ? 1 : info === 25 ? 2 : info === 26 ? 4 : info === 27 ? 8 : -1;
      if (size < 0 || at + 1 + size > bytes.length) return -1;
      let value = size === 0 ? info : 0;
      for (let i = 1; i <= size; i++) value = value * 256 + (bytes[at + i] ?? 0);
      const least = size === 0 ? 0 : size === 1 ? 24 : 2 ** (4 * size);
      if (value < least || value > max) return -1;
      at += 1 + size;
      return value;
    },
    view,
    copy: (length: number): Bytes => view(length).slice(),
    atEnd: () => at === bytes.length,
  };
}
