/** Drop places for recovery. */
import type { Migration } from "./index.ts";

/** Nothing here belongs to an account: whoever asks for help has none at hand. */
export const recovery: Migration = {
  version: 5,
  name: "recovery",
  up: `
    CREATE TABLE drops (
      place INTEGER PRIMARY KEY,
      drop_id BLOB NOT NULL UNIQUE,
      reader BLOB NOT NULL,
      request BLOB NOT NULL,
      expires INTEGER NOT NULL,
      items INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX drops_expires ON drops (expires);
    CREATE INDEX drops_empty ON drops (place) WHERE items = 0;
    CREATE TABLE drop_items (
      id INTEGER PRIMARY KEY,
      place INTEGER NOT NULL REFERENCES drops ON DELETE CASCADE,
      item BLOB NOT NULL,
      UNIQUE (place, item)
    );
  `,
};
