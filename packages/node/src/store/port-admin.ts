/** The operations of administration and of cards. */
import type { Bytes, NodeRules } from "@baraza/protocol";
import type { Act } from "./port-roll.ts";

export type Registration = "invitation" | "open";
/** What the administrators set; what they did not is left out. */
export type NodeSettings = NodeRules;
export type GatewayKeyRow = { keyId: number; sealedSeed: Bytes; created: number };

export type AdminOperations = {
  write: {
    /** Replaces the setup code. Gives false, and does nothing, when there is an administrator and `always` is not set. */
    setSetupCode(arg: { codeHash: Bytes; expires: number; always: boolean }): boolean;
    /** Uses up the setup code for an account. @throws setup_link_invalid */
    claim(arg: { accountId: Bytes; codeHash: Bytes; now: number }): null;
    changeSettings(arg: Act & { changes: Partial<NodeSettings> }): null;
    /** Keeps the sealed seed of a gateway key and forgets all but the newest `keep`. */
    addGatewayKey(arg: GatewayKeyRow & { keep: number }): null;
  };
  read: {
    /** True when the code is an invitation or the setup code, and can be used now. */
    codeStands(arg: { codeHash: Bytes; now: number }): boolean;
    settings(arg: null): Partial<NodeSettings>;
    hasAdministrator(arg: null): boolean;
    /** Newest first. */
    gatewayKeys(arg: null): GatewayKeyRow[];
    /** When the store was last restored from a backup; null when never. */
    restoredAt(arg: null): number | null;
    counts(arg: null): { accounts: number; logs: number; blobBytes: number; databaseBytes: number };
  };
};

export type CardsOperations = {
  write: {
    /** A repeat by the same account replaces it. @throws quota_exceeded, forbidden (another account's card). */
    put(arg: {
      accountId: Bytes;
      cardId: Bytes;
      sealed: Bytes;
      expires: number;
      max: number;
      now: number;
    }): null;
    /** @throws not_found when it is not the account's. */
    remove(arg: { accountId: Bytes; cardId: Bytes }): null;
    sweep(arg: { now: number; limit: number }): number;
  };
  read: {
    /** @throws not_found */
    get(arg: { cardId: Bytes; now: number }): Bytes;
  };
};
