/** Broadcast lists over real nodes and engines: each person gets it once, in the conversation of the two, whatever is cut off. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ListDetails } from "@baraza/engine";
import { readFileOf } from "./files.ts";
import { storeRows } from "./inspect.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import { pairByPicture } from "./pairing.ts";
import type { Person } from "./person.ts";
import { seeded } from "./seeded.ts";
import { bringIn, messagesOf, spaceOf, untilText } from "./spaces.ts";

let net: Network;
let amina: Person;
let bruno: Person;
let chen: Person;
let dana: Person;
let withBruno: string;
let withChen: string;
let listId: string;

let sendings = 0;
const nextId = (): string => (++sendings).toString(16).padStart(32, "0");

async function pairOf(host: Person, guest: Person): Promise<string> {
  const { spaceId } = await host.commands["space.create"]({
    title: "Two",
    kind: "pair",
    untitled: true,
  });
  await bringIn(host, guest, spaceId);
  return spaceId;
}

const count = async (person: Person, spaceId: string, text: string): Promise<number> =>
  (await messagesOf(person, spaceId)).filter((one) => one.text === text).length;
/** The newest sending, once everybody has it who gets it. */
const through = (person: Person, text: string) =>
  person
    .until("lists.one", { listId }, (list) =>
      Boolean(list?.sendings.some((one) => one.text === text && one.waits === 0)),
    )
    .then((list) => list?.sendings.find((one) => one.text === text));

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
  chen = await net.person({ node: 0, name: "chen", displayName: "Chen" });
  dana = await net.person({ node: 1, name: "dana", displayName: "Dana" });
  withBruno = await pairOf(amina, bruno);
  withChen = await pairOf(amina, chen);
  await spaceOf(amina, [dana]);
  ({ listId } = await amina.commands["lists.put"]({ name: "Delegates" }));
});
afterAll(() => net.close());

test("people with whom one has a conversation of two can be on it, and nobody else", async () => {
  const put = (identityIds: string[]) =>
    amina.commands["lists.people"]({ listId, identityIds, on: true });
  await expect(put([dana.identityId])).rejects.toMatchObject({ code: "invalid" });
  await expect(put([amina.identityId])).rejects.toMatchObject({ code: "invalid" });
  await expect(
    amina.commands["lists.send"]({ listId, sendingId: nextId(), text: "to nobody" }),
  ).rejects.toMatchObject({ code: "invalid" });
  await put([bruno.identityId, chen.identityId]);
  const list = await amina.now("lists.one", { listId });
  expect(list?.people.map(({ name, spaceId, miss }) => [name, spaceId, miss])).toEqual([
    ["Bruno", withBruno, null],
    ["Chen", withChen, null],
  ]);
  expect(await amina.now("lists.all", {})).toEqual([{ listId, name: "Delegates", people: 2 }]);
  await expect(amina.commands["lists.put"]({ name: "  " })).rejects.toMatchObject({
    code: "invalid",
  });
});

test("each gets it apart, the same one asked twice goes once, and answers come back to one alone", async () => {
  const sendingId = nextId();
  const send = () =>
    amina.commands["lists.send"]({ listId, sendingId, text: "We meet at the mill" });
  await Promise.all([send(), send()]);
  await send();
  const got = await untilText(bruno, withBruno, "We meet at the mill");
  await untilText(chen, withChen, "We meet at the mill");
  expect(got.forwarded).toBeNull();
  expect(await bruno.now("space", { spaceId: withChen })).toBeNull();
  await bruno.commands["chat.send"]({ spaceId: withBruno, text: "I come" });
  await untilText(amina, withBruno, "I come");
  expect(await through(amina, "We meet at the mill")).toMatchObject({
    total: 2,
    sent: 2,
    missed: [],
    elsewhere: false,
  });
  await send();
  expect(await count(amina, withBruno, "We meet at the mill")).toBe(1);
  expect(await count(chen, withChen, "I come")).toBe(0);
  // What was needed to send it is not kept.
  for (const table of ["list_sendings", "list_posts"])
    expect(storeRows(amina.directory, `SELECT * FROM ${table}`)).toEqual([]);
});

