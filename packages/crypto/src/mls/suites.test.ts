import { expect, test } from "vitest";
import { utf8 } from "@baraza/protocol";
import { testIdentity } from "./fixtures.ts";
import { nativeEd25519, nobleEd25519, suiteNameOf, suiteOf } from "./suites.ts";

test("Ed25519 by WebCrypto and by noble sign the same and verify each other", async () => {
  const native = nativeEd25519(globalThis.crypto.subtle);
  const { publicKey, secretKey } = testIdentity();
  const message = utf8("a message");
  const signature = await native.sign(secretKey, message);
  expect(new Uint8Array(await nobleEd25519.sign(secretKey, message))).toEqual(signature);
  for (const verifier of [native, nobleEd25519]) {
    expect(await verifier.verify(publicKey, message, signature)).toBe(true);
    expect(await verifier.verify(publicKey, utf8("another"), signature)).toBe(false);
  }
});

test("both refuse a signature by the key of order one, which would fit any message", async () => {
  const identityPoint = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 1 : 0));
  const signature = new Uint8Array(64);
  signature[0] = 1;
  const native = nativeEd25519(globalThis.crypto.subtle);
  const verdicts = [];
  for (const verifier of [native, nobleEd25519]) {
    verdicts.push(await verifier.verify(identityPoint, utf8("any"), signature).catch(() => false));
  }
  expect(verdicts).toEqual([false, false]);
});

test("the hash without a promise is the suite's hash", async () => {
  for (const name of ["x25519", "xwing"] as const) {
    const suite = await suiteOf(name);
    expect(suite.hash(utf8("x"))).toEqual(new Uint8Array(await suite.cs.hash.digest(utf8("x"))));
    expect(suiteNameOf(suite.mlsName)).toBe(name);
  }
  expect(() => suiteNameOf("MLS_256_MLKEM768_AES256GCM_SHA384_Ed25519")).toThrow("wrong_suite");
});
