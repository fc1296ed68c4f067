/** Coming back with nothing but the vault, while nobody else is online. */
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { leakOf } from "./hostile-member.ts";
import { storeRows } from "./inspect.ts";
import { atRest, isIn, spaceRow } from "./at-rest.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { scale } from "./scale.ts";
import { messagesOf, spaceOf, untilText, untilTexts } from "./spaces.ts";

let net: Network;
/** At the first node. */
let amina: Person;
/** At the second. */
let bruno: Person;
/** At the first; turns against the others now and then. */
let mallory: Person;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
  mallory = await net.person({ node: 0, name: "mallory", displayName: "Mallory" });
});
afterAll(() => net.close());

/** A device waits some seconds for members before it takes the slot: tests here take long on a busy machine. */
const LONG = 120_000;

/** Each test begins with everybody there. */
beforeEach(async () => {
  for (const one of [amina, bruno, mallory]) await one.restart();
});

test(
  "somebody whose devices are all lost comes back, reads and writes; the others see it and follow",
  async () => {
    const spaceId = await spaceOf(bruno, [amina]);
    await amina.commands["chat.send"]({ spaceId, text: "before" });
    await untilText(bruno, spaceId, "before");
    await bruno.commands["chat.send"]({ spaceId, text: "and this" });
    await untilText(amina, spaceId, "and this");
    await atRest(amina);
    await bruno.close();
    await amina.close();
    const phone = await amina.secondDevice();
    await untilTexts(phone, spaceId, ["before", "and this"]);
    await phone.commands["chat.send"]({ spaceId, text: "back again" });
    await untilText(phone, spaceId, "back again");
    const names = (await phone.now("people", { spaceId })).map((one) => one.name);
    expect(names.toSorted()).toEqual(["Amina", "Bruno"]);
    await bruno.restart();
    await untilText(bruno, spaceId, "back again");
    const { messages } = await bruno.now("chat.messages", { spaceId, limit: 50 });
    expect(messages.map((one) => one.notice?.kind)).toContain("returned");
    await bruno.commands["chat.send"]({ spaceId, text: "welcome" });
    await untilText(phone, spaceId, "welcome");
    for (const one of [bruno, phone])
      expect((await one.now("space", { spaceId }))?.trouble).toBeNull();
    expect((await messagesOf(bruno, spaceId)).length).toBe(4);
    expect([phone, bruno].flatMap((one) => one.faults)).toEqual([]);
    await phone.close();
  },
  LONG,
);

test(
  "alone in a space, with no commit ever made, one comes back too",
  async () => {
    const spaceId = await spaceOf(amina, []);
    await amina.commands["chat.send"]({ spaceId, text: "a note to myself" });
    await untilText(amina, spaceId, "a note to myself");
    await atRest(amina);
    await amina.close();
    const phone = await amina.secondDevice();
    await untilText(phone, spaceId, "a note to myself");
    await phone.close();
  },
  LONG,
);

test.each(["all", "none"] as const)(
  "who lost everything 30 epochs ago comes back, where newcomers read the history: %s",
  async (history) => {
    const spaceId = await spaceOf(amina, [bruno], { history });
    await amina.commands["chat.send"]({ spaceId, text: "long ago" });
    await untilText(bruno, spaceId, "long ago");
    await atRest(bruno);
    await bruno.close();
    const { epoch } = spaceRow(amina, spaceId);
    const link = await amina.commands["space.invite"]({ spaceId, days: 1 });
    await mallory.commands["space.ask"]({ fragment: link.link.split("#")[1]! });
    await isIn(spaceId, mallory);
    await amina.until("people", { spaceId }, (all) => all.every((one) => one.name));
    for (let round = 0; round < 29; round++) {
      const role = round % 2 === 0 ? "steward" : "member";
      await amina.commands["space.setRole"]({ spaceId, identityId: mallory.identityId, role });
      await amina.until("people", { spaceId }, (all) =>
        all.some((one) => one.identityId === mallory.identityId && one.role === role),
      );
    }
    await amina.commands["chat.send"]({ spaceId, text: "in the present epoch" });
    await atRest(amina);
    expect(spaceRow(amina, spaceId).epoch - epoch).toBeGreaterThanOrEqual(30);
    await mallory.close();
    await amina.close();
    const phone = await bruno.secondDevice();
    await untilTexts(phone, spaceId, ["long ago", "in the present epoch"]);
    await phone.commands["chat.send"]({ spaceId, text: "here I am" });
    await amina.restart();
    await untilText(amina, spaceId, "here I am");
    await phone.close();
    await mallory.restart();
    await bruno.restart();
  },
  LONG,
);

