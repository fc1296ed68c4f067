/** Tables of who is who and of key logs. They belong to the core: the reducers of spaces write into them. */
export const TRUST = `
-- The identity of each person as far as it was seen: their keys one after the other, who brought them, what changed.
CREATE TABLE person_keys (
  identity_id TEXT PRIMARY KEY,
  chain BLOB NOT NULL,
  via TEXT,
  changed TEXT,
  changed_at INTEGER NOT NULL DEFAULT 0,
  record TEXT NOT NULL DEFAULT 'open',
  record_at INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE person_history (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  identity_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL
) STRICT;
CREATE INDEX person_history_of ON person_history (identity_id, at);
-- Whose record at their node is to be looked at, for which of their devices, from when on.
CREATE TABLE person_checks (
  identity_id TEXT NOT NULL,
  device TEXT NOT NULL,
  due INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (identity_id, device)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_checks_due ON person_checks (due);
-- The newest head of each node's key log, and pairs that prove that a node lied.
CREATE TABLE key_log_heads (node TEXT PRIMARY KEY, size INTEGER NOT NULL, head BLOB NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE key_log_proofs (node TEXT NOT NULL, first BLOB NOT NULL, second BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (node, first, second)) STRICT, WITHOUT ROWID;
-- Heads that others told, to be judged; and when this device last told a space.
CREATE TABLE heads_heard (id INTEGER PRIMARY KEY AUTOINCREMENT, log_id TEXT NOT NULL, head BLOB NOT NULL, tries INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE heads_told (log_id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
-- The account's own entries, as far as they were checked, and the devices in them.
CREATE TABLE own_entries (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, at INTEGER NOT NULL, leaf BLOB NOT NULL, vault INTEGER NOT NULL, checked INTEGER NOT NULL) STRICT;
CREATE TABLE own_listed (device TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE trust_notices (
  notice_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  name TEXT NOT NULL,
  at INTEGER NOT NULL,
  dismissed INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
`;
