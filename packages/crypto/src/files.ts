/**
 * Files: AES-256-GCM over chunks with the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizar 2015): each
 * chunk's nonce holds its index and whether it is the last, so chunks cannot be moved, dropped or cut off.
 *
 * A sealed chunk is 1 MiB (1,048,560 bytes of plaintext and the tag): a blob chunk, which a hub stores and gives as a whole. Zeros
 * after the content bring it to a padded size; the true size travels with the key, in the event that names the blob.
 */
import type { Bytes } from "@baraza/protocol";
import { concat, LABELS, LIMITS, paddedSize, utf8 } from "@baraza/protocol";
import { CryptoError } from "./errors.ts";
import { hkdf, isBytes, needBytes, randomBytes, sha256 } from "./primitives.ts";

const TAG = 16;
/** Bytes of a sealed chunk, and of the plaintext in it. The last may be shorter. */
export const SEALED_CHUNK = LIMITS.chunkBytes;
export const PLAIN_CHUNK = SEALED_CHUNK - TAG;
/** Sealed chunks in one blob chunk. */
const CHUNKS_PER_BLOB_CHUNK = LIMITS.chunkBytes / SEALED_CHUNK;
export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** A random key for one file. 32 bytes; never use it for a second one. */
export function createFileKey(): Bytes {
  return randomBytes(32);
}

/** What sealing makes of a file of `size` bytes. */
export type StreamLayout = { padded: number; chunks: number; sealed: number; blobChunks: number };

/** @throws CryptoError `bad_input` for sizes that do not fit a blob. */
export function streamLayout(size: number): StreamLayout {
  if (!Number.isSafeInteger(size) || size < 0) throw new CryptoError("bad_input");
  const padded = paddedSize(size);
  const chunks = Math.ceil(padded / PLAIN_CHUNK);
  const blobChunks = chunks;
  if (blobChunks > LIMITS.blobChunks) throw new CryptoError("bad_input");
  return { padded, chunks, sealed: padded + chunks * TAG, blobChunks };
}

/** Seals `size` bytes of a source into sealed chunks. @throws CryptoError `bad_stream` when the source has more or fewer. */
export async function* sealStream(
  fileKey: Bytes,
  size: number,
  source: ByteSource,
): AsyncGenerator<Bytes> {
  const { chunks } = streamLayout(size);
  const stream = await openKey(fileKey);
  let index = 0;
  for await (const plain of rechunk(padding(source, size), PLAIN_CHUNK)) {
    yield await stream.seal(index, index === chunks - 1, plain);
    index += 1;
  }
}

/** Opens sealed bytes, in pieces of any size, to the file's bytes. @throws CryptoError `bad_stream`. */
export async function* openStream(
  fileKey: Bytes,
  size: number,
  sealed: ByteSource,
): AsyncGenerator<Bytes> {
  const { chunks } = streamLayout(size);
  const stream = await openKey(fileKey);
  let index = 0;
  for await (const chunk of rechunk(sealed, SEALED_CHUNK)) {
    if (index >= chunks) throw new CryptoError("bad_stream");
    const plain = cut(await stream.open(index, index === chunks - 1, chunk), index, size);
    index += 1;
    if (plain.length > 0) yield plain;
  }
  if (index !== chunks) throw new CryptoError("bad_stream");
}

/** Opens one sealed chunk anywhere in a file: its bytes from `index * PLAIN_CHUNK` on. @throws CryptoError `bad_stream`. */
export async function openChunk(
  fileKey: Bytes,
  size: number,
  index: number,
  chunk: Bytes,
): Promise<Bytes> {
  const { chunks } = streamLayout(size);
  if (!Number.isSafeInteger(index) || index < 0 || index >= chunks || !isBytes(chunk))
    throw new CryptoError("bad_stream");
  const stream = await openKey(fileKey);
  return cut(await stream.open(index, index === chunks - 1, chunk), index, size);
}

/** Plain bytes in one blob chunk: what {@link BlobSealer} takes at a time, and what {@link contentHash} counts in. */
export const PIECE = PLAIN_CHUNK;

/** Seals or opens the blob chunks of one content, in any order. */
export type BlobCipher = {
  readonly layout: StreamLayout;
  /**
   * One blob chunk from the content's bytes from `index * PIECE` on ({@link PIECE} of them, fewer where the content ends). Never
   * seal other bytes at the same index: one key has one content. @throws CryptoError `bad_stream` when the length is wrong.
   */
  seal(index: number, piece: Bytes): Promise<Bytes>;
  /** The content's bytes of one blob chunk. @throws CryptoError `bad_stream` */
  open(index: number, chunk: Bytes): Promise<Bytes>;
};

