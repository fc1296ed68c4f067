/**
 * The hub's chain of heads, and what members make of it. Everything but signing is pure.
 *
 * [Note: What a member can know] A member keeps the highest position that it has seen. A hub that later shows less
 * has rolled back; one that shows something else at a position has forked. Two heads that the hub signed prove
 * it to anyone; a mere mismatch is a reason to stop. A hub's head times never go back, so a lower head
 * with an older time is only late, and one with a newer time is a rollback that the hub signed itself.
 */
import type { Bytes, ForkProof, Head, Signatures, StoredEntry } from "@baraza/protocol";
import {
  concat,
  encodeCbor,
  equalBytes,
  head as headSchema,
  LABELS,
  uint64,
  utf8,
} from "@baraza/protocol";
import type { Signer } from "./ed25519.ts";
import { signWith, verifyWith } from "./ed25519.ts";
import { CryptoError } from "./errors.ts";
import { sha256 } from "./primitives.ts";
import type { Without } from "./records.ts";
import { readRecord } from "./records.ts";

/** `head_0`, before any entry: `H("baraza/head/1" || genesis)`. */
export function genesisHead(genesisBytes: Bytes): Bytes {
  return sha256(utf8(LABELS.head), genesisBytes);
}

/** `head_n = H(head_(n-1) || uint64(seq) || H(header || cbor(signatures)))`. */
export function nextHead(
  previous: Bytes,
  seq: number,
  headerBytes: Bytes,
  signatures: Signatures,
): Bytes {
  return sha256(previous, uint64(seq), sha256(headerBytes, encodeCbor(signatures)));
}

/** The hub's receipt. `time` in milliseconds; it must never be before that of an earlier head of the log. */
export async function signHead(nodeKey: Signer, fields: Without<Head, "sig">): Promise<Head> {
  const sig = await signWith(nodeKey, LABELS.head, headDigest(fields));
  return readRecord(headSchema, { ...fields, sig }, "bad_input");
}

/** True when the node signed this head; other fields than these six are not covered. Never throws on hostile input. */
export async function verifyHead(nodePublicKey: Bytes, head: Head): Promise<boolean> {
  try {
    const digest = headDigest(readRecord(headSchema, head, "bad_input"));
    return await verifyWith(nodePublicKey, LABELS.head, digest, head.sig);
  } catch {
    return false;
  }
}

/** What a hub signs under a page of a copy of its log: that the head at `seq` is `head` (mirrors.ts of protocol). */
export function mirrorPageDigest(page: { logId: Bytes; seq: number; head: Bytes }): Bytes {
  const { logId, seq, head } = page;
  return sha256(encodeCbor({ logId, seq, head }));
}

/** `logId || gen || seq || head || time`, numbers as uint64: what a node signs under `"baraza/head/1"`. */
export function headDigest(head: Without<Head, "sig">): Bytes {
  return concat(head.logId, uint64(head.gen), uint64(head.seq), head.head, uint64(head.time));
}

/** The highest position that a member knows; `receipt` is the signed head of just that position, where it has one. */
export type KnownHead = {
  logId: Bytes;
  gen: number;
  seq: number;
  head: Bytes;
  receipt: Head | null;
};

/**
 * `ok`: the head is what is known now. `behind`: entries up to the head are missing still. `gap`: the entries do not
 * join on to what is known. `forked`, `rolledBack`: see the note above.
 */
export type HeadVerdict = "ok" | "behind" | "forked" | "rolledBack" | "gap";
/** Two heads with valid signatures of one node that no honest node signs both. */
export type HeadProof = { first: Head; second: Head };
export type HeadStep = { state: KnownHead; verdict: HeadVerdict; proof?: HeadProof };

/** Where a log starts for a member that has its genesis only. */
export function startOfLog(logId: Bytes, genesisBytes: Bytes): KnownHead {
  return { logId, gen: 0, seq: 0, head: genesisHead(genesisBytes), receipt: null };
}

/**
 * Takes a head, whose signature the caller has verified, and entries read with it (in order; known ones may repeat).
 * The state moves on only as far as the verdict is `ok` or `behind`; it never goes back.
 */
