import { afterAll, beforeAll, expect, test } from "vitest";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { scale } from "./scale.ts";
import { bringIn, spaceOf, untilText, untilTexts } from "./spaces.ts";

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
afterAll(() => net.close());

async function lead(spaceId: string, by: Person, who: Person): Promise<void> {
  await by.commands["space.setRole"]({ spaceId, identityId: who.identityId, role: "steward" });
  await who.until("space", { spaceId }, (one) => one?.myRole === "steward");
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
    const dead = bruno.killAfter(Math.ceil((step * 24) / steps));
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
