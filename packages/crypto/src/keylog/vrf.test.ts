import { fromHex, toHex, utf8 } from "@baraza/protocol";
import { expect, test } from "vitest";
import { randomBytes } from "../primitives.ts";
import { flipped, refuses, vectors } from "../test-helpers.ts";
import { vrfProve, vrfPublicKey, vrfVerify } from "./vrf.ts";

const { cases } = vectors<{
  cases: { seed: string; publicKey: string; alpha: string; pi: string; beta: string }[];
}>("rfc9381-ecvrf-edwards25519-sha512-tai.json");

test("RFC 9381, appendix B.3: proofs and outputs are the published ones", () => {
  for (const { seed, publicKey, alpha, pi, beta } of cases) {
    expect(toHex(vrfPublicKey(fromHex(seed)))).toBe(publicKey);
    const { output, proof } = vrfProve(fromHex(seed), fromHex(alpha));
    expect([toHex(output), toHex(proof)]).toEqual([beta, pi]);
    expect(toHex(vrfVerify(fromHex(publicKey), fromHex(alpha), fromHex(pi)))).toBe(beta);
  }
});

test("a proof is good for its key and its input only, and no bit of it can be changed", async () => {
  const seed = randomBytes(32);
  const key = vrfPublicKey(seed);
  const { proof } = vrfProve(seed, utf8("amina"));
  await refuses(() => vrfVerify(key, utf8("bruno"), proof), "bad_key_log");
  await refuses(
    () => vrfVerify(vrfPublicKey(randomBytes(32)), utf8("amina"), proof),
    "bad_key_log",
  );
  for (let at = 0; at < proof.length; at += 5)
    await refuses(() => vrfVerify(key, utf8("amina"), flipped(proof, at, at % 8)), "bad_key_log");
  await refuses(() => vrfVerify(key, utf8("amina"), proof.slice(1)), "bad_key_log");
  await refuses(() => vrfVerify(new Uint8Array(32), utf8("amina"), proof), "bad_key_log");
});
