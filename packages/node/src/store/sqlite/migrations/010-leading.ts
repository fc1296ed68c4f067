/** When a log is to be deleted, and that it was. */
import type { Migration } from "./index.ts";

export const leading: Migration = {
  version: 10,
  name: "leading",
  up: `
    ALTER TABLE logs ADD COLUMN delete_at INTEGER;
    ALTER TABLE logs ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX logs_to_delete ON logs (delete_at) WHERE delete_at IS NOT NULL;
  `,
};
