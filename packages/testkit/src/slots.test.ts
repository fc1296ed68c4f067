/** Coming back with nothing: the vault, and nobody who is online. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { messagesOf, spaceOf, untilText, untilTexts } from "./spaces.ts";

let net: Network;
let amina: Person;
let bruno: Person;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
});
afterAll(() => net.close());

test("somebody whose devices are all lost comes back while nobody else is online, reads and writes", async () => {
  const spaceId = await spaceOf(bruno, [amina]);
  await amina.commands["chat.send"]({ spaceId, text: "before" });
  await untilText(bruno, spaceId, "before");
  await bruno.commands["chat.send"]({ spaceId, text: "and this" });
  await untilText(amina, spaceId, "and this");
  await amina.until("status", {}, ({ waiting }) => waiting === 0);
  await bruno.close();
  await amina.close();
  const phone = await amina.secondDevice();
  await untilTexts(phone, spaceId, ["before", "and this"]);
  await phone.commands["chat.send"]({ spaceId, text: "back again" });
  await untilText(phone, spaceId, "back again");
  expect((await phone.now("people", { spaceId })).map((one) => one.name)).toEqual([
    "Bruno",
    "Amina",
  ]);
  await bruno.restart();
  await untilText(bruno, spaceId, "back again");
  await bruno.commands["chat.send"]({ spaceId, text: "welcome" });
  await untilText(phone, spaceId, "welcome");
  for (const one of [bruno, phone])
    expect((await one.now("space", { spaceId }))?.trouble).toBeNull();
  expect((await messagesOf(bruno, spaceId)).length).toBe(4);
  expect([phone, bruno].flatMap((one) => one.faults)).toEqual([]);
  await phone.close();
  await amina.restart();
});
