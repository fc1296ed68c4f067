/** The operations of handouts (files given outside by link) and intakes (places where outsiders leave files). */
import type { Bytes } from "@baraza/protocol";
import { utf8 } from "@baraza/protocol";
import { sha256 } from "../crypto-fast.ts";

export type HandoutState = {
  state: "open" | "expired" | "used_up" | "locked";
  expires: number;
  takes: number | null;
  taken: number;
  tries: number;
};

export type IntakeRow = {
  intakeId: Bytes;
  expires: number;
  bytes: number;
  files: number;
  usedBytes: number;
  usedFiles: number;
  whole: number;
};

/** A file in an intake: its chunks are a blob of `logId`, which is no log's. */
export type IntakeItem = {
  itemId: Bytes;
  position: number;
  note: Bytes;
  chunks: number;
  bytes: number;
  at: number;
};

export type SharingOperations = {
  write: {
    /**
     * The same again changes nothing. `reader` and `owner` are hashes.
     * @throws forbidden (another of that id), blob_incomplete (a blob is not there or not whole), busy (`max` of the log are there)
     */
    createHandout(arg: {
      logId: Bytes;
      handoutId: Bytes;
      reader: Bytes;
      owner: Bytes;
      manifest: Bytes;
      blobIds: readonly Bytes[];
      expires: number;
      takes: number | null;
      max: number;
    }): null;
    /** @throws not_found, also for another owner */
    changeHandout(arg: {
      handoutId: Bytes;
      owner: Bytes;
      expires?: number | undefined;
      takes?: number | null | undefined;
      unlock: boolean;
    }): null;
    /** @throws not_found, also for another owner */
    endHandout(arg: { handoutId: Bytes; owner: Bytes }): null;
    /**
     * Looks at a handout with the hash of its reader's secret. A wrong one is counted: it is no error, since errors change nothing.
     * @throws not_found, handout_ended
     */
    openHandout(arg: {
      handoutId: Bytes;
      reader: Bytes;
      now: number;
      maxTries: number;
    }): { manifest: Bytes; expires: number; left: number | null } | { wrong: true; left: number };
    /**
     * Counts a download and lets it read until `until`; the same ticket again counts nothing.
     * @throws not_found, handout_ended, busy (`max` are under way); wrong ones as in {@link openHandout}
     */
    takeHandout(arg: {
      handoutId: Bytes;
      reader: Bytes;
      ticket: Bytes;
      now: number;
      until: number;
      maxTries: number;
      max: number;
    }): { expires: number } | { wrong: true; left: number };
    /**
     * The same again changes nothing. `allowed`: bytes that all intakes of an account may take.
     * @throws forbidden (another of that id), busy (too many), quota_exceeded
     */
    openIntake(arg: {
      account: Bytes;
      intakeId: Bytes;
      writer: Bytes;
      notice: Bytes;
      bytes: number;
      files: number;
      expires: number;
      max: number;
      allowed: number;
    }): null;
    /** Notes a file that is to come. @throws not_found, box_full, quota_exceeded, blob_conflict (other numbers) */
    announceItem(arg: {
      intakeId: Bytes;
      writer: Bytes;
      itemId: Bytes;
      chunks: number;
      bytes: number;
      now: number;
    }): { whole: boolean };
    /**
     * It is whole: keeps it until `keepUntil` behind the intake's end. A repeat gives the first time.
     * @throws not_found, blob_incomplete
     */
    leaveItem(arg: {
      intakeId: Bytes;
      writer: Bytes;
      itemId: Bytes;
      note: Bytes;
      now: number;
      rest: number;
    }): { at: number };
    /** Its bytes go with the next collection. @throws not_found, also for another account */
    deleteItem(arg: { account: Bytes; intakeId: Bytes; itemId: Bytes }): null;
    /** @throws not_found, also for another account */
    closeIntake(arg: { account: Bytes; intakeId: Bytes; discard: boolean; now: number }): null;
    /** Forgets what is over: handouts `rest` after their end, tickets, files that were begun before `begun`, intakes that waited. */
    sweep(arg: {
      now: number;
      handoutRest: number;
      intakeRest: number;
      begun: number;
      limit: number;
    }): number;
  };
  read: {
    /** @throws not_found, also for another owner */
    handout(arg: { handoutId: Bytes; owner: Bytes; now: number; maxTries: number }): HandoutState;
    /** Where a ticket's holder may read. @throws not_found */
    handoutBlob(arg: { handoutId: Bytes; ticket: Bytes; blobId: Bytes; now: number }): {
      logId: Bytes;
    };
    intakes(arg: { account: Bytes }): IntakeRow[];
    /** @throws not_found, also for another account */
    items(arg: { account: Bytes; intakeId: Bytes; after: number; limit: number }): IntakeItem[];
    /** That it is the account's, and whole. @throws not_found */
    item(arg: { account: Bytes; intakeId: Bytes; itemId: Bytes }): null;
    /** For whoever has the link. @throws not_found */
    intake(arg: { intakeId: Bytes; writer: Bytes; now: number }): {
      notice: Bytes;
      expires: number;
      bytes: number;
      bytesLeft: number;
      filesLeft: number;
    };
    /** That a file is announced and not handed in yet. @throws not_found, blob_conflict (it is handed in) */
    announced(arg: { intakeId: Bytes; writer: Bytes; itemId: Bytes; now: number }): null;
  };
};

/** The id under which the chunks of an intake's files are kept: as if it were a log's, and none can have it. */
export function intakeLog(intakeId: Bytes): Bytes {
  return sha256(utf8("baraza/node/intake-log/1"), intakeId);
}
