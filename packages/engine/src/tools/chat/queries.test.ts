import { afterEach, expect, test } from "vitest";
import { openNodeStore } from "../../../platform/node/store.ts";
import type { SqlStore } from "../../ports.ts";
import { live } from "../../store/live.ts";
import { idBytes, testId, toolHarness } from "../harness.ts";
import type { MessagePage } from "./api.ts";
import { chatCommands as commands } from "./commands.ts";
import { chat } from "./index.ts";
import { chatQueries } from "./queries.ts";

const AMINA = testId(32, 2);
const BRUNO = testId(32, 3);
let store: SqlStore | undefined;
afterEach(() => store?.close());

async function start() {
  const opened = await openNodeStore(":memory:");
  store = opened;
  const harness = await toolHarness(opened, chat);
  await harness.member(AMINA, { name: "Amina" });
  await harness.member(BRUNO, { name: "Bruno" });
  await harness.member(harness.me, { name: "Me" });
  const { context, spaceId } = harness;
  const page = (limit = 50) => chatQueries.messages.run(context, { spaceId, limit });
  const notice = (position: number, kind: string, subject: string, by: string | null = null) =>
    opened.run("INSERT INTO notices VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [
      spaceId,
      testId(16, 0x9000 + position),
      position,
      1,
      kind,
      subject,
      by,
      kind === "renamed" ? "Kikao" : null,
    ]);
  return { opened, harness, context, spaceId, page, notice };
}

const texts = ({ messages }: MessagePage) =>
  messages.map(({ text, notice }) => notice?.kind ?? text);

test("a page holds the newest lines, oldest first, notices among them, and says whether older ones are there", async () => {
  const { harness, page, notice } = await start();
  for (const text of ["one", "two", "three"])
    await harness.receive(AMINA, "chat.message", { text });
  await notice(4, "joined", BRUNO);
  expect(texts(await page(2))).toEqual(["three", "joined"]);
  expect((await page(3)).more).toBe(true);
  const all = await page(4);
  expect(texts(all)).toEqual(["one", "two", "three", "joined"]);
  expect(all.more).toBe(false);
});

test("a notice names who it is about, who did it, and the new title", async () => {
  const { page, notice } = await start();
  await notice(1, "removed", BRUNO, AMINA);
  await notice(2, "renamed", AMINA, AMINA);
  await notice(3, "unheard-of", AMINA);
  const { messages } = await page();
  expect(messages.map((line) => line.notice)).toEqual([
    { kind: "removed", name: "Bruno", by: "Amina", title: null },
    { kind: "renamed", name: "Amina", by: "Amina", title: "Kikao" },
  ]);
  expect(messages[0]).toMatchObject({ author: AMINA, authorName: "Amina", text: "" });
});

test("names come from the space's members, else from people one knows", async () => {
  const { opened, harness, page } = await start();
  const carla = testId(32, 4);
  await opened.run("INSERT INTO people VALUES (?, 'Carla', 'carla@b.localhost', 'met', 1)", [
    carla,
  ]);
  await harness.receive(AMINA, "chat.message", { text: "a" });
  await harness.receive(carla, "chat.message", { text: "c" });
  await harness.receive(testId(32, 5), "chat.message", { text: "?" });
  expect((await page()).messages.map(({ authorName }) => authorName)).toEqual([
    "Amina",
    "Carla",
    "",
  ]);
});

test("one's own message waits, is sent, and is delivered once another member has seen it", async () => {
  const { harness, context, spaceId, page } = await start();
  const state = async () => (await page()).messages.at(-1)?.state;
  await commands.send(context, { spaceId, text: "mine" });
  expect(await state()).toBe("waiting");
  await harness.flush();
  expect(await state()).toBe("sent");
  await harness.member(harness.me, { name: "Me", seen: 1 });
  expect(await state()).toBe("sent");
  await harness.member(BRUNO, { name: "Bruno", seen: 1 });
  expect(await state()).toBe("delivered");
  await harness.receive(AMINA, "chat.message", { text: "hers, which is here" });
  expect(await state()).toBe("delivered");
});

test("a message shows 200 different reactions, and one's own beyond them", async () => {
  const { harness, page } = await start();
  const target = idBytes(await harness.receive(BRUNO, "chat.message", { text: "flooded" }));
  const signs = Array.from({ length: 250 }, (_, n) => String.fromCodePoint(0x1f400 + n));
  for (const emoji of signs)
    await harness.receive(BRUNO, "chat.reaction", { target, emoji, on: true });
  await harness.receive(harness.me, "chat.reaction", { target, emoji: signs.at(-1), on: true });
  const { reactions = [] } = (await page()).messages.at(-1) ?? {};
  expect(reactions.length).toBe(201);
  expect(reactions.at(-1)).toMatchObject({ emoji: signs.at(-1), mine: true, count: 2 });
});

