/**
 * Mirrors: nodes that keep a copy of a log, so that members read on while its hub does not answer, and from which a hand-over
 * gathers it. Stewards name them in the log (`mirrors` in log.ts).
 *
 * [Note: What a mirror is believed] Nothing. It hands out entries with the hub's own receipt for the last of them, so whoever
 * reads there checks them as if the hub had given them. A mirror can be behind, keep things back, or be silent; it cannot make up,
 * change or leave out an entry before the position that the receipt names. It is fed by whoever has entries and such a
 * receipt: the hub after each append, and members who see that it is behind.
 */
import * as v from "valibot";
import { LIMITS } from "./limits.ts";
import { decisionProof, head, logToken, storedEntry } from "./log.ts";
import { bytes, bytes32, nodeName, object, signature, uint } from "./schema.ts";

/**
 * Opens a place for a copy, at one's own node: `hub` keeps the log now, and this node finds the same key there. Without a token it
 * only tells whether there is a place. `seq` is how far it has come.
 */
export const mirrorsOpen = {
  request: object({
    genesis: bytes(LIMITS.genesisBytes),
    hub: nodeName,
    hubKey: bytes32,
    token: v.optional(logToken),
  }),
  response: object({ logId: bytes32, seq: uint() }),
};

/**
 * For all pages of a long copy but the last: that the hub's head at `seq` is `head`, signed over
 * `"baraza/mirror-page/1" || H(cbor{logId, seq, head})`. Nobody reads up to there before a receipt stands behind it.
 */
export const mirrorPage = object({ seq: uint(), head: bytes32, sig: signature });

/**
 * The next entries, in order, batches whole, and what the hub says of the last of them: its receipt, or a page's signature. Without
 * entries it only asks, or renews the receipt's date.
 *
 * `moved`: another hub keeps the log by the stewards' decision, and took over `base` entries. A mirror that has more of the
 * former hub begins anew.
 */
export const mirrorsFeed = {
  request: object({
    logId: bytes32,
    entries: v.pipe(v.array(storedEntry), v.maxLength(LIMITS.readEntries)),
    receipt: v.optional(head),
    page: v.optional(mirrorPage),
    moved: v.optional(object({ proof: decisionProof, base: uint() })),
  }),
  /** How far the copy has come. */
  response: object({ seq: uint() }),
};
