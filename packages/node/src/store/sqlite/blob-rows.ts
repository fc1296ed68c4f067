/** A log's blobs as rows: for what keeps them, and for the entries that name them. */
import type { Bytes } from "@baraza/protocol";
import type { Db } from "./database.ts";

export type BlobRow = {
  blob: number;
  chunks: number;
  bytes: number;
  storedChunks: number;
  storedBytes: number;
  refs: number;
  expires: number;
};

export const SELECT_BLOB = `SELECT blob, log_id AS logId, chunks, bytes, stored_chunks AS storedChunks,
  stored_bytes AS storedBytes, refs, expires FROM blobs`;

/** A blob of a log, for the entries that name it too. */
export function findBlob(db: Db, logId: Bytes, blobId: Bytes): BlobRow | undefined {
  return db.get<BlobRow>(`${SELECT_BLOB} WHERE log_id = ? AND blob_id = ?`, logId, blobId);
}

/** True when all chunks are there. */
export function isComplete(blob: BlobRow): boolean {
  return blob.storedChunks === blob.chunks;
}
