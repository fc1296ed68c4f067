/** The operations of copies of logs (see services/mirrors). */
import type { Bytes, DecisionProof, Head, Mirror, StoredEntry } from "@baraza/protocol";
import type { AppendArg, LogEnd } from "./port-logs.ts";

/** Who keeps the log that a copy is of. */
export type MirrorOf = { hub: string; hubKey: Bytes };

export type MirrorOpenArg = {
  genesis: Bytes;
  of: MirrorOf;
  /** The blind token's input; null only asks for a place that is there. */
  token: Bytes | null;
  /** What all copies together may take, bytes. */
  quota: number;
  now: number;
};

export type MirrorFeedArg = {
  logId: Bytes;
  /** This node's name: a copy that the stewards name no longer is dropped. */
  name: string;
  /** Where the first entry stands; 0 without entries. */
  first: number;
  appends: AppendArg[];
  receipt: Head | null;
  page: { seq: number; head: Bytes; sig: Bytes } | null;
  moved: { proof: DecisionProof; base: number } | null;
  /** What one copy, and all together may take, bytes. */
  quota: { log: number; all: number };
  now: number;
};

/** A page of a log for its copies. `more`: others stand behind it. `moved`: how the log came to this hub, while a copy may not know. */
export type CopyResult = {
  entries: StoredEntry[];
  end: LogEnd;
  more: boolean;
  moved: { proof: DecisionProof; base: number } | null;
};

export type MirrorsOperations = {
  write: {
    /**
     * Opens a place for a copy; one that is there is answered. One of which no hub has confirmed anything begins anew for another hub.
     * @throws log_exists (this node keeps the log itself, or did), not_found (no place, and no token), token_spent, quota_exceeded
     */
    open(arg: MirrorOpenArg): { logId: Bytes; seq: number };
    /**
     * Stores the next entries of a copy, in one piece, judged like any append; those that are there already are skipped.
     * Entries behind a gap are not taken: the answer says where it stands. `ended`: the copy was dropped.
     * @throws not_found, append_conflict (they contradict what is there, or the rules), bad_signature (the hub has not signed for
     * them), quota_exceeded, and for `moved` what `logs.close` throws
     */
    feed(arg: MirrorFeedArg): { seq: number; ended: boolean };
  };
  read: {
    /** The copy that this node keeps of a log; null when it keeps none. */
    place(arg: { logId: Bytes }): { of: MirrorOf; seq: number } | null;
    /** Logs of which this node is the hub and that have copies elsewhere. */
    fed(arg: null): { logId: Bytes; mirrors: Mirror[] }[];
    /** The nodes that are to have a copy of a log; empty where this node is not its hub. */
    mirrorsOf(arg: { logId: Bytes }): Mirror[];
    /** Entries behind `after`, batches whole. @throws log_not_found, log_deleted */
    copy(arg: { logId: Bytes; after: number; limit: number; maxBytes: number }): CopyResult;
    /** The head at a position, worked out from the genesis. @throws log_not_found */
    headAt(arg: { logId: Bytes; seq: number }): Bytes;
  };
};
