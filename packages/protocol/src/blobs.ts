/** Blobs: sealed bytes at a hub, in chunks of at most 1 MiB, alive while an entry of the log names them. */
import * as v from "valibot";
import { LIMITS } from "./limits.ts";
import { bytes, bytes16, bytes32, object, time, uint } from "./schema.ts";

const chunkIndex = uint(LIMITS.blobChunks - 1);

/** Announces a blob of `chunks` chunks; repeating it with the same numbers resumes and says which chunks are there. */
export const blobsCreate = {
  request: object({
    logId: bytes32,
    token: bytes(256, 16),
    blobId: bytes16,
    chunks: v.pipe(uint(LIMITS.blobChunks), v.minValue(1)),
    bytes: uint(),
  }),
  /** `have` is a bit set, least significant bit of byte 0 first. */
  response: object({
    have: bytes(LIMITS.blobChunks / 8),
    complete: v.boolean(),
    expires: v.nullable(time),
  }),
};
export const blobsPut = {
  request: object({
    logId: bytes32,
    token: bytes(256, 16),
    blobId: bytes16,
    index: chunkIndex,
    chunk: bytes(LIMITS.chunkBytes, 1),
    /** SHA-256 of the chunk, for whoever wants the hub to check what arrives. */
    hash: v.optional(bytes32),
  }),
  response: object({ complete: v.boolean() }),
};
/** Whole blobs of one chunk each, for many small contents at once: all of them are there when it is answered, or none. Repeats are harmless. */
export const blobsBatch = {
  request: object({
    logId: bytes32,
    token: bytes(256, 16),
    blobs: v.pipe(
      v.array(object({ blobId: bytes16, chunk: bytes(LIMITS.batchChunkBytes, 1) })),
      v.minLength(1),
      v.maxLength(LIMITS.batchBlobs),
    ),
  }),
  response: object({}),
};
export const blobsGet = {
  request: object({ logId: bytes32, token: bytes(256, 16), blobId: bytes16, index: chunkIndex }),
  response: object({
    chunk: bytes(LIMITS.chunkBytes),
    chunks: uint(LIMITS.blobChunks),
    bytes: uint(),
  }),
};
