/** A log that comes from another hub, or has gone to one. */
import type { Migration } from "./index.ts";

/** `gathering`, `moved`: CBOR of the decision. `base`: CBOR of the last position that was taken over. */
export const handover: Migration = {
  version: 14,
  name: "handover",
  up: `
    ALTER TABLE logs ADD COLUMN gathering BLOB;
    ALTER TABLE logs ADD COLUMN moved BLOB;
    ALTER TABLE logs ADD COLUMN base BLOB;
    CREATE TABLE blob_wants (
      log_id BLOB NOT NULL,
      blob_id BLOB NOT NULL,
      seq INTEGER NOT NULL,
      PRIMARY KEY (log_id, blob_id, seq)
    ) WITHOUT ROWID;
  `,
};
