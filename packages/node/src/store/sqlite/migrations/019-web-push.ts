/** Where devices are woken whose app is closed. */
import type { Migration } from "./index.ts";

/** One row for each device that wants it; `auth` is a secret that the device shares with this node. */
export const webPush: Migration = {
  version: 19,
  name: "web push",
  up: `
    CREATE TABLE web_pushes (
      device INTEGER PRIMARY KEY REFERENCES devices ON DELETE CASCADE,
      endpoint TEXT NOT NULL UNIQUE,
      p256dh BLOB NOT NULL,
      auth BLOB NOT NULL
    );
  `,
};
