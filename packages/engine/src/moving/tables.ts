/**
 * The tables of taking everything along. Explained here, not inside, since what is inside is part of every first visit.
 *
 * `archive_jobs`: the archive that is being made, or is ready to be taken away, one at a time; `seal` is its key, the hash of its
 * header and what begins the file, `chunks` and `bytes` are what is on the disk. `archive_imports`: the one that is being read.
 * `restored`: spaces that came out of one and that this device has no place in: to be read, not written.
 * `own_moves`: this person's own moves; published: the former node has said that it knows. `moves_heard`: statements that came,
 * not checked yet; `moves`: where others went, checked, with all keys (`chainOf`) that whoever signed it had. `departures`: the package that waits at the new node, or has to be
 * brought there. `move_contacts`: whom to write where one is now. `closing`: the account is being closed, or is closed.
 */
import type { Migration } from "../store/migrate.ts";

export const MOVING_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    up: `
CREATE TABLE archive_jobs (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT,
  file TEXT NOT NULL,
  seal BLOB,
  words TEXT NOT NULL,
  chunks INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  cursor TEXT,
  done INTEGER NOT NULL DEFAULT 0,
  total INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE archive_imports (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id TEXT NOT NULL,
  seal BLOB NOT NULL,
  account BLOB NOT NULL,
  size INTEGER NOT NULL,
  chunks INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  state TEXT NOT NULL,
  spaces INTEGER NOT NULL DEFAULT 0,
  events INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE restored (log_id TEXT PRIMARY KEY, import_id TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TRIGGER restored_alive AFTER INSERT ON spaces WHEN new.state = 'active' BEGIN
  DELETE FROM restored WHERE log_id = new.log_id;
END;
CREATE TRIGGER restored_gone AFTER DELETE ON spaces BEGIN
  DELETE FROM restored WHERE log_id = old.log_id;
END;
`,
  },
  {
    version: 2,
    up: `
CREATE TABLE own_moves (
  seq INTEGER PRIMARY KEY,
  statement BLOB NOT NULL,
  from_name TEXT NOT NULL,
  from_node TEXT NOT NULL,
  to_name TEXT NOT NULL,
  to_node TEXT NOT NULL,
  at INTEGER NOT NULL,
  published INTEGER NOT NULL DEFAULT 0,
  keep_days INTEGER
) STRICT;
CREATE TABLE moves_heard (identity_id TEXT NOT NULL, statement BLOB NOT NULL, PRIMARY KEY (identity_id, statement)) STRICT, WITHOUT ROWID;
CREATE TABLE moves (
  identity_id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  from_address TEXT NOT NULL,
  to_address TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE departures (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  to_node TEXT NOT NULL,
  secret BLOB NOT NULL,
  sealed BLOB NOT NULL,
  invitation BLOB,
  expires INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE move_contacts (identity_id TEXT PRIMARY KEY, reply BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE closing (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  nonce BLOB NOT NULL,
  receipt BLOB,
  untold TEXT NOT NULL DEFAULT '[]'
) STRICT;
`,
  },
  { version: 3, up: "ALTER TABLE moves ADD COLUMN chain BLOB NOT NULL DEFAULT x'';" },
];

/** What `move.status` reads. */
export const MOVE_TABLES = [
  "account",
  "departures",
  "own_moves",
  "places",
  "spaces",
  "move_contacts",
  "members",
  "outbox",
  "proposals",
  "hub_moves",
] as const;
