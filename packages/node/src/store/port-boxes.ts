/** The operations of boxes. */
import type { Bytes } from "@baraza/protocol";

export type LetterRow = { seq: number; letterId: Bytes; letter: Bytes };

export type BoxesOperations = {
  write: {
    /** A further box, of the session's device where that is known. @throws quota_exceeded */
    create(arg: { accountId: Bytes; boxId: Bytes; max: number; sessionId?: Bytes }): null;
    /** Destroys a box with what is in it; none of that id is fine too. @throws forbidden (the account's own box) */
    close(arg: { accountId: Bytes; boxId: Bytes }): null;
    /** Forgets an address from now on. @throws not_found when the box is not the account's; quota_exceeded. */
    revoke(arg: { accountId: Bytes; boxId: Bytes; addressId: Bytes; until: number }): null;
    /**
     * Stores a letter. A letter id that the box has or had is acknowledged and changes nothing (`seq` is null).
     * `maxBytes` counts over all boxes of the account, where neither it nor the node's settings say otherwise.
     * @throws address_invalid (no such box, or revoked), box_full.
     */
    put(arg: {
      boxId: Bytes;
      addressId: Bytes;
      letterId: Bytes;
      letter: Bytes;
      maxBytes: number;
      now: number;
    }): { seq: number | null };
    /** Deletes letters; what stays of them is their id, for a while. @throws not_found */
    remove(arg: { accountId: Bytes; boxId: Bytes; upTo: number; now: number }): null;
    /** Notes addresses that had a push: one row each, however often. Unknown boxes, revoked addresses and suspended accounts are left out. */
    wake(arg: { wakes: { boxId: Bytes; addressId: Bytes }[] }): null;
    /** Clears wakes up to a number that {@link BoxesOperations} wakes gave. @throws not_found */
    clearWakes(arg: { accountId: Bytes; boxId: Bytes; upTo: number }): null;
    sweep(arg: { now: number; limit: number }): number;
  };
  read: {
    /** For each: true when the box stands and the address is not revoked. */
    standing(arg: { addresses: { boxId: Bytes; addressId: Bytes }[] }): boolean[];
    /** True when all are the account's. */
    owns(arg: { accountId: Bytes; boxIds: Bytes[] }): boolean;
    /** Letters after a number, in order, until `maxBytes` are passed. @throws not_found when the box is not the account's. */
    letters(arg: {
      accountId: Bytes;
      boxId: Bytes;
      after: number;
      limit: number;
      maxBytes: number;
    }): { letters: LetterRow[]; more: boolean };
    /** @throws not_found */
    wakes(arg: { accountId: Bytes; boxId: Bytes; limit: number }): {
      addressIds: Bytes[];
      upTo: number;
    };
  };
};
