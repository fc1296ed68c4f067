/** Logs: the genesis, the clear header of an entry, seat and steward records, heads, and the requests around them. */
import * as v from "valibot";
import type { Infer } from "./schema.ts";
import {
  bytes,
  bytes16,
  bytes32,
  exact,
  nodeName,
  object,
  signature,
  time,
  uint,
} from "./schema.ts";
import { LIMITS } from "./limits.ts";

/** The current version of entry headers and the suite outside MLS: SHA-256, HKDF, AES-256-GCM with commitment, Ed25519. */
export const ENTRY_VERSION = 1;
export const ENTRY_SUITE = 1;

export const mlsSuite = v.picklist(["x25519", "xwing"]);
export const spaceKind = v.picklist(["personal", "pair", "group"]);
/** What newcomers may read: nothing before they came, or everything that the group still has. */
export const historyPolicy = v.picklist(["none", "all"]);

/** `logId = H("baraza/log-id/1" || genesis)`. `nonce` is the MLS group id. */
export const genesis = object({
  v: v.literal(1),
  suite: v.literal(ENTRY_SUITE),
  kind: spaceKind,
  mlsSuite,
  history: historyPolicy,
  hub: nodeName,
  stewards: v.pipe(v.array(bytes32), v.minLength(1), v.maxLength(LIMITS.stewards)),
  seatId: bytes16,
  seatKey: bytes32,
  postingKey: bytes32,
  nonce: bytes32,
  /** The first key that signs rejoins. */
  outerKey: v.optional(bytes32),
});
export type Genesis = Infer<typeof genesis>;

/** A seat entry's record: `set` puts a new seat at the log (seat ids: see `addSeats`); `remove` gives up one's own. */
export const seatRecord = object({
  op: v.picklist(["set", "remove"]),
  seatId: bytes16,
  seatKey: bytes32,
});
export type SeatRecord = Infer<typeof seatRecord>;

/**
 * What stewards decide in clear, because the hub has to act on it.
 * One steward: `void`, `removeSeat` (in a pair: both), `mend`, `retention`, `keep`, `mirrors`, and `stewards` where it names more, steps
 * down, or takes away whom they named (the list keeps the order of naming). A majority: any other `stewards`, `delete`, `handover`.
 *
 * A record with `until` (milliseconds) is a *decision*: its signatures were gathered one by one, and cover it whatever
 * epoch the log is in meanwhile (see leading.ts).
 */
const until = v.optional(time);
export const mirror = object({ node: nodeName, key: bytes32 });
export type Mirror = Infer<typeof mirror>;
export const stewardRecord = v.variant("op", [
  object({ op: v.literal("void"), seq: uint(), epoch: uint(), postingKey: bytes32 }),
  object({ op: v.literal("removeSeat"), seatId: bytes16, until }),
  object({ op: v.literal("mend"), epoch: uint(), postingKey: bytes32 }),
  object({ op: v.literal("retention"), keepMs: uint() }),
  object({
    op: v.literal("stewards"),
    stewards: v.pipe(v.array(bytes32), v.minLength(1), v.maxLength(LIMITS.stewards)),
    until,
  }),
  /** The hub drops the log once `LIMITS.deletionWaitMs` have passed, unless a `keep` comes before. */
  object({ op: v.literal("delete"), until: time }),
  object({ op: v.literal("keep") }),
  /** The nodes that keep a copy from now on, with their keys (see mirrors.ts). */
  object({
    op: v.literal("mirrors"),
    mirrors: v.pipe(v.array(mirror), v.maxLength(LIMITS.mirrors)),
  }),
  /**
   * The log goes on at another hub, in generation `gen`, one higher than before: from `head` at `seq`, or from what the old
   * hub has signed behind that. It is the new hub's first entry. `oldKey` is the old hub's key, `epoch` and `postingKey` are
   * those at `seq`.
   */
  object({
    op: v.literal("handover"),
    gen: uint(0xffff_ffff),
    hub: nodeName,
    hubKey: bytes32,
    oldKey: bytes32,
    seq: uint(),
    head: bytes32,
    epoch: uint(),
    postingKey: bytes32,
    until: time,
  }),
]);
export type StewardRecord = Infer<typeof stewardRecord>;

export const entryKind = v.picklist(["entry", "commit", "rejoin", "seat", "steward"]);
export type EntryKind = Infer<typeof entryKind>;

