/** The chat tool's tables. What each is for is explained in reducer.ts, which fills them. */
export const chatSchema = `
CREATE TABLE IF NOT EXISTS chat_messages (
  id INTEGER PRIMARY KEY,
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  author TEXT NOT NULL,
  mine INTEGER NOT NULL,
  at INTEGER NOT NULL,
  -- As edited last; blank once a deletion is confirmed.
  text TEXT NOT NULL,
  reply_to TEXT,
  -- Identity ids, a JSON array.
  mentions TEXT NOT NULL,
  mentions_me INTEGER NOT NULL,
  edited_at INTEGER,
  deleted INTEGER NOT NULL DEFAULT 0,
  -- What needs a newer app: 1 the message itself, 2 the last change to it.
  newer INTEGER NOT NULL DEFAULT 0,
  UNIQUE (log_id, event_id)
) STRICT;
CREATE INDEX IF NOT EXISTS chat_messages_by_position ON chat_messages (log_id, position);
CREATE INDEX IF NOT EXISTS chat_messages_of_others ON chat_messages (log_id, position) WHERE mine = 0 AND deleted = 0;

CREATE TABLE IF NOT EXISTS chat_changes (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  target TEXT NOT NULL,
  -- edit, delete, newer
  kind TEXT NOT NULL,
  position INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  author TEXT NOT NULL,
  steward INTEGER NOT NULL,
  at INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (log_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chat_changes_by_target ON chat_changes (log_id, target, position);

CREATE TABLE IF NOT EXISTS chat_reactions (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  target TEXT NOT NULL,
  emoji TEXT NOT NULL,
  author TEXT NOT NULL,
  position INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  is_on INTEGER NOT NULL,
  PRIMARY KEY (log_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chat_reactions_by_target ON chat_reactions (log_id, target, position);

-- Kept through rebuilds, see [Note: Rulings] in ../rulings.ts.
CREATE TABLE IF NOT EXISTS chat_rulings (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  steward INTEGER NOT NULL,
  PRIMARY KEY (log_id, event_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS chat_drafts (
  log_id TEXT PRIMARY KEY,
  text TEXT NOT NULL,
  reply_to TEXT
) STRICT, WITHOUT ROWID;

-- What a rebuild keeps goes when the space is taken off this device.
CREATE TRIGGER IF NOT EXISTS chat_space_gone AFTER DELETE ON spaces BEGIN
  DELETE FROM chat_drafts WHERE log_id = old.log_id;
  DELETE FROM chat_rulings WHERE log_id = old.log_id;
END;
`;

/** Emptied by a rebuild, before all events are played again. */
export const chatDerived = ["chat_messages", "chat_changes", "chat_reactions"] as const;
