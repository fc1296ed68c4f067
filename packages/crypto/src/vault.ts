/**
 * The vault: what an account is made of, sealed under a random key that is sealed in turn to each way in (ways.ts). The
 * list of the ways stands inside; what a node could change, add or put back beside it is bound to what is inside.
 */
import type { Bytes, Infer, Vault, VaultWrap } from "@baraza/protocol";
import {
  concat,
  encodeCbor,
  equalBytes,
  LABELS,
  LIMITS,
  pad,
  ProtocolError,
  readAs,
  sealedVault,
  utf8,
  vault as vaultSchema,
  writeAs,
} from "@baraza/protocol";
import { unpadExactly } from "./entries.ts";
import { CryptoError } from "./errors.ts";
import { AEAD_OVERHEAD, openAead, sealAead, sha256 } from "./primitives.ts";
import { readRecord } from "./records.ts";

/**
 * Seals a vault under its key, padded. The wraps are bound to it: a node cannot put back one of an earlier
 * passphrase, or leave one out. `salt` is for vectors only.
 * @throws CryptoError `bad_vault` when the wraps are not those of the ways in it; ProtocolError `malformed` when it does
 * not fit, `too_large` above LIMITS.vaultBytes.
 */
export async function sealVault(
  vaultKey: Bytes,
  wraps: readonly VaultWrap[],
  vault: Vault,
  salt?: Bytes,
): Promise<Bytes> {
  if (!goTogether(wraps, vault)) throw new CryptoError("bad_vault");
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
  const vault = readRecord(vaultSchema, plain, "bad_vault", LIMITS.vaultBytes);
  if (!goTogether(clear.wraps, vault)) throw new CryptoError("bad_vault");
  return vault;
}

/** There is one wrap for each way that opens the vault, in the same order, and none beside. */
function goTogether(wraps: readonly VaultWrap[], { ways }: Vault): boolean {
  const opening = ways.filter(({ publicKey }) => publicKey !== undefined);
  return (
    opening.length === wraps.length &&
    opening.every(({ id, way }, at) => {
      const wrap = wraps[at];
      return wrap !== undefined && wrap.way === way && equalBytes(wrap.id, id);
    })
  );
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
