/** Where the content of a log is that came from another hub. */
import type { Migration } from "./index.ts";

/**
 * `logs.hub`: the hub by the last hand-over that stands in the log; NULL: the one that the genesis names.
 * `blob_sources`: the hub before, with its key. `decision`: CBOR, by which it gives the content here. `told`: when it was told that
 * all of it is here.
 */
export const blobSources: Migration = {
  version: 18,
  name: "blob sources",
  up: `
    ALTER TABLE logs ADD COLUMN hub TEXT;
    CREATE TABLE blob_sources (
      log_id BLOB PRIMARY KEY,
      node TEXT NOT NULL,
      node_key BLOB NOT NULL,
      decision BLOB NOT NULL,
      told INTEGER
    ) WITHOUT ROWID;
  `,
};
