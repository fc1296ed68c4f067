/**
 * Messaging: how long a message takes from the key press to the other's screen, on one node and across two; and how many
 * messages a node delivers to a space of 100 members with a second of CPU, beside what Prosody's group chat does with
 * the same. docs/benchmarks.md says how each is measured.
 */
// debian: prosody
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "@baraza/engine";
import { createEngine } from "@baraza/engine";
import { nodePlatform } from "@baraza/engine/node";
import { percentile, report } from "./lib/figure.ts";
import { append, listen, message, nameOf, openSpace, signUp } from "./lib/member.ts";
import { startNode } from "./lib/node-process.ts";
import { cpuSecondsOf, pause, until, waitedMsOf } from "./lib/process.ts";
import { startProsody } from "./lib/prosody.ts";
import { joinRoom } from "./lib/xmpp.ts";

/** Messages whose way is timed, and those before them that warm both sides up. */
const TIMED = 320;
const WARM_UP = 40;
/** Somebody types fast: gaps between messages in ms, and every so often several at once. */
const GAP = { least: 60, most: 240 };
const BURST = { every: 20, length: 5, gap: 25 };

const MEMBERS = 100;
const ROUNDS = 6;
const GROUP = { warmUp: 100, messages: 150, everyMs: 40, ahead: 32 };
const TEXT =
  "We meet on Thursday at six in the old school; bring the lists of last month and whoever wants to help with the well.";

const names = Array.from({ length: MEMBERS }, (_, i) => `member${i}`);

const only = process.argv[2];
if (only === undefined || only === "local") await oneWay("messaging.local.p95", ["a", "a"]);
if (only === undefined || only === "federated") await oneWay("messaging.federated.p95", ["a", "b"]);
if (only === undefined || only === "group100") await group();
process.exit(0);

