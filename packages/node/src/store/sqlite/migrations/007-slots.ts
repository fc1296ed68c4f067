/** Rejoin slots: one for each commit, of which the newest few are kept, so that a void brings the former one back. */
import type { Migration } from "./index.ts";

/** A row stands for the time from the commit at `seq` on (0: before the first). A void deletes rows. */
export const slots: Migration = {
  version: 7,
  name: "slots",
  up: `
    ALTER TABLE logs DROP COLUMN slot;
    CREATE TABLE log_slots (
      id INTEGER PRIMARY KEY,
      log INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      outer_key BLOB,
      slot BLOB,
      UNIQUE (log, seq)
    );
  `,
};
