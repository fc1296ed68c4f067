import { afterEach, expect, test } from "vitest";
import { openNodeStore } from "../../../platform/node/store.ts";
import type { SqlStore } from "../../ports.ts";
import { filesSchema } from "../files/tables.ts";
import { testId, toolHarness } from "../harness.ts";
import type { BroughtLive, ToBring } from "./api.ts";
import { remove } from "./delete.ts";
import { brought } from "./index.ts";
import { known, put } from "./put.ts";
import { list, messages, one as oneOf, place } from "./queries.ts";

const AMINA = testId(32, 2);
/** Identities differ in their first half. */
const ME = `${"a1".repeat(16)}${"0".repeat(32)}`;
const OTHER = `${"b2".repeat(16)}${"0".repeat(32)}`;
let store: SqlStore | undefined;
afterEach(() => store?.close());

async function start(me = ME) {
  const opened = await openNodeStore(":memory:");
  store = opened;
  const harness = await toolHarness(opened, brought, { me });
  await harness.member(me, { name: "Me" });
  await harness.member(AMINA, { name: "Amina", role: "steward" });
  await harness.member(OTHER, { name: "Other" });
  const empty = new Uint8Array();
  await opened.transaction((tx) => {
    tx.exec(filesSchema);
    tx.run(
      `INSERT INTO spaces (log_id, hub, hub_key, genesis, kind, history, title, state, created, gen, seq, head, hub_seq,
         read_from, epoch, seat_id, seat_key, own_hash)
       VALUES (?, 'a.localhost', ?2, ?2, 'group', 'all', 'Harbour', 'active', 1, 0, 0, ?2, 0, 0, 0, ?2, ?2, ?2)`,
      [harness.spaceId, empty],
    );
  });
  const { context, spaceId } = harness;
  const bring = (some: ToBring[], chat: string | null = null, more = {}) =>
    put(context, {
      spaceId,
      chat,
      service: "whatsapp",
      title: "Fishers",
      hints: [],
      messages: some,
      ...more,
    });
  const read = async (chat: string, offset = 0, limit = 500) =>
    messages(context, { spaceId, chat, offset, limit });
  return { opened, harness, context, spaceId, bring, read };
}

const T = Date.UTC(2021, 3, 5, 6, 7, 8);
const say = (number: number, more: Partial<ToBring> = {}): ToBring => ({
  key: `key ${number}`,
  at: T + number * 1000,
  n: number,
  name: number % 2 === 0 ? "Amina" : "Bruno 🎣",
  text: `words ${number}`,
  reply: null,
  thread: null,
  edited: null,
  files: [],
  lacks: [],
  reactions: [],
  ...more,
});
const many = (count: number) => Array.from({ length: count }, (_, at) => say(at));

test("messages come many in an event, in their order, with their own times and names, and as nobody's own words", async () => {
  const { harness, bring, read, context, spaceId, opened } = await start();
  const { chat, added } = await bring(many(1200));
  expect(added).toBe(1200);
  await harness.flush();
  expect(harness.log.length).toBeLessThan(8);
  const page = await read(chat, 1000, 100);
  expect(page.total).toBe(1200);
  expect(page.messages[0]).toMatchObject({ text: "words 1000", at: T + 1_000_000, name: "Amina" });
  expect(await list(context, { spaceId })).toMatchObject([
    { title: "Fishers", messages: 1200, people: 2, from: T, to: T + 1_199_000, mine: true },
  ]);
  // Neither the list of what is new nor a count of what is unread grows by it; one line says so.
  expect(await opened.all("SELECT * FROM activity")).toEqual([]);
  expect(await opened.all("SELECT kind, title FROM notices")).toEqual([
    { kind: "brought", title: `${chat} Fishers` },
  ]);
});

test("the same export once more, or a longer one, brings only what is missing", async () => {
  const { harness, bring, read } = await start();
  const { chat } = await bring(many(30));
  await harness.flush();
  expect(await bring(many(30), chat)).toEqual({ chat, added: 0, there: 30 });
  expect(await bring(many(40), chat)).toEqual({ chat, added: 10, there: 30 });
  await harness.flush();
  expect((await read(chat)).total).toBe(40);
  // Within one call, too.
  expect(await bring([say(50), say(50)], chat)).toEqual({ chat, added: 1, there: 1 });
});

test("where one has brought it before is known by its messages, whatever the file is called", async () => {
  const { harness, bring, context, spaceId } = await start();
  const { chat } = await bring(many(10));
  await harness.flush();
  const keys = ["key 3", "key 9", "key 99"];
  expect(await known(context, { service: "whatsapp", keys })).toMatchObject([
    { spaceId, chat, title: "Fishers", known: 2 },
  ]);
  expect(await known(context, { service: "slack", keys })).toEqual([]);
});

test("answers, threads, files, what is missing and reactions come along", async () => {
  const { harness, bring, read } = await start();
  const { chat } = await bring([
    say(0),
    say(1, { reply: "key 0", reactions: [{ emoji: "🐟", names: ["Amina", "Chen"] }] }),
    say(2, {
      thread: "key 0",
      files: [{ name: "IMG-1.jpg", type: "image/jpeg" }],
      lacks: ["a.mp4"],
    }),
    say(3, { name: null, text: "Amina added Chen", edited: T }),
    say(4, { reply: "not there" }),
  ]);
  await harness.flush();
  const { messages: all } = await read(chat);
  expect(all[1]).toMatchObject({
    answers: { id: all[0]?.id, name: "Amina", text: "words 0" },
    reactions: [{ emoji: "🐟", names: ["Amina", "Chen"] }],
  });
  expect(all[2]?.files).toMatchObject([{ name: "IMG-1.jpg", type: "image/jpeg" }]);
  expect(all[2]?.lacks).toEqual(["a.mp4"]);
  expect(all[3]).toMatchObject({ name: null, edited: T });
  expect(all[4]?.answers).toMatchObject({ text: "", name: "" });
});

