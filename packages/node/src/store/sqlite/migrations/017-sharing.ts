/** Links for people outside: files that are given (handouts), and places where files are left (intakes). */
import type { Migration } from "./index.ts";

/**
 * `reader`, `owner`, `writer` and `ticket` are hashes of secrets that are shown. A handout belongs to nobody: the node knows its log only.
 * An intake belongs to an account, and goes with it. An item without a note is still being uploaded.
 */
export const sharing: Migration = {
  version: 17,
  name: "sharing",
  up: `
    CREATE TABLE handouts (
      handout INTEGER PRIMARY KEY,
      handout_id BLOB NOT NULL UNIQUE,
      log_id BLOB NOT NULL,
      reader BLOB NOT NULL,
      owner BLOB NOT NULL,
      manifest BLOB NOT NULL,
      expires INTEGER NOT NULL,
      takes INTEGER,
      taken INTEGER NOT NULL DEFAULT 0,
      tries INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX handouts_log ON handouts (log_id);
    CREATE INDEX handouts_expires ON handouts (expires);
    CREATE TABLE handout_blobs (
      handout INTEGER NOT NULL REFERENCES handouts ON DELETE CASCADE,
      blob_id BLOB NOT NULL,
      PRIMARY KEY (handout, blob_id)
    ) WITHOUT ROWID;
    CREATE TABLE handout_tickets (
      handout INTEGER NOT NULL REFERENCES handouts ON DELETE CASCADE,
      ticket BLOB NOT NULL,
      expires INTEGER NOT NULL,
      PRIMARY KEY (handout, ticket)
    ) WITHOUT ROWID;
    CREATE INDEX handout_tickets_expires ON handout_tickets (expires);
    CREATE TABLE intakes (
      intake INTEGER PRIMARY KEY,
      intake_id BLOB NOT NULL UNIQUE,
      account INTEGER NOT NULL REFERENCES accounts,
      writer BLOB NOT NULL,
      notice BLOB NOT NULL,
      expires INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      files INTEGER NOT NULL
    );
    CREATE INDEX intakes_account ON intakes (account);
    CREATE INDEX intakes_expires ON intakes (expires);
    CREATE TABLE intake_items (
      item INTEGER PRIMARY KEY AUTOINCREMENT,
      intake INTEGER NOT NULL REFERENCES intakes ON DELETE CASCADE,
      item_id BLOB NOT NULL,
      chunks INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      begun INTEGER NOT NULL,
      note BLOB,
      at INTEGER,
      UNIQUE (intake, item_id)
    );
    CREATE INDEX intake_items_begun ON intake_items (begun) WHERE note IS NULL;
  `,
};
