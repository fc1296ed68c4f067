/** The search of real engines: what comes over the network is found, on every device, through kills and changes, and goes with the account. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { storeRows } from "./inspect.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { fragmentOf, spaceOf, untilText } from "./spaces.ts";
import { until } from "./until.ts";

let net: Network;
let amina: Person;
let bruno: Person;
let spaceId: string;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina Otieno" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno Díaz" });
  spaceId = await spaceOf(amina, [bruno], { title: "Water committee" });
});
afterAll(() => net.close());

/** What is found now, by what it is and how it begins. */
async function find(person: Person, text: string): Promise<string[]> {
  const { hits } = await person.commands["search.find"]({ text });
  return hits.map(({ kind, title, snippet }) => `${kind} ${title === "" ? snippet : title}`);
}

test("what somebody else wrote is found at once, with who and where", async () => {
  await bruno.commands["chat.send"]({ spaceId, text: "The repaired pump is behind the granary" });
  await untilText(amina, spaceId, "The repaired pump is behind the granary");
  const { hits } = await amina.commands["search.find"]({ text: "granary" });
  expect(hits).toEqual([
    expect.objectContaining({
      kind: "message",
      spaceId,
      authorName: "Bruno Díaz",
      spaceTitle: "Water committee",
    }),
  ]);
  const around = await amina.now("chat.around", {
    spaceId,
    eventId: hits[0]?.ref ?? "",
    before: 5,
    after: 5,
  });
  expect(around?.messages.map(({ text }) => text)).toContain(
    "The repaired pump is behind the granary",
  );
});

test("people and conversations are found by name, also with an error", async () => {
  expect(await find(amina, "brnuo")).toEqual(["person Bruno Díaz"]);
  expect(await find(bruno, "wattr comittee")).toEqual(["space Water committee"]);
  await amina.commands["space.rename"]({ spaceId, title: "Irrigation committee" });
  await bruno.until("space", { spaceId }, (space) => space?.title === "Irrigation committee");
  expect(await find(bruno, "irrigation")).toEqual(["space Irrigation committee"]);
  expect(await find(bruno, "water")).toEqual([]);
});

test("an edit and a deletion are followed on both sides", async () => {
  const { eventId } = await amina.commands["chat.send"]({ spaceId, text: "the marigold gate" });
  await untilText(bruno, spaceId, "the marigold gate");
  expect(await find(bruno, "marigold")).toHaveLength(1);
  await amina.commands["chat.edit"]({ spaceId, eventId, text: "the hibiscus gate" });
  await untilText(bruno, spaceId, "the hibiscus gate");
  for (const one of [amina, bruno]) {
    expect(await find(one, "marigold")).toEqual([]);
    expect(await find(one, "hibiscus")).toHaveLength(1);
  }
  await amina.commands["chat.delete"]({ spaceId, eventId });
  await until(async () => (await find(bruno, "hibiscus")).length === 0);
});

test("an engine that is killed while it reads goes on, and finds everything once", async () => {
  for (let n = 0; n < 120; n++)
    await amina.commands["chat.send"]({ spaceId, text: `kestrel ${n}` });
  await untilText(bruno, spaceId, "kestrel 119");
  for (const steps of [1, 2, 3, 5]) {
    const killed = bruno.killAfter(steps);
    bruno.commands["search.rebuild"]({}).catch(() => undefined);
    await killed;
    await bruno.restart();
  }
  const found = async (): Promise<string[]> => {
    const page = await bruno.commands["search.find"]({ text: "kestrel", limit: 200 });
    return page.hits.map(({ ref }) => ref);
  };
  await until(async () => (await found()).length === 120, "all are found");
  expect(new Set(await found()).size).toBe(120);
});

test("a file is found by its name, an error in it forgiven, and by the text in it, on both sides", async () => {
  const add = (name: string, text: string) =>
    amina.commands["files.add"]({
      spaceId,
      parentId: null,
      name,
      content: new Blob([text]),
      prepared: { type: "application/pdf", text },
    });
  await add("Rainfall-ledger-2026.pdf", "Millimetres by month. The nightjar station was flooded.");
  for (const one of [amina, bruno]) {
    await until(async () => (await find(one, "rainfal leger")).length === 1, "found by name");
    expect(await find(one, "type:file 2026")).toEqual(["file Rainfall-ledger-2026.pdf"]);
    await until(async () => (await find(one, "nightjar")).length === 1, "found by text");
    const { hits } = await one.commands["search.find"]({ text: "nightjar has:document" });
    expect(hits[0]?.snippet).toContain("The nightjar station was flooded");
    expect(hits[0]?.spaceTitle).toBe("Irrigation committee");
  }
});

test("a new device finds what was said before it came", async () => {
  const laptop = await bruno.secondDevice();
  await laptop.until("space", { spaceId }, (space) => space?.state === "active");
  await untilText(laptop, spaceId, "kestrel 119");
  await until(async () => (await find(laptop, "granary")).length === 1, "found on the new device");
  await laptop.close();
});

test("a conversation that is taken off the device leaves nothing to be found", async () => {
  const { spaceId: other } = await amina.commands["space.create"]({ title: "Short lived" });
  await amina.commands["chat.send"]({ spaceId: other, text: "an oleander word" });
  const { link } = await amina.commands["space.invite"]({ spaceId: other, days: 1 });
  await bruno.commands["space.ask"]({ fragment: fragmentOf(link) });
  await untilText(bruno, other, "an oleander word");
  expect(await find(bruno, "oleander")).toHaveLength(1);
  await bruno.commands["space.leave"]({ spaceId: other });
  await bruno.until("space", { spaceId: other }, (space) => space?.state === "left");
  await bruno.commands["space.forget"]({ spaceId: other });
  expect(await find(bruno, "oleander")).toEqual([]);
  expect(await find(bruno, "short lived")).toEqual([]);
});

test("signing out empties the index with everything else", async () => {
  await find(bruno, "granary");
  await bruno.commands["account.signOut"]({});
  for (const table of ["docs", "count", "labels", "terms", "part_terms", "near", "texts", "dirty"])
    expect(storeRows(bruno.directory, `SELECT * FROM search_${table}`), table).toEqual([]);
  expect(storeRows(bruno.directory, "SELECT count(*) AS n FROM search_words_docsize")).toEqual([
    { n: 0 },
  ]);
});
