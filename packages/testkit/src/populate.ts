/** Brings the seeded people, spaces and conversations into a network of two nodes, and lets life go on. */
import type { Network } from "./network.ts";
import type { Person } from "./person.ts";
import { seedLater, seedMessages } from "./seed-messages.ts";
import type { SeedStep } from "./seed-messages.ts";
import type { SeedPerson } from "./seed-people.ts";
import { seedPeople } from "./seed-people.ts";
import type { SeedSpace } from "./seed-spaces.ts";
import { seedSpaces } from "./seed-spaces.ts";
import { bringIn, untilMessage } from "./spaces.ts";

export type Populated = {
  people: Map<string, Person>;
  seeds: SeedPerson[];
  spaces: { seed: SeedSpace; spaceId: string }[];
  /** Somebody does the next thing; resolves when it is on its way. */
  next(): Promise<void>;
};

/** Signs everybody up, makes the spaces, and has the conversations. `tell` hears of each step. */
export async function populate(
  net: Network,
  seed: number,
  tell: (what: string) => void = () => undefined,
): Promise<Populated> {
  const seeds = seedPeople(seed);
  const people = new Map<string, Person>();
  for (const { name, displayName, node, passphrase } of seeds) {
    tell(`${displayName} signs up`);
    people.set(name, await net.person({ name, displayName, node, passphrase }));
  }
  const spaces: Populated["spaces"] = [];
  const talk = seedMessages();
  for (const space of seedSpaces()) {
    tell(space.title);
    const [host, ...guests] = space.people.map((name) => need(people, name));
    if (host === undefined) continue;
    const { title, kind, history } = space;
    const { spaceId } = await host.commands["space.create"]({ title, kind, history });
    for (const guest of guests) await bringIn(host, guest, spaceId);
    spaces.push({ seed: space, spaceId });
    await converse(people, spaceId, talk[space.key]);
  }
  const later = seedLater(
    seed + 1,
    spaces.map(({ seed: { key, people: names } }) => ({ key, people: names })),
  );
  return {
    people,
    seeds,
    spaces,
    next: async () => {
      const step = later.next().value;
      const spaceId = spaces.find((one) => one.seed.key === step.space)?.spaceId;
      if (spaceId === undefined) return;
      const person = need(people, step.by);
      const { messages } = await person.now("chat.messages", { spaceId, limit: 20 });
      const others = messages.filter((one) => !one.mine && one.notice === null && !one.deleted);
      const newest = others.at(-1);
      if (step.do === "say")
        await person.commands["chat.send"]({
          spaceId,
          text: step.text,
          ...(step.reply && newest !== undefined ? { replyTo: newest.eventId } : {}),
        });
      else if (newest !== undefined)
        await person.commands["chat.react"]({
          spaceId,
          eventId: newest.eventId,
          emoji: step.emoji,
          on: true,
        });
    },
  };
}

/** Has a conversation: each waits until the former message has reached them. */
export async function converse(
  people: ReadonlyMap<string, Person>,
  spaceId: string,
  steps: readonly SeedStep[],
): Promise<void> {
  const ids = new Map<string, string>();
  let last: string | null = null;
  for (const step of steps) {
    const by = need(people, step.by);
    if (last !== null) await untilMessage(by, spaceId, last);
    if (step.do === "say") {
      const replyTo = step.replyTo === undefined ? undefined : ids.get(step.replyTo);
      const { eventId } = await by.commands["chat.send"]({
        spaceId,
        text: step.text,
        ...(replyTo === undefined ? {} : { replyTo }),
        ...(step.mentions === undefined
          ? {}
          : { mentions: step.mentions.map((name) => need(people, name).identityId) }),
      });
      if (step.id !== undefined) ids.set(step.id, eventId);
      last = eventId;
      continue;
    }
    const eventId = ids.get(step.to);
    if (eventId === undefined) throw new Error(`nothing is called ${step.to}`);
    if (step.do === "react")
      await by.commands["chat.react"]({ spaceId, eventId, emoji: step.emoji, on: true });
    else if (step.do === "edit")
      await by.commands["chat.edit"]({ spaceId, eventId, text: step.text });
    else await by.commands["chat.delete"]({ spaceId, eventId });
  }
}

function need(people: ReadonlyMap<string, Person>, name: string): Person {
  const person = people.get(name);
  if (person === undefined) throw new Error(`nobody is called ${name}`);
  return person;
}
