/** Copies of logs: which nodes keep one of a log of this node, and whose log this node keeps a copy of. */
import type { Migration } from "./index.ts";

/**
 * `mirrors`: CBOR of the nodes that the stewards named. `mirror_of`: CBOR of the hub and its key, where this is a copy. `receipt`: CBOR
 * of what the hub signed last for it: it is read up to there. `used`: the day on which a copy was last fed,
 * so that one that nobody needs goes in the end.
 */
export const mirrors: Migration = {
  version: 16,
  name: "mirrors",
  up: `
    ALTER TABLE logs ADD COLUMN mirrors BLOB;
    ALTER TABLE logs ADD COLUMN mirror_of BLOB;
    ALTER TABLE logs ADD COLUMN receipt BLOB;
    ALTER TABLE logs ADD COLUMN used INTEGER;
    CREATE INDEX logs_mirrored ON logs (log) WHERE mirrors IS NOT NULL;
    CREATE INDEX logs_mirror_of ON logs (log) WHERE mirror_of IS NOT NULL;
  `,
};
