/** The operations of the logs service (see {@link ../services/logs/rules.ts} for what they allow). */
import type {
  Bytes,
  DecisionProof,
  EntryKind,
  Head,
  PushTarget,
  SeatRecord,
  Signatures,
  StewardRecord,
} from "@baraza/protocol";

/** Where a log stands. `time` is that of the newest append: no head is ever dated before it. */
export type LogEnd = {
  seq: number;
  head: Bytes;
  gen: number;
  epoch: number;
  lastCommitSeq: number;
  time: number;
};

/** One entry of an append as the service has checked it: the header is canonical and fits its body. */
export type NewEntry = {
  header: Bytes;
  body: Bytes;
  appendId: Bytes;
  blobs: Bytes[];
  /** Blobs that nothing before this entry keeps any longer. */
  drops?: Bytes[];
};

export type NewSeat = { seatId: Bytes; seatKey: Bytes };

/**
 * An append that was checked by itself (services/logs/check.ts), with what its headers say in common. `digest` is what
 * the outer signatures cover. `now` is the node's clock, milliseconds.
 */
export type AppendArg = {
  logId: Bytes;
  gen: number;
  epoch: number;
  kind: EntryKind;
  digest: Bytes;
  entries: NewEntry[];
  sigs: Signatures;
  /** Of a commit or rejoin. */
  handshake?: {
    nextPostingKey: Bytes;
    seatId: Bytes;
    outerKey: Bytes | null;
    slot: Bytes | null;
    addSeats: NewSeat[];
  };
  seat?: SeatRecord;
  steward?: StewardRecord;
  /** The highest position that the sender has seen. */
  seen?: number;
  /** How many bytes of entries the log may have with it. */
  quota?: number;
  /** It was in the log at another hub: it is judged again, but not by the clock. */
  brought?: boolean;
  now: number;
};
/** `seats` tells that seats or their push targets have changed. */
export type AppendResult = { seqs: number[]; repeated: boolean; end: LogEnd; seats: boolean };

export type CreateArg = {
  genesis: Bytes;
  /** The blind token's input: each opens one log. */
  token: Bytes;
  /** The rejoin slot before the first commit. */
  slot?: Bytes;
  now: number;
};

export type TakeOverArg = CreateArg & { decision: DecisionProof };

/** Entries as they stood at the old hub: `first` is where the first one stands. */
export type BringArg = {
  logId: Bytes;
  decisionId: Bytes;
  first: number;
  appends: AppendArg[];
  receipt: Head | null;
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
/**
 * `entries` is the canonical CBOR of an array of stored entries, with `count` of them. For a removed seat `end` is its
 * removal, and `fixed` true: heads of that position keep the date they have.
 */
export type ReadResult = {
  genesis: Bytes | null;
  entries: Bytes;
  count: number;
  end: LogEnd;
  fixed: boolean;
  more: boolean;
  /** Of a copy of another hub's log: CBOR of that hub's receipt for `end`. */
  receipt: Bytes | null;
  /** CBOR of the decision that another hub keeps the log by now. */
  moved: Bytes | null;
  gathering: boolean;
  base: { gen: number; seq: number; head: Bytes } | null;
};

/** A seat that gets pushes. `ref` names it for {@link LogsOperations} pushFailed and pushGone. */
export type PushSeat = { ref: number; seatId: Bytes; target: PushTarget };

export type BehindSeat = Omit<PushSeat, "seatId"> & { logId: Bytes; end: LogEnd };

export type LogsOperations = {
  write: {
    /** Opens a log. @throws token_spent, log_exists (same genesis under another token). A repeat answers as the first. */
    create(arg: CreateArg): LogEnd & { logId: Bytes };
    /** Judges and stores an append, in one piece. @throws what services/logs/rules.ts refuses. */
    append(arg: AppendArg): AppendResult;
    /**
     * Ends a log here for a decision of its stewards; reading goes on. A repeat answers as the first.
     * @throws log_moved (by another decision), steward_majority, not_steward, bad_signature, decision_expired, stale_generation
     */
    close(arg: { logId: Bytes; decision: DecisionProof; now: number }): LogEnd;
    /**
     * Opens a place for a log that another hub kept; gives how far it has come. Another decision than the one that it was
     * opened for begins anew. @throws token_spent, log_exists, decision_expired
     */
    takeOver(arg: TakeOverArg): { logId: Bytes; seq: number };
    /**
     * Stores brought entries, in one piece; those that are there already are skipped.
     * @throws not_found (nothing is taken over by that decision), malformed (they do not continue, or do not lead to the
     * decision's head), bad_signature (no receipt of the old hub covers them), what the rules refuse
     */
    bring(arg: BringArg): { seq: number };
    /** Sets where pushes of a live seat go; an older `time` than the last is ignored. */
    setPush(arg: { logId: Bytes; seatId: Bytes; push: PushTarget | null; time: number }): null;
    /** Marks seats as behind (their node could not be reached), clears marks up to a sequence number, drops addresses that are gone. */
    pushMarks(arg: {
      behind: { ref: number; seq: number }[];
      done: { ref: number; seq: number }[];
      gone: { ref: number; address: Bytes }[];
    }): null;
    /**
     * Drops bodies that a log's retention no longer keeps; goes through at most `limit` entries, gives through how many.
     * And deletes the logs whose stewards decided so, when the wait is over: all that is asked of them is `log_deleted` then.
     */
    expire(arg: { now: number; limit: number }): number;
  };
  read: {
    /** Where a log stands. @throws log_not_found */
    end(arg: { logId: Bytes }): LogEnd;
    /**
     * A seat that may read: for a removed one `end` is its removal, and `fixed` true. `slot`: whether there is a rejoin slot. `mirrors`: CBOR of
     * the nodes with a copy. `receipt`: as of a read. @throws log_not_found, seat_unknown, seat_removed (too long ago), busy (a copy that is not whole yet)
     */
    seat(arg: { logId: Bytes; seatId: Bytes; now: number }): Seat & {
      end: LogEnd;
      fixed: boolean;
      slot: boolean;
      mirrors: Bytes | null;
      receipt: Bytes | null;
    };
    /** The rejoin slot that stands, with the genesis. Null where there is none. @throws log_not_found */
    slot(arg: { logId: Bytes }): { genesis: Bytes; slot: Bytes; end: LogEnd } | null;
    seats(arg: { logId: Bytes }): Seat[];
    /** Entries for a seat: a removed one reads up to its removal. @throws log_not_found, seat_unknown, seat_removed */
    entries(arg: ReadArg): ReadResult;
    /** What a member has to post with now; null where the log is not open here. @throws log_not_found */
    posting(arg: { logId: Bytes }): { gen: number; epoch: number; postingKey: Bytes } | null;
    /** Live seats with a push target. */
    pushSeats(arg: { logId: Bytes }): PushSeat[];
    /** Nodes with seats that are behind. */
    pushNodesBehind(arg: null): string[];
    /** Seats of a node that are behind, those after `after`, with where their log stands. */
    pushBehind(arg: { node: string; after: number; limit: number }): BehindSeat[];
    /** How many logs there are. */
    count(arg: null): number;
  };
};
