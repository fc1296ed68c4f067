/**
 * The tables of one's own marks. They are kept through rebuilds: see [Note: Registers] in registers.ts.
 * Conversations and read positions build on them, so other tools write them too, through registers.ts.
 */
const COLUMNS = `
  kind TEXT NOT NULL,
  -- What is marked: a space, a space and a message, a folder ...
  key TEXT NOT NULL,
  -- JSON; null: taken back.
  value TEXT,
  stamp INTEGER NOT NULL,
  device TEXT NOT NULL,
  -- The event that brought it; null: it was not sent yet.
  log_id TEXT,
  event_id TEXT,
  -- When it is to be sent, and since when it waits; null: it was sent.
  due INTEGER,
  since INTEGER,
  PRIMARY KEY (kind, key)`;

export const marksSchema = `
CREATE TABLE IF NOT EXISTS marks (${COLUMNS}) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS marks_due ON marks (due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS marks_event ON marks (event_id) WHERE event_id IS NOT NULL;
-- Drafts change with each word: apart, so that what looks at the others is not told each time.
CREATE TABLE IF NOT EXISTS marks_drafts (${COLUMNS}) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS marks_drafts_due ON marks_drafts (due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS marks_drafts_event ON marks_drafts (event_id) WHERE event_id IS NOT NULL;
-- How many entries went out on a day (days since 1970), and when the last one did that only followed reading and typing.
CREATE TABLE IF NOT EXISTS marks_flow (one INTEGER PRIMARY KEY CHECK (one = 1), day INTEGER NOT NULL, sent INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;
CREATE TRIGGER IF NOT EXISTS marks_space_gone AFTER DELETE ON spaces BEGIN
  DELETE FROM marks WHERE kind IN ('mute', 'archive', 'pin', 'unread', 'read') AND key = old.log_id;
  DELETE FROM marks WHERE kind IN ('bookmark', 'once', 'mute', 'unread', 'read') AND key >= old.log_id || ':' AND key < old.log_id || ';';
  DELETE FROM marks_drafts WHERE key = old.log_id OR (key >= old.log_id || ':' AND key < old.log_id || ';');
END;
`;
