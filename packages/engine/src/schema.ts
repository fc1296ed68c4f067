/**
 * The engine's own local tables. Ids are lower-case hexadecimal text, so that they read well in queries; keys,
 * sealed and signed things are blobs. Tools bring their own tables (see tools/tool.ts).
 */
import type { Migration } from "./store/migrate.ts";
import { TRUST } from "./trust/tables.ts";

const CORE = `
-- The one account of this store.
CREATE TABLE account (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  name TEXT NOT NULL,
  node TEXT NOT NULL,
  identity_id TEXT NOT NULL,
  display_name TEXT NOT NULL,
  role TEXT NOT NULL,
  identity BLOB NOT NULL,
  identity_key BLOB NOT NULL,
  device_cert BLOB NOT NULL,
  device_hash TEXT NOT NULL,
  device_key BLOB NOT NULL,
  session BLOB NOT NULL,
  box_id BLOB NOT NULL,
  vault_key BLOB NOT NULL,
  vault_version INTEGER NOT NULL,
  vault_hash BLOB NOT NULL,
  vault_dirty INTEGER NOT NULL DEFAULT 0,
  box_read INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The box of this device alone, beside the account's.
CREATE TABLE device_boxes (one INTEGER PRIMARY KEY CHECK (one = 1), box_id BLOB NOT NULL, reply BLOB) STRICT;

CREATE TABLE box_keys (
  id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  record BLOB NOT NULL,
  private_key BLOB NOT NULL,
  not_after INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Private halves of key packages that are out, until a welcome uses them.
CREATE TABLE key_packages (
  ref TEXT PRIMARY KEY,
  key_package BLOB NOT NULL,
  private_parts BLOB NOT NULL,
  seat_key BLOB NOT NULL,
  purpose TEXT NOT NULL,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE nodes (name TEXT PRIMARY KEY, node_key BLOB NOT NULL, record BLOB NOT NULL, fetched INTEGER NOT NULL) STRICT, WITHOUT ROWID;
-- Letters addresses of one's own box that nobody has yet: so that a space can be made without a line.
CREATE TABLE spare_addresses (address BLOB PRIMARY KEY, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE log_tokens (input BLOB PRIMARY KEY, output BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE spaces (
  log_id TEXT PRIMARY KEY,
  hub TEXT NOT NULL,
  hub_key BLOB NOT NULL,
  genesis BLOB NOT NULL,
  kind TEXT NOT NULL,
  history TEXT NOT NULL,
  title TEXT NOT NULL,
  state TEXT NOT NULL,
  created INTEGER NOT NULL,
  -- The last entry processed, and the head there.
  gen INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  head BLOB NOT NULL,
  -- The highest head that the hub has signed.
  hub_seq INTEGER NOT NULL,
  read_from INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  mls BLOB,
  previous_mls BLOB,
  previous_seq INTEGER NOT NULL DEFAULT 0,
  seat_id BLOB NOT NULL,
  seat_key BLOB NOT NULL,
  -- This device's own chain of events in this log.
  counter INTEGER NOT NULL DEFAULT 0,
  own_hash BLOB NOT NULL,
  introduced INTEGER NOT NULL DEFAULT 0,
  push_until INTEGER NOT NULL DEFAULT 0,
  -- The newest head that the hub has signed for a position that was processed.
  receipt BLOB,
  trouble TEXT,
  trouble_identity TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE epochs (
  log_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  content_key BLOB NOT NULL,
  PRIMARY KEY (log_id, epoch)
) STRICT, WITHOUT ROWID;

-- Every entry as the hub gave it (to reseed a hub that lost some), the head there, and whether a void undid it.
CREATE TABLE entries (
  log_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  head BLOB NOT NULL,
  stored BLOB,
  -- Half of the header's hash: the same entry does not come twice.
  name TEXT,
  PRIMARY KEY (log_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX entries_by_name ON entries (log_id, name);

-- Every event that was opened and verified, in log order.
CREATE TABLE events (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  author TEXT NOT NULL,
  device TEXT NOT NULL,
  type TEXT NOT NULL,
  type_version INTEGER NOT NULL,
  at INTEGER NOT NULL,
  payload BLOB NOT NULL,
  PRIMARY KEY (log_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_by_seq ON events (log_id, seq);

-- Devices seen in a space and how far each one's own chain has come.
CREATE TABLE devices (
  log_id TEXT NOT NULL,
  device TEXT NOT NULL,
  identity_id TEXT NOT NULL,
  certificate BLOB NOT NULL,
  counter INTEGER NOT NULL DEFAULT 0,
  own_hash BLOB NOT NULL,
  PRIMARY KEY (log_id, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
  log_id TEXT NOT NULL,
  identity_id TEXT NOT NULL,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  role TEXT NOT NULL,
  steward_key BLOB,
  devices INTEGER NOT NULL,
  present INTEGER NOT NULL,
  leaving INTEGER NOT NULL DEFAULT 0,
  reply BLOB,
  seen_seq INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (log_id, identity_id)
) STRICT, WITHOUT ROWID;

-- How sure we are who somebody is: across spaces.
CREATE TABLE people (identity_id TEXT PRIMARY KEY, name TEXT NOT NULL, address TEXT NOT NULL, state TEXT NOT NULL, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Own events that the log has not confirmed. Sealed bytes are kept, so that a retry sends the same.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  type_version INTEGER NOT NULL,
  at INTEGER NOT NULL,
  payload BLOB NOT NULL,
  append_id BLOB,
  epoch INTEGER,
  request_id INTEGER
) STRICT;
CREATE TABLE append_requests (id INTEGER PRIMARY KEY AUTOINCREMENT, log_id TEXT NOT NULL, request BLOB NOT NULL, acknowledged INTEGER NOT NULL DEFAULT 0) STRICT;

-- What is to be done to a space's membership, in order; and the one commit that is under way.
CREATE TABLE intents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  log_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  data BLOB NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE pending_commits (
  log_id TEXT PRIMARY KEY,
  event_id TEXT NOT NULL,
  request BLOB NOT NULL,
  state BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  letters BLOB NOT NULL,
  intents TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Letters on their way: the exact request, so that a retry is harmless.
CREATE TABLE letters_out (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  node TEXT NOT NULL,
  request BLOB NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL DEFAULT 0
) STRICT;
-- Letters that were read: a repeat is dropped.
CREATE TABLE letters_in (letter_id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE push_addresses (address_id TEXT PRIMARY KEY, log_id TEXT NOT NULL, wrap_key BLOB NOT NULL, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Invitation links that this account gave out.
CREATE TABLE cards (card_id TEXT PRIMARY KEY, log_id TEXT NOT NULL, secret BLOB NOT NULL, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;
-- Spaces that the vault names, as it has them: see account/places.ts.
CREATE TABLE places (log_id TEXT PRIMARY KEY, space BLOB NOT NULL) STRICT, WITHOUT ROWID;
-- Spaces that this account has asked to join.
CREATE TABLE joins (
  join_id TEXT PRIMARY KEY,
  log_id TEXT NOT NULL,
  title TEXT NOT NULL,
  inviter TEXT NOT NULL,
  inviter_name TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT,
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One list of what is new, across all tools: a tool adds a row for each thing that a person would want to know of.
CREATE TABLE activity (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  at INTEGER NOT NULL,
  author TEXT NOT NULL,
  mine INTEGER NOT NULL,
  mention INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (log_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX activity_by_position ON activity (log_id, position);
CREATE TABLE read_positions (log_id TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Keys for what one notes for oneself and keeps sealed at the node. The vault has them too.
CREATE TABLE notes_keys (key BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
-- Spaces that belong to an organisation, by its node.
CREATE TABLE space_organisations (log_id TEXT PRIMARY KEY, node TEXT NOT NULL) STRICT, WITHOUT ROWID;
-- Spaces that one leaves as soon as somebody leads them.
CREATE TABLE hand_overs (log_id TEXT PRIMARY KEY, identity_id TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Lines in a conversation that nobody wrote: who came and went, what the space is called.
CREATE TABLE notices (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  by_identity TEXT,
  title TEXT,
  PRIMARY KEY (log_id, event_id, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX notices_by_position ON notices (log_id, position);
`;

