/**
 * Messaging: how long a message takes from the key press to the other's screen, on one node and across two; and how many
 * messages a node delivers to a space of 100 members with a second of CPU, beside what Prosody's group chat does with
 * the same. docs/benchmarks.md says how each is measured.
 */
// debian: prosody
import type { Engine } from "@baraza/engine";
import { percentile, report } from "./lib/figure.ts";
import { startNode } from "./lib/node-process.ts";
import { pause, until, waitedMsOf } from "./lib/process.ts";
import { ourRoom, prosodyRoom, say } from "./lib/rooms.ts";
import { bringIn, writer } from "./lib/writers.ts";

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
  const at = (home: string): string => nodes.get(home)?.url ?? "";
  const people = [
    await writer(at(homes[0]), "amina"),
    await writer(at(homes[1]), "bruno"),
  ] as const;
  const pair = [people[0].engine, people[1].engine] as const;
  try {
    const { spaceId } = await pair[0].commands["space.create"]({ title: "Farmers' union" });
    await bringIn(...pair, spaceId);
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
    for (const person of people) await person.close();
    for (const node of nodes.values()) await node.close();
  }
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

async function group(): Promise<void> {
  const ours = await ourRoom(MEMBERS);
  const theirs = await prosodyRoom(MEMBERS);
  const cpu = { ours: 0, theirs: 0 };
  try {
    let at = 0;
    for (const room of [ours, theirs]) await say(room, at, GROUP.warmUp, GROUP);
    at += GROUP.warmUp;
    for (let round = 0; round < ROUNDS; round++) {
      cpu.ours += await say(ours, at, GROUP.messages, GROUP);
      cpu.theirs += await say(theirs, at, GROUP.messages, GROUP);
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
