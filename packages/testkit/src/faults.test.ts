import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { messagesOf, spaceOf, untilText, untilTexts } from "./spaces.ts";

let net: Network;
let amina: Person;
let bruno: Person;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina" });
  bruno = await net.person({ node: 1, name: "bruno" });
});
afterAll(() => net.close());

async function sameForBoth(spaceId: string, count: number): Promise<void> {
  await amina.until(
    "chat.messages",
    { spaceId, limit: 500 },
    ({ messages }) =>
      messages.filter((one) => one.notice === null && one.state !== "waiting").length === count,
  );
  await untilTexts(
    bruno,
    spaceId,
    (await messagesOf(amina, spaceId)).map((one) => one.text),
  );
  for (const one of [amina, bruno]) {
    await one.until("status", {}, ({ waiting }) => waiting === 0);
    await one.until("space", { spaceId }, (space) => space?.trouble === null);
  }
}

test("while the hub is down both go on writing; afterwards all is there once, in the same order", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  await net.node(0).kill();
  for (let i = 0; i < 5; i++) {
    await amina.commands["chat.send"]({ spaceId, text: `amina ${i}` });
    await bruno.commands["chat.send"]({ spaceId, text: `bruno ${i}` });
  }
  await amina.until("status", {}, ({ waiting, line }) => waiting === 5 && line !== "online");
  expect(await messagesOf(amina, spaceId)).toHaveLength(5);
  await net.node(0).restart();
  for (const one of [amina, bruno]) await one.commands["sync.now"]({});
  await sameForBoth(spaceId, 10);
});

test("while one's own node is down one reads and writes; the others' messages come afterwards", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  await net.node(1).kill();
  await amina.commands["chat.send"]({ spaceId, text: "can you hear me?" });
  await bruno.commands["chat.send"]({ spaceId, text: "no line here" });
  await untilTexts(bruno, spaceId, ["no line here"]);
  await net.node(1).restart();
  await bruno.commands["sync.now"]({});
  await sameForBoth(spaceId, 2);
});

test("lost answers, slow lines and cut connections double nothing and lose nothing", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  let turn = 0;
  amina.line.loseAnswers(0.3, () => (turn++ % 10) / 10);
  bruno.line.delay(30);
  for (let i = 0; i < 6; i++) {
    await amina.commands["chat.send"]({ spaceId, text: `a${i}` });
    await bruno.commands["chat.send"]({ spaceId, text: `b${i}` });
    if (i === 2) net.node(1).line.cut();
    if (i === 4) net.node(1).line.mend();
  }
  amina.line.mend();
  bruno.line.mend();
  for (const one of [amina, bruno]) await one.commands["sync.now"]({});
  await sameForBoth(spaceId, 12);
});

test("a hub put back from a backup: its members notice, bring back what it lost, and go on", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  await amina.commands["chat.send"]({ spaceId, text: "in the backup" });
  await untilText(bruno, spaceId, "in the backup");
  const copy = await net.node(0).backup();
  onTestFinished(() => rm(copy, { recursive: true, force: true }));
  for (const one of [amina, bruno]) {
    await one.commands["sync.now"]({});
    await one.until("status", {}, ({ line }) => line === "online");
  }
  await amina.commands["chat.send"]({ spaceId, text: "after the backup" });
  await untilText(bruno, spaceId, "after the backup");
  await bruno.commands["chat.send"]({ spaceId, text: "so was this" });
  await untilText(amina, spaceId, "so was this");
  const seen = new Set<string>();
  const stop = bruno.engine.watch("space", { spaceId }, (space) => {
    if (space?.trouble) seen.add(space.trouble.kind);
  });
  amina.line.cut();
  await net.node(0).restore(copy);
  // He is on another node, has heard of nothing, and writes at once: that must not take the place of what was lost.
  await bruno.commands["chat.send"]({ spaceId, text: "we go" });
  await bruno.until("status", {}, ({ waiting }) => waiting === 0);
  amina.line.mend();
  await amina.commands["chat.send"]({ spaceId, text: "and on" });
  await amina.commands["sync.now"]({});
  await sameForBoth(spaceId, 5);
  stop();
  expect([...seen]).toEqual(["rolledBack"]);
});

test("a hub put back to before a space was there gets the whole space back", async () => {
  const copy = await net.node(0).backup();
  onTestFinished(() => rm(copy, { recursive: true, force: true }));
  for (const one of [amina, bruno]) {
    await one.commands["sync.now"]({});
    await one.until("status", {}, ({ line }) => line === "online");
  }
  const spaceId = await spaceOf(amina, [bruno]);
  await bruno.commands["chat.send"]({ spaceId, text: "made after the backup" });
  await untilText(amina, spaceId, "made after the backup");
  await net.node(0).restore(copy);
  for (const one of [amina, bruno]) await one.commands["sync.now"]({});
  await amina.commands["chat.send"]({ spaceId, text: "still here" });
  await sameForBoth(spaceId, 2);
});

test("a node put back to before a device was there: the device gets its letters and pushes again", async () => {
  const copy = await net.node(1).backup();
  onTestFinished(() => rm(copy, { recursive: true, force: true }));
  const before = await spaceOf(amina, [bruno]);
  await net.node(1).restore(copy);
  await bruno.commands["sync.now"]({});
  await bruno.until("status", {}, ({ line }) => line === "online");
  await amina.commands["chat.send"]({ spaceId: before, text: "by push" });
  await untilText(bruno, before, "by push");
  const after = await spaceOf(amina, [bruno]);
  await amina.commands["chat.send"]({ spaceId: after, text: "by letter" });
  await untilText(bruno, after, "by letter");
});

test("a store put back from a backup is found out by its own later entries, and comes back as a new device", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  await bruno.commands["chat.send"]({ spaceId, text: "one" });
  await untilText(amina, spaceId, "one");
  const copy = await bruno.backup();
  onTestFinished(() => rm(copy, { recursive: true, force: true }));
  await bruno.commands["chat.send"]({ spaceId, text: "two" });
  await untilText(amina, spaceId, "two");
  await bruno.restore(copy);
  await bruno.until("space", { spaceId }, (space) => space?.trouble?.kind === "cloned");
  await bruno.commands["chat.send"]({ spaceId, text: "three" });
  await bruno.commands["space.repair"]({ spaceId });
  await untilTexts(bruno, spaceId, ["one", "two", "three"]);
  await sameForBoth(spaceId, 3);
  const people = await amina.until("people", { spaceId }, (list) =>
    list.every((one) => one.devices === 1),
  );
  expect(people).toHaveLength(2);
});

test("nothing failed that nobody foresaw", () => {
  expect([amina, bruno].flatMap((person) => person.faults)).toEqual([]);
});
