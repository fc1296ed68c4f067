/** Rules, links and those who ask, as this device knows them. */
import type { Migration } from "../store/migrate.ts";
import { GROUP_TABLES } from "./groups.ts";

const TABLES = `
-- From the group context, for what screens and reducers ask (people/rules.ts).
CREATE TABLE space_rules (log_id TEXT PRIMARY KEY, announce INTEGER NOT NULL, approve INTEGER NOT NULL, fresh INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE role_ends (log_id TEXT NOT NULL, identity_id TEXT NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (log_id, identity_id)) STRICT, WITHOUT ROWID;
CREATE TABLE banned (log_id TEXT NOT NULL, identity_id TEXT NOT NULL, PRIMARY KEY (log_id, identity_id)) STRICT, WITHOUT ROWID;
-- Of the time before one's own: what commits that one cannot follow say of the context that they lead to.
CREATE TABLE past_rules (log_id TEXT NOT NULL, seq INTEGER NOT NULL, context BLOB NOT NULL, PRIMARY KEY (log_id, seq)) STRICT, WITHOUT ROWID;

-- What a space says of itself.
CREATE TABLE space_about (log_id TEXT PRIMARY KEY, position INTEGER NOT NULL, text TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Links that this device has made, also those that are over; who came by each.
CREATE TABLE links (
  card_id TEXT PRIMARY KEY,
  log_id TEXT NOT NULL,
  link TEXT NOT NULL,
  made INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  most INTEGER,
  approval INTEGER NOT NULL,
  role TEXT,
  until INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE link_uses (card_id TEXT NOT NULL, identity_id TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (card_id, identity_id)) STRICT, WITHOUT ROWID;

-- Who asks to come in, for those who decide: the last time that each asked.
CREATE TABLE asks (
  log_id TEXT NOT NULL,
  identity_id TEXT NOT NULL,
  ask_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  at INTEGER NOT NULL,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  brought_by TEXT NOT NULL,
  body BLOB NOT NULL,
  answer TEXT,
  answered_by TEXT,
  PRIMARY KEY (log_id, identity_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX asks_by_id ON asks (log_id, ask_id);

-- Who may answer this account's own question to come in, beside whoever gave the link out.
CREATE TABLE join_hosts (log_id TEXT NOT NULL, identity_id TEXT NOT NULL, PRIMARY KEY (log_id, identity_id)) STRICT, WITHOUT ROWID;
`;

/** What members have told this account, as one who keeps order. */
const REPORTS = `
CREATE TABLE reports (
  report_id TEXT PRIMARY KEY,
  log_id TEXT NOT NULL,
  by_identity TEXT NOT NULL,
  person TEXT NOT NULL,
  target TEXT,
  note TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX reports_by_space ON reports (log_id, at);
`;

/** A space's picture; null where it was taken away. `event_id` tells one from the next. */
const PICTURES = `
CREATE TABLE space_pictures (log_id TEXT PRIMARY KEY, position INTEGER NOT NULL, event_id TEXT NOT NULL, picture BLOB) STRICT, WITHOUT ROWID;
`;

export const PEOPLE_MIGRATIONS: readonly Migration[] = [
  { version: 1, up: TABLES },
  { version: 2, up: REPORTS },
  { version: 3, up: PICTURES },
  { version: 4, up: GROUP_TABLES },
];

/** Made anew from the stored events when a void took some away. */
export const PEOPLE_DERIVED = [
  "space_about",
  "space_pictures",
  "asks",
  "group_acts",
  "groups_listed",
] as const;
/** What goes with a space. */
export const PEOPLE_AREA_TABLES = [
  ...PEOPLE_DERIVED,
  "space_rules",
  "role_ends",
  "banned",
  "past_rules",
  "links",
  "group_links",
  "reports",
  "join_hosts",
] as const;