test("reactions are grouped in the order of first use; the last word of each person counts", async () => {
  const { harness, page } = await start();
  const target = idBytes(await harness.receive(AMINA, "chat.message", { text: "Hi" }));
  const react = (author: string, emoji: string, on = true) =>
    harness.receive(author, "chat.reaction", { target, emoji, on });
  await react(BRUNO, "👍");
  await react(AMINA, "❤️");
  await react(harness.me, "👍");
  await react(BRUNO, "👍", false);
  await react(AMINA, "🎉");
  await react(AMINA, "🎉", false);
  expect((await page()).messages[0]?.reactions).toEqual([
    { emoji: "👍", count: 1, mine: true, names: ["Me"] },
    { emoji: "❤️", count: 1, mine: false, names: ["Amina"] },
  ]);
});

test("an answer quotes what is answered: as edited, as deleted, or unknown", async () => {
  const { harness, page } = await start();
  const first = await harness.receive(AMINA, "chat.message", { text: "question" });
  const target = idBytes(first);
  await harness.receive(BRUNO, "chat.message", { text: "answer", replyTo: target });
  const quote = async () => (await page()).messages.at(-1)?.replyTo;
  await harness.receive(AMINA, "chat.edit", { target, text: "better question" });
  expect(await quote()).toEqual({
    eventId: first,
    authorName: "Amina",
    text: "better question",
    deleted: false,
  });
  await harness.receive(AMINA, "chat.delete", { target });
  expect(await quote()).toMatchObject({ text: "", deleted: true });
  const unknown = testId(16, 0xdead);
  await harness.receive(BRUNO, "chat.message", { text: "to what?", replyTo: idBytes(unknown) });
  expect(await quote()).toEqual({ eventId: unknown, authorName: "", text: "", deleted: false });
});

test("a deleted message keeps its line and nothing of what it said", async () => {
  const { harness, page } = await start();
  const mentions = [idBytes(harness.me)];
  const id = await harness.receive(AMINA, "chat.message", { text: "gone", mentions });
  const target = idBytes(id);
  await harness.receive(BRUNO, "chat.reaction", { target, emoji: "👍", on: true });
  await harness.receive(AMINA, "chat.edit", { target, text: "gone too" });
  expect((await page()).messages[0]).toMatchObject({ mentionsMe: true, mentions: [harness.me] });
  await harness.receive(AMINA, "chat.delete", { target });
  expect((await page()).messages).toMatchObject([
    {
      eventId: id,
      deleted: true,
      text: "",
      editedAt: null,
      mentions: [],
      mentionsMe: false,
      reactions: [],
    },
  ]);
});

test("the first unread message is the first of somebody else's behind the read position", async () => {
  const { harness, context, spaceId, page } = await start();
  const first = await harness.receive(AMINA, "chat.message", { text: "1" });
  await harness.receive(harness.me, "chat.message", { text: "2" });
  const gone = await harness.receive(AMINA, "chat.message", { text: "3" });
  const last = await harness.receive(AMINA, "chat.message", { text: "4" });
  expect((await page()).firstUnread).toBe(first);
  await commands.markRead(context, { spaceId, position: 1 });
  expect((await page()).firstUnread).toBe(gone);
  await harness.receive(AMINA, "chat.delete", { target: idBytes(gone) });
  expect((await page(1)).firstUnread).toBe(last);
  await commands.markRead(context, { spaceId, position: 4 });
  expect((await page()).firstUnread).toBeNull();
});

test("what a newer app wrote says so", async () => {
  const { harness, page } = await start();
  await harness.receive(AMINA, "chat.message", { text: "", poll: 1, must: ["poll"] });
  expect((await page()).messages).toMatchObject([{ needsNewerApp: true, text: "" }]);
});

test("a limit or a space that makes no sense is refused", async () => {
  const { context, spaceId } = await start();
  for (const args of [
    { spaceId, limit: 0 },
    { spaceId, limit: 1.5 },
    { spaceId: "", limit: 5 },
  ])
    await expect(chatQueries.messages.run(context, args)).rejects.toMatchObject({
      code: "invalid",
    });
});

test("a screen is told again when what it shows changed, and only then", async () => {
  const { opened, harness, context, spaceId } = await start();
  const query = chatQueries.messages;
  const pages: MessagePage[] = [];
  const told = (count: number) => expect.poll(() => pages.length).toBe(count);
  const watch = live(opened, {
    tables: query.tables,
    query: () => query.run(context, { spaceId, limit: 10 }),
  });
  const stop = watch.subscribe((page) => pages.push(page));
  await told(1);
  const id = await harness.receive(AMINA, "chat.message", { text: "one" });
  const target = idBytes(id);
  await told(2);
  await harness.receive(AMINA, "chat.reaction", { target, emoji: "👍", on: true });
  await told(3);
  await harness.receive(AMINA, "chat.edit", { target, text: "two" });
  await told(4);
  await commands.markRead(context, { spaceId, position: 1 });
  await told(5);
  await harness.member(AMINA, { name: "Amina K." });
  await told(6);
  // A draft, another one's invalid edit, and a repeat change nothing that is shown.
  await commands.setDraft(context, { spaceId, text: "d" });
  await harness.receive(BRUNO, "chat.edit", { target, text: "forged" });
  const [first] = harness.log;
  if (first !== undefined) await harness.confirm(first.event);
  await opened.run("INSERT INTO people VALUES (?, 'Amina K.', '', 'met', 1)", [AMINA]);
  await harness.receive(AMINA, "chat.message", { text: "end" });
  await told(7);
  expect(pages.at(-1)?.messages.map(({ text }) => text)).toEqual(["two", "end"]);
  stop();
});