test("names may be said to be members: a word of whoever brought it, that later ones replace", async () => {
  const { harness, bring, read } = await start();
  const hints = [{ name: "Amina", identityId: AMINA }];
  const { chat } = await bring(many(2), null, { hints });
  await harness.flush();
  expect((await read(chat)).messages.map(({ hint }) => hint)).toEqual(["Amina", null]);
  await bring([], chat, { hints: [] });
  await harness.flush();
  expect((await read(chat)).messages.map(({ hint }) => hint)).toEqual([null, null]);
});

test("whoever brought it, and those who lead, delete it for all; nobody else does, and nobody adds to another's", async () => {
  const { harness, bring, read, context, spaceId, opened } = await start();
  const { chat } = await bring(many(10));
  await harness.flush();
  const target = {
    chat: Uint8Array.from(chat.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
  };
  await harness.receive(OTHER, "brought.delete", target);
  expect((await read(chat)).total).toBe(10);
  // The same short id of another author is another conversation.
  await harness.receive(OTHER, "brought.part", {
    chat: target.chat.slice(16),
    names: ["Amina"],
    messages: [{ id: new Uint8Array(8), at: 1, n: 0, by: 0, text: "never said" }],
  });
  expect((await read(chat)).total).toBe(10);
  await harness.receive(AMINA, "brought.delete", target);
  expect((await read(chat)).total).toBe(0);
  expect(await list(context, { spaceId })).toEqual([]);
  expect(await opened.all("SELECT * FROM brought_messages WHERE chat = ?", [chat])).toEqual([]);
  expect(await opened.all("SELECT * FROM notices WHERE title LIKE '%Fishers'")).toEqual([]);
  // What comes under it later is not let in, after a rebuild neither.
  await bring([say(77)], chat);
  await harness.flush();
  expect((await read(chat)).total).toBe(0);
  await harness.rebuild();
  expect((await read(chat)).total).toBe(0);
});

test("single messages are deleted, and do not come again with the next export", async () => {
  const { harness, bring, read, context, spaceId } = await start();
  const { chat } = await bring(many(5));
  await harness.flush();
  const id = (await read(chat)).messages[2]?.id ?? "";
  await remove(context, { spaceId, chat, messages: [id] });
  expect((await read(chat)).messages.map(({ text }) => text)).not.toContain("words 2");
  await harness.flush();
  expect((await read(chat)).total).toBe(4);
  expect(await bring(many(5), chat)).toEqual({ chat, added: 0, there: 5 });
});

test("a page begins at a message or at a time", async () => {
  const { harness, bring, read, context, spaceId } = await start();
  const { chat } = await bring(many(100));
  await harness.flush();
  const message = (await read(chat, 60, 1)).messages[0]?.id ?? "";
  expect(await place(context, { spaceId, chat, message })).toEqual({ offset: 60 });
  expect(await place(context, { spaceId, chat, at: T + 30_500 })).toEqual({ offset: 31 });
  expect(await place(context, { spaceId, chat, message: "00".repeat(8) })).toEqual({
    offset: null,
  });
});

test("a long text and a flood of names and reactions fit into events", async () => {
  const { harness, bring, read } = await start();
  const names = Array.from({ length: 100 }, (_, at) => `${"名".repeat(190)}${at}`);
  const { chat } = await bring([
    say(0, { text: "あ".repeat(8000), reactions: [{ emoji: "👍", names }] }),
    say(1, { text: `${"x".repeat(7999)}\u{1f600}` }),
    say(2, {
      reactions: Array.from({ length: 50 }, (_, at) => ({
        emoji: "👍",
        names: names.map((name) => `${at}${name}`),
      })),
    }),
  ]);
  await harness.flush();
  expect((await read(chat)).total).toBe(3);
  for (const { event } of harness.log) expect(event.payload.length).toBeLessThan(200_000);
});

test("what is played in another order, again, or rebuilt comes to the same", async () => {
  const { harness, bring, read } = await start();
  const { chat } = await bring(many(700));
  // Its own events in the other order, one of them twice.
  const waiting = harness.outbox.map(({ event }) => event);
  for (const event of waiting.toReversed()) await harness.confirm(event);
  for (const event of waiting) await harness.again(event, 1, false);
  const before = await read(chat);
  expect(before.total).toBe(700);
  await harness.rebuild();
  expect(await read(chat)).toEqual(before);
});

test("every read goes by an index", async () => {
  const { harness, bring, read, context, spaceId } = await start();
  const { chat } = await bring(many(20), null, { hints: [{ name: "Amina", identityId: AMINA }] });
  await harness.flush();
  const { messages: all }: BroughtLive["brought.messages"]["value"] = await read(chat);
  await place(context, { spaceId, chat, message: all[3]?.id ?? "" });
  await oneOf(context, { spaceId, chat });
  await remove(context, { spaceId, chat, messages: [all[4]?.id ?? ""] });
  await harness.flush();
  for (const { sql, plan } of await harness.plans())
    for (const step of plan) expect(step, sql).not.toMatch(/^SCAN (?!j\b|json_each|s\b|CONSTANT)/);
});