/** Two people write to each other; both engines are in this process, so one clock times the way. */
async function oneWay(figure: string, homes: readonly [string, string]): Promise<void> {
  const nodes = new Map<string, Awaited<ReturnType<typeof startNode>>>();
  for (const home of homes)
    if (!nodes.has(home)) nodes.set(home, await startNode(`${home}.localhost`));
  const directory = await mkdtemp(join(tmpdir(), "baraza-bench-"));
  const person = async (home: string, name: string) => {
    const platform = nodePlatform({
      origin: nodes.get(home)?.url ?? "",
      directory: await mkdtemp(join(directory, `${name}-`)),
    });
    const engine = await createEngine(platform, {
      report: (error) => console.error(name, error),
    });
    const passphrase = `a quiet passphrase of ${name}`;
    await engine.commands["account.signUp"]({ name, displayName: name, passphrase });
    return engine;
  };
  const pair = [await person(homes[0], "amina"), await person(homes[1], "bruno")] as const;
  try {
    const spaceId = await shared(...pair);
    const pids = [process.pid, ...[...nodes.values()].map(({ pid }) => pid)];
    const waited = () => pids.reduce((sum, pid) => sum + waitedMsOf(pid), 0);
    const before = waited();
    const times = await exchange(pair, spaceId);
    const waiting = (waited() - before) / (WARM_UP + TIMED);
    report({ figure, value: percentile(times, 0.95), unit: "ms" });
    report({ figure: figure.replace(".p95", ".p50"), value: percentile(times, 0.5), unit: "ms" });
    // What a busy machine adds: for each message, on average, the time in which nobody ran who could have.
    report({ figure: figure.replace(".p95", ".waiting"), value: waiting, unit: "ms" });
  } finally {
    for (const engine of pair) await engine.close();
    for (const node of nodes.values()) await node.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Makes a space and brings the guest in by a link. */
async function shared(host: Engine, guest: Engine): Promise<string> {
  const { spaceId } = await host.commands["space.create"]({ title: "Farmers' union" });
  const { link } = await host.commands["space.invite"]({ spaceId, days: 1 });
  await guest.commands["space.ask"]({ fragment: link.slice(link.indexOf("#") + 1) });
  for (const engine of [host, guest])
    await new Promise<void>((resolve) => {
      const stop = engine.watch("people", { spaceId }, (people) => {
        if (people.length < 2) return;
        queueMicrotask(() => stop());
        resolve();
      });
    });
  return spaceId;
}

/** Lets both write in turns. @returns from the call of `chat.send` to the other's live query showing it, ms each */
async function exchange(pair: readonly [Engine, Engine], spaceId: string): Promise<number[]> {
  const sent = new Map<string, { at: number; by: Engine }>();
  const times: number[] = [];
  let arrived = 0;
  const stops = pair.map((engine) =>
    engine.watch("chat.messages", { spaceId, limit: 50 }, ({ messages }) => {
      const now = performance.now();
      for (const { text } of messages) {
        const one = sent.get(text);
        if (one === undefined || one.by === engine) continue;
        sent.delete(text);
        arrived += 1;
        if (Number(text.slice(0, 5)) >= WARM_UP) times.push(now - one.at);
      }
    }),
  );
  const commands: Promise<unknown>[] = [];
  for (let i = 0; i < WARM_UP + TIMED; i++) {
    const burst = i % BURST.every < BURST.length;
    const by = pair[burst ? 0 : i % 2] as Engine;
    const text = `${String(i).padStart(5, "0")} ${TEXT}`;
    sent.set(text, { at: performance.now(), by });
    commands.push(by.commands["chat.send"]({ spaceId, text }));
    await pause(burst ? BURST.gap : GAP.least + Math.random() * (GAP.most - GAP.least));
  }
  await Promise.all(commands);
  await until("all messages have arrived", () => arrived === WARM_UP + TIMED);
  for (const stop of stops) stop();
  return times;
}

/** What both sides of the comparison are: somebody says something, and everybody gets it. */
type Room = {
  pid: number;
  /** Gets message number `i` ready, so that sending it costs little. */
  prepare(i: number): Promise<() => void>;
  /** How many messages have reached somebody, in all. */
  delivered(): number;
  close(): Promise<void>;
};

async function group(): Promise<void> {
  const ours = await ourRoom();
  const theirs = await prosodyRoom();
  const cpu = { ours: 0, theirs: 0 };
  try {
    let at = 0;
    for (const room of [ours, theirs]) await say(room, at, GROUP.warmUp);
    at += GROUP.warmUp;
    for (let round = 0; round < ROUNDS; round++) {
      cpu.ours += await say(ours, at, GROUP.messages);
      cpu.theirs += await say(theirs, at, GROUP.messages);
      at += GROUP.messages;
    }
  } finally {
    await theirs.close();
    await ours.close();
  }
  const deliveries = ROUNDS * GROUP.messages * MEMBERS;
  report(
    {
      figure: "messaging.group100",
      value: deliveries / cpu.ours,
      unit: "messages/cpu-s",
      peer: "Prosody's group chat (Debian), archive on, same run",
      peerValue: deliveries / cpu.theirs,
    },
    "higher",
  );
}

/** Says `count` messages at an even pace and waits until all have them all. @returns CPU-seconds of the server meanwhile */
async function say(room: Room, first: number, count: number): Promise<number> {
  const ready: (() => void)[] = [];
  for (let i = first; i < first + count; i++) ready.push(await room.prepare(i));
  const had = room.delivered();
  const before = cpuSecondsOf(room.pid);
  const start = performance.now();
  for (const [i, send] of ready.entries()) {
    const wait = start + i * GROUP.everyMs - performance.now();
    if (wait > 0) await pause(wait);
    // A machine that is busy with something else delays both alike; nobody piles up what would never pile up there.
    while (room.delivered() < had + (i - GROUP.ahead) * MEMBERS) await pause(1);
    send();
  }
  await until("everybody has everything", () => room.delivered() === had + count * MEMBERS);
  // What the server still does after the last delivery (confirming, writing) counts too.
  await pause(2000);
  return cpuSecondsOf(room.pid) - before;
}

async function ourRoom(): Promise<Room> {
  const node = await startNode("a.localhost");
  const members = await signUp(node.url, names);
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
    pid: node.pid,
    prepare: async (i) => {
      const member = members[i % MEMBERS];
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

async function prosodyRoom(): Promise<Room> {
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
    pid: server.pid,
    prepare: (i) => Promise.resolve(() => occupants[i % MEMBERS]?.say(`${i} ${TEXT}`)),
    delivered: () => delivered,
    close: async () => {
      for (const occupant of occupants) occupant.close();
      await server.close();
    },
  };
}
