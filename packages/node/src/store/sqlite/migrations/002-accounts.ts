/** Accounts and what belongs to them, administration, invitation cards. */
import type { Migration } from "./index.ts";

/**
 * The vault stands in a table of its own, so that finding an account does not read a megabyte. Codes and sessions are
 * kept as hashes only. No time is kept that nothing needs: none says when somebody came, wrote or was last here.
 */
export const accounts: Migration = {
  version: 2,
  name: "accounts",
  up: `
    CREATE TABLE accounts (
      account INTEGER PRIMARY KEY,
      account_id BLOB NOT NULL UNIQUE,
      name TEXT NOT NULL UNIQUE,
      role TEXT NOT NULL,
      identity_id BLOB NOT NULL UNIQUE,
      identity BLOB NOT NULL,
      identity_seq INTEGER NOT NULL,
      box_key BLOB NOT NULL,
      box_key_seq INTEGER NOT NULL,
      box_id BLOB NOT NULL UNIQUE,
      record TEXT,
      token_day INTEGER NOT NULL DEFAULT 0,
      tokens INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE vaults (
      account INTEGER PRIMARY KEY REFERENCES accounts,
      version INTEGER NOT NULL,
      vault BLOB NOT NULL
    );
    CREATE TABLE devices (
      device INTEGER PRIMARY KEY,
      account INTEGER NOT NULL REFERENCES accounts,
      device_id BLOB NOT NULL UNIQUE,
      cert BLOB NOT NULL
    );
    CREATE INDEX devices_account ON devices (account);
    CREATE TABLE sessions (
      session_id BLOB PRIMARY KEY,
      account INTEGER NOT NULL REFERENCES accounts,
      device INTEGER REFERENCES devices,
      expires INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX sessions_account ON sessions (account);
    CREATE INDEX sessions_device ON sessions (device);
    CREATE INDEX sessions_expires ON sessions (expires);
    CREATE TABLE key_packages (
      id INTEGER PRIMARY KEY,
      device INTEGER NOT NULL REFERENCES devices,
      ref BLOB NOT NULL,
      key_package BLOB NOT NULL,
      expires INTEGER NOT NULL,
      last_resort INTEGER NOT NULL,
      UNIQUE (device, ref)
    );
    CREATE INDEX key_packages_expires ON key_packages (expires);
    CREATE TABLE key_package_capabilities (
      account INTEGER NOT NULL REFERENCES accounts,
      hash BLOB NOT NULL,
      PRIMARY KEY (account, hash)
    ) WITHOUT ROWID;
    CREATE TABLE invitations (
      code_hash BLOB PRIMARY KEY,
      account INTEGER NOT NULL REFERENCES accounts,
      sealed BLOB NOT NULL,
      expires INTEGER NOT NULL,
      uses_left INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX invitations_account ON invitations (account);
    CREATE TABLE node_settings (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
    CREATE TABLE gateway_keys (
      created INTEGER PRIMARY KEY,
      key_id INTEGER NOT NULL,
      sealed_seed BLOB NOT NULL
    );
    CREATE TABLE cards (
      card_id BLOB PRIMARY KEY,
      account INTEGER NOT NULL REFERENCES accounts,
      sealed BLOB NOT NULL,
      expires INTEGER NOT NULL
    );
    CREATE INDEX cards_account ON cards (account);
    CREATE INDEX cards_expires ON cards (expires);
  `,
};
