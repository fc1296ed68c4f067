import { expect, test } from "vitest";
import {
  randomBytes,
  tokenKeyPair,
  blindToken,
  evaluateTokens,
  finalizeToken,
  redeemToken,
  gatewayKeys,
  encodeKeyConfigs,
  readKeyConfigs,
  encapsulateRequest,
  decapsulateRequest,
  encapsulateResponse,
  decapsulateResponse,
  sealStream,
  openStream,
  packBlob,
  createFileKey,
  createVaultKey,
  wrapVaultKey,
  unwrapVaultKey,
} from "./index.ts";
import * as opaque from "./opaque.ts";
import { utf8 } from "@baraza/protocol";
test("smoke ohttp", async () => {
  const keys = await gatewayKeys(randomBytes(32));
  const [config] = readKeyConfigs(encodeKeyConfigs([keys]));
  const { encapsulated, context } = await encapsulateRequest(config!, {
    path: "/api/v1/x",
    body: utf8("hi"),
  });
  expect(encapsulated.length).toBe(2048);
  const got = await decapsulateRequest([keys], encapsulated);
  expect(got.path).toBe("/api/v1/x");
  const r = await encapsulateResponse(got.context, { status: 200, body: utf8("yo") });
  expect(r.length).toBe(2048);
  expect(await decapsulateResponse(context, r)).toEqual({ status: 200, body: utf8("yo") });
});
test("smoke tokens", () => {
  const k = tokenKeyPair(randomBytes(32));
  const p = blindToken();
  const t = finalizeToken(p, evaluateTokens(k, [p.blinded]), k.publicKey);
  expect(redeemToken(k, t)).toBe(true);
});
test("smoke files", async () => {
  const key = createFileKey();
  const data = randomBytes(3_000_000);
  const out: Uint8Array[] = [];
  for await (const piece of openStream(
    key,
    data.length,
    packBlob(sealStream(key, data.length, [data])),
  ))
    out.push(piece);
  expect(Buffer.concat(out).equals(data)).toBe(true);
});
test("smoke opaque", async () => {
  const setup = await opaque.createServerSetup();
  const a = await opaque.startRegistration("pass");
  const { record, exportKey } = await opaque.finishRegistration(
    "pass",
    a.state,
    await opaque.registrationResponse(setup, "ann", a.request),
  );
  const s = await opaque.startSignIn("pass");
  const r = await opaque.signInResponse(setup, record, "ann", s.request);
  const f = await opaque.finishSignIn("pass", s.state, r.response);
  expect(f.exportKey).toEqual(exportKey);
  expect((await opaque.signInFinish(r.state, f.finish)).sessionKey).toEqual(f.sessionKey);
  const vk = createVaultKey();
  const w = await wrapVaultKey(vk, { way: "passphrase", exportKey });
  expect(await unwrapVaultKey(w, { exportKey })).toEqual(vk);
});
