/** Tokens for first letters, and a node's word that one of its people wants one. */
import type { Bytes, RequestOf } from "@baraza/protocol";
import { LABELS, requestsAttest, utf8 } from "@baraza/protocol";
import type { Signer } from "./ed25519.ts";
import { signWith, verifyWith } from "./ed25519.ts";
import type { Without } from "./records.ts";
import { readRecord, recordDigest } from "./records.ts";
import type { TokenKeyPair } from "./tokens.ts";
import { tokenKeyPair } from "./tokens.ts";

/** The key for first letters from one node in one period: info is `"baraza/request-token/1" || " " || period || " " || from`. */
export function requestTokenKeys(seed: Bytes, period: number, from: string): TokenKeyPair {
  return tokenKeyPair(seed, utf8(`${LABELS.requestToken} ${period} ${from}`));
}

export type RequestAttest = RequestOf<"requests.attest">;

/** Signs a node's ask for a token over `H(cbor without sig)`. */
export async function signRequestAttest(
  nodeKey: Signer,
  fields: Without<RequestAttest, "sig">,
): Promise<RequestAttest> {
  const sig = await signWith(nodeKey, LABELS.requestAttest, recordDigest(fields));
  return readRecord(requestsAttest.request, { ...fields, sig }, "bad_input");
}

/** True when that node signed it. Who it is for, its time and nonce are the caller's to check. */
export async function verifyRequestAttest(
  nodePublicKey: Bytes,
  request: RequestAttest,
): Promise<boolean> {
  try {
    return await verifyWith(
      nodePublicKey,
      LABELS.requestAttest,
      recordDigest(request),
      request.sig,
    );
  } catch {
    return false;
  }
}
