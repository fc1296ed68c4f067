/** Boxes: queues of sealed deliveries, reached through unlinkable box addresses; and the live connection. */
import * as v from "valibot";
import { LIMITS } from "./limits.ts";
import type { Infer } from "./schema.ts";
import { bytes, bytes16, bytes32, nodeName, object, signature, time, uint } from "./schema.ts";

/**
 * Makes addresses of one's own box. An address is sealed by the box's node over {boxId, addressId, scope, expires}:
 * two addresses of one box look unrelated. `push` addresses work only for the hub that they name.
 */
export const boxesAddresses = {
  request: object({
    boxId: bytes16,
    scope: v.picklist(["letters", "push"]),
    hub: v.optional(nodeName),
    expires: time,
    count: uint(64),
  }),
  response: object({ addresses: v.array(object({ address: bytes(256, 16), addressId: bytes16 })) }),
};
export const boxesRevoke = {
  request: object({ boxId: bytes16, addressId: bytes16 }),
  response: object({}),
};
/** A further box (of a device). The account's own box is made at sign-up. */
export const boxesCreate = { request: object({}), response: object({ boxId: bytes16 }) };
/** Destroys a box with the letters that wait in it; not the account's own, which its identity names. A repeat is harmless. */
export const boxesClose = { request: object({ boxId: bytes16 }), response: object({}) };
/** Publishes the current, identity-signed box key record of the account's box. */
export const boxesKey = {
  request: object({ boxKey: bytes(LIMITS.recordBytes) }),
  response: object({}),
};

/** Puts a letter into a box. `letterId` makes a repeat harmless. */
export const boxesPut = {
  request: object({
    address: bytes(256, 16),
    letterId: bytes16,
    letter: bytes(LIMITS.letterBytes),
  }),
  response: object({}),
};
export const letterRow = object({
  seq: uint(),
  letterId: bytes16,
  letter: bytes(LIMITS.letterBytes),
});
export const boxesRead = {
  request: object({ boxId: bytes16, after: uint(), limit: v.optional(uint(100)) }),
  response: object({ letters: v.array(letterRow), more: v.boolean() }),
};
/** Deletes letters up to and including `upTo`: call it when they are durably kept elsewhere. */
export const boxesDelete = {
  request: object({ boxId: bytes16, upTo: uint() }),
  response: object({}),
};
/** Addresses that had pushes while nobody listened; reading them clears those up to `upTo` on the next call. */
export const boxesWakes = {
  request: object({ boxId: bytes16, clear: v.optional(uint()) }),
  response: object({ addressIds: v.array(bytes16), upTo: uint() }),
};

/** Node to node: wrapped entries for push addresses. Signed by the hub's node key over `"baraza/push-request/1" || H(cbor without sig)`. */
export const pushDeliver = {
  request: object({
    hub: nodeName,
    to: nodeName,
    time,
    nonce: bytes16,
    deliveries: v.pipe(
      v.array(object({ address: bytes(256, 16), body: bytes(LIMITS.pushBodyBytes) })),
      v.minLength(1),
      v.maxLength(LIMITS.pushesPerRequest),
    ),
    sig: signature,
  }),
  /** Indices of deliveries whose address is no longer valid: the hub stops using it. */
  response: object({ gone: v.array(uint(LIMITS.pushesPerRequest)) }),
};

/** What a client says on the live connection. */
export const liveUp = v.variant("t", [
  object({
    t: v.literal("hello"),
    session: bytes32,
    boxes: v.pipe(
      v.array(object({ boxId: bytes16, after: uint() })),
      v.maxLength(LIMITS.boxesPerAccount),
    ),
  }),
  object({ t: v.literal("ping") }),
]);
export type LiveUp = Infer<typeof liveUp>;

/** What a node says on the live connection. After `ready` every letter and push comes as it arrives. */
export const liveDown = v.variant("t", [
  object({ t: v.literal("ready") }),
  object({ t: v.literal("letter"), boxId: bytes16, row: letterRow }),
  object({
    t: v.literal("push"),
    boxId: bytes16,
    addressId: bytes16,
    body: bytes(LIMITS.pushBodyBytes),
  }),
  object({ t: v.literal("wake"), boxId: bytes16, addressId: bytes16 }),
  /** Given to who listens at this moment, kept for nobody (see signals.ts). */
  object({
    t: v.literal("signal"),
    boxId: bytes16,
    addressId: bytes16,
    body: bytes(LIMITS.signalPushBytes),
  }),
  object({ t: v.literal("pong") }),
  object({ t: v.literal("error"), code: v.string() }),
]);
export type LiveDown = Infer<typeof liveDown>;
