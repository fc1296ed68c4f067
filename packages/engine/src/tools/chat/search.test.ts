import { afterEach, expect, test } from "vitest";
import { openNodeStore } from "../../../platform/node/store.ts";
import type { SqlStore } from "../../ports.ts";
import { idBytes, testId, toolHarness } from "../harness.ts";
import { chatCommands } from "./commands.ts";
import { chat } from "./index.ts";
import { findable, fold, snippetOf, wordsOf } from "./search.ts";

const AMINA = testId(32, 2);
let store: SqlStore | undefined;
afterEach(() => store?.close());

async function start() {
  store = await openNodeStore(":memory:");
  const harness = await toolHarness(store, chat);
  await harness.member(AMINA, { name: "Amina" });
  const say = (text: string) =>
    harness.receive(AMINA, "chat.message", { text: text.normalize("NFC") });
  const find = async (text: string) =>
    (await chatCommands.search(harness.context, { text })).map(({ eventId }) => eventId);
  return { harness, say, find };
}

test.each([
  ["Café CRÈME", "cafe creme"],
  ["Straße", "strasse"],
  ["İstanbul ışık", "istanbul isik"],
  ["ΟΔΟΣ", "οδοσ"],
  ["Łódź", "lodz"],
  ["كِتَابٌ", "كتاب"],
  ["مرحبـــا", "مرحبا"],
  ["أحمد", "احمد"],
  ["فارسی", "فارسي"],
  ["١٢٣", "123"],
  ["שָׁלוֹם", "שלומ".replace("מ", "ם")],
  ["ＡＢＣ", "abc"],
])("%s is found as %s", (text, folded) => {
  expect(fold(text)).toBe(folded);
});

test.each(["किताब", "বাংলা", "ไทย", "が"])("the signs of %s are letters and stay", (text) => {
  expect(fold(text)).toBe(text.normalize("NFC"));
});

test("text without spaces is cut into words", () => {
  expect(wordsOf("東京都庁に行く")).toContain("東京");
  expect(wordsOf("ฉันรักประเทศไทย")).toContain("ประเทศไทย");
});

test("a message is found by its words, without accents, case or vowels, and by the beginning of the last word", async () => {
  const { say, find } = await start();
  const french = await say("On se retrouve à l’Élysée demain");
  const arabic = await say("هَذَا كِتَابٌ جميل");
  const thai = await say("ฉันรักประเทศไทย");
  const japanese = await say("明日は東京に行きます");
  const hindi = await say("यह किताब अच्छी है");
  expect(await find("DEMAIN retrouve")).toEqual([french]);
  expect(await find("elys")).toEqual([french]);
  expect(await find("كتاب")).toEqual([arabic]);
  expect(await find("ประเทศไทย")).toEqual([thai]);
  expect(await find("東京")).toEqual([japanese]);
  expect(await find("किताब")).toEqual([hindi]);
  expect(await find("retr demain")).toEqual([]);
});

test("what somebody types is never read as the index's own language", async () => {
  const { say, find } = await start();
  const id = await say('She said "OR" AND NOT words : * near');
  for (const typed of ['"or" not', "words :", "near(", "said AND or", "words*"])
    expect(await find(typed)).toEqual([id]);
  for (const typed of ["", '"', "*", "   ", "🙂"]) expect(await find(typed)).toEqual([]);
});

test("an edit is found by its new words only, a deleted message not at all", async () => {
  const { harness, say, find } = await start();
  const id = await say("old words");
  const target = idBytes(id);
  await harness.receive(AMINA, "chat.edit", { target, text: "new words" });
  expect(await find("old")).toEqual([]);
  expect(await find("new")).toEqual([id]);
  await harness.receive(AMINA, "chat.delete", { target });
  expect(await find("new")).toEqual([]);
});

test("a rebuild leaves nothing of the former rows in the index", async () => {
  const { harness, say, find } = await start();
  const id = await say("only once");
  await harness.rebuild();
  expect(await find("once")).toEqual([id]);
  const rows = await store?.all("SELECT rowid FROM chat_index WHERE chat_index MATCH 'once'");
  expect(rows).toHaveLength(1);
});

test("a message that is taken away leaves the index with it", async () => {
  const { say } = await start();
  await say("only once");
  await store?.run("DELETE FROM chat_messages");
  expect(await store?.all("SELECT rowid FROM chat_index WHERE chat_index MATCH 'once'")).toEqual(
    [],
  );
});

test("a search can keep to one space", async () => {
  const { harness, say } = await start();
  await say("hello there");
  const search = (spaceId: string) =>
    chatCommands.search(harness.context, { text: "hello", spaceId });
  expect(await search(harness.spaceId)).toHaveLength(1);
  expect(await search(testId(32, 0xbb))).toEqual([]);
});

test("results come newest first, as many as asked for, with who wrote them", async () => {
  const { harness, say } = await start();
  await say("hello one");
  const second = await say("hello two");
  const found = await chatCommands.search(harness.context, { text: "hello", limit: 1 });
  expect(found).toEqual([
    expect.objectContaining({ eventId: second, authorName: "Amina", snippet: "hello two" }),
  ]);
});

test("a snippet of a long text holds the word that was found, on one line", () => {
  const text = `${"before ".repeat(100)}\n the Needle, \n${"after ".repeat(100)}`;
  const snippet = snippetOf(text, "needle");
  expect(snippet).toMatch(/^…before .*the Needle, after.*…$/);
  expect(snippet.length).toBeLessThanOrEqual(162);
  expect(snippetOf("short  text", "text")).toBe("short text");
  expect(snippetOf("word ".repeat(100), "nowhere")).toMatch(/^word .*…$/);
});

test("only messages with text are findable by themselves", () => {
  const event = {
    logId: testId(32, 1),
    eventId: testId(16, 1),
    author: AMINA,
    device: "",
    mine: false,
    position: 1,
    pending: false,
    type: "chat.message",
    typeVersion: 1,
    at: 5,
  };
  expect(findable({ ...event, payload: { text: "hi" } })).toEqual([
    { spaceId: event.logId, eventId: event.eventId, text: "hi", author: AMINA, at: 5 },
  ]);
  expect(findable({ ...event, payload: { text: "" } })).toEqual([]);
  expect(
    findable({ ...event, type: "chat.delete", payload: { target: new Uint8Array(16) } }),
  ).toEqual([]);
});
