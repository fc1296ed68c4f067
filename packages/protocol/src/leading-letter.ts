/** A letter about where a space is kept: see the engine's handover/letters.ts. */
import * as v from "valibot";
import { LIMITS } from "./limits.ts";
import { decisionProof } from "./log.ts";
import { bytes, bytes32, object } from "./schema.ts";
import { reply } from "./sealed.ts";

/** `proposal` and `answer` are the payloads of the events of that name; `where` asks, `moved` tells. */
export const leadingLetter = object({
  logId: bytes32,
  proposal: v.optional(bytes(LIMITS.recordBytes)),
  answer: v.optional(bytes(LIMITS.recordBytes)),
  moved: v.optional(decisionProof),
  where: v.optional(reply),
});
