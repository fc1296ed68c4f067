/** The operations of moving away and of closing an account. All times in milliseconds by the node's clock. */
import type { Bytes } from "@baraza/protocol";

/** A letter that waits to be passed on to where its recipient went. */
export type ForwardedLetter = {
  account: number;
  box: number;
  seq: number;
  letterId: Bytes;
  letter: Bytes;
  node: string;
  address: Bytes;
};

/** What stands for a closed account's name and its owner: hashes under the node's secret. */
export type RestingName = { name: Bytes; owner: Bytes };

/** How many of what were deleted. */
export type Deleted = { what: string; count: number }[];

export type MovingOperations = {
  write: {
    /** The same bytes again change nothing. @throws forbidden (another's), busy (`max` lie there) */
    leave(arg: { dropId: Bytes; sealed: Bytes; expires: number; now: number; max: number }): number;
    /**
     * Notes where an account went, and where its letters are to go. The latest `asked` holds.
     * @throws not_found when nobody of that identity and name was ever here; busy when another identity record stands than `former`
     */
    publish(arg: {
      identityId: Bytes;
      former: Bytes | null;
      name: string;
      nameHash: Bytes;
      statement: Bytes;
      forward: { node: string; address: Bytes } | null;
      asked: number;
      keepUntil: number;
      until: number;
    }): { accountId: Bytes | null };
    /** A letter has arrived where it was to go. */
    passed(arg: { box: number; seq: number; now: number }): null;
    /** The new node did not take one: none of that account's is tried before `nextAt`. */
    failed(arg: { account: number; nextAt: number }): null;
    /**
     * Deletes an account with everything that is its. A repeat with the same subject gives what was deleted then.
     * `former`: the identity record of the account that the request was judged by, null where there is none.
     * @throws not_found; busy when another identity record stands than `former`
     */
    close(arg: {
      identityId: Bytes;
      former: Bytes | null;
      name: string;
      subject: Bytes;
      rests: RestingName & { until: number };
      now: number;
      keepReceiptUntil: number;
    }): { deleted: Deleted; time: number; nameRests: number; accountId: Bytes | null };
    /** Deletes what has expired, and accounts that have been passed on for long enough. Gives how many rows. */
    sweep(arg: { now: number; limit: number }): number;
  };
  read: {
    /** @throws not_found */
    take(arg: { dropId: Bytes; now: number }): { sealed: Bytes; expires: number };
    /** Where somebody went; null when that is not known. */
    moved(arg: { identityId: Bytes } | { nameHash: Bytes }): Bytes | null;
    /** Letters to pass on now, at most `limit`. */
    due(arg: { now: number; limit: number }): ForwardedLetter[];
    /** When the next one that waits is due; null when none does. */
    nextDue(arg: null): number | null;
  };
};
