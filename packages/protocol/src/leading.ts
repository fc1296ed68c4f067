/**
 * Decisions of several stewards: what they sign, how many are needed, and what one may do alone. Both ends use these
 * rules: a hub for its list of stewards, members for the one in the group.
 *
 * [Note: What a decision's signatures cover] `"baraza/steward/1" || H(cbor{logId, gen, id, record})`, and no header: while
 * signatures are gathered the log moves on to other epochs. `id` is the `appendId` of the entry that carries it out, so a
 * hub takes each decision in once, and `record.until` ends its time.
 */
import type { StewardRecord } from "./log.ts";

/** When the gathering of a decision's signatures ends, in milliseconds; undefined for a record that is none. */
export function untilOf(record: StewardRecord): number | undefined {
  switch (record.op) {
    case "stewards":
    case "removeSeat":
    case "delete":
    case "handover":
      return record.until;
    default:
      return undefined;
  }
}

/** What takes more than half of the stewards, whoever is among them. */
export function needsMajority(op: StewardRecord["op"]): boolean {
  return op === "stewards" || op === "delete" || op === "handover";
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
