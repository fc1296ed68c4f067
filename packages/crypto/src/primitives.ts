/** Hashes, key derivation, randomness and the committing AEAD that everything symmetric is built from. */
import { gcm } from "@noble/ciphers/aes.js";
import { hkdf as nobleHkdf } from "@noble/hashes/hkdf.js";
import { hmac as nobleHmac } from "@noble/hashes/hmac.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import type { Bytes } from "@baraza/protocol";
import { concat, equalBytes, LABELS, utf8 } from "@baraza/protocol";
import { CryptoError } from "./errors.ts";

/** Random bytes of the platform. */
export function randomBytes(length: number): Bytes {
  const out = new Uint8Array(length);
  // getRandomValues gives at most 65,536 bytes a call.
  for (let at = 0; at < length; at += 65_536)
    globalThis.crypto.getRandomValues(out.subarray(at, Math.min(length, at + 65_536)));
  return out;
}

/** SHA-256 of the parts, one after the other. 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Bytes {
  const first = parts[0];
  if (parts.length === 1 && first !== undefined) return nobleSha256(first) as Bytes;
  const hash = nobleSha256.create();
  for (const part of parts) hash.update(part);
  return hash.digest() as Bytes;
}

/** HMAC-SHA-256 (RFC 2104) of the parts, one after the other. 32 bytes. */
export function hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Bytes {
  const mac = nobleHmac.create(nobleSha256, key);
  for (const part of parts) mac.update(part);
  return mac.digest() as Bytes;
}

/** HKDF-SHA-256 (RFC 5869) with a label of its own for every purpose. `length` in bytes. */
export function hkdf(secret: Uint8Array, salt: Uint8Array, label: string, length: number): Bytes {
  return nobleHkdf(nobleSha256, secret, salt, utf8(label), length) as Bytes;
}

/** Compares without telling by its duration where a difference is. Lengths are not secret. */
export function constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean {
  return equalBytes(a, b);
}

/** What {@link sealAead} adds: salt, commitment and tag. */
export const AEAD_OVERHEAD = 32 + 32 + 16;

const SALT = 32;
const COMMITMENT = 32;
const TAG = 16;
/** Every key is used for one message only (it comes from a fresh 32-byte salt), so the nonce may be constant. */
const NONCE = new Uint8Array(12);

/** `label` separates purposes that share a key; `salt` is given by test vectors only. */
export type AeadOptions = { label?: string; salt?: Bytes };

/**
 * Seals with AES-256-GCM: `salt(32) || commitment(32) || ciphertext || tag(16)`. Key and commitment are HKDF of
 * `key` and the salt, so one sealed message opens under one key only and no nonce repeats whoever shares the key.
 * @throws CryptoError `bad_input` when `key` is not 32 bytes.
 */
export async function sealAead(
  key: Bytes,
  plain: Bytes,
  aad: Bytes,
  options: AeadOptions = {},
): Promise<Bytes> {
  const salt = options.salt ?? randomBytes(SALT);
  const { messageKey, commitment } = derive(key, salt, options.label);
  return concat(salt, commitment, await aesGcmSeal(messageKey, NONCE, plain, aad));
}

/** Opens what {@link sealAead} sealed. @throws CryptoError `open_failed`, whatever the reason. */
export async function openAead(
  key: Bytes,
  sealed: Bytes,
  aad: Bytes,
  options: { label?: string } = {},
): Promise<Bytes> {
  if (!isBytes(sealed) || sealed.length < AEAD_OVERHEAD) throw new CryptoError("open_failed");
  const { messageKey, commitment } = derive(key, sealed.subarray(0, SALT), options.label);
  if (!equalBytes(commitment, sealed.subarray(SALT, SALT + COMMITMENT)))
    throw new CryptoError("open_failed");
  return aesGcmOpen(messageKey, NONCE, sealed.subarray(SALT + COMMITMENT), aad);
}

function derive(key: Bytes, salt: Uint8Array, label: string = LABELS.aead) {
  needBytes(key, 32);
  const both = hkdf(key, salt, label, 32 + COMMITMENT);
  return { messageKey: both.subarray(0, 32), commitment: both.subarray(32) };
}

/** AES-GCM (NIST SP 800-38D) by WebCrypto: ciphertext and 16-byte tag. The caller never repeats a nonce under a key. */
export async function aesGcmSeal(
  key: Bytes,
  nonce: Bytes,
  plain: Bytes,
  aad: Bytes,
): Promise<Bytes> {
  const imported = await importAes(key);
  const parameters = { name: "AES-GCM", iv: nonce, additionalData: aad };
  return new Uint8Array(await globalThis.crypto.subtle.encrypt(parameters, imported, plain));
}

/** @throws CryptoError `open_failed`. */
export async function aesGcmOpen(
  key: Bytes,
  nonce: Bytes,
  sealed: Bytes,
  aad: Bytes,
): Promise<Bytes> {
  if (sealed.length < TAG) throw new CryptoError("open_failed");
  const imported = await importAes(key);
  const parameters = { name: "AES-GCM", iv: nonce, additionalData: aad };
  try {
    return new Uint8Array(await globalThis.crypto.subtle.decrypt(parameters, imported, sealed));
  } catch {
    throw new CryptoError("open_failed");
  }
}

function importAes(key: Bytes): Promise<CryptoKey> {
  return globalThis.crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** AES-GCM without a promise, for short messages. */
export function aesGcmSealSync(key: Bytes, nonce: Bytes, plain: Bytes, aad: Bytes): Bytes {
  return gcm(key, nonce, aad).encrypt(plain) as Bytes;
}

/** @throws CryptoError `open_failed`. */
export function aesGcmOpenSync(key: Bytes, nonce: Bytes, sealed: Bytes, aad: Bytes): Bytes {
  if (sealed.length < TAG) throw new CryptoError("open_failed");
  try {
    return gcm(key, nonce, aad).decrypt(sealed) as Bytes;
  } catch {
    throw new CryptoError("open_failed");
  }
}

/** True for bytes, whatever a decoder or a stranger handed in. */
export function isBytes(value: unknown): value is Bytes {
  return value instanceof Uint8Array;
}

/** @throws CryptoError `bad_input` when `value` is not exactly `length` bytes. */
export function needBytes(value: unknown, length: number): void {
  if (!isBytes(value) || value.length !== length) throw new CryptoError("bad_input");
}
