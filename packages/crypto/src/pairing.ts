/**
 * Pairing: a new device gets an account from an old one, through a node that neither has to trust.
 *
 * [Note: Why nobody in the middle gets in] The new device offers an HPKE key, the key that will be certified, and a
 * commitment to a nonce; the old one answers with a nonce and a key that signs for it; the new one opens its commitment.
 * - *Scanned*: the picture carries the hash of the offer and a secret. The old device takes no other offer, and proves
 *   with a MAC under the secret that it has seen the picture.
 * - *Typed*: eight characters cannot carry a key. Both screens show a number of six digits made from all three messages,
 *   which the person compares. Whoever stands in the middle has to commit to a nonce before it sees the other's, and
 *   so hits the same number with one try in a million (the commitment scheme of Bluetooth's numeric comparison and of ZRTP).
 * The grant is sealed to the offered key, signed by the answering side's key, and bound to the three messages.
 */
import type { Bytes, Infer, PairingGrantBody } from "@baraza/protocol";
import {
  concat,
  encodeCbor,
  equalBytes,
  fromBase64url,
  LABELS,
  LIMITS,
  pairingAnswer,
  pairingGrant,
  pairingGrantBody,
  pairingOffer,
  pairingReveal,
  readPairCode,
  toBase64url,
  utf8,
  writeAs,
} from "@baraza/protocol";
import { ed25519FromSeed, isSoundPublicKey, signWith, verifyWith } from "./ed25519.ts";
import { CryptoError } from "./errors.ts";
import { hpkeGenerate, hpkeOpen, hpkeSend } from "./hpke.ts";
import { hkdf, hmac, randomBytes, sha256 } from "./primitives.ts";
import { readRecord } from "./records.ts";

type Offer = Infer<typeof pairingOffer>;
type Answer = Infer<typeof pairingAnswer>;

/** What the new device keeps to itself. `secret` goes into the picture. */
export type PairingNew = {
  offer: Bytes;
  hpkePrivateKey: Bytes;
  devicePrivateKey: Bytes;
  nonce: Bytes;
  secret: Bytes;
};
/** What the old device keeps to itself. */
export type PairingOld = { answer: Bytes; privateKey: Bytes };
/** The messages of one pairing as they were sent. */
export type PairingMessages = { offer: Bytes; answer: Bytes; reveal: Bytes };

/** Starts on the new device. `seed` (128 bytes) is for vectors only. */
export async function offerPairing(seed: Bytes = randomBytes(128)): Promise<PairingNew> {
  const nonce = seed.slice(0, 32);
  const secret = seed.slice(32, 48);
  const { publicKey, privateKey } = await hpkeGenerate(seed.slice(64, 96));
  const device = ed25519FromSeed(seed.slice(96, 128));
  const offer = writeAs(pairingOffer, {
    v: 1,
    hpkeKey: publicKey,
    deviceKey: device.publicKey,
    commit: commitment(nonce),
  });
  return {
    offer,
    hpkePrivateKey: privateKey,
    devicePrivateKey: device.privateKey,
    nonce,
    secret,
  };
}

/** The fragment of the picture's link: the code, the offer's hash and the secret. */
export function pairingLink(code: string, made: Pick<PairingNew, "offer" | "secret">): string {
  return `${code}.${toBase64url(concat(sha256(made.offer), made.secret))}`;
}

