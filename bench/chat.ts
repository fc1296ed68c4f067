/**
 * A conversation of 100,000 messages on a slow phone: opening it, scrolling, typing, sending; the list after a week away; and a
 * message to 1,000 members, beside Prosody's group chat. docs/benchmarks.md says how each is measured.
 * `npm run bench -- chat fanout` (or `long`, `week`) measures that part alone; `chat long 20000` takes so many messages instead.
 */
// debian: prosody
import { median, percentile, report } from "./lib/figure.ts";
import { longConversation } from "./lib/long-conversation.ts";
import { pause } from "./lib/process.ts";
import type { Room } from "./lib/rooms.ts";
import { ourRoom, prosodyRoom, say } from "./lib/rooms.ts";
import { weekAway } from "./lib/week-away.ts";

const MEMBERS = 1000;
const FANOUT = { rounds: 3, timed: 10, messages: 20, everyMs: 100, ahead: 4 };

const [only, count] = process.argv.slice(2);
if (only === undefined || only === "long") await longConversation(Number(count ?? 100_000));
if (only === undefined || only === "week")
  await weekAway({ spaces: 100, entries: Number(count ?? 5000) });
if (only === undefined || only === "fanout") await fanout();
process.exit(0);

/** One message at a time until the last member has it; then many, for what the server's CPU takes. */
async function fanout(): Promise<void> {
  const rooms = [await ourRoom(MEMBERS), await prosodyRoom(MEMBERS)] as const;
  const times: [number[], number[]] = [[], []];
  const cpu: [number, number] = [0, 0];
  try {
    let at = 0;
    for (const room of rooms) await say(room, at, 5, FANOUT);
    at += 5;
    for (let round = 0; round < FANOUT.rounds; round++) {
      for (const [i, room] of rooms.entries()) {
        for (let one = 0; one < FANOUT.timed; one++)
          times[i as 0 | 1].push(await untilTheLast(room, at + one));
        cpu[i as 0 | 1] += await say(room, at + FANOUT.timed, FANOUT.messages, FANOUT);
      }
      at += FANOUT.timed + FANOUT.messages;
    }
  } finally {
    for (const room of rooms) await room.close();
  }
  const peer = "Prosody's group chat (Debian), archive on, same run";
  const [ours, theirs] = times;
  report({
    figure: "chat.fanout1000",
    value: median(ours),
    unit: "ms",
    peer,
    peerValue: median(theirs),
  });
  report({
    figure: "chat.fanout1000.p95",
    value: percentile(ours, 0.95),
    unit: "ms",
    peer,
    peerValue: percentile(theirs, 0.95),
  });
  const each = (seconds: number): number =>
    (1000 * seconds) / (FANOUT.rounds * FANOUT.messages * MEMBERS);
  report({
    figure: "chat.fanout.cpu",
    value: each(cpu[0]),
    unit: "ms",
    peer,
    peerValue: each(cpu[1]),
  });
}

/** @returns ms from sending a message until everybody has it */
async function untilTheLast(room: Room, number: number): Promise<number> {
  const send = await room.prepare(number);
  const all = room.delivered() + room.size;
  const start = performance.now();
  send();
  while (room.delivered() < all) {
    if (performance.now() - start > 60_000) throw new Error("not everybody has it");
    await pause(1);
  }
  const took = performance.now() - start;
  // Both finish what they do after the last delivery before the next one is sent.
  await pause(300);
  return took;
}
