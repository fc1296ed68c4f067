import { WEB_PUSH_CONTENT } from "@baraza/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import type { PushService } from "./push-service.ts";
import { startPushService, tellNothing } from "./push-service.ts";
import { bringIn, untilText } from "./spaces.ts";
import { until } from "./until.ts";

let net: Network;
let pushes: PushService;
let amina: Person;
let bruno: Person;
let spaceId: string;

beforeEach(async () => {
  net = await network({ nodes: 2 });
  pushes = await startPushService();
  amina = await net.person({ node: 0, name: "amina" });
  bruno = await net.person({ node: 1, name: "bruno" });
  ({ spaceId } = await amina.commands["space.create"]({ title: "Seeds for all" }));
  await bringIn(amina, bruno, spaceId);
});
afterEach(async () => {
  await net.close();
  await pushes.close();
});

const send = (text: string) => amina.commands["chat.send"]({ spaceId, text });

test("while the app is open there are no pushes; once it is closed, one for the first news, which says nothing", async () => {
  const given = pushes.subscribe();
  await bruno.commands["notifications.subscribe"](given);
  const { endpoint } = await bruno.commands["notifications.node"]({});
  expect(endpoint).toBe(given.endpoint);
  await send("read at once");
  await untilText(bruno, spaceId, "read at once");
  expect(pushes.requests()).toBe(0);
  await bruno.close();
  for (let i = 0; i < 10; i++) await send(`while you were away ${i}`);
  await until(() => pushes.taken.length > 0, "a push");
  await net.node(1).running().idle();
  expect(pushes.faults).toEqual([]);
  expect(pushes.taken.length).toBeLessThan(10);
  const [first] = pushes.taken;
  expect(first?.plain).toEqual(WEB_PUSH_CONTENT);
  expect(first?.sender.subject).toBe(`https://${net.node(1).name}`);
  expect(first?.headers).toMatchObject({ topic: "new", urgency: "high" });
  expect(tellNothing(pushes.taken)).toBe(true);
  // Back, away again: the first news goes at once once more, and is not told apart from the others.
  await bruno.restart();
  await untilText(bruno, spaceId, "while you were away 9");
  const before = pushes.taken.length;
  await bruno.close();
  await send("🎉 ".repeat(500));
  await until(() => pushes.taken.length > before, "another push");
  expect(tellNothing(pushes.taken)).toBe(true);
});

test("a letter to the account wakes every device that wants it, and none after it was turned off", async () => {
  const laptop = await bruno.secondDevice();
  await laptop.until("spaces", {}, (spaces) => spaces.some((one) => one.state === "active"));
  const [phone, other] = [pushes.subscribe(), pushes.subscribe()];
  await bruno.commands["notifications.subscribe"](phone);
  await laptop.commands["notifications.subscribe"](other);
  await bruno.close();
  await laptop.close();
  await send("to both");
  const reached = () => new Set(pushes.taken.map(({ endpoint }) => endpoint));
  await until(() => reached().size === 2, "both devices");
  await laptop.restart();
  await laptop.commands["notifications.unsubscribe"]({});
  expect(await laptop.commands["notifications.node"]({})).toMatchObject({ endpoint: null });
  await laptop.close();
  const before = pushes.taken.length;
  await send("to the phone alone");
  await until(() => pushes.taken.length > before, "the phone");
  await net.node(1).running().idle();
  expect(pushes.taken.slice(before).map(({ endpoint }) => endpoint)).not.toContain(other.endpoint);
});

test("a push service that fails, hangs or is gone holds nothing up; what was to be told is told when it is back", async () => {
  await bruno.commands["notifications.subscribe"](pushes.subscribe());
  await bruno.close();
  for (const mode of ["hang", "down", "busy"] as const) {
    pushes.mode(mode);
    const before = pushes.requests();
    await send(`while it is ${mode}`);
    await until(() => pushes.requests() > before, `a request while it is ${mode}`);
    // The node goes on: others read and write as ever.
    await amina.until("space", { spaceId }, (space) => space?.waiting === 0);
  }
  expect(pushes.taken).toEqual([]);
  pushes.mode("take");
  await until(() => pushes.taken.length > 0, "the push, by itself");
  await bruno.restart();
  await untilText(bruno, spaceId, "while it is busy");
});

test("a subscription that the push service has ended is forgotten, and the device learns it", async () => {
  await bruno.commands["notifications.subscribe"](pushes.subscribe());
  await bruno.close();
  pushes.mode("gone");
  await send("to nobody");
  await until(() => pushes.requests() > 0, "a request");
  await net.node(1).running().idle();
  await bruno.restart();
  const state = () => bruno.commands["notifications.node"]({});
  await until(async () => (await state()).endpoint === null, "the end");
});

test("a node wakes the devices for which something waits when it comes back from a stop", async () => {
  await bruno.commands["notifications.subscribe"](pushes.subscribe());
  await bruno.close();
  pushes.mode("down");
  await send("before the stop");
  await until(() => pushes.requests() > 0, "a request");
  await net.node(1).kill();
  pushes.mode("take");
  await net.node(1).restart();
  await until(() => pushes.taken.length > 0, "a push after the start");
});

test("a place that this node does not talk to is refused, and the key is the node's for good", async () => {
  const { p256dh, auth } = pushes.subscribe();
  for (const endpoint of [
    "http://10.0.0.1/x",
    "https://127.0.0.1/x",
    `http://${net.node(1).name}/api/v1/x`,
  ])
    await expect(
      bruno.commands["notifications.subscribe"]({ endpoint, p256dh, auth }),
    ).rejects.toMatchObject({ code: "target_refused" });
  const { serverKey } = await bruno.commands["notifications.node"]({});
  const copy = await net.node(1).backup();
  await net.node(1).restore(copy);
  expect((await bruno.commands["notifications.node"]({})).serverKey).toEqual(serverKey);
});
