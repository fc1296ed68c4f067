/** The operations of the logs service (see {@link ../services/logs/rules.ts} for what they allow). */
import type { Bytes, PushTarget } from "@baraza/protocol";

/** Where a log stands. */
export type LogEnd = {
  seq: number;
  head: Bytes;
  gen: number;
  epoch: number;
  lastCommitSeq: number;
};

/** One entry of an append as the service has checked it: the header is canonical and fits its body. */
export type NewEntry = { header: Bytes; body: Bytes };

/** `sigs` is the canonical CBOR of the request's signatures. `now` is the node's clock, milliseconds. */
export type AppendArg = {
  logId: Bytes;
  entries: NewEntry[];
  sigs: Bytes;
  slot: Bytes | null;
  now: number;
};
export type AppendResult = { seqs: number[]; repeated: boolean; end: LogEnd };

export type CreateArg = {
  genesis: Bytes;
  /** The blind token's input: each opens one log. */
  token: Bytes;
  now: number;
};

export type Seat = { seatId: Bytes; seatKey: Bytes; removedAt: number | null };

export type ReadArg = {
  logId: Bytes;
  seatId: Bytes;
  after: number;
  limit: number;
  maxBytes: number;
  genesis: boolean;
  now: number;
};
/** `entries` is the canonical CBOR of an array of stored entries, with `count` of them. */
export type ReadResult = {
  genesis: Bytes | null;
  entries: Bytes;
  count: number;
  end: LogEnd;
  more: boolean;
};

/** A seat that gets pushes. `ref` names it for {@link LogsOperations} pushFailed and pushGone. */
export type PushSeat = { ref: number; target: PushTarget };

export type LogsOperations = {
  write: {
    /** Opens a log. @throws token_spent, log_exists (same genesis under another token). A repeat answers as the first. */
    create(arg: CreateArg): LogEnd & { logId: Bytes };
    /** Judges and stores an append, in one piece. @throws what services/logs/rules.ts refuses. */
    append(arg: AppendArg): AppendResult;
    /** Sets where pushes of a live seat go; an older `time` than the last is ignored. */
    setPush(arg: { logId: Bytes; seatId: Bytes; push: PushTarget | null; time: number }): null;
    /** Marks seats as behind (their node could not be reached), or clears the marks up to a sequence number. */
    pushMarks(arg: {
      behind: { ref: number; seq: number }[];
      done: { ref: number; seq: number }[];
      gone: number[];
    }): null;
    /** Drops bodies that a log's retention no longer keeps, at most `limit`; gives how many. */
    expire(arg: { now: number; limit: number }): number;
  };
  read: {
    /** Where a log stands. @throws log_not_found */
    end(arg: { logId: Bytes }): LogEnd;
    /** A seat, removed or not. @throws log_not_found, seat_unknown */
    seat(arg: { logId: Bytes; seatId: Bytes }): Seat & { removedTime: number | null; end: LogEnd };
    seats(arg: { logId: Bytes }): Seat[];
    /** Entries for a seat: a removed one reads up to its removal. @throws log_not_found, seat_unknown, seat_removed */
    entries(arg: ReadArg): ReadResult;
    /** Live seats with a push target. */
    pushSeats(arg: { logId: Bytes }): PushSeat[];
    /** Seats that are behind, by node; with the newest sequence number of their log. */
    pushBehind(arg: {
      limit: number;
    }): { ref: number; logId: Bytes; target: PushTarget; seq: number }[];
    /** How many logs there are. */
    count(arg: null): number;
  };
};
