/** Quiet confirmations over real nodes and engines: what nobody answers is confirmed once, and what nobody has seen is said. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { storeRows } from "./inspect.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { spaceOf, untilText } from "./spaces.ts";
import { until } from "./until.ts";

const HOUR = 60 * 60_000;

let net: Network;
let amina: Person;
let bruno: Person;
/** By how much all clocks are ahead, those of the nodes as well. */
let ahead = 0;

beforeAll(async () => {
  net = await network({ nodes: 2, now: () => Date.now() + ahead });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
});
afterAll(() => net.close());

const confirmations = (spaceId: string) =>
  storeRows(
    amina.directory,
    `SELECT seq FROM events WHERE type = 'space.seen' AND log_id = '${spaceId}'`,
  ).length;

/** A conversation in which both have written, and in which he has the last word. */
async function talk(last: string): Promise<string> {
  const spaceId = await spaceOf(bruno, [amina]);
  await amina.commands["chat.send"]({ spaceId, text: "Hello" });
  await untilText(bruno, spaceId, "Hello");
  for (const person of [amina, bruno]) await person.until("status", {}, (one) => one.waiting === 0);
  await bruno.commands["chat.send"]({ spaceId, text: last });
  await untilText(amina, spaceId, last);
  return spaceId;
}

/** All clocks go on, with the apps closed; who is named is opened again. */
async function later(hours: number, ...opened: Person[]): Promise<void> {
  for (const person of [amina, bruno]) await person.close();
  ahead += hours * HOUR;
  for (const person of [amina, bruno]) person.clockAhead = ahead;
  for (const person of opened) await person.restart();
}

test("somebody's last word is confirmed once, however often one looks", async () => {
  const spaceId = await talk("Good night");
  expect(confirmations(spaceId)).toBe(0);
  await later(30, amina);
  await untilText(amina, spaceId, "Good night");
  await until(() => confirmations(spaceId) > 0, "a confirmation is in the log");
  // What follows from it has been done many times over.
  for (let round = 0; round < 20; round++) {
    await amina.commands["sync.now"]({});
    await amina.until("status", {}, ({ waiting, line }) => waiting === 0 && line === "online");
  }
  expect(confirmations(spaceId)).toBe(1);
  await later(30, amina);
  for (let round = 0; round < 20; round++) await amina.commands["sync.now"]({});
  expect(confirmations(spaceId)).toBe(1);
  await bruno.restart();
  expect(amina.faults).toEqual([]);
});

test("what an author says of its time hurries nobody", async () => {
  const spaceId = await talk("now");
  bruno.clockAhead = ahead - 1000 * HOUR;
  await bruno.commands["chat.send"]({ spaceId, text: "long ago" });
  await untilText(amina, spaceId, "long ago");
  for (let round = 0; round < 5; round++) await amina.commands["sync.now"]({});
  expect(confirmations(spaceId)).toBe(0);
  bruno.clockAhead = ahead;
});

test("one's own word that nobody has seen for a day is flagged, although the other had the word before", async () => {
  const spaceId = await talk("Your turn");
  await bruno.close();
  await amina.commands["chat.send"]({ spaceId, text: "Do you read this?" });
  await amina.until("status", {}, ({ waiting }) => waiting === 0);
  await later(30, amina);
  const space = await amina.until("space", { spaceId }, (one) => one?.trouble != null);
  expect(space?.trouble?.kind).toBe("unconfirmed");
  await bruno.restart();
  await bruno.commands["chat.send"]({ spaceId, text: "I do" });
  await amina.until("space", { spaceId }, (one) => one?.trouble === null);
});
