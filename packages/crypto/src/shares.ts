/**
 * Shares of a way's secret (Shamir over GF(2^8)), signed by whose account it opens.
 *
 * [Note: A tampered share gives a wrong secret silently] Shamir has no integrity of its own. So every share is signed by
 * the owner's identity, together with the set it belongs to, its index, how many are needed, who holds it, and a
 * check of the secret; shares are only combined inside of one set, and what comes out is checked. Nothing is tried out
 * on combinations: a share that does not verify is put aside with the name of whoever brought it.
 */
import { combine, split } from "shamir-secret-sharing";
import type { Bytes, IdentityRecord, Profile, Share } from "@baraza/protocol";
import {
  encodeCbor,
  equalBytes,
  LABELS,
  share as shareSchema,
  toHex,
  utf8,
  writeAs,
} from "@baraza/protocol";
import { signWith, verifyWith } from "./ed25519.ts";
import { CryptoError } from "./errors.ts";
import { identityIdOf, readIdentity } from "./identity.ts";
import { hmac, isBytes, randomBytes, sha256 } from "./primitives.ts";
import { readRecord, recordDigest } from "./records.ts";

/** What a set of shares is made of: `k` of the holders (identity ids, 32 bytes each) open it. */
export type ShareSet = {
  way: Share["way"];
  owner: { record: IdentityRecord; privateKey: Bytes };
  profile: Profile;
  secret: Bytes;
  /** The way's public key, which derives from the secret. */
  publicKey: Bytes;
  k: number;
  holders: readonly Bytes[];
  /** Milliseconds. */
  made: number;
  /** A random one unless given. */
  setId?: Bytes;
  /** What Shamir's scheme gives: for vectors only. */
  parts?: readonly Bytes[];
};

/**
 * Splits a secret among holders. One share each, as bytes, in the order of the holders.
 * @throws CryptoError `bad_input` unless 1 <= k <= holders and no holder comes twice.
 */
export async function splitSecret(set: ShareSet): Promise<{ setId: Bytes; shares: Bytes[] }> {
  const { holders, k, secret } = set;
  const n = holders.length;
  const distinct = new Set(holders.map(toHex));
  if (!Number.isInteger(k) || k < 1 || k > n || distinct.size !== n || secret.length === 0)
    throw new CryptoError("bad_input");
  const setId = set.setId ?? randomBytes(16);
  const parts = set.parts ?? (await partsOf(secret, n, k));
  const shares: Bytes[] = [];
  for (const [at, holder] of holders.entries()) {
    const fields = {
      v: 1 as const,
      way: set.way,
      owner: set.owner.record,
      profile: set.profile,
      setId,
      made: set.made,
      k,
      n,
      index: at + 1,
      holder,
      keyCheck: keyCheck(set.publicKey),
      share: parts[at] ?? new Uint8Array(),
    };
    const sig = await signWith(set.owner.privateKey, LABELS.share, recordDigest(fields));
    shares.push(writeAs(shareSchema, { ...fields, sig }));
  }
  return { setId, shares };
}

/** One part per holder. Where one suffices there is nothing to divide: each holds the secret. */
async function partsOf(secret: Bytes, n: number, k: number): Promise<Bytes[]> {
  if (k > 1) return (await split(secret, n, k)) as Bytes[];
  return Array.from({ length: n }, (_, at) => {
    const part = new Uint8Array(secret.length + 1);
    part.set(secret);
    part[secret.length] = at + 1;
    return part;
  });
}

/** The check of a way's public key that every share carries. 32 bytes. */
export function keyCheck(publicKey: Bytes): Bytes {
  return sha256(utf8(LABELS.shareCheck), publicKey);
}

/** A share that its owner's signature holds together. */
export type VerifiedShare = Share & { ownerId: Bytes };

/**
 * Checks a share (bytes or as it stands): its owner's identity record and signature. Whose account it is, which set, and
 * whether whoever brought it is its holder is for the caller to compare.
 * @throws CryptoError `bad_share`.
 */
export async function verifyShare(input: Bytes | Share): Promise<VerifiedShare> {
  const share = readRecord(shareSchema, input, "bad_share");
  let owner: IdentityRecord;
  try {
    owner = await readIdentity(share.owner);
  } catch (cause) {
    throw new CryptoError("bad_share", cause);
  }
  if (
    share.k > share.n ||
    share.index > share.n ||
    !(await verifyWith(owner.key, LABELS.share, recordDigest(share), share.sig))
  )
    throw new CryptoError("bad_share");
  return { ...share, ownerId: identityIdOf(owner) };
}

/** True when two verified shares are of one set. (The set's id alone would be its owner's word.) */
export function sameSet(a: VerifiedShare, b: VerifiedShare): boolean {
  return (
    equalBytes(a.ownerId, b.ownerId) &&
    equalBytes(a.setId, b.setId) &&
    equalBytes(a.keyCheck, b.keyCheck) &&
    a.way === b.way &&
    a.made === b.made &&
    a.k === b.k &&
    a.n === b.n
  );
}

/**
 * Puts the secret together from verified shares of one set, and checks it. `publicKeyOf` derives the way's public key
 * from the secret.
 * @throws CryptoError `bad_share` when they are not of one set or one comes twice; `few_shares` when there are fewer than
 * `k`; `open_failed` when what comes out is not the secret (whoever signed them made them badly).
 */
export async function combineShares(
  shares: readonly VerifiedShare[],
  publicKeyOf: (secret: Bytes) => Promise<Bytes>,
): Promise<Bytes> {
  const [first, ...rest] = shares;
  if (first === undefined) throw new CryptoError("few_shares");
  const distinct = (of: (one: VerifiedShare) => string) =>
    new Set(shares.map(of)).size === shares.length;
  if (
    !rest.every((one) => sameSet(first, one)) ||
    !distinct((one) => String(one.index)) ||
    !distinct((one) => toHex(one.holder))
  )
    throw new CryptoError("bad_share");
  if (shares.length < first.k) throw new CryptoError("few_shares");
  const secret = await together(shares.slice(0, first.k), first.k);
  if (!equalBytes(keyCheck(await publicKeyOf(secret)), first.keyCheck))
    throw new CryptoError("open_failed");
  return secret;
}

async function together(shares: readonly VerifiedShare[], k: number): Promise<Bytes> {
  const parts = shares.map(({ share }) => share.slice());
  if (k === 1) return parts[0]?.slice(0, -1) ?? new Uint8Array();
  try {
    return (await combine(parts)) as Bytes;
  } catch (cause) {
    throw new CryptoError("bad_share", cause);
  }
}

/** What a holder shows that it has a share, without showing the share: under a nonce where one was given. 32 bytes. */
export function shareDigest(share: Bytes, nonce?: Bytes): Bytes {
  if (!isBytes(share)) throw new CryptoError("bad_input");
  const digest = sha256(utf8(LABELS.shareProof), share);
  return nonce === undefined ? digest : shareAnswer(digest, nonce);
}

/** The answer under a nonce of whoever has a share with that digest. 32 bytes. */
export function shareAnswer(digest: Bytes, nonce: Bytes): Bytes {
  return hmac(digest, utf8(LABELS.shareProof), encodeCbor(nonce));
}
