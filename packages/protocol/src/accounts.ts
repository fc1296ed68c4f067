/** Accounts: sign-up and sign-in (OPAQUE, RFC 9807), the sealed vault, key packages, cards. */
import * as v from "valibot";
import { role } from "./admin.ts";
import { LIMITS } from "./limits.ts";
import {
  accountName,
  bytes,
  bytes16,
  bytes32,
  exact,
  nodeName,
  object,
  signature,
  text,
  time,
  uint,
} from "./schema.ts";
import { newPasskey } from "./passkeys.ts";
import { signedIn, wayEntry } from "./ways.ts";

/** Messages of the OPAQUE library: base64url text. */
const opaque = v.pipe(v.string(), v.maxLength(LIMITS.opaqueBytes), v.regex(/^[A-Za-z0-9_-]+$/));
const session = bytes32;

export const accountsPolicy = {
  request: object({}),
  response: object({
    node: nodeName,
    registration: v.picklist(["invitation", "open"]),
    /** True until the first administrator exists. */
    setup: v.boolean(),
    version: text(32),
  }),
};

/** `invitation` is the 16-byte code of a node invitation, or the first-run setup code. */
export const accountsRegisterStart = {
  request: object({ name: accountName, invitation: v.optional(bytes16), request: opaque }),
  response: object({ response: opaque }),
};

/** Everything that makes an account, in one transaction. `identity` is a signed identity record (sealed.ts). */
export const accountsRegisterFinish = {
  request: object({
    name: accountName,
    invitation: v.optional(bytes16),
    /** With a passphrase; without, `ways` has to name another way to sign in. */
    record: v.optional(opaque),
    /** The passkey that the way of this kind in `ways` stands for. */
    passkey: v.optional(newPasskey),
    ways: v.pipe(v.array(wayEntry), v.minLength(1), v.maxLength(LIMITS.ways)),
    identity: bytes(LIMITS.recordBytes),
    deviceCert: bytes(LIMITS.recordBytes),
    boxKey: bytes(LIMITS.recordBytes),
    /** By the identity's key over `"baraza/possession/1" || H(cbor{node, name, identity, deviceCert, boxKey, record})`. */
    possession: signature,
    vault: bytes(LIMITS.vaultBytes),
  }),
  response: object({ session, boxId: bytes16, role }),
};

export const accountsSignInStart = {
  request: object({ name: accountName, request: opaque }),
  response: object({ signInId: bytes16, response: opaque }),
};

export const accountsSignInFinish = {
  request: object({ signInId: bytes16, finish: opaque }),
  response: signedIn,
};

export const accountsMe = {
  request: object({}),
  response: object({
    name: accountName,
    role,
    boxId: bytes16,
    vaultVersion: uint(),
    mayInvite: v.boolean(),
    /** A signed `movedStatement`: the person lives elsewhere now. */
    moved: v.optional(bytes(LIMITS.recordBytes)),
  }),
};
export const accountsSignOut = { request: object({}), response: object({}) };
/** Sets the passphrase: a new OPAQUE record, the way that stands for it in place of the former one, and the vault, swapped together. */
export const accountsPassphraseStart = {
  request: object({ request: opaque }),
  response: object({ response: opaque }),
};
export const accountsPassphraseFinish = {
  request: object({
    record: opaque,
    way: wayEntry,
    vault: bytes(LIMITS.vaultBytes),
    version: uint(),
  }),
  response: object({}),
};

/** Versions form a hash chain inside the sealed vault; the node swaps only version n for n + 1. */
export const vaultGet = {
  request: object({}),
  response: object({ vault: bytes(LIMITS.vaultBytes), version: uint() }),
};
export const vaultPut = {
  request: object({ vault: bytes(LIMITS.vaultBytes), version: uint() }),
  response: object({ version: uint() }),
};

/** A device of an account. `deviceId` is the hash of its certificate. */
export const devicesAdd = {
  request: object({ deviceCert: bytes(LIMITS.recordBytes) }),
  response: object({}),
};
export const devicesList = {
  request: object({}),
  response: object({ devices: v.array(bytes(LIMITS.recordBytes)) }),
};

export const keyPackagesPublish = {
  request: object({
    packages: v.pipe(
      v.array(
        object({
          ref: bytes32,
          keyPackage: bytes(LIMITS.keyPackageBytes),
          expires: time,
          lastResort: v.optional(v.boolean()),
        }),
      ),
      v.maxLength(LIMITS.keyPackagesPerDevice),
    ),
    /** Hashes of contact capabilities that may fetch; replaces the former list when given. */
    capabilities: v.optional(v.pipe(v.array(bytes32), v.maxLength(1000))),
  }),
  response: object({ left: uint() }),
};
/** One key package of each device of the identity; each fetch uses up what it gives, but the last-resort ones. */
export const keyPackagesFetch = {
  request: object({ identityId: bytes32, capability: bytes32 }),
  response: object({ packages: v.array(bytes(LIMITS.keyPackageBytes)) }),
};

/** Public keys of an account of this node, by identity id or by name. */
export const identityLookup = {
  request: object({ identityId: v.optional(bytes32), name: v.optional(accountName) }),
  response: object({
    name: accountName,
    identity: bytes(LIMITS.recordBytes),
    boxKey: bytes(LIMITS.recordBytes),
    /**
     * A signed `movedStatement`: the person lives elsewhere now. Of an account that is gone already it comes with the
     * error `moved`, as base64url in `data.statement`.
     */
    moved: v.optional(bytes(LIMITS.recordBytes)),
  }),
};

/**
 * Blind tokens (RFC 9497 VOPRF, ristretto255) for opening logs: issued to an account, spent without a name. `proof`
 * is one DLEQ proof for the batch: that the key of the node record was used, and not one made to recognise the account.
 */
export const tokensIssue = {
  request: object({ blinded: v.pipe(v.array(bytes32), v.minLength(1), v.maxLength(16)) }),
  response: object({ evaluated: v.array(bytes32), proof: exact(64) }),
};

/** An invitation card: sealed bytes under a random name, read by whoever holds the link (its key is in the fragment). */
export const cardsPut = {
  request: object({ cardId: bytes16, sealed: bytes(LIMITS.cardBytes), expires: time }),
  response: object({}),
};
export const cardsGet = {
  request: object({ cardId: bytes16 }),
  response: object({ sealed: bytes(LIMITS.cardBytes) }),
};
export const cardsDelete = { request: object({ cardId: bytes16 }), response: object({}) };
