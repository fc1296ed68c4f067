/** The local tables of content (see cache.ts). */
import type { Migration } from "../store/migrate.ts";

/**
 * `blob_chunks`: Sealed chunks that lie on this device: small ones here, others among its private files, one file each.
 * `blob_chunks.held`: 1: not to be dropped, as it is not at the hub yet.
 * `blob_pins`: What a person keeps on this device: blobs that are not dropped.
 */
const CHUNKS = `
CREATE TABLE blob_chunks (
  log_id TEXT NOT NULL,
  blob_id TEXT NOT NULL,
  idx INTEGER NOT NULL,
  size INTEGER NOT NULL,
  used INTEGER NOT NULL,
  held INTEGER NOT NULL,
  bytes BLOB,
  UNIQUE (blob_id, idx)
) STRICT;
CREATE INDEX blob_chunks_by_use ON blob_chunks (held, used);
CREATE INDEX blob_chunks_sizes ON blob_chunks (blob_id, size);
CREATE TABLE blob_pins (blob_id TEXT PRIMARY KEY, log_id TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE blob_room (one INTEGER PRIMARY KEY CHECK (one = 1), bytes INTEGER NOT NULL) STRICT;
`;

/**
 * `blob_hubs`: What the hub said last of a space's blobs: what they take and may take. `gen` is the generation that the rest is about:
 * how often this device has looked what is missing there, when it looks again (NULL: there is nothing to bring), and how it stood.
 */
const HUBS = `
CREATE TABLE blob_hubs (
  log_id TEXT PRIMARY KEY,
  bytes INTEGER,
  quota INTEGER,
  gen INTEGER NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0,
  due INTEGER,
  standing TEXT NOT NULL DEFAULT 'whole'
) STRICT, WITHOUT ROWID;
CREATE TRIGGER blob_hubs_gone AFTER DELETE ON spaces BEGIN
  DELETE FROM blob_hubs WHERE log_id = old.log_id;
END;
`;

export const BLOB_MIGRATIONS: readonly Migration[] = [
  { version: 1, up: CHUNKS },
  { version: 2, up: HUBS },
];
