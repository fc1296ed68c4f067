/** The key log: its leaves and what they say, complete subtrees, the index, and what was seen of other nodes' logs. */
import type { Migration } from "./index.ts";

/**
 * `keylog_leaves.content` opens the leaf's commitments; it goes when the account is deleted, and the leaf then says nothing
 * to anybody any more. Subtrees of level 0 are the leaves' own hashes. `keylog_index.entry` is the number of the leaf that a
 * subtree's only entry leads to.
 */
export const keylog: Migration = {
  version: 8,
  name: "keylog",
  up: `
    CREATE TABLE keylog_places (
      account INTEGER PRIMARY KEY REFERENCES accounts,
      place BLOB NOT NULL UNIQUE,
      proof BLOB NOT NULL,
      latest INTEGER,
      seq INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE keylog_leaves (
      at INTEGER PRIMARY KEY,
      leaf BLOB NOT NULL,
      account INTEGER,
      seq INTEGER NOT NULL,
      content BLOB
    );
    CREATE INDEX keylog_leaves_account ON keylog_leaves (account, seq) WHERE account IS NOT NULL;
    CREATE TABLE keylog_subtrees (
      level INTEGER NOT NULL,
      position INTEGER NOT NULL,
      hash BLOB NOT NULL,
      PRIMARY KEY (level, position)
    ) WITHOUT ROWID;
    CREATE TABLE keylog_index (
      subtree BLOB PRIMARY KEY,
      hash BLOB NOT NULL,
      place BLOB,
      entry INTEGER
    ) WITHOUT ROWID;
    CREATE TABLE keylog_heads (
      node TEXT PRIMARY KEY,
      size INTEGER NOT NULL,
      head BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE keylog_proofs (
      proof INTEGER PRIMARY KEY,
      node TEXT NOT NULL,
      first BLOB NOT NULL,
      second BLOB NOT NULL,
      UNIQUE (node, first, second)
    );
  `,
};
