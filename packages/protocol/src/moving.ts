/**
 * Moving to another node, and closing an account. What is signed here is signed by the identity, not by a device or a
 * node: whoever knows a person can check it, wherever it was found.
 */
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
  text,
  time,
  uint,
} from "./schema.ts";
import { identityRecord, reply } from "./sealed.ts";

const place = object({ name: accountName, node: nodeName });

/**
 * "I was there, I am here now." Signed by the identity's key over `"baraza/moved/1" || H(cbor without sig)`. `seq` counts
 * a person's moves from 1: of two statements the higher one holds.
 */
export const movedStatement = object({
  v: v.literal(1),
  identity: identityRecord,
  from: place,
  to: place,
  seq: v.pipe(uint(), v.minValue(1)),
  time,
  sig: signature,
});
export type MovedStatement = Infer<typeof movedStatement>;

/** Letter `moved`: the statement, and how to reach the person now. */
export const movedBody = object({ statement: bytes(LIMITS.recordBytes), reply });

/**
 * What the former node is asked: to answer look-ups with the statement, to pass letters on to `forward` (a letters address
 * at the new node), and to close the account after `keepDays`; at once with 0. Signed by the identity over
 * `"baraza/move-request/1" || H(cbor without sig)`; of several the one with the latest time holds.
 */
export const moveRequest = object({
  v: v.literal(1),
  /** The node that is asked. */
  audience: nodeName,
  statement: bytes(LIMITS.recordBytes),
  forward: v.optional(bytes(256, 16)),
  keepDays: uint(LIMITS.forwardDays),
  time,
  sig: signature,
});
export type MoveRequest = Infer<typeof moveRequest>;

/** What goes along to the new node, sealed under a secret from the ticket's link: whose account, its vault, its contacts. */
export const movePackage = object({
  v: v.literal(1),
  name: accountName,
  node: nodeName,
  made: time,
  /** The vault's content as canonical CBOR. */
  vault: bytes(LIMITS.vaultBytes),
  contacts: v.pipe(v.array(reply), v.maxLength(LIMITS.moveContacts)),
});
export type MovePackage = Infer<typeof movePackage>;

/**
 * Leaves a sealed package at the node that one moves to, for LIMITS.moveDropMs; the code of a node invitation goes along
 * where one is needed to register, and is not used up. The same bytes again change nothing.
 */
export const movesLeave = {
  request: object({
    dropId: bytes16,
    sealed: bytes(LIMITS.movePackageBytes, 1),
    invitation: v.optional(bytes16),
  }),
  response: object({ expires: time }),
};
export const movesTake = {
  request: object({ dropId: bytes16 }),
  response: object({ sealed: bytes(LIMITS.movePackageBytes), expires: time }),
};
/** A signed `moveRequest`, from wherever: the signature says who asks. */
export const movesPublish = {
  request: object({ request: bytes(LIMITS.recordBytes * 2) }),
  response: object({ until: time }),
};

/**
 * Closes an account for good. Signed by the identity over `"baraza/close-account/1" || H(cbor without sig)`. With the
 * nonce its owner recognises the receipt; nobody else can tell whose it is.
 */
export const closeRequest = object({
  v: v.literal(1),
  node: nodeName,
  name: accountName,
  identity: identityRecord,
  nonce: bytes32,
  time,
  sig: signature,
});
export type CloseRequest = Infer<typeof closeRequest>;

/** What the node says that it has deleted. Signed by its key over `"baraza/close-receipt/1" || H(cbor without sig)`. */
export const closeReceipt = object({
  v: v.literal(1),
  node: nodeName,
  nodeKey: bytes32,
  /** H("baraza/close-receipt/1" || identity id || nonce). */
  subject: bytes32,
  /** Kinds of things, and how many of each. */
  deleted: v.pipe(v.array(object({ what: text(64), count: uint() })), v.maxLength(64)),
  time,
  /** Until then nobody else gets the name. */
  nameRests: time,
  sig: signature,
});
export type CloseReceipt = Infer<typeof closeReceipt>;

/** A signed `closeRequest`. A repeat gives the same receipt for some days. */
export const accountsClose = {
  request: object({ request: bytes(LIMITS.recordBytes) }),
  response: object({ receipt: bytes(LIMITS.recordBytes) }),
};

/** The fragment of a `/move` page: base64url of the ticket's 32-byte secret. */
export const MOVE_SECRET_BYTES = 32;
