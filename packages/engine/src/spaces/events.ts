/** The events of a space itself, and what its group context says. */
import type { Bytes } from "@baraza/protocol";
import {
  bytes,
  bytes32,
  decisionProof,
  encodeCbor,
  LIMITS,
  object,
  profile,
  readAs,
  reply,
  text,
  uint,
} from "@baraza/protocol";
import * as v from "valibot";
import { LEADING_EVENTS } from "../leading/events.ts";

export const SPACE_EVENTS = {
  /** The first event of every device in a log: its certificate, who it is, how to reach it, its steward key should it become one. */
  "space.profile": {
    version: 1,
    schema: object({ profile, reply, certificate: bytes(LIMITS.recordBytes), stewardKey: bytes32 }),
  },
  "space.title": { version: 1, schema: object({ title: text(200, 1) }) },
  /** "Take me out": a member cannot remove itself from the group, so another one's device does it. */
  "space.leave": { version: 1, schema: object({}) },
  /** Carried by entries of kind commit: the MLS message, and the stewards' decision where it needs one. */
  "space.commit": {
    version: 1,
    schema: object({
      mls: bytes(LIMITS.commitBodyBytes),
      decision: v.optional(decisionProof),
    }),
  },
  /** Carried by entries of kind steward; the record itself is in the header. */
  "space.steward": { version: 1, schema: object({ about: v.optional(bytes32) }) },
  ...LEADING_EVENTS,
} as const;

const context = object({
  v: uint(255),
  stewards: v.pipe(
    v.array(object({ identityId: bytes32, key: bytes32 })),
    v.minLength(1),
    v.maxLength(LIMITS.stewards),
  ),
});
export type SpaceContext = v.InferOutput<typeof context>;

/** The bytes in the group context: who leads the space, and the keys that stewards sign with. */
export function encodeContext(stewards: SpaceContext["stewards"]): Bytes {
  return encodeCbor({ v: 1, stewards });
}

/** @throws ProtocolError `malformed` */
export function readContext(input: Bytes): SpaceContext {
  return readAs(context, input, LIMITS.genesisBytes);
}
