/** Blobs: their chunks' files, the entries that name them, what they take. */
import type { Migration } from "./index.ts";

/** `blob_usage` counts announced bytes per log; the row with the empty log id is the node's sum. */
export const blobs: Migration = {
  version: 4,
  name: "blobs",
  up: `
    CREATE TABLE blobs (
      blob INTEGER PRIMARY KEY,
      log_id BLOB NOT NULL,
      blob_id BLOB NOT NULL,
      chunks INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      stored_chunks INTEGER NOT NULL DEFAULT 0,
      stored_bytes INTEGER NOT NULL DEFAULT 0,
      refs INTEGER NOT NULL DEFAULT 0,
      expires INTEGER NOT NULL,
      UNIQUE (log_id, blob_id)
    );
    CREATE INDEX blobs_expires ON blobs (expires) WHERE refs = 0;
    CREATE TABLE blob_chunks (
      blob INTEGER NOT NULL REFERENCES blobs,
      chunk INTEGER NOT NULL,
      file BLOB NOT NULL,
      size INTEGER NOT NULL,
      hash BLOB NOT NULL,
      PRIMARY KEY (blob, chunk)
    ) WITHOUT ROWID;
    CREATE UNIQUE INDEX blob_chunks_file ON blob_chunks (file);
    CREATE TABLE blob_refs (
      blob INTEGER NOT NULL REFERENCES blobs,
      seq INTEGER NOT NULL,
      PRIMARY KEY (blob, seq)
    ) WITHOUT ROWID;
    CREATE TABLE blob_usage (log_id BLOB PRIMARY KEY, bytes INTEGER NOT NULL) WITHOUT ROWID;
  `,
};
