/** What can be opened once, over real nodes and engines, on clocks that the test moves. */
import { strFromU8, unzipSync } from "fflate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { archiveOf } from "./archives.ts";
import { hubContent, storeRows } from "./inspect.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import { pairByPicture } from "./pairing.ts";
import type { Person } from "./person.ts";
import { seeded } from "./seeded.ts";
import { messagesOf, spaceOf } from "./spaces.ts";
import { until } from "./until.ts";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

let net: Network;
let amina: Person;
let bruno: Person;
let ahead = 0;

beforeAll(async () => {
  net = await network({ nodes: 2, now: () => Date.now() + ahead });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
});
afterAll(() => net.close());

async function later(ms: number, people: readonly Person[]): Promise<void> {
  ahead += ms;
  for (const one of people) {
    one.clockAhead += ms;
    await one.restart();
  }
}
const picture = (bytes: Uint8Array<ArrayBuffer>, more: object = {}) => ({
  text: "Look at the gate",
  files: [
    {
      name: "gate.jpg",
      content: new Blob([bytes]),
      prepared: { type: "image/jpeg", meta: { width: 640, height: 480 } },
    },
  ],
  once: true,
  folderName: "From the conversation",
  ...more,
});
const onceIn = async (person: Person, spaceId: string) =>
  (await messagesOf(person, spaceId)).filter(({ media }) => media?.once !== undefined);
const untilOnce = async (person: Person, spaceId: string, state: string, count = 1) => {
  await person.until("chat.messages", { spaceId, limit: 50 }, ({ messages }) => {
    const all = messages.filter(({ media }) => media?.once?.state === state);
    return all.length === count;
  });
  const found = (await onceIn(person, spaceId)).at(-1);
  if (found === undefined) throw new Error("it is gone");
  return found;
};
const settled = (person: Person) => person.until("status", {}, (status) => status.waiting === 0);
/** Chunks of contents on a device, and keys of what can be opened. */
const left = (person: Person) => ({
  chunks: storeRows(person.directory, "SELECT blob_id FROM blob_chunks").length,
  keys: storeRows(person.directory, "SELECT 1 FROM chat_onces WHERE key IS NOT NULL").length,
  uploads: storeRows(person.directory, "SELECT 1 FROM files_uploads").length,
});

test("a picture is opened once, whole, and then forgotten on all of one's devices; it is no file of the space", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  const laptop = await bruno.bareDevice();
  await pairByPicture(bruno, laptop);
  await laptop.until("space", { spaceId }, (space) => space?.state === "active");
  for (const bytes of [seeded(1).bytes(3000), seeded(2).bytes(2_500_000)]) {
    await amina.commands["chat.attach"]({ spaceId, ...picture(bytes) });
    const { eventId, text } = await untilOnce(bruno, spaceId, "closed");
    await untilOnce(laptop, spaceId, "closed");
    expect(text).toBe("");
    const opened = await bruno.commands["chat.openOnce"]({ spaceId, eventId });
    expect(Buffer.from(opened.bytes).equals(Buffer.from(bytes))).toBe(true);
    expect(opened).toMatchObject({ kind: "picture", caption: "Look at the gate", width: 640 });
    await bruno.commands["chat.spendOnce"]({ spaceId, eventId });
    for (const one of [bruno, laptop]) {
      await until(async () => {
        const all = await onceIn(one, spaceId);
        return all.find((each) => each.eventId === eventId)?.media?.once?.state === "opened";
      }, "it to be opened everywhere");
      await expect(one.commands["chat.openOnce"]({ spaceId, eventId })).rejects.toMatchObject({
        code: "invalid",
      });
      expect(left(one)).toEqual({ chunks: 0, keys: 0, uploads: 0 });
      expect(one.faults).toEqual([]);
    }
    await until(() => left(amina).uploads === 0 && left(amina).chunks === 0, "nothing to be left");
    const { eventId: own } = await untilOnce(
      amina,
      spaceId,
      "sent",
      (await onceIn(amina, spaceId)).length,
    );
    await expect(amina.commands["chat.openOnce"]({ spaceId, eventId: own })).rejects.toMatchObject({
      code: "invalid",
    });
  }
  // Nothing of it in files, in a search, in what is new, or in what one takes along.
  const top = await bruno.now("files.folder", { spaceId, parentId: null, offset: 0, limit: 9 });
  expect(top.entries).toEqual([]);
  expect(storeRows(bruno.directory, "SELECT text FROM activity WHERE text <> ''")).toEqual([
    { text: "📷 1×" },
    { text: "📷 1×" },
  ]);
  const archive = Object.values(unzipSync(await archiveOf(bruno, "open", false)));
  expect(archive.map((file) => strFromU8(file)).join()).not.toContain("Look at the gate");
  for (const one of [amina, bruno, laptop]) {
    const stored = storeRows<{ payload: Uint8Array }>(one.directory, "SELECT payload FROM events");
    expect(stored.some(({ payload }) => Buffer.from(payload).includes("Look at the gate"))).toBe(
      false,
    );
  }
  await laptop.close();
});

