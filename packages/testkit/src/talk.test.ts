import { afterAll, beforeAll, expect, test } from "vitest";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { fragmentOf, messagesOf, untilText, untilTexts } from "./spaces.ts";

let net: Network;
let amina: Person;
let bruno: Person;
let spaceId: string;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina Wanjiru" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno Delgado" });
});
afterAll(() => net.close());

test("a guest on another node asks by link and is let in without a click", async () => {
  ({ spaceId } = await amina.commands["space.create"]({ title: "Seeds for all" }));
  const { link } = await amina.commands["space.invite"]({ spaceId, days: 7 });
  const fragment = fragmentOf(link);
  const card = await bruno.commands["space.readInvitation"]({ fragment });
  expect(card).toMatchObject({
    title: "Seeds for all",
    inviterName: "Amina Wanjiru",
    already: null,
  });
  await bruno.commands["space.ask"]({ fragment });
  const joins = await bruno.now("joins", {});
  expect(joins.length).toBeLessThanOrEqual(1);
  const space = await bruno.until("space", { spaceId }, (one) => one?.state === "active");
  expect(space).toMatchObject({ title: "Seeds for all", myRole: "member", trouble: null });
  expect(await bruno.now("joins", {})).toEqual([]);
});

test("both write, and both see the same in the same order, with names", async () => {
  await amina.commands["chat.send"]({ spaceId, text: "Karibu, Bruno!" });
  await untilText(bruno, spaceId, "Karibu, Bruno!");
  await bruno.commands["chat.send"]({ spaceId, text: "Gracias, Amina." });
  await untilText(amina, spaceId, "Gracias, Amina.");
  await untilTexts(amina, spaceId, ["Karibu, Bruno!", "Gracias, Amina."]);
  await untilTexts(bruno, spaceId, ["Karibu, Bruno!", "Gracias, Amina."]);
  const [first, second] = await messagesOf(bruno, spaceId);
  expect([first?.authorName, second?.authorName]).toEqual(["Amina Wanjiru", "Bruno Delgado"]);
});
