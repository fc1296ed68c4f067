import { readFile } from "node:fs/promises";
import {
  decapsulateResponse,
  decodeHttpResponse,
  encapsulateRequest,
  encodeKeyConfigs,
  gatewayKeys,
  importGatewayKeys,
  openResponse,
  readKeyConfigs,
  verifyNodeRecord,
} from "@baraza/crypto";
import type { Bytes, RequestOf, ResponseOf, RouteName } from "@baraza/protocol";
import {
  decodeCbor,
  decodeResponse,
  encodeRequest,
  equalBytes,
  fromHex,
  LIMITS,
  PATHS,
} from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomBytes } from "../../crypto-fast.ts";
import { startFrame } from "../../http/frame.testing.ts";
import type { Person, TestNode } from "../node.testing.ts";
import { bootNode, enrol, refuses } from "../node.testing.ts";
import { createGateway } from "./gateway.ts";
import { OHTTP_REQUEST, OHTTP_RESPONSE } from "./index.ts";

let a: TestNode;
let b: TestNode;
let amina: Person;
let bruno: Person;
beforeAll(async () => {
  [a, b] = await Promise.all([bootNode({ host: "a" }), bootNode({ host: "b" })]);
  [amina, bruno] = await Promise.all([enrol(a, "amina"), enrol(b, "bruno")]);
});
afterAll(() => Promise.all([a.close(), b.close()]));

const DAY = 24 * 60 * 60_000;

test("a request goes through the own node to the other's gateway, and its answer comes back sealed", async () => {
  const found = await ask("identity.lookup", { name: "bruno" });
  expect(found.identity).toEqual(bruno.request.identity);
});

test("an error of the other node is sealed too", async () => {
  await refuses(ask("identity.lookup", { name: "nobody" }), "not_found");
  await refuses(ask("accounts.policy", {}), "forbidden");
  await refuses(ask("vault.get", {}), "forbidden");
  const { status, body } = await sealed(b, "/other/path", new Uint8Array());
  expect([status, decodeCbor(body)]).toEqual([404, { error: { code: "unknown_route", data: {} } }]);
});

test("a letter reaches a box of the other node through the gateway", async () => {
  const { boxId, session } = bruno;
  const expires = b.now() + DAY;
  const made = await b.call(
    "boxes.addresses",
    { boxId, scope: "letters", expires, count: 1 },
    session,
  );
  const address = made.addresses[0]?.address ?? new Uint8Array();
  const letter = randomBytes(10_000);
  await ask("boxes.put", { address, letterId: randomBytes(16), letter });
  const { letters } = await b.call("boxes.read", { boxId, after: 0 }, session);
  expect(letters[0]?.letter).toEqual(letter);
});

test("only somebody who is signed in uses the relay, and not towards the node itself", async () => {
  const encapsulated = randomBytes(100);
  await refuses(a.call("relay.forward", { target: b.name, encapsulated }), "unauthenticated");
  await refuses(a.call("relay.node", { target: b.name }), "unauthenticated");
  await refuses(forward(a.name, encapsulated), "target_refused");
  for (const target of ["example.org", "127.0.0.1", "127.0.0.1:8080", "router", "10.0.0.1"])
    await refuses(forward(target, encapsulated), "target_refused");
});

test("a target that does not answer, or is no node, is unreachable", async () => {
  await refuses(forward("gone.localhost:1", randomBytes(100)), "target_unreachable");
  await refuses(relayNode("gone.localhost:1"), "target_unreachable");
  const impostor = await startFrame({
    handlers: {},
    pages: [{ path: PATHS.nodeRecord, type: "application/cbor", body: () => recordOf(b) }],
  });
  try {
    // It shows the record of another node.
    await refuses(relayNode(`c.localhost:${impostor.port}`), "target_unreachable");
    await refuses(forward(`c.localhost:${impostor.port}`, randomBytes(100)), "target_unreachable");
  } finally {
    await impostor.close();
  }
});

test("a node's record is signed, names itself, and lists its gateway's key", async () => {
  const { record } = await relayNode(b.name);
  const read = await verifyNodeRecord(record, undefined, b.now());
  expect(read).toMatchObject({ name: b.name, v: 1, minVersion: 1, maxVersion: 1 });
  expect(read.nodeKey).toEqual(b.node.nodeKey);
  expect(readKeyConfigs(read.gatewayKeys)).toHaveLength(1);
  expect(await recordOf(b)).toEqual(record);
  expect((await relayNode(a.name)).record).toEqual(await recordOf(a));
});

test("a request that is sent again is refused", async () => {
  const { encapsulated } = await encapsulate(b, "identity.lookup", { name: "bruno" });
  await forward(b.name, encapsulated);
  await refuses(forward(b.name, encapsulated), "replayed");
});

test("a gateway that does not know the key says so, so that the client asks for the record anew", async () => {
  const stranger = await gatewayKeys(randomBytes(32), 99);
  const [config] = readKeyConfigs(encodeKeyConfigs([stranger]));
  if (config === undefined) throw new Error("no config");
  const path = `${PATHS.api}identity.lookup`;
  const body = encodeRequest("identity.lookup", { name: "bruno" });
  const { encapsulated } = await encapsulateRequest(config, { path, body });
  await refuses(forward(b.name, encapsulated), "gateway_key_unknown");
  const { status } = await post(b, encapsulated);
  expect(status).toBe(422);
  const broken = (await encapsulate(b, "identity.lookup", { name: "bruno" })).encapsulated;
  broken[60] = (broken[60] ?? 0) ^ 1;
  expect((await post(b, broken)).status).toBe(400);
  expect((await post(b, randomBytes(10))).status).toBe(400);
  expect((await b.client.post("gateway", broken)).status).toBe(400);
});

