/** Canonical CBOR by hand where it is hot: it gives and takes exactly what the codec of protocol does (checked by tests). */
import type { Bytes, Signatures } from "@baraza/protocol";
import { concat, encodeCbor, LIMITS, utf8 } from "@baraza/protocol";

/** A CBOR head (RFC 8949, section 3): major type and argument, in the shortest form. */
export function cborHead(major: number, value: number): Bytes {
  const top = major << 5;
  if (value < 24) return Uint8Array.of(top | value);
  if (value < 0x100) return Uint8Array.of(top | 24, value);
  if (value < 0x1_0000) return Uint8Array.of(top | 25, value >> 8, value & 255);
  const long = value >= 0x1_0000_0000;
  const out = new Uint8Array(long ? 9 : 5);
  out[0] = top | (long ? 27 : 26);
  const view = new DataView(out.buffer);
  if (long) view.setBigUint64(1, BigInt(value));
  else view.setUint32(1, value);
  return out;
}

const key = (name: string) => concat(cborHead(3, name.length), utf8(name));
const joined = (...names: string[]) => concat(...names.map((name) => key(name)));
const MAP2 = Uint8Array.of(0xa2);
const MAP3 = Uint8Array.of(0xa3);
const MAP4 = Uint8Array.of(0xa4);
const BATCH = concat(MAP2, key("batch"), MAP3, key("count"));
const [INDEX, DIGEST, POSTING, SEQ, BODY, SIGS, HEADER] = (
  ["index", "digest", "posting", "seq", "body", "sigs", "header"] as const
).map((name) => key(name)) as [Bytes, Bytes, Bytes, Bytes, Bytes, Bytes, Bytes];

/**
 * The signatures that are kept with each of `count` entries: for a single one as they came, for a batch the posting
 * signature with the entry's place.
 */
export function signaturesOfEach(sigs: Signatures, digest: Bytes, count: number): Bytes[] {
  if (count === 1) return [encodeCbor(sigs)];
  const posting = sigs.posting ?? new Uint8Array();
  const before = concat(BATCH, cborHead(0, count), INDEX);
  const after = concat(
    DIGEST,
    cborHead(2, digest.length),
    digest,
    POSTING,
    cborHead(2, posting.length),
    posting,
  );
  return Array.from({ length: count }, (_, index) => concat(before, cborHead(0, index), after));
}

/** The CBOR of a stored entry, from its parts; `sigs` is CBOR already. */
export function encodeStoredEntry(
  seq: number,
  header: Uint8Array,
  sigs: Uint8Array,
  body: Uint8Array,
): Bytes {
  return concat(...storedEntryParts(seq, header, sigs, body));
}

/** The same without joining it. */
export function storedEntryParts(
  seq: number,
  header: Uint8Array,
  sigs: Uint8Array,
  body: Uint8Array,
): Uint8Array[] {
  return [
    MAP4,
    SEQ,
    cborHead(0, seq),
    BODY,
    cborHead(2, body.length),
    body,
    SIGS,
    sigs,
    HEADER,
    cborHead(2, header.length),
    header,
  ];
}

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

/** An ordinary entry has these ten fields and no other; canonical order is by length, then bytes. */
const START = concat(Uint8Array.of(0xaa), key("v"), Uint8Array.of(1), key("gen"));
const KIND = concat(key("kind"), key("entry"), key("blobs"));
const EPOCH = key("epoch");
const LOG = concat(key("logId"), Uint8Array.of(0x58, 0x20));
const SUITE = joined("suite");
const LENGTH = concat(SUITE, Uint8Array.of(1), key("bodyLen"));
const APPEND = concat(key("appendId"), Uint8Array.of(0x50));
const HASH = concat(key("bodyHash"), Uint8Array.of(0x58, 0x20));

/**
 * Reads the header of an ordinary entry in its one canonical form, some twenty times faster than decoding, encoding
 * again and checking a schema. Null for anything else: then the slow way decides.
 */
export function readPlainHeader(bytes: Uint8Array): PlainHeader | null {
  let at = 0;
  const literal = (expected: Uint8Array): boolean => {
    const end = at + expected.length;
    for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return false;
    at = end;
    return true;
  };
  const number = (major: number): number => {
    const first = bytes[at] ?? 0xff;
    if (first >> 5 !== major) return -1;
    const info = first & 31;
    if (info < 24) {
      at += 1;
      return info;
    }
    const size = info === 24 ? 1 : info === 25 ? 2 : info === 26 ? 4 : info === 27 ? 8 : 0;
    if (size === 0 || at + 1 + size > bytes.length) return -1;
    let value = 0;
    for (let i = 1; i <= size; i++) value = value * 256 + (bytes[at + i] ?? 0);
    const least = size === 1 ? 24 : size === 2 ? 0x100 : size === 4 ? 0x1_0000 : 0x1_0000_0000;
    if (value < least || !Number.isSafeInteger(value)) return -1;
    at += 1 + size;
    return value;
  };
  const take = (length: number): Bytes => {
    at += length;
    return new Uint8Array(bytes.subarray(at - length, at));
  };
  if (bytes.length > LIMITS.headerBytes || !literal(START)) return null;
  const gen = number(0);
  if (gen < 0 || gen > 0xffff_ffff || !literal(KIND)) return null;
  const count = number(4);
  if (count < 0 || count > LIMITS.entryBlobs) return null;
  const blobs: Bytes[] = [];
  for (let i = 0; i < count; i++) {
    if (bytes[at] !== 0x50) return null;
    at += 1;
    blobs.push(take(16));
  }
  if (!literal(EPOCH)) return null;
  const epoch = number(0);
  if (epoch < 0 || !literal(LOG)) return null;
  const logId = take(32);
  if (!literal(LENGTH)) return null;
  const bodyLen = number(0);
  if (bodyLen < 0 || bodyLen > LIMITS.entryBodyBytes || !literal(APPEND)) return null;
  const appendId = take(16);
  if (!literal(HASH)) return null;
  const bodyHash = take(32);
  return at === bytes.length && bodyHash.length === 32
    ? { gen, epoch, logId, appendId, bodyLen, bodyHash, blobs }
    : null;
}
