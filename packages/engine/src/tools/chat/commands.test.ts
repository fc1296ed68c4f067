import { decodeCbor } from "@baraza/protocol";
import { afterEach, expect, test } from "vitest";
import { openNodeStore } from "../../../platform/node/store.ts";
import type { SqlStore } from "../../ports.ts";
import { PENDING_POSITION } from "../../schema.ts";
import { idBytes, testId, toolHarness } from "../harness.ts";
import { chatCommands as commands } from "./commands.ts";
import { readChatEvent } from "./events.ts";
import { chat } from "./index.ts";
import { chatQueries } from "./queries.ts";

const AMINA = testId(32, 2);
let store: SqlStore | undefined;
afterEach(() => store?.close());

async function start() {
  const opened = await openNodeStore(":memory:");
  store = opened;
  const harness = await toolHarness(opened, chat);
  await harness.member(AMINA, { name: "Amina" });
  await harness.member(harness.me, { name: "Me" });
  const { context, spaceId } = harness;
  const posted = () =>
    harness.outbox.map(({ event }) => readChatEvent(event.type, decodeCbor(event.payload)));
  const readPosition = async () =>
    (await opened.get<{ position: number }>("SELECT position FROM read_positions"))?.position;
  const draft = () => chatQueries.draft.run(context, { spaceId });
  return { opened, harness, context, spaceId, posted, readPosition, draft };
}

const invalid = (field: string) =>
  expect.objectContaining({ code: "invalid", data: { field } }) as unknown;

test("a message is sent in normal form C, without space around it, each mention once", async () => {
  const { harness, context, spaceId, posted } = await start();
  const replyTo = await harness.receive(AMINA, "chat.message", { text: "Hi" });
  const { eventId } = await commands.send(context, {
    spaceId,
    text: "  cafe\u0301\n ",
    replyTo,
    mentions: [AMINA, AMINA],
  });
  expect(harness.outbox.map(({ event }) => event.eventId)).toEqual([eventId]);
  expect(posted()).toEqual([
    {
      kind: "message",
      text: "café",
      replyTo,
      mentions: [AMINA],
      thread: null,
      also: false,
      forwarded: null,
      everyone: false,
      media: null,
    },
  ]);
});

test.each([
  ["text", { text: " \n" }],
  ["text", { text: "x".repeat(8001) }],
  ["text", { text: "\ud83d" }],
  ["spaceId", { spaceId: "x" }],
  ["replyTo", { replyTo: testId(16, 99) }],
  ["mentions.0", { mentions: ["A".repeat(64)] }],
])("a message with a wrong %s is refused and nothing is written", async (field, wrong) => {
  const { harness, context, spaceId } = await start();
  await expect(commands.send(context, { spaceId, text: "ok", ...wrong })).rejects.toEqual(
    invalid(field),
  );
  expect(harness.outbox).toEqual([]);
});

test("a message with an id of one's own is sent once, however often it is asked for", async () => {
  const { harness, context, spaceId } = await start();
  const theirs = await harness.receive(AMINA, "chat.message", { text: "Hi" });
  const eventId = "0123456789abcdef0123456789abcdef";
  const ask = () => commands.send(context, { spaceId, eventId, text: "Habari" });
  expect(await Promise.all([ask(), ask()])).toEqual([{ eventId }, { eventId }]);
  expect(harness.outbox).toHaveLength(1);
  await harness.flush();
  expect(await ask()).toEqual({ eventId });
  expect(harness.outbox).toEqual([]);
  expect(harness.log.filter(({ event }) => event.eventId === eventId)).toHaveLength(1);
  await expect(
    commands.send(context, { spaceId, eventId: theirs, text: "Habari" }),
  ).rejects.toEqual(invalid("eventId"));
});

test("one edits one's own messages only, and only when something changes", async () => {
  const { harness, context, spaceId, posted } = await start();
  const theirs = await harness.receive(AMINA, "chat.message", { text: "theirs" });
  const mine = await harness.receive(harness.me, "chat.message", { text: "mine" });
  await expect(commands.edit(context, { spaceId, eventId: theirs, text: "x" })).rejects.toEqual(
    invalid("eventId"),
  );
  await commands.edit(context, { spaceId, eventId: mine, text: "mine" });
  expect(posted()).toEqual([]);
  await commands.edit(context, { spaceId, eventId: mine, text: "better" });
  expect(posted()).toEqual([{ kind: "edit", target: mine, text: "better" }]);
});

