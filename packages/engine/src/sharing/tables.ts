/** The device's tables of links for people outside. */
import type { Migration } from "../store/migrate.ts";

/**
 * - `handouts`, `intakes`: one's links and drop boxes, with the seed of each. A row is there before the node has it (`making`), so that what a
 *   crash cuts off is known and taken back. `gone`: it was ended here or elsewhere; kept till its time would have been over, so that no other
 *   device brings it back.
 * - `intake_items`: what was left, as the node lists it; `note` is the opened CBOR, null where it cannot be opened.
 * - `vault_sharing`: what another device has put into the vault, until it is taken over.
 */
export const SHARING_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    up: `
CREATE TABLE handouts (
  handout_id TEXT PRIMARY KEY,
  seed BLOB NOT NULL,
  space_id TEXT NOT NULL,
  hub TEXT NOT NULL,
  title TEXT NOT NULL,
  files INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  passphrase INTEGER NOT NULL,
  made INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  takes INTEGER,
  state TEXT NOT NULL,
  taken INTEGER NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0,
  checked INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE intakes (
  intake_id TEXT PRIMARY KEY,
  seed BLOB NOT NULL,
  node TEXT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  files INTEGER NOT NULL,
  made INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  state TEXT NOT NULL,
  used_bytes INTEGER NOT NULL DEFAULT 0,
  used_files INTEGER NOT NULL DEFAULT 0,
  whole INTEGER NOT NULL DEFAULT 0,
  checked INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE intake_items (
  intake_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  note BLOB,
  chunks INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (intake_id, item_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE vault_sharing (id INTEGER PRIMARY KEY, part BLOB NOT NULL) STRICT;
`,
  },
];
