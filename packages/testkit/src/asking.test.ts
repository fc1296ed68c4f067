import { afterAll, beforeAll, expect, test } from "vitest";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { bringIn, fragmentOf, spaceOf, untilText } from "./spaces.ts";

let net: Network;
let amina: Person;
let bruno: Person;
let carla: Person;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
  carla = await net.person({ node: 0, name: "carla", displayName: "Carla" });
});
afterAll(() => net.close());

async function comesInOnce(spaceId: string): Promise<void> {
  await bruno.until("space", { spaceId }, (one) => one?.state === "active");
  await bruno.commands["chat.send"]({ spaceId, text: "Here I am" });
  await untilText(amina, spaceId, "Here I am");
  await amina.commands["chat.send"]({ spaceId, text: "Welcome" });
  await untilText(bruno, spaceId, "Welcome");
  expect(await bruno.now("space", { spaceId })).toMatchObject({ state: "active", trouble: null });
  expect(await amina.now("space", { spaceId })).toMatchObject({ trouble: null, people: 2 });
  expect(await bruno.now("joins", {})).toEqual([]);
}

test("who asks twice while nobody is there comes in once, and stays", async () => {
  const { spaceId } = await amina.commands["space.create"]({ title: "Twice" });
  const { link } = await amina.commands["space.invite"]({ spaceId, days: 7 });
  const fragment = fragmentOf(link);
  amina.line.cut();
  await bruno.commands["space.ask"]({ fragment });
  await bruno.commands["space.ask"]({ fragment });
  expect(await bruno.now("joins", {})).toHaveLength(1);
  amina.line.mend();
  await amina.commands["sync.now"]({});
  await comesInOnce(spaceId);
});

test("who asks two people for the same space is let in by whoever comes first", async () => {
  const spaceId = await spaceOf(amina, [], { title: "Two links" });
  await bringIn(amina, carla, spaceId);
  const links = [];
  for (const person of [amina, carla])
    links.push(await person.commands["space.invite"]({ spaceId, days: 7 }));
  amina.line.cut();
  carla.line.cut();
  for (const { link } of links) await bruno.commands["space.ask"]({ fragment: fragmentOf(link) });
  amina.line.mend();
  await amina.commands["sync.now"]({});
  await bruno.until("space", { spaceId }, (one) => one?.state === "active");
  carla.line.mend();
  await carla.commands["sync.now"]({});
  await carla.commands["chat.send"]({ spaceId, text: "Oh, you are here already" });
  await untilText(bruno, spaceId, "Oh, you are here already");
  await bruno.commands["chat.send"]({ spaceId, text: "I am" });
  await untilText(carla, spaceId, "I am");
  expect(await bruno.now("space", { spaceId })).toMatchObject({ state: "active", trouble: null });
});
