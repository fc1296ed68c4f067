/** The operations of first letters. */
import type { Bytes } from "@baraza/protocol";
import type { Act } from "./port-roll.ts";

/** How often something may happen in a day (since 1970). `name` is a keyed hash of what is counted. */
export type Counted = { name: Bytes; max: number };

export type ReportRow = { reportId: Bytes; at: number; by: string; content: Bytes };

export type RequestsOperations = {
  write: {
    /** Counts once more. @returns false, and counts nothing, where that is too often */
    count(arg: Counted & { day: number }): boolean;
    /**
     * Puts a first letter into the account's own box, and spends its token. With the same token and letter id nothing happens
     * (`seq` is null). `counted` is counted where the letter is new.
     * @returns `full`: the place in `counted` of what is too often
     * @throws not_found (nobody reads there), token_spent, box_full
     */
    put(arg: {
      identityId: Bytes;
      token: Bytes;
      until: number;
      letterId: Bytes;
      letter: Bytes;
      counted: Counted[];
      day: number;
      maxBytes: number;
    }): { boxId: Bytes; seq: number | null } | { full: number };
    /** Forgets counts of days before and tokens whose key counts no more, and reports older than `reportsBefore`. */
    sweep(arg: { day: number; now: number; reportsBefore: number }): null;
    /** Blocks a node or lifts it, with its line in the journal. @throws quota_exceeded */
    setBlocked(arg: Act & { node: string; blocked: boolean; max: number }): null;
    /** A repeat is harmless. @throws quota_exceeded */
    report(arg: {
      accountId: Bytes;
      reportId: Bytes;
      content: Bytes;
      now: number;
      max: number;
      maxOfOne: number;
    }): null;
    closeReport(arg: { reportId: Bytes }): null;
  };
  read: {
    isBlocked(arg: { node: string }): boolean;
    /** By name. */
    blocked(arg: null): { node: string; since: number }[];
    /** Names of those who administer the node, in their order. */
    administrators(arg: { limit: number }): string[];
    /** The oldest first, and the identity of the account that asks. */
    reports(arg: { accountId: Bytes; limit: number }): { me: Bytes; rows: ReportRow[] };
  };
};
