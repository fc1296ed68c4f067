/**
 * Blind tokens: RFC 9497 in verifiable mode (VOPRF) with ristretto255 and SHA-512. A node issues them to its accounts
 * and later cannot tell which of them one was; the proof shows that everyone's were made with the same key.
 */
import { ristretto255, ristretto255_hasher, ristretto255_oprf } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import type { Bytes } from "@baraza/protocol";
import { concat, equalBytes, LABELS, utf8 } from "@baraza/protocol";
import { CryptoError } from "./errors.ts";
import { isBytes, needBytes, randomBytes } from "./primitives.ts";

/** `publicKey` stands in the node record. 32 bytes each. */
export type TokenKeyPair = { publicKey: Bytes; privateKey: Bytes };
/** A token on its way: `blinded` is sent, the rest stays with the client. */
export type PendingToken = { input: Bytes; blind: Bytes; blinded: Bytes };
/** A finished token: 32 bytes of input, 64 of output. */
export type Token = { input: Bytes; output: Bytes };

const { voprf } = ristretto255_oprf;

/** The key pair of a 32-byte seed (RFC 9497, section 3.2.1). @throws CryptoError `bad_input`. */
export function tokenKeyPair(seed: Bytes, info: Bytes = utf8(LABELS.tokenInfo)): TokenKeyPair {
  needBytes(seed, 32);
  const { publicKey, secretKey } = voprf.deriveKeyPair(seed, info);
  return { publicKey: publicKey as Bytes, privateKey: secretKey as Bytes };
}

/** Blinds a random input (section 3.3.2, Blind). */
export function blindToken(): PendingToken {
  const input = randomBytes(32);
  const { blind, blinded } = voprf.blind(input);
  return { input, blind: blind as Bytes, blinded: blinded as Bytes };
}

/**
 * Evaluates blinded elements of one request with one proof (section 3.3.2, BlindEvaluate).
 * @throws CryptoError `bad_token` on anything that is not a group element.
 */
export function evaluateTokens(
  keys: TokenKeyPair,
  blinded: readonly Bytes[],
): { evaluated: Bytes[]; proof: Bytes } {
  if (blinded.length === 0) throw new CryptoError("bad_token");
  blinded.forEach(needElement);
  try {
    const result = voprf.blindEvaluateBatch(keys.privateKey, keys.publicKey, [...blinded]);
    return { evaluated: result.evaluated as Bytes[], proof: result.proof as Bytes };
  } catch (cause) {
    throw new CryptoError("bad_token", cause);
  }
}

/**
 * Checks the proof for a batch and unblinds it (section 3.3.2, Finalize), in the order of `pending`.
 * @throws CryptoError `bad_token` when the node used another key or another order.
 */
export function finalizeTokens(
  pending: readonly PendingToken[],
  answer: { evaluated: readonly Bytes[]; proof: Bytes },
  publicKey: Bytes,
): Token[] {
  try {
    if (pending.length !== answer.evaluated.length) throw new RangeError("count");
    answer.evaluated.forEach(needElement);
    const items = pending.map((token, i) => ({
      ...token,
      evaluated: answer.evaluated[i] ?? new Uint8Array(),
    }));
    const outputs = voprf.finalizeBatch(items, publicKey, answer.proof);
    return pending.map(({ input }, i) => ({ input, output: outputs[i] as Bytes }));
  } catch (cause) {
    throw new CryptoError("bad_token", cause);
  }
}

/** The library takes the identity element (32 zeros), which RFC 9497, section 2.1 refuses. */
function needElement(element: unknown): void {
  if (!isBytes(element) || element.every((byte) => byte === 0)) throw new CryptoError("bad_token");
}

/** {@link finalizeTokens} for one. */
export function finalizeToken(
  pending: PendingToken,
  answer: { evaluated: readonly Bytes[]; proof: Bytes },
  publicKey: Bytes,
): Token {
  const [token] = finalizeTokens([pending], answer, publicKey);
  if (token === undefined) throw new CryptoError("bad_token");
  return token;
}

const HASH_TO_GROUP = concat(
  utf8("HashToGroup-OPRFV1-"),
  Uint8Array.of(1),
  utf8("-ristretto255-SHA512"),
);

/** True when the token was issued under this key. That it is spent once is the caller's to see to (by its input). */
export function redeemToken(keys: TokenKeyPair, token: Token): boolean {
  if (!isBytes(token.input) || !isBytes(token.output) || token.output.length !== 64) return false;
  try {
    return equalBytes(evaluate(keys.privateKey, token.input), token.output);
  } catch {
    return false;
  }
}

/** Evaluate of RFC 9497, section 3.3.1, in the context of the verifiable mode. */
function evaluate(privateKey: Bytes, input: Bytes): Bytes {
  const { Point } = ristretto255;
  const element = ristretto255_hasher
    .hashToCurve(input, { DST: HASH_TO_GROUP })
    .multiply(Point.Fn.fromBytes(privateKey))
    .toBytes();
  return sha512(
    concat(length2(input), input, length2(element), element, utf8("Finalize")),
  ) as Bytes;
}

function length2(bytes: Uint8Array): Bytes {
  return Uint8Array.of(bytes.length >> 8, bytes.length & 255);
}
