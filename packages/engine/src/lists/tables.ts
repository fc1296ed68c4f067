import type { Migration } from "../store/migrate.ts";

const TABLES = `
-- What goes through a broadcast list from this device, until everybody has it who gets it.
CREATE TABLE list_sendings (
  id TEXT PRIMARY KEY,
  list_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  -- The message, JSON as in chat_outgoing.
  body TEXT NOT NULL,
  -- The space that its files are in, and what the folder for them is called.
  source TEXT NOT NULL,
  folder TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- One row for each person. waiting: not written yet; given: in the outbox or behind it; gone, blocked, refused: it does not go.
CREATE TABLE list_posts (
  sending TEXT NOT NULL,
  identity_id TEXT NOT NULL,
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (sending, identity_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX list_posts_waiting ON list_posts (sending) WHERE state = 'waiting';
`;

export const LISTS_MIGRATIONS: readonly Migration[] = [{ version: 1, up: TABLES }];
