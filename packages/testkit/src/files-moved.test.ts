import { randomBytes } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { addFile, filesShown, readFileOf, untilFiles } from "./files.ts";
import { hubContent } from "./inspect.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { NodeConfig } from "./node-handle.ts";
import type { Person } from "./person.ts";
import { bringIn, spaceOf, untilText } from "./spaces.ts";
import { until } from "./until.ts";

let net: Network;
afterEach(() => net.close());

type Contents = ReadonlyMap<string, Buffer>;
const contentsOf = (...sizes: number[]): Contents =>
  new Map(sizes.map((size) => [`${size} bytes.bin`, randomBytes(size)]));

async function addAll(who: Person, spaceId: string, contents: Contents): Promise<void> {
  for (const [name, bytes] of contents) await addFile(who, spaceId, name, bytes);
}

async function expectAll(who: Person, spaceId: string, contents: Contents): Promise<void> {
  const there = await filesShown(who, spaceId);
  for (const [name, bytes] of contents) {
    const read = await readFileOf(who, spaceId, there.get(name)?.fileId ?? "");
    expect(read.equals(bytes), name).toBe(true);
  }
}

/** The lead goes from one person to another alone. */
async function handLead(spaceId: string, from: Person, to: Person): Promise<void> {
  await from.commands["space.setRole"]({ spaceId, identityId: to.identityId, role: "steward" });
  await to.until("space", { spaceId }, (one) => one?.myRole === "steward");
  await from.commands["space.setRole"]({ spaceId, identityId: from.identityId, role: "member" });
  await to.until("people", { spaceId }, (people) =>
    people.some((one) => one.identityId === from.identityId && one.role === "member"),
  );
}

const keptAt = (who: Person, spaceId: string, node: number) =>
  who.until("leading", { spaceId }, (one) => one.keptAt === net.node(node).name && !one.moving);

/** Waits until a node has everything that a space's entries name. */
const wholeAt = (node: number, spaceId: string, blobs: number) =>
  until(() => {
    const { kept, wanted } = hubContent(net.node(node), spaceId);
    return wanted === 0 && kept >= blobs;
  }, "the content at the new hub");

test("files follow a space to its new hub: with the old node shut down everybody reads every byte, newcomers too", async () => {
  net = await network({ nodes: 3 });
  const amina = await net.person({ name: "amina" });
  const bruno = await net.person({ name: "bruno", node: 1 });
  const carla = await net.person({ name: "carla", node: 2 });
  const spaceId = await spaceOf(amina, [bruno, carla]);
  const contents = contentsOf(0, 1, 5000, 65_000, 1_100_000, 3_500_000);
  await addAll(amina, spaceId, contents);
  for (const one of [bruno, carla]) await untilFiles(one, spaceId, [...contents.keys()]);
  await handLead(spaceId, amina, bruno);
  await bruno.commands["space.move"]({ spaceId, node: net.node(1).name });
  for (const one of [amina, bruno, carla]) await keptAt(one, spaceId, 1);
  // Wherever it lies at this moment, it can be read.
  await expectAll(carla, spaceId, contents);
  await wholeAt(1, spaceId, contents.size);
  await net.node(0).kill();
  await carla.commands["files.free"]({});
  for (const one of [bruno, carla]) await expectAll(one, spaceId, contents);
  const dawit = await net.person({ name: "dawit", node: 1 });
  await bringIn(bruno, dawit, spaceId);
  await untilFiles(dawit, spaceId, [...contents.keys()]);
  await expectAll(dawit, spaceId, contents);
  // It is kept there like what is put there.
  await bruno.until(
    "files.usage",
    { spaceId },
    (one) => one.quota !== null && one.standing === "whole",
  );
  expect(bruno.faults).toEqual([]);
}, 120_000);

test("a new hub without room says so, and everything is read from the old one until there is room", async () => {
  const config: NodeConfig = { blobQuotaMb: 1 };
  net = await network({ nodes: 3, config: [undefined, config] });
  const amina = await net.person({ name: "amina" });
  const bruno = await net.person({ name: "bruno", node: 1 });
  const carla = await net.person({ name: "carla", node: 2 });
  const spaceId = await spaceOf(amina, [bruno, carla]);
  const contents = contentsOf(3000, 1_500_000, 2_500_000);
  await addAll(amina, spaceId, contents);
  for (const one of [bruno, carla]) await untilFiles(one, spaceId, [...contents.keys()]);
  await handLead(spaceId, amina, bruno);
  await bruno.commands["space.move"]({ spaceId, node: net.node(1).name });
  for (const one of [amina, bruno, carla]) await keptAt(one, spaceId, 1);
  for (const one of [bruno, carla])
    await one.until("files.usage", { spaceId }, (usage) => usage.standing === "full");
  await expectAll(carla, spaceId, contents);
  expect(hubContent(net.node(1), spaceId).wanted).toBeGreaterThan(0);
  // Nothing was let go of at the old one.
  expect(hubContent(net.node(0), spaceId).kept).toBe(contents.size);
  config.blobQuotaMb = 100;
  await net.node(1).restart();
  await wholeAt(1, spaceId, contents.size);
  await net.node(0).kill();
  await carla.commands["files.free"]({});
  await expectAll(carla, spaceId, contents);
}, 120_000);