/** The clear header of an entry: everything that a hub learns of it. Optional parts by kind, see {@link headerFits}. */
export const entryHeader = v.pipe(
  object({
    v: v.literal(ENTRY_VERSION),
    suite: v.literal(ENTRY_SUITE),
    logId: bytes32,
    gen: uint(0xffff_ffff),
    kind: entryKind,
    epoch: uint(),
    appendId: bytes16,
    bodyLen: uint(LIMITS.commitBodyBytes),
    bodyHash: bytes32,
    blobs: v.pipe(v.array(bytes16), v.maxLength(LIMITS.entryBlobs)),
    /**
     * Blobs that nothing in the log needs any more: the hub lets go of what kept them so far, and collects them after
     * `LIMITS.blobGraceMs` unless an entry names them again before. Members judge who may; to the hub, any of them may.
     */
    drops: v.optional(v.pipe(v.array(bytes16), v.minLength(1), v.maxLength(LIMITS.entryBlobs))),
    nextPostingKey: v.optional(bytes32),
    seatId: v.optional(bytes16),
    /**
     * Seat keys that a commit adds with its new devices, so that a newcomer can read at once; of a rejoin, the one seat that
     * it takes. A seat id is always the first 16 bytes of SHA-256 of its key. A void takes them away again.
     */
    addSeats: v.optional(v.pipe(v.array(bytes32), v.minLength(1), v.maxLength(LIMITS.commitSeats))),
    /** SHA-256 of the new rejoin slot (see slots.ts), null when there is none. */
    slotHash: v.optional(v.nullable(bytes32)),
    /** The public key that signs rejoins while this commit is the newest; the slot names it too. */
    outerKey: v.optional(bytes32),
    seat: v.optional(seatRecord),
    steward: v.optional(stewardRecord),
  }),
  v.check((header) => headerFits(header), "parts of another kind"),
);
export type EntryHeader = Infer<typeof entryHeader>;

function headerFits(header: {
  kind: EntryKind;
  bodyLen: number;
  nextPostingKey?: unknown;
  seatId?: unknown;
  addSeats?: unknown;
  slotHash?: unknown;
  drops?: unknown;
  outerKey?: unknown;
  seat?: unknown;
  steward?: unknown;
}): boolean {
  const handshake = header.kind === "commit" || header.kind === "rejoin";
  const has = (part: unknown) => part !== undefined;
  return (
    has(header.nextPostingKey) === handshake &&
    has(header.seatId) === handshake &&
    has(header.slotHash) === handshake &&
    (!has(header.addSeats) || handshake) &&
    (!has(header.outerKey) || handshake) &&
    (!has(header.drops) || header.kind === "entry") &&
    has(header.seat) === (header.kind === "seat") &&
    has(header.steward) === (header.kind === "steward") &&
    (handshake || header.bodyLen <= LIMITS.entryBodyBytes)
  );
}

/**
 * Outer signatures, all over `"baraza/append/1" || digest`. For one entry the digest is H(header); for a batch of
 * n > 1 entries of kind `entry` it is H(H(header_1) || ... || H(header_n)), and `batch` says where this one stands.
 * entry: posting. commit: posting + seat + next. rejoin: outer + seat + next. seat: own (the seat's key), and posting when
 * the seat is new. steward: stewards; where the record is a decision, theirs are over the decision, and posting covers
 * the entry.
 */
export const signatures = object({
  posting: v.optional(signature),
  seat: v.optional(signature),
  next: v.optional(signature),
  outer: v.optional(signature),
  own: v.optional(signature),
  stewards: v.optional(
    v.pipe(v.array(object({ key: bytes32, sig: signature })), v.maxLength(LIMITS.stewards)),
  ),
  batch: v.optional(
    object({
      digest: bytes32,
      index: uint(LIMITS.appendEntries),
      count: uint(LIMITS.appendEntries),
    }),
  ),
});
export type Signatures = Infer<typeof signatures>;

/** What a steward signs under a decision of several: see leading.ts. */
export const decision = object({ logId: bytes32, gen: uint(), id: bytes16, record: stewardRecord });
export type Decision = Infer<typeof decision>;

/**
 * A decision with its signatures, for those who do not read it in the log: a commit brings it along that takes an elder
 * steward's lead away, and so does what tells of a hand-over. `gen` is that of the entry that carries the decision out.
 */
export const decisionProof = object({
  gen: uint(),
  id: bytes16,
  record: stewardRecord,
  sigs: v.pipe(v.array(object({ key: bytes32, sig: signature })), v.maxLength(LIMITS.stewards)),
});
export type DecisionProof = Infer<typeof decisionProof>;

/** The hub's receipt: signed over `"baraza/head/1" || logId || gen || seq || head || time` (numbers as uint64). */
export const head = object({
  logId: bytes32,
  gen: uint(),
  seq: uint(),
  head: bytes32,
  time,
  sig: signature,
});
export type Head = Infer<typeof head>;

