/** The operations on the roll of accounts: what an administrator sees and decides, and the journal of it. */
import type {
  AccountEntry,
  AccountLimits,
  Bytes,
  JournalEntry,
  NodeRules,
  Role,
} from "@baraza/protocol";

/** Who does something, and when; null is the node's console. */
export type Act = { by: Bytes | null; now: number };

export type Standing = {
  role: Role;
  letters: number;
  /** Uses of open invitations. */
  invited: number;
  leaves: number | null;
  limits: AccountLimits;
  journal: number;
};

export type RollOperations = {
  write: {
    /** Invitations of one who is administrator no longer end. @throws not_found, last_administrator */
    setRole(arg: Act & { name: string; role: Role }): null;
    /**
     * Suspends, with the end of all sessions and of the invitations that are out, or lifts it.
     * @returns the account @throws not_found, last_administrator
     */
    suspend(arg: Act & { name: string; suspended: boolean }): { accountId: Bytes };
    /** @throws not_found */
    setLimits(arg: Act & { name: string; limits: AccountLimits }): null;
    /** Sets when the membership ends; null takes it back. @throws not_found, last_administrator, account_closed */
    setLeaving(arg: Act & { name: string; at: number | null }): null;
    /** Ends the memberships whose time has come. @returns the accounts */
    closeDue(arg: { now: number; limit: number }): Bytes[];
    /**
     * Deletes what is kept of accounts that were suspended or ended `keepMs` ago: letters; of ended ones the vault, devices
     * and boxes too. The name stays taken, so that nobody else gets the letters or the trust that belong to it.
     */
    emptyDue(arg: { now: number; keepMs: number; limit: number }): number;
    /** Notes that an account was used on a day (since 1970). */
    seen(arg: { accountId: Bytes; day: number }): null;
  };
  read: {
    /** By name, after `after`. */
    page(arg: {
      search: string;
      show: "all" | "administrators" | "suspended" | "leaving";
      after: string;
      limit: number;
    }): { accounts: AccountEntry[]; total: number };
    /** @throws not_found */
    entry(arg: { name: string }): AccountEntry;
    /** @throws unauthenticated */
    standing(arg: { accountId: Bytes; now: number }): Standing;
    /** What differs for an account from the rules. */
    limits(arg: { accountId: Bytes }): { settings: Partial<NodeRules>; limits: AccountLimits };
    /** Why nobody may sign in: null when one may. */
    shut(arg: { accountId: Bytes; now: number }): "suspended" | "account_closed" | null;
    /** Oldest first. */
    journal(arg: { after: number; limit: number }): JournalEntry[];
  };
};
