/**
 * The rules of a log: given where it stands and a checked append, either what changes or a refusal. Pure; a store runs
 * it inside the transaction that keeps the result, so it holds against concurrent appends.
 *
 * Order of checks: generation, that the log reaches what the sender has seen of it, epoch, signatures of the kind, then what the record asks for. (A repeated appendId is
 * answered before any of it, by the store.)
 */
import type { Bytes, Mirror, StewardRecord } from "@baraza/protocol";
import {
  encodeCbor,
  equalBytes,
  LABELS,
  LIMITS,
  majorityOf,
  mayChangeAlone,
  needsMajority,
  ProtocolError,
  toHex,
  untilOf,
} from "@baraza/protocol";
import type { Verifier } from "../../crypto-fast.ts";
import { sha256 } from "../../crypto-fast.ts";
import type { AppendArg, NewSeat } from "../../store/port-logs.ts";

/** Where a log stands. */
export type LogState = {
  kind: "personal" | "pair" | "group";
  gen: number;
  seq: number;
  epoch: number;
  postingKey: Bytes;
  /** The newest commit or rejoin that is not void; 0 for none. */
  lastCommitSeq: number;
  stewards: readonly Bytes[];
  /** It is being taken over from another hub; or another hub has it. */
  phase: "open" | "gathering" | "moved";
};

export type SeatState = { seatKey: Bytes; addedSeq: number; removedSeq: number | null };
/** A commit, rejoin or seat entry: under which epoch it was posted, and by which seat. */
export type SeatedEntry = {
  kind: "commit" | "rejoin" | "seat";
  epoch: number;
  seatId: Bytes;
  void: boolean;
};

/** What the rules ask of a log beyond its state. */
export type LogView = {
  state: LogState;
  seat: (seatId: Bytes) => SeatState | undefined;
  /** What signs rejoins now. */
  outerKey: () => Bytes | null;
  /** The stewards of the genesis. */
  founders: () => readonly Bytes[];
  liveSeats: () => number;
  seated: (seq: number) => SeatedEntry | undefined;
  /** Those behind `seq`, in order. */
  seatedAfter: (seq: number) => SeatedEntry[];
  /** The newest commit or rejoin before `seq` that is not void; 0 for none. */
  commitBefore: (seq: number) => number;
};

/** What an append changes, besides the entries themselves. `next` is complete. */
export type Change = {
  next: LogState;
  /** In the place of the former ones; null: they stay. */
  slot: { outerKey: Bytes | null; slot: Bytes | null } | null;
  /** To be noted with the (single) entry, for a later void. */
  seated: SeatedEntry | null;
  addSeats: readonly NewSeat[];
  removeSeat: Bytes | null;
  /** Commits and rejoins from this one on are void, and the seats that came with or after it go. */
  voidFrom: number | null;
  keepMs: number | null;
  /** When the log is to be deleted, or null for "not any more"; undefined leaves it as it is. */
  deleteAt?: number | null;
  /** The nodes that keep a copy from now on; undefined leaves them as they are. */
  mirrors?: readonly Mirror[];
  /** The node that keeps the log from now on: it is no mirror of it any more. */
  hub?: string;
};

/** Judges an append. @throws ProtocolError with the reason; nothing changes then. */
export function judge(view: LogView, append: AppendArg, verify: Verifier): Change {
  const { state } = view;
  const opens = append.steward?.op === "handover";
  inPhase(state, append, opens);
  if (append.gen !== state.gen + (opens ? 1 : 0) || (append.seen ?? 0) > state.seq)
    throw new ProtocolError("stale_generation", { data: { gen: state.gen } });
  if (append.epoch !== state.epoch && !mayLookBack(append)) throw staleEpoch(state);
  const change: Change = {
    next: { ...state, seq: state.seq + append.entries.length },
    slot: null,
    seated: null,
    addSeats: [],
    removeSeat: null,
    voidFrom: null,
    keepMs: null,
  };
  const { sigs, digest } = append;
  const signed = (key: Bytes, sig: Bytes | undefined) => {
    if (sig === undefined || !verify(key, LABELS.append, digest, sig))
      throw new ProtocolError("bad_signature");
  };
  switch (append.kind) {
    case "entry":
      signed(state.postingKey, sigs.posting);
      break;
    case "commit":
    case "rejoin":
      judgeHandshake(view, append, change, signed);
      break;
    case "seat":
      judgeSeat(view, append, change, signed);
      break;
    case "steward":
      judgeSteward(view, append, change, verify);
      break;
  }
  return change;
}

