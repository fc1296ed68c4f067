import { join } from "node:path";
import { sealBoxAddress } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { randomBytes, sha256 } from "../../crypto-fast.ts";
import { startFrame, temporaryDirectory } from "../../http/frame.testing.ts";
import { openSqliteStore } from "../../store/sqlite/index.ts";
import { registrationOf } from "../node.testing.ts";
import { createBoxes } from "./index.ts";
import { letterSeqs, listen } from "./live.testing.ts";
import type { LiveTimes } from "./outlet.ts";

const HUB = "hub.localhost:1";
let box: Awaited<ReturnType<typeof startBoxes>>;
beforeEach(async () => {
  box = await startBoxes();
});
afterEach(() => box.close());

test("after hello comes ready, then what waits, then what arrives", async () => {
  await box.put(2);
  const live = await listen(box.port, box.hello());
  await live.until((frame) => frame.t === "letter" && frame.row.seq === 2);
  expect(live.frames.map(({ t }) => t)).toEqual(["ready", "letter", "letter"]);
  await box.put(1);
  await live.until((frame) => frame.t === "letter" && frame.row.seq === 3);
  live.send({ t: "ping" });
  await live.until(({ t }) => t === "pong");
  await live.close();
});

test("after a break everything comes once more that was not deleted, and nothing before where one stands", async () => {
  const live = await listen(box.port, box.hello());
  await box.put(3);
  await live.until((frame) => frame.t === "letter" && frame.row.seq === 3);
  live.socket.terminate();
  await box.put(2);
  const again = await listen(box.port, box.hello(1));
  await again.until((frame) => frame.t === "letter" && frame.row.seq === 5);
  expect(letterSeqs(again)).toEqual([2, 3, 4, 5]);
  await box.store.boxes.remove({ ...box.owner, upTo: 4, now: Date.now() });
  const third = await listen(box.port, box.hello());
  await third.until((frame) => frame.t === "letter");
  expect(letterSeqs(third)).toEqual([5]);
  await Promise.all([again.close(), third.close()]);
});

test("letters that come while others are sent keep their order and none is missed", async () => {
  await box.put(60);
  const live = await listen(box.port, box.hello());
  await Promise.all(Array.from({ length: 60 }, () => box.put(1)));
  await live.until((frame) => frame.t === "letter" && frame.row.seq === 120);
  expect(letterSeqs(live)).toEqual(Array.from({ length: 120 }, (_, i) => i + 1));
  await live.close();
});

test("a letter that comes between reading the last page and sending it is not missed", async () => {
  await box.put(1);
  const { boxes } = box.store;
  const { letters } = boxes;
  let between = () => box.put(1);
  Object.assign(boxes, {
    letters: async (arg: Parameters<typeof letters>[0]) => {
      const page = await letters(arg);
      await between();
      between = async () => {};
      return page;
    },
  });
  const live = await listen(box.port, box.hello());
  await live.until((frame) => frame.t === "letter" && frame.row.seq === 2);
  expect(letterSeqs(live)).toEqual([1, 2]);
  await live.close();
});

test("a push reaches who listens; what a connection may not have got becomes a wake when it ends", async () => {
  await box.close();
  box = await startBoxes({ confirmMs: 60_000, pingMs: 60_000 });
  const live = await listen(box.port, box.hello());
  await live.until(({ t }) => t === "ready");
  expect(await box.push()).toEqual([]);
  const push = await live.until(({ t }) => t === "push");
  expect(push).toMatchObject({ boxId: box.owner.boxId, addressId: box.push.addressId });
  expect((await box.wakes()).addressIds).toEqual([]);
  live.socket.terminate();
  await untilTrue(async () => (await box.wakes()).addressIds.length === 1);
  const again = await listen(box.port, box.hello());
  expect(await again.until(({ t }) => t === "wake")).toMatchObject({
    addressId: box.push.addressId,
  });
  await again.close();
});

