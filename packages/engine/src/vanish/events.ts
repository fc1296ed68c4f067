/** What is said about disappearing, and what carries that which disappears. */
import { object } from "@baraza/protocol";
import * as v from "valibot";

export const VANISH_LIMITS = {
  /** The shortest time, ms. */
  shortest: 5000,
  /** The longest: keys have to be kept as long as something under them may still come. */
  longest: 366 * 24 * 60 * 60_000,
} as const;

/** A time that one may choose, ms; 0: what is said stays. */
export const lifetime = v.union([
  v.literal(0),
  v.pipe(
    v.number(),
    v.safeInteger(),
    v.minValue(VANISH_LIMITS.shortest),
    v.maxValue(VANISH_LIMITS.longest),
  ),
]);

export const VANISH_EVENTS = {
  /** How long what is said from now on stays. Counts when its author leads the space. */
  "space.timer": { version: 1, schema: object({ ms: lifetime }) },
} as const;
