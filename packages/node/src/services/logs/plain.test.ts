import fc from "fast-check";
import type { Bytes, EntryHeader } from "@baraza/protocol";
import { decodeRequest, encodeCbor, entryHeader, LIMITS, readAs } from "@baraza/protocol";
import { expect, test } from "vitest";
import { randomBytes } from "../../crypto-fast.ts";
import { encodeContent } from "../push/content.ts";
import { encodeAppended, encodeHead, encodeStoredEntry, signaturesOfEach } from "./encoding.ts";
import { encodeAppend, testLog } from "./log.testing.ts";
import { readPlainAppend, readPlainHeader } from "./plain.ts";

const blob = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((b) => b.slice());
const numbers = fc.oneof(
  fc.constantFrom(
    0,
    23,
    24,
    255,
    256,
    65_535,
    65_536,
    0xffff_ffff,
    0x1_0000_0000,
    Number.MAX_SAFE_INTEGER,
  ),
  fc.nat(),
);
const plainHeader = fc.record({
  v: fc.constant(1 as const),
  suite: fc.constant(1 as const),
  logId: blob(32),
  gen: numbers.map((n) => Math.min(n, 0xffff_ffff)),
  kind: fc.constant("entry" as const),
  epoch: numbers,
  appendId: blob(16),
  bodyLen: numbers.map((n) => n % (LIMITS.entryBodyBytes + 1)),
  bodyHash: blob(32),
  blobs: fc.array(blob(16), { maxLength: LIMITS.entryBlobs }),
});

/** One byte changed, left out, doubled, or the end cut. */
const damage = fc.record({
  at: fc.nat(),
  to: fc.nat(255),
  way: fc.constantFrom("set", "drop", "double", "cut"),
});
function damaged(bytes: Bytes, { at, to, way }: { at: number; to: number; way: string }): Bytes {
  const place = at % bytes.length;
  if (way === "cut") return bytes.slice(0, place);
  const rest = bytes.slice(place + 1);
  const middle =
    way === "set" ? [to] : way === "drop" ? [] : [bytes[place] ?? 0, bytes[place] ?? 0];
  return new Uint8Array([...bytes.slice(0, place), ...middle, ...rest]);
}

const slowly = (bytes: Bytes): EntryHeader | null => {
  try {
    return readAs(entryHeader, bytes, LIMITS.headerBytes);
  } catch {
    return null;
  }
};
const partsOf = (header: EntryHeader | null) =>
  header && {
    gen: header.gen,
    epoch: header.epoch,
    logId: header.logId,
    appendId: header.appendId,
    bodyLen: header.bodyLen,
    bodyHash: header.bodyHash,
    blobs: header.blobs,
  };

test("every ordinary header is read by hand, as the codec reads it", () => {
  fc.assert(
    fc.property(plainHeader, (header) => {
      const bytes = encodeCbor(header);
      expect(readPlainHeader(bytes)).toEqual(partsOf(slowly(bytes)));
      expect(readPlainHeader(bytes)).not.toBeNull();
    }),
  );
});

test("a header that is read by hand is one that codec and schema accept, with the same parts", () => {
  fc.assert(
    fc.property(plainHeader, damage, (header, change) => {
      const bytes = damaged(encodeCbor(header), change);
      const fast = readPlainHeader(bytes);
      if (fast !== null) expect(fast).toEqual(partsOf(slowly(bytes)));
    }),
    { numRuns: 3000 },
  );
});

test("headers of other kinds, and with further fields, are left to the codec", () => {
  const log = testLog("localhost:1");
  expect(readPlainHeader(log.commit(log.seat).entries[0]?.header ?? new Uint8Array())).toBeNull();
  const entry = log.entry().entries[0]?.header ?? new Uint8Array();
  expect(readPlainHeader(encodeCbor({ ...slowly(entry), more: 1 }))).toBeNull();
});

test("a plain append is read by hand as codec and schema read it, however it is damaged", () => {
  const log = testLog("localhost:1");
  const requests = [
    log.entry({}, undefined, 0),
    log.entry({}, undefined, 300),
    log.batch(3, 30),
    log.batch(24, 1),
  ];
  const encoded = requests.map(encodeAppend);
  for (const [index, bytes] of encoded.entries()) {
    expect(readPlainAppend(bytes)).toEqual(decodeRequest("logs.append", bytes));
    expect(readPlainAppend(bytes)).toEqual(requests[index]);
  }
  fc.assert(
    fc.property(fc.constantFrom(...encoded), damage, (whole, change) => {
      const bytes = damaged(whole, change);
      const fast = readPlainAppend(bytes);
      if (fast !== null) expect(fast).toEqual(decodeRequest("logs.append", bytes));
    }),
    { numRuns: 3000 },
  );
});

test("what is written by hand is what the codec writes", () => {
  const [posting, digest, header, body] = [
    randomBytes(64),
    randomBytes(32),
    randomBytes(200),
    randomBytes(3000),
  ];
  const head = {
    logId: randomBytes(32),
    gen: 0,
    seq: 70_000,
    head: digest,
    time: Date.now(),
    sig: posting,
  };
  expect(encodeHead(head)).toEqual(encodeCbor(head));
  expect(encodeAppended([1, 70_000], encodeHead(head))).toEqual(
    encodeCbor({ seqs: [1, 70_000], head }),
  );
  expect(signaturesOfEach({ posting }, digest, 1)).toEqual([encodeCbor({ posting })]);
  const seated = { posting, seat: posting, next: posting };
  expect(signaturesOfEach(seated, digest, 1)).toEqual([encodeCbor(seated)]);
  for (const count of [2, 24, 300]) {
    expect(signaturesOfEach({ posting }, digest, count)).toEqual(
      Array.from({ length: count }, (_, index) =>
        encodeCbor({ posting, batch: { digest, index, count } }),
      ),
    );
  }
  const entry = { seq: 5, header, body, sigs: { posting } };
  const fast = encodeStoredEntry(5, header, encodeCbor({ posting }), body);
  expect(fast).toEqual(encodeCbor(entry));
  const { logId } = head;
  expect(encodeContent(logId, 5, head, fast)).toEqual(encodeCbor({ logId, seq: 5, entry, head }));
  expect(encodeContent(logId, 5, head, null)).toEqual(encodeCbor({ logId, seq: 5, head }));
});
