import { afterEach, expect, test } from "vitest";
import { openNodeStore } from "../../../platform/node/store.ts";
import type { SqlStore } from "../../ports.ts";
import { idBytes, testId, toolHarness } from "../harness.ts";
import { chat } from "./index.ts";

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
  const message = (eventId: string) =>
    opened.get<{ text: string; deleted: number; pending: number; position: number; newer: number }>(
      "SELECT text, deleted, pending, position, newer FROM chat_messages WHERE event_id = ?",
      [eventId],
    );
  const activity = (eventId: string) =>
    opened.get<{ text: string; mention: number; mine: number; position: number }>(
      "SELECT text, mention, mine, position FROM activity WHERE event_id = ?",
      [eventId],
    );
  return { opened, harness, message, activity };
}

test("a message that waits gets its place when the log confirms it, and keeps it when repeated", async () => {
  const { harness, message, activity } = await start();
  const mine = harness.event(harness.me, "chat.message", { text: "Habari" });
  await harness.wait(mine);
  expect(await message(mine.eventId)).toMatchObject({ pending: 1 });
  await harness.receive(AMINA, "chat.message", { text: "first" });
  await harness.confirm(mine);
  await harness.confirm(mine);
  await harness.again(mine, 9, false);
  await harness.again(mine, 2 ** 50 + 9, true);
  expect(await message(mine.eventId)).toMatchObject({ pending: 0, position: 2 });
  expect(await activity(mine.eventId)).toMatchObject({ position: 2, mine: 1, text: "Habari" });
});

test("only the author's edits and deletions count, and a steward's deletions", async () => {
  const { harness, message } = await start();
  const id = await harness.receive(AMINA, "chat.message", { text: "mine" });
  const target = idBytes(id);
  await harness.receive(BRUNO, "chat.edit", { target, text: "forged" });
  await harness.receive(BRUNO, "chat.delete", { target });
  expect(await message(id)).toMatchObject({ text: "mine", deleted: 0 });
  await harness.member(BRUNO, { name: "Bruno", role: "steward" });
  await harness.receive(BRUNO, "chat.edit", { target, text: "forged" });
  expect(await message(id)).toMatchObject({ text: "mine", deleted: 0 });
  await harness.receive(BRUNO, "chat.delete", { target });
  expect(await message(id)).toMatchObject({ text: "", deleted: 1 });
});

test("a steward's deletion still counts after the role is gone and all is played again", async () => {
  const { harness, message } = await start();
  const id = await harness.receive(AMINA, "chat.message", { text: "spam" });
  await harness.member(BRUNO, { name: "Bruno", role: "steward" });
  await harness.receive(BRUNO, "chat.delete", { target: idBytes(id) });
  await harness.member(BRUNO, { name: "Bruno", role: "member" });
  await harness.rebuild();
  expect(await message(id)).toMatchObject({ deleted: 1 });
});

test("a member's deletion does not begin to count when the member becomes a steward", async () => {
  const { harness, message } = await start();
  const id = await harness.receive(AMINA, "chat.message", { text: "stays" });
  await harness.receive(BRUNO, "chat.delete", { target: idBytes(id) });
  await harness.member(BRUNO, { name: "Bruno", role: "steward" });
  await harness.rebuild();
  expect(await message(id)).toMatchObject({ text: "stays", deleted: 0 });
});

test("a deletion that waits is undone when the log confirms it without the role", async () => {
  const { harness, message, activity } = await start();
  await harness.member(harness.me, { name: "Me", role: "steward" });
  const id = await harness.receive(AMINA, "chat.message", { text: "words" });
  const deletion = harness.event(harness.me, "chat.delete", { target: idBytes(id) });
  await harness.wait(deletion);
  expect(await message(id)).toMatchObject({ deleted: 1 });
  expect(await activity(id)).toMatchObject({ text: "" });
  await harness.member(harness.me, { name: "Me", role: "member" });
  await harness.confirm(deletion);
  expect(await message(id)).toMatchObject({ deleted: 0, text: "words" });
  expect(await activity(id)).toMatchObject({ text: "words" });
});

