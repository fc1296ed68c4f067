/** What is inside of signals (see signals.ts): for those who seal and open them, which a node never does. */
import * as v from "valibot";
import { LIMITS } from "./limits.ts";
import type { Infer } from "./schema.ts";
import { bytes32, exact, object, signature, time, uint } from "./schema.ts";

/** What a hub wraps for each seat. */
export const signalContent = object({
  logId: bytes32,
  gen: uint(0xffff_ffff),
  epoch: uint(),
  body: exact(LIMITS.signalBytes),
});
export type SignalContent = Infer<typeof signalContent>;

/**
 * What is inside the sealed body, signed by the device over `"baraza/signal/1" || H(cbor{logId, epoch, and all but sig})`. `at` is
 * the hub's time as the sender knows it, ms; of one device it only grows. `typing`: writes. `here`: has the app open.
 * `ask`: whoever else is there says so as well.
 */
export const signal = object({
  v: v.literal(1),
  device: bytes32,
  at: time,
  kind: v.picklist(["typing", "here"]),
  on: v.boolean(),
  ask: v.optional(v.boolean()),
  sig: signature,
});
export type Signal = Infer<typeof signal>;
