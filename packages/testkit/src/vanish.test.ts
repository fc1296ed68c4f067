/** What disappears, over real nodes and engines, on clocks that the test moves. */
import { strFromU8, unzipSync } from "fflate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { archiveOf } from "./archives.ts";
import { hubEntries, storeRows } from "./inspect.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { bringIn, messagesOf, spaceOf, untilText, untilTexts } from "./spaces.ts";
import { until } from "./until.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let net: Network;
let amina: Person;
let bruno: Person;
let dario: Person;
let ahead = 0;

beforeAll(async () => {
  net = await network({ nodes: 2, now: () => Date.now() + ahead });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
  dario = await net.person({ node: 1, name: "dario", displayName: "Dario" });
});
afterAll(() => net.close());

/** So much time goes by, everywhere; clocks that are off stay off. */
async function later(ms: number, people: readonly Person[]): Promise<void> {
  ahead += ms;
  for (const one of people) {
    one.clockAhead += ms;
    await one.restart();
  }
}
const settled = (person: Person) => person.until("status", {}, (status) => status.waiting === 0);
const setTimer = (person: Person, spaceId: string, ms: number) =>
  person.commands["vanish.set"]({ spaceId, ms });
const untilTimer = (person: Person, spaceId: string, ms: number) =>
  person.until("vanish.timer", { spaceId }, (timer) => timer.ms === ms);
