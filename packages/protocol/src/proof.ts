/**
 * Two heads that a hub signed and that no honest hub signs both, with what joins them: anyone who has the hub's public key
 * can check it, and nothing inside says what was written or who wrote it.
 */
import * as v from "valibot";
import { LIMITS } from "./limits.ts";
import { head, signatures } from "./log.ts";
import type { Infer } from "./schema.ts";
import { bytes, bytes32, object } from "./schema.ts";

/** How many entries may lie between the two heads. */
export const PROOF_LINKS = 2000;

/**
 * `first` is the head that somebody was shown. `second` is one that this device was shown, at the same position or later:
 * its chain has `value` where `first` stands, and `links` (headers and signatures, in order) lead from there to it. Where
 * `second` stands earlier, it is dated later: then the hub went back behind what it had signed, and there are no links.
 */
export const forkProof = object({
  v: v.literal(1),
  first: head,
  second: head,
  value: bytes32,
  links: v.pipe(
    v.array(object({ header: bytes(LIMITS.headerBytes), sigs: signatures })),
    v.maxLength(PROOF_LINKS),
  ),
});
export type ForkProof = Infer<typeof forkProof>;
