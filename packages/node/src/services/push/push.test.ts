import { ed25519Generate, unwrapPush, verifyHead, verifyPushRequest } from "@baraza/crypto";
import type { Bytes, RequestOf } from "@baraza/protocol";
import {
  decodeRequest,
  encodeResponse,
  pushContent,
  readAs,
  LIMITS,
  ProtocolError,
} from "@baraza/protocol";
import { afterEach, expect, test } from "vitest";
import { randomBytes } from "../../crypto-fast.ts";
import type { Outbound } from "../../edges/outbound.ts";
import type { Keys, TestLog } from "../logs/log.testing.ts";
import { HUB, startLogs } from "../logs/service.testing.ts";
import { createPush } from "./index.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

type Received = { node: string; address: Bytes; body: Bytes };

/** A hub whose pushes to other nodes end in `received`; `down` nodes do not answer, `gone` addresses are refused. */
async function start() {
  const logs = await startLogs();
  const nodeKey = ed25519Generate();
  const received: Received[] = [];
  const requests: RequestOf<"push.deliver">[] = [];
  const down = new Set<string>();
  const gone = new Set<Bytes>();
  const isGone = (address: Bytes) => [...gone].some((one) => Buffer.from(one).equals(address));
  const outbound: Outbound = {
    check: () => {},
    close: () => {},
    send: async (node, { body }) => {
      if (down.has(node)) throw new ProtocolError("target_unreachable");
      const request = decodeRequest("push.deliver", body ?? new Uint8Array());
      requests.push(request);
      const lost: number[] = [];
      for (const [index, { address, body: content }] of request.deliveries.entries()) {
        if (isGone(address)) lost.push(index);
        else received.push({ node, address, body: content });
      }
      return {
        status: 200,
        type: "application/cbor",
        body: encodeResponse("push.deliver", { gone: lost }),
      };
    },
  };
  const open = () =>
    createPush({
      store: logs.store,
      name: HUB,
      nodeKey: nodeKey.privateKey,
      outbound,
      deliverLocal: async (deliveries) => {
        if (down.has(HUB)) throw new Error("store");
        for (const { address, body } of deliveries) received.push({ node: HUB, address, body });
        return [];
      },
      headOf: (logId) => logs.service.headOf(logId),
      now: Date.now,
      retryMs: 5,
      retryMaxMs: 20,
      knownNodes: 4,
    });
  const state = { push: open() };
  closing.push(logs.close, () => state.push.close());
  const log = await logs.open();
  const seat = async (node: string, keys?: Keys) => {
    const mine = keys ?? ed25519Generate();
    if (keys === undefined) await logs.call("logs.append", log.putSeat(mine));
    const target = { node, address: randomBytes(80), wrapKey: randomBytes(32) };
    await logs.call("logs.push", await log.push(target, mine));
    state.push.seatsChanged(log.logId);
    return { keys: mine, target };
  };
  const append = async (request: Parameters<TestLog["one"]> | ReturnType<TestLog["entry"]>) => {
    const before = logs.appended.length;
    await logs.call("logs.append", request as ReturnType<TestLog["entry"]>);
    for (const one of logs.appended.slice(before)) state.push.appended(one);
    await state.push.idle();
  };
  const reopen = async () => {
    await state.push.close();
    state.push = open();
  };
  return { logs, log, seat, append, received, requests, down, gone, nodeKey, state, reopen };
}

const contentOf = ({ body }: Received, wrapKey: Bytes) =>
  readAs(pushContent, unwrapPush(wrapKey, body));
const until = async (what: () => boolean) => {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 2));
};

test("every live seat gets the entry under its own key, the sender's own too, at its own node", async () => {
  const hub = await start();
  const mine = await hub.seat(HUB, hub.log.seat);
  const there = await hub.seat("other.localhost:1");
  await hub.append(hub.log.entry());
  expect(hub.received).toHaveLength(2);
  const [entry] = (await hub.logs.read(hub.log)).entries.slice(-1);
  for (const { target } of [mine, there]) {
    const got = hub.received.find(({ address }) => Buffer.from(address).equals(target.address));
    expect(got?.node).toBe(target.node);
    if (got === undefined) continue;
    const content = contentOf(got, target.wrapKey);
    expect(content).toMatchObject({ logId: hub.log.logId, seq: 2, entry });
    expect(content.head.seq).toBe(2);
  }
  const bodies = hub.received.map(({ body }) => body);
  expect(bodies[0]).toHaveLength(bodies[1]?.length ?? 0);
});

test("what goes to another node is signed by the hub for that node", async () => {
  const hub = await start();
  await hub.seat("other.localhost:1");
  await hub.append(hub.log.entry());
  const [request] = hub.requests;
  expect(request).toMatchObject({ hub: HUB, to: "other.localhost:1" });
  if (request === undefined) return;
  expect(await verifyPushRequest(hub.nodeKey.publicKey, request)).toBe(true);
  expect(await verifyPushRequest(hub.nodeKey.publicKey, { ...request, to: "x.localhost" })).toBe(
    false,
  );
});

