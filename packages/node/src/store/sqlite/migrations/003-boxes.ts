/** Boxes: letters, revoked addresses, wakes. */
import type { Migration } from "./index.ts";

/**
 * A letter that its owner has deleted keeps its id for a while with no content, so that a repeat is recognised;
 * `forget_after` is null while the letter is there. `bytes` is what counts against the box's quota.
 */
export const boxes: Migration = {
  version: 3,
  name: "boxes",
  up: `
    CREATE TABLE boxes (
      box INTEGER PRIMARY KEY,
      box_id BLOB NOT NULL UNIQUE,
      account INTEGER NOT NULL REFERENCES accounts,
      bytes INTEGER NOT NULL DEFAULT 0,
      last_seq INTEGER NOT NULL DEFAULT 0,
      last_wake INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX boxes_account ON boxes (account);
    CREATE TABLE letters (
      id INTEGER PRIMARY KEY,
      box INTEGER NOT NULL REFERENCES boxes,
      seq INTEGER NOT NULL,
      letter_id BLOB NOT NULL,
      forget_after INTEGER,
      letter BLOB,
      UNIQUE (box, letter_id)
    );
    CREATE UNIQUE INDEX letters_seq ON letters (box, seq) WHERE forget_after IS NULL;
    CREATE INDEX letters_forget ON letters (forget_after) WHERE forget_after IS NOT NULL;
    CREATE TABLE box_revoked (
      box INTEGER NOT NULL REFERENCES boxes,
      address_id BLOB NOT NULL,
      until INTEGER NOT NULL,
      PRIMARY KEY (box, address_id)
    ) WITHOUT ROWID;
    CREATE INDEX box_revoked_until ON box_revoked (until);
    CREATE TABLE box_wakes (
      box INTEGER NOT NULL REFERENCES boxes,
      address_id BLOB NOT NULL,
      wake INTEGER NOT NULL,
      PRIMARY KEY (box, address_id)
    ) WITHOUT ROWID;
  `,
};
