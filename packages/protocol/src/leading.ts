/**
 * Decisions of several stewards: what they sign, how many are needed, and what one may do alone. Both ends use these
 * rules: a hub for its list of stewards, members for the one in the group.
 *
 * [Note: What a decision's signatures cover] `"baraza/steward/1" || H(cbor{logId, gen, id, record})`, and no header: while
 * signatures are gathered the log moves on to other epochs. `id` is the `appendId` of the entry that carries it out, so a
 * hub takes each decision in once, and `record.until` ends its time.
 */
import * as v from "valibot";
import type { StewardRecord } from "./log.ts";
import { stewardRecord } from "./log.ts";
import { LIMITS } from "./limits.ts";
import type { Infer } from "./schema.ts";
import { bytes16, bytes32, object, signature, uint } from "./schema.ts";

/** What a steward signs. */
export const decision = object({ logId: bytes32, gen: uint(), id: bytes16, record: stewardRecord });
export type Decision = Infer<typeof decision>;

/** A decision with its signatures, as a commit brings it along that takes an elder steward's lead away. */
export const decisionProof = object({
  gen: uint(),
  id: bytes16,
  record: stewardRecord,
  sigs: v.pipe(v.array(object({ key: bytes32, sig: signature })), v.maxLength(LIMITS.stewards)),
});
export type DecisionProof = Infer<typeof decisionProof>;

/** When the gathering of a decision's signatures ends, in milliseconds; undefined for a record that is none. */
export function untilOf(record: StewardRecord): number | undefined {
  return record.op === "stewards" || record.op === "removeSeat" || record.op === "delete"
    ? record.until
    : undefined;
}

/** More than half. */
export function majorityOf(total: number): number {
  return Math.floor(total / 2) + 1;
}

/**
 * Whether one steward may change the list alone: name others, step down, or take away those who were named after them,
 * in the order of the list. Taking away an elder, or another of those with whom the log began, needs a majority.
 * All are keys in hexadecimal.
 */
export function mayChangeAlone(
  now: readonly string[],
  next: readonly string[],
  signers: ReadonlySet<string>,
  founders: ReadonlySet<string>,
): boolean {
  const kept = now.filter((key) => next.includes(key));
  return (
    kept.every((key, index) => next[index] === key) &&
    now.every((key) => next.includes(key) || mayTakeAlone(now, key, signers, founders))
  );
}

/** Whether the signers may take this one's lead away alone: it is one of them, or was named after them. */
export function mayTakeAlone(
  now: readonly string[],
  key: string,
  signers: ReadonlySet<string>,
  founders: ReadonlySet<string>,
): boolean {
  const eldest = now.findIndex((one) => signers.has(one));
  return signers.has(key) || (eldest >= 0 && now.indexOf(key) > eldest && !founders.has(key));
}
