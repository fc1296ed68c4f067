import type { Migration } from "../store/migrate.ts";

/** The type of the event in the log whose payload is another event, sealed once more. See [Note: What disappears] in seal-vanishing.ts. */
export const VANISHING = "space.vanishing";

const TABLES = `
-- Each word on how long what is said stays; the last one counts.
CREATE TABLE vanish_timers (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  ms INTEGER NOT NULL,
  PRIMARY KEY (log_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX vanish_timers_by_position ON vanish_timers (log_id, position);

-- Kept through rebuilds, see [Note: Rulings] in tools/rulings.ts.
CREATE TABLE vanish_rulings (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  steward INTEGER NOT NULL,
  PRIMARY KEY (log_id, event_id, position)
) STRICT, WITHOUT ROWID;

-- Events on this device that disappear. Their time begins when they are sealed for the first time: until then from_at and ends are null.
CREATE TABLE vanishing (
  event_id TEXT PRIMARY KEY,
  log_id TEXT NOT NULL,
  ms INTEGER NOT NULL,
  from_at INTEGER,
  -- The end by the hub's clock, and by this device's.
  ends_at INTEGER,
  ends_local INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX vanishing_by_end ON vanishing (ends_local) WHERE ends_local IS NOT NULL;
CREATE INDEX vanishing_by_log ON vanishing (log_id);

-- Keys of what disappears: on this device alone, never in the vault, an archive or a slot. See crypto's vanish.ts.
CREATE TABLE vanish_keys (
  log_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  level INTEGER NOT NULL,
  node INTEGER NOT NULL,
  key BLOB NOT NULL,
  PRIMARY KEY (log_id, epoch, level, node)
) STRICT, WITHOUT ROWID;
`;

/** The longest time that something which disappears has had in a space, whatever its timer said. */
const TIMES = `CREATE TABLE vanish_times (log_id TEXT PRIMARY KEY, ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;`;

export const VANISH_MIGRATIONS: readonly Migration[] = [
  { version: 1, up: TABLES },
  { version: 2, up: TIMES },
];

/** Made anew from the stored events. */
export const VANISH_DERIVED = ["vanish_timers"] as const;
export const VANISH_TABLES = [
  ...VANISH_DERIVED,
  "vanish_rulings",
  "vanishing",
  "vanish_keys",
  "vanish_times",
] as const;
