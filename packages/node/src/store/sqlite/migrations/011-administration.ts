/** What administrators decide about accounts, invitations with their fate, and the journal of administrative acts. */
import type { Migration } from "./index.ts";

/**
 * Days are counted since 1970: an administrator learns no more of when somebody was here. Null limits are the node's
 * rules. An invitation stays for a while after its end, so that its maker sees what became of it; `account` is null
 * where the console made it.
 */
export const administration: Migration = {
  version: 11,
  name: "administration",
  up: `
    ALTER TABLE accounts ADD COLUMN since_day INTEGER;
    ALTER TABLE accounts ADD COLUMN seen_day INTEGER;
    ALTER TABLE accounts ADD COLUMN suspended_at INTEGER;
    ALTER TABLE accounts ADD COLUMN leaves_at INTEGER;
    ALTER TABLE accounts ADD COLUMN closed_at INTEGER;
    ALTER TABLE accounts ADD COLUMN emptied INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE accounts ADD COLUMN max_letters INTEGER;
    ALTER TABLE accounts ADD COLUMN max_invitations INTEGER;
    ALTER TABLE accounts ADD COLUMN max_spaces INTEGER;
    CREATE INDEX accounts_leaves ON accounts (leaves_at) WHERE leaves_at IS NOT NULL AND closed_at IS NULL;
    CREATE INDEX accounts_shut ON accounts (account)
      WHERE (suspended_at IS NOT NULL OR closed_at IS NOT NULL) AND emptied = 0;
    CREATE TABLE node_invitations (
      invitation INTEGER PRIMARY KEY,
      code_hash BLOB NOT NULL UNIQUE,
      account INTEGER REFERENCES accounts,
      kind TEXT NOT NULL,
      sealed BLOB NOT NULL,
      label BLOB,
      created INTEGER NOT NULL,
      expires INTEGER NOT NULL,
      uses INTEGER NOT NULL,
      uses_left INTEGER NOT NULL,
      revoked INTEGER NOT NULL DEFAULT 0
    );
    INSERT INTO node_invitations (code_hash, account, kind, sealed, created, expires, uses, uses_left)
      SELECT code_hash, account, 'person', sealed, 0, expires, uses_left, uses_left FROM invitations;
    DROP TABLE invitations;
    CREATE INDEX node_invitations_account ON node_invitations (account, kind);
    CREATE INDEX node_invitations_expires ON node_invitations (expires);
    CREATE TABLE invitation_uses (
      invitation INTEGER NOT NULL REFERENCES node_invitations ON DELETE CASCADE,
      account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
      PRIMARY KEY (invitation, account)
    ) WITHOUT ROWID;
    CREATE INDEX invitation_uses_account ON invitation_uses (account);
    CREATE TABLE journal (
      number INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      by_name TEXT,
      act TEXT NOT NULL,
      subject TEXT,
      detail BLOB NOT NULL,
      hash BLOB NOT NULL
    );
  `,
};
