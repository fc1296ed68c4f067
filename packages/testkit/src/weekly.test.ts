/** The weekly letter over real nodes and engines, on clocks that the test moves: made by one device, seen by all, of what was new. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { storeRows } from "./inspect.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import { pairByPicture } from "./pairing.ts";
import type { Person } from "./person.ts";
import { spaceOf, untilText } from "./spaces.ts";
import { until } from "./until.ts";

const WEEK = 7 * 24 * 60 * 60_000;

let net: Network;
let amina: Person;
let bruno: Person;
let phone: Person;
let spaceId: string;
let other: string;
/** By how much all clocks are ahead, those of the nodes as well. */
let ahead = 0;

beforeAll(async () => {
  net = await network({ nodes: 2, now: () => Date.now() + ahead });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
  spaceId = await spaceOf(bruno, [amina], { title: "Announcements" });
  other = await spaceOf(bruno, [amina], { title: "Not chosen" });
  phone = await amina.bareDevice();
  await pairByPicture(amina, phone);
  await phone.until("spaces", {}, (spaces) => spaces.length === 2);
});
afterAll(() => net.close());

const say = async (text: string, more: object = {}, space = spaceId): Promise<string> => {
  const { eventId } = await bruno.commands["chat.send"]({ spaceId: space, text, ...more });
  await untilText(amina, space, text);
  return eventId;
};
const letters = (person: Person, count: number) =>
  person.until("weekly.letters", {}, (all) => all.length === count);
/** All clocks go on by a week, with the apps closed; who is not named is opened again. */
const aWeekLater = async (...closed: Person[]): Promise<void> => {
  const all = [amina, bruno, phone];
  for (const person of all) await person.close();
  ahead += WEEK;
  for (const person of all) {
    person.clockAhead = ahead;
    if (!closed.includes(person)) await person.restart();
  }
};

test("what is chosen is the same on all of one's devices, and nobody else learns of it", async () => {
  await bruno.commands["space.setRules"]({ spaceId, announce: true });
  const suggested = await amina.until("weekly.settings", {}, ({ spaces }) =>
    spaces.some((one) => one.suggested),
  );
  expect(suggested.spaces.map(({ title, suggested: is, on }) => [title, is, on])).toEqual([
    ["Announcements", true, false],
    ["Not chosen", false, false],
  ]);
  await amina.commands["weekly.set"]({ spaceIds: [spaceId], on: true });
  await amina.commands["weekly.setWhen"]({ day: 3, hour: 6 });
  const there = await phone.until("weekly.settings", {}, ({ on, day }) => on && day === 3);
  expect(there).toMatchObject({ day: 3, hour: 6 });
  expect(storeRows(bruno.directory, "SELECT type FROM events WHERE type LIKE 'marks.%'")).toEqual(
    [],
  );
  expect(await amina.now("weekly.letters", {})).toEqual([]);
});

test("after its time the first device that is open makes it, the other one sees it and makes none", async () => {
  await say("Seeds have come", { mentions: [amina.identityId] });
  await say("nothing of this", {}, other);
  await aWeekLater(phone);
  const [made] = await letters(amina, 1);
  expect(made).toMatchObject({ unread: true, spaces: 1 });
  const shown = await amina.now("weekly.letter", { letterId: null });
  expect(shown?.spaces).toMatchObject([
    { title: "Announcements", count: 1, who: ["Bruno"], mentions: [{ text: "Seeds have come" }] },
  ]);
  expect(await amina.now("weekly.unread", {})).toBe(made?.letterId);
  await phone.restart();
  expect(await letters(phone, 1)).toEqual([made]);
  const makers = storeRows<{ device: string }>(
    phone.directory,
    "SELECT DISTINCT device FROM marks WHERE kind = 'letter'",
  );
  const mine = storeRows<{ device_hash: string }>(
    amina.directory,
    "SELECT device_hash FROM account",
  );
  expect(makers.map(({ device }) => device)).toEqual(mine.map((one) => one.device_hash));
  // It holds no words: only ids, and numbers.
  const kept = storeRows<{ value: string }>(
    amina.directory,
    "SELECT value FROM marks WHERE kind = 'letter' AND value LIKE '%Seeds%'",
  );
  expect(kept).toEqual([]);
  await phone.commands["weekly.read"]({ letterId: made?.letterId ?? "" });
  await amina.until("weekly.unread", {}, (unread) => unread === null);
});

test("a week in which nothing was new, but for what disappears, has no letter; the next one goes on where the last one ended", async () => {
  await bruno.commands["vanish.set"]({ spaceId, ms: 50 * WEEK });
  await say("for a while");
  await aWeekLater(phone);
  const made = () =>
    storeRows(amina.directory, "SELECT key FROM marks WHERE kind = 'letter' AND value IS NOT NULL");
  await until(() => made().length === 2, "that there was nothing is noted");
  expect(await amina.now("weekly.letters", {})).toHaveLength(1);
  await bruno.commands["vanish.set"]({ spaceId, ms: 0 });
  await say("to stay");
  await aWeekLater(phone);
  await letters(amina, 2);
  const shown = await amina.now("weekly.letter", { letterId: null });
  expect(shown?.spaces).toMatchObject([{ count: 1, people: 1 }]);
});

test("without a line it is made of what there is; turned off there is none", async () => {
  await say("while I had a line");
  await aWeekLater(phone);
  amina.line.cut();
  const shown = await letters(amina, 3);
  expect(shown[0]?.unread).toBe(true);
  expect((await amina.now("weekly.letter", { letterId: null }))?.spaces).toMatchObject([
    { count: 1 },
  ]);
  amina.line.mend();
  await amina.commands["weekly.setWhen"]({ on: false });
  await say("nobody tells of this");
  await aWeekLater(phone);
  expect(await amina.until("weekly.settings", {}, ({ on }) => !on)).toMatchObject({ next: null });
  expect(await amina.now("weekly.letters", {})).toHaveLength(3);
  for (const person of [amina, bruno, phone]) expect(person.faults).toEqual([]);
});
