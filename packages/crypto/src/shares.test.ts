import type { Share } from "@baraza/protocol";
import { decodeCbor, encodeCbor } from "@baraza/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { identityIdOf, rotateIdentity } from "./identity.ts";
import { randomBytes, sha256 } from "./primitives.ts";
import type { ShareSet } from "./shares.ts";
import { combineShares, shareAnswer, shareDigest, splitSecret, verifyShare } from "./shares.ts";
import { counting, failureOf, flipped, isTyped, NOW, person, refuses } from "./test-helpers.ts";

/** Stands for the derivation of a way: any function of the secret. */
const publicKeyOf = async (secret: Uint8Array) => sha256(new Uint8Array(secret));

async function setOf(k: number, n: number, more: Partial<ShareSet> = {}) {
  const { identity } = await person();
  const secret = randomBytes(32);
  const holders = Array.from({ length: n }, (_, at) => counting(at, 32));
  const set: ShareSet = {
    way: "people",
    owner: identity,
    profile: { name: "Amina", address: "amina@a.localhost" },
    secret,
    publicKey: await publicKeyOf(secret),
    k,
    holders,
    made: NOW,
    ...more,
  };
  const { shares, setId } = await splitSecret(set);
  const verified = await Promise.all(shares.map((one) => verifyShare(one)));
  return { identity, secret: set.secret, shares, verified, setId, set };
}

/** The share with other fields, its signature as it was. */
const altered = (share: Uint8Array, change: Partial<Share>) =>
  encodeCbor({ ...(decodeCbor(share) as object), ...change });

test("any three of five give the secret back, and all of them too", async () => {
  const { secret, verified } = await setOf(3, 5);
  for (let a = 0; a < 5; a++)
    for (let b = a + 1; b < 5; b++)
      for (let c = b + 1; c < 5; c++) {
        const three = [verified[c], verified[a], verified[b]].filter((one) => one !== undefined);
        expect(await combineShares(three, publicKeyOf)).toEqual(secret);
      }
  expect(await combineShares(verified, publicKeyOf)).toEqual(secret);
});

test("every size from one of one to ten of ten works", async () => {
  for (const [k, n] of [
    [1, 1],
    [1, 3],
    [2, 2],
    [2, 3],
    [5, 9],
    [10, 10],
  ] as const) {
    const { secret, verified } = await setOf(k, n);
    expect(await combineShares(verified.slice(n - k), publicKeyOf)).toEqual(secret);
  }
});

test("fewer than are needed give nothing", async () => {
  const { verified } = await setOf(3, 5);
  await refuses(() => combineShares(verified.slice(0, 2), publicKeyOf), "few_shares");
  await refuses(() => combineShares([], publicKeyOf), "few_shares");
});

test("a set that nobody could open, or with a holder twice, is not made", async () => {
  for (const [k, n] of [
    [0, 3],
    [4, 3],
    [1.5, 3],
  ] as const)
    await refuses(() => setOf(k, n), "bad_input");
  const twice = [counting(1, 32), counting(1, 32), counting(2, 32)];
  await refuses(() => setOf(2, 3, { holders: twice }), "bad_input");
});

test("a share that was altered in any field is refused", async () => {
  const { shares } = await setOf(3, 5);
  const [share] = shares;
  if (share === undefined) throw new Error("no share");
  const was = await verifyShare(share);
  const other = await person();
  const changes: Partial<Share>[] = [
    { share: flipped(was.share, 4) },
    { share: flipped(was.share, was.share.length - 1) },
    { k: 2 },
    { n: 4 },
    { index: 2 },
    { holder: other.id },
    { setId: randomBytes(16) },
    { made: NOW + 1 },
    { keyCheck: randomBytes(32) },
    { way: "organisation" },
    { owner: other.identity.record },
    { profile: { name: "Bruno", address: "bruno@b.localhost" } },
  ];
  for (const change of changes)
    await refuses(() => verifyShare(altered(share, change)), "bad_share");
});

test("no mutated share is taken for a good one, and nothing but a typed refusal comes of it", async () => {
  const { shares } = await setOf(3, 5);
  const share = shares[0] ?? new Uint8Array();
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: share.length - 1 }), fc.nat({ max: 7 }), async (at, bit) => {
      expect(isTyped(await failureOf(() => verifyShare(flipped(share, at, bit))))).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test("shares of an older set, or of another person, do not mix with those of this one", async () => {
  const first = await setOf(3, 5);
  const again = await splitSecret({ ...first.set, made: NOW + 1 });
  const later = await Promise.all(again.shares.map((one) => verifyShare(one)));
  const foreign = await setOf(3, 5);
  for (const stranger of [later[2], foreign.verified[2]]) {
    if (stranger === undefined) throw new Error("no share");
    const mixed = [...first.verified.slice(0, 2), stranger];
    await refuses(() => combineShares(mixed, publicKeyOf), "bad_share");
  }
});

test("the same share twice does not count twice", async () => {
  const { verified } = await setOf(3, 5);
  const [a, b] = verified;
  if (a === undefined || b === undefined) throw new Error("no share");
  await refuses(() => combineShares([a, b, b], publicKeyOf), "bad_share");
});

test("whoever signs shares that do not fit together is found out by the key check", async () => {
  const { verified } = await setOf(3, 5);
  await refuses(() => combineShares(verified, async () => randomBytes(32)), "open_failed");
});

test("shares stay good when the identity goes on under another key", async () => {
  const { identity, shares, secret } = await setOf(2, 3);
  const rotated = await rotateIdentity(identity);
  const verified = await Promise.all(shares.map((one) => verifyShare(one)));
  expect(verified[0]?.ownerId).toEqual(identityIdOf(rotated.record));
  expect(await combineShares(verified, publicKeyOf)).toEqual(secret);
});

test("a holder shows that it has its share without showing it, anew for each question", async () => {
  const { shares } = await setOf(2, 3);
  const [a = new Uint8Array(), b = new Uint8Array()] = shares;
  const nonce = randomBytes(16);
  expect(shareDigest(a, nonce)).toEqual(shareAnswer(shareDigest(a), nonce));
  expect(shareDigest(a, nonce)).not.toEqual(shareDigest(b, nonce));
  expect(shareDigest(a, nonce)).not.toEqual(shareDigest(a, randomBytes(16)));
});
