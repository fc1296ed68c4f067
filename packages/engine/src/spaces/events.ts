/** The events of a space itself, and what its group context says. */
import type { Bytes } from "@baraza/protocol";
import {
  bytes,
  bytes32,
  decisionProof,
  encodeCbor,
  keyLogHead,
  LIMITS,
  nodeName,
  object,
  profile,
  readAs,
  reply,
  slotClaim,
  text,
  uint,
} from "@baraza/protocol";
import * as v from "valibot";
import { LEADING_EVENTS } from "../leading/events.ts";
import { PEOPLE_EVENTS } from "../people/events.ts";
import { RULE_FIELDS } from "../people/rules.ts";
import { VANISH_EVENTS } from "../vanish/events.ts";

export const SPACE_EVENTS = {
  /** The first event of every device in a log: its certificate, who it is, how to reach it, its steward key should it become one. */
  "space.profile": {
    version: 1,
    schema: object({
      profile,
      reply,
      certificate: bytes(LIMITS.recordBytes),
      stewardKey: bytes32,
      /** A signed `movedStatement`: the address is another one than before. */
      moved: v.optional(bytes(LIMITS.recordBytes)),
    }),
  },
  /** What this device knows of key logs, so that a node that shows others something else is found out. */
  "space.heads": {
    version: 1,
    schema: object({
      heads: v.pipe(v.array(keyLogHead), v.maxLength(LIMITS.seenHeads)),
      /** For the author's other devices: what this one has seen of their vault (crypto's `sealVaultSeen`). */
      vault: v.optional(bytes(512)),
    }),
  },
  "space.title": { version: 1, schema: object({ title: text(200, 1) }) },
  /** "Take me out": a member cannot remove itself from the group, so another one's device does it. */
  "space.leave": { version: 1, schema: object({}) },
  /** A person has removed a device: their identity's new key, and which of their devices still count (crypto's rolls.ts). */
  "space.identity": { version: 1, schema: object({ roll: bytes(LIMITS.rollBytes) }) },
  /** "Take this device of mine out": it signs out, and cannot remove itself from the group. */
  "space.deviceLeave": { version: 1, schema: object({}) },
  /** Carried by entries of kind commit: the MLS message, the stewards' decision where it needs one, and what the others need to check the rejoin slot. */
  "space.commit": {
    version: 1,
    schema: object({
      mls: bytes(LIMITS.commitBodyBytes),
      decision: v.optional(decisionProof),
      slot: v.optional(slotClaim),
      /** The context that it leads to, where it changes and says something of people: for those who come later and read this. */
      context: v.optional(bytes(LIMITS.genesisBytes)),
    }),
  },
  /** Carried by entries of kind rejoin: somebody comes back without being asked. The certificate is of the device that signs. */
  "space.rejoin": {
    version: 1,
    schema: object({
      mls: bytes(LIMITS.commitBodyBytes),
      slot: v.optional(slotClaim),
      certificate: bytes(LIMITS.recordBytes),
    }),
  },
  /** Carried by entries of kind steward; the record itself is in the header. */
  "space.steward": { version: 1, schema: object({ about: v.optional(bytes32) }) },
  ...LEADING_EVENTS,
  ...PEOPLE_EVENTS,
  ...VANISH_EVENTS,
} as const;

const context = object({
  v: uint(255),
  stewards: v.pipe(
    v.array(object({ identityId: bytes32, key: bytes32 })),
    v.minLength(1),
    v.maxLength(LIMITS.stewards),
  ),
  /** The node of the organisation that the space belongs to; none or null: it is its members' own. */
  organisation: v.optional(v.nullable(nodeName)),
  ...RULE_FIELDS,
});
export type SpaceContext = v.InferOutput<typeof context>;

/** The bytes in the group context: who leads the space, with the keys that stewards sign with, and whose it is. */
export function encodeContext(
  stewards: SpaceContext["stewards"],
  more: Partial<Omit<SpaceContext, "v" | "stewards">> = {},
): Bytes {
  return encodeCbor({ v: 1, stewards, ...more });
}

/** A new context that keeps what it does not name of the one before, also what a later version put there. */
export function keepContext(before: Bytes, next: Bytes): Bytes {
  return encodeCbor({ ...readContext(before), ...readContext(next) });
}

/** @throws ProtocolError `malformed` */
export function readContext(input: Bytes): SpaceContext {
  return readAs(context, input, LIMITS.genesisBytes);
}
