/** First letters: what was counted today, which tokens are spent, which nodes are blocked, what people reported. */
import type { Migration } from "./index.ts";

/** `name` in counts is a keyed hash: who wrote to whom, and how often, does not stand here. */
export const requests: Migration = {
  version: 20,
  name: "requests",
  up: `
    CREATE TABLE request_counts (
      name BLOB PRIMARY KEY,
      day INTEGER NOT NULL,
      count INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX request_counts_day ON request_counts (day);
    CREATE TABLE request_spent (
      token BLOB PRIMARY KEY,
      letter_id BLOB NOT NULL,
      until INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX request_spent_until ON request_spent (until);
    CREATE TABLE blocked_nodes (
      node TEXT PRIMARY KEY,
      since INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE node_reports (
      report INTEGER PRIMARY KEY,
      report_id BLOB NOT NULL UNIQUE,
      account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
      at INTEGER NOT NULL,
      content BLOB NOT NULL
    );
    CREATE INDEX node_reports_account ON node_reports (account);
  `,
};
