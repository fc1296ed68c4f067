import { expect, test } from "vitest";
import type { Bytes } from "./bytes.ts";
import { encodeCbor } from "./cbor.ts";
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from "./rpc.ts";

const bytes = (length: number, first = 1): Bytes =>
  Uint8Array.from({ length }, (_, index) => (first + index * 7) & 255);
const put = (chunk: Bytes) => ({
  logId: bytes(32),
  token: bytes(56),
  blobId: bytes(16),
  index: 300,
  chunk,
});

test.each([1, 100, 32 * 1024, 65_535, 65_536, 65_537, 1024 * 1024])(
  "a chunk of %i bytes travels in the codec's own bytes, whichever way they were made and read",
  (length) => {
    const request = put(bytes(length, 9));
    const made = encodeRequest("blobs.put", request);
    expect(Buffer.from(made).equals(encodeCbor(request))).toBe(true);
    expect(decodeRequest("blobs.put", made)).toEqual(request);
    const response = { chunk: request.chunk, chunks: 3, bytes: 3_000_000 };
    const answered = encodeResponse("blobs.get", response);
    expect(Buffer.from(answered).equals(encodeCbor(response))).toBe(true);
    expect(decodeResponse("blobs.get", 200, answered)).toEqual(response);
  },
);

test("a request with a hash, or with fields of a later version, is read by the codec", () => {
  const request = { ...put(bytes(100_000)), hash: bytes(32), later: true };
  expect(decodeRequest("blobs.put", encodeCbor(request))).toEqual(request);
});

test("a chunk that is too long, cut off, or followed by something is refused", () => {
  const whole = encodeCbor(put(bytes(100_000)));
  const refused = { code: "malformed" };
  expect(() => decodeRequest("blobs.put", whole.subarray(0, 90_000))).toThrow(
    expect.objectContaining(refused),
  );
  expect(() => decodeRequest("blobs.put", whole.subarray(0, whole.length - 1))).toThrow(
    expect.objectContaining(refused),
  );
  const more = new Uint8Array(whole.length + 1);
  more.set(whole);
  expect(() => decodeRequest("blobs.put", more)).toThrow(expect.objectContaining(refused));
  const large = encodeCbor(put(bytes(1024 * 1024 + 1)));
  expect(() => decodeRequest("blobs.put", large)).toThrow(expect.objectContaining(refused));
  expect(() => encodeRequest("blobs.put", put(bytes(1024 * 1024 + 1)))).toThrow(
    expect.objectContaining(refused),
  );
});