test("a push that was confirmed by a pong leaves no wake", async () => {
  await box.close();
  box = await startBoxes({ confirmMs: 1 });
  const live = await listen(box.port, box.hello());
  await live.until(({ t }) => t === "ready");
  await box.push();
  await new Promise<void>((resolve) => {
    live.socket.once("ping", resolve);
  });
  // The pong left before this frame: when its answer is here, the pong was taken.
  live.send({ t: "ping" });
  await live.until(({ t }) => t === "pong");
  await live.close();
  await untilTrue(() => box.service.listening() === 0);
  // Closing waits for wakes that are being noted.
  await box.service.close();
  expect((await box.wakes()).addressIds).toEqual([]);
});

test("without a good hello in time the connection ends with an error that says why", async () => {
  await box.close();
  box = await startBoxes({ helloMs: 50 });
  const silent = await listen(box.port);
  expect(await silent.until(({ t }) => t === "error")).toMatchObject({ code: "timeout" });
  expect(await silent.closed).toBe(1013);
  const stranger = await listen(box.port, { ...box.hello(), session: randomBytes(32) });
  expect(await stranger.until(({ t }) => t === "error")).toMatchObject({ code: "unauthenticated" });
  expect(await stranger.closed).toBe(1008);
  const elsewhere = { ...box.hello(), boxes: [{ boxId: randomBytes(16), after: 0 }] };
  const thief = await listen(box.port, elsewhere);
  expect(await thief.until(({ t }) => t === "error")).toMatchObject({ code: "not_found" });
  expect(box.service.listening()).toBe(0);
});

test("frames that do not fit are answered with an error; the connection survives some, not many", async () => {
  const live = await listen(box.port, box.hello());
  await live.until(({ t }) => t === "ready");
  live.send("text");
  live.send(randomBytes(10));
  live.send({ t: "hello", ...box.hello() });
  await untilTrue(() => live.frames.filter(({ t }) => t === "error").length === 3);
  expect(live.frames.slice(1)).toEqual(
    Array.from({ length: 3 }, () => ({ t: "error", code: "malformed" })),
  );
  await box.put(1);
  await live.until(({ t }) => t === "letter");
  for (let i = 0; i < 10; i++) live.send(randomBytes(3));
  expect(await live.closed).toBe(1008);
});

test("a reader that takes nothing is cut off, holds little memory, and resumes later", async () => {
  await box.close();
  box = await startBoxes({ slowMs: 2000, slowest: 1_000_000, lingerMs: 100 });
  await box.put(12, 4 * 1024 * 1024 - 200);
  const live = await listen(box.port, box.hello());
  await live.until(({ t }) => t === "ready");
  live.socket.pause();
  // Pushes for somebody behind become wakes at once, and cost nothing.
  await untilTrue(async () => {
    await box.push(96 * 1024);
    return (await box.wakes()).addressIds.length === 1;
  });
  await untilTrue(() => box.service.listening() === 0);
  live.socket.resume();
  await live.closed;
  const got = letterSeqs(live).length;
  expect(got).toBeLessThan(12);
  const again = await listen(box.port, box.hello(got));
  await again.until((frame) => frame.t === "letter" && frame.row.seq === 12);
  expect(letterSeqs(again)).toEqual(Array.from({ length: 12 - got }, (_, i) => got + i + 1));
  await again.close();
});

test("an account has a bounded number of connections, and those that ended make room", async () => {
  const all = await Promise.all(Array.from({ length: 32 }, () => listen(box.port, box.hello())));
  await Promise.all(all.map((live) => live.until(({ t }) => t === "ready")));
  const tooMany = await listen(box.port, box.hello());
  expect(await tooMany.until(({ t }) => t === "error")).toMatchObject({ code: "busy" });
  await tooMany.closed;
  await all[0]?.close();
  await untilTrue(() => box.service.listening() === 31);
  const fits = await listen(box.port, box.hello());
  await fits.until(({ t }) => t === "ready");
  await Promise.all([fits, ...all.slice(1)].map((live) => live.close()));
});

