/** The operations of blobs: which chunks there are, where their files lie, what keeps them. */
import type { Bytes } from "@baraza/protocol";

export type BlobState = {
  chunks: number;
  have: number[];
  complete: boolean;
  expires: number | null;
};
export type ChunkFile = { file: Bytes; size: number; hash: Bytes };

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
    /** Those of the files that no chunk uses. */
    unused(arg: { files: Bytes[] }): Bytes[];
    /** Chunks in the order of their files' names, for checks. `after` starts empty. */
    chunkFiles(arg: { after: Bytes; limit: number }): (ChunkFile & { referenced: boolean })[];
  };
};
