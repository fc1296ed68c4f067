import { afterAll, beforeAll, expect, test } from "vitest";
import { storeRows } from "./inspect.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { spaceOf, untilText, untilTexts } from "./spaces.ts";
import { until } from "./until.ts";

let net: Network;
let amina: Person;
let bruno: Person;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
});
afterAll(() => net.close());

const SPACES = 20;

test(`all devices gone and nobody online: ${SPACES} spaces on two nodes are there again, read and write`, async () => {
  const spaces: string[] = [];
  for (let i = 0; i < SPACES; i++) {
    const title = `Space ${i}`;
    // Her own with others in them, her own alone, and those of others on the other node.
    const spaceId =
      i % 4 === 0
        ? await spaceOf(amina, [], { title })
        : i % 4 === 1
          ? await spaceOf(amina, [bruno], { title })
          : await spaceOf(bruno, [amina], { title, history: i % 4 === 2 ? "all" : "none" });
    await amina.commands["chat.send"]({ spaceId, text: `old ${i}` });
    await untilText(amina, spaceId, `old ${i}`);
    spaces.push(spaceId);
  }
  await amina.until("status", {}, ({ waiting }) => waiting === 0);
  await until(
    () =>
      storeRows<{ vault_dirty: number }>(amina.directory, "SELECT vault_dirty FROM account")[0]
        ?.vault_dirty === 0,
  );
  await bruno.close();
  await amina.close();

  const phone = await amina.secondDevice();
  const order: string[] = [];
  const stop = phone.engine.watch("spaces", {}, (list) => {
    for (const { spaceId } of list) if (!order.includes(spaceId)) order.push(spaceId);
  });
  const listed = await phone.until("returns", {}, (list) => list.length === SPACES);
  expect(listed.map((one) => one.title)).toContain("Space 7");
  await until(() => order.length === SPACES, "all spaces", 120_000);
  stop();
  expect(await phone.now("returns", {})).toEqual([]);
  // The newest were there first.
  const place = (spaceId: string | undefined) => order.indexOf(spaceId ?? "");
  expect(place(spaces[SPACES - 1])).toBeLessThan(place(spaces[0]));
  for (const [i, spaceId] of spaces.entries()) {
    await untilTexts(phone, spaceId, [`old ${i}`]);
    await phone.commands["chat.send"]({ spaceId, text: `new ${i}` });
  }
  for (const [i, spaceId] of spaces.entries()) await untilText(phone, spaceId, `new ${i}`);

  await bruno.restart();
  for (const [i, spaceId] of spaces.entries()) {
    if (i % 4 === 0) continue;
    await untilTexts(bruno, spaceId, [`old ${i}`, `new ${i}`]);
    expect((await bruno.now("space", { spaceId }))?.trouble).toBeNull();
    expect((await phone.now("space", { spaceId }))?.trouble).toBeNull();
  }
  expect([phone, bruno].flatMap((one) => one.faults)).toEqual([]);
}, 300_000);
