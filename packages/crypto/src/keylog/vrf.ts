/**
 * A verifiable random function: ECVRF-EDWARDS25519-SHA512-TAI of RFC 9381, section 5. Whoever has the key computes one
 * output for each input and can prove it; nobody else can compute it, and nobody can prove two outputs for one input.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import type { Bytes } from "@baraza/protocol";
import { concat } from "@baraza/protocol";
import { CryptoError } from "../errors.ts";
import { isSoundPublicKey } from "../ed25519.ts";
import { isBytes, needBytes } from "../primitives.ts";

const { Point } = ed25519;
type Curve = InstanceType<typeof Point>;

const SUITE = Uint8Array.of(3);
const ZERO = Uint8Array.of(0);
/** Bytes of a proof: a point, a challenge of 16, a scalar. */
export const VRF_PROOF_BYTES = 80;

/** The output (64 bytes) for `input` with its proof (80 bytes). `seed` is a 32-byte Ed25519 private key of its own. */
export function vrfProve(seed: Bytes, input: Bytes): { output: Bytes; proof: Bytes } {
  needBytes(seed, 32);
  const expanded = sha512(seed);
  const lower = expanded.slice(0, 32);
  lower[0] = (lower[0] ?? 0) & 248;
  lower[31] = ((lower[31] ?? 0) & 127) | 64;
  const x = scalar(lower);
  const y = Point.BASE.multiply(x);
  const h = toCurve(y, input);
  const gamma = h.multiply(x);
  // The nonce of RFC 8032 over the point (section 5.4.2.2).
  const k = scalar(sha512(concat(expanded.slice(32), h.toBytes())));
  const challenge = challengeOf(y, h, gamma, Point.BASE.multiply(k), h.multiply(k));
  const s = Point.Fn.create(k + littleEndian(challenge) * x);
  const proof = concat(gamma.toBytes(), challenge, bytesOf(s));
  return { output: outputOf(gamma), proof };
}

/** The public key of a seed. */
export function vrfPublicKey(seed: Bytes): Bytes {
  needBytes(seed, 32);
  return ed25519.getPublicKey(seed) as Bytes;
}

/** The output that a proof proves for `input` under that key. @throws CryptoError `bad_key_log` */
export function vrfVerify(publicKey: Bytes, input: Bytes, proof: Bytes): Bytes {
  const output = check(publicKey, input, proof);
  if (output === null) throw new CryptoError("bad_key_log");
  return output;
}

function check(publicKey: Bytes, input: Bytes, proof: Bytes): Bytes | null {
  if (!isBytes(proof) || proof.length !== VRF_PROOF_BYTES || !isSoundPublicKey(publicKey))
    return null;
  const challenge = proof.slice(32, 48);
  const s = littleEndian(proof.subarray(48));
  if (s >= Point.Fn.ORDER) return null;
  try {
    const y = Point.fromBytes(publicKey, false);
    const gamma = Point.fromBytes(proof.subarray(0, 32), false);
    const h = toCurve(y, input);
    const c = littleEndian(challenge);
    const u = Point.BASE.multiplyUnsafe(s).subtract(y.multiplyUnsafe(c));
    const v = h.multiplyUnsafe(s).subtract(gamma.multiplyUnsafe(c));
    const expected = challengeOf(y, h, gamma, u, v);
    return expected.every((byte, index) => byte === challenge[index]) ? outputOf(gamma) : null;
  } catch {
    // A string that is no point of the curve.
    return null;
  }
}

/** Section 5.4.1.1: try and increment, salted with the public key. */
function toCurve(y: Curve, input: Bytes): Curve {
  for (let counter = 0; counter < 256; counter++) {
    const hash = sha512(
      concat(SUITE, Uint8Array.of(1), y.toBytes(), input, Uint8Array.of(counter), ZERO),
    );
    try {
      return Point.fromBytes(hash.subarray(0, 32), false).clearCofactor();
    } catch {
      // Half of all strings are no point.
    }
  }
  throw new CryptoError("bad_input");
}

/** Section 5.4.3: 16 bytes over the five points. */
function challengeOf(...points: readonly Curve[]): Bytes {
  const strings = points.map((point) => point.toBytes());
  return sha512(concat(SUITE, Uint8Array.of(2), ...strings, ZERO)).slice(0, 16);
}

/** Section 5.2. */
function outputOf(gamma: Curve): Bytes {
  return sha512(concat(SUITE, Uint8Array.of(3), gamma.clearCofactor().toBytes(), ZERO)) as Bytes;
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  return value;
}

function scalar(bytes: Uint8Array): bigint {
  return Point.Fn.create(littleEndian(bytes));
}

function bytesOf(value: bigint): Bytes {
  const out = new Uint8Array(32);
  let rest = value;
  for (let i = 0; i < 32; i++) {
    out[i] = Number(rest & 255n);
    rest >>= 8n;
  }
  return out;
}
