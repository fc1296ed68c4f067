/** Packages on their way here, people who moved away, names of closed accounts. */
import type { Migration } from "./index.ts";

/**
 * `moved` outlives the account: it answers where somebody went. Names are kept as hashes under the node's secret, so that
 * the file holds no name of somebody who has gone. `closed` recognises a repeated request, by a value that only whoever
 * asked can tell apart from a random one.
 */
export const moving: Migration = {
  version: 13,
  name: "moving",
  up: `
    CREATE TABLE move_drops (
      drop_id BLOB PRIMARY KEY,
      sealed BLOB NOT NULL,
      expires INTEGER NOT NULL
    );
    CREATE INDEX move_drops_expires ON move_drops (expires);
    CREATE TABLE moved (
      identity_id BLOB PRIMARY KEY,
      name_hash BLOB NOT NULL,
      statement BLOB NOT NULL,
      asked INTEGER NOT NULL,
      until INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX moved_name ON moved (name_hash);
    CREATE INDEX moved_until ON moved (until);
    CREATE TABLE forwards (
      account INTEGER PRIMARY KEY REFERENCES accounts,
      node TEXT,
      address BLOB,
      until INTEGER NOT NULL,
      next_at INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE resting_names (
      name_hash BLOB PRIMARY KEY,
      owner_hash BLOB NOT NULL,
      until INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE closed (
      subject BLOB PRIMARY KEY,
      deleted TEXT NOT NULL,
      time INTEGER NOT NULL,
      name_rests INTEGER NOT NULL,
      until INTEGER NOT NULL
    ) WITHOUT ROWID;
  `,
};
