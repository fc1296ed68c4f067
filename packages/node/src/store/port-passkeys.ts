/** The operations of passkeys: each is a way into an account, with what its answers are checked against. */
import type { Bytes, WayEntry } from "@baraza/protocol";

/** `algorithm` is COSE's number. `counter` is 0 for an authenticator that does not count. */
export type PasskeyRow = {
  credentialId: Bytes;
  publicKey: Bytes;
  algorithm: number;
  counter: number;
};

export type PasskeysOperations = {
  write: {
    /**
     * Adds a passkey with its way and the vault that lists it; repeating the last one is harmless.
     * @throws vault_conflict; forbidden when it is registered already; quota_exceeded above `max` passkeys.
     */
    put(arg: {
      accountId: Bytes;
      way: WayEntry;
      passkey: PasskeyRow;
      vault: Bytes;
      version: number;
      max: number;
    }): null;
    /** Notes an answer's counter. @throws wrong_credentials when another answer has come with as high a one. */
    used(arg: { credentialId: Bytes; counter: number }): null;
  };
  read: {
    list(arg: { accountId: Bytes }): { wayId: Bytes; credentialId: Bytes }[];
    find(arg: { credentialId: Bytes }): (PasskeyRow & { accountId: Bytes; wayId: Bytes }) | null;
  };
};
