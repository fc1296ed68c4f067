import type { Migration } from "../store/migrate.ts";

/** Everything about the weekly letter is a mark (tools/marks). A conversation that is taken off this device is no part of it any more. */
const UP = `
CREATE TRIGGER weekly_space_gone AFTER DELETE ON spaces BEGIN
  DELETE FROM marks WHERE kind = 'weekly' AND key = old.log_id;
END;
`;

export const WEEKLY_MIGRATIONS: readonly Migration[] = [{ version: 1, up: UP }];
