/**
 * The node's hot paths over `node:crypto`: the same formats as `@baraza/crypto` (checked against it by tests), native
 * and synchronous. The one file of the node that imports a cryptographic library.
 */
import type { KeyObject } from "node:crypto";
import {
  createCipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  hash,
  hkdfSync,
  randomFillSync,
  sign,
  subtle,
  timingSafeEqual,
  verify,
} from "node:crypto";
import type { Bytes } from "@baraza/protocol";
import { concat, encodeCbor, LABELS, pad, SEAT_ID_BYTES, uint64, utf8 } from "@baraza/protocol";

/** SHA-256 of the parts, one after the other. 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Bytes {
  const only = parts[0];
  const input = parts.length === 1 && only !== undefined ? only : concat(...parts);
  return plain(hash("sha256", input, "buffer"));
}

/** SHA-256 of something large, on another thread: a mebibyte takes this one a millisecond. 32 bytes. */
export async function sha256Large(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await subtle.digest("SHA-256", bytes));
}

/** `logId = H("baraza/log-id/1" || genesis)`. */
export function logIdOf(genesis: Bytes): Bytes {
  return sha256(utf8(LABELS.logId), genesis);
}

/** `head_0 = H("baraza/head/1" || genesis)`. */
export function genesisHead(genesis: Bytes): Bytes {
  return sha256(utf8(LABELS.head), genesis);
}

/** A seat's id is the first 16 bytes of its key's hash. */
export function seatIdOf(seatKey: Bytes): Bytes {
  return sha256(seatKey).slice(0, SEAT_ID_BYTES);
}

/** HMAC-SHA-256 (RFC 2104). 32 bytes. */
export function hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Bytes {
  const mac = createHmac("sha256", key);
  for (const part of parts) mac.update(part);
  return plain(mac.digest());
}

/** Random bytes of the platform. */
export function randomBytes(length: number): Bytes {
  return randomFillSync(new Uint8Array(length));
}

/** True when both are the same, without telling by its duration where they differ. */
export function sameSecret(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A public Ed25519 key as DER is this and the 32 bytes (RFC 8410, section 4); a private one, section 7. */
const SPKI = Buffer.from("302a300506032b6570032100", "hex");
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

/** Verifies signatures with keys imported once. Each thread makes its own. */
export type Verifier = (
  publicKey: Bytes,
  label: string,
  digest: Uint8Array,
  signature: Uint8Array,
) => boolean;

/**
 * A verifier of Ed25519 over `utf8(label) || digest` (RFC 8032) that remembers the `size` keys used last.
 * Keys must have been checked as sound when they were taken in (`isSoundPublicKey` of @baraza/crypto).
 */
export function createVerifier(size = 4096): Verifier {
  const keys = new Map<string, KeyObject>();
  return (publicKey, label, digest, signature) => {
    if (publicKey.length !== 32 || signature.length !== 64) return false;
    const id = Buffer.from(publicKey.buffer, publicKey.byteOffset, 32).toString("latin1");
    let key = keys.get(id);
    if (key === undefined) {
      try {
        key = createPublicKey({
          key: Buffer.concat([SPKI, publicKey]),
          format: "der",
          type: "spki",
        });
      } catch {
        return false;
      }
    } else keys.delete(id);
    keys.set(id, key);
    if (keys.size > size) {
      const oldest = keys.keys().next();
      if (oldest.done !== true) keys.delete(oldest.value);
    }
    return verify(null, concat(utf8(label), digest), key, signature);
  };
}

/** Signs `utf8(label) || digest` with the Ed25519 key of a 32-byte seed. */
export function createSigner(seed: Bytes): (label: string, digest: Uint8Array) => Bytes {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
  return (label, digest) => plain(sign(null, concat(utf8(label), digest), key));
}

/** `head_n = H(head_(n-1) || seq || H(header || signatures))`, with the sequence number as uint64. */
export function nextHead(
  previous: Bytes,
  seq: number,
  header: Uint8Array,
  signatures: Uint8Array,
): Bytes {
  return sha256(previous, uint64(seq), sha256(header, signatures));
}

/** What the hub signs as a head, after the label: `logId || gen || seq || head || time`. */
export function headMessage(
  logId: Bytes,
  gen: number,
  seq: number,
  head: Bytes,
  time: number,
): Bytes {
  return concat(logId, uint64(gen), uint64(seq), head, uint64(time));
}

/** What the hub signs under a page of a copy, after the label. */
export function pageDigest(logId: Bytes, seq: number, head: Bytes): Bytes {
  return sha256(encodeCbor({ logId, seq, head }));
}

const NONCE = 12;
/** Adds nonce and tag. */
const PUSH_OVERHEAD = NONCE + 16;

/** A key as the library holds it: imported once for many uses. */
export type PushKey = KeyObject;

/** Pads what a push carries, once for all seats that get it. */
export function padPush(content: Uint8Array): Bytes {
  return pad(content, PUSH_OVERHEAD);
}

/** The AES key of a seat's wrap key: `HKDF(wrapKey, salt empty, "baraza/push-wrap/1", 32)` (RFC 5869). */
export function pushKey(wrapKey: Bytes): PushKey {
  const key = hkdfSync("sha256", wrapKey, new Uint8Array(), utf8(LABELS.pushWrap), 32);
  return createSecretKey(new Uint8Array(key));
}

/** Wraps padded content under the {@link pushKey} of one seat: `nonce(12) || AES-256-GCM ciphertext || tag(16)`. */
export function wrapPush(key: PushKey, padded: Bytes): Bytes {
  return wrapPushes([key], padded)[0] as Bytes;
}

/**
 * The same for many seats. All nonces come from one call, and the results lie in one array: asking the system for
 * randomness and memory once per seat costs more than encrypting does.
 */
export function wrapPushes(keys: readonly PushKey[], padded: Bytes): Bytes[] {
  const size = padded.length + PUSH_OVERHEAD;
  const all = new Uint8Array(keys.length * size);
  const nonces = randomBytes(keys.length * NONCE);
  return keys.map((key, index) => {
    const nonce = nonces.subarray(index * NONCE, (index + 1) * NONCE);
    const wrapped = all.subarray(index * size, (index + 1) * size);
    const cipher = createCipheriv("aes-256-gcm", key, nonce);
    wrapped.set(nonce);
    wrapped.set(cipher.update(padded), NONCE);
    cipher.final();
    wrapped.set(cipher.getAuthTag(), NONCE + padded.length);
    return wrapped;
  });
}

/** The same bytes in an array of their own, so that passing them to a worker copies nothing else. */
function plain(buffer: Uint8Array): Bytes {
  return new Uint8Array(buffer);
}
