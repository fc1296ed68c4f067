/**
 * Rejoin slots: what a hub keeps, beside a log's entries, for people who have lost all their devices. One slot stands for the
 * newest commit; it is sealed under a secret that present members share, and that secret is sealed to each
 * of them under a key whose private half is in their vault. To the hub it is a list of tags and sealed bytes.
 */
import * as v from "valibot";
import { LIMITS } from "./limits.ts";
import { head } from "./log.ts";
import type { Infer } from "./schema.ts";
import { bytes, bytes16, bytes32, object, uint } from "./schema.ts";

/**
 * The slot's secret, sealed with HPKE to one member's rejoin key (X25519 or X-Wing, as the space's suite is). `tag` is the
 * first 16 bytes of `H("baraza/slot-tag/1" || logId || rejoin key)`: it says nothing to whoever does not know that key.
 */
export const slotEnvelope = object({ tag: bytes16, enc: bytes(1120, 32), ct: bytes(64, 48) });
export type SlotEnvelope = Infer<typeof slotEnvelope>;

/** A slot as the hub keeps it. `outerKey` derives from the slot's secret: whoever signs with it may rejoin. */
export const rejoinSlot = object({
  v: v.literal(1),
  outerKey: bytes32,
  /** In the order of their tags. */
  envelopes: v.pipe(v.array(slotEnvelope), v.minLength(1), v.maxLength(LIMITS.seats)),
  sealed: bytes(LIMITS.slotBytes, 80),
});
export type RejoinSlot = Infer<typeof rejoinSlot>;

/** Content keys of consecutive epochs, 32 bytes each, the first of epoch `from`. */
export const slotRun = object({ from: uint(), keys: bytes(LIMITS.slotBytes, 32) });

/** What is sealed in a slot (padded): all that a device needs to join from outside, and to read what it may. */
export const slotContent = object({
  v: v.literal(1),
  logId: bytes32,
  epoch: uint(),
  /** The head that whoever made the commit had seen. */
  seen: object({ gen: uint(), seq: uint(), head: bytes32 }),
  groupInfo: bytes(LIMITS.slotBytes),
  tree: bytes(LIMITS.slotBytes),
  /** Of all epochs where newcomers may read the history; else of the present one alone. */
  ring: v.pipe(v.array(slotRun), v.minLength(1), v.maxLength(1024)),
});
export type SlotContent = Infer<typeof slotContent>;

/** Which epochs' keys are in a slot: `count` of them from `from` on. */
export const slotEpochs = v.pipe(
  v.array(object({ from: uint(), count: uint(65_536) })),
  v.minLength(1),
  v.maxLength(1024),
);
export type SlotEpochs = v.InferOutput<typeof slotEpochs>;

/**
 * What a commit says of its slot to the other members. With it, and what they know themselves, each of them makes the same
 * bytes again and compares their hash with the header's: nobody needs to fetch a slot in order to check it.
 */
export const slotClaim = object({
  /** The GroupInfo of the new epoch, signed by the committer. */
  groupInfo: bytes(LIMITS.slotBytes),
  epochs: slotEpochs,
  /** The secret is the new epoch's own. It must be when somebody was removed. Otherwise the former one goes on. */
  renewed: v.boolean(),
});
export type SlotClaim = v.InferOutput<typeof slotClaim>;

/**
 * Reads a slot without a seat. Whoever knows a tag has a rejoin key of the space; the hub does not learn which member that is.
 * `not_found` for an unknown log, a log without a slot, and tags that are not in it alike.
 */
export const logsSlot = {
  request: object({
    logId: bytes32,
    tags: v.pipe(v.array(bytes16), v.minLength(1), v.maxLength(8)),
  }),
  response: object({
    genesis: bytes(LIMITS.genesisBytes),
    outerKey: bytes32,
    envelope: slotEnvelope,
    sealed: bytes(LIMITS.slotBytes),
    epoch: uint(),
    head,
  }),
};
