/** The operations of blobs: which chunks there are, where their files lie, what keeps them. */
import type { Bytes, DecisionProof } from "@baraza/protocol";

export type BlobState = {
  chunks: number;
  have: number[];
  complete: boolean;
  expires: number | null;
};
export type ChunkFile = { file: Bytes; size: number; hash: Bytes };

/** The hub that kept a log before, with the decision by which it gives the content to this node. */
export type BlobSource = {
  logId: Bytes;
  node: string;
  nodeKey: Bytes;
  decision: DecisionProof;
  /** When it was told that all of it is here; null: not yet. */
  told: number | null;
};

export type BlobsOperations = {
  write: {
    /**
     * Announces a blob, or finds it again.
     * @throws blob_conflict (other numbers), quota_exceeded (the log's or the node's).
     */
    create(arg: {
      logId: Bytes;
      blobId: Bytes;
      chunks: number;
      bytes: number;
      expires: number;
      quota: { log: number; node: number };
    }): BlobState;
    /**
     * Adds a chunk whose file is durable. `kept` is false when the same chunk was there already: its file is not needed.
     * @throws not_found, blob_conflict (another chunk stands there), malformed (sizes do not add up).
     */
    addChunk(arg: { logId: Bytes; blobId: Bytes; index: number; chunk: ChunkFile }): {
      kept: boolean;
      complete: boolean;
    };
    /**
     * Adds whole blobs of one chunk each, whose files are durable: all, or none.
     * @returns the files that are not needed, since the same blob was there
     * @throws blob_conflict, quota_exceeded
     */
    addWhole(arg: {
      logId: Bytes;
      blobs: { blobId: Bytes; chunk: ChunkFile }[];
      expires: number;
      quota: { log: number; node: number };
    }): { unused: Bytes[] };
    /** Forgets blobs that nothing names and whose time is over; gives the files that nobody needs now. */
    collect(arg: { now: number; limit: number }): Bytes[];
    /** The hub before was told; with null it is needed no longer. */
    sourceTold(arg: { logId: Bytes; told: number | null }): void;
    /** Lets go of all blobs of a log that has gone to another hub: they are collected after `expires`. */
    letGo(arg: { logId: Bytes; expires: number }): void;
  };
  read: {
    /** The chunk that stands at an index, if any. @throws not_found */
    peek(arg: { logId: Bytes; blobId: Bytes; index: number }): {
      chunk: ChunkFile | null;
      complete: boolean;
    };
    /** @throws not_found, blob_incomplete (the chunk is not there yet). */
    chunk(arg: { logId: Bytes; blobId: Bytes; index: number }): ChunkFile & {
      chunks: number;
      bytes: number;
    };
    /** What the blobs of a log take, and those of all logs. */
    used(arg: { logId: Bytes }): { log: number; node: number };
    /** Blobs that entries of a log name and that are not (wholly) here, by their ids behind `after` (empty at first). */
    missing(arg: { logId: Bytes; after: Bytes; limit: number }): {
      blobIds: Bytes[];
      more: boolean;
    };
    /** Those of some blobs that entries name and that are not (wholly) here. */
    wanted(arg: { logId: Bytes; blobIds: Bytes[] }): Bytes[];
    /** Where the content of logs comes from; of one, or of all. */
    sources(arg: { logId: Bytes | null }): BlobSource[];
    /**
     * The key of the node that a log has gone to, or may go to, by a decision.
     * @throws log_not_found, log_moved (to another), stale_generation, malformed, not_steward, steward_majority, bad_signature
     */
    successor(arg: { logId: Bytes; decision: DecisionProof }): Bytes;
    /** Those of the files that no chunk uses. */
    unused(arg: { files: Bytes[] }): Bytes[];
    /** Chunks in the order of their files' names, for checks. `after` starts empty. */
    chunkFiles(arg: { after: Bytes; limit: number }): (ChunkFile & { referenced: boolean })[];
  };
};