test(
  "a stuck device that nobody answers comes back in its own place",
  async () => {
    const spaceId = await spaceOf(amina, [bruno]);
    await bruno.commands["chat.send"]({ spaceId, text: "one" });
    await untilText(amina, spaceId, "one");
    await atRest(bruno);
    await bruno.close();
    await amina.close();
    const db = new DatabaseSync(join(bruno.directory, "store.db"), { timeout: 5000 });
    db.prepare("UPDATE spaces SET trouble = 'stuck' WHERE log_id = ?").run(spaceId);
    db.close();
    await bruno.restart();
    await bruno.until("space", { spaceId }, (space) => space?.trouble === null);
    await bruno.commands["chat.send"]({ spaceId, text: "two" });
    await untilTexts(bruno, spaceId, ["one", "two"]);
    await amina.restart();
    await untilTexts(amina, spaceId, ["one", "two"]);
    const people = await amina.until("people", { spaceId }, (all) => all.length === 2);
    expect(people.map((one) => one.devices)).toEqual([1, 1]);
    expect((await amina.now("space", { spaceId }))?.trouble).toBeNull();
  },
  LONG,
);

test(
  "devices that are lost for good lose their places, once their owner says so",
  async () => {
    const spaceId = await spaceOf(bruno, [amina]);
    await amina.until("people", { spaceId }, (all) => all.every((one) => one.name));
    await atRest(amina);
    await amina.close();
    const { secret } = leakOf(bruno, net.node(1), spaceId);
    const phone = await amina.secondDevice();
    await phone.commands["devices.allLost"]({});
    await isIn(spaceId, phone);
    await bruno.until("people", { spaceId }, (all) =>
      all.some((one) => one.identityId === amina.identityId && one.devices === 1),
    );
    await phone.commands["chat.send"]({ spaceId, text: "only me" });
    await untilText(bruno, spaceId, "only me");
    // What the lost ones knew opens nothing any more.
    expect(leakOf(bruno, net.node(1), spaceId).secret).not.toEqual(secret);
    await phone.close();
    const next = await amina.secondDevice();
    await bruno.close();
    await untilText(next, spaceId, "only me");
    await next.close();
  },
  LONG,
);

const KILLS = scale(5, 120);
/** Nobody signs in more often than this in a few minutes: their node would make them wait. */
const KILLS_EACH = 15;

/** Somebody comes back with nothing, again and again, on devices that are killed at different moments. */
async function comesBack(name: string, rounds: readonly number[]): Promise<void> {
  const dario = await net.person({ node: 0, name, displayName: "Dario" });
  const spaces = [await spaceOf(bruno, [dario]), await spaceOf(dario, [])];
  for (const spaceId of spaces) await dario.commands["chat.send"]({ spaceId, text: "start" });
  await atRest(dario);
  await bruno.close();
  await dario.close();
  const said = ["start"];
  for (const round of rounds) {
    const phone = await dario.secondDevice();
    const killed = phone.killAfter(20 + Math.floor((round * 70) / KILLS));
    const back = Promise.all(spaces.map((spaceId) => isIn(spaceId, phone)));
    await Promise.race([killed, back]);
    await phone.restart();
    const text = `round ${round}`;
    for (const spaceId of spaces) {
      await isIn(spaceId, phone);
      await phone.commands["chat.send"]({ spaceId, text });
    }
    said.push(text);
    for (const spaceId of spaces) await untilTexts(phone, spaceId, said);
    for (const table of ["rejoins", "key_packages"])
      expect(storeRows(phone.directory, `SELECT * FROM ${table}`)).toEqual([]);
    await atRest(phone);
    expect(phone.faults).toEqual([]);
    await phone.close();
  }
  await bruno.restart();
  await untilTexts(bruno, spaces[0]!, said);
  expect((await bruno.now("space", { spaceId: spaces[0]! }))?.trouble).toBeNull();
}

test(
  `${KILLS} kills between any two steps of coming back: it goes on where it was, and nobody is left behind`,
  async () => {
    for (let first = 0; first < KILLS; first += KILLS_EACH) {
      const rounds = Array.from(
        { length: Math.min(KILLS_EACH, KILLS - first) },
        (_, at) => first + at,
      );
      await comesBack(`dario${first}`, rounds);
    }
  },
  KILLS * 40_000,
);

test("nothing failed that nobody foresaw", () => {
  expect([amina, bruno, mallory].flatMap((person) => person.faults)).toEqual([]);
});
