/** What is kept of a lock, outside of the store that it closes. */
import { bytes, bytes32, decodeCbor, encodeCbor, uint } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import * as v from "valibot";
import { StoreError } from "../store/errors.ts";

/** Wrong tries until everything here is wiped. */
export const MAX_TRIES = 10;
/** Seconds to wait after so many wrong tries: two slips cost nothing, guessing all ten takes more than half an hour. */
const WAIT_S = [0, 0, 0, 15, 30, 60, 120, 300, 600, 900] as const;
/** Choices for {@link SetLock.idleMinutes}; 0: only when the app is closed. */
export const IDLE_MINUTES: readonly number[] = [0, 1, 5, 15, 60];
export const IDLE_USUAL = 5;

/** Milliseconds to wait after `failed` wrong tries. */
export function waitAfter(failed: number): number {
  return (WAIT_S[failed] ?? WAIT_S[WAIT_S.length - 1] ?? 0) * 1000;
}

const way = v.variant("kind", [
  v.object({ kind: v.literal("code"), digits: v.boolean() }),
  v.object({ kind: v.literal("passkey"), credentialId: bytes(1024, 1), salt: bytes32 }),
]);

const set = v.object({
  v: v.literal(1),
  state: v.literal("set"),
  way,
  /** {@link lockedSecret} as canonical CBOR, wrapped by the key that the browser keeps. */
  wrapped: bytes(8192, 1),
  /** Wrong tries since the last right one. */
  failed: uint(MAX_TRIES),
  /** Grows with every try: waiting belongs to one. */
  tries: uint(),
  waitMs: uint(24 * 60 * 60_000),
  idleMinutes: uint(24 * 60),
});
/** A lock that is set. Counters lie in clear: whoever can write here can also take a copy away. */
export type SetLock = v.InferOutput<typeof set>;

const gone = v.object({ v: v.literal(1), state: v.picklist(["wiping", "wiped"]) });
/** `wiping`: the keys are gone, the files may still be there. `wiped`: nobody has been told yet. */
export type Kept = SetLock | v.InferOutput<typeof gone>;

/** Reads what a shelf holds. @throws StoreError `store_too_new`, `store_corrupt` */
export function readKept(value: unknown): Kept | undefined {
  if (value === undefined) return undefined;
  const parsed = v.safeParse(v.variant("state", [set, gone]), value);
  if (parsed.success) return parsed.output;
  const version = v.safeParse(v.object({ v: v.pipe(v.number(), v.minValue(2)) }), value);
  throw new StoreError(version.success ? "store_too_new" : "store_corrupt");
}

const lockedSecret = v.object({
  /** What a code is tried against; absent for a passkey. */
  check: v.optional(
    v.object({
      setup: v.pipe(v.string(), v.maxLength(2048)),
      record: v.pipe(v.string(), v.maxLength(2048)),
      // Bounded: a phone cannot give more, and what is damaged must not hang it.
      cost: v.object({
        memory: v.pipe(uint(1_048_576), v.minValue(8)),
        passes: v.pipe(uint(64), v.minValue(1)),
        lanes: v.pipe(uint(16), v.minValue(1)),
      }),
    }),
  ),
  /** The store's secret under the key of the code or the passkey. */
  sealed: bytes(1024, 32),
});
/** What lies inside of the browser's wrapping. */
export type LockedSecret = v.InferOutput<typeof lockedSecret>;

export function writeLocked(secret: LockedSecret): Bytes {
  return encodeCbor(secret);
}

/** @throws StoreError `store_corrupt` */
export function readLocked(input: Bytes): LockedSecret {
  try {
    return v.parse(lockedSecret, decodeCbor(input));
  } catch (cause) {
    throw new StoreError("store_corrupt", { cause });
  }
}