test("one deletes one's own messages, a steward anybody's, nobody a deleted one", async () => {
  const { harness, context, spaceId, posted } = await start();
  const theirs = await harness.receive(AMINA, "chat.message", { text: "theirs" });
  const mine = await harness.receive(harness.me, "chat.message", { text: "mine" });
  await commands.delete(context, { spaceId, eventId: mine });
  for (const eventId of [theirs, mine, testId(16, 99)])
    await expect(commands.delete(context, { spaceId, eventId })).rejects.toEqual(
      invalid("eventId"),
    );
  await harness.member(harness.me, { name: "Me", role: "steward" });
  await commands.delete(context, { spaceId, eventId: theirs });
  expect(posted()).toEqual([
    { kind: "delete", target: mine },
    { kind: "delete", target: theirs },
  ]);
});

test("a reaction is written only when it changes something", async () => {
  const { harness, context, spaceId, posted } = await start();
  const eventId = await harness.receive(AMINA, "chat.message", { text: "Hi" });
  const react = (emoji: string, on: boolean) =>
    commands.react(context, { spaceId, eventId, emoji, on });
  await react("👍", false);
  await react("👍", true);
  await react("👍", true);
  await react("👍", false);
  await react("👍", false);
  expect(posted()).toMatchObject([{ emoji: "👍", on: true }, { on: false }]);
  await expect(react("no", true)).rejects.toEqual(invalid("emoji"));
});

test("the read position moves forward and never back", async () => {
  const { harness, context, spaceId, readPosition } = await start();
  await harness.receive(AMINA, "chat.message", { text: "one" });
  const read = (position: number) => commands.markRead(context, { spaceId, position });
  await read(5);
  await read(3);
  expect(await readPosition()).toBe(5);
  await read(7);
  expect(await readPosition()).toBe(7);
  await expect(read(-1)).rejects.toEqual(invalid("position"));
});

test("having read a message that waits means having read all that the log has", async () => {
  const { harness, context, spaceId, readPosition } = await start();
  await harness.receive(AMINA, "chat.message", { text: "one" });
  await harness.receive(AMINA, "chat.message", { text: "two" });
  await commands.send(context, { spaceId, text: "mine" });
  await commands.markRead(context, { spaceId, position: PENDING_POSITION + 1 });
  expect(await readPosition()).toBe(2);
});

test("a draft is kept, replaced, taken away, and gone once it is sent", async () => {
  const { harness, context, spaceId, draft } = await start();
  const replyTo = await harness.receive(AMINA, "chat.message", { text: "Hi" });
  expect(await draft()).toBeNull();
  await commands.setDraft(context, { spaceId, text: "Hab", replyTo });
  expect(await draft()).toEqual({ text: "Hab", replyTo });
  await commands.setDraft(context, { spaceId, text: "Habari " });
  expect(await draft()).toEqual({ text: "Habari ", replyTo: null });
  await harness.rebuild();
  await commands.send(context, { spaceId, text: "something else" });
  expect(await draft()).toEqual({ text: "Habari ", replyTo: null });
  await commands.send(context, { spaceId, text: "Habari " });
  expect(await draft()).toBeNull();
  await commands.setDraft(context, { spaceId, text: "x" });
  await commands.setDraft(context, { spaceId, text: "" });
  expect(await draft()).toBeNull();
});

test("what was deleted can be neither answered nor reacted to", async () => {
  const { harness, context, spaceId } = await start();
  const eventId = await harness.receive(AMINA, "chat.message", { text: "Hi" });
  await harness.receive(AMINA, "chat.delete", { target: idBytes(eventId) });
  await expect(commands.send(context, { spaceId, text: "re", replyTo: eventId })).rejects.toEqual(
    invalid("replyTo"),
  );
  await expect(
    commands.react(context, { spaceId, eventId, emoji: "👍", on: true }),
  ).rejects.toEqual(invalid("eventId"));
});

test("a draft and what was ruled about deletions go when the space is taken off the device", async () => {
  const { opened, harness, context, spaceId, draft } = await start();
  const eventId = await harness.receive(AMINA, "chat.message", { text: "Hi" });
  await harness.receive(AMINA, "chat.delete", { target: idBytes(eventId) });
  await commands.setDraft(context, { spaceId, text: "secret" });
  await opened.run(
    `INSERT INTO spaces (log_id, hub, hub_key, genesis, kind, history, title, state, created, gen, seq, head, hub_seq,
       read_from, epoch, seat_id, seat_key, own_hash)
     VALUES (?, '', x'', x'', 'group', 'all', '', 'left', 0, 0, 0, x'', 0, 0, 0, x'', x'', x'')`,
    [spaceId],
  );
  expect(await opened.all("SELECT event_id FROM chat_rulings")).toHaveLength(1);
  await opened.run("DELETE FROM spaces WHERE log_id = ?", [spaceId]);
  expect(await draft()).toBeNull();
  expect(await opened.all("SELECT event_id FROM chat_rulings")).toEqual([]);
});
