/**
 * The vault: what an account is made of, sealed under a random key that is wrapped once for each way in.
 *
 * [Note: Weak and strong ways] The node holds the OPAQUE record and can guess a weak passphrase offline. With 128
 * bits from a device or the recovery sheet mixed in, guessing gains it nothing; without, the wrap is marked as weak.
 */
import type { Bytes, Infer, Vault } from "@baraza/protocol";
import {
  concat,
  encodeCbor,
  LABELS,
  LIMITS,
  pad,
  ProtocolError,
  readAs,
  sealedVault,
  utf8,
  vault as vaultSchema,
  vaultWrap,
  writeAs,
} from "@baraza/protocol";
import { unpadExactly } from "./entries.ts";
import { CryptoError } from "./errors.ts";
import {
  AEAD_OVERHEAD,
  hkdf,
  needBytes,
  openAead,
  randomBytes,
  sealAead,
  sha256,
} from "./primitives.ts";
import { readRecord } from "./records.ts";

export type VaultWrap = Infer<typeof vaultWrap>;
export type VaultWay = VaultWrap["way"];

/** Size of OPAQUE's export key, and of the secret that a device or recovery sheet holds. In bytes. */
export const EXPORT_KEY_BYTES = 64;
export const VAULT_SECRET_BYTES = 16;

/** What opens a wrap: OPAQUE's export key, and the 128-bit secret for `passphrase+secret`. */
export type VaultOpener = { exportKey: Bytes; secret?: Bytes | undefined };

/** A random vault key. 32 bytes. */
export function createVaultKey(): Bytes {
  return randomBytes(32);
}

/** A random device secret. 16 bytes. */
export function createVaultSecret(): Bytes {
  return randomBytes(VAULT_SECRET_BYTES);
}

/**
 * Wraps the vault key for one way in, under `HKDF(exportKey || secret, salt, "baraza/vault-wrap/1")`.
 * `fixed` is for vectors only. @throws CryptoError `bad_input`.
 */
export async function wrapVaultKey(
  vaultKey: Bytes,
  opener: VaultOpener & { way: VaultWay },
  fixed?: { salt: Bytes; aeadSalt: Bytes },
): Promise<VaultWrap> {
  needBytes(vaultKey, 32);
  const salt = fixed?.salt ?? randomBytes(32);
  const wrapped = await sealAead(wrapKey(opener.way, opener, salt), vaultKey, utf8(opener.way), {
    label: LABELS.vaultWrap,
    ...(fixed === undefined ? {} : { salt: fixed.aeadSalt }),
  });
  return { way: opener.way, salt, wrapped };
}

/** Unwraps the vault key. @throws CryptoError `open_failed`, and `bad_input` when the way needs a secret that is missing. */
export async function unwrapVaultKey(wrap: VaultWrap, opener: VaultOpener): Promise<Bytes> {
  const { way, salt, wrapped } = readRecord(vaultWrap, wrap, "bad_vault");
  const key = wrapKey(way, opener, salt);
  const vaultKey = await openAead(key, wrapped, utf8(way), { label: LABELS.vaultWrap });
  if (vaultKey.length !== 32) throw new CryptoError("open_failed");
  return vaultKey;
}

function wrapKey(way: VaultWay, { exportKey, secret }: VaultOpener, salt: Bytes): Bytes {
  needBytes(exportKey, EXPORT_KEY_BYTES);
  if (way === "passphrase") return hkdf(exportKey, salt, LABELS.vaultWrap, 32);
  if (secret === undefined) throw new CryptoError("bad_input");
  needBytes(secret, VAULT_SECRET_BYTES);
  return hkdf(concat(exportKey, secret), salt, LABELS.vaultWrap, 32);
}

/**
 * Seals a vault under its key, padded. The wraps are bound to it: a node cannot put back one of an earlier
 * passphrase. `salt` is for vectors only.
 * @throws ProtocolError `malformed` when it does not fit, `too_large` above LIMITS.vaultBytes.
 */
export async function sealVault(
  vaultKey: Bytes,
  wraps: readonly VaultWrap[],
  vault: Vault,
  salt?: Bytes,
): Promise<Bytes> {
  const body = await sealAead(
    vaultKey,
    pad(writeAs(vaultSchema, vault), AEAD_OVERHEAD),
    clearAad({ v: 1, wraps }),
    { label: LABELS.vaultBody, ...(salt === undefined ? {} : { salt }) },
  );
  if (body.length > LIMITS.vaultBytes) throw tooLarge();
  const sealed = writeAs(sealedVault, { v: 1, wraps: [...wraps], body });
  if (sealed.length > LIMITS.vaultBytes) throw tooLarge();
  return sealed;
}

/** The ways in of a sealed vault; `body` stays sealed. @throws CryptoError `bad_vault`. */
export function readVaultWraps(sealed: Bytes): VaultWrap[] {
  return readSealed(sealed).wraps;
}

/** Opens a vault. @throws CryptoError `open_failed`, `bad_vault`. */
export async function openVault(vaultKey: Bytes, sealed: Bytes): Promise<Vault> {
  const { body, ...clear } = readSealed(sealed);
  const padded = await openAead(vaultKey, body, clearAad(clear), { label: LABELS.vaultBody });
  const plain = unpadExactly(padded, AEAD_OVERHEAD);
  return readRecord(vaultSchema, plain, "bad_vault", LIMITS.vaultBytes);
}

/** What the next version names as `prevHash`: the hash of this one's content, whatever it is wrapped with. 32 bytes. */
export function vaultHash(vault: Vault): Bytes {
  return sha256(utf8(LABELS.vaultHash), encodeCbor(vault));
}

/** `prevHash` of the first version. */
export const NO_VAULT: Bytes = new Uint8Array(32);

function readSealed(sealed: Bytes): Infer<typeof sealedVault> {
  try {
    return readAs(sealedVault, sealed, LIMITS.vaultBytes);
  } catch (cause) {
    throw new CryptoError("bad_vault", cause);
  }
}

/** Everything beside the body is bound to it, fields of a later version too. */
function clearAad(clear: object): Bytes {
  return concat(utf8(LABELS.vault), encodeCbor(clear));
}

function tooLarge(): ProtocolError {
  return new ProtocolError("too_large", { data: { max: LIMITS.vaultBytes } });
}
