/** Pushes: what a hub sends to seats, wrapped per seat so that two boxes on one node cannot be matched. */
import type { Bytes, RequestOf } from "@baraza/protocol";
import { concat, LABELS, pad, pushDeliver, toHex } from "@baraza/protocol";
import type { Signer } from "./ed25519.ts";
import { signWith, verifyWith } from "./ed25519.ts";
import { CryptoError } from "./errors.ts";
import { unpadExactly } from "./entries.ts";
import { lru } from "./lru.ts";
import {
  aesGcmOpenSync,
  aesGcmSealSync,
  hkdf,
  isBytes,
  needBytes,
  randomBytes,
} from "./primitives.ts";
import type { Without } from "./records.ts";
import { readRecord, recordDigest } from "./records.ts";

const NONCE = 12;
/** What wrapping adds to the padded content: nonce and tag. */
export const PUSH_OVERHEAD = NONCE + 16;
const EMPTY = new Uint8Array();

/**
 * Wraps content for one seat: `nonce(12) || AES-256-GCM(pad(content))`, under
 * `HKDF(wrapKey, salt empty, "baraza/push-wrap/1", 32)`. The whole has a padded size. `nonce` is for vectors only.
 * Nonces are random: a wrap key lives 90 days, far fewer than 2^32 pushes.
 */
export function wrapPush(wrapKey: Bytes, content: Bytes, nonce: Bytes = randomBytes(NONCE)): Bytes {
  const sealed = aesGcmSealSync(pushKey(wrapKey), nonce, pad(content, PUSH_OVERHEAD), EMPTY);
  return concat(nonce, sealed);
}

/** Unwraps what {@link wrapPush} wrapped. @throws CryptoError `open_failed`. */
export function unwrapPush(wrapKey: Bytes, body: Bytes): Bytes {
  if (!isBytes(body) || body.length < PUSH_OVERHEAD) throw new CryptoError("open_failed");
  const key = pushKey(wrapKey);
  const padded = aesGcmOpenSync(key, body.subarray(0, NONCE), body.subarray(NONCE), EMPTY);
  return unpadExactly(padded, PUSH_OVERHEAD);
}

/** The AES key of a wrap key, for implementations that wrap with another library. */
export function pushKey(wrapKey: Bytes): Bytes {
  needBytes(wrapKey, 32);
  const name = toHex(wrapKey);
  let key = keys.get(name);
  if (key === undefined) {
    key = hkdf(wrapKey, EMPTY, LABELS.pushWrap, 32);
    keys.set(name, key);
  }
  return key;
}

const keys = lru<Bytes>(256);

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