/** Entries are brought only while a log is taken over, and then the decision opens it; it is an entry nowhere else. */
function inPhase({ phase }: LogState, { brought }: AppendArg, opens: boolean): void {
  if (phase === "moved") throw new ProtocolError("log_moved");
  const allowed = phase === "gathering" ? brought === true || opens : brought !== true && !opens;
  if (!allowed) throw new ProtocolError(phase === "gathering" ? "busy" : "stale_generation");
}

type Signed = (key: Bytes, sig: Bytes | undefined) => void;

/** The steward who voids a commit may be unable to read the epoch that it began, and seals under the one before. */
function mayLookBack({ steward, epoch }: AppendArg): boolean {
  return steward?.op === "void" && epoch === steward.epoch;
}

function judgeHandshake(view: LogView, append: AppendArg, change: Change, signed: Signed): void {
  const { handshake, sigs } = append;
  if (handshake === undefined) throw new ProtocolError("malformed");
  if (append.kind === "commit") {
    const seat = liveSeat(view, handshake.seatId);
    signed(view.state.postingKey, sigs.posting);
    signed(seat.seatKey, sigs.seat);
  } else {
    // Whoever opened the slot comes in with a seat of their own; see services/logs/check.ts for what it must look like.
    const [seat] = handshake.addSeats;
    const outerKey = view.outerKey();
    if (seat === undefined) throw new ProtocolError("malformed");
    if (outerKey === null) throw new ProtocolError("bad_signature");
    signed(outerKey, sigs.outer);
    signed(seat.seatKey, sigs.seat);
  }
  signed(handshake.nextPostingKey, sigs.next);
  change.next.epoch = view.state.epoch + 1;
  change.next.postingKey = handshake.nextPostingKey;
  change.next.lastCommitSeq = change.next.seq;
  change.slot = { outerKey: handshake.outerKey, slot: handshake.slot };
  change.addSeats = newSeats(view, handshake.addSeats);
  change.seated = {
    kind: append.kind === "commit" ? "commit" : "rejoin",
    epoch: append.epoch,
    seatId: handshake.seatId,
    void: false,
  };
}

/** Only its own key gives up a seat; a new one needs the posting key too: some member vouches for it. */
function judgeSeat(
  view: LogView,
  { seat: record, sigs, epoch }: AppendArg,
  change: Change,
  signed: Signed,
): void {
  if (record === undefined) throw new ProtocolError("malformed");
  change.seated = { kind: "seat", epoch, seatId: record.seatId, void: false };
  if (record.op === "remove") {
    if (sigs.posting !== undefined)
      throw new ProtocolError("malformed", { data: { field: "sigs.posting" } });
    signed(liveSeat(view, record.seatId).seatKey, sigs.own);
    change.removeSeat = record.seatId;
    return;
  }
  signed(view.state.postingKey, sigs.posting);
  signed(record.seatKey, sigs.own);
  change.addSeats = newSeats(view, [record]);
}

/** @throws ProtocolError `seat_removed` for one that was removed, `seat_conflict` for one that is there. */
function newSeats(view: LogView, seats: readonly NewSeat[]): readonly NewSeat[] {
  for (const { seatId } of seats) {
    const present = view.seat(seatId);
    if (present !== undefined)
      throw new ProtocolError(present.removedSeq === null ? "seat_conflict" : "seat_removed");
  }
  if (seats.length > 0 && view.liveSeats() + seats.length > LIMITS.seats)
    throw new ProtocolError("quota_exceeded");
  return seats;
}

function judgeSteward(view: LogView, append: AppendArg, change: Change, verify: Verifier): void {
  const { state } = view;
  const record = append.steward;
  if (record === undefined) throw new ProtocolError("malformed");
  const signers = stewardSigners(state, append, record, verify);
  const needed = mayAlone(view, record, signers) ? 1 : stewardsNeeded(state, record);
  if (signers.size < needed) throw new ProtocolError("steward_majority");
  switch (record.op) {
    case "void":
      judgeVoid(view, record, change);
      break;
    case "removeSeat":
      liveSeat(view, record.seatId);
      change.removeSeat = record.seatId;
      break;
    case "mend":
      if (record.epoch !== state.epoch) throw staleEpoch(state);
      change.next.postingKey = record.postingKey;
      break;
    case "retention":
      change.keepMs = record.keepMs;
      break;
    case "stewards":
      change.next.stewards = record.stewards;
      break;
    case "delete":
      change.deleteAt = append.now + LIMITS.deletionWaitMs;
      break;
    case "keep":
      change.deleteAt = null;
      break;
    case "mirrors":
      change.mirrors = record.mirrors;
      break;
    case "handover":
      if (record.gen !== append.gen) throw new ProtocolError("stale_generation");
      change.next.gen = record.gen;
      change.hub = record.hub;
      change.next.phase = append.brought === true ? "gathering" : "open";
      break;
  }
}