/** What others wrote, and what of it names one: the list counts these for each space. */
const UNREAD = `
CREATE INDEX activity_of_others ON activity (log_id, position) WHERE mine = 0;
CREATE INDEX activity_mentions ON activity (log_id, position) WHERE mine = 0 AND mention = 1;
`;

/** Channels: what is new and how far one has read, each in its own. */
const CHANNELS = `
ALTER TABLE activity ADD COLUMN channel TEXT NOT NULL DEFAULT '';
DROP INDEX activity_of_others;
DROP INDEX activity_mentions;
CREATE INDEX activity_of_others ON activity (log_id, channel, position) WHERE mine = 0;
CREATE INDEX activity_mentions ON activity (log_id, channel, position) WHERE mine = 0 AND mention = 1;
CREATE TABLE read_in (log_id TEXT NOT NULL, channel TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (log_id, channel)) STRICT, WITHOUT ROWID;
INSERT INTO read_in SELECT log_id, '', position FROM read_positions;
DROP TABLE read_positions;
ALTER TABLE read_in RENAME TO read_positions;
`;

/** Positions of pending events start here: above every confirmed one. */
export const PENDING_POSITION = 2 ** 50;

/** Migrations of the core; tools' tables are made after them. */
export const CORE_MIGRATIONS: readonly Migration[] = [
  { version: 1, up: CORE },
  { version: 2, up: TRUST },
  { version: 3, up: UNREAD },
  { version: 4, up: CHANNELS },
];