test("a reader who never comes leaves nothing: it ends after two weeks, its key and what the hub keeps of it too", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  await bruno.close();
  await amina.commands["chat.attach"]({ spaceId, ...picture(seeded(3).bytes(5000)) });
  await untilOnce(amina, spaceId, "sent");
  await settled(amina);
  expect(hubContent(net.node(0), spaceId).kept).toBe(1);
  await later(13 * DAY, [amina]);
  bruno.clockAhead += 13 * DAY;
  await bruno.restart();
  const { eventId } = await untilOnce(bruno, spaceId, "closed");
  expect((await bruno.commands["chat.openOnce"]({ spaceId, eventId })).bytes.length).toBe(5000);
  await later(2 * DAY, [amina, bruno]);
  for (const one of [amina, bruno]) {
    await until(async () => (await onceIn(one, spaceId)).length === 0, "it to be over");
    expect(storeRows(one.directory, "SELECT 1 FROM chat_onces")).toEqual([]);
  }
  await until(
    () => storeRows(amina.directory, "SELECT 1 FROM chat_once_drops").length === 0,
    "the hub to be told",
    60_000,
  );
  await settled(amina);
  await until(() => hubContent(net.node(0), spaceId).kept === 0, "the hub to let go");
  // The hours in which it could have been sealed are over: nobody has their keys.
  const hour = Math.floor((Date.now() + ahead - 14 * DAY) / HOUR);
  for (const one of [amina, bruno])
    await until(
      () =>
        storeRows<{ level: number; node: number }>(
          one.directory,
          "SELECT level, node FROM vanish_keys WHERE log_id = ?",
          spaceId,
        ).every(({ level, node }) => node * 2 ** level >= hour - 4),
      "the keys of former hours to be gone",
    );
  for (const one of [amina, bruno])
    expect((await one.now("space", { spaceId }))?.trouble ?? null).toBeNull();
});

test("where messages disappear sooner it does too, and the hours' keys go as they did", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  await amina.commands["chat.attach"]({ spaceId, ...picture(seeded(4).bytes(4000)) });
  await untilOnce(bruno, spaceId, "closed");
  await amina.commands["vanish.set"]({ spaceId, ms: HOUR });
  await bruno.until("vanish.timer", { spaceId }, ({ ms }) => ms === HOUR);
  await amina.commands["chat.attach"]({ spaceId, ...picture(seeded(5).bytes(4000)) });
  await untilOnce(bruno, spaceId, "closed", 2);
  await later(6 * HOUR, [amina, bruno]);
  await untilOnce(bruno, spaceId, "closed", 1);
  const now = Math.floor((Date.now() + ahead) / HOUR);
  const covers = (hour: number) =>
    storeRows<{ level: number; node: number }>(
      bruno.directory,
      "SELECT level, node FROM vanish_keys WHERE log_id = ?",
      spaceId,
    ).some(({ level, node }) => Math.floor(hour / 2 ** level) === node);
  // The hour of the timer is gone; what stands outside of it lives on.
  await until(() => !covers(now - 6), "the hour of the timer to be gone");
  expect(covers(now)).toBe(true);
  expect(covers(now - 8)).toBe(true);
});

test("without a line it waits, can be taken back, and survives a kill", async () => {
  const spaceId = await spaceOf(amina, [bruno]);
  amina.line.cut();
  await amina.commands["chat.attach"]({ spaceId, ...picture(seeded(6).bytes(2000)) });
  const second = await amina.commands["chat.attach"]({
    spaceId,
    ...picture(seeded(7).bytes(2000)),
  });
  const waiting = await amina.now("chat.outgoing", { spaceId });
  expect(waiting.map(({ media }) => media.once?.state)).toEqual(["sent", "sent"]);
  expect(await amina.now("files.uploads", {})).toEqual([]);
  await amina.commands["chat.takeBack"]({ spaceId, id: second.id });
  await amina.kill();
  await amina.restart();
  amina.line.mend();
  const { eventId } = await untilOnce(bruno, spaceId, "closed");
  const opened = await bruno.commands["chat.openOnce"]({ spaceId, eventId });
  expect(Buffer.from(opened.bytes).equals(Buffer.from(seeded(6).bytes(2000)))).toBe(true);
  await settled(amina);
  expect((await onceIn(bruno, spaceId)).length).toBe(1);
});
