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

const MIRRORS = `
-- Nodes that keep a copy of a space, as the stewards named them. Opened: this device has asked its own node for a place.
-- Until: the date of the hub's receipt that it showed. Reading: its copy is read while the hub does not answer.
CREATE TABLE space_mirrors (
  log_id TEXT NOT NULL,
  node TEXT NOT NULL,
  key BLOB NOT NULL,
  opened INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'unknown',
  until INTEGER,
  reading INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (log_id, node)
) STRICT, WITHOUT ROWID;

-- Decisions about hand-overs that this device cannot judge yet: it has not read who leads by now.
CREATE TABLE heard_moves (
  log_id TEXT NOT NULL,
  id TEXT NOT NULL,
  gen INTEGER NOT NULL,
  decision BLOB NOT NULL,
  PRIMARY KEY (log_id, id)
) STRICT, WITHOUT ROWID;
`;

/** How to answer members who asked where the space is kept, before this device knew. */
const ASKERS = `
CREATE TABLE move_askers (
  log_id TEXT NOT NULL,
  reply BLOB NOT NULL,
  PRIMARY KEY (log_id, reply)
) STRICT, WITHOUT ROWID;
`;

/** The hand-over that this device has begun to carry out: it may hear of it from the old hub before it has noted that it follows it. */
const BEGUN = `
CREATE TABLE begun_moves (
  log_id TEXT PRIMARY KEY,
  id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;

export const HANDOVER_MIGRATIONS: readonly Migration[] = [
  { version: 1, up: TABLES },
  { version: 2, up: TOKEN },
  { version: 3, up: MIRRORS },
  { version: 4, up: ASKERS },
  { version: 5, up: BEGUN },
];
export const HANDOVER_TABLES = [
  "former_hubs",
  "hub_moves",
  "space_mirrors",
  "heard_moves",
  "move_askers",
  "begun_moves",
] as const;
