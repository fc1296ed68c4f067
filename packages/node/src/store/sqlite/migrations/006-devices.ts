/** Devices that can be removed for good. */
import type { Migration } from "./index.ts";

/**
 * `locked`: the device opens no session by its own key until somebody has signed in on it again. A box with a device goes
 * with it. Of a removed device its name stays, so that it does not come back, and learns why.
 */
export const devices: Migration = {
  version: 6,
  name: "devices",
  up: `
    ALTER TABLE devices ADD COLUMN locked INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE boxes ADD COLUMN device INTEGER;
    CREATE INDEX boxes_device ON boxes (device) WHERE device IS NOT NULL;
    CREATE TABLE device_rolls (account INTEGER PRIMARY KEY REFERENCES accounts, roll BLOB NOT NULL);
    CREATE TABLE removed_devices (
      device_id BLOB PRIMARY KEY,
      account INTEGER NOT NULL REFERENCES accounts
    ) WITHOUT ROWID;
    CREATE INDEX removed_devices_account ON removed_devices (account);
  `,
};