export function advance(
  known: KnownHead,
  head: Head,
  entries: readonly Pick<StoredEntry, "seq" | "header" | "sigs">[],
): HeadStep {
  if (!equalBytes(known.logId, head.logId)) return { state: known, verdict: "gap" };
  const conflict = contradiction(known, head);
  if (conflict !== undefined) return { state: known, ...conflict };
  if (head.gen < known.gen || head.seq < known.seq) return { state: known, verdict: "ok" };
  let { seq } = known;
  let value = known.head;
  for (const entry of entries) {
    if (entry.seq <= seq || entry.seq > head.seq) continue;
    if (entry.seq !== seq + 1) return { state: known, verdict: "gap" };
    seq = entry.seq;
    value = nextHead(value, seq, entry.header, entry.sigs);
  }
  if (seq < head.seq) {
    const state = seq === known.seq ? known : { ...known, seq, head: value, receipt: null };
    return { state, verdict: "behind" };
  }
  if (!equalBytes(value, head.head)) return { state: known, verdict: "forked" };
  const { logId, gen } = head;
  return { state: { logId, gen, seq, head: value, receipt: head }, verdict: "ok" };
}

function contradiction(known: KnownHead, head: Head): Omit<HeadStep, "state"> | undefined {
  const { receipt } = known;
  const older = head.gen < known.gen || (head.gen === known.gen && head.seq < known.seq);
  if (older) {
    if (receipt === null) return { verdict: "rolledBack" };
    if (head.time <= receipt.time) return undefined;
    return { verdict: "rolledBack", proof: { first: receipt, second: head } };
  }
  // A new generation goes on from the old one's end, it never rewrites it.
  if (head.seq < known.seq) return { verdict: "rolledBack" };
  if (head.seq !== known.seq || equalBytes(head.head, known.head)) return undefined;
  if (receipt === null || receipt.gen !== head.gen) return { verdict: "forked" };
  return { verdict: "forked", proof: { first: receipt, second: head } };
}

/** What another member has seen, set against one's own entry hashes: `at(seq)` gives the own head at a position. */
export function compareSeen(
  seen: { gen: number; seq: number; head: Bytes },
  known: KnownHead,
  at: (seq: number) => Bytes | undefined,
): HeadVerdict {
  if (seen.gen > known.gen || seen.seq > known.seq) return "behind";
  const own = seen.seq === known.seq ? known.head : at(seen.seq);
  return own === undefined || equalBytes(own, seen.head) ? "ok" : "forked";
}

/** True when the two heads convict the node: a fork (one position, two heads) or a rollback (later time, lower position). */
export async function verifyHeadProof(nodePublicKey: Bytes, proof: HeadProof): Promise<boolean> {
  const { first, second } = proof;
  if (!(await verifyHead(nodePublicKey, first)) || !(await verifyHead(nodePublicKey, second)))
    return false;
  if (!equalBytes(first.logId, second.logId)) return false;
  const forked =
    first.gen === second.gen && first.seq === second.seq && !equalBytes(first.head, second.head);
  const before = (a: Head, b: Head) =>
    a.time > b.time && (a.gen < b.gen || (a.gen === b.gen && a.seq < b.seq));
  return forked || before(first, second) || before(second, first);
}

/** Whether a proof convicts the node with this key: it signed two histories, or went back behind what it had signed. */
export async function verifyForkProof(nodePublicKey: Bytes, proof: ForkProof): Promise<boolean> {
  const { first, second, value, links } = proof;
  if (!equalBytes(first.logId, second.logId) || first.gen !== second.gen) return false;
  for (const head of [first, second]) if (!(await verifyHead(nodePublicKey, head))) return false;
  if (second.seq < first.seq) return second.time > first.time;
  if (links.length !== second.seq - first.seq || equalBytes(value, first.head)) return false;
  let head = value;
  for (const [index, { header, sigs }] of links.entries())
    head = nextHead(head, first.seq + 1 + index, header, sigs);
  return equalBytes(head, second.head);
}

/** @throws CryptoError `bad_signature` unless the node signed the head. */
export async function needHead(nodePublicKey: Bytes, head: Head): Promise<void> {
  if (!(await verifyHead(nodePublicKey, head))) throw new CryptoError("bad_signature");
}
