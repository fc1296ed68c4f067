/**
 * The key log: what a node says of its accounts' keys, in an append-only hash tree (RFC 6962) that anybody can check and
 * that tells nobody names.
 *
 * [Note: Two trees under one head] The *log* holds one leaf for each change of an account, in order, for ever. The *index*
 * is a prefix tree over hidden names; it leads to the newest leaf of each account, so that "this is the latest" has a
 * proof of its own. A head signs both roots, and the key with which names are hidden: one name has one place.
 *
 * [Note: What a leaf tells] Names are hidden by a verifiable random function (RFC 9381): the node proves the place of a name
 * that it is asked for, nobody else can compute it, and the node cannot have two places for one name. What a leaf says
 * is committed to with a salt of its own; an answer opens only the part that was asked for. Whoever reads all leaves sees
 * how many accounts there are and which leaves belong to one of them, so when something changed; not whose, and not what.
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
  nodeName,
  object,
  signature,
  time,
  uint,
} from "./schema.ts";

/** The state of a node's key log, signed by the node key over `"baraza/key-log-head/1" || H(cbor without sig)`. */
export const keyLogHead = object({
  v: v.literal(1),
  node: nodeName,
  /** Leaves in the log. */
  size: uint(),
  /** Root of the log (RFC 6962, section 2.1) and of the index. */
  root: bytes32,
  index: bytes32,
  /** The public key that hides names (RFC 9381, ECVRF-EDWARDS25519-SHA512-TAI). */
  vrfKey: bytes32,
  time,
  sig: signature,
});
export type KeyLogHead = Infer<typeof keyLogHead>;

/** One change of one account. `identity`, `devices` and `vault` are commitments: HMAC(salt, cbor of the opened part). */
export const keyLogLeaf = object({
  v: v.literal(1),
  /** The hidden name: first half of the random function's output. */
  place: bytes32,
  /** Counts the account's leaves from 1. */
  seq: uint(),
  /** Number of the account's leaf before this one in the log. */
  prev: v.optional(uint()),
  identity: bytes32,
  devices: bytes32,
  vault: bytes32,
});
export type KeyLogLeaf = Infer<typeof keyLogLeaf>;

/** Whose account it is: `record` is the hash of the identity record's bytes. Null once the account is deleted. */
export const keyLogIdentity = object({
  salt: bytes16,
  of: v.nullable(object({ identityId: bytes32, record: bytes32 })),
});
/** Hashes of the certificates of the account's devices, in the order of bytes. */
export const keyLogDevices = object({
  salt: bytes16,
  devices: v.pipe(v.array(bytes32), v.maxLength(LIMITS.devices)),
});
/** The vault may not be older than this: its version at the time of the leaf, and a hash of the ways into it. */
export const keyLogVault = object({ salt: bytes16, version: uint(), ways: bytes32 });
export type KeyLogIdentity = Infer<typeof keyLogIdentity>;
export type KeyLogDevices = Infer<typeof keyLogDevices>;
export type KeyLogVault = Infer<typeof keyLogVault>;

/** Hashes of 32 bytes, one after the other, as proofs are made of. */
const hashes = (count: number) => bytes(count * 32);
/** A log of 2^40 leaves. */
const LOG_PATH = 40;
const CONSISTENCY_PATH = 2 * LOG_PATH;
const INDEX_PATH = 256;

/** A leaf with its number and its audit path (RFC 6962, section 2.1.1) in the log of a head. */
const provenLeaf = { at: uint(), leaf: bytes(LIMITS.keyLogLeafBytes), path: hashes(LOG_PATH) };

/** The newest head of the node; or, of another `node`, the newest that this one has seen and checked. */
export const keyLogHeadRoute = {
  request: object({ node: v.optional(nodeName) }),
  response: object({ head: keyLogHead }),
};

/**
 * The newest leaf of an account with the proofs that it is: its place (RFC 9381), the index, the log. With `device`, the
 * opened list of devices, where that device is in it. With `since`, the consistency proof from a head of that size.
 */
export const keyLogLookup = {
  request: object({
    name: v.optional(accountName),
    identityId: v.optional(bytes32),
    device: v.optional(bytes32),
    since: v.optional(uint()),
  }),
  response: object({
    name: accountName,
    identity: bytes(LIMITS.recordBytes),
    head: keyLogHead,
    place: exact(80),
    ...provenLeaf,
    inIndex: hashes(INDEX_PATH),
    opened: keyLogIdentity,
    devices: v.optional(keyLogDevices),
    consistency: v.optional(hashes(CONSISTENCY_PATH)),
  }),
};

/** That the log of `to` leaves begins with the log of `from` leaves (RFC 6962, section 2.1.2). */
export const keyLogConsistency = {
  request: object({ from: uint(), to: uint() }),
  response: object({ proof: hashes(CONSISTENCY_PATH) }),
};

/** The account's own leaves after its `after`-th, all parts opened, and the proof that the last one is the latest. */
export const keyLogOwn = {
  request: object({ after: uint(), since: v.optional(uint()) }),
  response: object({
    head: keyLogHead,
    place: exact(80),
    inIndex: hashes(INDEX_PATH),
    /** Number, bytes and `seq` of the latest leaf; its path is in `leaves` or asked for by a lookup. */
    latest: object(provenLeaf),
    /** With `after` 0, where the name had another owner before: their last leaf, which says that they have gone. */
    before: v.optional(object({ ...provenLeaf, identity: keyLogIdentity })),
    leaves: v.pipe(
      v.array(
        object({
          ...provenLeaf,
          identity: keyLogIdentity,
          devices: keyLogDevices,
          vault: keyLogVault,
        }),
      ),
      v.maxLength(LIMITS.keyLogOwnLeaves),
    ),
    more: v.boolean(),
    consistency: v.optional(hashes(CONSISTENCY_PATH)),
  }),
};

/** Leaves as they are in the log, for whoever checks all of it. */
export const keyLogLeaves = {
  request: object({ start: uint(), count: uint(LIMITS.keyLogLeavesRead) }),
  response: object({ leaves: v.array(bytes(LIMITS.keyLogLeafBytes)) }),
};

/** Nodes tell each other the newest heads that they have seen; the first of a request is the sender's own. */
export const keyLogGossip = {
  request: object({
    heads: v.pipe(v.array(keyLogHead), v.minLength(1), v.maxLength(LIMITS.keyLogHeads)),
  }),
  response: object({ heads: v.pipe(v.array(keyLogHead), v.maxLength(LIMITS.keyLogHeads)) }),
};
