/**
 * Ways into an account. Everything of a way comes from one secret S: by HKDF-SHA-256 with the kind as salt and a label
 * each, the seed of an X-Wing key pair, a pre-shared key and the seed of an Ed25519 key. The vault key is sealed to the
 * way by HPKE (RFC 9180) in its PSK mode.
 *
 * [Note: Why a pre-shared key] Anybody can seal to a public key: a node that has learned one could make up a whole vault
 * and seal its key to the person. Only who holds S, and the person's devices, know the pre-shared key; and only who
 * holds S can open. So the devices can seal a new vault key to a way without the person, and nobody else can.
 */
import type { Bytes, VaultWay, VaultWrap, WayEntry, WayKind } from "@baraza/protocol";
import { concat, encodeCbor, LABELS, toHex, utf8, vaultWrap } from "@baraza/protocol";
import type { Ed25519KeyPair, Signer } from "./ed25519.ts";
import { ed25519FromSeed, signWith, verifyWith } from "./ed25519.ts";
import { CryptoError } from "./errors.ts";
import { hpkeGenerate, hpkeOpen, hpkeSend } from "./hpke.ts";
import { hkdf, isBytes, needBytes, randomBytes, sha256 } from "./primitives.ts";
import { readRecord } from "./records.ts";

/** Size of OPAQUE's export key, and of the secret that a device or a sheet holds. In bytes. */
export const EXPORT_KEY_BYTES = 64;
export const VAULT_SECRET_BYTES = 16;

/** What comes from S. `privateKey` is the seed of the X-Wing pair. */
export type WayKeys = {
  kind: WayKind;
  publicKey: Bytes;
  privateKey: Bytes;
  psk: Bytes;
  sign: Ed25519KeyPair;
};

/** A random vault key. 32 bytes. */
export function createVaultKey(): Bytes {
  return randomBytes(32);
}

/** The secret of a device or a sheet that is mixed into the passphrase's, and the least that an S may have: 16 random bytes. */
export function createVaultSecret(): Bytes {
  return randomBytes(VAULT_SECRET_BYTES);
}

/** S of a passphrase: OPAQUE's export key (64 bytes), and the 16-byte secret where one is mixed in. @throws CryptoError `bad_input`. */
export function passphraseSecret(exportKey: Bytes, secret?: Bytes): Bytes {
  needBytes(exportKey, EXPORT_KEY_BYTES);
  if (secret === undefined) return exportKey;
  needBytes(secret, VAULT_SECRET_BYTES);
  return concat(exportKey, secret);
}

/** Derives everything that a way is from its S (16 to 128 bytes, of full entropy or stretched). @throws CryptoError `bad_input`. */
export async function wayKeys(kind: WayKind, secret: Bytes): Promise<WayKeys> {
  if (!isBytes(secret) || secret.length < VAULT_SECRET_BYTES || secret.length > 128)
    throw new CryptoError("bad_input");
  const derive = (label: string) => hkdf(secret, utf8(kind), label, 32);
  const { publicKey, privateKey } = await hpkeGenerate(derive(LABELS.wayKey));
  return {
    kind,
    publicKey,
    privateKey,
    psk: derive(LABELS.wayPsk),
    sign: ed25519FromSeed(derive(LABELS.waySign)),
  };
}

/**
 * A way as the vault lists it, from its keys. One signs in by signature with all but passphrases (OPAQUE does it), passkeys
 * (their assertion does it) and a device's own way (it has a session).
 */
export function vaultWayOf(
  keys: WayKeys,
  more: { id?: Bytes; created: number; label?: string | undefined; device?: Bytes | undefined },
): VaultWay {
  const signs = keys.kind !== "passkey" && !isPassphrase(keys.kind) && more.device === undefined;
  return {
    id: more.id ?? randomBytes(16),
    way: keys.kind,
    publicKey: keys.publicKey,
    psk: keys.psk,
    created: more.created,
    ...(signs ? { signKey: keys.sign.publicKey } : {}),
    ...(more.label === undefined ? {} : { label: more.label }),
    ...(more.device === undefined ? {} : { device: more.device }),
  };
}

