/** The operations of administration and of cards. */
import type { Bytes, Role } from "@baraza/protocol";

export type Registration = "invitation" | "open";
export type NodeSettings = { registration: Registration; membersInvite: boolean };

/** A code that is not stored in clear: its hash finds it, `sealed` gives it back to whoever made it. */
export type InvitationRow = { codeHash: Bytes; sealed: Bytes; expires: number; usesLeft: number };
export type GatewayKeyRow = { keyId: number; sealedSeed: Bytes; created: number };

export type AdminOperations = {
  write: {
    /** @throws quota_exceeded when the account's open invitations would allow more than `maxUses`. */
    createInvitation(arg: {
      accountId: Bytes;
      invitation: InvitationRow;
      maxUses: number;
      now: number;
    }): null;
    /** An administrator revokes anybody's, a member their own. @throws not_found */
    revokeInvitation(arg: { accountId: Bytes; role: Role; codeHash: Bytes }): null;
    /** Replaces the setup code. Gives false, and does nothing, when there is an administrator and `always` is not set. */
    setSetupCode(arg: { codeHash: Bytes; expires: number; always: boolean }): boolean;
    /** Uses up the setup code for an account. @throws setup_link_invalid */
    claim(arg: { accountId: Bytes; codeHash: Bytes; now: number }): null;
    changeSettings(arg: Partial<NodeSettings>): null;
    /** Keeps the sealed seed of a gateway key and forgets all but the newest `keep`. */
    addGatewayKey(arg: GatewayKeyRow & { keep: number }): null;
    /** Deletes invitations that have expired or are used up. */
    sweep(arg: { now: number; limit: number }): number;
  };
  read: {
    /** True when the code is an invitation or the setup code, and can be used now. */
    codeStands(arg: { codeHash: Bytes; now: number }): boolean;
    /** Open invitations: an administrator sees all, a member their own. */
    invitations(arg: { accountId: Bytes; role: Role; now: number }): InvitationRow[];
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
