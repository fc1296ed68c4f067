import type { Bytes } from "@baraza/protocol";
import { concat, LIMITS, paddedSize } from "@baraza/protocol";
import { expect, test } from "vitest";
import {
  blobCipher,
  contentHash,
  createFileKey,
  locate,
  openChunk,
  openStream,
  packBlob,
  PIECE,
  pieceHash,
  pieceLength,
  PLAIN_CHUNK,
  SEALED_CHUNK,
  sealStream,
  streamLayout,
  unpackBlobChunk,
} from "./files.ts";
import { randomBytes } from "./primitives.ts";
import { counting, flipped, refuses } from "./test-helpers.ts";

const key = createFileKey();

async function all(source: AsyncIterable<Bytes>): Promise<Bytes[]> {
  const out: Bytes[] = [];
  for await (const piece of source) out.push(piece);
  return out;
}
const seal = (plain: Bytes) => all(sealStream(key, plain.length, [plain]));
const open = async (size: number, chunks: Iterable<Bytes>) =>
  concat(...(await all(openStream(key, size, chunks))));

test("a file of any size comes back, in sealed chunks whose number shows only its padded size", async () => {
  for (const size of [
    0,
    1,
    2048,
    PLAIN_CHUNK - 1,
    PLAIN_CHUNK,
    PLAIN_CHUNK + 1,
    3 * PLAIN_CHUNK,
    1_500_000,
  ]) {
    const plain = randomBytes(size);
    const chunks = await seal(plain);
    const layout = streamLayout(size);
    expect(chunks.length).toBe(layout.chunks);
    expect(concat(...chunks).length).toBe(layout.sealed);
    expect(layout.padded).toBe(paddedSize(size));
    expect(await open(size, chunks)).toEqual(plain);
  }
});

test("the source may come in pieces of any size, and blob chunks are 1 MiB", async () => {
  const plain = randomBytes(2_500_000);
  const pieces = [0, 1, 70_000, 70_001, 1_200_000].map((at, i, list) =>
    plain.subarray(at, list[i + 1] ?? plain.length),
  );
  const packed = await all(packBlob(sealStream(key, plain.length, pieces)));
  expect(packed.slice(0, -1).every((chunk) => chunk.length === LIMITS.chunkBytes)).toBe(true);
  expect(packed.length).toBe(streamLayout(plain.length).blobChunks);
  expect(await open(plain.length, packed)).toEqual(plain);
});

test("any part can be opened by itself", async () => {
  const plain = randomBytes(2_500_000);
  const packed = await all(packBlob(sealStream(key, plain.length, [plain])));
  for (const offset of [0, 65_519, 65_520, 1_100_000, 2_499_999]) {
    const { index, blobChunk, within } = locate(offset);
    const sealed = unpackBlobChunk(packed[blobChunk] ?? new Uint8Array())[within];
    if (sealed === undefined) throw new Error("no chunk");
    const opened = await openChunk(key, plain.length, index, sealed);
    expect(opened[offset - index * PLAIN_CHUNK]).toBe(plain[offset]);
    await refuses(() => openChunk(key, plain.length, index + 1, sealed), "bad_stream");
  }
  await refuses(() => openChunk(key, plain.length, -1, new Uint8Array(SEALED_CHUNK)), "bad_stream");
});

test("chunks that were dropped, repeated, moved, cut off, added or changed are noticed", async () => {
  const plain = randomBytes(4 * PLAIN_CHUNK);
  const chunks = await seal(plain);
  const [a, b, c, ...rest] = chunks;
  if (a === undefined || b === undefined || c === undefined) throw new Error("too few");
  const last = rest.at(-1) ?? a;
  const broken: Bytes[][] = [
    [b, c, ...rest],
    [a, a, b, c, ...rest],
    [b, a, c, ...rest],
    chunks.slice(0, -1),
    [...chunks, last],
    [...chunks.slice(0, -1), last.slice(0, last.length - 1)],
    [flipped(a, 100), b, c, ...rest],
    [],
  ];
  for (const each of broken) await refuses(() => open(plain.length, each), "bad_stream");
});

test("another size, key or file is noticed", async () => {
  const plain = counting(1, 5000);
  const chunks = await seal(plain);
  await refuses(() => open(4999, chunks), "bad_stream");
  await refuses(() => open(50_000_000, chunks), "bad_stream");
  await refuses(() => all(openStream(createFileKey(), 5000, chunks)), "bad_stream");
  expect(await open(5000, chunks)).toEqual(plain);
});

test("a source with more or fewer bytes than announced is refused", async () => {
  await refuses(() => all(sealStream(key, 10, [counting(0, 11)])), "bad_stream");
  await refuses(() => all(sealStream(key, 10, [counting(0, 9)])), "bad_stream");
  await refuses(() => all(sealStream(key, -1, [])), "bad_input");
  await refuses(() => streamLayout(2 ** 40), "bad_input");
});

test("blob chunks that are sealed and opened one by one, in any order, are those of the stream", async () => {
  for (const size of [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 5000]) {
    const plain = randomBytes(size);
    const whole = await all(packBlob(sealStream(key, size, [plain])));
    const cipher = await blobCipher(key, size);
    expect(whole).toHaveLength(cipher.layout.blobChunks);
    for (let index = whole.length - 1; index >= 0; index--) {
      const piece = plain.slice(index * PIECE, index * PIECE + PIECE);
      expect(piece).toHaveLength(pieceLength(size, index));
      const sealed = await cipher.seal(index, piece);
      expect(sealed).toEqual(whole[index]);
      expect(await cipher.open(index, sealed)).toEqual(piece);
    }
  }
});

test("a blob chunk in another's place, cut, or changed does not open; a piece of another length is not sealed", async () => {
  const size = PIECE + 100;
  const cipher = await blobCipher(key, size);
  const first = await cipher.seal(0, randomBytes(PIECE));
  await refuses(() => cipher.open(1, first), "bad_stream");
  await refuses(() => cipher.open(0, first.subarray(0, SEALED_CHUNK - 1)), "bad_stream");
  await refuses(() => cipher.open(0, flipped(first, 70_000)), "bad_stream");
  await refuses(() => cipher.open(2, first), "bad_stream");
  await refuses(() => cipher.seal(1, randomBytes(99)), "bad_stream");
});

test("the hash of a content tells its length and every piece apart", async () => {
  const plain = randomBytes(PIECE + 10);
  const pieces = [await pieceHash(plain.slice(0, PIECE)), await pieceHash(plain.slice(PIECE))];
  const hash = contentHash(plain.length, pieces);
  expect(hash).toHaveLength(32);
  expect(contentHash(plain.length, pieces.toReversed())).not.toEqual(hash);
  expect(contentHash(plain.length - 1, pieces)).not.toEqual(hash);
  expect(() => contentHash(plain.length, pieces.slice(1))).toThrow("bad_input");
  expect(contentHash(0, [])).toHaveLength(32);
});
