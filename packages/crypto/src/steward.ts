/** What stewards sign: their entries stand in clear, and the hub acts on them. */
import type { Bytes, Decision, Signatures, StewardRecord } from "@baraza/protocol";
import { encodeCbor, LABELS, majorityOf, needsMajority, toHex } from "@baraza/protocol";
import type { Ed25519KeyPair } from "./ed25519.ts";
import { signWith, verifyWith } from "./ed25519.ts";
import { headerHash, signAppend, verifyAppend } from "./entries.ts";
import { sha256 } from "./primitives.ts";

/** Signs a steward entry (its header's bytes) with the keys of one or more stewards, for `sigs.stewards`. */
export function signSteward(
  keys: readonly Ed25519KeyPair[],
  headerBytes: Bytes,
): Promise<{ key: Bytes; sig: Bytes }[]> {
  const digest = headerHash(headerBytes);
  return Promise.all(
    keys.map(async (pair) => ({ key: pair.publicKey, sig: await signAppend(pair, digest) })),
  );
}

/** How many of `total` stewards a record needs: one, but a majority to change who they are or to end the log here. */
export function stewardsNeeded(op: StewardRecord["op"], total: number): number {
  return needsMajority(op) ? majorityOf(total) : 1;
}

/** `H(cbor{logId, gen, id, record})`: what a steward signs under `"baraza/steward/1"`. */
export function decisionDigest({ logId, gen, id, record }: Decision): Bytes {
  return sha256(encodeCbor({ logId, gen, id, record }));
}

/** One steward's signature under a decision of several. */
export async function signDecision(
  pair: Ed25519KeyPair,
  decision: Decision,
): Promise<{ key: Bytes; sig: Bytes }> {
  const sig = await signWith(pair, LABELS.steward, decisionDigest(decision));
  return { key: pair.publicKey, sig };
}

/** Those of the signatures that are good, each of another of `stewards`. Never throws on hostile input. */
export async function decisionSigners(
  stewards: readonly Bytes[],
  decision: Decision,
  signatures: readonly { key: Bytes; sig: Bytes }[],
): Promise<{ key: Bytes; sig: Bytes }[]> {
  const digest = decisionDigest(decision);
  const open = new Set(stewards.map(toHex));
  const good: { key: Bytes; sig: Bytes }[] = [];
  for (const one of signatures) {
    const name = toHex(one.key);
    if (!open.has(name) || !(await verifyWith(one.key, LABELS.steward, digest, one.sig))) continue;
    open.delete(name);
    good.push(one);
  }
  return good;
}

/** How many different current stewards signed the entry validly. Other signatures beside them count for nothing. */
export async function countStewards(
  stewards: readonly Bytes[],
  headerBytes: Bytes,
  signatures: Signatures["stewards"],
): Promise<number> {
  const digest = headerHash(headerBytes);
  const open = new Set(stewards.map(toHex));
  let count = 0;
  for (const { key, sig } of signatures ?? []) {
    const name = toHex(key);
    if (!open.has(name) || !(await verifyAppend(key, digest, sig))) continue;
    open.delete(name);
    count += 1;
  }
  return count;
}
