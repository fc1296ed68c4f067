/** The operations of devices. All times in milliseconds by the node's clock. */
import type { Bytes } from "@baraza/protocol";
import type { DeviceRow, NewSession } from "./port-accounts.ts";

export type DevicesOperations = {
  write: {
    /** Enters a device that is not signed in yet. @throws device_removed, quota_exceeded, forbidden (another account's) */
    grant(arg: { accountId: Bytes; device: DeviceRow; now: number }): null;
    /** Opens a session of a device. @throws not_found, unauthenticated (locked), suspended, account_closed */
    openSession(arg: { deviceId: Bytes; session: NewSession; now: number }): null;
    /**
     * The device goes with its sessions, key packages and boxes; identity, box key and vault are swapped for newer ones.
     * Repeating it is harmless. Gives the sessions that ended. @throws vault_conflict; busy when another identity record stands than `former`; malformed when the identity or box key is older
     */
    remove(arg: {
      accountId: Bytes;
      deviceId: Bytes;
      roll: Bytes;
      /** The identity record that the new one was found to continue. */
      former: Bytes;
      identity: Bytes;
      identitySeq: number;
      boxKey: Bytes;
      boxKeySeq: number;
      vault: Bytes;
      version: number;
    }): Bytes[];
    /** The device of a session goes, and with it all that is its own. Gives the sessions that ended. */
    leave(arg: { accountId: Bytes; sessionId: Bytes }): Bytes[];
  };
  read: {
    /** Null for one that nobody knows. @throws device_removed */
    device(arg: { deviceId: Bytes }): { accountId: Bytes; cert: Bytes; locked: boolean } | null;
    /** The roll of the account that the device is or was of. */
    roll(arg: { deviceId: Bytes }): Bytes | null;
  };
};
