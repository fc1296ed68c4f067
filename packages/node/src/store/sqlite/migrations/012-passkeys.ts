/** Passkeys, beside the ways that they are. */
import type { Migration } from "./index.ts";

export const passkeys: Migration = {
  version: 12,
  name: "passkeys",
  up: `
    CREATE TABLE passkeys (
      account INTEGER NOT NULL REFERENCES accounts,
      way_id BLOB NOT NULL,
      credential_id BLOB NOT NULL UNIQUE,
      public_key BLOB NOT NULL,
      algorithm INTEGER NOT NULL,
      counter INTEGER NOT NULL,
      PRIMARY KEY (account, way_id)
    );
  `,
};
