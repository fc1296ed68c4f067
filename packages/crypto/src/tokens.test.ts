import { ristretto255_oprf } from "@noble/curves/ed25519.js";
import { concat } from "@baraza/protocol";
import { expect, test } from "vitest";
import {
  blindToken,
  evaluateTokens,
  finalizeToken,
  finalizeTokens,
  redeemToken,
  tokenKeyPair,
} from "./tokens.ts";
import { counting, flipped, hex, refuses, vectors } from "./test-helpers.ts";

type Rfc9497 = {
  seed: string;
  keyInfo: string;
  skSm: string;
  pkSm: string;
  cases: {
    input: string[];
    blind: string[];
    blindedElement: string[];
    evaluationElement: string[];
    proof: string;
    proofRandomScalar: string;
    output: string[];
  }[];
};

const keys = tokenKeyPair(counting(1, 32));

test("RFC 9497, appendix A.1.2: keys, blinding, evaluation, proof, output and redeeming", () => {
  const rfc = vectors<Rfc9497>("rfc9497-voprf-ristretto255.json");
  const pair = tokenKeyPair(hex(rfc.seed), hex(rfc.keyInfo));
  expect(pair).toEqual({ publicKey: hex(rfc.pkSm), privateKey: hex(rfc.skSm) });
  for (const each of rfc.cases) {
    const pending = each.input.map((input, i) => ({
      input: hex(input),
      blind: hex(each.blind[i] ?? ""),
      blinded: hex(each.blindedElement[i] ?? ""),
    }));
    for (const { input, blind, blinded } of pending) {
      // The library reduces 48 random bytes modulo order - 1 and adds 1: these give the RFC's scalar.
      const rng = () => concat(decremented(blind), new Uint8Array(16));
      const made = ristretto255_oprf.voprf.blind(input, rng);
      expect(made.blinded).toEqual(blinded);
    }
    const answer = {
      evaluated: each.evaluationElement.map(hex),
      proof: hex(each.proof),
    };
    const blinded = pending.map((token) => token.blinded);
    expect(evaluateTokens(pair, blinded).evaluated).toEqual(answer.evaluated);
    // The proof published in the RFC is accepted, and the outputs are the RFC's.
    const tokens = finalizeTokens(pending, answer, pair.publicKey);
    expect(tokens.map(({ output }) => output)).toEqual(each.output.map(hex));
    for (const token of tokens) expect(redeemToken(pair, token)).toBe(true);
  }
});

test("a token is redeemed under the key that issued it only", () => {
  const pending = blindToken();
  const token = finalizeToken(pending, evaluateTokens(keys, [pending.blinded]), keys.publicKey);
  expect([token.input.length, token.output.length]).toEqual([32, 64]);
  expect(redeemToken(keys, token)).toBe(true);
  expect(redeemToken(tokenKeyPair(counting(2, 32)), token)).toBe(false);
  expect(redeemToken(keys, { ...token, input: flipped(token.input, 0) })).toBe(false);
  expect(redeemToken(keys, { ...token, output: flipped(token.output, 63) })).toBe(false);
  expect(redeemToken(keys, { input: null, output: undefined } as never)).toBe(false);
});

test("a batch has one proof, and its order matters", async () => {
  const pending = [blindToken(), blindToken(), blindToken()];
  const answer = evaluateTokens(
    keys,
    pending.map(({ blinded }) => blinded),
  );
  const tokens = finalizeTokens(pending, answer, keys.publicKey);
  expect(tokens.every((token) => redeemToken(keys, token))).toBe(true);
  await refuses(() => finalizeTokens(pending.toReversed(), answer, keys.publicKey), "bad_token");
  await refuses(() => finalizeTokens(pending.slice(1), answer, keys.publicKey), "bad_token");
});

test("a node that uses a key of its own for one account is found out", async () => {
  const pending = blindToken();
  const marked = tokenKeyPair(counting(3, 32));
  const answer = evaluateTokens(marked, [pending.blinded]);
  await refuses(() => finalizeToken(pending, answer, keys.publicKey), "bad_token");
  const honest = evaluateTokens(keys, [pending.blinded]);
  const forged = { ...honest, proof: flipped(honest.proof, 1) };
  await refuses(() => finalizeToken(pending, forged, keys.publicKey), "bad_token");
});

test("what is not a group element is refused", async () => {
  const bad = [new Uint8Array(32), new Uint8Array(32).fill(255), new Uint8Array(5), null, "x"];
  for (const blinded of bad)
    await refuses(() => evaluateTokens(keys, [blinded as never]), "bad_token");
  await refuses(() => evaluateTokens(keys, []), "bad_token");
  const pending = blindToken();
  const answer = { evaluated: [new Uint8Array(32)], proof: new Uint8Array(64) };
  await refuses(() => finalizeToken(pending, answer, keys.publicKey), "bad_token");
  await refuses(() => tokenKeyPair(new Uint8Array(5)), "bad_input");
});

/** A little-endian number less one. */
function decremented(number: Uint8Array): Uint8Array {
  const out = number.slice();
  for (let i = 0; i < out.length; i++) {
    const byte = out[i] ?? 0;
    out[i] = (byte - 1) & 255;
    if (byte !== 0) break;
  }
  return out;
}