/** What stewards sign under a decision. */
export function decisionDigest(decision: {
  logId: Bytes;
  gen: number;
  id: Bytes | undefined;
  record: StewardRecord;
}): Bytes {
  const { logId, gen, id, record } = decision;
  return sha256(encodeCbor({ logId, gen, id, record }));
}

/**
 * The stewards who signed, in hexadecimal. What they signed is the entry's header; or, where signatures were gathered, the
 * decision, whose id is the appendId: then some member's posting key covers the header.
 */
function stewardSigners(
  state: LogState,
  append: AppendArg,
  record: StewardRecord,
  verify: Verifier,
): Set<string> {
  const until = untilOf(record);
  let label: string = LABELS.append;
  let digest = append.digest;
  if (until !== undefined) {
    const { posting } = append.sigs;
    if (posting === undefined || !verify(state.postingKey, LABELS.append, append.digest, posting))
      throw new ProtocolError("bad_signature");
    // A log whose place was opened in time is opened when all of it is there.
    const late = append.brought !== true && record.op !== "handover" && append.now > until;
    if (late) throw new ProtocolError("decision_expired");
    const { logId, gen } = append;
    const id = append.entries[0]?.appendId;
    label = LABELS.steward;
    digest = decisionDigest({ logId, gen, id, record });
  } else if (append.sigs.posting !== undefined)
    throw new ProtocolError("malformed", { data: { field: "sigs.posting" } });
  const signers = new Set<string>();
  for (const { key, sig } of append.sigs.stewards ?? []) {
    if (!state.stewards.some((steward) => equalBytes(steward, key))) {
      // The members may name somebody of whom the hub has not heard yet: for a hand-over they judge by their own list.
      if (record.op === "handover") continue;
      throw new ProtocolError("not_steward");
    }
    if (!verify(key, label, digest, sig)) throw new ProtocolError("bad_signature");
    signers.add(toHex(key));
  }
  if (signers.size === 0) throw new ProtocolError("not_steward");
  return signers;
}

/** Whether one steward may change the list alone: see the rule, which members share. */
function mayAlone(view: LogView, record: StewardRecord, signers: ReadonlySet<string>): boolean {
  return (
    record.op === "stewards" &&
    mayChangeAlone(
      view.state.stewards.map(toHex),
      record.stewards.map(toHex),
      signers,
      new Set(view.founders().map(toHex)),
    )
  );
}

/** How many stewards must sign: one, or more than half; in a pair neither can remove the other alone. */
function stewardsNeeded({ kind, stewards }: LogState, { op }: StewardRecord): number {
  const several = needsMajority(op) || (op === "removeSeat" && kind === "pair");
  return several ? majorityOf(stewards.length) : 1;
}

/**
 * [Note: What stands behind a commit]
 * A commit may be voided until another member shows that it could follow: by a commit, rejoin or seat entry of a later
 * epoch behind it. Entries of the committer's own seat do not count, nor those of seats that came after the commit: who
 * poisons a commit holds its posting key, and could shield it with a seat that it registers itself. A rejoin, whose seat is
 * new, never shields.
 */
function judgeVoid(
  { seated, seatedAfter, seat, commitBefore }: LogView,
  record: Extract<StewardRecord, { op: "void" }>,
  change: Change,
): void {
  const target = seated(record.seq);
  if (
    target === undefined ||
    target.kind === "seat" ||
    target.void ||
    target.epoch !== record.epoch
  )
    throw new ProtocolError("void_refused");
  const shielded = seatedAfter(record.seq).some((entry) => {
    if (entry.void || entry.epoch <= target.epoch || equalBytes(entry.seatId, target.seatId))
      return false;
    const addedSeq = seat(entry.seatId)?.addedSeq;
    return addedSeq !== undefined && addedSeq < record.seq;
  });
  if (shielded) throw new ProtocolError("void_refused");
  change.voidFrom = record.seq;
  change.next.epoch = record.epoch;
  change.next.postingKey = record.postingKey;
  change.next.lastCommitSeq = commitBefore(record.seq);
}

function liveSeat(view: LogView, seatId: Bytes): SeatState {
  const seat = view.seat(seatId);
  if (seat === undefined) throw new ProtocolError("seat_unknown");
  if (seat.removedSeq !== null) throw new ProtocolError("seat_removed");
  return seat;
}

function staleEpoch({ epoch, seq }: LogState): ProtocolError {
  return new ProtocolError("stale_epoch", { data: { epoch, seq } });
}
