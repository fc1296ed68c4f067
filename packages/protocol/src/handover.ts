/**
 * Handing a log over to another hub. The old hub, where it answers, closes the log for the stewards' decision; the new one opens a
 * place for it, is given its entries as they were signed, and takes the decision in as the first entry of the next generation.
 */
import * as v from "valibot";
import { LIMITS } from "./limits.ts";
import { decisionProof, head, logToken, storedEntry } from "./log.ts";
import { bytes, bytes16, bytes32, object, uint } from "./schema.ts";

/** At the old hub: nothing more is appended, reading goes on. `head` is the last that it signs as the log's hub. */
export const logsClose = {
  request: object({ logId: bytes32, decision: decisionProof }),
  response: object({ head }),
};

/** At the new hub: a place for the log, where entries can be brought. `seq` is how far they have come. */
export const logsTakeOver = {
  request: object({
    genesis: bytes(LIMITS.genesisBytes),
    token: logToken,
    decision: decisionProof,
  }),
  response: object({ logId: bytes32, seq: uint() }),
};

/**
 * At the new hub: the next entries, in order, batches whole. Behind the decision's `seq` they count as far as the old hub's
 * `receipt` for the last of them goes.
 */
export const logsBring = {
  request: object({
    logId: bytes32,
    decisionId: bytes16,
    entries: v.pipe(v.array(storedEntry), v.minLength(1), v.maxLength(LIMITS.readEntries)),
    receipt: v.optional(head),
  }),
  response: object({ seq: uint() }),
};
