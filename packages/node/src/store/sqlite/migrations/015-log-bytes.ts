/** How much the entries of a log take. */
import type { Migration } from "./index.ts";

export const logBytes: Migration = {
  version: 15,
  name: "log bytes",
  up: `
    ALTER TABLE logs ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
    UPDATE logs SET bytes = (
      SELECT coalesce(sum(length(header) + length(body)), 0) FROM log_entries
      WHERE id BETWEEN logs.log * 1073741824 AND logs.log * 1073741824 + 1073741823
    );
  `,
};
