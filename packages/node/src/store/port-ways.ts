/** The operations of ways into an account: each changes together with the vault that lists it. */
import type { Bytes, WayEntry } from "@baraza/protocol";

export type WaysOperations = {
  write: {
    /**
     * Adds a way in the place of others, and swaps the vault; repeating the last one is harmless.
     * @throws vault_conflict with the version that stands; forbidden when the key to sign in with belongs to somebody;
     * quota_exceeded.
     */
    put(arg: {
      accountId: Bytes;
      way: WayEntry;
      replaces: Bytes[];
      vault: Bytes;
      version: number;
      max: number;
    }): null;
    /** Takes a way away and swaps the vault. @throws vault_conflict; last_way when nobody could sign in any more. */
    remove(arg: { accountId: Bytes; id: Bytes; vault: Bytes; version: number }): null;
  };
  read: {
    /** All ways of an account, in the order in which they came. */
    list(arg: { accountId: Bytes }): WayEntry[];
    /** Whose key to sign in with this is. */
    byKey(arg: { signKey: Bytes }): { accountId: Bytes } | null;
  };
};
