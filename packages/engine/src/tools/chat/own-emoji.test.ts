import fc from "fast-check";
import * as v from "valibot";
import { afterEach, expect, test } from "vitest";
import { openNodeStore } from "../../../platform/node/store.ts";
import { mayPost } from "../../people/rules.ts";
import type { SqlStore } from "../../ports.ts";
import { idBytes, testId, toolHarness } from "../harness.ts";
import { chatCommands as commands } from "./commands.ts";
import { readChatEvent } from "./events.ts";
import { chat } from "./index.ts";
import { ownEmojiOf } from "./own-emoji.ts";
import type { EmojiAct } from "./own-emoji.ts";
import { isOwnSign, isSignName, signName } from "./own-sign.ts";
import { chatQueries } from "./queries.ts";

const AMINA = testId(32, 2);
const E1 = testId(16, 0xe1);
const E2 = testId(16, 0xe2);
let store: SqlStore | undefined;
afterEach(() => store?.close());

/** A PNG's header of so many pixels: more is not looked at. */
function png(edge: number, length = 100): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  new DataView(bytes.buffer).setUint32(16, edge);
  new DataView(bytes.buffer).setUint32(20, edge);
  return bytes;
}

async function start(role: "steward" | "member" = "steward") {
  store = await openNodeStore(":memory:");
  const harness = await toolHarness(store, chat);
  await harness.member(AMINA, { name: "Amina", role: "steward" });
  await harness.member(harness.me, { name: "Me", role });
  const { context, spaceId } = harness;
  const make = (emoji: string, more: object) =>
    harness.receive(AMINA, "chat.ownEmoji", { emoji: idBytes(emoji), ...more });
  const list = () => chatQueries.ownEmoji.run(context, { spaceId });
  const names = async () => (await list()).map(({ name }) => name);
  return { harness, context, spaceId, make, list, names };
}

test("names are letters, digits, _ and -, in any script, small and not too long", () => {
  for (const name of ["mshikamano", "تضامن", "एकता", "ok_2", "a-b"])
    expect(isSignName(name)).toBe(true);
  for (const name of ["a", "", "Big", "two words", ":x:", "_x", "x".repeat(33), "<b>", "a:b"])
    expect(isSignName(name)).toBe(false);
  expect(signName(" :Mshikamano: ")).toBe("mshikamano");
  expect(isOwnSign(":mshikamano:")).toBe(true);
  expect(isOwnSign("mshikamano")).toBe(false);
});

test("those who keep order make, name and take away; a former name still finds it", async () => {
  const { context, spaceId, list, names, harness } = await start();
  const picture = png(128);
  const { emojiId } = await commands.addEmoji(context, { spaceId, name: ":Mshikamano:", picture });
  expect(await names()).toEqual(["mshikamano"]);
  const [made] = await list();
  const read = await commands.emojiPicture(context, { spaceId, pictureId: made?.pictureId ?? "" });
  expect(read?.type).toBe("image/png");
  const other = commands.addEmoji(context, { spaceId, name: "mshikamano", picture });
  await expect(other).rejects.toMatchObject({ data: { field: "taken" } });
  await commands.renameEmoji(context, { spaceId, emojiId, name: "umoja" });
  await harness.flush();
  expect(await list()).toMatchObject([{ name: "umoja", former: ["mshikamano"] }]);
  const eventId = await harness.receive(AMINA, "chat.message", { text: "hi" });
  const react = (emoji: string, on = true) =>
    commands.react(context, { spaceId, eventId, emoji, on });
  await react(":umoja:");
  await react(":mshikamano:");
  await expect(react(":nobody:")).rejects.toMatchObject({ code: "invalid" });
  await commands.removeEmoji(context, { spaceId, emojiId });
  expect(await list()).toEqual([]);
  // What was taken away is read by its name, and can still be taken back.
  const { messages } = await chatQueries.messages.run(context, { spaceId, limit: 9 });
  expect(messages.at(-1)?.reactions.map(({ emoji }) => emoji)).toEqual([":umoja:", ":mshikamano:"]);
  await react(":umoja:", false);
});

test.each([
  ["too many pixels", png(129)],
  ["too many bytes", png(64, 16 * 1024 + 1)],
  ["no picture at all", new Uint8Array(100)],
])("not taken as a picture: %s", async (_, picture) => {
  const { context, spaceId } = await start();
  await expect(
    commands.addEmoji(context, { spaceId, name: "umoja", picture }),
  ).rejects.toMatchObject({
    code: "invalid",
    data: { field: "picture" },
  });
});

test("nobody else makes any, by the app or without it", async () => {
  const { context, spaceId } = await start("member");
  await expect(
    commands.addEmoji(context, { spaceId, name: "umoja", picture: png(64) }),
  ).rejects.toMatchObject({ code: "not_steward" });
  expect(mayPost("member", false, "chat.ownEmoji")).toBe(false);
  expect(mayPost("moderator", true, "chat.ownEmoji")).toBe(true);
});

test("what another's program sends is bounded: names, bytes, pixels when it is shown, and how many there are", async () => {
  const { harness, context, spaceId, make, list, names } = await start();
  const bad = [
    { name: "Not A Name", picture: png(1) },
    { name: "umoja", picture: png(1, 16 * 1024 + 1) },
  ];
  const { schema } = chat.events["chat.ownEmoji"] ?? {};
  const fits = (more: object) =>
    schema !== undefined && v.is(schema, { emoji: idBytes(E1), ...more });
  expect(fits({ name: "umoja", picture: png(1) })).toBe(true);
  for (const more of bad) expect(fits(more)).toBe(false);
  await make(E1, { name: "umoja", picture: png(4000) });
  const [huge] = await list();
  expect(
    await commands.emojiPicture(context, { spaceId, pictureId: huge?.pictureId ?? "" }),
  ).toBeNull();
  await make(E2, { name: "umoja", picture: png(8) });
  expect(await names()).toEqual(["umoja", "umoja2"]);
  for (let n = 0; n < 120; n++)
    await make(testId(16, 0x500 + n), { name: `e${n}`, picture: png(8) });
  expect((await names()).length).toBe(100);
  await harness.rebuild();
  expect((await names()).length).toBe(100);
});

test("a reaction is one sign, or a name of the space's own", () => {
  const target = idBytes(testId(16, 1));
  const read = (emoji: string) => readChatEvent("chat.reaction", { target, emoji, on: true });
  expect(read(":umoja:")).toMatchObject({ emoji: ":umoja:" });
  expect(read("👍")).toMatchObject({ emoji: "👍" });
  for (const emoji of [":x y:", ":Umoja:", "umoja", `:${"x".repeat(33)}:`, "::", ":<b>:"])
    expect(read(emoji)).toBeNull();
});

test("whatever is said of them, names are apart and every one has a picture", () => {
  const act = fc.record<EmojiAct>({
    emoji: fc.constantFrom("a", "b", "c"),
    name: fc.constantFrom(null, "one", "one2", "two"),
    picture_id: fc.constantFrom(null, "p", "q"),
    gone: fc.constantFrom(null, 0, 1),
  });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 12 }), (acts) => {
      const rows = ownEmojiOf(acts);
      expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
      expect(rows.every(({ picture_id }) => picture_id !== "")).toBe(true);
    }),
  );
});
