/** The device's tables of recovery: one's own sets, what one holds for others, requests for help. */
import type { Migration } from "../store/migrate.ts";

/**
 * - `trusted_sets`: sets of shares of one's own; one that ended stays with `gone`, so that no other device brings it back.
 * - `trusted_holders`: `nonce` of the last question whether they still have it; `tell` when the set ended and they are
 *   still to be told.
 * - `trusted_drafts`: sets that are being made, with their secret until the letters to the holders are written.
 * - `held_shares`: what one holds for others, of each the newest; without a share once it was given up or withdrawn.
 *   `confirm`: the owner is told once the vault holds it too.
 * - `rescues`, `rescue_helps`: requests for help that this device has made, and what was left for them (without a
 *   sender where it could not be opened).
 * - `help_tries`: wrong digits typed for somebody's request, so that nobody tries them all.
 * - `holder_answers`: what holders said of a set that this device does not know yet, since another one of the account has made it.
 * - `vault_recovery`: what another device has put into the vault, until it is taken over.
 */
export const RECOVERY_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    up: `
CREATE TABLE trusted_sets (
  set_id TEXT PRIMARY KEY,
  way TEXT NOT NULL,
  way_id BLOB NOT NULL,
  made INTEGER NOT NULL,
  k INTEGER NOT NULL,
  space_id TEXT,
  gone INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE trusted_holders (
  set_id TEXT NOT NULL,
  identity_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  digest BLOB NOT NULL,
  state TEXT NOT NULL,
  at INTEGER NOT NULL,
  nonce BLOB,
  tell INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (set_id, identity_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE trusted_drafts (
  set_id TEXT PRIMARY KEY,
  way TEXT NOT NULL,
  secret BLOB NOT NULL,
  made INTEGER NOT NULL,
  k INTEGER NOT NULL,
  space_id TEXT,
  holders TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE held_shares (
  owner TEXT NOT NULL,
  way TEXT NOT NULL,
  set_id TEXT NOT NULL,
  made INTEGER NOT NULL,
  share BLOB,
  reply BLOB,
  confirm INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (owner, way)
) STRICT, WITHOUT ROWID;

CREATE TABLE rehearsals (way_id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE rescues (
  rescue_id TEXT PRIMARY KEY,
  secret BLOB NOT NULL,
  read_secret BLOB NOT NULL,
  private_key BLOB NOT NULL,
  request BLOB NOT NULL,
  sealed BLOB NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  opened INTEGER NOT NULL DEFAULT 0,
  outdated INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE rescue_helps (
  rescue_id TEXT NOT NULL,
  item TEXT NOT NULL,
  position INTEGER NOT NULL,
  sender TEXT,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  share BLOB NOT NULL,
  PRIMARY KEY (rescue_id, item)
) STRICT, WITHOUT ROWID;
CREATE TABLE help_tries (drop_id TEXT PRIMARY KEY, wrong INTEGER NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE holder_answers (
  set_id TEXT NOT NULL,
  identity_id TEXT NOT NULL,
  state TEXT NOT NULL,
  digest BLOB NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (set_id, identity_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE vault_recovery (id INTEGER PRIMARY KEY, part BLOB NOT NULL) STRICT;
CREATE TABLE recovery_notes (name TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`,
  },
];
