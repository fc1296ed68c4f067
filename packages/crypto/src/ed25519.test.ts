import { ed25519 } from "@noble/curves/ed25519.js";
import type { Bytes } from "@baraza/protocol";
import { concat, utf8 } from "@baraza/protocol";
import { expect, test } from "vitest";
import {
  ed25519FromSeed,
  ed25519Generate,
  isSoundPublicKey,
  nativeEd25519,
  portableEd25519,
  signWith,
  verifyBy,
  verifyWith,
} from "./ed25519.ts";
import { sha256 } from "./primitives.ts";
import { counting, flipped, hex, refuses, vectors } from "./test-helpers.ts";

type Rfc8032 = {
  cases: { seed: string; publicKey: string; message: string; signature: string }[];
};

test("both implementations reproduce RFC 8032", async () => {
  for (const { seed, publicKey, message, signature } of vectors<Rfc8032>("rfc8032-ed25519.json")
    .cases) {
    expect(ed25519FromSeed(hex(seed)).publicKey).toEqual(hex(publicKey));
    for (const ed of [nativeEd25519, portableEd25519]) {
      expect(await ed.sign(hex(seed), hex(message))).toEqual(hex(signature));
      expect(await ed.verify(hex(publicKey), hex(message), hex(signature))).toBe(true);
    }
  }
});

test("a signature is valid for its key, label and digest only", async () => {
  const { publicKey, privateKey } = ed25519Generate();
  const digest = sha256(utf8("x"));
  const sig = await signWith(privateKey, "label/1", digest);
  expect(await verifyWith(publicKey, "label/1", digest, sig)).toBe(true);
  expect(await verifyWith(publicKey, "label/2", digest, sig)).toBe(false);
  expect(await verifyWith(publicKey, "label/1", flipped(digest, 3), sig)).toBe(false);
  expect(await verifyWith(ed25519Generate().publicKey, "label/1", digest, sig)).toBe(false);
  expect(await signWith({ privateKey }, "label/1", digest)).toEqual(sig);
});

test("both implementations give the same verdict on changed signatures", async () => {
  const { publicKey, privateKey } = ed25519FromSeed(counting(9, 32));
  const message = utf8("message");
  const sig = await nativeEd25519.sign(privateKey, message);
  for (let at = 0; at < 64; at++) {
    const changed = flipped(sig, at, at % 8);
    expect(await portableEd25519.verify(publicKey, message, changed).catch(() => false)).toBe(
      false,
    );
    expect(await nativeEd25519.verify(publicKey, message, changed)).toBe(false);
  }
});

test("S + L, which would be a second signature of the same message, is refused", async () => {
  const { publicKey, privateKey } = ed25519FromSeed(counting(9, 32));
  const sig = await signWith(privateKey, "l", utf8("m"));
  let carry = 0;
  const order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  const doubled = sig.slice();
  for (let i = 0; i < 32; i++) {
    const sum = (sig[32 + i] ?? 0) + (order[i] ?? 0) + carry;
    doubled[32 + i] = sum & 255;
    carry = sum >> 8;
  }
  expect(await verifyWith(publicKey, "l", utf8("m"), doubled)).toBe(false);
  expect(await portableEd25519.verify(publicKey, utf8("lm"), doubled)).toBe(false);
});

const SMALL_ORDER = [
  "0100000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000080",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0000000000000000000000000000000000000000000000000000000000000080",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
  // Not canonical: y = p and y = p + 1.
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

test("keys of small order and keys not encoded canonically are not sound", () => {
  for (const key of SMALL_ORDER) expect(isSoundPublicKey(hex(key))).toBe(false);
  for (let i = 0; i < 200; i++) expect(isSoundPublicKey(ed25519Generate().publicKey)).toBe(true);
});

test("a key of small order, whose signature fits any message, convinces nobody", async () => {
  const one = hex(SMALL_ORDER[0] ?? "");
  const sig = concat(one, new Uint8Array(32));
  expect(ed25519.verify(sig, utf8("anything"), one, { zip215: true })).toBe(true);
  expect(await portableEd25519.verify(one, utf8("anything"), sig)).toBe(true);
  for (const ed of [nativeEd25519, portableEd25519])
    expect(await verifyBy(ed, one, utf8("anything"), sig)).toBe(false);
  expect(await verifyWith(one, "any", utf8("thing"), sig)).toBe(false);
});

test("a signature that only fits with the cofactor has the same verdict in both implementations", async () => {
  // A = a B + T with T of order 8: cofactored verifiers take signatures that others refuse.
  const { Point } = ed25519;
  const torsion = Point.fromHex(SMALL_ORDER[5] ?? "");
  const a = 12345n;
  const publicKey = Point.BASE.multiply(a).add(torsion).toBytes() as Bytes;
  expect(isSoundPublicKey(publicKey)).toBe(true);
  const r = 678n;
  const R = Point.BASE.multiply(r).toBytes() as Bytes;
  let disagreements = 0;
  for (let i = 0; i < 8; i++) {
    const message = utf8(`message ${i}`);
    const k = Point.Fn.create(littleEndian(await sha512(concat(R, publicKey, message))));
    const s = Point.Fn.toBytes(Point.Fn.create(r + k * a)) as Bytes;
    const sig = concat(R, s);
    const portable = await portableEd25519.verify(publicKey, message, sig);
    expect(await nativeEd25519.verify(publicKey, message, sig)).toBe(portable);
    if (ed25519.verify(sig, message, publicKey, { zip215: true }) !== portable) disagreements += 1;
  }
  expect(disagreements).toBeGreaterThan(0);
});

test("input of any shape is refused without throwing", async () => {
  const sig = new Uint8Array(64);
  for (const bad of [undefined, null, 5, "x", new Uint8Array(31), {}, []]) {
    expect(await verifyWith(bad as never, "l", sig, sig)).toBe(false);
    expect(await verifyWith(counting(9, 32), "l", sig, bad as never)).toBe(false);
    await refuses(() => signWith({ privateKey: bad as never }, "l", sig), "bad_input");
  }
});

async function sha512(bytes: Bytes): Promise<Uint8Array> {
  return new Uint8Array(await globalThis.crypto.subtle.digest("SHA-512", bytes));
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => value * 256n + BigInt(byte), 0n);
}