test("large entries, and many at once, are announced and not carried", async () => {
  const hub = await start();
  const { target } = await hub.seat("other.localhost:1");
  const last = () => contentOf(hub.received.at(-1) as Received, target.wrapKey);
  await hub.append(hub.log.batch(4, 100));
  expect(hub.received).toHaveLength(4);
  expect(last()).toHaveProperty("entry");
  await hub.append(hub.log.batch(20, 100));
  expect(hub.received).toHaveLength(5);
  expect(last()).toMatchObject({ seq: 25 });
  expect(last()).not.toHaveProperty("entry");
  await hub.append(hub.log.commit(ed25519Generate(), { bytes: LIMITS.pushBodyBytes }));
  expect(last()).toMatchObject({ seq: 26 });
  expect(last()).not.toHaveProperty("entry");
});

test("the order of deliveries says nothing about the order of seats", async () => {
  const hub = await start();
  const seats = [];
  for (let i = 0; i < 12; i++) seats.push(await hub.seat(HUB));
  const orders = new Set<string>();
  for (let i = 0; i < 4; i++) {
    hub.received.length = 0;
    await hub.append(hub.log.entry());
    orders.add(hub.received.map(({ address }) => Buffer.from(address).toString("hex")).join());
  }
  expect(orders.size).toBeGreaterThan(1);
});

test("an address that is gone is not used again", async () => {
  const hub = await start();
  const dead = await hub.seat("other.localhost:1");
  await hub.seat("other.localhost:1");
  hub.gone.add(dead.target.address);
  await hub.append(hub.log.entry());
  expect(hub.received).toHaveLength(1);
  expect(await hub.logs.store.logs.pushSeats({ logId: hub.log.logId })).toHaveLength(1);
  await hub.append(hub.log.entry());
  expect(hub.requests.at(-1)?.deliveries).toHaveLength(1);
});

test("a node that was away gets one push for the newest entry of each seat, and then goes on as before", async () => {
  const hub = await start();
  const away = await hub.seat("away.localhost:1");
  const near = await hub.seat("near.localhost:1");
  hub.down.add("away.localhost:1");
  for (let i = 0; i < 5; i++) await hub.append(hub.log.entry());
  expect(hub.received.filter(({ node }) => node === "near.localhost:1")).toHaveLength(5);
  expect(await hub.logs.store.logs.pushNodesBehind(null)).toEqual(["away.localhost:1"]);
  expect(hub.state.push.waitingFor()).toBe(1);

  hub.down.clear();
  const got = () => hub.received.filter(({ node }) => node === "away.localhost:1");
  await until(() => got().length > 0 && hub.state.push.waitingFor() === 0);
  await hub.state.push.idle();
  expect(got()).toHaveLength(1);
  const notice = contentOf(got()[0] as Received, away.target.wrapKey);
  expect(notice.seq).toBe((await hub.logs.service.headOf(hub.log.logId)).seq);
  expect(notice.entry).toBeUndefined();
  expect(await hub.logs.store.logs.pushNodesBehind(null)).toEqual([]);
  await hub.append(hub.log.entry());
  expect(contentOf(got()[1] as Received, away.target.wrapKey).entry).toBeDefined();
  expect(
    contentOf(
      hub.received.findLast(({ node }) => node.startsWith("near")) as Received,
      near.target.wrapKey,
    ).entry,
  ).toBeDefined();
});

test("seats that were behind when the hub stopped are told after it starts again", async () => {
  const hub = await start();
  await hub.seat("away.localhost:1");
  const local = await hub.seat(HUB);
  hub.down.add("away.localhost:1").add(HUB);
  await hub.append(hub.log.entry());
  await hub.state.push.close();
  hub.down.clear();
  await hub.reopen();
  await until(() => hub.received.length === 2);
  const here = hub.received.find(({ node }) => node === HUB) as Received;
  const { head } = contentOf(here, local.target.wrapKey);
  const { ed25519FromSeed } = await import("@baraza/crypto");
  expect(await verifyHead(ed25519FromSeed(hub.logs.nodeKey).publicKey, head)).toBe(true);
});

test("nodes that were pushed to once are not remembered for ever; one that is waited for is", async () => {
  const hub = await start();
  await hub.seat("down.localhost:1");
  hub.down.add("down.localhost:1");
  const { keys } = await hub.seat("n0.localhost:1");
  for (let i = 1; i < 12; i++) {
    // The same device, at another node each time.
    await hub.seat(`n${i}.localhost:1`, keys);
    await hub.append(hub.log.entry());
    expect(hub.received.at(-1)?.node).toBe(`n${i}.localhost:1`);
    expect(hub.state.push.known()).toBeLessThanOrEqual(5);
  }
  expect(hub.state.push.waitingFor()).toBe(1);
});