test("the new hub is killed in the middle, again and again: it goes on, and the bytes are right", async () => {
  net = await network({ nodes: 2, processes: true });
  const amina = await net.person({ name: "amina" });
  const bruno = await net.person({ name: "bruno", node: 1 });
  const spaceId = await spaceOf(amina, [bruno]);
  const contents = contentsOf(9_000_000, 6_000_000, 5_000_000, 4_000_000, 70_000);
  await addAll(amina, spaceId, contents);
  await untilFiles(bruno, spaceId, [...contents.keys()]);
  await handLead(spaceId, amina, bruno);
  await bruno.commands["space.move"]({ spaceId, node: net.node(1).name });
  await keptAt(bruno, spaceId, 1);
  for (let kills = 0; kills < 3; kills++) {
    const before = hubContent(net.node(1), spaceId).wanted;
    if (before === 0) break;
    await until(() => hubContent(net.node(1), spaceId).wanted < before, "some more of it");
    await net.node(1).kill();
    await net.node(1).restart();
  }
  await wholeAt(1, spaceId, contents.size);
  await net.node(0).kill();
  await expectAll(bruno, spaceId, contents);
}, 120_000);

test("with the old hub gone for good members bring what their devices hold; what nobody holds is missing, and said so", async () => {
  net = await network({ nodes: 3 });
  const amina = await net.person({ name: "amina" });
  const bruno = await net.person({ name: "bruno", node: 1 });
  const carla = await net.person({ name: "carla", node: 2 });
  const spaceId = await spaceOf(amina, [bruno, carla]);
  const his = contentsOf(4000, 2_200_000);
  const hers = contentsOf(7000, 1_300_000);
  const unread = contentsOf(9000);
  await addAll(bruno, spaceId, his);
  await addAll(amina, spaceId, hers);
  await addAll(amina, spaceId, unread);
  const names = [...his.keys(), ...hers.keys(), ...unread.keys()];
  for (const one of [bruno, carla]) await untilFiles(one, spaceId, names);
  // What Carla has looked at lies on her device.
  await expectAll(carla, spaceId, hers);
  await handLead(spaceId, amina, bruno);
  await carla.until("people", { spaceId }, (people) =>
    people.some((one) => one.identityId === bruno.identityId && one.role === "steward"),
  );
  await bruno.commands["chat.send"]({ spaceId, text: "all read" });
  await untilText(carla, spaceId, "all read");
  await net.node(0).kill();
  await bruno.commands["space.move"]({ spaceId, node: net.node(1).name });
  for (const one of [bruno, carla]) await keptAt(one, spaceId, 1);
  await until(() => hubContent(net.node(1), spaceId).wanted === 1, "what the devices hold", 60_000);
  for (const one of [bruno, carla]) await one.commands["files.free"]({});
  for (const one of [bruno, carla]) {
    await expectAll(one, spaceId, his);
    await expectAll(one, spaceId, hers);
  }
  const lost = (await filesShown(bruno, spaceId)).get([...unread.keys()][0] ?? "");
  await expect(readFileOf(bruno, spaceId, lost?.fileId ?? "")).rejects.toMatchObject({
    code: "blob_missing",
  });
  await bruno.until("files.usage", { spaceId }, (usage) => usage.standing === "missing");
  // The old hub is found again after all: the rest comes from there.
  await net.node(0).restart();
  await wholeAt(1, spaceId, names.length);
  await expectAll(bruno, spaceId, unread);
}, 180_000);

test("one's own files go along when one moves to another node", async () => {
  net = await network({ nodes: 2 });
  const amina = await net.person({ name: "amina" });
  const { spaceId } = await amina.commands["files.own"]({});
  const contents = contentsOf(2000, 1_800_000);
  await addAll(amina, spaceId, contents);
  await untilFiles(amina, spaceId, [...contents.keys()]);
  const { link } = await amina.commands["move.leave"]({ to: net.node(1).name });
  const there = await net.browser(amina, { node: 1 });
  await there.commands["move.arrive"]({
    fragment: link.slice(link.indexOf("#") + 1),
    name: "amina",
    passphrase: amina.passphrase,
  });
  await untilFiles(there, spaceId, [...contents.keys()]);
  await wholeAt(1, spaceId, contents.size);
  await net.node(0).kill();
  expect(await there.commands["files.own"]({})).toEqual({ spaceId });
  await expectAll(there, spaceId, contents);
}, 120_000);