/** What the node is told of a way. */
export function wayEntryOf({ id, way, signKey }: VaultWay): WayEntry {
  return { id, way, ...(signKey === undefined ? {} : { signKey }) };
}

/** True for both kinds of passphrase, of which an account has one at most. */
export function isPassphrase(kind: string): boolean {
  return kind === "passphrase" || kind === "passphrase+secret";
}

/**
 * Seals the vault key to a way of an identity (its 32-byte id). `ekm` (64 bytes) is for vectors only.
 * @throws CryptoError `bad_input` for a way that opens nothing.
 */
export async function sealVaultKeyTo(
  vaultKey: Bytes,
  identityId: Bytes,
  { id, way, publicKey, psk }: VaultWay,
  ekm?: Bytes,
): Promise<VaultWrap> {
  needBytes(vaultKey, 32);
  needBytes(identityId, 32);
  if (publicKey === undefined || psk === undefined) throw new CryptoError("bad_input");
  const { enc, seal } = await hpkeSend(publicKey, wrapInfo(identityId), ekm, { id, key: psk });
  return { id, way, enc, ct: await seal(vaultKey, wrapAad(id, way)) };
}

/**
 * The wraps of all ways that open the vault, in their order. Those of `former` are kept as they are where the key is the
 * same and they belong to the same way: pass none when the key is new.
 */
export function sealVaultKeyToAll(
  vaultKey: Bytes,
  identityId: Bytes,
  ways: readonly VaultWay[],
  former: readonly VaultWrap[] = [],
): Promise<VaultWrap[]> {
  const known = new Map(former.map((wrap) => [toHex(wrap.id), wrap]));
  return Promise.all(
    ways
      .filter((way) => way.publicKey !== undefined)
      .map(async (way) => {
        const wrap = known.get(toHex(way.id));
        return wrap?.way === way.way ? wrap : sealVaultKeyTo(vaultKey, identityId, way);
      }),
  );
}

/**
 * Opens the vault key with a way's keys.
 * @throws CryptoError `open_failed` for the wrap of another way or another person, or one that nobody sealed who knows the way.
 */
export async function openWay(keys: WayKeys, identityId: Bytes, wrap: VaultWrap): Promise<Bytes> {
  const { id, way, enc, ct } = readRecord(vaultWrap, wrap, "bad_vault");
  if (way !== keys.kind) throw new CryptoError("open_failed");
  const psk = { id, key: keys.psk };
  const info = wrapInfo(identityId);
  const vaultKey = await hpkeOpen(keys.privateKey, enc, info, ct, wrapAad(id, way), psk);
  if (vaultKey.length !== 32) throw new CryptoError("open_failed");
  return vaultKey;
}

/** What a node asks to be signed: bound to the node, so that no other can pass the answer on. */
export type WayChallenge = { node: string; signInId: Bytes; challenge: Bytes };

/** Answers a challenge with the way's key. */
export function signChallenge(signer: Signer, challenge: WayChallenge): Promise<Bytes> {
  return signWith(signer, LABELS.waySignIn, challengeDigest(challenge));
}

/** True when the key answered the challenge. Never throws. */
export function verifyChallenge(
  signKey: Bytes,
  challenge: WayChallenge,
  sig: Bytes,
): Promise<boolean> {
  return verifyWith(signKey, LABELS.waySignIn, challengeDigest(challenge), sig);
}

function challengeDigest({ node, signInId, challenge }: WayChallenge): Bytes {
  return sha256(encodeCbor({ node, signInId, challenge }));
}

function wrapInfo(identityId: Bytes): Bytes {
  return concat(utf8(LABELS.vaultWrap), identityId);
}

function wrapAad(id: Bytes, way: string): Bytes {
  return encodeCbor({ id, way });
}
