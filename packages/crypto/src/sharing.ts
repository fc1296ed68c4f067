/**
 * Links for people outside. Its own entry, `@baraza/crypto/sharing`: it is needed by a page that loads little.
 *
 * [Note: What a link's secret gives] The owner keeps one seed. The link holds a secret from it, and from that come the id at
 * the node, the secret that is shown to read (or to leave something), and the key that opens what the node keeps sealed. A
 * passphrase goes into the last two through Argon2id, salted by the link's secret: whoever has only the node's disk
 * has nothing to try passphrases against, since the secret (256 bits) is in none of it; whoever has only the link has to ask the
 * node, which counts. The owner's own secret comes from the seed and is in no link.
 */
import type { Bytes, HandoutManifest, IntakeNote, IntakeNotice } from "@baraza/protocol";
import {
  concat,
  equalBytes,
  handoutManifest,
  intakeNote,
  intakeNotice,
  LABELS,
  LIMITS,
  pad,
  sealedIntakeNote,
  unpad,
  utf8,
  writeAs,
} from "@baraza/protocol";
import { CryptoError } from "./errors.ts";
import { hkdf, needBytes, openAead, sealAead, sha256 } from "./primitives.ts";
import { readRecord } from "./records.ts";
import type { StretchCost } from "./stretch.ts";

const EMPTY = new Uint8Array();
const AEAD = 32 + 32 + 16;
const TAG = 16;

/** What a node keeps of a secret that it is shown later: nothing can be done with it. 32 bytes. */
export function accessHash(secret: Bytes): Bytes {
  needBytes(secret, 32);
  return sha256(utf8(LABELS.accessHash), secret);
}

/** From the seed of a handout (32 random bytes): what goes into the link, and what its owner shows to change or end it. */
export function handoutSecrets(seed: Bytes): { secret: Bytes; owner: Bytes } {
  needBytes(seed, 32);
  return {
    secret: hkdf(seed, EMPTY, LABELS.handoutSecret, 32),
    owner: hkdf(seed, EMPTY, LABELS.handoutOwner, 32),
  };
}

/** `handoutId` names it at the node, `reader` is shown to read, `key` opens the manifest. */
export type HandoutAccess = { handoutId: Bytes; reader: Bytes; key: Bytes };

/** From a link's secret and passphrase (null: none). With one it takes seconds. Another `cost` is for tests only. */
export async function handoutAccess(
  secret: Bytes,
  passphrase: string | null,
  cost?: StretchCost,
): Promise<HandoutAccess> {
  needBytes(secret, 32);
  const root = passphrase === null ? secret : await withPassphrase(secret, passphrase, cost);
  return {
    handoutId: handoutIdOf(secret),
    reader: hkdf(root, EMPTY, LABELS.handoutReader, 32),
    key: hkdf(root, EMPTY, LABELS.handoutKey, 32),
  };
}

/** The id at the node, for which no passphrase is needed. 16 bytes. */
export function handoutIdOf(secret: Bytes): Bytes {
  needBytes(secret, 32);
  return hkdf(secret, EMPTY, LABELS.handoutId, 16);
}

async function withPassphrase(secret: Bytes, passphrase: string, cost?: StretchCost) {
  const { STRETCH_COST, stretch } = await import("./stretch.ts");
  const salt = hkdf(secret, EMPTY, LABELS.handoutSalt, 32);
  return concat(secret, await stretch(passphrase, salt, cost ?? STRETCH_COST));
}

/** Seals a manifest, padded. @throws ProtocolError when it does not fit its schema. `salt` is for vectors only. */
export function sealManifest(
  { handoutId, key }: Pick<HandoutAccess, "handoutId" | "key">,
  manifest: HandoutManifest,
  salt?: Bytes,
): Promise<Bytes> {
  const plain = pad(writeAs(handoutManifest, manifest), AEAD);
  return sealAead(key, plain, handoutId, labelled(LABELS.handoutManifest, salt));
}

/** @throws CryptoError `open_failed`, `bad_input` */
export async function openManifest(
  { handoutId, key }: Pick<HandoutAccess, "handoutId" | "key">,
  sealed: Bytes,
): Promise<HandoutManifest> {
  const padded = await openAead(key, sealed, handoutId, { label: LABELS.handoutManifest });
  const manifest = unpad(padded);
  return readRecord(handoutManifest, manifest, "bad_input", LIMITS.handoutManifestBytes);
}

