/**
 * The files tool's tables. What the first ones are for is explained in reducer.ts, which fills them. The comments stand here, since what is in the text is sent to every browser.
 *
 * `files_nodes.rank`: 0 a folder, 1 a file: folders stand first.
 * `files_nodes.item`: Which of the things that its event added: they come one after the other.
 * `files_nodes.first_name`: As it was added; '' is the top.
 * `files_nodes.name`: What all changes make of it.
 * `files_nodes.wanted`: Where it was put, and where it is: they differ when that folder is gone.
 * `files_nodes.shown`: In its folder: neither in the bin nor purged.
 * `files_versions.meta`: FileMeta, JSON.
 * `files_changes.node`: What it changes: a file, or a comment.
 * `files_changes.kind`: name, move, bin, purge, uncomment
 * `files_changes.value`: The name, the folder ('' the top), or 1 for into the bin.
 * `files_changes.void`: A move that would make a circle, or goes where no folder is.
 * `files_rulings`: Kept through rebuilds, see [Note: Rulings] in ../rulings.ts.
 * `files_uploads`: What is on its way from this device to the hub. The event is written once the content is there.
 * `files_uploads.is_new`: 1: the file comes with it; 0: a further version of one that is there; 2: it is no file, but the content of a message.
 * `files_uploads.state`: waiting, sending, paused, content, failed, done
 * `files_uploads.total`: How much is to be sent, as it is counted in `done`.
 * `files_uploads.hash`: Known once all of it was read.
 * `files_uploads.staged`: 1: sealed chunks of all of it lie on this device; 2: and it is sent together with others.
 * `files_uploads.from_log`: Where a copy is made from: another space's version.
 * `files_pieces`: The hash of each piece before it was sealed first: one that differs later is never sealed with the same key.
 * `files_begins`: The hash of the first piece of what this device has put.
 * `files_keeps`: Blobs that the hub has let go though something refers to them.
 * `files_pins`: What a person wants on this device.
 */
