/** Pushes: what a hub sends to seats, wrapped per seat so that two boxes on one node cannot be matched. */
import type { Bytes, RequestOf } from "@baraza/protocol";
import { concat, LABELS, pad, pushDeliver, utf8 } from "@baraza/protocol";
import type { Signer } from "./ed25519.ts";
import { signWith, verifyWith } from "./ed25519.ts";
import { CryptoError } from "./errors.ts";
import { unpadExactly } from "./entries.ts";
import { aesGcmOpenSync, aesGcmSealSync, isBytes, needBytes, randomBytes } from "./primitives.ts";
import type { Without } from "./records.ts";
import { readRecord, recordDigest } from "./records.ts";

const NONCE = 12;
/** What wrapping adds to the padded content: nonce and tag. */
export const PUSH_OVERHEAD = NONCE + 16;
const AAD = utf8(LABELS.pushWrap);

/**
 * Wraps content for one seat: `nonce(12) || AES-256-GCM(wrapKey, pad(content))` with the AAD
 * `"baraza/push-wrap/1"`. The whole has a padded size. `nonce` is for vectors only.
 * Nonces are random: a wrap key lives 90 days, far fewer than 2^32 pushes.
 */
export function wrapPush(wrapKey: Bytes, content: Bytes, nonce: Bytes = randomBytes(NONCE)): Bytes {
  needBytes(wrapKey, 32);
  const sealed = aesGcmSealSync(wrapKey, nonce, pad(content, PUSH_OVERHEAD), AAD);
  return concat(nonce, sealed);
}

/** Unwraps what {@link wrapPush} wrapped. @throws CryptoError `open_failed`. */
export function unwrapPush(wrapKey: Bytes, body: Bytes): Bytes {
  needBytes(wrapKey, 32);
  if (!isBytes(body) || body.length < PUSH_OVERHEAD) throw new CryptoError("open_failed");
  const padded = aesGcmOpenSync(wrapKey, body.subarray(0, NONCE), body.subarray(NONCE), AAD);
  return unpadExactly(padded, PUSH_OVERHEAD);
}

export type PushRequest = RequestOf<"push.deliver">;

/** Signs a delivery from node to node over `H(cbor without sig)`. */
export async function signPushRequest(
  nodeKey: Signer,
  fields: Without<PushRequest, "sig">,
): Promise<PushRequest> {
  const sig = await signWith(nodeKey, LABELS.pushRequest, recordDigest(fields));
  return readRecord(pushDeliver.request, { ...fields, sig }, "bad_input");
}

/** True when the hub's node signed the delivery. Who it is for, its time and nonce are the caller's to check. */
export async function verifyPushRequest(
  nodePublicKey: Bytes,
  request: PushRequest,
): Promise<boolean> {
  try {
    return await verifyWith(nodePublicKey, LABELS.pushRequest, recordDigest(request), request.sig);
  } catch {
    return false;
  }
}

/** The digest under a push request's signature, for implementations that verify with another library. */
export function pushRequestDigest(request: Without<PushRequest, "sig">): Bytes {
  return recordDigest(request);
}
