import { afterEach, expect, test } from "vitest";
import { openNodeStore } from "../../../platform/node/store.ts";
import type { SqlStore } from "../../ports.ts";
import { idBytes, testId, toolHarness } from "../harness.ts";
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
  await harness.member(harness.me, { name: "Me" });
  await harness.member(AMINA, { name: "Amina" });
  await harness.member(BRUNO, { name: "Bruno" });
  const { context, spaceId } = harness;
  const line = async () =>
    (await chatQueries.messages.run(context, { spaceId, limit: 50 })).messages;
  const thread = (root: string) => chatQueries.thread.run(context, { spaceId, root, limit: 50 });
  /** Messages that the list of what is new counts. */
  const news = async () =>
    (
      await opened.all<{ text: string }>(
        "SELECT text FROM activity WHERE mine = 0 AND position > COALESCE((SELECT position FROM read_positions), -1)",
      )
    ).map(({ text }) => text);
  const says = (who: string, text: string, root?: string, more = {}) =>
    harness.receive(who, "chat.message", {
      text,
      ...(root === undefined ? {} : { thread: idBytes(root) }),
      ...more,
    });
  return { opened, harness, context, spaceId, line, thread, news, says };
}

test("what is said in a thread stands beside the conversation, and under its root how much and by whom", async () => {
  const { harness, line, thread, says } = await start();
  const root = await says(AMINA, "root");
  await says(BRUNO, "one", root);
  await says(AMINA, "two", root);
  await says(BRUNO, "three, for all", root, { also: true });
  await says(AMINA, "elsewhere");
  const shown = await line();
  expect(shown.map(({ text }) => text)).toEqual(["root", "three, for all", "elsewhere"]);
  expect(shown[0]?.thread).toMatchObject({
    count: 3,
    people: [{ name: "Bruno" }, { name: "Amina" }],
    following: false,
    unread: 0,
  });
  expect(shown[1]).toMatchObject({ inThread: root, thread: null });
  const opened = await thread(root);
  expect(opened?.root.text).toBe("root");
  expect(opened?.messages.map(({ text }) => text)).toEqual(["one", "two", "three, for all"]);
  await harness.rebuild();
  expect(await line()).toEqual(shown);
  expect(await thread(testId(16, 0xdead))).toBeNull();
});

test("an answer to a message of a thread goes into the same thread", async () => {
  const { context, spaceId, thread, says } = await start();
  const root = await says(AMINA, "root");
  const one = await says(BRUNO, "one", root);
  await commands.send(context, { spaceId, text: "mine", thread: one, replyTo: one });
  expect((await thread(root))?.messages.map(({ text }) => text)).toEqual(["one", "mine"]);
  await expect(
    commands.send(context, { spaceId, text: "x", thread: testId(16, 0xdead) }),
  ).rejects.toMatchObject({ code: "invalid", data: { field: "thread" } });
});

test("one is told of a thread that one began, wrote in or was named in, and of no other", async () => {
  const { harness, context, spaceId, news, says } = await start();
  const foreign = await says(AMINA, "foreign root");
  await commands.markRead(context, { spaceId, position: 1 });
  await says(BRUNO, "not for me", foreign);
  expect(await news()).toEqual([]);
  await says(BRUNO, "@Me look", foreign, { mentions: [idBytes(harness.me)] });
  await says(AMINA, "after I was named", foreign);
  const mine = await commands.send(context, { spaceId, text: "my root" });
  await harness.flush();
  await says(AMINA, "to my root", mine.eventId);
  expect(await news()).toEqual(["@Me look", "after I was named", "to my root"]);
});

test("the word to follow or not counts more than what one wrote, on all of one's devices", async () => {
  const { harness, context, spaceId, thread, news, says, line } = await start();
  const mine = await commands.send(context, { spaceId, text: "my root" });
  const foreign = await says(AMINA, "foreign root");
  await commands.follow(context, { spaceId, root: mine.eventId, on: false });
  await commands.follow(context, { spaceId, root: foreign, on: true });
  await harness.flush();
  await commands.markRead(context, { spaceId, position: 2 });
  await harness.rebuild();
  expect((await thread(mine.eventId))?.following).toBe(false);
  expect((await thread(foreign))?.following).toBe(true);
  await says(BRUNO, "to mine", mine.eventId);
  await says(BRUNO, "to foreign", foreign);
  expect(await news()).toEqual(["to foreign"]);
  expect((await line()).map(({ thread: one }) => one?.unread)).toEqual([1, 0]);
  // Nobody else has a say in it, wherever they write it.
  await harness.receive(AMINA, "chat.follow", {
    space: idBytes(spaceId),
    root: idBytes(mine.eventId),
    on: true,
  });
  expect((await thread(mine.eventId))?.following).toBe(false);
});

test("a thread that one has looked at is read, and so is what stands beside what one has read", async () => {
  const { harness, context, spaceId, line, news, says } = await start();
  const mine = await commands.send(context, { spaceId, text: "my root" });
  await harness.flush();
  await says(AMINA, "one", mine.eventId);
  await says(AMINA, "two", mine.eventId);
  expect((await line())[0]?.thread?.unread).toBe(2);
  await commands.markThreadRead(context, { spaceId, root: mine.eventId, position: 2 });
  expect((await line())[0]?.thread?.unread).toBe(1);
  await commands.markThreadRead(context, { spaceId, root: mine.eventId, position: 1 });
  expect((await line())[0]?.thread?.unread).toBe(1);
  // The conversation's newest message is the root: what hangs on it is seen there.
  expect(await news()).toEqual(["one", "two"]);
  // What waits to be sent has no place yet: reading does not go so far.
  await commands.send(context, { spaceId, text: "waits", thread: mine.eventId });
  await commands.markRead(context, { spaceId, position: 1 });
  expect(await news()).toEqual([]);
  await says(BRUNO, "three", mine.eventId);
  expect(await news()).toEqual(["three"]);
});

test("a message of a thread alone is not looked for in the conversation", async () => {
  const { context, spaceId, says } = await start();
  const root = await says(AMINA, "root");
  const aside = await says(BRUNO, "aside", root);
  const look = (eventId: string) =>
    chatQueries.around.run(context, { spaceId, eventId, before: 5, after: 5 });
  expect(await look(aside)).toEqual({
    messages: [],
    more: false,
    moreAfter: false,
    thread: root,
    channel: "",
  });
  expect(await look(root)).toMatchObject({ thread: null, messages: [{ text: "root" }] });
});