test("without a line it waits, survives whatever is cut off, and goes to each once", async () => {
  amina.line.cut();
  await amina.commands["lists.send"]({ listId, sendingId: nextId(), text: "Bring seeds" });
  const waiting = await amina.until("lists.one", { listId }, (list) =>
    Boolean(list?.sendings.some((one) => one.text === "Bring seeds")),
  );
  expect(waiting?.sendings[0]).toMatchObject({ total: 2, sent: 0, waits: 2 });
  for (let step = 0; step < 6; step++) {
    await amina.kill();
    await amina.restart();
    const killed = amina.killAfter(step);
    await Promise.race([killed, through(amina, "Bring seeds").catch(() => undefined)]);
    await amina.restart();
  }
  expect(await through(amina, "Bring seeds")).toMatchObject({ sent: 2, waits: 0, missed: [] });
  await untilText(bruno, withBruno, "Bring seeds");
  await untilText(chen, withChen, "Bring seeds");
  expect(await count(bruno, withBruno, "Bring seeds")).toBe(1);
  expect(await count(chen, withChen, "Bring seeds")).toBe(1);
});

test("a picture goes to each as a copy of their own, once, though the app is killed on the way", async () => {
  const bytes = seeded(4).bytes(30_000);
  await amina.commands["chat.attach"]({
    spaceId: withBruno,
    text: "The well",
    files: [
      {
        name: "well.jpg",
        content: new Blob([bytes]),
        prepared: { type: "image/jpeg", meta: { width: 640, height: 480 } },
      },
    ],
    folderName: "Files",
  });
  const { eventId } = await untilText(amina, withBruno, "The well");
  await amina.commands["lists.people"]({ listId, identityIds: [bruno.identityId], on: false });
  const sendingId = nextId();
  const forward = () =>
    amina.commands["lists.forward"]({
      listId,
      sendingId,
      spaceId: withBruno,
      eventId,
      named: true,
      folderName: "Files",
    });
  await forward();
  for (let step = 1; step < 8; step += 2) {
    const killed = amina.killAfter(step);
    await Promise.race([killed, through(amina, "The well").catch(() => undefined)]);
    await amina.restart();
  }
  await forward();
  expect(await through(amina, "The well")).toMatchObject({ files: 1, sent: 1, waits: 0 });
  const got = await untilText(chen, withChen, "The well");
  expect(got.forwarded).toBe("Amina");
  const fileId = got.media?.files[0]?.fileId ?? "";
  expect(Buffer.from(bytes).equals(await readFileOf(chen, withChen, fileId))).toBe(true);
  expect(await count(chen, withChen, "The well")).toBe(1);
  // Nothing is left of what was begun and cut off.
  const folder = await chen.now("files.folder", {
    spaceId: withChen,
    parentId: null,
    offset: 0,
    limit: 9,
  });
  expect(folder.entries.map(({ children }) => children)).toEqual([1]);
  await amina.commands["lists.people"]({ listId, identityIds: [bruno.identityId], on: true });
});

test("whom one has blocked and who has left are named, and the others get it", async () => {
  const withDana = await pairOf(amina, dana);
  const put = (one: Person) =>
    amina.commands["lists.people"]({ listId, identityIds: [one.identityId], on: true });
  await put(dana);
  await dana.commands["space.leave"]({ spaceId: withDana });
  await amina.until("people", { spaceId: withDana }, (people) => people.length === 1);
  await amina.commands["requests.block"]({ identityId: bruno.identityId });
  await amina.commands["lists.send"]({ listId, sendingId: nextId(), text: "For who is left" });
  const sent = await through(amina, "For who is left");
  expect(sent).toMatchObject({ total: 3, sent: 1, waits: 0 });
  expect(sent?.missed.map(({ name, why }) => [name, why])).toEqual([
    ["Dana", "gone"],
    ["Bruno", "blocked"],
  ]);
  await untilText(chen, withChen, "For who is left");
  expect(await count(amina, withBruno, "For who is left")).toBe(0);
  await amina.commands["requests.unblock"]({ identityId: bruno.identityId });
});

