import { CipherSuite, Aes128Gcm, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import { XWing } from "@hpke/hybridkem-x-wing";
import { x25519 } from "@noble/curves/ed25519.js";
import { concat, fromHex, toHex, utf8 } from "@baraza/protocol";
import { expect, test } from "vitest";
import {
  decodeHttpRequest,
  decodeHttpResponse,
  encodeHttpRequest,
  encodeHttpResponse,
} from "./bhttp.ts";
import { hpkeGenerate, hpkeSend } from "./hpke.ts";
import type { KeyPair } from "./hpke.ts";
import {
  decapsulateMessage,
  decapsulateRequest,
  decapsulateResponse,
  encapsulateMessage,
  encapsulateRequest,
  encapsulateResponse,
  encodeKeyConfig,
  encodeKeyConfigs,
  gatewayKeys,
  importGatewayKeys,
  openResponse,
  readKeyConfig,
  readKeyConfigs,
  sealResponse,
} from "./ohttp.ts";
import { counting, failureOf, flipped, hex, isTyped, refuses, vectors } from "./test-helpers.ts";

const rfc9458 = vectors<Record<string, string>>("rfc9458-appendix-a.json");
const part = (name: string) => hex(rfc9458[name] ?? "");

async function keyPair(secretKey: Uint8Array): Promise<KeyPair> {
  const kem = new DhkemX25519HkdfSha256();
  void new CipherSuite({ kem, kdf: new HkdfSha256(), aead: new Aes128Gcm() });
  const publicKey = new Uint8Array(x25519.getPublicKey(secretKey));
  return {
    publicKey: await kem.deserializePublicKey(publicKey),
    privateKey: await kem.deserializePrivateKey(new Uint8Array(secretKey)),
  };
}

test("RFC 9458, appendix A: the configuration is read as published", () => {
  const config = readKeyConfig(part("keyConfig"));
  // The example's second AEAD, ChaCha20-Poly1305, is not taken.
  expect(config).toMatchObject({ keyId: 1, aeads: [1] });
  if (config === null) throw new Error("not read");
  expect(encodeKeyConfig(config).subarray(0, 35)).toEqual(part("keyConfig").subarray(0, 35));
});

test("RFC 9458, appendix A: the request is sealed and opened as published", async () => {
  const config = readKeyConfig(part("keyConfig"));
  if (config === null) throw new Error("not read");
  const ephemeral = await keyPair(part("ephemeralSecretKey"));
  const sealed = await encapsulateMessage(config, part("request"), ephemeral);
  expect(toHex(sealed.encapsulated)).toBe(rfc9458["encapsulatedRequest"]);
  expect(sealed.context.secret).toEqual(part("exportedSecret"));
  const gateway = await importGatewayKeys(part("secretKey"), config.publicKey, config.keyId);
  const opened = await decapsulateMessage(gateway, part("encapsulatedRequest"));
  expect(opened.message).toEqual(part("request"));
  expect(opened.context.secret).toEqual(part("exportedSecret"));
  expect(opened.context.enc).toEqual(part("ephemeralPublicKey"));
});

test("RFC 9458, appendix A: the response is sealed and opened as published", async () => {
  const context = { secret: part("exportedSecret"), enc: part("ephemeralPublicKey"), aead: 1 };
  const sealed = await sealResponse(context, part("response"), part("responseNonce"));
  expect(toHex(sealed)).toBe(rfc9458["encapsulatedResponse"]);
  expect(await openResponse(context, sealed)).toEqual(part("response"));
  expect(await decapsulateResponse(context, sealed)).toEqual({
    status: 200,
    body: new Uint8Array(),
  });
});

type Rfc9180 = {
  info: string;
  ikmR: string;
  pkRm: string;
  skRm: string;
  enc: string;
  encryptions: { pt: string; aad: string; ct: string }[];
  exports: { context: string; length: number; value: string }[];
};

test("RFC 9180, appendix A.1.1: the HPKE under it gives the published values", async () => {
  const rfc = vectors<Rfc9180>("rfc9180-x25519-aes128gcm-base.json");
  expect((await gatewayKeys(hex(rfc.ikmR))).publicKey).toEqual(hex(rfc.pkRm));
  const recipientKey = (await keyPair(hex(rfc.skRm))).privateKey;
  const suite = new CipherSuite({
    kem: new DhkemX25519HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes128Gcm(),
  });
  const context = await suite.createRecipientContext({
    recipientKey,
    enc: hex(rfc.enc),
    info: hex(rfc.info),
  });
  for (const { pt, aad, ct } of rfc.encryptions)
    expect(toHex(new Uint8Array(await context.open(hex(ct), hex(aad))))).toBe(pt);
  for (const each of rfc.exports)
    expect(toHex(new Uint8Array(await context.export(hex(each.context), each.length)))).toBe(
      each.value,
    );
});

test("X-Wing gives the values of its draft", async () => {
  type Draft = { cases: { seed: string; eseed: string; pk: string; ct: string; ss: string }[] };
  for (const { seed, eseed, pk, ct, ss } of vectors<Draft>("xwing.json").cases) {
    const pair = await hpkeGenerate(hex(seed));
    expect(toHex(pair.publicKey)).toBe(pk);
    const { enc } = await hpkeSend(pair.publicKey, utf8("info"), hex(eseed));
    expect(toHex(enc)).toBe(ct);
    const kem = new XWing();
    const recipientKey = await kem.deserializePrivateKey(pair.privateKey);
    const shared = await kem.decap({ recipientKey, enc: hex(ct) });
    expect(toHex(new Uint8Array(shared))).toBe(ss);
  }
});

type Rfc9292 = {
  requests: {
    encoded: string;
    method: string;
    scheme: string;
    authority: string;
    path: string;
    headers: [string, string][];
    body: string;
  }[];
  responses: { encoded: string; status: number; headers: [string, string][]; body: string }[];
  indeterminate: { encoded: string }[];
};

test("RFC 9292, section 5: the known-length examples are read, and written the same", () => {
  const rfc = vectors<Rfc9292>("rfc9292-examples.json");
  for (const { encoded, body, method, scheme, authority, path, headers } of rfc.requests) {
    const request = { method, scheme, authority, path, headers };
    const expected = { ...request, body: hex(body) };
    expect(decodeHttpRequest(hex(encoded))).toEqual(expected);
    const written = encodeHttpRequest(expected, 0);
    expect(toHex(written).startsWith(encoded)).toBe(true);
    expect(written.subarray(encoded.length / 2).every((byte) => byte === 0)).toBe(true);
    // Empty content and trailers may be left out, one after the other.
    expect(decodeHttpRequest(hex(encoded.slice(0, -2)))).toEqual(expected);
    expect(decodeHttpRequest(hex(encoded.slice(0, -4)))).toEqual(expected);
  }
  for (const { encoded, body, status, headers } of rfc.responses)
    expect(decodeHttpResponse(hex(encoded))).toEqual({ status, headers, body: hex(body) });
});

test("messages of indeterminate length and broken ones are refused", async () => {
  for (const { encoded } of vectors<Rfc9292>("rfc9292-examples.json").indeterminate)
    await refuses(() => decodeHttpRequest(hex(encoded)), "bad_http");
  const good = encodeHttpResponse({ status: 200, headers: [], body: utf8("x") }, 0);
  expect(decodeHttpResponse(good).body).toEqual(utf8("x"));
  await refuses(() => decodeHttpResponse(concat(good, Uint8Array.of(1))), "bad_http");
  await refuses(() => decodeHttpRequest(good), "bad_http");
  for (const bad of [
    "",
    "00",
    "01",
    "0140",
    "013f",
    "0140c8ff",
    "0140c8003f",
    "0140c8c2197c5eff14e88c",
  ])
    await refuses(() => decodeHttpResponse(fromHex(bad)), "bad_http");
});

test("an informational response stands before the final one", () => {
  const informational = fromHex("01406700");
  const final = fromHex("40c8000161");
  const message = concat(informational, final);
  expect(decodeHttpResponse(message)).toEqual({ status: 200, headers: [], body: utf8("a") });
});

test("a request goes through a gateway and back, and both ways have padded sizes", async () => {
  const gateway = await gatewayKeys(counting(1, 32));
  const [config] = readKeyConfigs(encodeKeyConfigs([gateway]));
  if (config === undefined) throw new Error("no config");
  for (const length of [0, 500, 3000, 70_000]) {
    const request = { path: "/api/v1/logs.read", body: counting(1, length) };
    const { encapsulated, context } = await encapsulateRequest(config, request);
    const opened = await decapsulateRequest(gateway, encapsulated);
    expect({ path: opened.path, body: opened.body }).toEqual(request);
    const response = { status: 200, body: counting(2, length) };
    const sealed = await encapsulateResponse(opened.context, response);
    expect(await decapsulateResponse(context, sealed)).toEqual(response);
  }
  const short = await encapsulateRequest(config, { path: "/a", body: utf8("a") });
  const longer = await encapsulateRequest(config, { path: "/abc", body: counting(0, 900) });
  expect(short.encapsulated.length).toBe(2048);
  expect(longer.encapsulated.length).toBe(2048);
});

test("each request has its own encapsulation, so a gateway can refuse a second use", async () => {
  const gateway = await gatewayKeys(counting(1, 32));
  const request = { path: "/a", body: utf8("a") };
  const one = await decapsulateRequest(
    gateway,
    (await encapsulateRequest(gateway, request)).encapsulated,
  );
  const two = await decapsulateRequest(
    gateway,
    (await encapsulateRequest(gateway, request)).encapsulated,
  );
  expect(one.enc).not.toEqual(two.enc);
});

test("a gateway with an older and a newer key opens requests to both", async () => {
  const [older, newer] = [
    await gatewayKeys(counting(1, 32), 7),
    await gatewayKeys(counting(2, 32), 7),
  ];
  const other = await gatewayKeys(counting(3, 32), 8);
  for (const keys of [older, newer, other]) {
    const { encapsulated } = await encapsulateRequest(keys, { path: "/a", body: utf8("a") });
    expect((await decapsulateRequest([newer, older, other], encapsulated)).path).toBe("/a");
  }
});

test("a substituted gateway key opens nothing, and an unknown key id says to fetch again", async () => {
  const gateway = await gatewayKeys(counting(1, 32), 1);
  const mallory = await gatewayKeys(counting(2, 32), 1);
  const { encapsulated } = await encapsulateRequest(mallory, { path: "/a", body: utf8("a") });
  await refuses(() => decapsulateRequest(gateway, encapsulated), "open_failed");
  const gone = await gatewayKeys(counting(2, 32), 9);
  await refuses(() => decapsulateRequest(gone, encapsulated), "bad_gateway_key");
  await refuses(() => decapsulateRequest([], encapsulated), "bad_gateway_key");
});

test("a response to another request does not open", async () => {
  const gateway = await gatewayKeys(counting(1, 32));
  const request = { path: "/a", body: utf8("a") };
  const [one, two] = [
    await encapsulateRequest(gateway, request),
    await encapsulateRequest(gateway, request),
  ];
  const opened = await decapsulateRequest(gateway, one.encapsulated);
  const sealed = await encapsulateResponse(opened.context, { status: 200, body: utf8("b") });
  await refuses(() => decapsulateResponse(two.context, sealed), "open_failed");
  await refuses(() => decapsulateResponse(one.context, flipped(sealed, 3)), "open_failed");
  await refuses(() => decapsulateResponse(one.context, new Uint8Array(3)), "open_failed");
});

test("a GET inside is refused", async () => {
  const gateway = await gatewayKeys(counting(1, 32));
  const { encapsulated } = await encapsulateMessage(gateway, part("request"));
  await refuses(() => decapsulateRequest(gateway, encapsulated), "bad_http");
});

test("key configurations of other suites are left out, and broken lists refused", async () => {
  const gateway = await gatewayKeys(counting(1, 32), 1);
  const foreign = fromHex("0a02002000010001");
  const list = concat(Uint8Array.of(0, foreign.length), foreign, encodeKeyConfigs([gateway]));
  expect(readKeyConfigs(list)).toHaveLength(1);
  expect(readKeyConfigs(new Uint8Array())).toEqual([]);
  for (let length = 1; length < list.length; length++) {
    const error = await failureOf(() => readKeyConfigs(list.slice(0, length)));
    expect(error === null || isTyped(error)).toBe(true);
  }
  await refuses(() => readKeyConfigs(list.slice(0, list.length - 1)), "bad_gateway_key");
});
