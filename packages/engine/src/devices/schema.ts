/** This area's own local tables. */
import type { Migration } from "../store/migrate.ts";

export const DEVICES_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    up: `
-- Per space, what its log has said of members' devices: the newest roll of each identity, and devices that sign out.
CREATE TABLE space_rolls (log_id TEXT NOT NULL, identity_id TEXT NOT NULL, roll BLOB NOT NULL, PRIMARY KEY (log_id, identity_id)) STRICT, WITHOUT ROWID;
CREATE TABLE device_leaves (log_id TEXT NOT NULL, device TEXT NOT NULL, PRIMARY KEY (log_id, device)) STRICT, WITHOUT ROWID;
-- One's own devices as they tell each other in the vault. used: days since 1970; named: when the name was given.
CREATE TABLE own_devices (
  device TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  named INTEGER NOT NULL,
  added INTEGER NOT NULL,
  used INTEGER NOT NULL,
  gone INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
-- The roll of this account, and keys that the identity had: a hub may know a steward by one of them.
CREATE TABLE own_roll (one INTEGER PRIMARY KEY CHECK (one = 1), roll BLOB NOT NULL) STRICT;
CREATE TABLE former_identity_keys (seq INTEGER PRIMARY KEY, key BLOB NOT NULL) STRICT;
-- Events of the newest page, shown before the history up to them was read.
CREATE TABLE shown_ahead (log_id TEXT NOT NULL, event_id TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (log_id, event_id)) STRICT, WITHOUT ROWID;
-- Outlives what is wiped when somebody signs out.
CREATE TABLE _device_notes (note TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
-- Devices that are being removed. told: the node has done its part. total: spaces that the device may have been in.
CREATE TABLE removals (device TEXT PRIMARY KEY, told INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
`,
  },
  {
    version: 2,
    up: `
-- What other devices of the person have seen of the vault: the newest, and what spaces' logs said, not opened yet.
CREATE TABLE vault_floor (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TABLE floors_told (log_id TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
`,
  },
];
