/** What the logs ask of the blobs inside an append's own transaction, so that an entry and what it names stand together. */
import type { Bytes } from "@baraza/protocol";
import { ProtocolError } from "@baraza/protocol";
import type { Db } from "./database.ts";

/**
 * Keeps blobs alive for an entry. @throws ProtocolError `blob_incomplete` when one is not there or not complete.
 * Rows of `blobs(blob_id, log_id, complete, ...)` belong to the blobs service.
 */
export type ReferenceBlobs = (
  db: Db,
  arg: { logId: Bytes; seq: number; blobIds: readonly Bytes[] },
) => void;

/** No blob is in the store yet, so none can be named. The blobs service puts its own in place. */
export const referenceBlobs: ReferenceBlobs = (_db, { blobIds }) => {
  if (blobIds.length > 0) throw new ProtocolError("blob_incomplete");
};
