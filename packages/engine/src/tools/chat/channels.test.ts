import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { openNodeStore } from "../../../platform/node/store.ts";
import type { SqlStore } from "../../ports.ts";
import { idBytes, testId, toolHarness } from "../harness.ts";
import type { RawEvent, ToolHarness } from "../harness.ts";
import { channelsOf } from "./channels.ts";
import type { ChannelAct } from "./channels.ts";
import { chatCommands as commands } from "./commands.ts";
import { chat } from "./index.ts";
import { chatQueries } from "./queries.ts";

const AMINA = testId(32, 2);
const BRUNO = testId(32, 3);
const stores: SqlStore[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});

async function start() {
  const store = await openNodeStore(":memory:");
  stores.push(store);
  const harness = await toolHarness(store, chat);
  const empty = new Uint8Array();
  await store.run(
    `INSERT INTO spaces (log_id, hub, hub_key, genesis, kind, history, title, state, created, gen, seq, head, hub_seq,
       read_from, epoch, seat_id, seat_key, own_hash)
     VALUES (?, 'a.localhost', ?, ?, 'group', 'all', 'Wakulima', 'active', 0, 0, 0, ?, 0, 0, 0, ?, ?, ?)`,
    [harness.spaceId, empty, empty, empty, empty, empty, empty],
  );
  await harness.member(AMINA, { name: "Amina", role: "steward" });
  await harness.member(BRUNO, { name: "Bruno" });
  await harness.member(harness.me, { name: "Me", role: "steward" });
  const { context, spaceId } = harness;
  const make = (name: string, id: string, who = AMINA) =>
    harness.receive(who, "chat.channel", { channel: idBytes(id), name });
  const list = () => chatQueries.channels.run(context, { spaceId });
  const texts = async (channel?: string) =>
    (await chatQueries.messages.run(context, { spaceId, limit: 100, channel })).messages.map(
      ({ text, notice }) => notice?.kind ?? text,
    );
  return { store, harness, context, spaceId, make, list, texts };
}

const C1 = testId(16, 0xc1);
const C2 = testId(16, 0xc2);

test("messages stand in the channel that they name, those that name none in the first; each is read for itself", async () => {
  const { harness, context, spaceId, make, list, texts } = await start();
  await make("Logistics", C1);
  await harness.receive(AMINA, "chat.message", { text: "for all" });
  await harness.receive(AMINA, "chat.message", { text: "the truck", channel: idBytes(C1) });
  expect(await texts()).toEqual(["channelMade", "for all"]);
  expect(await texts(C1)).toEqual(["the truck"]);
  const unread = async () => (await list()).map((one) => one.unread);
  expect(await unread()).toEqual([1, 1]);
  const last = harness.log.at(-1)?.position ?? 0;
  await commands.markRead(context, { spaceId, channel: C1, position: last });
  expect(await unread()).toEqual([1, 0]);
  const page = await chatQueries.messages.run(context, { spaceId, limit: 10 });
  expect(page.firstUnread).not.toBeNull();
});

test("what names a channel of which nothing is known stands in the first until it is", async () => {
  const { harness, make, texts, list } = await start();
  await harness.receive(AMINA, "chat.message", { text: "early", channel: idBytes(C1) });
  expect(await texts()).toEqual(["early"]);
  await make("Logistics", C1);
  expect(await texts(C1)).toEqual(["early"]);
  expect((await list()).map(({ name, unread }) => [name, unread])).toEqual([
    ["", 0],
    ["Logistics", 1],
  ]);
});

test("two who make a channel of one name at once make two, told apart by a number", async () => {
  const { make, list } = await start();
  await make("Press", C1, AMINA);
  await make("press", C2, BRUNO);
  expect((await list()).map(({ name }) => name)).toEqual(["", "Press", "press 2"]);
});

test("what is written while a channel is put away stays in it, and nobody writes there after", async () => {
  const { harness, context, spaceId, make, texts, list } = await start();
  await make("Press", C1);
  await commands.send(context, { spaceId, channel: C1, text: "waits on this device" });
  await harness.receive(AMINA, "chat.channel", { channel: idBytes(C1), archived: true });
  await harness.receive(BRUNO, "chat.message", { text: "crossed it", channel: idBytes(C1) });
  await harness.flush();
  expect(await texts(C1)).toEqual(["crossed it", "waits on this device"]);
  expect((await list())[1]).toMatchObject({ archived: true, unread: 1 });
  await expect(
    commands.send(context, { spaceId, channel: C1, text: "late" }),
  ).rejects.toMatchObject({
    code: "invalid",
    data: { field: "channel" },
  });
  await commands.changeChannel(context, { spaceId, channelId: C1, archived: false });
  await commands.send(context, { spaceId, channel: C1, text: "again" });
  expect(await texts(C1)).toHaveLength(3);
});

test("the first is always there and never put away; it can be named", async () => {
  const { harness, context, spaceId, list } = await start();
  await harness.receive(AMINA, "chat.channel", { archived: true, name: "Hall" });
  expect(await list()).toMatchObject([{ channelId: "", name: "Hall", archived: false }]);
  await expect(
    commands.changeChannel(context, { spaceId, channelId: "", archived: true }),
  ).rejects.toMatchObject({ code: "invalid" });
});

