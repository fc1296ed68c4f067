/**
 * Recovery with the help of others: the shares that trusted people (or an organisation's stewards) hold, the letters
 * that carry them, and the drop place at which a device with nothing receives them.
 */
import * as v from "valibot";
import { LIMITS } from "./limits.ts";
import { deviceCertificate, identityRecord, profile, reply } from "./sealed.ts";
import type { Infer } from "./schema.ts";
import {
  accountName,
  bytes,
  bytes16,
  bytes32,
  nodeName,
  object,
  signature,
  time,
  uint,
} from "./schema.ts";

const holders = v.pipe(uint(LIMITS.shareHolders), v.minValue(1));

/**
 * One holder's share of the secret of a way in, signed by the identity whose account it opens. `k` of `n` open it; with
 * `k` = 1 the share is the secret itself (an organisation of which one steward suffices).
 */
export const share = object({
  v: v.literal(1),
  way: v.picklist(["people", "organisation"]),
  /** Whose account it is, as of the day on which it was shared. */
  owner: identityRecord,
  profile,
  setId: bytes16,
  made: time,
  k: holders,
  n: holders,
  /** 1 to n. */
  index: holders,
  /** The identity that holds it. */
  holder: bytes32,
  /** H(label || public key of the way): tells whether what shares combine to is the secret. */
  keyCheck: bytes32,
  /** Shamir's y values and, in the last byte, x. */
  share: bytes(65, 2),
  sig: signature,
});
export type Share = Infer<typeof share>;

/** Letter `share`: "please keep this for me". */
export const shareBody = object({ share: bytes(LIMITS.recordBytes), reply });
/** Letter `shareTaken`: kept. `digest` is the hash of the share, under the nonce where one was asked for. */
export const shareTakenBody = object({
  setId: bytes16,
  digest: bytes32,
  nonce: v.optional(bytes16),
});
/** Letter `shareGone`: from the holder, "I do not keep it any more"; from the owner, "it opens nothing any more". */
export const shareGoneBody = object({ owner: bytes32, setId: bytes16 });
/** Letter `shareAsk`: "do you still have it?" Answered without anybody's doing. */
export const shareAskBody = object({ setId: bytes16, nonce: bytes16, reply });

/** What a device with nothing asks of trusted people. Sealed under a key from the link that is passed on. */
export const rescueRequest = object({
  v: v.literal(1),
  name: accountName,
  node: nodeName,
  /** Who that is, as far as the account's node says so. */
  identityId: bytes32,
  /** HPKE (X-Wing): made for this request alone. */
  publicKey: bytes(2048, 32),
  at: time,
  /**
   * Only to practise: a device of the account says so, by its signature over `"baraza/rehearsal/1" || H(cbor)` of this request
   * with the hash of its certificate in this field's place. What is given is the same as in earnest, so nobody else may call it practice.
   */
  rehearsal: v.optional(object({ device: deviceCertificate, sig: signature })),
});
export type RescueRequest = Infer<typeof rescueRequest>;

/** A trusted person's answer, sealed with HPKE to the request's key; signed by their device. */
export const help = object({
  v: v.literal(1),
  share: bytes(LIMITS.recordBytes),
  from: deviceCertificate,
  profile,
  sig: signature,
});
export type Help = Infer<typeof help>;
export const sealedHelp = object({
  v: v.literal(1),
  enc: bytes(2048, 32),
  ct: bytes(LIMITS.dropItemBytes),
});

/** Opens a drop place. It lasts LIMITS.dropMs; `reader` is the hash of the secret with which one reads it. A repeat is harmless. */
export const recoveryOpen = {
  request: object({ dropId: bytes16, reader: bytes32, request: bytes(LIMITS.dropItemBytes, 1) }),
  response: object({ expires: time }),
};
/** The sealed request, for whoever has the link. */
export const recoverySee = {
  request: object({ dropId: bytes16 }),
  response: object({ request: bytes(LIMITS.dropItemBytes), expires: time }),
};
/** Leaves something sealed. The same bytes again change nothing. */
export const recoveryPut = {
  request: object({ dropId: bytes16, item: bytes(LIMITS.dropItemBytes, 1) }),
  response: object({}),
};
/** What was left, in the order in which it came. */
export const recoveryGet = {
  request: object({ dropId: bytes16, secret: bytes32 }),
  response: object({
    items: v.pipe(v.array(bytes(LIMITS.dropItemBytes)), v.maxLength(LIMITS.dropItems)),
    expires: time,
  }),
};
/** Takes the drop place away with all that is in it. */
export const recoveryClose = {
  request: object({ dropId: bytes16, secret: bytes32 }),
  response: object({}),
};

/** What the vault keeps of all this: the sets of one's own, what one holds for others, and what was practised when. */
export const vaultRecovery = object({
  sets: v.pipe(
    v.array(
      object({
        setId: bytes16,
        way: v.picklist(["people", "organisation"]),
        /** The way in that it opens. */
        wayId: bytes16,
        made: time,
        k: holders,
        /** The space whose stewards hold it. */
        spaceId: v.optional(bytes32),
        /** Given up: kept so that another device does not bring it back. */
        gone: v.optional(v.boolean()),
        holders: v.pipe(
          v.array(
            object({
              identityId: bytes32,
              profile,
              digest: bytes32,
              state: v.picklist(["sent", "held", "declined"]),
              at: time,
            }),
          ),
          v.maxLength(LIMITS.shareHolders),
        ),
      }),
    ),
    v.maxLength(16),
  ),
  /** Per owner the newest; without a share when it was withdrawn or given up. */
  held: v.pipe(
    v.array(
      object({
        owner: bytes32,
        setId: bytes16,
        way: v.picklist(["people", "organisation"]),
        made: time,
        share: v.optional(bytes(LIMITS.recordBytes)),
        reply: v.optional(reply),
      }),
    ),
    v.maxLength(LIMITS.sharesHeld),
  ),
  rehearsed: v.pipe(v.array(object({ way: bytes16, at: time })), v.maxLength(64)),
});
export type VaultRecovery = Infer<typeof vaultRecovery>;
