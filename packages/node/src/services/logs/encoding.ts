/** Canonical CBOR by hand where it is hot: it gives and takes exactly what the codec of protocol does (checked by tests). */
import type { Bytes, Head, Signatures } from "@baraza/protocol";
import { concat, encodeCbor, utf8 } from "@baraza/protocol";

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
const MAP1 = Uint8Array.of(0xa1);
const MAP2 = Uint8Array.of(0xa2);
const MAP3 = Uint8Array.of(0xa3);
const MAP4 = Uint8Array.of(0xa4);
const MAP6 = Uint8Array.of(0xa6);
const BATCH = concat(MAP2, key("batch"), MAP3, key("count"));
const INDEX = key("index");
const DIGEST = key("digest");
const POSTING = key("posting");
const SEQ = key("seq");
const SEQS = key("seqs");
const BODY = key("body");
const SIGS = key("sigs");
const HEADER = key("header");
const GEN = key("gen");
const SIG = key("sig");
const HEAD = key("head");
const TIME = key("time");
const LOG_ID = key("logId");

/**
 * The signatures that are kept with each of `count` entries: for a single one as they came, for a batch the posting
 * signature with the entry's place.
 */
export function signaturesOfEach(sigs: Signatures, digest: Bytes, count: number): Bytes[] {
  if (count === 1) return [encodeSingle(sigs)];
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

/** A posting signature alone, as on almost every entry, needs no codec. */
function encodeSingle(sigs: Signatures): Bytes {
  const { posting } = sigs;
  if (posting === undefined || Object.keys(sigs).length !== 1) return encodeCbor(sigs);
  return concat(MAP1, POSTING, cborHead(2, posting.length), posting);
}

/** The CBOR of a head. */
export function encodeHead({ logId, gen, seq, head, time, sig }: Head): Bytes {
  return concat(
    MAP6,
    GEN,
    cborHead(0, gen),
    SEQ,
    cborHead(0, seq),
    SIG,
    cborHead(2, sig.length),
    sig,
    HEAD,
    cborHead(2, head.length),
    head,
    TIME,
    cborHead(0, time),
    LOG_ID,
    cborHead(2, logId.length),
    logId,
  );
}

/** The CBOR of the response of `logs.append`. */
export function encodeAppended(seqs: readonly number[], head: Bytes): Bytes {
  return concat(
    MAP2,
    HEAD,
    head,
    SEQS,
    cborHead(4, seqs.length),
    ...seqs.map((seq) => cborHead(0, seq)),
  );
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
