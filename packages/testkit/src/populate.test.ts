import { afterAll, beforeAll, expect, test } from "vitest";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Populated } from "./populate.ts";
import { populate } from "./populate.ts";
import { seedMessages } from "./seed-messages.ts";
import { seedPeople } from "./seed-people.ts";
import { messagesOf, untilMessage } from "./spaces.ts";

let net: Network;
let town: Populated;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  town = await populate(net, 1);
});
afterAll(() => net.close());

test("the same seed gives the same people and passphrases", () => {
  expect(seedPeople(1)).toEqual(town.seeds);
  expect(seedPeople(2)).not.toEqual(town.seeds);
});

test("everybody in a space reads the same conversation in the same order, and nothing is in trouble", async () => {
  for (const { seed, spaceId } of town.spaces) {
    const members = seed.people.map((name) => town.people.get(name)!);
    const [first] = members;
    const said = seedMessages()[seed.key].filter((step) => step.do === "say").length;
    expect(said).toBeGreaterThan(3);
    await first!.until(
      "chat.messages",
      { spaceId, limit: 500 },
      ({ messages }) =>
        messages.filter((one) => one.notice === null && one.state !== "waiting").length === said,
    );
    const all = await messagesOf(first!, spaceId);
    for (const member of members) {
      await untilMessage(member, spaceId, all.at(-1)!.eventId);
      await member.until("status", {}, ({ waiting }) => waiting === 0);
      const seen = await messagesOf(member, spaceId);
      expect(seen.map((one) => one.eventId)).toEqual(all.map((one) => one.eventId));
      expect((await member.now("space", { spaceId }))?.trouble).toBeNull();
    }
  }
});

test("replies, reactions, edits, deletions and mentions are all there", async () => {
  const seen = (
    await Promise.all(
      town.spaces.map(({ seed, spaceId }) =>
        messagesOf(town.people.get(seed.people[1]!)!, spaceId),
      ),
    )
  ).flat();
  expect(seen.some((one) => one.replyTo !== null)).toBe(true);
  expect(seen.some((one) => one.reactions.length > 1 || (one.reactions[0]?.count ?? 0) > 1)).toBe(
    true,
  );
  expect(seen.some((one) => one.editedAt !== null)).toBe(true);
  expect(seen.some((one) => one.deleted)).toBe(true);
  expect(seen.some((one) => one.mentions.length > 0)).toBe(true);
});

test("life goes on", async () => {
  for (let i = 0; i < 10; i++) await town.next();
  const faults = [...town.people.values()].flatMap((person) => person.faults);
  expect(faults).toEqual([]);
});

test("signing in as one of them makes a second device that reads it all", async () => {
  const elena = await town.people.get("elena")!.secondDevice();
  const spaces = town.spaces.filter(({ seed }) => seed.people.includes("elena"));
  for (const { seed, spaceId } of spaces) {
    const host = town.people.get(seed.people[0]!)!;
    const [last] = (await messagesOf(host, spaceId)).slice(-1);
    await untilMessage(elena, spaceId, last!.eventId);
  }
});
