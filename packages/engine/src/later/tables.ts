import type { Migration } from "../store/migrate.ts";

const TABLES = `
-- Messages that wait on this device until their time has come.
CREATE TABLE later (
  id TEXT PRIMARY KEY,
  log_id TEXT NOT NULL,
  -- When it is to go, and when it was written: ms since 1970.
  at INTEGER NOT NULL,
  made INTEGER NOT NULL,
  text TEXT NOT NULL,
  reply_to TEXT,
  -- Identity ids, a JSON array.
  mentions TEXT NOT NULL,
  -- Why it could not go.
  failed TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX later_by_time ON later (at) WHERE failed IS NULL;
CREATE INDEX later_by_log ON later (log_id, at);

-- Messages that went later than they were meant to, as this device was off.
CREATE TABLE later_late (
  event_id TEXT PRIMARY KEY,
  log_id TEXT NOT NULL,
  meant INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER later_space_gone AFTER DELETE ON spaces BEGIN
  DELETE FROM later WHERE log_id = old.log_id;
  DELETE FROM later_late WHERE log_id = old.log_id;
END;
`;

const CHANNELS = "ALTER TABLE later ADD COLUMN channel TEXT NOT NULL DEFAULT ''";

export const LATER_MIGRATIONS: readonly Migration[] = [
  { version: 1, up: TABLES },
  { version: 2, up: CHANNELS },
];
/** What {@link "./index.ts"} reads. */
export const LATER_TABLES = ["later"] as const;
