/** Blobs: sealed bytes at a hub, in chunks of at most 1 MiB, alive while an entry of the log names them. */
import * as v from "valibot";
import { LIMITS } from "./limits.ts";
import { decisionProof } from "./log.ts";
import { bytes, bytes16, bytes32, nodeName, object, signature, time, uint } from "./schema.ts";

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

/** What a log's blobs take and may take, and which of those that its entries name the hub does not have (yet). */
export const blobsState = {
  request: object({
    logId: bytes32,
    token: bytes(256, 16),
    /** Goes on with `missing` behind this one. */
    after: v.optional(bytes16),
  }),
  response: object({
    /** Padded bytes of all blobs of the log, and the most that they may come to here. */
    bytes: uint(),
    quota: uint(),
    /** In the order of their ids. */
    missing: v.pipe(v.array(bytes16), v.maxLength(LIMITS.blobsMissing)),
    more: v.boolean(),
    /** The hub before gives them: members need not, and cannot, bring them. */
    coming: v.boolean(),
    /** There is no room here for all of them: what is missing is read from the hub before, as long as that is there. */
    full: v.boolean(),
  }),
};

/**
 * At the hub that kept a log before: a chunk for the node that keeps it now, by the stewards' `decision`. Signed with that
 * node's key over `"baraza/blob-fetch/1" || H(cbor without sig and decision)`; `to` is the node that is asked.
 */
export const blobsFetch = {
  request: object({
    logId: bytes32,
    blobId: bytes16,
    index: chunkIndex,
    to: nodeName,
    time,
    sig: signature,
    decision: decisionProof,
  }),
  response: blobsGet.response,
};

/**
 * The same node has all of them: the hub before lets go of what it has of the log, after `LIMITS.blobRestMs`. Signed over
 * `"baraza/blob-let-go/1" || H(cbor without sig and decision)`.
 */
export const blobsLetGo = {
  request: object({
    logId: bytes32,
    to: nodeName,
    time,
    sig: signature,
    decision: decisionProof,
  }),
  response: object({}),
};
