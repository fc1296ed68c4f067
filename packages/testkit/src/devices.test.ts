import { afterAll, beforeAll, expect, test } from "vitest";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { bringIn, fragmentOf, messagesOf, spaceOf, untilText, untilTexts } from "./spaces.ts";

let net: Network;
let amina: Person;
let bruno: Person;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
});
afterAll(() => net.close());

test("a second device of the same person comes into the spaces and reads their history", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  await amina.commands["chat.send"]({ spaceId, text: "from the first device" });
  await untilText(bruno, spaceId, "from the first device");
  const laptop = await bruno.secondDevice();
  await laptop.until("space", { spaceId }, (space) => space?.state === "active");
  await untilText(laptop, spaceId, "from the first device");
  await laptop.commands["chat.send"]({ spaceId, text: "from the second" });
  for (const one of [amina, bruno, laptop])
    await untilTexts(one, spaceId, ["from the first device", "from the second"]);
  const people = await amina.until("people", { spaceId }, (list) =>
    list.some((one) => one.devices === 2),
  );
  expect(people.map((one) => [one.name, one.devices])).toEqual([
    ["Amina", 1],
    ["Bruno", 2],
  ]);
  await laptop.close();
});

test("a person alone in a space gets a new device in by the old one", async () => {
  const spaceId = await spaceOf(amina, []);
  await amina.commands["chat.send"]({ spaceId, text: "a note to myself" });
  await untilText(amina, spaceId, "a note to myself");
  await amina.until("status", {}, (status) => status.waiting === 0);
  const phone = await amina.secondDevice();
  await untilText(phone, spaceId, "a note to myself");
  await phone.close();
});

test("a link works whichever of the inviter's devices is online first", async () => {
  const phone = await amina.secondDevice();
  const { spaceId } = await amina.commands["space.create"]({ title: "By link" });
  const { link } = await amina.commands["space.invite"]({ spaceId, days: 1 });
  await bruno.commands["space.ask"]({ fragment: fragmentOf(link) });
  await bruno.until("space", { spaceId }, (space) => space?.state === "active");
  await phone.close();
});

test("signing out and in again comes back into the spaces, with what was said meanwhile", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  await bruno.commands["chat.send"]({ spaceId, text: "before" });
  await untilText(amina, spaceId, "before");
  const { name, passphrase } = bruno;
  await bruno.commands["account.signOut"]({});
  expect(await bruno.now("account", {})).toBeNull();
  expect(await bruno.now("spaces", {})).toEqual([]);
  await amina.commands["chat.send"]({ spaceId, text: "while he was away" });
  await bruno.commands["account.signIn"]({ name, passphrase });
  await untilTexts(bruno, spaceId, ["before", "while he was away"]);
  await bruno.commands["chat.send"]({ spaceId, text: "back" });
  await untilText(amina, spaceId, "back");
});

test("two devices that change the members at the same moment: both changes happen", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  await amina.commands["space.setRole"]({ spaceId, identityId: bruno.identityId, role: "steward" });
  await bruno.until("space", { spaceId }, (space) => space?.myRole === "steward");
  const carla = await net.person({ node: 0, name: "carla", displayName: "Carla" });
  const dario = await net.person({ node: 1, name: "dario", displayName: "Dario" });
  const byAmina = await amina.commands["space.invite"]({ spaceId, days: 1 });
  const byBruno = await bruno.commands["space.invite"]({ spaceId, days: 1 });
  await Promise.all([
    carla.commands["space.ask"]({ fragment: fragmentOf(byAmina.link) }),
    dario.commands["space.ask"]({ fragment: fragmentOf(byBruno.link) }),
    amina.commands["chat.send"]({ spaceId, text: "one" }),
    bruno.commands["chat.send"]({ spaceId, text: "two" }),
  ]);
  const everyone = [amina, bruno, carla, dario];
  for (const one of everyone)
    await one.until(
      "people",
      { spaceId },
      (list) => list.length === 4 && list.every((p) => p.name),
    );
  await carla.commands["chat.send"]({ spaceId, text: "three" });
  for (const one of everyone) await untilText(one, spaceId, "three");
  const order = (await messagesOf(amina, spaceId)).map((one) => one.text);
  for (const one of everyone) await untilTexts(one, spaceId, order);
  for (const one of everyone)
    expect((await one.now("space", { spaceId }))?.trouble ?? null).toBeNull();
});

test("whoever comes again where newcomers get no history is followed by the others", async () => {
  const spaceId = await spaceOf(amina, [bruno], { history: "none" });
  await bruno.commands["chat.send"]({ spaceId, text: "first visit" });
  await untilText(amina, spaceId, "first visit");
  await bruno.commands["space.leave"]({ spaceId });
  await bruno.until("space", { spaceId }, (space) => space?.state === "left");
  await bringIn(amina, bruno, spaceId);
  await bruno.commands["chat.send"]({ spaceId, text: "second visit" });
  await untilText(amina, spaceId, "second visit");
  expect((await amina.now("space", { spaceId }))?.trouble).toBeNull();
});
