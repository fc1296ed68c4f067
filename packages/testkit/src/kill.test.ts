import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeGroup, epoch } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { storeRows } from "./inspect.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { scale } from "./scale.ts";
import { seeded } from "./seeded.ts";
import { bringIn, fragmentOf, messagesOf, spaceOf, untilTexts } from "./spaces.ts";

let net: Network;
let amina: Person;
let bruno: Person;
let guests: Person[];

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina" });
  bruno = await net.person({ node: 1, name: "bruno" });
  guests = [
    await net.person({ node: 0, name: "carla" }),
    await net.person({ node: 1, name: "dario" }),
  ];
});
afterAll(() => net.close());

/** What an engine's store says of itself: the group's state, the log's epoch and keys must be of one moment. */
async function agrees(person: Person, spaceId: string): Promise<void> {
  const [row] = storeRows<{ mls: Bytes; epoch: number; state: string }>(
    person.directory,
    "SELECT mls, epoch, state FROM spaces WHERE log_id = ?",
    spaceId,
  );
  if (row === undefined || row.state !== "active") throw new Error("not in the space");
  expect(epoch(await decodeGroup(row.mls))).toBe(row.epoch);
  expect(
    storeRows(
      person.directory,
      "SELECT 1 FROM epochs WHERE log_id = ? AND epoch = ?",
      spaceId,
      row.epoch,
    ),
  ).toHaveLength(1);
  for (const table of ["outbox", "append_requests", "pending_commits", "intents"])
    expect(storeRows(person.directory, `SELECT * FROM ${table} WHERE log_id = ?`, spaceId)).toEqual(
      [],
    );
}

const KILLS = scale(10, 200);

test(
  `${KILLS} kills of an engine between any two steps of writing and committing: store, outbox and group state agree`,
  () =>
    seeded(20_261_122, async (random) => {
      const spaceId = await spaceOf(amina, [bruno], { title: "Kills" });
      const said = new Set<string>();
      for (let round = 0; round < KILLS; round++) {
        const guest = guests[round % guests.length]!;
        const isIn = (people: { identityId: string }[]) =>
          people.some((one) => one.identityId === guest.identityId);
        const comes = !isIn(await amina.now("people", { spaceId }));
        const killed = amina.killAfter(random.int(50));
        let asked: Promise<unknown> | null = null;
        const work = async () => {
          const text = `round ${round}`;
          await amina.commands["chat.send"]({ spaceId, text });
          // Durable from here on, whatever happens.
          said.add(text);
          if (comes) {
            const { link } = await amina.commands["space.invite"]({ spaceId, days: 1 });
            asked = guest.commands["space.ask"]({ fragment: fragmentOf(link) });
            await asked;
          } else await amina.commands["space.remove"]({ spaceId, identityId: guest.identityId });
          await amina.until("people", { spaceId }, (people) => isIn(people) === comes);
          await amina.until("status", {}, ({ waiting }) => waiting === 0);
        };
        await Promise.race([killed, work()]);
        await amina.restart();
        // What was stored happens by itself; what was not yet asked for is asked for again.
        if (comes) await (asked ?? bringIn(amina, guest, spaceId));
        else if (isIn(await amina.now("people", { spaceId })))
          await amina.commands["space.remove"]({ spaceId, identityId: guest.identityId });
        await amina.until("people", { spaceId }, (people) => isIn(people) === comes);
        await guest.until(
          "space",
          { spaceId },
          (space) => space?.state === (comes ? "active" : "removed"),
        );
      }
      await amina.commands["chat.send"]({ spaceId, text: "the end" });
      said.add("the end");
      await amina.until("status", {}, ({ waiting }) => waiting === 0);
      const texts = (await messagesOf(amina, spaceId)).map((one) => one.text);
      expect(new Set(texts)).toEqual(new Set([...texts, ...said]));
      expect(texts).toHaveLength(new Set(texts).size);
      await untilTexts(bruno, spaceId, texts);
      await agrees(amina, spaceId);
      await agrees(bruno, spaceId);
      for (const one of [amina, bruno])
        expect((await one.now("space", { spaceId }))?.trouble).toBeNull();
    }),
  KILLS * 20_000,
);

test("nothing failed that nobody foresaw", () => {
  expect([amina, bruno, ...guests].flatMap((person) => person.faults)).toEqual([]);
});
