/** Where a space has been kept, and hand-overs that this device follows or carries out. */
import type { Migration } from "../store/migrate.ts";

const TABLES = `
-- Hubs of former generations: what they signed still counts for their time.
CREATE TABLE former_hubs (
  log_id TEXT NOT NULL,
  gen INTEGER NOT NULL,
  hub TEXT NOT NULL,
  hub_key BLOB NOT NULL,
  PRIMARY KEY (log_id, gen)
) STRICT, WITHOUT ROWID;

-- Decisions that were followed: by the generation that they begin. Base is the last position before it, once that is read.
CREATE TABLE hub_moves (
  log_id TEXT NOT NULL,
  gen INTEGER NOT NULL,
  decision BLOB NOT NULL,
  -- This device sees to it that the new hub has everything, and opens it there.
  mine INTEGER NOT NULL,
  -- The old hub has closed: there is nothing more than what was read there. Else others are told, to bring what they have.
  closed INTEGER NOT NULL DEFAULT 0,
  told INTEGER NOT NULL DEFAULT 0,
  base INTEGER,
  since INTEGER NOT NULL,
  PRIMARY KEY (log_id, gen)
) STRICT, WITHOUT ROWID;
`;

/** The token with which this device opened a place at the new hub. */
const TOKEN = "ALTER TABLE hub_moves ADD COLUMN token BLOB";

export const HANDOVER_MIGRATIONS: readonly Migration[] = [
  { version: 1, up: TABLES },
  { version: 2, up: TOKEN },
];
export const HANDOVER_TABLES = ["former_hubs", "hub_moves"] as const;
