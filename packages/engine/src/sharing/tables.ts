/** The device's tables of links for people outside. */
import type { Migration } from "../store/migrate.ts";

/**
 * - `handouts`, `intakes`: one's links and drop boxes, with the seed of each. A row is there before the node has it (`making`), so that what a
 *   crash cuts off is known and taken back. `gone`: it was ended here or elsewhere; kept till its time would have been over, so that no other
 *   device brings it back.
 * - `intake_items`: what was left, as the node lists it; `note` is the opened CBOR, null where it cannot be opened.
 * - `handouts.chosen`: the ids of what was chosen, JSON; of many, some. `intakes.into_space`, `into_folder`: where its files are meant for ('' the top).
 * - `intake_items.seen`: the person has had it on the screen.
 * - `intake_saves`: what is being taken over into a space, by which upload; till the file stands in the space and is gone here.
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
  {
    version: 2,
    up: `
ALTER TABLE handouts ADD COLUMN chosen TEXT NOT NULL DEFAULT '[]';
ALTER TABLE intakes ADD COLUMN into_space TEXT;
ALTER TABLE intakes ADD COLUMN into_folder TEXT;
ALTER TABLE intake_items ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
CREATE TABLE intake_saves (
  intake_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  upload_id TEXT NOT NULL,
  log_id TEXT NOT NULL,
  file_id TEXT NOT NULL,
  PRIMARY KEY (intake_id, item_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX intake_saves_upload ON intake_saves (upload_id);
`,
  },
];
