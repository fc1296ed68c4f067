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
    hash: bytes32,
  }),
  response: object({ complete: v.boolean() }),
};
export const blobsGet = {
  request: object({ logId: bytes32, token: bytes(256, 16), blobId: bytes16, index: chunkIndex }),
  response: object({
    chunk: bytes(LIMITS.chunkBytes),
    chunks: uint(LIMITS.blobChunks),
    bytes: uint(),
  }),
};
