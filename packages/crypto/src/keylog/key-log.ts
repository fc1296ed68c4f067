/** The key log's signed heads, hidden names, commitments, and the checks that a client makes of an answer. */
import type {
  Bytes,
  KeyLogDevices,
  KeyLogHead,
  KeyLogIdentity,
  KeyLogLeaf,
  KeyLogVault,
  ResponseOf,
} from "@baraza/protocol";
import {
  decodeCbor,
  encodeCbor,
  equalBytes,
  keyLogHead,
  keyLogLeaf,
  LABELS,
  LIMITS,
  readAs,
  utf8,
} from "@baraza/protocol";
import type { Signer } from "../ed25519.ts";
import { signWith, verifyWith } from "../ed25519.ts";
import { CryptoError } from "../errors.ts";
import { hmac, sha256 } from "../primitives.ts";
import type { Without } from "../records.ts";
import { readRecord, recordDigest } from "../records.ts";
import { verifyPlace } from "./prefix-tree.ts";
import { leafHash, verifyConsistency, verifyInclusion } from "./tree.ts";
import { vrfProve, vrfVerify } from "./vrf.ts";

/** Signs the state of a log. */
export async function signKeyLogHead(
  nodeKey: Signer,
  fields: Without<KeyLogHead, "sig">,
): Promise<KeyLogHead> {
  const sig = await signWith(nodeKey, LABELS.keyLogHead, recordDigest(fields));
  return readRecord(keyLogHead, { ...fields, sig }, "bad_input");
}

/** True when that node key signed the head. Never throws. */
export async function verifyKeyLogHead(nodeKey: Bytes, head: KeyLogHead): Promise<boolean> {
  try {
    const checked = readRecord(keyLogHead, head, "bad_key_log");
    return await verifyWith(nodeKey, LABELS.keyLogHead, recordDigest(checked), checked.sig);
  } catch {
    return false;
  }
}

/** The place of an account name, and its proof. */
export function keyLogPlace(vrfSeed: Bytes, name: string): { place: Bytes; proof: Bytes } {
  const { output, proof } = vrfProve(vrfSeed, placeInput(name));
  return { place: output.slice(0, 32), proof };
}

const placeInput = (name: string) => utf8(`${LABELS.keyLogPlace} ${name}`);

export type KeyLogPart = "identity" | "devices" | "vault";

/** The salt of one part: opening it says nothing of the others. 16 bytes. */
export function partSalt(secret: Uint8Array, part: KeyLogPart): Bytes {
  return hmac(secret, utf8(`${LABELS.keyLogPart} ${part}`)).slice(0, 16);
}

/** What a leaf says of a part: HMAC(salt, cbor without the salt). */
export function commitPart(opened: KeyLogIdentity | KeyLogDevices | KeyLogVault): Bytes {
  return hmac(opened.salt, encodeCbor({ ...opened, salt: undefined }));
}

/** A leaf from its bytes. @throws CryptoError `bad_key_log` */
export function readKeyLogLeaf(bytes: Bytes): KeyLogLeaf {
  return readRecord(keyLogLeaf, bytes, "bad_key_log", LIMITS.keyLogLeafBytes);
}

/** Proofs travel as hashes one after the other. */
export function packHashes(hashes: readonly Bytes[]): Bytes {
  const out = new Uint8Array(hashes.length * 32);
  hashes.forEach((hash, index) => out.set(hash, index * 32));
  return out;
}

/** @throws CryptoError `bad_key_log` when it is not a whole number of hashes */
export function unpackHashes(bytes: Bytes): Bytes[] {
  if (bytes.length % 32 !== 0) throw new CryptoError("bad_key_log");
  return Array.from({ length: bytes.length / 32 }, (_, i) => bytes.slice(i * 32, i * 32 + 32));
}

/** What a looked-up account is, once everything about the answer was checked. */
export type CheckedLookup = {
  at: number;
  seq: number;
  leafHash: Bytes;
  identityId: Bytes | null;
  record: Bytes | null;
  /** Null unless the list was opened. */
  devices: Bytes[] | null;
};

/**
 * Checks an answer of `keylog.lookup` against its own head, which the caller has verified: the name's place, that the
 * index leads there, that the leaf is in the log, and what it says of the identity.
 * @throws CryptoError `bad_key_log`
 */
export function checkLookup(answer: ResponseOf<"keylog.lookup">): CheckedLookup {
  const { head, opened, devices } = answer;
  const leaf = checkLatest(head, answer.name, answer.place, answer.inIndex, answer);
  const { of } = opened;
  demand(equalBytes(commitPart(opened), leaf.identity));
  if (of !== null) demand(equalBytes(of.record, sha256(answer.identity)));
  if (devices !== undefined) demand(equalBytes(commitPart(devices), leaf.devices));
  return {
    at: answer.at,
    seq: leaf.seq,
    leafHash: leafHash(sha256, answer.leaf),
    identityId: of?.identityId ?? null,
    record: of?.record ?? null,
    devices: devices?.devices ?? null,
  };
}

