/** This device's own tables about notifications. They go with the account. */
import type { Migration } from "../store/migrate.ts";

/** `notify_settings`: one row, once something was chosen. `notify_levels`: conversations with another choice than the usual one. */
export const NOTIFICATION_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    up: `
CREATE TABLE notify_settings (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  is_on INTEGER NOT NULL,
  content INTEGER NOT NULL,
  sound INTEGER NOT NULL,
  quiet_from INTEGER,
  quiet_to INTEGER,
  asked INTEGER NOT NULL
) STRICT;
CREATE TABLE notify_levels (log_id TEXT PRIMARY KEY, level TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TRIGGER notify_levels_gone AFTER DELETE ON spaces BEGIN
  DELETE FROM notify_levels WHERE log_id = old.log_id;
END;
`,
  },
];
