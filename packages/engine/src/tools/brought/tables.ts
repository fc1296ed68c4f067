/** The tables of what was brought. What each is for is explained in reducer.ts, which fills them. */
export const broughtSchema = `
CREATE TABLE IF NOT EXISTS brought_begins (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  chat TEXT NOT NULL,
  position INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  author TEXT NOT NULL,
  at INTEGER NOT NULL,
  service TEXT NOT NULL,
  title TEXT NOT NULL,
  -- What names are said to be in the space: [[name, identity]], JSON.
  hints TEXT NOT NULL,
  PRIMARY KEY (log_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS brought_begins_by_chat ON brought_begins (log_id, chat, position);

CREATE TABLE IF NOT EXISTS brought_parts (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  pending INTEGER NOT NULL,
  PRIMARY KEY (log_id, event_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS brought_messages (
  id INTEGER PRIMARY KEY,
  log_id TEXT NOT NULL,
  chat TEXT NOT NULL,
  msg TEXT NOT NULL,
  -- The event that brought it, and its position.
  event_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  at INTEGER NOT NULL,
  n INTEGER NOT NULL,
  -- A name, as the other service had it; null: that service's own line.
  name TEXT,
  text TEXT NOT NULL,
  reply TEXT,
  thread TEXT,
  edited INTEGER,
  -- BroughtMore, JSON; null: nothing of it.
  more TEXT,
  UNIQUE (log_id, chat, msg)
) STRICT;
CREATE INDEX IF NOT EXISTS brought_messages_in_order ON brought_messages (log_id, chat, at, n, msg);
CREATE INDEX IF NOT EXISTS brought_messages_by_event ON brought_messages (log_id, event_id);

-- Deletions that count. msg empty: all of it.
CREATE TABLE IF NOT EXISTS brought_deletes (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  chat TEXT NOT NULL,
  msg TEXT NOT NULL,
  pending INTEGER NOT NULL,
  PRIMARY KEY (log_id, event_id, msg)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS brought_deletes_by_chat ON brought_deletes (log_id, chat, msg);

-- Kept through rebuilds, see [Note: Rulings] in ../rulings.ts.
CREATE TABLE IF NOT EXISTS brought_rulings (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  steward INTEGER NOT NULL,
  PRIMARY KEY (log_id, event_id, position)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS brought_space_gone AFTER DELETE ON spaces BEGIN
  DELETE FROM brought_rulings WHERE log_id = old.log_id;
END;
`;

/** Emptied by a rebuild. */
export const broughtDerived = [
  "brought_begins",
  "brought_parts",
  "brought_messages",
  "brought_deletes",
] as const;
