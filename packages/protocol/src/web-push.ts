/**
 * Web Push: how a node wakes a device whose app is closed, through the push service of the browser's maker. The message says
 * "something new" and nothing else; the device finds out itself what it is.
 */
import * as v from "valibot";
import { bytes16, exact, object } from "./schema.ts";

/** What is encrypted in every push, always the same: the number of this format. */
export const WEB_PUSH_CONTENT = Uint8Array.of(1);
/** Content and padding of every push, in bytes: the bodies of all are equally long. */
export const WEB_PUSH_SIZE = 128;

/** Where the browser's push service takes pushes for this device. Whoever has it and the node's key can wake the device. */
const endpoint = v.pipe(v.string(), v.maxLength(1024), v.regex(/^https?:\/\/[\x21-\x7e]+$/));

/** The key by which push services know this node, for `pushManager.subscribe`, and what the node keeps of the session's device. */
export const webPushState = {
  request: object({}),
  response: object({ serverKey: exact(65), endpoint: v.nullable(v.string()) }),
};
/** Wakes the session's device there from now on. @throws target_refused (an endpoint that this node does not talk to), forbidden (no device) */
export const webPushSubscribe = {
  request: object({ endpoint, p256dh: exact(65), auth: bytes16 }),
  response: object({}),
};
/** Wakes the session's device no more. */
export const webPushUnsubscribe = { request: object({}), response: object({}) };