/** What somebody scanned (the fragment, or a whole link) or typed. Null when it is neither. */
export function readPairing(
  input: string,
): { code: string; scanned: { offerHash: Bytes; secret: Bytes } | null } | null {
  const text = input.trim().replace(/^.*#/, "");
  const [first = "", second, ...rest] = text.split(".");
  const code = readPairCode(first);
  if (code === null || rest.length > 0) return null;
  if (second === undefined) return { code, scanned: null };
  try {
    const both = fromBase64url(second);
    if (both.length !== 48) return null;
    return { code, scanned: { offerHash: both.slice(0, 32), secret: both.slice(32) } };
  } catch {
    return null;
  }
}

/** Reads an offer on the old device. @throws CryptoError `bad_pairing` when it is not the one that was scanned */
export function readOffer(offer: Bytes, scanned: { offerHash: Bytes } | null): Offer {
  const read = readRecord(pairingOffer, offer, "bad_pairing", LIMITS.pairMessageBytes);
  if (!isSoundPublicKey(read.deviceKey)) throw new CryptoError("bad_pairing");
  if (scanned !== null && !equalBytes(scanned.offerHash, sha256(offer)))
    throw new CryptoError("bad_pairing");
  return read;
}

/** The old device's answer. `seed` (64 bytes) is for vectors only. */
export function answerPairing(
  offer: Bytes,
  scanned: { secret: Bytes } | null,
  seed: Bytes = randomBytes(64),
): PairingOld {
  const nonce = seed.slice(0, 32);
  const { publicKey, privateKey } = ed25519FromSeed(seed.slice(32, 64));
  const fields = { v: 1 as const, nonce, key: publicKey };
  const mac = scanned === null ? {} : { mac: answerMac(scanned.secret, offer, fields) };
  return { answer: writeAs(pairingAnswer, { ...fields, ...mac }), privateKey };
}

/**
 * Reads an answer on the new device. `scanned`: whoever answered has seen the picture.
 * @throws CryptoError `bad_pairing` for a MAC that is no good
 */
export function readAnswer(
  answer: Bytes,
  made: Pick<PairingNew, "offer" | "secret">,
): { answer: Answer; scanned: boolean } {
  const read = readRecord(pairingAnswer, answer, "bad_pairing", LIMITS.pairMessageBytes);
  if (!isSoundPublicKey(read.key)) throw new CryptoError("bad_pairing");
  if (read.mac === undefined) return { answer: read, scanned: false };
  const { v, nonce, key } = read;
  if (!equalBytes(read.mac, answerMac(made.secret, made.offer, { v, nonce, key })))
    throw new CryptoError("bad_pairing");
  return { answer: read, scanned: true };
}

/** The new device opens its commitment. */
export function revealPairing(made: Pick<PairingNew, "nonce">): Bytes {
  return writeAs(pairingReveal, { v: 1, nonce: made.nonce });
}

/** Checks the opened commitment on the old device. @throws CryptoError `bad_pairing` */
export function readReveal(reveal: Bytes, offer: Bytes): void {
  const { nonce } = readRecord(pairingReveal, reveal, "bad_pairing", LIMITS.pairMessageBytes);
  const { commit } = readRecord(pairingOffer, offer, "bad_pairing", LIMITS.pairMessageBytes);
  if (!equalBytes(commitment(nonce), commit)) throw new CryptoError("bad_pairing");
}

/** Six digits that both screens show. */
export function pairingNumber(messages: PairingMessages): string {
  const bytes = hkdf(transcript(messages), new Uint8Array(), LABELS.pairingNumber, 8);
  const number = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0) % 1_000_000n;
  return number.toString().padStart(6, "0");
}

/** Seals what the new device gets. `ekm` is for vectors only. @throws CryptoError `bad_pairing` */
export async function sealGrant(
  old: PairingOld,
  messages: PairingMessages,
  body: PairingGrantBody,
  ekm?: Bytes,
): Promise<Bytes> {
  const { hpkeKey } = readOffer(messages.offer, null);
  const bound = transcript(messages);
  const { enc, seal } = await hpkeSend(hpkeKey, concat(utf8(LABELS.pairingGrant), bound), ekm);
  const ct = await seal(writeAs(pairingGrantBody, body), bound);
  const sig = await signWith(old.privateKey, LABELS.pairingGrant, grantDigest(bound, enc, ct));
  return writeAs(pairingGrant, { v: 1, enc, ct, sig });
}

/** Opens a grant on the new device. @throws CryptoError `bad_pairing`, `open_failed` */
export async function openGrant(
  made: PairingNew,
  messages: PairingMessages,
  grant: Bytes,
): Promise<PairingGrantBody> {
  const { enc, ct, sig } = readRecord(pairingGrant, grant, "bad_pairing", LIMITS.pairMessageBytes);
  const { key } = readAnswer(messages.answer, made).answer;
  const bound = transcript(messages);
  if (!(await verifyWith(key, LABELS.pairingGrant, grantDigest(bound, enc, ct), sig)))
    throw new CryptoError("bad_pairing");
  const info = concat(utf8(LABELS.pairingGrant), bound);
  const plain = await hpkeOpen(made.hpkePrivateKey, enc, info, ct, bound);
  return readRecord(pairingGrantBody, plain, "bad_pairing", LIMITS.pairMessageBytes);
}

/** What a device signs to open a session at its node: the node's name and challenge, and its own certificate's hash. */
export function signDeviceSession(
  devicePrivateKey: Bytes,
  session: { node: string; deviceId: Bytes; challenge: Bytes },
): Promise<Bytes> {
  return signWith(devicePrivateKey, LABELS.deviceSession, sha256(encodeCbor({ ...session })));
}

/** Checks {@link signDeviceSession}. */
export function verifyDeviceSession(
  deviceKey: Bytes,
  session: { node: string; deviceId: Bytes; challenge: Bytes },
  sig: Bytes,
): Promise<boolean> {
  return verifyWith(deviceKey, LABELS.deviceSession, sha256(encodeCbor({ ...session })), sig);
}

function commitment(nonce: Bytes): Bytes {
  return sha256(utf8(LABELS.pairingCommit), nonce);
}

function answerMac(secret: Bytes, offer: Bytes, fields: { v: 1; nonce: Bytes; key: Bytes }): Bytes {
  return hmac(secret, utf8(LABELS.pairingMac), sha256(offer), encodeCbor(fields));
}

function transcript({ offer, answer, reveal }: PairingMessages): Bytes {
  return sha256(sha256(offer), sha256(answer), sha256(reveal));
}

function grantDigest(bound: Bytes, enc: Bytes, ct: Bytes): Bytes {
  return sha256(bound, sha256(enc), sha256(ct));
}
