/** Logs: their state, entries, seats and spent tokens. */
import type { Migration } from "./index.ts";

/**
 * An entry's rowid is `log * 2^30 + seq`: one tree holds each log's entries side by side, without a second index.
 * (2^23 logs of 2^30 entries; a store outgrows SQLite before that.) `hour` is coarse on purpose: it is kept only for
 * retention.
 */
export const logs: Migration = {
  version: 1,
  name: "logs",
  up: `
    CREATE TABLE logs (
      log INTEGER PRIMARY KEY,
      log_id BLOB NOT NULL UNIQUE,
      genesis BLOB NOT NULL,
      gen INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      head BLOB NOT NULL,
      epoch INTEGER NOT NULL,
      posting_key BLOB NOT NULL,
      last_commit_seq INTEGER NOT NULL,
      stewards BLOB NOT NULL,
      kind TEXT NOT NULL,
      slot BLOB,
      time INTEGER NOT NULL,
      keep_ms INTEGER NOT NULL DEFAULT 0,
      expired_seq INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE log_entries (
      id INTEGER PRIMARY KEY,
      hour INTEGER NOT NULL,
      header BLOB NOT NULL,
      sigs BLOB NOT NULL,
      body BLOB NOT NULL
    );
    CREATE TABLE log_append_ids (
      log INTEGER NOT NULL,
      append_id BLOB NOT NULL,
      seq INTEGER NOT NULL,
      PRIMARY KEY (log, append_id)
    ) WITHOUT ROWID;
    CREATE TABLE log_seated (
      log INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      kind TEXT NOT NULL,
      epoch INTEGER NOT NULL,
      seat_id BLOB NOT NULL,
      void INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (log, seq)
    ) WITHOUT ROWID;
    CREATE TABLE log_seats (
      seat INTEGER PRIMARY KEY,
      log INTEGER NOT NULL,
      seat_id BLOB NOT NULL,
      seat_key BLOB NOT NULL,
      added_seq INTEGER NOT NULL,
      removed_seq INTEGER,
      removed_end BLOB,
      push_node TEXT,
      push_address BLOB,
      push_wrap_key BLOB,
      push_time INTEGER NOT NULL DEFAULT 0,
      behind_seq INTEGER,
      UNIQUE (log, seat_id)
    );
    CREATE INDEX log_seats_behind ON log_seats (push_node) WHERE behind_seq IS NOT NULL;
    CREATE TABLE log_tokens (token BLOB PRIMARY KEY, log_id BLOB NOT NULL) WITHOUT ROWID;
  `,
};
