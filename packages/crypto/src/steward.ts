/** What stewards sign: their entries stand in clear, and the hub acts on them. */
import type { Bytes, Signatures, StewardRecord } from "@baraza/protocol";
import { toHex } from "@baraza/protocol";
import type { Ed25519KeyPair } from "./ed25519.ts";
import { headerHash, signAppend, verifyAppend } from "./entries.ts";

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

/** How many of `total` stewards a record needs: one, but a majority to change who they are. */
export function stewardsNeeded(op: StewardRecord["op"], total: number): number {
  return op === "stewards" ? Math.floor(total / 2) + 1 : 1;
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