test("gateway keys change each month; the one before is still good, then it is forgotten", async () => {
  const aging = await bootNode({ host: "c" });
  try {
    await enrol(aging, "carla");
    const first = await configOf(aging);
    const keep = () => encapsulate(aging, "identity.lookup", { name: "carla" }, first);
    const statusOf = async () => (await post(aging, (await keep()).encapsulated)).status;
    const changed: Bytes[] = [first.publicKey];
    for (const [age, status] of [
      [29 * DAY, 200],
      [2 * DAY, 200],
      [31 * DAY, 422],
    ] as const) {
      aging.clock.ahead += age;
      // What runs every hour runs at the start too.
      await aging.restart();
      expect(await statusOf()).toBe(status);
      changed.push((await configOf(aging)).publicKey);
    }
    const [one, same, second, third] = changed.map((key) => Buffer.from(key).toString("hex"));
    expect(one).toBe(same);
    expect(new Set([one, second, third]).size).toBe(3);
  } finally {
    await aging.close();
  }
});

test("RFC 9458, appendix A, over HTTP: the published request is opened, its answer opens with the published secret", async () => {
  const vector = await vectorOf("rfc9458-appendix-a.json");
  const part = (name: string) => fromHex(vector[name] ?? "");
  const config = readKeyConfigs(withLength(part("keyConfig")))[0];
  if (config === undefined) throw new Error("no config");
  const key = await importGatewayKeys(part("secretKey"), config.publicKey, config.keyId);
  const asked: string[] = [];
  const gateway = createGateway({
    keys: { all: () => [key], rotate: async () => {} },
    dispatch: async (route) => {
      asked.push(route);
      return { status: 200, body: new Uint8Array() };
    },
    now: Date.now,
  });
  const frame = await startFrame({
    handlers: {},
    raw: [
      {
        path: PATHS.gateway,
        type: OHTTP_REQUEST,
        max: LIMITS.appendBytes,
        handle: async (body, { limitKey }) => ({
          status: 200,
          type: OHTTP_RESPONSE,
          body: await gateway.handle(body, limitKey),
        }),
      },
    ],
  });
  try {
    const encapsulatedRequest = part("encapsulatedRequest");
    const { status, headers, body } = await frame.client.send(PATHS.gateway, {
      method: "POST",
      headers: { "content-type": OHTTP_REQUEST },
      body: encapsulatedRequest,
    });
    expect([status, headers["content-type"]]).toEqual([200, OHTTP_RESPONSE]);
    const enc = encapsulatedRequest.slice(7, 39);
    const context = { secret: part("exportedSecret"), enc, aead: 1 };
    expect(decodeHttpResponse(await openResponse(context, body)).status).toBe(200);
    // It is a GET of "/": no route of the API.
    expect(asked).toEqual([""]);
  } finally {
    await frame.close();
  }
});

function forward(target: string, encapsulated: Bytes) {
  return a.call("relay.forward", { target, encapsulated }, amina.session);
}

function relayNode(target: string) {
  return a.call("relay.node", { target }, amina.session);
}

async function recordOf(node: TestNode): Promise<Bytes> {
  const { status, body } = await node.client.send(PATHS.nodeRecord);
  expect(status).toBe(200);
  return body;
}

async function configOf(node: TestNode) {
  const { gatewayKeys: configs } = await verifyNodeRecord(await recordOf(node));
  const config = readKeyConfigs(configs)[0];
  if (config === undefined) throw new Error("no gateway key");
  return config;
}

async function encapsulate<N extends RouteName>(
  node: TestNode,
  name: N,
  request: RequestOf<N>,
  config?: Awaited<ReturnType<typeof configOf>>,
) {
  const body = encodeRequest(name, request);
  return encapsulateRequest(config ?? (await configOf(node)), { path: PATHS.api + name, body });
}

function post(node: TestNode, encapsulated: Bytes) {
  const headers = { "content-type": OHTTP_REQUEST };
  return node.client.send(PATHS.gateway, { method: "POST", headers, body: encapsulated });
}

/** Straight to the gateway, any path. */
async function sealed(node: TestNode, path: string, body: Bytes) {
  const { encapsulated, context } = await encapsulateRequest(await configOf(node), { path, body });
  return decapsulateResponse(context, (await post(node, encapsulated)).body);
}

/** The whole way: own node's relay, other node's gateway. */
async function ask<N extends RouteName>(name: N, request: RequestOf<N>): Promise<ResponseOf<N>> {
  const { encapsulated, context } = await encapsulate(b, name, request);
  const answer = await forward(b.name, encapsulated);
  expect(equalBytes(answer.encapsulated, encapsulated)).toBe(false);
  const { status, body } = await decapsulateResponse(context, answer.encapsulated);
  return decodeResponse(name, status, body);
}

async function vectorOf(name: string): Promise<Record<string, string>> {
  const url = new URL(`../../../../crypto/vectors/${name}`, import.meta.url);
  return JSON.parse(await readFile(url, "utf8")) as Record<string, string>;
}

function withLength(config: Bytes): Bytes {
  return Uint8Array.of(config.length >> 8, config.length & 255, ...config);
}
