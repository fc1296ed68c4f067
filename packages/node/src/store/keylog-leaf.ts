/** From what is true of an account to the bytes of its leaf: the same formats as `@baraza/crypto`, for the store's threads. */
import type { Bytes, KeyLogDevices, KeyLogIdentity, KeyLogVault } from "@baraza/protocol";
import { concat, decodeCbor, encodeCbor, LABELS, utf8 } from "@baraza/protocol";
import { hmac, sha256 } from "../crypto-fast.ts";
import type { LeafContent } from "./port-keylog.ts";

/** A leaf's parts with their salts, as they are opened to whoever may see them. */
export function openParts(content: LeafContent): {
  identity: KeyLogIdentity;
  devices: KeyLogDevices;
  vault: KeyLogVault;
} {
  const { secret, identityId, record, devices, vaultVersion, ways } = content;
  const of = identityId === null || record === null ? null : { identityId, record };
  return {
    identity: { salt: salt(secret, "identity"), of },
    devices: { salt: salt(secret, "devices"), devices },
    vault: { salt: salt(secret, "vault"), version: vaultVersion, ways },
  };
}

/** The bytes of a leaf. */
export function makeLeaf(fields: {
  place: Bytes;
  seq: number;
  prev: number | null;
  content: LeafContent;
}): Bytes {
  const { place, seq, prev, content } = fields;
  const { identity, devices, vault } = openParts(content);
  return encodeCbor({
    v: 1,
    place,
    seq,
    ...(prev === null ? {} : { prev }),
    identity: commit(identity),
    devices: commit(devices),
    vault: commit(vault),
  });
}

/** A hash of the ways into a sealed vault, which lie in clear beside its body; of what is no vault, a constant. */
export function waysHash(vault: Bytes): Bytes {
  try {
    const { wraps } = decodeCbor(vault) as { wraps?: unknown };
    return Array.isArray(wraps) ? sha256(encodeCbor(wraps)) : NO_WAYS;
  } catch {
    return NO_WAYS;
  }
}

const NO_WAYS: Bytes = new Uint8Array(32);

function salt(secret: Bytes, part: string): Bytes {
  return hmac(secret, utf8(`${LABELS.keyLogPart} ${part}`)).slice(0, 16);
}

function commit(opened: KeyLogIdentity | KeyLogDevices | KeyLogVault): Bytes {
  return hmac(opened.salt, concat(encodeCbor({ ...opened, salt: undefined })));
}
