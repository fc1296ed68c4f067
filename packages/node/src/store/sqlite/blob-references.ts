/** What the logs ask of the blobs inside an append's own transaction, so that an entry and what it names stand together. */
import type { Bytes } from "@baraza/protocol";
import { ProtocolError } from "@baraza/protocol";
import { findBlob, isComplete } from "./blob-rows.ts";
import type { Db } from "./database.ts";

/** An entry that names blobs. */
export type BlobReferences = { logId: Bytes; seq: number; blobIds: readonly Bytes[] };

/** Keeps blobs alive for an entry. @throws ProtocolError `blob_incomplete` when one is not there or not complete. */
export function referenceBlobs(db: Db, { logId, seq, blobIds }: BlobReferences): void {
  for (const blobId of blobIds) {
    const blob = findBlob(db, logId, blobId);
    if (blob === undefined || !isComplete(blob)) throw new ProtocolError("blob_incomplete");
    const added = db.run(
      "INSERT OR IGNORE INTO blob_refs (blob, seq) VALUES (?, ?)",
      blob.blob,
      seq,
    );
    db.run("UPDATE blobs SET refs = refs + ? WHERE blob = ?", added, blob.blob);
  }
}

/**
 * For an entry that is brought from another hub: blobs that are there are kept for it; those that come later as well (blobs.ts).
 */
export function wantBlobs(db: Db, { logId, seq, blobIds }: BlobReferences): void {
  for (const blobId of blobIds) {
    const blob = findBlob(db, logId, blobId);
    if (blob !== undefined && isComplete(blob))
      referenceBlobs(db, { logId, seq, blobIds: [blobId] });
    else
      db.run(
        "INSERT OR IGNORE INTO blob_wants (log_id, blob_id, seq) VALUES (?, ?, ?)",
        logId,
        blobId,
        seq,
      );
  }
}

/**
 * The opposite, for an entry whose body is dropped: a blob that nothing else names is collected after `expires`
 * (milliseconds).
 */
export function releaseBlobs(
  db: Db,
  { logId, seq, blobIds, expires }: BlobReferences & { expires: number },
): void {
  for (const blobId of blobIds) {
    const blob = findBlob(db, logId, blobId);
    if (blob === undefined) continue;
    const gone = db.run("DELETE FROM blob_refs WHERE blob = ? AND seq = ?", blob.blob, seq);
    db.run(
      "UPDATE blobs SET refs = refs - ?, expires = max(expires, ?) WHERE blob = ?",
      gone,
      expires,
      blob.blob,
    );
  }
}

/**
 * Nothing that stands before an entry keeps these blobs any longer: they are collected after `expires` (milliseconds), unless
 * the same entry or one behind it names them. Blobs that are not there (yet, or any more) are passed over.
 */
export function letGoOfBlobs(
  db: Db,
  { logId, seq, blobIds, expires }: BlobReferences & { expires: number },
): void {
  for (const blobId of blobIds) {
    db.run(
      "DELETE FROM blob_wants WHERE log_id = ? AND blob_id = ? AND seq < ?",
      logId,
      blobId,
      seq,
    );
    const blob = findBlob(db, logId, blobId);
    if (blob === undefined) continue;
    const gone = db.run("DELETE FROM blob_refs WHERE blob = ? AND seq < ?", blob.blob, seq);
    if (gone > 0)
      db.run(
        "UPDATE blobs SET refs = refs - ?, expires = max(expires, ?) WHERE blob = ?",
        gone,
        expires,
        blob.blob,
      );
  }
}

/** Lets go of all blobs of a log that is deleted or kept elsewhere: they are collected after `expires` (milliseconds). */
export function dropBlobs(db: Db, logId: Bytes, expires: number): void {
  db.run("DELETE FROM blob_refs WHERE blob IN (SELECT blob FROM blobs WHERE log_id = ?)", logId);
  db.run("DELETE FROM blob_wants WHERE log_id = ?", logId);
  db.run("DELETE FROM blob_sources WHERE log_id = ?", logId);
  db.run("UPDATE blobs SET refs = 0, expires = ? WHERE log_id = ?", expires, logId);
}
