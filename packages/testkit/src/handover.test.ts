import { readHeader } from "@baraza/crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { hubEntries } from "./inspect.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { scale } from "./scale.ts";
import { bringIn, messagesOf, spaceOf, untilText, untilTexts } from "./spaces.ts";
import { until } from "./until.ts";

let net: Network;
let amina: Person;
let bruno: Person;
let carla: Person;
let dawit: Person;

beforeAll(async () => {
  net = await network({ nodes: 3 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
  carla = await net.person({ node: 2, name: "carla", displayName: "Carla" });
  dawit = await net.person({ node: 1, name: "dawit", displayName: "Dawit" });
}, 60_000);
afterEach(async () => {
  // What a failed test has left lying is not the next one's trouble.
  if (!stands()) await net.node(0).restart();
});
afterAll(() => net.close());

function stands(): boolean {
  try {
    net.node(0).running();
    return true;
  } catch {
    return false;
  }
}

async function lead(spaceId: string, by: Person, who: Person): Promise<void> {
  await by.commands["space.setRole"]({ spaceId, identityId: who.identityId, role: "steward" });
  await who.until("space", { spaceId }, (one) => one?.myRole === "steward");
}

/** Waits until somebody is asked about the move, and agrees. */
async function agree(who: Person, spaceId: string): Promise<void> {
  const { proposals } = await who.until("leading", { spaceId }, (value) =>
    value.proposals.some((one) => one.about === "move" && one.asked),
  );
  const asked = proposals.find((one) => one.about === "move" && one.asked);
  await who.commands["space.answer"]({
    spaceId,
    proposalId: asked?.proposalId ?? "",
    agree: true,
  });
}

const stewardsIn = (people: readonly { role: string }[]) =>
  people.filter((one) => one.role === "steward").length;

/** Counts how often somebody's engine asks for tokens from now on. */
function tokensOf(who: Person): () => number {
  let count = 0;
  who.line.between((path, _body, pass) => {
    if (path.endsWith("/tokens.issue")) count += 1;
    return pass();
  });
  return () => count;
}

/**
 * Waits until the hub goes by the stewards whom the members have named, and says something behind that: whoever has read it
 * can bring it all. A hub that dies before leaves a log in which too few may hand it over.
 */
async function settled(spaceId: string, namings: number, text: string, by: readonly Person[]) {
  const named = () =>
    hubEntries(net.node(0), spaceId).filter(
      (one) => readHeader(one.header).steward?.op === "stewards",
    ).length;
  await until(() => named() >= namings, "the hub's list");
  await amina.commands["chat.send"]({ spaceId, text });
  for (const one of by) await untilText(one, spaceId, text);
}

const keptAt = (who: Person, spaceId: string, node: number) =>
  who.until("leading", { spaceId }, (one) => one.keptAt === net.node(node).name && !one.moving);

test("who leads alone brings a space to their own node while the old one works; everybody follows, nothing is lost", async () => {
  const spaceId = await spaceOf(amina, [bruno, carla], { title: "Seed bank" });
  await amina.commands["chat.send"]({ spaceId, text: "one" });
  await lead(spaceId, amina, bruno);
  await amina.commands["space.setRole"]({
    spaceId,
    identityId: amina.identityId,
    role: "member",
  });
  await bruno.until("people", { spaceId }, (people) =>
    people.some((one) => one.name === "Amina" && one.role === "member"),
  );
  await expect(
    amina.commands["space.move"]({ spaceId, node: net.node(1).name }),
  ).rejects.toMatchObject({ code: "not_steward" });
  await expect(
    bruno.commands["space.move"]({ spaceId, node: net.node(2).name }),
  ).rejects.toMatchObject({ code: "invalid" });
  await bruno.commands["space.move"]({ spaceId, node: net.node(1).name });
  for (const one of [amina, bruno, carla]) await keptAt(one, spaceId, 1);
  for (const [one, text] of [
    [amina, "two"],
    [carla, "three"],
  ] as const) {
    await one.commands["chat.send"]({ spaceId, text });
    for (const other of [amina, bruno, carla]) await untilText(other, spaceId, text);
  }
  for (const one of [amina, bruno, carla]) {
    await untilTexts(one, spaceId, ["one", "two", "three"]);
    expect((await one.now("space", { spaceId }))?.trouble).toBeNull();
  }
  // The old node is not needed any more; and a newcomer reads all of it at the new one.
  await net.node(0).kill();
  await bringIn(bruno, dawit, spaceId);
  await untilTexts(dawit, spaceId, ["one", "two", "three"]);
  await net.node(0).restart();
}, 90_000);

test("who hears of a move before the new hub has the space waits for it, and is told of no loss", async () => {
  const spaceId = await spaceOf(amina, [bruno, dawit], { title: "Kitchen" });
  await lead(spaceId, amina, bruno);
  await amina.commands["space.setRole"]({
    spaceId,
    identityId: amina.identityId,
    role: "member",
  });
  await bruno.until("people", { spaceId }, (people) => stewardsIn(people) === 1);
  // The old hub is closed; the new one has not heard of the space when somebody of its own node looks there.
  const { promise: open, resolve: letOpen } = Promise.withResolvers<undefined>();
  let closed = false;
  bruno.line.between(async (path, _body, pass) => {
    if (path.endsWith("/logs.takeOver")) {
      closed = true;
      await open;
    }
    return pass();
  });
  await bruno.commands["space.move"]({ spaceId, node: net.node(1).name });
  await until(() => closed, "the old hub's closing", 10_000);
  let looks = 0;
  await dawit.restart();
  dawit.line.between(async (path, _body, pass) => {
    if (path.endsWith("/logs.session")) looks += 1;
    return pass();
  });
  await dawit.until("leading", { spaceId }, (one) => one.keptAt === net.node(1).name);
  const before = looks;
  await until(() => looks >= before + 2, "looking twice", 10_000).finally(() => letOpen(undefined));
  expect((await dawit.now("space", { spaceId }))?.trouble).toBeNull();
  for (const one of [amina, bruno, dawit]) await keptAt(one, spaceId, 1);
  await bruno.commands["chat.send"]({ spaceId, text: "here now" });
  await untilText(dawit, spaceId, "here now");
  for (const one of [bruno, dawit]) one.line.between(null);
}, 90_000);

test("with the hub dead two of three stewards move the space by letter; what it had acknowledged survives", async () => {
  const spaceId = await spaceOf(amina, [bruno, carla, dawit], { title: "Radio" });
  await lead(spaceId, amina, bruno);
  await lead(spaceId, amina, carla);
  await settled(spaceId, 2, "before", [bruno, carla, dawit]);
  // Whoever has not read who leads cannot tell that a majority has signed.
  for (const one of [bruno, carla, dawit])
    await one.until("people", { spaceId }, (people) => stewardsIn(people) === 3);
  // The hub has acknowledged it, and nobody else has seen it when the hub dies.
  await Promise.all([bruno.close(), carla.close(), dawit.close()]);
  await amina.commands["chat.send"]({ spaceId, text: "only the hub knows" });
  await untilText(amina, spaceId, "only the hub knows");
  await net.node(0).kill();
  await Promise.all([bruno.restart(), carla.restart(), dawit.restart()]);
  await bruno.commands["chat.send"]({ spaceId, text: "written meanwhile" });
  const tokens = tokensOf(carla);
  await carla.commands["space.move"]({ spaceId, node: net.node(2).name });
  await agree(bruno, spaceId);
  for (const one of [bruno, carla, dawit]) {
    await keptAt(one, spaceId, 2);
    await untilText(one, spaceId, "written meanwhile");
  }
  // An account gets so many in a day: each try with one of its own would use them up.
  expect(tokens()).toBeLessThanOrEqual(1);
  // The old hub comes back, and does as if nothing had happened.
  await net.node(0).restart();
  await keptAt(amina, spaceId, 2);
  for (const one of [amina, bruno, carla, dawit]) {
    await untilText(one, spaceId, "only the hub knows");
    expect((await messagesOf(one, spaceId)).map((message) => message.text).toSorted()).toEqual([
      "before",
      "only the hub knows",
      "written meanwhile",
    ]);
    await one.until("space", { spaceId }, (space) => space?.trouble === null);
  }
}, 120_000);

test("the device that gathers the space is lost half-way: another one of that node goes on with it", async () => {
  const spaceId = await spaceOf(amina, [bruno, carla], { title: "Well" });
  await lead(spaceId, amina, bruno);
  await lead(spaceId, amina, carla);
  const other = await carla.secondDevice();
  await other.until("space", { spaceId }, (space) => space?.state === "active");
  await settled(spaceId, 2, "before", [bruno, carla, other]);
  for (const one of [bruno, other])
    await one.until("people", { spaceId }, (people) => stewardsIn(people) === 3);
  await net.node(0).kill();
  await carla.commands["space.move"]({ spaceId, node: net.node(2).name });
  await agree(bruno, spaceId);
  await bruno.until("leading", { spaceId }, (one) => one.keptAt === net.node(2).name);
  await carla.kill();
  // It hears of it from the others whom it asks, and sees that nobody opens it.
  await other.until("leading", { spaceId }, (one) => one.keptAt === net.node(2).name);
  other.clockAhead = 5 * 60_000;
  await other.restart();
  await keptAt(other, spaceId, 2);
  await keptAt(bruno, spaceId, 2);
  await net.node(0).restart();
  await carla.restart();
  for (const one of [amina, carla]) await keptAt(one, spaceId, 2);
  await bruno.commands["chat.send"]({ spaceId, text: "here" });
  for (const one of [amina, bruno, carla, other]) await untilText(one, spaceId, "here");
}, 120_000);

test("a minority moves nothing", async () => {
  const spaceId = await spaceOf(amina, [bruno, carla], { title: "Archive" });
  await lead(spaceId, amina, bruno);
  await lead(spaceId, amina, carla);
  await bruno.commands["space.move"]({ spaceId, node: net.node(1).name });
  const { proposals } = await amina.until(
    "leading",
    { spaceId },
    (one) => one.proposals.length === 1,
  );
  const proposalId = proposals[0]?.proposalId ?? "";
  await amina.commands["space.answer"]({ spaceId, proposalId, agree: false });
  await carla.until("leading", { spaceId }, (one) => one.proposals.length === 1);
  await carla.commands["space.answer"]({ spaceId, proposalId, agree: false });
  const { keptAt: still } = await bruno.until("leading", { spaceId }, (one) =>
    one.proposals.every((proposal) => proposal.state === "declined"),
  );
  expect(still).toBe(net.node(0).name);
}, 60_000);

test(`${scale(4, 24)} kills of the device that carries a move out, between any two of its steps: it ends all the same`, async () => {
  const steps = scale(4, 24);
  for (let step = 1; step <= steps; step++) {
    const spaceId = await spaceOf(amina, [bruno], { title: `Move ${step}` });
    await amina.commands["chat.send"]({ spaceId, text: "before" });
    await untilText(bruno, spaceId, "before");
    await lead(spaceId, amina, bruno);
    await amina.commands["space.setRole"]({
      spaceId,
      identityId: amina.identityId,
      role: "member",
    });
    await bruno.until("people", { spaceId }, (people) =>
      people.some((one) => one.name === "Amina" && one.role === "member"),
    );
    const dead = bruno.killAfter(1 + Math.floor(((step - 1) * 24) / steps));
    const asked = bruno.commands["space.move"]({ spaceId, node: net.node(1).name });
    await Promise.race([dead, keptAt(bruno, spaceId, 1).catch(() => dead)]);
    await bruno.kill();
    void asked.catch(() => undefined);
    await bruno.restart();
    // Killed before anything of it was kept: the person asks again.
    const { proposals, keptAt: node } = await bruno.now("leading", { spaceId });
    if (proposals.length === 0 && node === net.node(0).name)
      await bruno.commands["space.move"]({ spaceId, node: net.node(1).name });
    for (const one of [amina, bruno]) await keptAt(one, spaceId, 1);
    await amina.commands["chat.send"]({ spaceId, text: "after" });
    for (const one of [amina, bruno]) await untilTexts(one, spaceId, ["before", "after"]);
  }
}, 240_000);
