import { signSignalRequest } from "@baraza/crypto/signals";
import type { Bytes } from "@baraza/protocol";
import { LIMITS } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomBytes } from "../../crypto-fast.ts";
import { loadSecrets } from "../../secrets.ts";
import type { Person, TestNode } from "../node.testing.ts";
import { bootNode, enrol, refuses } from "../node.testing.ts";
import { listen } from "./live.testing.ts";

let node: TestNode;
let hub: TestNode;
let amina: Person;
beforeAll(async () => {
  [node, hub] = await Promise.all([bootNode({ host: "a" }), bootNode({ host: "hub" })]);
  amina = await enrol(node, "amina");
});
afterAll(() => Promise.all([node.close(), hub.close()]));

const body = () => randomBytes(LIMITS.signalPushBytes);
async function address(): Promise<Bytes> {
  const { addresses } = await node.call(
    "boxes.addresses",
    {
      boxId: amina.boxId,
      scope: "push",
      hub: hub.name,
      expires: node.now() + 60_000,
      count: 1,
    },
    amina.session,
  );
  return addresses[0]?.address ?? new Uint8Array();
}
async function delivery(deliveries: { address: Bytes; body: Bytes }[], change: object = {}) {
  const { nodeKey } = await loadSecrets(hub.dataDir);
  return signSignalRequest(nodeKey.privateKey, {
    hub: hub.name,
    to: node.name,
    time: node.now(),
    nonce: randomBytes(16),
    deliveries,
    ...change,
  });
}
const hello = () => ({
  session: amina.session,
  boxes: [{ boxId: amina.boxId, after: 0 }],
});

test("a signal goes to the device that listens; one that nobody listens for leaves no mark", async () => {
  const to = await address();
  const missed = body();
  await node.call("signals.deliver", await delivery([{ address: to, body: missed }]));
  const wakes = () => node.call("boxes.wakes", { boxId: amina.boxId }, amina.session);
  expect((await wakes()).addressIds).toEqual([]);
  const live = await listen(node.node.port, hello());
  await live.until(({ t }) => t === "ready");
  const sent = body();
  const request = await delivery([{ address: to, body: sent }]);
  await node.call("signals.deliver", request);
  const got = await live.until(({ t }) => t === "signal");
  expect(got).toMatchObject({ t: "signal", boxId: amina.boxId, body: sent });
  // What was given and not confirmed makes no mark either.
  live.socket.terminate();
  await live.closed;
  expect((await wakes()).addressIds).toEqual([]);
  await refuses(node.call("signals.deliver", request), "replayed");
});

test("only the hub that an address was made for is heard, by its signature, at its time", async () => {
  const to = await address();
  const live = await listen(node.node.port, hello());
  await live.until(({ t }) => t === "ready");
  const one = { address: to, body: body() };
  await refuses(
    node.call("signals.deliver", { ...(await delivery([one])), nonce: randomBytes(16) }),
    "bad_signature",
  );
  await refuses(
    node.call(
      "signals.deliver",
      await delivery([one], { time: node.now() - LIMITS.clockSkewMs - 1 }),
    ),
    "replayed",
  );
  await refuses(node.call("signals.deliver", await delivery([one], { to: hub.name })), "malformed");
  // Another node's name: the address is not for it, and nothing is given.
  await node.call("signals.deliver", await delivery([one], { hub: node.name }));
  await node.call("signals.deliver", await delivery([{ ...one, address: randomBytes(80) }]));
  live.send({ t: "ping" });
  await live.until(({ t }) => t === "pong");
  expect(live.frames.map(({ t }) => t)).toEqual(["ready", "pong"]);
  await live.close();
});

test("an address gets no more than its share", async () => {
  const to = await address();
  const live = await listen(node.node.port, hello());
  await live.until(({ t }) => t === "ready");
  const many = Array.from({ length: 150 }, () => ({ address: to, body: body() }));
  await node.call("signals.deliver", await delivery(many));
  live.send({ t: "ping" });
  await live.until(({ t }) => t === "pong");
  const got = live.frames.filter(({ t }) => t === "signal").length;
  expect(got).toBeGreaterThan(0);
  expect(got).toBeLessThan(100);
  await live.close();
});