test("ending a session ends its connection and no other", async () => {
  const one = await listen(box.port, box.hello());
  const two = await listen(box.port, box.hello(0, box.second));
  await Promise.all([one, two].map((live) => live.until(({ t }) => t === "ready")));
  const { accountId } = box.owner;
  box.service.endSessions({ accountId, sessionId: sha256(box.session) });
  expect(await one.until(({ t }) => t === "error")).toMatchObject({ code: "unauthenticated" });
  await one.closed;
  await untilTrue(() => box.service.listening() === 1);
  await box.put(1);
  await two.until(({ t }) => t === "letter");
  box.service.endSessions({ accountId, sessionId: null, keep: sha256(box.second) });
  expect(box.service.listening()).toBe(1);
  box.service.endSessions({ accountId, sessionId: null });
  await two.closed;
});

/** The boxes service alone, with one account and two sessions. */
async function startBoxes(times: Partial<LiveTimes> = {}) {
  const directory = await temporaryDirectory();
  const store = await openSqliteStore(join(directory.path, "store.sqlite"));
  const addressSecret = randomBytes(32);
  const [session, second] = [randomBytes(32), randomBytes(32)];
  const owner = { accountId: randomBytes(16), boxId: randomBytes(16) };
  const { request, identityId, device } = await registrationOf("owner", { node: "a.localhost" });
  const { name, identity, boxKey, vault, deviceCert, ways } = request;
  const expires = Date.now() + 60_000;
  await store.accounts.register({
    now: Date.now(),
    account: {
      ...owner,
      name,
      identityId,
      identity,
      identitySeq: 0,
      boxKey,
      boxKeySeq: 1,
    },
    record: null,
    ways,
    passkey: null,
    vault,
    device: { deviceId: device.hash, cert: deviceCert },
    session: { sessionId: sha256(session), expires },
    place: null,
    codeHash: null,
    registration: "open",
  });
  const service = createBoxes({
    store,
    secrets: { addressSecret },
    name: () => "a.localhost:1",
    sessionOf: async (given) => {
      const known = [session, second].some((one) => Buffer.from(one).equals(given));
      if (!known) return null;
      const { accountId } = owner;
      return { accountId, role: "member", sessionId: sha256(given), expires };
    },
    nodeKeyOf: async () => randomBytes(32),
    now: Date.now,
    live: times,
  });
  const frame = await startFrame({ handlers: service.routes, live: service.live });
  const { boxId } = owner;
  const addressOf = (scope: "letters" | "push", addressId: Bytes) =>
    sealBoxAddress(addressSecret, { boxId, addressId, scope, hub: HUB, expires });
  const letters = addressOf("letters", randomBytes(16));
  const pushId = randomBytes(16);
  const pushAddress = addressOf("push", pushId);
  return {
    owner,
    session,
    second,
    store,
    service,
    port: frame.port,
    hello: (after = 0, by = session) => ({ session: by, boxes: [{ boxId, after }] }),
    put: async (count: number, bytes = 100) => {
      for (let i = 0; i < count; i++)
        await frame.client.call("boxes.put", {
          address: letters,
          letterId: randomBytes(16),
          letter: new Uint8Array(bytes),
        });
    },
    push: Object.assign(
      (bytes = 100) =>
        service.deliver(HUB, [{ address: pushAddress, body: new Uint8Array(bytes) }]),
      { addressId: pushId },
    ),
    wakes: () => store.boxes.wakes({ ...owner, limit: 10 }),
    close: async () => {
      await service.close();
      await frame.close();
      await store.close();
      await directory.remove();
    },
  };
}

/** Asks again and again, without a clock: the event loop turns in between. */
async function untilTrue(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds()))
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
}
