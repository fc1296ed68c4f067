/**
 * Box addresses: capabilities that a node seals to itself. Two addresses of one box look unrelated to everyone else,
 * and all have the same size.
 */
import type { Bytes } from "@baraza/protocol";
import { concat, equalBytes, LABELS, uint64, utf8 } from "@baraza/protocol";
import {
  aesGcmOpenSync,
  aesGcmSealSync,
  hkdf,
  isBytes,
  needBytes,
  randomBytes,
  sha256,
} from "./primitives.ts";
import { CryptoError } from "./errors.ts";

/** `letters` takes letters from anyone; `push` takes pushes from the one hub that it was made for. */
export type BoxAddressScope = "letters" | "push";
/** `expires` in milliseconds. `hub` is kept as its hash only, so that addresses have one size. */
export type BoxAddressFields = {
  boxId: Bytes;
  addressId: Bytes;
  scope: BoxAddressScope;
  hub?: string | undefined;
  expires: number;
};
/** An opened address. `hubHash` is null unless it is bound to a hub: see {@link addressIsFor}. */
export type OpenedBoxAddress = {
  boxId: Bytes;
  addressId: Bytes;
  scope: BoxAddressScope;
  hubHash: Bytes | null;
  expires: number;
};

const SALT = 24;
const PLAIN = 1 + 1 + 16 + 16 + 8 + 32;
/** Size of every address. */
export const BOX_ADDRESS_BYTES = SALT + PLAIN + 16;
const SCOPES: readonly BoxAddressScope[] = ["letters", "push"];
const EMPTY = new Uint8Array();
const NONCE = new Uint8Array(12);

/**
 * Seals an address under the node's 32-byte secret: `salt(24) || AES-256-GCM(version, scope, boxId, addressId,
 * expires, hub hash)` with a key from secret and salt. `salt` is for vectors only.
 * @throws CryptoError `bad_input`.
 */
export function sealBoxAddress(
  nodeSecret: Bytes,
  fields: BoxAddressFields,
  salt: Bytes = randomBytes(SALT),
): Bytes {
  needBytes(nodeSecret, 32);
  needBytes(fields.boxId, 16);
  needBytes(fields.addressId, 16);
  const scope = SCOPES.indexOf(fields.scope);
  if (scope < 0 || !Number.isSafeInteger(fields.expires) || fields.expires < 0)
    throw new CryptoError("bad_input");
  const plain = concat(
    Uint8Array.of(1, scope),
    fields.boxId,
    fields.addressId,
    uint64(fields.expires),
    fields.hub === undefined ? new Uint8Array(32) : hubHash(fields.hub),
  );
  return concat(salt, aesGcmSealSync(keyFor(nodeSecret, salt), NONCE, plain, EMPTY));
}

/** Opens an address of this node; null for anything else. Expiry is the caller's to check. */
export function openBoxAddress(nodeSecret: Bytes, address: Bytes): OpenedBoxAddress | null {
  needBytes(nodeSecret, 32);
  if (!isBytes(address) || address.length !== BOX_ADDRESS_BYTES) return null;
  let plain: Bytes;
  try {
    const key = keyFor(nodeSecret, address.subarray(0, SALT));
    plain = aesGcmOpenSync(key, NONCE, address.subarray(SALT), EMPTY);
  } catch {
    return null;
  }
  const scope = SCOPES[plain[1] ?? 255];
  if (plain[0] !== 1 || scope === undefined) return null;
  const hub = plain.slice(42, 74);
  const expires = Number(new DataView(plain.buffer, plain.byteOffset + 34, 8).getBigUint64(0));
  return {
    boxId: plain.slice(2, 18),
    addressId: plain.slice(18, 34),
    scope,
    hubHash: hub.every((byte) => byte === 0) ? null : hub,
    expires,
  };
}

/** True when pushes of that hub may use the address. Addresses without a hub are for everyone. */
export function addressIsFor(address: OpenedBoxAddress, hub: string): boolean {
  return address.hubHash === null || equalBytes(address.hubHash, hubHash(hub));
}

function hubHash(hub: string): Bytes {
  return sha256(utf8(LABELS.address), utf8(hub));
}

function keyFor(nodeSecret: Bytes, salt: Bytes): Bytes {
  return hkdf(nodeSecret, salt, LABELS.address, 32);
}
