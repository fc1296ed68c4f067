/** A room full of people: a space at a node of ours, and Prosody's group chat with as many, for comparing what each does with the same. */
import { append, listen, message, nameOf, openSpace, signUp } from "./member.ts";
import { startNode } from "./node-process.ts";
import { cpuSecondsOf, pause, until } from "./process.ts";
import { startProsody } from "./prosody.ts";
import { joinRoom } from "./xmpp.ts";

const TEXT =
  "We meet on Thursday at six in the old school; bring the lists of last month and whoever wants to help with the well.";

/** What both sides of the comparison are: somebody says something, and everybody gets it. */
export type Room = {
  /** How many people are in it. */
  size: number;
  pid: number;
  /** Gets message number `i` ready, so that sending it costs little. */
  prepare(i: number): Promise<() => void>;
  /** How many messages have reached somebody, in all. */
  delivered(): number;
  close(): Promise<void>;
};

/** How messages are said. */
export type Pace = {
  everyMs: number;
  /** No more than so many are under way at a time. */
  ahead: number;
};

/** Says `count` messages at an even pace and waits until all have them all. @returns CPU-seconds of the server meanwhile */
export async function say(
  room: Room,
  first: number,
  count: number,
  { everyMs, ahead }: Pace,
): Promise<number> {
  const ready: (() => void)[] = [];
  for (let i = first; i < first + count; i++) ready.push(await room.prepare(i));
  const had = room.delivered();
  const before = cpuSecondsOf(room.pid);
  const start = performance.now();
  for (const [i, send] of ready.entries()) {
    const wait = start + i * everyMs - performance.now();
    if (wait > 0) await pause(wait);
    // A machine that is busy with something else delays both alike; nobody piles up what would never pile up there.
    while (room.delivered() < had + (i - ahead) * room.size) await pause(1);
    send();
  }
  await until("everybody has everything", () => room.delivered() === had + count * room.size);
  // What the server still does after the last delivery (confirming, writing) counts too.
  await pause(2000);
  return cpuSecondsOf(room.pid) - before;
}

/** A node with a space of so many members, who all listen. */
export async function ourRoom(size: number): Promise<Room> {
  const node = await startNode("a.localhost");
  const members = await signUp(node.url, namesOf(size));
  const space = await openSpace(node.name, members);
  const expected = new Set<string>();
  let delivered = 0;
  let closing = false;
  for (const member of members) {
    let last = 0;
    await listen(
      space,
      member,
      (seq, body) => {
        if (seq <= last || !expected.has(nameOf(body))) throw new Error("not what was sent");
        last = seq;
        delivered += 1;
      },
      (what) => {
        if (!closing) throw new Error(`a member got something else: ${what}`);
      },
    );
  }
  return {
    size,
    pid: node.pid,
    prepare: async (i) => {
      const member = members[i % size];
      if (member === undefined) throw new Error("nobody");
      const request = await message(space, member, `${i} ${TEXT}`);
      const [entry] = request.entries;
      if (entry !== undefined) expected.add(nameOf(entry.body));
      return append(member, request);
    },
    delivered: () => delivered,
    close: async () => {
      closing = true;
      for (const { transport } of members) transport.close();
      await node.close();
    },
  };
}

/** Prosody with a room of so many. */
export async function prosodyRoom(size: number): Promise<Room> {
  const names = namesOf(size);
  const server = await startProsody(names);
  let delivered = 0;
  const occupants: Awaited<ReturnType<typeof joinRoom>>[] = [];
  for (const name of names) {
    // Those of different people may come in another order than they were said.
    const had = new Set<number>();
    occupants.push(
      await joinRoom(server.port, name, (body) => {
        const number = Number.parseInt(body, 10);
        if (had.has(number) || body !== `${number} ${TEXT}`) throw new Error("not what was sent");
        had.add(number);
        delivered += 1;
      }),
    );
  }
  return {
    size,
    pid: server.pid,
    prepare: (i) => Promise.resolve(() => occupants[i % size]?.say(`${i} ${TEXT}`)),
    delivered: () => delivered,
    close: async () => {
      for (const occupant of occupants) occupant.close();
      await server.close();
    },
  };
}

const namesOf = (size: number): string[] => Array.from({ length: size }, (_, i) => `member${i}`);
