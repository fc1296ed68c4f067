/** Earlier texts, pins, forwarding, and who deleted what. */
import { decodeCbor } from "@baraza/protocol";
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

async function start(role: "steward" | "member" = "member") {
  const opened = await openNodeStore(":memory:");
  store = opened;
  const harness = await toolHarness(opened, chat);
  await harness.member(harness.me, { name: "Me", role });
  await harness.member(AMINA, { name: "Amina", role: "steward" });
  await harness.member(BRUNO, { name: "Bruno" });
  const { context, spaceId } = harness;
  const line = async () =>
    (await chatQueries.messages.run(context, { spaceId, limit: 50 })).messages;
  const pins = async () =>
    (await chatQueries.pins.run(context, { spaceId })).map(
      ({ text, pinnedBy }) => `${text} by ${pinnedBy}`,
    );
  const history = async (eventId: string) =>
    (await chatQueries.history.run(context, { spaceId, eventId })).map(({ text }) => text);
  const says = (who: string, text: string) => harness.receive(who, "chat.message", { text });
  const pin = (who: string, target: string, on: boolean) =>
    harness.receive(who, "chat.pin", { target: idBytes(target), on });
  return { opened, harness, context, spaceId, line, pins, history, says, pin };
}

test("everybody sees what a message said before, and nobody what a deleted one said", async () => {
  const { opened, harness, context, spaceId, history, says } = await start();
  const id = await says(AMINA, "first");
  const target = idBytes(id);
  expect(await history(id)).toEqual(["first"]);
  await harness.receive(AMINA, "chat.edit", { target, text: "second" });
  await harness.receive(BRUNO, "chat.edit", { target, text: "forged" });
  await harness.receive(AMINA, "chat.edit", { target, text: "third" });
  expect(await history(id)).toEqual(["first", "second", "third"]);
  await harness.rebuild();
  expect(await history(id)).toEqual(["first", "second", "third"]);
  await harness.receive(AMINA, "chat.delete", { target });
  expect(await history(id)).toEqual([]);
  // Nor does this device keep it.
  const kept = await opened.all<{ text: string }>(
    "SELECT text || original AS text FROM chat_messages UNION ALL SELECT text FROM chat_changes",
  );
  expect(kept.map(({ text }) => text).join("")).not.toMatch(/first|second|third/);
  const mine = await commands.send(context, { spaceId, text: "mine" });
  await commands.edit(context, { spaceId, eventId: mine.eventId, text: "mine, better" });
  expect(await history(mine.eventId)).toEqual(["mine", "mine, better"]);
});

test("a message that somebody else deleted says who did", async () => {
  const { harness, line, says } = await start();
  const [one, two] = [await says(BRUNO, "one"), await says(BRUNO, "two")];
  await harness.receive(AMINA, "chat.delete", { target: idBytes(one) });
  await harness.receive(BRUNO, "chat.delete", { target: idBytes(two) });
  await harness.receive(AMINA, "chat.delete", { target: idBytes(two) });
  expect((await line()).map(({ deletedBy }) => deletedBy)).toEqual(["Amina", null]);
});

test("those who lead pin, the last word counts, and what is deleted is not shown", async () => {
  const { harness, line, pins, says, pin } = await start();
  const [one, two] = [await says(BRUNO, "**one**"), await says(BRUNO, "two")];
  await pin(BRUNO, one, true);
  expect(await pins()).toEqual([]);
  await pin(AMINA, one, true);
  await pin(AMINA, two, true);
  expect(await pins()).toEqual(["two by Amina", "one by Amina"]);
  expect((await line()).map(({ pinned }) => pinned)).toEqual([true, true]);
  await pin(BRUNO, two, false);
  await pin(AMINA, one, false);
  expect(await pins()).toEqual(["two by Amina"]);
  await harness.rebuild();
  expect(await pins()).toEqual(["two by Amina"]);
  await harness.receive(BRUNO, "chat.delete", { target: idBytes(two) });
  expect(await pins()).toEqual([]);
});

test("a pin by somebody who lost the lead meanwhile is taken off again", async () => {
  const { harness, context, spaceId, pins, says } = await start("steward");
  const one = await says(BRUNO, "one");
  await commands.pin(context, { spaceId, eventId: one, on: true });
  expect(await pins()).toEqual(["one by Me"]);
  await harness.member(harness.me, { name: "Me", role: "member" });
  await harness.flush();
  expect(await pins()).toEqual([]);
  await expect(commands.pin(context, { spaceId, eventId: one, on: true })).rejects.toMatchObject({
    code: "not_steward",
  });
});

test("a message is brought elsewhere with the name of its author or without, and keeps the first author's", async () => {
  const { harness, context, spaceId, line, says } = await start();
  const id = await says(AMINA, "words");
  const to = [spaceId];
  const last = () => {
    const payload = decodeCbor(harness.outbox.at(-1)!.event.payload) as Record<string, unknown>;
    return payload.forwarded;
  };
  await commands.forward(context, { spaceId, eventId: id, to, named: true });
  expect(last()).toBe("Amina");
  const again = harness.outbox.at(-1)!.event.eventId;
  await commands.forward(context, { spaceId, eventId: again, to, named: true });
  expect(last()).toBe("Amina");
  await commands.forward(context, { spaceId, eventId: again, to, named: false });
  expect(last()).toBe("");
  expect((await line()).map(({ text, forwarded }) => [text, forwarded])).toEqual([
    ["words", null],
    ["words", "Amina"],
    ["words", "Amina"],
    ["words", ""],
  ]);
});
