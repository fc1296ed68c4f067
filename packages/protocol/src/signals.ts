/**
 * Signals: that somebody writes, that somebody is there. They are sealed like entries, but no log keeps them and no node
 * stores them: who does not listen at that moment never gets one.
 */
import * as v from "valibot";
import { LIMITS } from "./limits.ts";
import {
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

/**
 * A seat wants signals until `until`; with `stop`, no more. Nothing of it is kept but in the hub's memory. The token is that of a
 * log session.
 */
export const signalsListen = {
  request: object({
    logId: bytes32,
    token: bytes(256, 16),
    stop: v.optional(v.boolean()),
  }),
  response: object({ until: time }),
};

/**
 * One signal to all that listen: signed by the posting key over `"baraza/signal-send/1" || H(cbor without sig)`. `time` is the
 * hub's, give or take `LIMITS.signalLateMs`. All bodies have the same length.
 */
export const signalsSend = {
  request: object({
    logId: bytes32,
    gen: uint(0xffff_ffff),
    epoch: uint(),
    time,
    body: exact(LIMITS.signalBytes),
    sig: signature,
  }),
  response: object({}),
};

/** Node to node, as `push.deliver`, signed over `"baraza/signal-request/1" || H(cbor without sig)`. What cannot be given at once is dropped. */
export const signalsDeliver = {
  request: object({
    hub: nodeName,
    to: nodeName,
    time,
    nonce: bytes16,
    deliveries: v.pipe(
      v.array(object({ address: bytes(256, 16), body: bytes(LIMITS.signalPushBytes) })),
      v.minLength(1),
      v.maxLength(LIMITS.pushesPerRequest),
    ),
    sig: signature,
  }),
  response: object({}),
};