/** Everything that a device's tables hold of a text. */
function traces(person: Person, text: string): string[] {
  const tables = storeRows<{ name: string }>(
    person.directory,
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'search_parts%'
       AND name NOT LIKE 'search_words%' AND name NOT LIKE 'search_names%' AND name <> 'search_vocabulary'`,
  );
  const holds = (value: unknown): boolean =>
    value instanceof Uint8Array
      ? Buffer.from(value).includes(text)
      : typeof value === "string" && value.includes(text);
  return tables
    .filter(({ name }) =>
      storeRows<Record<string, unknown>>(person.directory, `SELECT * FROM "${name}"`).some((row) =>
        Object.values(row).some(holds),
      ),
    )
    .map(({ name }) => name);
}

test("who leads sets how long, everybody sees it, and what is said goes on both devices with all that hangs on it", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  await amina.commands["chat.send"]({ spaceId, text: "this stays" });
  await untilText(bruno, spaceId, "this stays");
  await expect(setTimer(bruno, spaceId, HOUR)).rejects.toMatchObject({ code: "not_steward" });
  await expect(setTimer(amina, spaceId, 4999)).rejects.toMatchObject({ code: "invalid" });
  await setTimer(amina, spaceId, HOUR);
  await untilTimer(bruno, spaceId, HOUR);
  await bruno.until("chat.messages", { spaceId, limit: 10 }, ({ messages }) =>
    messages.some(
      ({ notice }) =>
        notice?.kind === "timer" && notice.by === "Amina" && notice.title === String(HOUR),
    ),
  );
  const { eventId } = await bruno.commands["chat.send"]({ spaceId, text: "zanzibarword" });
  const { eventId: stays } = (await messagesOf(amina, spaceId))[0] ?? { eventId: "" };
  // What changes something that stays is there to stay.
  await amina.commands["chat.edit"]({ spaceId, eventId: stays, text: "this stays, changed" });
  await untilText(amina, spaceId, "zanzibarword");
  await amina.commands["chat.react"]({ spaceId, eventId, emoji: "👍", on: true });
  await amina.commands["chat.send"]({ spaceId, text: "zanzibarthread", thread: eventId });
  await amina.commands["chat.pin"]({ spaceId, eventId, on: true });
  await bruno.until("chat.pins", { spaceId }, (pins) => pins.length === 1);
  await later(2 * HOUR, [amina, bruno]);
  await untilTexts(bruno, spaceId, ["this stays, changed"]);
  await untilTexts(amina, spaceId, ["this stays, changed"]);
  for (const one of [amina, bruno]) {
    await one.until("chat.pins", { spaceId }, (pins) => pins.length === 0);
    expect(traces(one, "zanzibar")).toEqual([]);
    expect(one.faults).toEqual([]);
  }
  await setTimer(amina, spaceId, 0);
  await untilTimer(bruno, spaceId, 0);
  await bruno.commands["chat.send"]({ spaceId, text: "this stays too" });
  await untilText(amina, spaceId, "this stays too");
  expect(storeRows(amina.directory, "SELECT * FROM vanishing")).toEqual([]);
  // A short time ends while the app is open, without anybody doing anything.
  await setTimer(amina, spaceId, 5000);
  await amina.commands["chat.send"]({ spaceId, text: "a short one" });
  await settled(amina);
  for (const one of [amina, bruno])
    await one.until(
      "chat.messages",
      { spaceId, limit: 10 },
      ({ messages }) =>
        messages.some(({ notice }) => notice?.title === "5000") &&
        !messages.some(({ text }) => text === "a short one"),
    );
});

test("neither hub, nor vault, nor a new device can open it, and the hour's key is gone when it is over", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  await setTimer(amina, spaceId, HOUR);
  await untilTimer(bruno, spaceId, HOUR);
  await amina.commands["chat.send"]({ spaceId, text: "a passing word" });
  await untilText(bruno, spaceId, "a passing word");
  const laptop = await bruno.secondDevice();
  await laptop.until("space", { spaceId }, (space) => space?.state === "active");
  await amina.commands["chat.send"]({ spaceId, text: "after the laptop came" });
  await untilText(laptop, spaceId, "after the laptop came");
  expect((await messagesOf(laptop, spaceId)).map((one) => one.text)).toEqual([
    "after the laptop came",
  ]);
  // With the very keys of the ring, what the hub keeps shows no more than a sealed payload.
  const rows = storeRows<{ event_id: string; epoch: number; payload: Uint8Array }>(
    laptop.directory,
    "SELECT event_id, epoch, payload FROM events WHERE log_id = ? AND type = 'space.vanishing'",
    spaceId,
  );
  expect(rows.map((row) => row.payload.length)).toEqual([0]);
  const keysOf = (person: Person) =>
    storeRows<{ level: number; node: number }>(
      person.directory,
      "SELECT level, node FROM vanish_keys WHERE log_id = ?",
      spaceId,
    );
  await laptop.close();
  await later(4 * HOUR, [amina, bruno]);
  const hour = Math.floor((Date.now() + ahead) / HOUR);
  for (const one of [amina, bruno]) {
    await untilTexts(one, spaceId, []);
    await one.until("status", {}, ({ line }) => line === "online");
    await one.commands["chat.send"]({ spaceId, text: `here is ${one.name}` });
    await settled(one);
  }
  await untilTexts(amina, spaceId, ["here is amina", "here is bruno"]);
  await setTimer(amina, spaceId, 2 * HOUR);
  await untilTimer(bruno, spaceId, 2 * HOUR);
  for (const one of [amina, bruno]) {
    await until(
      () => keysOf(one).every(({ level, node }) => node * 2 ** level >= hour - 4),
      "the keys of former hours to be gone",
    );
    expect(traces(one, "a passing word")).toEqual([]);
  }
  expect(hubEntries(net.node(0), spaceId).length).toBeGreaterThan(4);
});

test("a device that was away, one whose clock is days off, and one that was put back from a backup show nothing that is over", async () => {
  const carla = await net.person({ node: 1, name: "carla", displayName: "Carla" });
  const spaceId = await spaceOf(amina, [bruno, carla]);
  await setTimer(amina, spaceId, DAY);
  await untilTimer(carla, spaceId, DAY);
  await untilTimer(bruno, spaceId, DAY);
  for (const off of [-3 * DAY, 3 * DAY]) {
    carla.clockAhead += off;
    await carla.restart();
    await carla.until("status", {}, ({ line }) => line === "online");
    await amina.commands["chat.send"]({ spaceId, text: "for a day" });
    await untilText(carla, spaceId, "for a day");
    await carla.commands["chat.send"]({ spaceId, text: "by a wrong clock" });
    await untilText(bruno, spaceId, "by a wrong clock");
    await later(20 * HOUR, [amina, carla]);
    await untilTexts(amina, spaceId, ["for a day", "by a wrong clock"]);
    await untilTexts(carla, spaceId, ["for a day", "by a wrong clock"]);
    const copy = await bruno.backup();
    await bruno.close();
    await amina.commands["chat.send"]({ spaceId, text: "while he is away" });
    await settled(amina);
    await later(5 * HOUR, [amina, carla]);
    await untilTexts(amina, spaceId, ["while he is away"]);
    await untilTexts(carla, spaceId, ["while he is away"]);
    await later(20 * HOUR, [amina, carla]);
    bruno.clockAhead += 45 * HOUR;
    await bruno.restore(copy);
    await untilTexts(bruno, spaceId, []);
    await bruno.commands["chat.send"]({ spaceId, text: "back" });
    await untilTexts(amina, spaceId, ["back"]);
    await untilTexts(carla, spaceId, ["back"]);
    for (const one of [amina, bruno, carla]) {
      expect(one.faults).toEqual([]);
      await one.until("space", { spaceId }, (space) => (space?.trouble ?? null) === null);
    }
    await later(2 * DAY, [amina, bruno]);
    carla.clockAhead += 2 * DAY - off;
    await carla.restart();
    await untilTexts(carla, spaceId, []);
  }
});

test("what was written without a line begins its time when it goes; a kill in between loses and shows nothing", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  await setTimer(amina, spaceId, HOUR);
  await untilTimer(bruno, spaceId, HOUR);
  bruno.line.cut();
  await bruno.commands["chat.send"]({ spaceId, text: "written underground" });
  await later(3 * HOUR, [amina, bruno]);
  await untilText(amina, spaceId, "written underground");
  await bruno.kill();
  await later(3 * HOUR, [amina]);
  await untilTexts(amina, spaceId, []);
  bruno.clockAhead += 3 * HOUR;
  await bruno.restart();
  const steps = bruno.killAfter(1);
  await Promise.race([steps, untilTexts(bruno, spaceId, [])]);
  await bruno.restart();
  await untilTexts(bruno, spaceId, []);
  await settled(bruno);
  expect(traces(bruno, "written underground")).toEqual([]);
  expect(traces(amina, "written underground")).toEqual([]);
});

test("archives take nothing along that disappears, nor a quote of it", async () => {
  const spaceId = await spaceOf(amina, [], { title: "Quotes" });
  await setTimer(amina, spaceId, DAY);
  const { eventId } = await amina.commands["chat.send"]({ spaceId, text: "butterflyword" });
  await untilText(amina, spaceId, "butterflyword");
  await setTimer(amina, spaceId, 0);
  await amina.commands["chat.send"]({ spaceId, text: "a lasting answer", replyTo: eventId });
  await untilText(amina, spaceId, "a lasting answer");
  const files = Object.values(unzipSync(await archiveOf(amina, "open", false)));
  const open = files.map((file) => strFromU8(file)).join();
  expect(open).toContain("a lasting answer");
  expect(open).not.toContain("butterflyword");
  dario.clockAhead = ahead;
  await dario.restart();
  await bringIn(amina, dario, spaceId);
  await untilText(dario, spaceId, "a lasting answer");
  expect((await messagesOf(dario, spaceId)).map((one) => one.text)).toEqual(["a lasting answer"]);
});