test("an edit of one's own stays on top of another device's until the log has its place", async () => {
  const { harness, message } = await start();
  const id = await harness.receive(harness.me, "chat.message", { text: "one" });
  const target = idBytes(id);
  const late = harness.event(harness.me, "chat.edit", { target, text: "from here" });
  await harness.wait(late);
  await harness.receive(harness.me, "chat.edit", { target, text: "from the other device" });
  expect(await message(id)).toMatchObject({ text: "from here" });
  await harness.confirm(late);
  expect(await message(id)).toMatchObject({ text: "from here" });
});

test("changes to a message that is not there yet wait for it", async () => {
  const { harness, message } = await start();
  const late = harness.event(AMINA, "chat.message", { text: "old" });
  const target = idBytes(late.eventId);
  await harness.receive(AMINA, "chat.edit", { target, text: "edited" });
  await harness.receive(BRUNO, "chat.edit", { target, text: "forged" });
  await harness.receive(BRUNO, "chat.reaction", { target, emoji: "👍", on: true });
  expect(await message(late.eventId)).toBeUndefined();
  await harness.confirm(late);
  expect(await message(late.eventId)).toMatchObject({ text: "edited" });
});

test("a confirmed deletion leaves no text behind in the tool's tables", async () => {
  const { harness, opened } = await start();
  const canary = "zanzibar";
  const id = await harness.receive(AMINA, "chat.message", { text: canary });
  const target = idBytes(id);
  await harness.receive(AMINA, "chat.edit", { target, text: `${canary} again` });
  await harness.receive(AMINA, "chat.delete", { target });
  await harness.receive(AMINA, "chat.edit", { target, text: `${canary} late` });
  for (const table of ["chat_messages", "chat_changes", "activity"])
    expect(JSON.stringify(await opened.all(`SELECT * FROM ${table}`))).not.toContain(canary);
});

test("the list of what is new has the present text on one line, and a mention of oneself", async () => {
  const { harness, activity } = await start();
  const mentions = [idBytes(harness.me)];
  const id = await harness.receive(AMINA, "chat.message", { text: "Hi\n\nyou", mentions });
  expect(await activity(id)).toEqual({ text: "Hi you", mention: 1, mine: 0, position: 1 });
  await harness.receive(AMINA, "chat.edit", { target: idBytes(id), text: "Hello" });
  expect(await activity(id)).toMatchObject({ text: "Hello", mention: 1 });
  await harness.receive(AMINA, "chat.delete", { target: idBytes(id) });
  expect(await activity(id)).toMatchObject({ text: "", mention: 0 });
  const other = await harness.receive(AMINA, "chat.message", {
    text: "x",
    mentions: [idBytes(BRUNO)],
  });
  expect(await activity(other)).toMatchObject({ mention: 0 });
  const own = await harness.receive(harness.me, "chat.message", { text: "me", mentions });
  expect(await activity(own)).toMatchObject({ mention: 0, mine: 1 });
});

test("what a newer app wrote is a line that says so, and a later edit clears what only a change brought", async () => {
  const { harness, message } = await start();
  const poll = await harness.receive(AMINA, "chat.message", { text: "", poll: 1, must: ["poll"] });
  expect(await message(poll)).toMatchObject({ newer: 1, text: "" });
  const id = await harness.receive(AMINA, "chat.message", { text: "plain" });
  const target = idBytes(id);
  await harness.receive(AMINA, "chat.edit", { target, rich: 1, must: ["rich"] });
  expect(await message(id)).toMatchObject({ newer: 2, text: "plain" });
  await harness.receive(AMINA, "chat.edit", { target, text: "plain again" });
  expect(await message(id)).toMatchObject({ newer: 0, text: "plain again" });
});

test("the same events in another space are other rows", async () => {
  const { harness, opened } = await start();
  const one = harness.event(AMINA, "chat.message", { text: "here" });
  await harness.confirm(one);
  await opened.transaction((tx) => {
    chat.reduce(tx, {
      ...one,
      logId: testId(32, 0xb0),
      position: 1,
      pending: false,
      payload: { text: "there" },
    });
  });
  expect(await opened.all("SELECT text FROM chat_messages ORDER BY text")).toEqual([
    { text: "here" },
    { text: "there" },
  ]);
});
