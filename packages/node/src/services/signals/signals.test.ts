import { ed25519Generate, unwrapPush } from "@baraza/crypto";
import { signSignalSend, verifySignalRequest } from "@baraza/crypto/signals";
import type { Bytes, RequestOf } from "@baraza/protocol";
import {
  decodeRequest,
  encodeResponse,
  LIMITS,
  ProtocolError,
  readAs,
  signalContent,
} from "@baraza/protocol";
import { afterEach, expect, test } from "vitest";
import { randomBytes } from "../../crypto-fast.ts";
import type { Outbound } from "../../edges/outbound.ts";
import { startFrame } from "../../http/frame.testing.ts";
import type { Keys, TestLog } from "../logs/log.testing.ts";
import { HUB, startLogs } from "../logs/service.testing.ts";
import { createSignals } from "./index.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

type Received = { node: string; address: Bytes; body: Bytes };
const THERE = "other.localhost:1";

/** A hub whose signals end in `received`; nodes that are `down` do not answer. */
async function start() {
  const logs = await startLogs();
  const nodeKey = ed25519Generate();
  const received: Received[] = [];
  const requests: RequestOf<"signals.deliver">[] = [];
  const down = new Set<string>();
  const outbound: Outbound = {
    check: () => {},
    close: () => {},
    send: async (node, { body }) => {
      const request = decodeRequest("signals.deliver", body ?? new Uint8Array());
      requests.push(request);
      if (down.has(node)) throw new ProtocolError("target_unreachable");
      for (const { address, body: content } of request.deliveries)
        received.push({ node, address, body: content });
      return {
        status: 200,
        type: "application/cbor",
        body: encodeResponse("signals.deliver", {}),
      };
    },
  };
  const service = createSignals({
    store: logs.store,
    name: HUB,
    nodeKey: nodeKey.privateKey,
    outbound,
    sessionSeat: (logId, token) => logs.service.sessionSeat(logId, token),
    deliverLocal: async (deliveries) => {
      for (const { address, body } of deliveries) received.push({ node: HUB, address, body });
    },
    now: () => logs.clock.now,
  });
  const frame = await startFrame({ handlers: service.routes });
  closing.push(
    logs.close,
    async () => service.close(),
    () => frame.close(),
  );
  const log = await logs.open();
  const seat = async (node: string, own?: Keys) => {
    const keys = own ?? ed25519Generate();
    if (own === undefined) await logs.call("logs.append", log.putSeat(keys));
    const target = { node, address: randomBytes(80), wrapKey: randomBytes(32) };
    await logs.call("logs.push", await log.push(target, keys));
    const listen = async (stop?: boolean) => {
      const { token } = await logs.call(
        "logs.session",
        await log.session(keys, logs.clock.now, HUB),
      );
      return frame.client.call("signals.listen", {
        logId: log.logId,
        token,
        ...(stop === undefined ? {} : { stop }),
      });
    };
    return { keys, target, listen };
  };
  const send = async (change: Partial<RequestOf<"signals.send">> = {}, key?: Keys) => {
    const { gen, epoch, posting } = log.state;
    const request = await signSignalSend((key ?? posting).privateKey, {
      logId: log.logId,
      gen,
      epoch,
      time: logs.clock.now,
      body: randomBytes(LIMITS.signalBytes),
      ...change,
    });
    await frame.client.call("signals.send", request);
    await service.idle();
    return request;
  };
  return { logs, log, seat, send, received, requests, down, nodeKey, service };
}

const contentOf = ({ body }: Received, wrapKey: Bytes) =>
  readAs(signalContent, unwrapPush(wrapKey, body));
/** Everything that the store holds of a log: a signal leaves no trace there. */
const stored = async ({
  logs,
  log,
}: {
  logs: Awaited<ReturnType<typeof startLogs>>;
  log: TestLog;
}) =>
  JSON.stringify([
    await logs.store.logs.end({ logId: log.logId }),
    await logs.store.logs.pushNodesBehind(null),
    logs.store.stats().writes,
  ]);