export const filesSchema = `
CREATE TABLE IF NOT EXISTS files_nodes (
  id INTEGER PRIMARY KEY,
  log_id TEXT NOT NULL,
  file_id TEXT NOT NULL,
  rank INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  item INTEGER NOT NULL DEFAULT 0,
  pending INTEGER NOT NULL,
  author TEXT NOT NULL,
  mine INTEGER NOT NULL,
  at INTEGER NOT NULL,
  first_name TEXT NOT NULL,
  first_parent TEXT NOT NULL,
  name TEXT NOT NULL DEFAULT '',
  name_key TEXT NOT NULL DEFAULT '',
  sort_key TEXT NOT NULL DEFAULT '',
  wanted TEXT NOT NULL DEFAULT '',
  parent TEXT NOT NULL DEFAULT '',
  binned INTEGER NOT NULL DEFAULT 0,
  binned_at INTEGER NOT NULL DEFAULT 0,
  binned_by TEXT NOT NULL DEFAULT '',
  purged INTEGER NOT NULL DEFAULT 0,
  shown INTEGER NOT NULL DEFAULT 1,
  version_id TEXT NOT NULL DEFAULT '',
  type TEXT NOT NULL DEFAULT '',
  size INTEGER NOT NULL DEFAULT 0,
  changed_at INTEGER NOT NULL DEFAULT 0,
  changed_by TEXT NOT NULL DEFAULT '',
  UNIQUE (log_id, file_id)
) STRICT;
CREATE INDEX IF NOT EXISTS files_nodes_by_name ON files_nodes (log_id, parent, shown, rank, sort_key, position);
CREATE INDEX IF NOT EXISTS files_nodes_by_changed ON files_nodes (log_id, parent, shown, rank, changed_at);
CREATE INDEX IF NOT EXISTS files_nodes_by_key ON files_nodes (log_id, parent, shown, name_key, position);
CREATE INDEX IF NOT EXISTS files_nodes_by_wanted ON files_nodes (log_id, wanted);
CREATE INDEX IF NOT EXISTS files_nodes_binned ON files_nodes (log_id, binned_at) WHERE binned = 1 AND purged = 0;

CREATE TABLE IF NOT EXISTS files_versions (
  log_id TEXT NOT NULL,
  file_id TEXT NOT NULL,
  version_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  author TEXT NOT NULL,
  at INTEGER NOT NULL,
  changed_at INTEGER,
  type TEXT NOT NULL,
  meta TEXT NOT NULL,
  thumbnail INTEGER NOT NULL,
  blob_id TEXT NOT NULL,
  blob_key BLOB NOT NULL,
  size INTEGER NOT NULL,
  hash BLOB NOT NULL,
  side_id TEXT,
  side_key BLOB,
  side_size INTEGER,
  side_hash BLOB,
  PRIMARY KEY (log_id, file_id, version_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS files_versions_by_blob ON files_versions (log_id, blob_id);
CREATE INDEX IF NOT EXISTS files_versions_by_side ON files_versions (log_id, side_id);
CREATE INDEX IF NOT EXISTS files_versions_by_size ON files_versions (log_id, size);

CREATE TABLE IF NOT EXISTS files_changes (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  node TEXT NOT NULL,
  kind TEXT NOT NULL,
  position INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  author TEXT NOT NULL,
  at INTEGER NOT NULL,
  steward INTEGER NOT NULL,
  value TEXT NOT NULL,
  void INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (log_id, event_id, node)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS files_changes_by_node ON files_changes (log_id, node, position);
CREATE INDEX IF NOT EXISTS files_moves ON files_changes (log_id, position) WHERE kind = 'move';
CREATE INDEX IF NOT EXISTS files_moves_to ON files_changes (log_id, value) WHERE kind = 'move';

CREATE TABLE IF NOT EXISTS files_comments (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  file_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  author TEXT NOT NULL,
  mine INTEGER NOT NULL,
  at INTEGER NOT NULL,
  text TEXT NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (log_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS files_comments_by_file ON files_comments (log_id, file_id, position);

CREATE TABLE IF NOT EXISTS files_rulings (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  steward INTEGER NOT NULL,
  PRIMARY KEY (log_id, event_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS files_uploads (
  upload_id TEXT PRIMARY KEY,
  log_id TEXT NOT NULL,
  file_id TEXT NOT NULL,
  version_id TEXT NOT NULL,
  is_new INTEGER NOT NULL,
  parent TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  meta TEXT NOT NULL,
  thumbnail INTEGER NOT NULL,
  changed_at INTEGER,
  created INTEGER NOT NULL,
  state TEXT NOT NULL,
  failure TEXT,
  size INTEGER NOT NULL,
  done INTEGER NOT NULL,
  total INTEGER NOT NULL,
  blob_id TEXT NOT NULL,
  blob_key BLOB NOT NULL,
  hash BLOB,
  staged INTEGER NOT NULL DEFAULT 0,
  side_id TEXT,
  side_key BLOB,
  side_size INTEGER,
  side_hash BLOB,
  from_log TEXT,
  from_blob TEXT,
  from_key BLOB,
  from_side TEXT,
  from_side_key BLOB,
  from_side_size INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS files_uploads_by_file ON files_uploads (log_id, file_id);
CREATE INDEX IF NOT EXISTS files_uploads_by_parent ON files_uploads (log_id, parent);
CREATE INDEX IF NOT EXISTS files_uploads_by_state ON files_uploads (state, created);

CREATE TABLE IF NOT EXISTS files_pieces (
  log_id TEXT NOT NULL,
  upload_id TEXT NOT NULL,
  piece INTEGER NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (upload_id, piece)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS files_begins (
  log_id TEXT NOT NULL,
  blob_id TEXT NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (log_id, blob_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS files_keeps (
  log_id TEXT NOT NULL,
  blob_id TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (log_id, blob_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS files_pins (
  log_id TEXT NOT NULL,
  file_id TEXT NOT NULL,
  PRIMARY KEY (log_id, file_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER IF NOT EXISTS files_space_gone AFTER DELETE ON spaces BEGIN
  DELETE FROM files_rulings WHERE log_id = old.log_id;
  DELETE FROM files_uploads WHERE log_id = old.log_id;
  DELETE FROM files_pieces WHERE log_id = old.log_id;
  DELETE FROM files_begins WHERE log_id = old.log_id;
  DELETE FROM files_pins WHERE log_id = old.log_id;
  DELETE FROM files_keeps WHERE log_id = old.log_id;
  UPDATE blob_chunks SET held = 0, used = 0 WHERE log_id = old.log_id;
  DELETE FROM blob_pins WHERE log_id = old.log_id;
END;
`;

/** Emptied by a rebuild, before all events are played again. */
export const filesDerived = [
  "files_nodes",
  "files_versions",
  "files_changes",
  "files_comments",
] as const;
