/** What the engine keeps about its node. */
import type { Migration } from "../store/migrate.ts";

export const ADMIN_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    up: `
CREATE TABLE standing (one INTEGER PRIMARY KEY CHECK (one = 1), standing TEXT NOT NULL) STRICT;
CREATE TABLE journal (
  number INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  by_name TEXT,
  act TEXT NOT NULL,
  subject TEXT,
  detail TEXT NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE TABLE journal_rewritten (one INTEGER PRIMARY KEY CHECK (one = 1), at INTEGER NOT NULL) STRICT;
-- Invitations before the node has them: a batch that was cut off goes on with the same codes.
CREATE TABLE invitation_batches (
  batch TEXT NOT NULL,
  place INTEGER NOT NULL,
  code BLOB NOT NULL,
  label BLOB NOT NULL,
  invitee TEXT NOT NULL,
  expires INTEGER NOT NULL,
  uses INTEGER NOT NULL,
  PRIMARY KEY (batch, place)
) STRICT, WITHOUT ROWID;
`,
  },
];