test("those who listen get it under their own key, here and elsewhere; all others get nothing, and nothing is stored", async () => {
  const hub = await start();
  const here = await hub.seat(HUB, hub.log.seat);
  const there = await hub.seat(THERE);
  await hub.seat(THERE);
  await hub.send();
  expect(hub.received).toEqual([]);
  await here.listen();
  await there.listen();
  expect(hub.service.listening()).toBe(2);
  const before = await stored(hub);
  const { body, epoch } = await hub.send();
  expect(await stored(hub)).toBe(before);
  expect(hub.received).toHaveLength(2);
  for (const { target } of [here, there]) {
    const got = hub.received.find(({ address }) => Buffer.from(address).equals(target.address));
    expect(got?.node).toBe(target.node);
    if (got === undefined) continue;
    expect(got.body.length).toBe(LIMITS.signalPushBytes);
    expect(contentOf(got, target.wrapKey)).toMatchObject({ logId: hub.log.logId, epoch, body });
  }
  const [request] = hub.requests;
  expect(request).toMatchObject({ hub: HUB, to: THERE });
  if (request !== undefined)
    expect(await verifySignalRequest(hub.nodeKey.publicKey, request)).toBe(true);
});

test("who stopped listening, whose time is over, or whose seat went gets nothing more", async () => {
  const hub = await start();
  const first = await hub.seat(HUB, hub.log.seat);
  const second = await hub.seat(THERE);
  await first.listen();
  await second.listen();
  await first.listen(true);
  await hub.send();
  expect(hub.received.map(({ node }) => node)).toEqual([THERE]);
  await hub.logs.call("logs.append", hub.log.leaveSeat(second.keys));
  await hub.send();
  expect(hub.received).toHaveLength(1);
  await expect(second.listen()).rejects.toMatchObject({ code: "seat_removed" });
  await first.listen();
  hub.logs.clock.now += LIMITS.signalListenMs + 1;
  await hub.send();
  expect(hub.received).toHaveLength(1);
  expect(hub.service.listening()).toBe(0);
});

test("only a member of the present epoch sends, at this moment, and not without end", async () => {
  const hub = await start();
  const here = await hub.seat(HUB, hub.log.seat);
  await here.listen();
  const now = hub.logs.clock.now;
  const cases: [string, () => Promise<unknown>][] = [
    ["bad_signature", () => hub.send({}, ed25519Generate())],
    ["stale_epoch", () => hub.send({ epoch: 1 })],
    ["stale_epoch", () => hub.send({ gen: 1 })],
    ["log_not_found", () => hub.send({ logId: randomBytes(32) })],
    ["session_expired", () => hub.send({ time: now - LIMITS.signalLateMs - 1 })],
    ["session_expired", () => hub.send({ time: now + LIMITS.signalLateMs + 1 })],
  ];
  for (const [code, refused] of cases) await expect(refused()).rejects.toMatchObject({ code });
  expect(hub.received).toEqual([]);
  const old = hub.log.state.posting;
  const next = ed25519Generate();
  await hub.logs.call("logs.append", hub.log.commit(next));
  Object.assign(hub.log.state, { epoch: 1, posting: next });
  await expect(hub.send({}, old)).rejects.toMatchObject({ code: "bad_signature" });
  const flood = await Promise.allSettled(Array.from({ length: 120 }, () => hub.send()));
  const refused = flood.filter(({ status }) => status === "rejected");
  expect(refused.length).toBeGreaterThanOrEqual(30);
  expect((refused[0] as PromiseRejectedResult).reason).toMatchObject({ code: "rate_limited" });
});

test("a node that does not answer is left alone for a while, and gets nothing of what was", async () => {
  const hub = await start();
  const there = await hub.seat(THERE);
  await there.listen();
  hub.down.add(THERE);
  await hub.send();
  await hub.send();
  expect(hub.requests).toHaveLength(1);
  hub.down.clear();
  await hub.send();
  expect(hub.received).toEqual([]);
  hub.logs.clock.now += 31_000;
  await hub.send();
  expect(hub.received).toHaveLength(1);
});
