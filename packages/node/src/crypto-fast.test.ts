import * as crypto from "@baraza/crypto";
import { encodeCbor, LABELS, toHex, utf8 } from "@baraza/protocol";
import { expect, test } from "vitest";
import * as fast from "./crypto-fast.ts";

test("hashes, chains and ids are those of the crypto package", () => {
  const [a, b] = [fast.randomBytes(100), fast.randomBytes(3000)];
  expect(fast.sha256(a, b)).toEqual(crypto.sha256(a, b));
  expect(fast.hmac(a, b, a)).toEqual(crypto.hmac(a, b, a));
  expect(fast.logIdOf(a)).toEqual(crypto.logIdOf(a));
  expect(fast.genesisHead(a)).toEqual(crypto.genesisHead(a));
  const sigs = { posting: fast.randomBytes(64) };
  const head = fast.sha256(a);
  expect(fast.nextHead(head, 70_000, a, encodeCbor(sigs))).toEqual(
    crypto.nextHead(head, 70_000, a, sigs),
  );
});

test("signatures go both ways, and a changed one is refused", async () => {
  const keys = crypto.ed25519Generate();
  const digest = fast.randomBytes(32);
  const sig = fast.createSigner(keys.privateKey)(LABELS.append, digest);
  expect(sig).toEqual(await crypto.signWith(keys, LABELS.append, digest));
  const verify = fast.createVerifier(2);
  expect(verify(keys.publicKey, LABELS.append, digest, sig)).toBe(true);
  expect(verify(keys.publicKey, LABELS.head, digest, sig)).toBe(false);
  expect(verify(keys.publicKey, LABELS.append, fast.randomBytes(32), sig)).toBe(false);
  expect(verify(crypto.ed25519Generate().publicKey, LABELS.append, digest, sig)).toBe(false);
  expect(verify(keys.publicKey, LABELS.append, digest, sig.slice(1))).toBe(false);
  // Keys are forgotten and found again.
  for (let i = 0; i < 5; i++) {
    const other = crypto.ed25519Generate();
    const theirs = fast.createSigner(other.privateKey)(LABELS.append, digest);
    expect(verify(other.publicKey, LABELS.append, digest, theirs)).toBe(true);
  }
  expect(verify(keys.publicKey, LABELS.append, digest, sig)).toBe(true);
});

test("a head signed by the node is one that members accept", async () => {
  const keys = crypto.ed25519Generate();
  const fields = {
    logId: fast.randomBytes(32),
    gen: 1,
    seq: 2,
    head: fast.randomBytes(32),
    time: 3,
  };
  const message = fast.headMessage(fields.logId, 1, 2, fields.head, 3);
  const sig = fast.createSigner(keys.privateKey)(LABELS.head, message);
  expect(await crypto.verifyHead(keys.publicKey, { ...fields, sig })).toBe(true);
  expect(await crypto.verifyHead(keys.publicKey, { ...fields, seq: 3, sig })).toBe(false);
});

test("what is signed under a page of a copy is what the format says", () => {
  const [logId, head] = [fast.randomBytes(32), fast.randomBytes(32)];
  expect(fast.pageDigest(logId, 7, head)).toEqual(crypto.mirrorPageDigest({ logId, seq: 7, head }));
});

test("a wrapped push opens at the seat, and only there", () => {
  const [wrapKey, other] = [fast.randomBytes(32), fast.randomBytes(32)];
  for (const length of [0, 1, 2000, 2100, 50_000]) {
    const content = fast.randomBytes(length);
    const body = fast.wrapPush(fast.pushKey(wrapKey), fast.padPush(content));
    expect(body.length).toBe(crypto.wrapPush(wrapKey, content).length);
    expect(crypto.unwrapPush(wrapKey, body)).toEqual(content);
    expect(() => crypto.unwrapPush(other, body)).toThrow("open_failed");
  }
  expect(new Uint8Array(fast.pushKey(wrapKey).export())).toEqual(crypto.pushKey(wrapKey));
});

test("many seats get the same push, each under its own key and nonce", () => {
  const wrapKeys = [fast.randomBytes(32), fast.randomBytes(32), fast.randomBytes(32)];
  const content = fast.randomBytes(9);
  const bodies = fast.wrapPushes(wrapKeys.map(fast.pushKey), fast.padPush(content));
  for (const [index, body] of bodies.entries()) {
    for (const [other, wrapKey] of wrapKeys.entries())
      if (other === index) expect(crypto.unwrapPush(wrapKey, body)).toEqual(content);
      else expect(() => crypto.unwrapPush(wrapKey, body)).toThrow("open_failed");
  }
  expect(new Set(bodies.map((body) => toHex(body.subarray(0, 12)))).size).toBe(3);
});

test("secrets compare by value", () => {
  expect(fast.sameSecret(utf8("abc"), utf8("abc"))).toBe(true);
  expect(fast.sameSecret(utf8("abc"), utf8("abd"))).toBe(false);
  expect(fast.sameSecret(utf8("abc"), utf8("ab"))).toBe(false);
});
