/** What stands in the log for an event that disappears. */
import { bytes, LIMITS, object, uint } from "@baraza/protocol";
import * as v from "valibot";
import { VANISH_LIMITS } from "./events.ts";

/** `from`: when its time begins, by the hub's clock, ms since 1970. `sealed`: an {@link innerEvent}. */
export const vanishingPayload = object({
  ms: v.pipe(
    v.number(),
    v.safeInteger(),
    v.minValue(VANISH_LIMITS.shortest),
    v.maxValue(VANISH_LIMITS.longest),
  ),
  from: uint(),
  sealed: bytes(LIMITS.commitBodyBytes),
});

export const innerEvent = object({
  type: v.pipe(v.string(), v.maxLength(64)),
  version: uint(),
  payload: bytes(LIMITS.commitBodyBytes),
});
