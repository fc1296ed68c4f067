/**
 * Web Push: a message to a browser through the push service of its maker, encrypted to the browser (RFC 8291, in the one-record
 * form of RFC 8188), from a sender who signs as itself (VAPID, RFC 8292).
 */
import { p256 } from "@noble/curves/nist.js";
import type { Bytes } from "@baraza/protocol";
import { concat, fromBase64url, fromUtf8, toBase64url, utf8 } from "@baraza/protocol";
import { CryptoError } from "./errors.ts";
import {
  aesGcmOpenSync,
  aesGcmSealSync,
  hmac,
  isBytes,
  needBytes,
  randomBytes,
} from "./primitives.ts";

/** A P-256 key pair: 32 bytes, and the 65 bytes of the uncompressed point. */
export type WebPushKey = { privateKey: Bytes; publicKey: Bytes };

/** What a browser hands out with a subscription: its public key (65 bytes) and a shared secret (16 bytes). */
export type WebPushReceiver = { p256dh: Bytes; auth: Bytes };

/** The key pair that belongs to 48 random bytes: always the same. */
export function webPushKey(seed: Bytes): WebPushKey {
  needBytes(seed, 48);
  const privateKey = p256.utils.randomSecretKey(seed) as Bytes;
  return { privateKey, publicKey: p256.getPublicKey(privateKey, false) as Bytes };
}

/** True for a public key that can be agreed with: a point of the curve, uncompressed. */
export function isWebPushPoint(publicKey: Bytes): boolean {
  if (publicKey.length !== POINT || publicKey[0] !== 4) return false;
  try {
    p256.Point.fromBytes(publicKey).assertValidity();
    return true;
  } catch {
    return false;
  }
}

const POINT = 65;
const SALT = 16;
const TAG = 16;
/** Header of RFC 8188, section 2.1: salt, record size, length of the key id, the key id. */
const HEADER = SALT + 4 + 1 + POINT;
/** What one record may hold (RFC 8291, section 4): there is only ever one. */
const RECORD = 4096;
/** Marks the end of the last record's content; zeros follow it (RFC 8188, section 2). */
const DELIMITER = 2;

export type SealWebPush = {
  /** Bytes of content and padding together, at least one more than the content. */
  size: number;
  /** For vectors only. */
  salt?: Bytes;
  key?: WebPushKey;
};

/**
 * Encrypts for a browser (RFC 8291): the body of a request with `Content-Encoding: aes128gcm`.
 * @throws CryptoError `bad_input` when the receiver's key is no point, or the content does not fit.
 */
export function sealWebPush(to: WebPushReceiver, plain: Bytes, options: SealWebPush): Bytes {
  const { size, salt = randomBytes(SALT), key = webPushKey(randomBytes(48)) } = options;
  if (!isWebPushPoint(to.p256dh) || plain.length >= size || size + TAG > RECORD)
    throw new CryptoError("bad_input");
  const padded = new Uint8Array(size);
  padded.set(plain);
  padded[plain.length] = DELIMITER;
  const shared = agree(key.privateKey, to.p256dh);
  const { cek, nonce } = keysOf(shared, to, key.publicKey, salt);
  const header = concat(salt, Uint8Array.of(0, 0, RECORD >> 8, 0, POINT), key.publicKey);
  return concat(header, aesGcmSealSync(cek, nonce, padded, EMPTY));
}

/**
 * Opens what {@link sealWebPush} made, as the browser would.
 * @throws CryptoError `open_failed`.
 */
export function openWebPush(receiver: WebPushKey & { auth: Bytes }, body: Bytes): Bytes {
  if (!isBytes(body) || body.length < HEADER + TAG + 1 || body[SALT + 4] !== POINT)
    throw new CryptoError("open_failed");
  const salt = body.subarray(0, SALT);
  const sender = body.subarray(HEADER - POINT, HEADER);
  if (!isWebPushPoint(sender)) throw new CryptoError("open_failed");
  const to = { p256dh: receiver.publicKey, auth: receiver.auth };
  const { cek, nonce } = keysOf(agree(receiver.privateKey, sender), to, sender, salt);
  const padded = aesGcmOpenSync(cek, nonce, body.subarray(HEADER), EMPTY);
  const end = padded.findLastIndex((byte) => byte !== 0);
  if (padded[end] !== DELIMITER) throw new CryptoError("open_failed");
  return padded.slice(0, end);
}

const EMPTY = new Uint8Array();

/** The x-coordinate of the common point. */
function agree(privateKey: Bytes, publicKey: Bytes): Bytes {
  return p256.getSharedSecret(privateKey, publicKey, true).slice(1);
}

/** RFC 8291, section 3.4, and RFC 8188, sections 2.2 and 2.3. Each HKDF gives one block. */
function keysOf(shared: Bytes, to: WebPushReceiver, sender: Bytes, salt: Bytes) {
  const block = (prk: Bytes, info: Bytes, length: number) =>
    hmac(prk, info, Uint8Array.of(1)).slice(0, length);
  const info = concat(utf8("WebPush: info\0"), to.p256dh, sender);
  const prk = hmac(salt, block(hmac(to.auth, shared), info, 32));
  return {
    cek: block(prk, utf8("Content-Encoding: aes128gcm\0"), 16),
    nonce: block(prk, utf8("Content-Encoding: nonce\0"), 12),
  };
}

export type Vapid = {
  /** The origin of the push service. */
  audience: string;
  /** Seconds since 1970; a day ahead at most (RFC 8292, section 2). */
  expires: number;
  /** How the sender can be reached: `https:` or `mailto:`. */
  subject: string;
};

/** The `Authorization` header by which a push service knows its sender (RFC 8292, section 3). */
export function vapidHeader(key: WebPushKey, { audience, expires, subject }: Vapid): string {
  const part = (value: object) => toBase64url(utf8(JSON.stringify(value)));
  const signed = `${part({ typ: "JWT", alg: "ES256" })}.${part({ aud: audience, exp: expires, sub: subject })}`;
  const signature = p256.sign(utf8(signed), key.privateKey) as Bytes;
  return `vapid t=${signed}.${toBase64url(signature)}, k=${toBase64url(key.publicKey)}`;
}

/**
 * Checks such a header as a push service does.
 * @param now seconds since 1970
 * @returns the sender's public key and subject. @throws CryptoError `bad_signature`, whatever the reason.
 */
export function verifyVapid(
  header: string,
  audience: string,
  now: number,
): { publicKey: Bytes; subject: string } {
  const [, head = "", claims = "", signature = "", k = ""] =
    /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), ?k=([\w-]+)$/.exec(header) ?? [];
  try {
    const publicKey = fromBase64url(k);
    const { alg } = readJson(head);
    const { aud, exp, sub } = readJson(claims);
    const good =
      isWebPushPoint(publicKey) &&
      alg === "ES256" &&
      aud === audience &&
      typeof exp === "number" &&
      exp >= now &&
      exp <= now + 24 * 60 * 60 &&
      typeof sub === "string" &&
      p256.verify(fromBase64url(signature), utf8(`${head}.${claims}`), publicKey, { lowS: false });
    if (good) return { publicKey, subject: sub };
  } catch {
    // Below: whoever sent it learns no reason.
  }
  throw new CryptoError("bad_signature");
}

function readJson(text: string): Record<string, unknown> {
  return JSON.parse(fromUtf8(fromBase64url(text))) as Record<string, unknown>;
}
