/** Ways into an account. */
import type { Migration } from "./index.ts";

/**
 * `sign_key` is whose signature signs in, for ways that have one; it belongs to one way of one account, so that a
 * signature alone says who comes.
 */
export const ways: Migration = {
  version: 9,
  name: "ways",
  up: `
    CREATE TABLE ways (
      row INTEGER PRIMARY KEY,
      account INTEGER NOT NULL REFERENCES accounts,
      way_id BLOB NOT NULL,
      way TEXT NOT NULL,
      sign_key BLOB UNIQUE,
      UNIQUE (account, way_id)
    );
  `,
};
