import { afterAll, beforeAll, expect, test } from "vitest";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { spaceOf, untilText } from "./spaces.ts";

let net: Network;
let amina: Person;
let bruno: Person;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
});
afterAll(() => net.close());

const again = (person: Person) =>
  person.commands["account.signIn"]({ name: person.name, passphrase: person.passphrase });

test("a device that was not let in yet does not take the way back from the next one", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  await amina.commands["chat.send"]({ spaceId, text: "We meet at the well" });
  await untilText(bruno, spaceId, "We meet at the well");
  await bruno.commands["account.signOut"]({});
  // Nobody is there who could let it in: it goes as it came, and its vault with it.
  await amina.close();
  await again(bruno);
  await bruno.commands["account.setDisplayName"]({ displayName: "Bruno D." });
  await bruno.commands["account.signOut"]({});
  await again(bruno);
  await amina.restart();
  await untilText(bruno, spaceId, "We meet at the well");
  expect(bruno.faults).toEqual([]);
});

test("a device that is cut off while it signs in asks when it is back", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  await amina.commands["chat.send"]({ spaceId, text: "Still here?" });
  await untilText(bruno, spaceId, "Still here?");
  for (const steps of [5, 7, 9]) {
    await bruno.commands["account.signOut"]({});
    const cut = bruno.killAfter(steps);
    void again(bruno).catch(() => undefined);
    await cut;
    await bruno.restart();
    if ((await bruno.now("account", {})) === null) await again(bruno);
    await untilText(bruno, spaceId, "Still here?");
  }
});
