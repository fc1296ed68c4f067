import { afterAll, beforeAll, expect, test } from "vitest";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { scale } from "./scale.ts";
import { seeded } from "./seeded.ts";
import { messagesOf, spaceOf, untilTexts } from "./spaces.ts";
import { pause } from "./until.ts";

let net: Network;
let amina: Person;
let bruno: Person;

beforeAll(async () => {
  net = await network({ nodes: 2, processes: true });
  amina = await net.person({ node: 0, name: "amina" });
  bruno = await net.person({ node: 1, name: "bruno" });
});
afterAll(() => net.close());

const KILLS = scale(4, 100);

test(
  `${KILLS} times kill -9 of a node while both write: what was sent is there once, in one order`,
  () =>
    seeded(7, async (random) => {
      const spaceId = await spaceOf(amina, [bruno]);
      let count = 0;
      for (let round = 0; round < KILLS; round++) {
        const node = net.node(random.int(2));
        const killed = pause(random.int(120)).then(() => node.kill());
        for (let i = 0; i < 5; i++) {
          await amina.commands["chat.send"]({ spaceId, text: `a${round}.${i}` });
          await bruno.commands["chat.send"]({ spaceId, text: `b${round}.${i}` });
          count += 2;
        }
        await killed;
        await node.restart();
        for (const one of [amina, bruno]) await one.commands["sync.now"]({});
      }
      for (const one of [amina, bruno]) {
        await one.until("status", {}, ({ waiting }) => waiting === 0);
        await one.until("chat.messages", { spaceId, limit: 500 }, ({ messages }) =>
          count > 400 ? true : messages.filter((m) => m.notice === null).length === count,
        );
      }
      const texts = (await messagesOf(amina, spaceId)).map((one) => one.text);
      expect(new Set(texts).size).toBe(texts.length);
      await untilTexts(bruno, spaceId, texts);
      for (const one of [amina, bruno])
        await one.until("space", { spaceId }, (space) => space?.trouble === null);
      expect([...amina.faults, ...bruno.faults]).toEqual([]);
    }),
  KILLS * 20_000,
);
