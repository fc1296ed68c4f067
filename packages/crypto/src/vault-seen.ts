/** What one's own devices tell each other of the vaults that they have seen. Its own entry: it is needed once a day. */
import type { Bytes, VaultSeen } from "@baraza/protocol";
import { LABELS, vaultSeen as vaultSeenSchema, writeAs } from "@baraza/protocol";
import { hkdf, openAead, sealAead } from "./primitives.ts";
import { readRecord } from "./records.ts";

/**
 * Sealed so that the other members of a space, in whose log it stands, do not read it.
 * `identityKey`: the identity's private key. `salt` is for vectors only.
 */
export function sealVaultSeen(
  identityKey: Bytes,
  logId: Bytes,
  seen: VaultSeen,
  salt?: Bytes,
): Promise<Bytes> {
  return sealAead(seenKey(identityKey), writeAs(vaultSeenSchema, seen), logId, {
    label: LABELS.vaultSeen,
    ...(salt === undefined ? {} : { salt }),
  });
}

/** @throws CryptoError `open_failed`, `bad_vault` */
export async function openVaultSeen(
  identityKey: Bytes,
  logId: Bytes,
  sealed: Bytes,
): Promise<VaultSeen> {
  const label = LABELS.vaultSeen;
  const plain = await openAead(seenKey(identityKey), sealed, logId, { label });
  return readRecord(vaultSeenSchema, plain, "bad_vault");
}

function seenKey(identityKey: Bytes): Bytes {
  return hkdf(identityKey, new Uint8Array(), LABELS.vaultSeen, 32);
}
