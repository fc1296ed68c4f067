/**
 * This device's own choices about signals: 'typing' and 'here' where one has said yes, and the ids of spaces in which one wants none. Signals themselves
 * are in no table.
 */
import type { Migration } from "../store/migrate.ts";

export const SIGNAL_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    up: `
CREATE TABLE signal_choices (chosen TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TRIGGER signal_choices_gone AFTER DELETE ON spaces BEGIN
  DELETE FROM signal_choices WHERE chosen = old.log_id;
END;
`,
  },
];