/** @throws CryptoError `bad_input` for sizes that do not fit a blob, or no key. */
export async function blobCipher(fileKey: Bytes, size: number): Promise<BlobCipher> {
  const layout = streamLayout(size);
  const stream = await openKey(fileKey);
  const last = layout.chunks - 1;
  const paddedLength = (index: number) => {
    if (!Number.isSafeInteger(index) || index < 0 || index >= layout.blobChunks)
      throw new CryptoError("bad_stream");
    return Math.min(PIECE, layout.padded - index * PIECE);
  };
  return {
    layout,
    async seal(index, piece) {
      const padded = paddedLength(index);
      if (piece.length !== pieceLength(size, index)) throw new CryptoError("bad_stream");
      let plain = piece;
      if (piece.length < padded) {
        plain = new Uint8Array(padded);
        plain.set(piece);
      }
      return stream.seal(index, index === last, plain);
    },
    async open(index, chunk) {
      if (!isBytes(chunk) || chunk.length !== paddedLength(index) + TAG)
        throw new CryptoError("bad_stream");
      return cut(await stream.open(index, index === last, chunk), index, size);
    },
  };
}

/** How many bytes of a content of `size` bytes are in its piece `index`; what lies behind is padding. */
export function pieceLength(size: number, index: number): number {
  return Math.max(0, Math.min(PIECE, size - index * PIECE));
}

/** SHA-256 of one piece, by the platform. */
export async function pieceHash(piece: Bytes): Promise<Bytes> {
  return new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", piece));
}

/**
 * The hash of a content: `SHA-256("baraza/content-hash/1" || size as uint64 || SHA-256(piece 0) || SHA-256(piece 1) ...)`, over its
 * pieces of {@link PIECE} bytes, the last as long as it comes; of an empty content there is none.
 */
export function contentHash(size: number, pieces: readonly Bytes[]): Bytes {
  if (pieces.length !== Math.ceil(size / PIECE)) throw new CryptoError("bad_input");
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(size));
  return sha256(utf8(LABELS.contentHash), length, ...pieces);
}

/** Packs sealed chunks into blob chunks of 1 MiB; the last may be shorter. */
export function packBlob(chunks: ByteSource): AsyncGenerator<Bytes> {
  return rechunk(chunks, LIMITS.chunkBytes);
}

/** The sealed chunks in one blob chunk. */
export function unpackBlobChunk(blobChunk: Bytes): Bytes[] {
  const out: Bytes[] = [];
  for (let at = 0; at < blobChunk.length; at += SEALED_CHUNK)
    out.push(blobChunk.subarray(at, at + SEALED_CHUNK));
  return out;
}

/** Where a byte of the file is: its sealed chunk, the blob chunk that holds it, and its place in there. */
export function locate(offset: number): { index: number; blobChunk: number; within: number } {
  const index = Math.floor(offset / PLAIN_CHUNK);
  return {
    index,
    blobChunk: Math.floor(index / CHUNKS_PER_BLOB_CHUNK),
    within: index % CHUNKS_PER_BLOB_CHUNK,
  };
}

async function openKey(fileKey: Bytes) {
  needBytes(fileKey, 32);
  const { subtle } = globalThis.crypto;
  const derived = hkdf(fileKey, new Uint8Array(), LABELS.blob, 32 + 7);
  const key = await subtle.importKey("raw", derived.slice(0, 32), "AES-GCM", false, [
    "encrypt",
    "decrypt",
  ]);
  const prefix = derived.slice(32);
  const parameters = (index: number, last: boolean) => {
    const iv = new Uint8Array(12);
    iv.set(prefix);
    new DataView(iv.buffer).setUint32(7, index);
    iv[11] = last ? 1 : 0;
    return { name: "AES-GCM", iv };
  };
  return {
    seal: async (index: number, last: boolean, plain: Bytes): Promise<Bytes> =>
      new Uint8Array(await subtle.encrypt(parameters(index, last), key, plain)),
    open: async (index: number, last: boolean, sealed: Bytes): Promise<Bytes> => {
      try {
        return new Uint8Array(await subtle.decrypt(parameters(index, last), key, sealed));
      } catch {
        throw new CryptoError("bad_stream");
      }
    },
  };
}

/** Takes the padding off; that it is zeros is checked so that one content has one sealed form. */
function cut(plain: Bytes, index: number, size: number): Bytes {
  const { padded } = streamLayout(size);
  const start = index * PLAIN_CHUNK;
  const end = Math.min(plain.length, Math.max(0, size - start));
  if (
    plain.length !== Math.min(PLAIN_CHUNK, padded - start) ||
    plain.subarray(end).some((byte) => byte !== 0)
  )
    throw new CryptoError("bad_stream");
  return plain.subarray(0, end);
}

async function* padding(source: ByteSource, size: number): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const piece of source) {
    seen += piece.length;
    if (seen > size) throw new CryptoError("bad_stream");
    yield piece;
  }
  if (seen !== size) throw new CryptoError("bad_stream");
  let left = paddedSize(size) - size;
  while (left > 0) {
    const zeros = Math.min(left, PLAIN_CHUNK);
    yield new Uint8Array(zeros);
    left -= zeros;
  }
}

/** The same bytes in pieces of exactly `size`, the last as long as it comes. */
async function* rechunk(source: ByteSource, size: number): AsyncGenerator<Bytes> {
  let parts: Uint8Array[] = [];
  let held = 0;
  for await (let piece of source) {
    while (held + piece.length >= size) {
      const take = size - held;
      yield concat(...parts, piece.subarray(0, take));
      piece = piece.subarray(take);
      parts = [];
      held = 0;
    }
    if (piece.length > 0) {
      parts.push(piece);
      held += piece.length;
    }
  }
  if (held > 0) yield concat(...parts);
}