/** From the seed of an intake (32 random bytes): what goes into the link, and the key pair that opens what is left there. */
export async function intakeSecrets(seed: Bytes): Promise<{
  secret: Bytes;
  privateKey: Bytes;
  publicKey: Bytes;
  keyHash: Bytes;
}> {
  needBytes(seed, 32);
  const { hpkeGenerate } = await import("./hpke.ts");
  const secret = hkdf(seed, EMPTY, LABELS.intakeSecret, 32);
  const pair = await hpkeGenerate(hkdf(seed, EMPTY, LABELS.intakePrivate, 32));
  return { secret, ...pair, keyHash: intakeKeyHash(pair.publicKey) };
}

/** What stands in the link for the public key. 32 bytes. */
export function intakeKeyHash(publicKey: Bytes): Bytes {
  return sha256(utf8(LABELS.intakeKeyHash), publicKey);
}

/** `intakeId` names it at the node, `writer` is shown to leave something, `key` opens the notice. */
export function intakeAccess(secret: Bytes): { intakeId: Bytes; writer: Bytes; key: Bytes } {
  needBytes(secret, 32);
  return {
    intakeId: hkdf(secret, EMPTY, LABELS.intakeId, 16),
    writer: hkdf(secret, EMPTY, LABELS.intakeWriter, 32),
    key: hkdf(secret, EMPTY, LABELS.intakeKey, 32),
  };
}

/** Seals what an intake says, padded. `salt` is for vectors only. */
export function sealNotice(secret: Bytes, notice: IntakeNotice, salt?: Bytes): Promise<Bytes> {
  const { intakeId, key } = intakeAccess(secret);
  const plain = pad(writeAs(intakeNotice, notice), AEAD);
  return sealAead(key, plain, intakeId, labelled(LABELS.intakeNotice, salt));
}

/** Opens it, and checks that the public key is the one that the link means. @throws CryptoError `open_failed`, `bad_input` */
export async function openNotice(
  { secret, keyHash }: { secret: Bytes; keyHash: Bytes },
  sealed: Bytes,
): Promise<IntakeNotice> {
  const { intakeId, key } = intakeAccess(secret);
  const padded = await openAead(key, sealed, intakeId, { label: LABELS.intakeNotice });
  const notice = readRecord(intakeNotice, unpad(padded), "bad_input", LIMITS.intakeNoteBytes);
  if (!equalBytes(intakeKeyHash(notice.publicKey), keyHash)) throw new CryptoError("bad_input");
  return notice;
}

/** Seals the note of a file to an intake's public key (HPKE, X-Wing), for this file in this intake. `ekm` is for vectors only. */
export async function sealIntakeNote(
  to: { intakeId: Bytes; itemId: Bytes; publicKey: Bytes },
  note: IntakeNote,
  ekm?: Bytes,
): Promise<Bytes> {
  const { hpkeSend } = await import("./hpke.ts");
  const { enc, seal } = await hpkeSend(to.publicKey, noteInfo(to), ekm);
  const ct = await seal(pad(writeAs(intakeNote, note), TAG), EMPTY);
  return writeAs(sealedIntakeNote, { v: 1, enc, ct });
}

/** @throws CryptoError `open_failed`, `bad_input` */
export async function openIntakeNote(
  of: { intakeId: Bytes; itemId: Bytes; privateKey: Bytes },
  sealed: Bytes,
): Promise<IntakeNote> {
  const { hpkeOpen } = await import("./hpke.ts");
  const { enc, ct } = readRecord(sealedIntakeNote, sealed, "bad_input", LIMITS.intakeNoteBytes);
  const padded = await hpkeOpen(of.privateKey, enc, noteInfo(of), ct, EMPTY);
  return readRecord(intakeNote, unpad(padded), "bad_input", LIMITS.intakeNoteBytes);
}

function noteInfo({ intakeId, itemId }: { intakeId: Bytes; itemId: Bytes }): Bytes {
  needBytes(intakeId, 16);
  needBytes(itemId, 16);
  return concat(utf8(LABELS.intakeNote), intakeId, itemId);
}

const labelled = (label: string, salt: Bytes | undefined) => ({
  label,
  ...(salt === undefined ? {} : { salt }),
});
