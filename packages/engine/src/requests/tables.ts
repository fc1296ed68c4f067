/** Tables of first letters on this device. What strangers wrote, and whom one blocks, are marks: they travel (tools/marks). */
import type { Migration } from "../store/migrate.ts";

const TABLES = `
-- What one wrote to somebody, until they come. request: the CBOR of what is put before them; null: it lies there.
CREATE TABLE requests_out (
  identity_id TEXT PRIMARY KEY,
  log_id TEXT NOT NULL,
  card_id TEXT NOT NULL,
  node TEXT NOT NULL,
  address TEXT NOT NULL,
  request BLOB,
  state TEXT NOT NULL,
  tries INTEGER NOT NULL,
  next_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_out_of ON requests_out (log_id);
CREATE TRIGGER requests_space_gone AFTER DELETE ON spaces BEGIN
  DELETE FROM requests_out WHERE log_id = old.log_id;
END;
-- Whether a stranger's address is theirs: what this device found out.
CREATE TABLE request_checks (
  identity_id TEXT PRIMARY KEY,
  record TEXT NOT NULL,
  tries INTEGER NOT NULL,
  next_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

export const REQUESTS_MIGRATIONS: readonly Migration[] = [{ version: 1, up: TABLES }];
