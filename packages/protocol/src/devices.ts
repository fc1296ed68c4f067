/** A person's devices: pairing a new one through the node, and sessions that a certified device opens by its own key. */
import * as v from "valibot";
import { LIMITS } from "./limits.ts";
import type { Infer } from "./schema.ts";
import {
  accountName,
  bytes,
  bytes16,
  bytes32,
  nodeName,
  object,
  signature,
  time,
  uint,
} from "./schema.ts";
import { identityRecord, vaultSeen } from "./sealed.ts";

/** Crockford's alphabet (no I, L, O, U): seven characters chosen by the node and one that checks them. */
export const PAIR_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
export const PAIR_CODE_LENGTH = 8;

export const pairCode = v.pipe(
  v.string(),
  v.regex(new RegExp(`^[${PAIR_ALPHABET}]{${PAIR_CODE_LENGTH}}$`)),
);

/** The character that follows seven others, so that a slip of the finger is told from a code that has run out. */
export function pairCheckCharacter(seven: string): string {
  let sum = 0;
  for (let at = 0; at < seven.length; at++)
    sum += (PAIR_ALPHABET.indexOf(seven.charAt(at)) + 1) * (2 * at + 3);
  return PAIR_ALPHABET[sum % 31] ?? "0";
}

/**
 * A code as somebody typed it: case, spaces and hyphens do not matter, and letters that look like digits are read as
 * those. @returns null when it is none
 */
export function readPairCode(typed: string): string | null {
  const text = typed
    .toUpperCase()
    .replace(/[\s-]/g, "")
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1")
    .replace(/U/g, "V");
  if (!v.is(pairCode, text)) return null;
  return pairCheckCharacter(text.slice(0, 7)) === text[7] ? text : null;
}

const message = bytes(LIMITS.pairMessageBytes);

/**
 * A rendezvous for a device that has no account yet. The node keeps a few sealed messages of each of the two sides for
 * some minutes, in memory, under a short code; what it could do in their middle, pairing.ts of the crypto package answers.
 */
export const devicesPairOpen = {
  request: object({ offer: message }),
  response: object({ code: pairCode, token: bytes32, expires: time }),
};
/** The signed-in side takes the rendezvous: the first one only. */
export const devicesPairJoin = {
  request: object({ code: pairCode }),
  response: object({ offer: message, token: bytes32, expires: time }),
};
/** Puts one side's message number `index`. Repeating it is harmless. */
export const devicesPairPut = {
  request: object({ code: pairCode, token: bytes32, index: uint(7), message }),
  response: object({}),
};
/** What the other side has put from number `from` on. `closed`: why nothing more will come. */
export const devicesPairGet = {
  request: object({ code: pairCode, token: bytes32, from: uint(8) }),
  response: object({
    messages: v.array(message),
    joined: v.boolean(),
    closed: v.optional(v.picklist(["ended", "refused"])),
    expires: time,
  }),
};
export const devicesPairClose = {
  request: object({ code: pairCode, token: bytes32, refused: v.optional(v.boolean()) }),
  response: object({}),
};

/** Enters a certificate for another device of the account, which then opens its own session. */
export const devicesGrant = {
  request: object({ deviceCert: bytes(LIMITS.recordBytes) }),
  response: object({}),
};

/**
 * Which devices of a person count after one was removed: the identity has a new key, and of the devices certified under
 * former keys only those in `keep` (hashes of their certificates) stand. Whoever knew a former key could certify more.
 * Signed by the identity's present key over `"baraza/device-roll/1" || H(cbor without sig)`.
 */
export const deviceRoll = object({
  v: v.literal(1),
  identity: identityRecord,
  keep: v.pipe(v.array(bytes32), v.maxLength(256)),
  sig: signature,
});
export type DeviceRoll = Infer<typeof deviceRoll>;

/**
 * Cuts a device off at the node, in one transaction: its entry, sessions, key packages and own boxes go; the identity and
 * box key that the roll goes with stand from now on, and the vault that has them, under a key that the device was not given.
 */
export const devicesRemove = {
  request: object({
    deviceId: bytes32,
    roll: bytes(LIMITS.rollBytes),
    boxKey: bytes(LIMITS.recordBytes),
    vault: bytes(LIMITS.vaultBytes),
    version: uint(),
  }),
  response: object({}),
};
/** The roll of the account that a device is or was of: how a device that was removed learns why, with a signature. */
export const devicesRoll = {
  request: object({ deviceId: bytes32 }),
  response: object({ roll: v.nullable(bytes(LIMITS.rollBytes)) }),
};
/** Signs this device out for good: what `devices.remove` takes away, but no key has to change. */
export const devicesLeave = { request: object({}), response: object({}) };

/**
 * A session for a device that the account knows, by a signature with the device's own key over the node's challenge.
 * Refused once the device was removed, and after a change of the passphrase until it has signed in again.
 */
export const devicesSessionStart = {
  request: object({ deviceId: bytes32 }),
  response: object({ challenge: bytes32 }),
};
export const devicesSessionFinish = {
  request: object({
    deviceId: bytes32,
    challenge: bytes32,
    sig: signature,
    withVault: v.optional(v.boolean()),
  }),
  response: object({
    session: bytes32,
    boxId: bytes16,
    role: v.picklist(["member", "administrator"]),
    identity: bytes(LIMITS.recordBytes),
    vault: v.optional(object({ vault: bytes(LIMITS.vaultBytes), version: uint() })),
  }),
};

/** What a new device shows or spells: see crypto's pairing.ts. */
export const pairingOffer = object({
  v: v.literal(1),
  hpkeKey: bytes(2048, 32),
  deviceKey: bytes32,
  commit: bytes32,
});
export const pairingAnswer = object({
  v: v.literal(1),
  nonce: bytes32,
  /** Signs what comes later on this side. */
  key: bytes32,
  /** Only where the code was scanned: a MAC under the secret that the picture carries. */
  mac: v.optional(bytes32),
});
export const pairingReveal = object({ v: v.literal(1), nonce: bytes32 });
export const pairingGrant = object({
  v: v.literal(1),
  enc: bytes(2048, 32),
  ct: bytes(LIMITS.pairMessageBytes),
  sig: signature,
});
/** What is sealed in a grant: all that the new device needs in order to open the vault itself. */
export const pairingGrantBody = object({
  v: v.literal(1),
  name: accountName,
  node: nodeName,
  identity: identityRecord,
  identityKey: bytes32,
  vaultKey: bytes32,
  /** The newest vault that the old device has seen: the node must not show the new one an older. */
  vault: v.optional(vaultSeen),
  deviceCert: bytes(LIMITS.recordBytes),
});
export type PairingGrantBody = Infer<typeof pairingGrantBody>;
