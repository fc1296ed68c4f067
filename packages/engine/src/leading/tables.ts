/** Proposals and answers as the log tells them, and what the hub was told. */
import type { Migration } from "../store/migrate.ts";

const TABLES = `
CREATE TABLE proposals (
  log_id TEXT NOT NULL,
  proposal_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  at INTEGER NOT NULL,
  by_identity TEXT NOT NULL,
  about TEXT NOT NULL,
  subject TEXT,
  gen INTEGER NOT NULL,
  record BLOB NOT NULL,
  until INTEGER NOT NULL,
  withdrawn INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (log_id, proposal_id)
) STRICT, WITHOUT ROWID;

-- The last word of each identity. Key and signature are null when it declines.
CREATE TABLE proposal_answers (
  log_id TEXT NOT NULL,
  proposal_id TEXT NOT NULL,
  identity_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  key BLOB,
  sig BLOB,
  PRIMARY KEY (log_id, proposal_id, identity_id)
) STRICT, WITHOUT ROWID;

-- Decisions that stand in the log, from clear headers: a void takes none of them back.
CREATE TABLE decisions (
  log_id TEXT NOT NULL,
  decision_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (log_id, decision_id)
) STRICT, WITHOUT ROWID;

-- The steward keys that the hub goes by (32 bytes each, in order; null: those of the genesis), and when it will delete the log.
CREATE TABLE hub_leads (log_id TEXT PRIMARY KEY, keys BLOB, delete_at INTEGER) STRICT, WITHOUT ROWID;

-- What convicts a hub: see protocol/src/proof.ts. A proof waits for the second head when only what was told is known.
CREATE TABLE proofs (
  log_id TEXT NOT NULL,
  claim BLOB NOT NULL,
  told_by TEXT,
  at INTEGER NOT NULL,
  proof BLOB,
  PRIMARY KEY (log_id, claim)
) STRICT, WITHOUT ROWID;

-- What this device's commits were for, as long as they might be undone.
CREATE TABLE carried_out (
  log_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  data BLOB NOT NULL,
  attempts INTEGER NOT NULL
) STRICT;
CREATE INDEX carried_out_by_log ON carried_out (log_id, seq);
`;

export const LEADING_MIGRATIONS: readonly Migration[] = [{ version: 1, up: TABLES }];

/** Made anew from the stored events when a void took some away. */
export const LEADING_DERIVED = ["proposals", "proposal_answers"] as const;
export const LEADING_TABLES = [
  ...LEADING_DERIVED,
  "decisions",
  "hub_leads",
  "proofs",
  "carried_out",
] as const;