/** An entry as the hub keeps and hands out. `seq` counts from 1; the genesis is 0. */
export const storedEntry = object({
  seq: uint(),
  header: bytes(LIMITS.headerBytes),
  body: bytes(LIMITS.commitBodyBytes),
  sigs: signatures,
});
export type StoredEntry = Infer<typeof storedEntry>;

/** A finalised blind token of the hub (see tokens in accounts.ts), so that the hub cannot tell whose log it is. */
export const logToken = object({ input: bytes32, output: bytes(64, 32) });

export const logsCreate = {
  request: object({
    genesis: bytes(LIMITS.genesisBytes),
    token: logToken,
    /** The rejoin slot for the time before the first commit. */
    slot: v.optional(bytes(LIMITS.slotBytes)),
  }),
  response: object({ logId: bytes32, head }),
};

export const logsAppend = {
  request: object({
    logId: bytes32,
    entries: v.pipe(
      v.array(object({ header: bytes(LIMITS.headerBytes), body: bytes(LIMITS.commitBodyBytes) })),
      v.minLength(1),
      v.maxLength(LIMITS.appendEntries),
    ),
    sigs: signatures,
    /** The bytes of the slot that the header names. Left out where they are lost (a hub's backup): the next commit brings new ones. */
    slot: v.optional(bytes(LIMITS.slotBytes)),
    /**
     * The highest position that the sender has seen. A hub that does not reach it was put back from a backup: it refuses
     * (`stale_generation`), so that members bring back what it lost before anything new takes its place.
     */
    seen: v.optional(uint()),
  }),
  /** `seqs[i]` is where entry i stands; `head` is the receipt for the last of them (or for the log's end, on a repeat). */
  response: object({ seqs: v.array(uint()), head, repeated: v.optional(v.boolean()) }),
};

/** Opens a reading session: signed by the seat over `"baraza/log-session/1" || H(cbor{logId, seatId, hub, time})`. */
export const logsSession = {
  request: object({ logId: bytes32, seatId: bytes16, time, sig: signature }),
  response: object({
    token: bytes(256, 16),
    expires: time,
    head,
    epoch: uint(),
    lastCommitSeq: uint(),
    /** Whether there is a rejoin slot. */
    slot: v.optional(v.boolean()),
    /** The nodes that keep a copy, for whoever came in after the stewards named them. */
    mirrors: v.optional(v.pipe(v.array(mirror), v.maxLength(LIMITS.mirrors))),
  }),
};

export const logsRead = {
  request: object({
    logId: bytes32,
    token: bytes(256, 16),
    after: uint(),
    limit: v.optional(uint(LIMITS.readEntries)),
    /** Give the genesis as well. */
    genesis: v.optional(v.boolean()),
  }),
  response: object({
    genesis: v.optional(bytes(LIMITS.genesisBytes)),
    entries: v.array(storedEntry),
    head,
    more: v.boolean(),
    /** This hub keeps the log no longer: the decision that says which one does. */
    moved: v.optional(decisionProof),
    /** The log is being taken over, and not open yet: more may be brought. */
    gathering: v.optional(v.boolean()),
    /** Where the log came from: the last position that was taken over from the hub before. */
    base: v.optional(object({ gen: uint(), seq: uint(), head: bytes32 })),
  }),
};

export const logsSeats = {
  request: object({ logId: bytes32, token: bytes(256, 16) }),
  response: object({
    seats: v.array(object({ seatId: bytes16, seatKey: bytes32, removedAt: v.nullable(uint()) })),
  }),
};

/**
 * Where pushes for a seat go: signed by the seat over `"baraza/seat-push/1" || H(cbor{logId, seatId, push, time})`.
 * `wrapKey` is the symmetric key under which the hub wraps each push for this seat.
 */
export const pushTarget = object({ node: nodeName, address: bytes(256, 16), wrapKey: bytes32 });
export type PushTarget = Infer<typeof pushTarget>;
export const logsPush = {
  request: object({
    logId: bytes32,
    seatId: bytes16,
    push: v.nullable(pushTarget),
    time,
    sig: signature,
  }),
  response: object({}),
};

/** What a push carries once unwrapped: the entry itself when it is small, else only that there is one. */
export const pushContent = object({
  logId: bytes32,
  seq: uint(),
  entry: v.optional(storedEntry),
  head,
});
export type PushContent = Infer<typeof pushContent>;

export const SEAT_ID_BYTES = 16;
export const APPEND_ID = exact(16);
