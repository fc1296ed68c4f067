/** Relay and gateway (Oblivious HTTP, RFC 9458), and what a node says of itself. */
import * as v from "valibot";
import { LIMITS } from "./limits.ts";
import type { Infer } from "./schema.ts";
import { bytes, bytes32, nodeName, object, signature, text, time, uint } from "./schema.ts";

/**
 * A node's own record, at `/.well-known/baraza` and signed by its node key over
 * `"baraza/node-record/1" || H(cbor without sig)`. `gatewayKeys` is a list of key configurations as RFC 9458,
 * section 3 lays out (application/ohttp-keys). `tokenKey` is the public key of its blind tokens.
 */
export const nodeRecord = object({
  v: uint(255),
  minVersion: uint(255),
  maxVersion: uint(255),
  name: nodeName,
  nodeKey: bytes32,
  gatewayKeys: bytes(LIMITS.recordBytes),
  tokenKey: bytes32,
  notAfter: time,
  software: text(64),
  sig: signature,
});
export type NodeRecord = Infer<typeof nodeRecord>;

/** Passes an encapsulated request (message/ohttp-req) on to the gateway of `target`, and its response back. */
export const relayForward = {
  request: object({ target: nodeName, encapsulated: bytes(LIMITS.appendBytes) }),
  response: object({ encapsulated: bytes(LIMITS.appendBytes) }),
};
/** The node record of another node, fetched by one's own. The caller checks its signature against a pinned key. */
export const relayNode = {
  request: object({ target: nodeName, fresh: v.optional(v.boolean()) }),
  response: object({ record: bytes(LIMITS.recordBytes) }),
};
