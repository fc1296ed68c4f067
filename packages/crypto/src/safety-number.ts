/** The number that two people compare to know that nobody stands between them. */
import type { Bytes } from "@baraza/protocol";
import { concat, LABELS, toHex } from "@baraza/protocol";
import { hkdf, needBytes } from "./primitives.ts";

const GROUPS = 8;
const GROUP_BYTES = 5;

/**
 * Eight groups of five digits out of both identity ids, whichever way round: 132 bits, so nobody can make an identity whose
 * number with somebody is that of another. Ids stay when keys are handed on, so the number stays too.
 */
export function safetyNumber(one: Bytes, other: Bytes): string[] {
  needBytes(one, 32);
  needBytes(other, 32);
  const [low, high] = toHex(one) < toHex(other) ? [one, other] : [other, one];
  const bytes = hkdf(
    concat(low, high),
    new Uint8Array(),
    LABELS.safetyNumber,
    GROUPS * GROUP_BYTES,
  );
  return Array.from({ length: GROUPS }, (_, group) => {
    let value = 0;
    for (const byte of bytes.subarray(group * GROUP_BYTES, (group + 1) * GROUP_BYTES))
      value = value * 256 + byte;
    return String(value % 100_000).padStart(5, "0");
  });
}
