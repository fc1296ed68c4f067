/**
 * Letters: sealed with HPKE to a box key, sender and signature inside.
 *
 * [Note: A letter is for one recipient] The signature covers the recipient's identity, the box key, the HPKE
 * encapsulation, the letter id and the body: whoever receives a letter cannot seal it again to a third person as if
 * its sender had written to them.
 */
import type { Bytes, Letter } from "@baraza/protocol";
import {
  concat,
  encodeCbor,
  equalBytes,
  LABELS,
  letter as letterSchema,
  LIMITS,
  pad,
  sealedLetter,
  toHex,
  uint64,
  utf8,
  writeAs,
} from "@baraza/protocol";
import { verifyBoxKey } from "./box-keys.ts";
import { signWith, verifyWith } from "./ed25519.ts";
import { unpadExactly } from "./entries.ts";
import { CryptoError } from "./errors.ts";
import { hpkeOpen, hpkeSend } from "./hpke.ts";
import type { Device, VerifiedDevice } from "./identity.ts";
import { certificateHash, verifyDeviceCertificate } from "./identity.ts";
import { needBytes, randomBytes, sha256 } from "./primitives.ts";
import type { Without } from "./records.ts";
import { readRecord } from "./records.ts";

/** What HPKE adds to the padded letter: the tag. */
const OVERHEAD = 16;

/**
 * Seals a letter to a box key (a record's bytes, checked against `to`; `at` is the time, in milliseconds;
 * `ekm` is for vectors only).
 * @throws CryptoError `bad_box_key`, `bad_identity`; ProtocolError when the body is too large.
 */
export async function sealLetter(input: {
  from: Pick<Device, "certificate" | "privateKey">;
  to: Bytes;
  boxKey: Bytes;
  kind: Letter["kind"];
  body: Bytes;
  letterId?: Bytes;
  at: number;
  ekm?: Bytes;
}): Promise<{ letterId: Bytes; letter: Bytes }> {
  const { from, to, kind, body, at } = input;
  const key = await verifyBoxKey(input.boxKey, to, at);
  const letterId = input.letterId ?? randomBytes(16);
  const { enc, seal } = await hpkeSend(key.hpkeKey, hpkeInfo(to, key.id), input.ekm);
  const fields = {
    v: 1 as const,
    letterId,
    from: from.certificate,
    to,
    boxKeyId: key.id,
    at,
    kind,
    body,
  };
  const sig = await signWith(from.privateKey, LABELS.letter, letterSignedPart(fields, enc));
  const plain = writeAs(letterSchema, { ...fields, sig });
  const clear = { v: 1 as const, boxKeyId: key.id, enc };
  const ct = await seal(pad(plain, OVERHEAD), encodeCbor(clear));
  return { letterId, letter: writeAs(sealedLetter, { ...clear, ct }) };
}

/** The box key that a letter was sealed to. @throws CryptoError `bad_letter`. */
export function letterBoxKeyId(letter: Bytes): Bytes {
  return readSealed(letter).boxKeyId;
}

/** Private keys of one's box by the hexadecimal of their ids. */
export type BoxPrivateKeys = ReadonlyMap<string, Bytes> | Readonly<Record<string, Bytes>>;

/**
 * Opens a letter to `me` (one's identity id) and checks its sender's certificate and signature. `sender` is the
 * verified device; whether its identity is known to the reader is for the caller to say ("not checked yet").
 * @throws CryptoError `no_key` when the box key is not here, `open_failed`, `bad_letter`, `bad_certificate`,
 * `bad_identity`.
 */
export async function openLetter(input: {
  letter: Bytes;
  keys: BoxPrivateKeys;
  me: Bytes;
}): Promise<Letter & { sender: VerifiedDevice }> {
  const sealed = readSealed(input.letter);
  const { ct, ...clear } = sealed;
  const privateKey = lookUp(input.keys, toHex(sealed.boxKeyId));
  if (privateKey === undefined) throw new CryptoError("no_key");
  const info = hpkeInfo(input.me, sealed.boxKeyId);
  const padded = await hpkeOpen(privateKey, sealed.enc, info, ct, encodeCbor(clear));
  const letter = readRecord(
    letterSchema,
    unpadExactly(padded, OVERHEAD),
    "bad_letter",
    LIMITS.letterBytes,
  );
  const sender = await verifyDeviceCertificate(letter.from);
  if (
    !equalBytes(letter.to, input.me) ||
    !equalBytes(letter.boxKeyId, sealed.boxKeyId) ||
    !(await verifyWith(
      sender.deviceKey,
      LABELS.letter,
      letterSignedPart(letter, sealed.enc),
      letter.sig,
    ))
  )
    throw new CryptoError("bad_letter");
  return { ...letter, sender };
}

function readSealed(letter: Bytes) {
  return readRecord(sealedLetter, letter, "bad_letter", LIMITS.letterBytes);
}

function lookUp(keys: BoxPrivateKeys, id: string): Bytes | undefined {
  if (keys instanceof Map) return (keys as ReadonlyMap<string, Bytes>).get(id);
  const plain = keys as Readonly<Record<string, Bytes>>;
  return Object.hasOwn(plain, id) ? plain[id] : undefined;
}

function hpkeInfo(to: Bytes, boxKeyId: Bytes): Bytes {
  needBytes(to, 32);
  needBytes(boxKeyId, 16);
  return concat(utf8(LABELS.letterHpke), to, boxKeyId);
}

/**
 * What a letter's signature covers, after its label:
 * `to(32) || boxKeyId(16) || H(enc) || letterId(16) || H(certificate) || at (uint64) || H(kind) || H(body) || H(rest)`:
 * `rest` is the CBOR of the version and of fields of a later protocol.
 */
export function letterSignedPart(letter: Without<Letter, "sig">, enc: Bytes): Bytes {
  const { to, boxKeyId, letterId, from, at, kind, body, ...others } = letter;
  return concat(
    to,
    boxKeyId,
    sha256(enc),
    letterId,
    certificateHash(from),
    uint64(at),
    sha256(utf8(kind)),
    sha256(body),
    sha256(encodeCbor({ ...others, sig: undefined })),
  );
}
