/**
 * Ed25519 (RFC 8032), by WebCrypto where the platform has it and by noble where not.
 *
 * [Note: One verdict everywhere] Implementations differ on keys of small order, non-canonical encodings and the
 * cofactor. Members must agree on which events are valid, so keys are checked here before any of them is asked, and
 * the noble path decides as the native ones do: without the cofactor, comparing the bytes of R.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import type { Bytes } from "@baraza/protocol";
import { concat, equalBytes, toHex, utf8 } from "@baraza/protocol";
import { CryptoError } from "./errors.ts";
import { lru } from "./lru.ts";
import { isBytes, needBytes, randomBytes, sha256 } from "./primitives.ts";

/** `publicKey` is the 32-byte encoded point, `privateKey` the 32-byte seed. */
export type Ed25519KeyPair = { publicKey: Bytes; privateKey: Bytes };
/** Whoever signs: a seed, or anything that holds one. */
export type Signer = Bytes | { privateKey: Bytes };

/** A new random key pair. */
export function ed25519Generate(): Ed25519KeyPair {
  return ed25519FromSeed(randomBytes(32));
}

/** The key pair of a 32-byte seed. @throws CryptoError `bad_input`. */
export function ed25519FromSeed(seed: Bytes): Ed25519KeyPair {
  needBytes(seed, 32);
  return { publicKey: ed25519.getPublicKey(seed) as Bytes, privateKey: seed };
}

/**
 * Signs `utf8(label) || digest`. Labels have no common prefix that another label continues, and each purpose has
 * its own (LABELS in protocol), so no signature serves two purposes.
 * @throws CryptoError `bad_input` when the private key is not 32 bytes.
 */
export async function signWith(signer: Signer, label: string, digest: Bytes): Promise<Bytes> {
  const privateKey = isBytes(signer) ? signer : signer.privateKey;
  needBytes(privateKey, 32);
  return (await implementation()).sign(privateKey, concat(utf8(label), digest));
}

/** True when `signature` is that key's over `utf8(label) || digest`. Never throws, whatever is handed in. */
export async function verifyWith(
  publicKey: Bytes,
  label: string,
  digest: Bytes,
  signature: Bytes,
): Promise<boolean> {
  if (!isBytes(digest)) return false;
  return verifyBy(await implementation(), publicKey, concat(utf8(label), digest), signature);
}

/** The checks around either implementation. Exported for tests. */
export async function verifyBy(
  ed: Ed25519,
  publicKey: Bytes,
  message: Bytes,
  signature: Bytes,
): Promise<boolean> {
  if (!isBytes(signature) || signature.length !== 64 || !isSoundPublicKey(publicKey)) return false;
  try {
    return await ed.verify(publicKey, message, signature);
  } catch {
    return false;
  }
}

/** The two order-8 points; the others of small order are 0, 1 and p - 1 (checked as numbers). */
const ORDER_EIGHT = [
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
];

/** False for keys that are not 32 bytes, not encoded canonically, or of small order (those "sign" anything). */
export function isSoundPublicKey(publicKey: unknown): publicKey is Bytes {
  if (!isBytes(publicKey) || publicKey.length !== 32) return false;
  const low = publicKey[0] ?? 0;
  const high = (publicKey[31] ?? 0) & 0x7f;
  let zeros = high === 0;
  let ones = high === 0x7f;
  for (let i = 1; i < 31; i++) {
    if (publicKey[i] !== 0) zeros = false;
    if (publicKey[i] !== 0xff) ones = false;
  }
  // y is 0 or 1; y is p - 1 or not below p = 2^255 - 19.
  if ((zeros && low <= 1) || (ones && low >= 0xec)) return false;
  if (low !== 0x26 && low !== 0xc7) return true;
  const plain = publicKey.slice();
  plain[31] = high;
  return !ORDER_EIGHT.includes(toHex(plain));
}

/** Sign and verify over raw keys. */
export type Ed25519 = {
  sign: (privateKey: Bytes, message: Bytes) => Promise<Bytes>;
  verify: (publicKey: Bytes, message: Bytes, signature: Bytes) => Promise<boolean>;
};

let chosen: Promise<Ed25519> | undefined;

/** Which implementation serves is found out once, by signing with it. */
function implementation(): Promise<Ed25519> {
  chosen ??= nativeWorks().then((works) => (works ? nativeEd25519 : portableEd25519));
  return chosen;
}

async function nativeWorks(): Promise<boolean> {
  try {
    const { publicKey, privateKey } = ed25519FromSeed(new Uint8Array(32).fill(7));
    const message = utf8("probe");
    const signature = await nativeEd25519.sign(privateKey, message);
    return await nativeEd25519.verify(publicKey, message, signature);
  } catch {
    // Browsers of 2024 and earlier have no Ed25519 in WebCrypto.
    return false;
  }
}

/** PKCS #8 of a raw Ed25519 private key is this and the key (RFC 8410, section 7). */
const PKCS8 = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20);

/** Importing costs as much as verifying, and the same few keys come again and again. */
const imported = lru<Promise<CryptoKey>>(512);

function importOnce(id: string, load: () => Promise<CryptoKey>): Promise<CryptoKey> {
  let key = imported.get(id);
  if (key === undefined) {
    key = load();
    imported.set(id, key);
    key.catch(() => imported.delete(id));
  }
  return key;
}

/** By WebCrypto. Exported for the test that compares both. */
export const nativeEd25519: Ed25519 = {
  async sign(privateKey, message) {
    const { subtle } = globalThis.crypto;
    // Named by its hash, so that the cache's names hold no secret.
    const key = await importOnce(`s${toHex(sha256(privateKey))}`, () =>
      subtle.importKey("pkcs8", concat(PKCS8, privateKey), "Ed25519", false, ["sign"]),
    );
    return new Uint8Array(await subtle.sign("Ed25519", key, message));
  },
  async verify(publicKey, message, signature) {
    const { subtle } = globalThis.crypto;
    const key = await importOnce(`v${toHex(publicKey)}`, () =>
      subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]),
    );
    return subtle.verify("Ed25519", key, signature, message);
  },
};

/** By noble. Verifies without the cofactor: `R == encode(S B - k A)`. */
export const portableEd25519: Ed25519 = {
  sign: async (privateKey, message) => ed25519.sign(message, privateKey) as Bytes,
  async verify(publicKey, message, signature) {
    const r = signature.subarray(0, 32);
    const { Point } = ed25519;
    const s = littleEndian(signature.subarray(32));
    if (s >= Point.Fn.ORDER) return false;
    const k = Point.Fn.create(littleEndian(sha512(concat(r, publicKey, message))));
    const a = Point.fromBytes(publicKey, false);
    return equalBytes(Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k)).toBytes(), r);
  },
};

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes.slice().reverse())}`);
}

/** The private key of a signer. @throws CryptoError `bad_input`. */
export function privateKeyOf(signer: Signer): Bytes {
  const key = isBytes(signer) ? signer : signer.privateKey;
  if (!isBytes(key) || key.length !== 32) throw new CryptoError("bad_input");
  return key;
}
