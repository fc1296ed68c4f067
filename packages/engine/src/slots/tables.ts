/** What this device keeps for rejoin slots. */
import type { Migration } from "../store/migrate.ts";

const TABLES = `
-- The secret of the slot that stands, the one before (for a void), and whether the slot is as it should be.
ALTER TABLE spaces ADD COLUMN slot_secret BLOB;
ALTER TABLE spaces ADD COLUMN slot_before BLOB;
ALTER TABLE spaces ADD COLUMN slot_good INTEGER NOT NULL DEFAULT 1;

-- From which this account's rejoin keys derive, in all spaces; that of the highest version is the present one.
CREATE TABLE rejoin_secrets (secret BLOB PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Spaces to come back into by the slot, unless somebody lets this device in first. Once a rejoin is made, its exact bytes
-- stand here until the hub has answered, and with them the state that they lead to.
CREATE TABLE rejoins (
  log_id TEXT PRIMARY KEY,
  state TEXT NOT NULL DEFAULT 'asking',
  next_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  -- The device that this one takes the place of: the hash of its certificate.
  replaces TEXT,
  request BLOB,
  pending BLOB
) STRICT, WITHOUT ROWID;
`;

export const SLOT_MIGRATIONS: readonly Migration[] = [{ version: 1, up: TABLES }];
