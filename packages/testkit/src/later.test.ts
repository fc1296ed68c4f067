/** Messages that are sent later, over real nodes and engines, on clocks that the test moves. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { messagesOf, spaceOf, untilText, untilTexts } from "./spaces.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let net: Network;
let amina: Person;
let bruno: Person;
let spaceId: string;
let other: string;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
  spaceId = await spaceOf(amina, [bruno]);
  other = await spaceOf(bruno, [amina]);
});
afterAll(() => net.close());

const now = (person: Person) => Date.now() + person.clockAhead;
const later = (text: string, ms: number, replyTo?: string) =>
  amina.commands["later.add"]({ spaceId, text, at: now(amina) + ms, replyTo });
const waiting = async () =>
  (await amina.now("later.list", { spaceId })).map((message) => message.text);

test("what waits is listed, changed, deleted, sent now; nobody else has it before", async () => {
  const { eventId } = await bruno.commands["chat.send"]({ spaceId, text: "when do we meet?" });
  await untilText(amina, spaceId, "when do we meet?");
  const one = await later("tomorrow at nine", 20 * HOUR, eventId);
  const two = await later("never mind", 10 * HOUR);
  expect(await waiting()).toEqual(["never mind", "tomorrow at nine"]);
  await amina.commands["later.change"]({ id: one.id, text: "tomorrow at ten" });
  await amina.commands["later.change"]({ id: one.id, at: now(amina) + HOUR });
  expect(await waiting()).toEqual(["tomorrow at ten", "never mind"]);
  await amina.commands["later.remove"]({ id: two.id });
  await amina.restart();
  expect(await waiting()).toEqual(["tomorrow at ten"]);
  // Twice at once, as two tabs would: it goes once.
  await Promise.all([
    amina.commands["later.sendNow"]({ id: one.id }),
    amina.commands["later.sendNow"]({ id: one.id }),
  ]);
  await untilTexts(bruno, spaceId, ["when do we meet?", "tomorrow at ten"]);
  expect(await waiting()).toEqual([]);
  const sent = await untilText(bruno, spaceId, "tomorrow at ten");
  expect(sent.replyTo?.eventId).toBe(eventId);
  expect(sent.meantFor).toBeNull();
  await expect(later("too late", -1)).rejects.toMatchObject({ code: "invalid" });
  await expect(later("  ", HOUR)).rejects.toMatchObject({ code: "invalid" });
  await expect(amina.commands["later.change"]({ id: one.id, text: "x" })).rejects.toMatchObject({
    code: "invalid",
  });
});

test("it goes by itself when its time has come", async () => {
  await later("right in time", 1500);
  const message = await untilText(bruno, spaceId, "right in time");
  expect(message.meantFor).toBeNull();
});

test("a device that was off at the time sends it once it is on, without a line too, once whatever is cut off, and says that it was late", async () => {
  await later("while I slept", HOUR);
  const meant = (await amina.now("later.list", { spaceId }))[0]?.at ?? 0;
  await amina.kill();
  amina.clockAhead += 2 * HOUR;
  await amina.restart();
  for (let step = 0; step < 4; step++) {
    const killed = amina.killAfter(step);
    await Promise.race([killed, untilText(bruno, spaceId, "while I slept")]);
    await amina.restart();
  }
  await untilText(bruno, spaceId, "while I slept");
  await amina.until("status", {}, (status) => status.waiting === 0);
  const all = await messagesOf(bruno, spaceId);
  expect(all.filter(({ text }) => text === "while I slept")).toHaveLength(1);
  expect((await untilText(amina, spaceId, "while I slept")).meantFor).toBe(meant);
  expect((await untilText(bruno, spaceId, "while I slept")).meantFor).toBeNull();
});

test("who is out of the conversation by then is told, and nothing is lost", async () => {
  await amina.commands["later.add"]({
    spaceId: other,
    text: "a last word",
    at: now(amina) + HOUR,
  });
  await bruno.commands["space.remove"]({ spaceId: other, identityId: amina.identityId });
  await amina.until("space", { spaceId: other }, (space) => space?.state === "removed");
  amina.clockAhead += 2 * HOUR;
  await amina.restart();
  const [left] = await amina.until("later.list", { spaceId: other }, (list) =>
    list.some(({ failed }) => failed),
  );
  expect(left?.text).toBe("a last word");
  expect(amina.faults).toEqual([]);
});
