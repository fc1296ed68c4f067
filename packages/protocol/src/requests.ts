/**
 * First letters: what somebody writes to an address that they have never met. They come in by a door of their own, with a blind
 * token that the recipient's node issues to a person of another node and cannot tell apart later.
 */
import * as v from "valibot";
import { LIMITS } from "./limits.ts";
import type { Infer } from "./schema.ts";
import {
  accountName,
  bytes,
  bytes16,
  bytes32,
  exact,
  nodeName,
  object,
  signature,
  text,
  time,
  uint,
} from "./schema.ts";
import { profile } from "./sealed.ts";

/**
 * The key under which tokens for first letters from one node are issued, for a week. It is asked for through the gateway, by
 * nobody in particular: a node that gave each a key of their own would not know which one to issue under.
 * @throws `node_blocked`
 */
export const requestsKey = {
  request: object({ from: nodeName }),
  response: object({ period: uint(), publicKey: bytes32 }),
};

const issued = object({ period: uint(), evaluated: bytes32, proof: exact(64) });

/** A token for a first letter to somebody at `node`: one's own node asks that node for it, and says no name. */
export const requestsToken = {
  request: object({ node: nodeName, blinded: bytes32 }),
  response: issued,
};

/**
 * Node to node: "one of my people wants to write to one of yours". Signed by the asking node's key over
 * `"baraza/request-attest/1" || H(cbor without sig)`.
 */
export const requestsAttest = {
  request: object({
    from: nodeName,
    to: nodeName,
    time,
    nonce: bytes16,
    blinded: bytes32,
    sig: signature,
  }),
  response: issued,
};

/** Puts a first letter before a person. A repeat with the same token and letter id is harmless. */
export const requestsPut = {
  request: object({
    to: bytes32,
    from: nodeName,
    period: uint(),
    token: object({ input: bytes32, output: exact(64) }),
    letterId: bytes16,
    letter: bytes(LIMITS.requestLetterBytes),
  }),
  response: object({}),
};

/** What lies in the box: the sealed letter, and the node whose token came with it, on the word of one's own node. */
export const firstLetter = object({
  v: v.literal(2),
  from: nodeName,
  letter: bytes(LIMITS.requestLetterBytes),
});

/**
 * The first words, with what it takes to come into the conversation that the writer has made: the secret of a card at `node`.
 * Name and address are the writer's own claims.
 */
export const requestBody = object({
  profile,
  words: text(LIMITS.requestWords),
  node: nodeName,
  secret: bytes32,
});
export type RequestBody = Infer<typeof requestBody>;

/**
 * What a person chose to tell the administrators of their node about somebody who wrote to them: the body of a letter that is sealed
 * to each of them, and opened by no node.
 */
export const nodeReport = object({
  /** The address that the writer claims, and the node that the letter came from. */
  address: text(400, 3),
  from: nodeName,
  identityId: v.optional(bytes32),
  words: v.optional(text(LIMITS.requestWords)),
  note: text(1000),
});
export type NodeReport = Infer<typeof nodeReport>;

/** Who looks after the node, so that a report is sealed to them: the first ones by name. */
export const reportsReaders = {
  request: object({}),
  response: object({
    administrators: v.pipe(v.array(accountName), v.maxLength(LIMITS.reportReaders)),
  }),
};

const reportLetters = v.pipe(
  v.array(object({ to: bytes32, letter: bytes(LIMITS.reportLetterBytes) })),
  v.minLength(1),
  v.maxLength(LIMITS.reportReaders),
);

/** One report, in a letter to each administrator. */
export const reportsSend = {
  request: object({ reportId: bytes16, letters: reportLetters }),
  response: object({}),
};

/** What the node keeps of a report. */
export const keptReport = object({ letters: reportLetters });

/** The oldest first. `by`: the account that reported; `letter`: the one to who asks, absent where it was sealed before their time. */
export const reportsList = {
  request: object({}),
  response: object({
    reports: v.array(
      object({
        reportId: bytes16,
        at: time,
        by: accountName,
        letter: v.optional(bytes(LIMITS.reportLetterBytes)),
      }),
    ),
    more: v.boolean(),
  }),
};
export const reportsClose = { request: object({ reportId: bytes16 }), response: object({}) };

/** Nodes of which no first letters are taken. */
export const nodesBlocked = {
  request: object({}),
  response: object({ nodes: v.array(object({ node: nodeName, since: time })) }),
};
export const nodesBlock = {
  request: object({ node: nodeName, blocked: v.boolean() }),
  response: object({}),
};
