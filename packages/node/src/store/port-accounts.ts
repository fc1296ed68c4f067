/** The operations of accounts. All times in milliseconds by the node's clock. */
import type { Bytes, Role, WayEntry } from "@baraza/protocol";
import type { Registration } from "./port-admin.ts";
import type { PasskeyRow } from "./port-passkeys.ts";
import type { KeyLogPlace } from "./port-keylog.ts";

/** What is stored of an account. */
export type AccountRow = {
  accountId: Bytes;
  name: string;
  role: Role;
  identityId: Bytes;
  identity: Bytes;
  boxKey: Bytes;
  boxId: Bytes;
};

export type DeviceRow = { deviceId: Bytes; cert: Bytes };

/** A new session: only its hash is kept. */
export type NewSession = { sessionId: Bytes; expires: number };

export type RegisterArg = {
  now: number;
  account: Omit<AccountRow, "role"> & { identitySeq: number; boxKeySeq: number };
  /** The OPAQUE registration record; null for whoever has no passphrase. */
  record: string | null;
  ways: WayEntry[];
  /** What the way of this kind is checked by; null where there is none. */
  passkey: PasskeyRow | null;
  vault: Bytes;
  device: DeviceRow;
  session: NewSession;
  /** Where its name is hidden in the key log; null: it is entered there later. */
  place: KeyLogPlace | null;
  /** SHA-256 of the code that came along: an invitation's or the setup code's. */
  codeHash: Bytes | null;
  /** What stands for the name and for who wants it, where a closed account's name rests. Without it, that is not asked. */
  rests?: { name: Bytes; owner: Bytes };
  /** What holds until an administrator chooses. */
  registration: Registration;
};

export type NewKeyPackage = {
  ref: Bytes;
  keyPackage: Bytes;
  expires: number;
  lastResort: boolean;
};

export type AccountsOperations = {
  write: {
    /**
     * Account, box, box key, device, ways, vault, session and the invitation's use, together.
     * @throws name_taken, invitation_needed, invitation_invalid, forbidden (the identity has an account here).
     */
    register(arg: RegisterArg): { role: Role };
    /** Opens a session. */
    signIn(arg: { accountId: Bytes; session: NewSession; now: number }): null;
    /** Ends a session; the key packages of a device without another session go. */
    signOut(arg: { sessionId: Bytes; now: number }): null;
    /** Swaps version - 1 for version; repeating the last put is harmless. @throws vault_conflict with the version that stands. */
    putVault(arg: { accountId: Bytes; vault: Bytes; version: number }): null;
    /** A new OPAQUE record, its way in place of the former passphrase's, and the vault, together. @throws vault_conflict */
    changePassphrase(arg: {
      accountId: Bytes;
      sessionId: Bytes;
      record: string;
      way: WayEntry;
      vault: Bytes;
      version: number;
    }): null;
    /** Adds a device and binds the session to it. @throws quota_exceeded */
    addDevice(arg: { accountId: Bytes; sessionId: Bytes; device: DeviceRow; now: number }): null;
    /**
     * A newer box key record, and with it a newer identity record, which was found to continue `former`.
     * @throws malformed when one is older than what stands; busy when another identity record stands than `former`
     */
    setBoxKey(arg: {
      accountId: Bytes;
      boxKey: Bytes;
      seq: number;
      former: Bytes;
      identity: Bytes;
      identitySeq: number;
    }): null;
    /** @throws forbidden when the session has no device, quota_exceeded. Gives how many usable ones the device has. */
    publishKeyPackages(arg: {
      accountId: Bytes;
      sessionId: Bytes;
      packages: NewKeyPackage[];
      capabilities: Bytes[] | null;
      max: number;
      now: number;
    }): number;
    /** One of each device, used up; the last resort where nothing else is left. @throws not_found */
    takeKeyPackages(arg: { identityId: Bytes; capabilityHash: Bytes; now: number }): Bytes[];
    /** Counts tokens of a day (days since 1970). @throws quota_exceeded */
    allowTokens(arg: { accountId: Bytes; day: number; count: number; max: number }): null;
    /** Deletes what has expired: sessions, key packages, allowances. At most `limit` of each; gives how many. */
    sweep(arg: { now: number; limit: number }): number;
  };
  read: {
    /** What a sign-in by passphrase needs. Null for an unknown name; the record is null where there is no passphrase. */
    credentials(arg: { name: string }): { accountId: Bytes; record: string | null } | null;
    /** Null when there is none or it has ended. */
    session(arg: { sessionId: Bytes; now: number }): {
      accountId: Bytes;
      role: Role;
      expires: number;
    } | null;
    account(arg: { accountId: Bytes }): AccountRow | null;
    find(arg: { name: string } | { identityId: Bytes }): AccountRow | null;
    vault(arg: { accountId: Bytes }): { vault: Bytes; version: number };
    devices(arg: { accountId: Bytes }): Bytes[];
  };
};