test("no statement of the tool reads a table from end to end", async () => {
  const { harness, context, spaceId, page } = await start();
  const id = await harness.receive(AMINA, "chat.message", {
    text: "hello",
    mentions: [idBytes(harness.me)],
  });
  const { eventId } = await commands.send(context, { spaceId, text: "hello", replyTo: id });
  await commands.edit(context, { spaceId, eventId, text: "hello again" });
  await commands.react(context, { spaceId, eventId: id, emoji: "👍", on: true });
  await commands.setDraft(context, { spaceId, text: "d" });
  await commands.setDraft(context, { spaceId, text: "" });
  await commands.markRead(context, { spaceId, position: 2 ** 50 + 1 });
  await chatQueries.draft.run(context, { spaceId });
  await page();
  await chatQueries.around.run(context, { spaceId, eventId, before: 5, after: 5 });
  const inThread = await commands.send(context, { spaceId, text: "aside", thread: id });
  await commands.follow(context, { spaceId, root: id, on: true });
  await commands.markThreadRead(context, { spaceId, root: id, position: 3 });
  await harness.member(harness.me, { name: "Me", role: "steward" });
  await commands.pin(context, { spaceId, eventId: id, on: true });
  await commands.pin(context, { spaceId, eventId: id, on: false });
  await commands.forward(context, { spaceId, eventId: id, to: [spaceId], named: true });
  const poll = await commands.poll(context, {
    spaceId,
    question: "When?",
    choices: ["Mon", "Tue"],
    several: false,
    hidden: false,
    open: true,
    closesAt: null,
  });
  const ask = { spaceId, eventId: poll.eventId };
  await commands.addChoice(context, { ...ask, text: "Wed" });
  await commands.vote(context, { ...ask, choices: ["1"] });
  await commands.endPoll(context, ask);
  await page();
  await chatQueries.thread.run(context, { spaceId, root: id, limit: 10 });
  await chatQueries.history.run(context, { spaceId, eventId });
  await chatQueries.pins.run(context, { spaceId });
  await harness.receive(AMINA, "chat.message", { text: "in it", thread: idBytes(id) });
  await commands.delete(context, { spaceId, eventId: inThread.eventId });
  await commands.delete(context, ask);
  await commands.delete(context, { spaceId, eventId });
  await harness.flush();
  const plans = await harness.plans();
  expect(plans.length).toBeGreaterThan(20);
  // Short by nature: the one account, and the ids that were handed in.
  const short = /^SCAN (?:account|json_each|CONSTANT ROW)\b/;
  // These go through a space, or through as much of it as they return: its members, its notices, its newest messages.
  const space =
    /^SEARCH (?:members|n|chat_drafts|chat_pinned|read_positions|m USING INDEX chat_messages_in_line|k USING INDEX chat_pinned_by_position)\b/;
  const long = plans.flatMap(({ sql, plan }) =>
    plan
      .filter((line) => line.startsWith("SCAN") && !short.test(line))
      .concat(plan.filter((line) => line.endsWith("(log_id=?)") && !space.test(line)))
      .map((line) => ({ line, sql })),
  );
  expect(long).toEqual([]);
  const unread = plans.find(({ sql }) => sql.includes("mine = 0 AND deleted = 0"));
  expect(unread?.plan.join()).toContain("chat_messages_of_others");
  const sorts = plans.filter(
    ({ sql, plan }) =>
      /FROM chat_messages m/.test(sql) && plan.some((line) => line.includes("TEMP B-TREE")),
  );
  expect(sorts).toEqual([]);
});

test("a message is shown in its surroundings, older and newer ones as asked for", async () => {
  const { harness, context, spaceId } = await start();
  const ids: string[] = [];
  for (let n = 0; n < 20; n++)
    ids.push(await harness.receive(AMINA, "chat.message", { text: `${n}` }));
  const look = (n: number, before: number, after: number) =>
    chatQueries.around.run(context, { spaceId, eventId: ids[n] ?? "", before, after });
  const texts = async (n: number, before: number, after: number) =>
    (await look(n, before, after))?.messages
      .filter(({ notice }) => notice === null)
      .map(({ text }) => text);
  expect(await texts(10, 2, 3)).toEqual(["8", "9", "10", "11", "12", "13"]);
  expect(await look(10, 2, 3)).toMatchObject({ more: true, moreAfter: true });
  expect(await texts(0, 5, 1)).toEqual(["0", "1"]);
  expect(await look(0, 5, 1)).toMatchObject({ more: false, moreAfter: true });
  expect(await texts(19, 1, 9)).toEqual(["18", "19"]);
  expect(await look(19, 1, 9)).toMatchObject({ more: true, moreAfter: false });
  const nowhere = { spaceId, eventId: testId(16, 0xdead), before: 5, after: 5 };
  expect(await chatQueries.around.run(context, nowhere)).toBeNull();
});
