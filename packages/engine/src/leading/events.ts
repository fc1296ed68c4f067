/** What stewards say to each other about decisions that need several of them. */
import { bytes16, bytes32, object, signature, stewardRecord, uint } from "@baraza/protocol";
import * as v from "valibot";

/**
 * What a proposal is about, for the sentence that asks a person. `catchUp`: the hub's list follows what the members decided
 * already; devices agree to that by themselves.
 */
export const proposalAbout = v.picklist([
  "unlead",
  "remove",
  "delete",
  "move",
  "catchUp",
  "removeSeat",
]);
export type ProposalAbout = v.InferOutput<typeof proposalAbout>;

const signed = object({ key: bytes32, sig: signature });

export const LEADING_EVENTS = {
  /** The exact record with its time, and the proposer's own signature. `id` becomes the appendId of the entry. */
  "space.proposal": {
    version: 1,
    schema: object({
      id: bytes16,
      gen: uint(),
      record: stewardRecord,
      about: proposalAbout,
      subject: v.optional(bytes32),
      signed,
    }),
  },
  /** A steward's word on a proposal: with the signature when they agree. A later word replaces an earlier one. */
  "space.answer": {
    version: 1,
    schema: object({ id: bytes16, signed: v.nullable(signed) }),
  },
  /** Whoever proposed takes it back. Signatures that were given hold none the less until their time is over. */
  "space.withdraw": { version: 1, schema: object({ id: bytes16 }) },
  /** Says nothing but what every event says: the newest head that its author was shown. */
  "space.seen": { version: 1, schema: object({}) },
} as const;
