/**
 * Ways into an account. Each has a secret S, from which come an HPKE key pair that the vault key is sealed to (so that
 * it can be renewed without the person), and a key to sign in with. Which ways there are stands inside the sealed vault;
 * the node knows of each an id, a kind and, where one signs in with it, the public key for that.
 */
import * as v from "valibot";
import { LIMITS } from "./limits.ts";
import type { Infer } from "./schema.ts";
import {
  accountName,
  bytes,
  bytes16,
  bytes32,
  exact,
  object,
  signature,
  text,
  time,
  uint,
} from "./schema.ts";

/**
 * `passphrase`: OPAQUE, S is its export key; guessable by the node where it is weak. `passphrase+secret`: the same with
 * 128 bits of a device or a sheet. `passkey`: S is the output of WebAuthn's PRF. `words`: S is the entropy of twelve words.
 * `people`: S is split among people one trusts. `organisation`: somebody holds S for the person. `device`: S lies on a
 * device that is signed in, or goes to a new one when the two are brought together.
 */
export const WAY_KINDS = [
  "passphrase",
  "passphrase+secret",
  "passkey",
  "words",
  "people",
  "organisation",
  "device",
] as const;
export type WayKind = (typeof WAY_KINDS)[number];

/** True for a kind that this version knows. What is stored may name kinds of a later one. */
export function isWayKind(kind: string): kind is WayKind {
  return (WAY_KINDS as readonly string[]).includes(kind);
}

const kindName = v.pipe(v.string(), v.regex(/^[a-z]+(?:\+[a-z]+)*$/), v.maxLength(32));

/**
 * A way as the sealed vault lists it. Without `publicKey` it only signs in and opens nothing (a passkey without PRF).
 * `psk` is shared with whoever holds S: by it they know that the vault key was sealed by one of their devices, and not by
 * a node that has learned a public key.
 */
export const vaultWay = object({
  id: bytes16,
  way: kindName,
  publicKey: v.optional(exact(1216)),
  psk: v.optional(bytes32),
  signKey: v.optional(bytes32),
  label: v.optional(text(LIMITS.displayNameLength)),
  created: time,
  /** What is mixed into the passphrase: the person's devices show it to whoever sets up another one. */
  secret: v.optional(bytes16),
  /** Of a device's own way: the hash of its certificate. */
  device: v.optional(bytes32),
});
export type VaultWay = Infer<typeof vaultWay>;

/** The vault key, sealed to one way. It stands in clear beside the vault's sealed body, and is bound to it. */
export const vaultWrap = object({
  id: bytes16,
  way: kindName,
  enc: bytes(2048, 32),
  ct: bytes(128, 16),
});
export type VaultWrap = Infer<typeof vaultWrap>;

/** What the node keeps of a way. `signKey`: for those that one signs in with by a signature. */
export const wayEntry = object({
  id: bytes16,
  way: kindName,
  signKey: v.optional(bytes32),
});
export type WayEntry = Infer<typeof wayEntry>;

/** What signing in gives, whatever the way. */
export const signedIn = object({
  session: bytes32,
  boxId: bytes16,
  role: v.picklist(["member", "administrator"]),
  name: accountName,
  identity: bytes(LIMITS.recordBytes),
  vault: bytes(LIMITS.vaultBytes),
  vaultVersion: uint(),
});
export type SignedIn = Infer<typeof signedIn>;

export const waysList = {
  request: object({}),
  response: object({ ways: v.array(wayEntry), version: uint() }),
};

/** Adds a way, in the place of others where it replaces some, together with the vault that lists it. */
export const waysPut = {
  request: object({
    way: wayEntry,
    replaces: v.optional(v.pipe(v.array(bytes16), v.maxLength(LIMITS.ways))),
    vault: bytes(LIMITS.vaultBytes),
    version: uint(),
  }),
  response: object({ version: uint() }),
};

/** Takes a way away, together with the vault that no longer lists it. Refused (`last_way`) when nobody could sign in any more. */
export const waysRemove = {
  request: object({ id: bytes16, vault: bytes(LIMITS.vaultBytes), version: uint() }),
  response: object({ version: uint() }),
};

/** No name: whose key it is, the node finds out when it is proven, so there is nothing that could be asked about anybody. */
export const waysSignInStart = {
  request: object({}),
  response: object({ signInId: bytes16, challenge: bytes32 }),
};

/** `sig` by `signKey` over `"baraza/way-sign-in/1" || H(cbor{node, signInId, challenge})`. */
export const waysSignInFinish = {
  request: object({ signInId: bytes16, signKey: bytes32, sig: signature }),
  response: signedIn,
};