test("what disappears in one of the conversations is not kept with the list", async () => {
  await amina.commands["vanish.set"]({ spaceId: withChen, ms: 24 * 60 * 60_000 });
  await amina.commands["lists.send"]({ listId, sendingId: nextId(), text: "Not for keeps" });
  await untilText(chen, withChen, "Not for keeps");
  const list = await amina.until("lists.one", { listId }, (one) =>
    Boolean(one?.sendings[0]?.passes && one.sendings[0].waits === 0),
  );
  expect(list?.sendings[0]).toMatchObject({ text: "", passes: true, sent: 2 });
  const kept = storeRows<{ value: string }>(
    amina.directory,
    "SELECT value FROM marks WHERE value LIKE '%Not for keeps%'",
  );
  expect(kept).toEqual([]);
});

test("another device of one's own has the list, and what became of what was sent", async () => {
  const phone = await amina.bareDevice();
  await pairByPicture(amina, phone);
  const list = await phone.until("lists.one", { listId }, (one) =>
    Boolean(one && one.people.length === 3 && one.sendings.length >= 5),
  );
  expect(list?.name).toBe("Delegates");
  // Before it is in all conversations it passes nobody over.
  await phone.until("lists.one", { listId }, (one) =>
    Boolean(one?.people.every(({ miss }) => miss !== "arriving")),
  );
  expect(await through(phone, "Bring seeds")).toMatchObject({
    total: 2,
    sent: 2,
    elsewhere: false,
  });
  await phone.commands["lists.send"]({ listId, sendingId: nextId(), text: "From the phone" });
  await untilText(bruno, withBruno, "From the phone");
  await amina.until("lists.one", { listId }, (one) =>
    Boolean(one?.sendings.some(({ passes, sent, at }) => passes && sent === 2 && at > 0)),
  );
  await phone.commands["lists.remove"]({ listId });
  expect(await amina.until("lists.one", { listId }, (one) => one === null)).toBeNull();
  expect(await amina.now("lists.all", {})).toEqual([]);
  await untilText(amina, withBruno, "From the phone");
  for (const person of [amina, bruno, chen, dana, phone]) expect(person.faults).toEqual([]);
});

test("what a device was sending when it was removed says so, and how many have it", async () => {
  const erik = await net.person({ node: 1, name: "erik", displayName: "Erik" });
  await pairOf(erik, amina);
  ({ listId } = await amina.commands["lists.put"]({ name: "Riders" }));
  await amina.commands["lists.people"]({
    listId,
    identityIds: [chen.identityId, erik.identityId],
    on: true,
  });
  const tablet = await amina.bareDevice();
  await pairByPicture(amina, tablet);
  await tablet.until("lists.one", { listId }, (one) =>
    Boolean(one?.people.length === 2 && one.people.every(({ miss }) => miss === null)),
  );
  // The node that keeps the conversation with one of them is away, so it is still under way when the device goes.
  await net.node(1).kill();
  await tablet.commands["lists.send"]({ listId, sendingId: nextId(), text: "Half of you" });
  await untilText(chen, withChen, "Half of you");
  const half = (one: ListDetails | null) => one?.sendings[0];
  const seen = await amina.until("lists.one", { listId }, (one) => half(one)?.sent === 1);
  expect(half(seen)).toMatchObject({ total: 2, waits: 1, elsewhere: true, lost: false });
  const deviceId = (await tablet.now("devices.list", {})).find(({ here }) => here)?.deviceId ?? "";
  await tablet.kill();
  await amina.commands["devices.remove"]({ deviceId });
  const lost = await amina.until("lists.one", { listId }, (one) => half(one)?.lost === true);
  expect(half(lost)).toMatchObject({ total: 2, sent: 1, waits: 1, elsewhere: true });
  await net.node(1).restart();
});