export type CheckedOwn = {
  at: number;
  seq: number;
  leafHash: Bytes;
  identity: KeyLogIdentity;
  devices: KeyLogDevices;
  vault: KeyLogVault;
};

/**
 * Checks an answer of `keylog.own`: the latest leaf as in a lookup; each of the others in the log, of the same place, in
 * an unbroken chain after the last that is known (`seq` 0 for none), up to the latest where no more follow.
 * @throws CryptoError `bad_key_log`
 */
export function checkOwn(
  answer: ResponseOf<"keylog.own">,
  name: string,
  known: { seq: number; at: number; leafHash: Bytes } | null,
): CheckedOwn[] {
  const { head, latest, leaves } = answer;
  const newest = checkLatest(head, name, answer.place, answer.inIndex, latest);
  let last = known ?? former(head, answer.before, newest.place);
  const checked: CheckedOwn[] = [];
  for (const one of leaves) {
    const leaf = checkInLog(head, one);
    demand(equalBytes(leaf.place, newest.place));
    demand(leaf.seq === (last?.seq ?? 0) + 1 && leaf.prev === last?.at);
    demand(equalBytes(commitPart(one.identity), leaf.identity));
    demand(equalBytes(commitPart(one.devices), leaf.devices));
    demand(equalBytes(commitPart(one.vault), leaf.vault));
    const { identity, devices, vault, at } = one;
    last = { at, seq: leaf.seq, leafHash: leafHash(sha256, one.leaf) };
    checked.push({ ...last, identity, devices, vault });
  }
  if (!answer.more)
    demand(
      last !== null &&
        last.at === latest.at &&
        equalBytes(last.leafHash, leafHash(sha256, latest.leaf)),
    );
  else demand(leaves.length > 0);
  return checked;
}

/** Where an account's chain begins: at nothing, or at the leaf with which the name's former owner went. */
function former(
  head: KeyLogHead,
  before: ResponseOf<"keylog.own">["before"],
  place: Bytes,
): { seq: number; at: number; leafHash: Bytes } | null {
  if (before === undefined) return null;
  const leaf = checkInLog(head, before);
  demand(equalBytes(leaf.place, place) && before.identity.of === null);
  demand(equalBytes(commitPart(before.identity), leaf.identity));
  return { seq: leaf.seq, at: before.at, leafHash: leafHash(sha256, before.leaf) };
}

/** True when the proof shows that `second`'s log begins with `first`'s. The heads themselves are the caller's to verify. */
export function headsFit(first: KeyLogHead, second: KeyLogHead, proof: Bytes): boolean {
  if (proof.length % 32 !== 0 || first.node !== second.node) return false;
  return (
    equalBytes(first.vrfKey, second.vrfKey) &&
    verifyConsistency(sha256, {
      from: first.size,
      to: second.size,
      first: first.root,
      second: second.root,
      path: unpackHashes(proof),
    })
  );
}

/** True when no honest node signs both: one size with two contents, or two ways to hide names. Anybody can see it. */
export function headsContradict(a: KeyLogHead, b: KeyLogHead): boolean {
  if (a.node !== b.node) return false;
  if (!equalBytes(a.vrfKey, b.vrfKey)) return true;
  return a.size === b.size && !(equalBytes(a.root, b.root) && equalBytes(a.index, b.index));
}

type ProvenLeaf = { at: number; leaf: Bytes; path: Bytes };

function checkLatest(
  head: KeyLogHead,
  name: string,
  placeProof: Bytes,
  inIndex: Bytes,
  latest: ProvenLeaf,
): KeyLogLeaf {
  const place = vrfVerify(head.vrfKey, placeInput(name), placeProof).slice(0, 32);
  const leaf = checkInLog(head, latest);
  demand(equalBytes(leaf.place, place));
  const entry = { place, at: latest.at, leaf: leafHash(sha256, latest.leaf) };
  demand(verifyPlace(sha256, { entry, path: unpackHashes(inIndex), root: head.index }));
  return leaf;
}

function checkInLog(head: KeyLogHead, { at, leaf, path }: ProvenLeaf): KeyLogLeaf {
  const proof = { leaf: leafHash(sha256, leaf), at, size: head.size, root: head.root };
  demand(verifyInclusion(sha256, { ...proof, path: unpackHashes(path) }));
  return readKeyLogLeaf(leaf);
}

function demand(holds: boolean): void {
  if (!holds) throw new CryptoError("bad_key_log");
}

/**
 * A hash of the ways into a sealed vault, as a leaf names them: they lie in clear beside its body. Of what is no vault,
 * 32 zero bytes.
 */
export function waysHash(vault: Bytes): Bytes {
  try {
    const { wraps } = decodeCbor(vault) as { wraps?: unknown };
    return Array.isArray(wraps) ? sha256(encodeCbor(wraps)) : new Uint8Array(32);
  } catch {
    return new Uint8Array(32);
  }
}

/** A head from its bytes. @throws ProtocolError */
export function readKeyLogHead(bytes: Bytes): KeyLogHead {
  return readAs(keyLogHead, bytes, LIMITS.recordBytes);
}