test("@everyone names all but who wrote it; a draft and a thread belong to their channel", async () => {
  const { harness, context, spaceId, make, list } = await start();
  await make("Press", C1);
  const root = await harness.receive(AMINA, "chat.message", {
    text: "@everyone",
    everyone: true,
    channel: idBytes(C1),
  });
  expect((await list()).map((one) => one.mentions)).toEqual([0, 1]);
  await commands.setDraft(context, { spaceId, channel: C1, text: "half a" });
  expect((await list()).map((one) => one.draft)).toEqual([null, "half a"]);
  const { eventId } = await commands.send(context, {
    spaceId,
    thread: root,
    also: true,
    text: "ok",
  });
  const around = await chatQueries.around.run(context, { spaceId, eventId, before: 5, after: 5 });
  expect(around?.channel).toBe(C1);
  expect(await chatQueries.channelOf.run(context, { spaceId, eventId })).toBe(C1);
});

test("names are checked, and only those who keep order change channels", async () => {
  const { harness, context, spaceId, make, list } = await start();
  await make("Press", C1);
  await expect(commands.makeChannel(context, { spaceId, name: " PRESS " })).rejects.toMatchObject({
    data: { field: "name" },
  });
  const { channelId } = await commands.makeChannel(context, {
    spaceId,
    name: "Seeds",
    purpose: "?",
  });
  await commands.orderChannels(context, { spaceId, channelIds: [channelId, C1] });
  expect((await list()).map(({ name }) => name)).toEqual(["", "Seeds", "Press"]);
  await harness.member(harness.me, { name: "Me", role: "member" });
  await expect(commands.makeChannel(context, { spaceId, name: "x" })).rejects.toMatchObject({
    code: "not_steward",
  });
});

const act: fc.Arbitrary<ChannelAct> = fc.record({
  channel: fc.constantFrom("", "a", "b", "c"),
  name: fc.option(fc.constantFrom("Press", "press", "Press 2", "Seeds")),
  purpose: fc.option(fc.constantFrom("", "why")),
  archived: fc.option(fc.constantFrom(0, 1)),
  sequence: fc.option(fc.constantFrom('["b","a"]', '["c","x"]'), { freq: 4 }),
});

test("whatever is said of channels, the first is first if it is there, and no two open ones have one name", () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 25 }), (acts) => {
      const rows = channelsOf(acts);
      expect(rows.findIndex(({ channel }) => channel === "")).toBeLessThan(1);
      const names = rows.filter((row) => row.archived === 0 && row.name !== "");
      expect(new Set(names.map(({ name }) => name.toLowerCase())).size).toBe(names.length);
      expect(new Set(rows.map(({ channel }) => channel)).size).toBe(rows.length);
    }),
  );
});

type Step = { who: number; act: ChannelAct } | { who: number; say: string };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ who: fc.nat({ max: 1 }), act }),
  fc.record({ who: fc.nat({ max: 1 }), say: fc.constantFrom("a", "b", "c") }),
);
const idOf = (label: string) => testId(16, label.charCodeAt(0));

function eventOf(harness: ToolHarness, one: Step): RawEvent {
  const who = one.who === 0 ? harness.me : AMINA;
  if ("say" in one)
    return harness.event(who, "chat.message", { text: one.say, channel: idBytes(idOf(one.say)) });
  const { channel, name, purpose, archived, sequence } = one.act;
  if (sequence !== null)
    return harness.event(who, "chat.channelOrder", {
      channels: (JSON.parse(sequence) as string[]).map((id) => idBytes(idOf(id))),
    });
  return harness.event(who, "chat.channel", {
    ...(channel === "" ? {} : { channel: idBytes(idOf(channel)) }),
    ...(name === null ? {} : { name }),
    ...(purpose === null ? {} : { purpose }),
    ...(archived === null ? {} : { archived: archived === 1 }),
  });
}

async function rowsOf(store: SqlStore): Promise<unknown> {
  return Promise.all(
    [
      "SELECT * FROM chat_channel_acts ORDER BY event_id",
      "SELECT * FROM chat_channels ORDER BY channel",
      "SELECT event_id, channel, named_channel FROM chat_messages ORDER BY event_id",
      "SELECT event_id, channel, position FROM activity ORDER BY event_id",
      "SELECT * FROM notices ORDER BY event_id",
    ].map((sql) => store.all(sql)),
  );
}

test("waiting, confirmed, repeated or played again: the rows are those of the log's order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const { store, harness } = await start();
      const events = steps.map((one) => eventOf(harness, one));
      // One's own wait first, and come to stand behind what others wrote meanwhile.
      for (const event of events) if (event.mine) await harness.wait(event);
      for (const event of events) if (!event.mine) await harness.confirm(event);
      await harness.flush();
      for (const { event } of harness.log) await harness.confirm(event);
      const rows = await rowsOf(store);
      await harness.rebuild();
      expect(await rowsOf(store)).toEqual(rows);
    }),
    { numRuns: 25 },
  );
});
