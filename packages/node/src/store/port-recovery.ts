/** The operations of drop places for recovery. */
import type { Bytes } from "@baraza/protocol";

export type RecoveryOperations = {
  write: {
    /**
     * Opens a drop place; a repeat with the same reader and request changes nothing. Where there are `max`, the oldest
     * that is empty makes room. Gives when it ends. @throws forbidden (another's), busy (all of `max` have something in them)
     */
    open(arg: {
      dropId: Bytes;
      reader: Bytes;
      request: Bytes;
      expires: number;
      now: number;
      max: number;
    }): number;
    /** A repeat changes nothing. @throws not_found, box_full */
    put(arg: { dropId: Bytes; item: Bytes; now: number; max: number }): null;
    /** @throws not_found, also for another reader */
    close(arg: { dropId: Bytes; reader: Bytes }): null;
    sweep(arg: { now: number; limit: number }): number;
  };
  read: {
    /** @throws not_found */
    see(arg: { dropId: Bytes; now: number }): { request: Bytes; expires: number };
    /** In the order in which they came. @throws not_found, also for another reader */
    items(arg: { dropId: Bytes; reader: Bytes; now: number }): { items: Bytes[]; expires: number };
  };
};
