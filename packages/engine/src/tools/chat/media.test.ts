import { afterEach, expect, test } from "vitest";
import { openNodeStore } from "../../../platform/node/store.ts";
import type { SqlStore } from "../../ports.ts";
import { idBytes, testId, toolHarness } from "../harness.ts";
import { readChatEvent } from "./events.ts";
import { chat } from "./index.ts";
import { mediaPayload, readMedia, withSign } from "./media.ts";
import { chatQueries } from "./queries.ts";

const AMINA = testId(32, 2);
let store: SqlStore | undefined;
afterEach(() => store?.close());

async function start() {
  store = await openNodeStore(":memory:");
  const harness = await toolHarness(store, chat);
  await harness.member(AMINA, { name: "Amina" });
  await harness.member(harness.me, { name: "Me" });
  const { context, spaceId } = harness;
  const shown = async () =>
    (await chatQueries.messages.run(context, { spaceId, limit: 50 })).messages;
  return { store, harness, spaceId, shown };
}

const file = (number: number, more: object = {}) => ({
  id: idBytes(testId(16, number)),
  type: "image/jpeg",
  ...more,
});
const LINK = {
  url: "https://assembly.example/agenda",
  title: "Agenda",
  description: "What we talk about",
  site: "Assembly",
};
const message = (more: object) => readChatEvent("chat.message", { text: "", ...more });

test("false sizes are bounded to what can be drawn, and a file that is named twice counts once", () => {
  const files = [file(1, { width: 4_000_000_000, height: 1 }), file(1), file(2, { width: 20_000 })];
  expect(readMedia({ files })?.files).toEqual([
    { fileId: testId(16, 1), type: "image/jpeg", width: 0, height: 0 },
    { fileId: testId(16, 2), type: "image/jpeg", width: 20_000, height: 0 },
  ]);
  const huge = readMedia({ files: [file(1, { width: 4_000_000_000, height: 1 })] });
  expect(huge?.files[0]).toMatchObject({ width: 100_000, height: 1 });
});

test.each([
  ["more files than a message holds", { files: Array.from({ length: 31 }, (_, n) => file(n)) }],
  ["no files at all", { files: [] }],
  ["a size that is no number", { files: [file(1, { width: -1 })] }],
  ["a type of any length", { files: [file(1, { type: "x".repeat(128) })] }],
  ["a waveform without end", { voice: { bars: new Uint8Array(65), durationMs: 1 } }],
  ["a note of years", { voice: { bars: new Uint8Array(1), durationMs: 1e12 } }],
  ["a place off the earth", { place: { latitude: 91_000_000, longitude: 0, name: "" } }],
  ["a link that leads to nothing", { link: { url: "", title: "X", description: "", site: "" } }],
  ["a title without end", { link: { ...LINK, title: "x".repeat(301) } }],
  ["a contact without an address", { contact: { address: "", name: "X" } }],
])("%s shows nowhere", (_, more) => {
  expect(message(more)).toBeNull();
});

test("what a later version adds to media is kept and does no harm", () => {
  expect(message({ files: [file(1, { blur: "LEHV6nWB" })] })).toMatchObject({
    media: { files: [{ fileId: testId(16, 1) }] },
  });
});

test("a waveform belongs to one file: with several it is none", () => {
  const voice = { bars: new Uint8Array([1, 2]), durationMs: 900 };
  expect(readMedia({ files: [file(1)], voice })?.voice).toEqual({ bars: [1, 2], durationMs: 900 });
  expect(readMedia({ files: [file(1), file(2)], voice })?.voice).toBeNull();
  expect(readMedia({ voice })).toBeNull();
});

test("media are written as they are read", () => {
  const media = readMedia({
    files: [file(7, { width: 3, height: 4 })],
    voice: { bars: new Uint8Array([5]), durationMs: 6 },
    place: { latitude: -1_292_066, longitude: 36_821_946, name: "Uhuru" },
    contact: { address: "a@b.example", name: "A", id: new Uint8Array(32).fill(9), checked: true },
  });
  expect(media).not.toBeNull();
  if (media !== null) expect(readMedia(mediaPayload(media))).toEqual(media);
});

test("what a link leads to is shown alone, and only while that link stands in the text", async () => {
  const { harness, spaceId, shown, store: db } = await start();
  const media = readMedia({ link: { ...LINK, later: 1 } as typeof LINK });
  expect(media).toEqual({ files: [], voice: null, place: null, contact: null, link: LINK });
  if (media !== null) expect(mediaPayload(media)).toEqual({ link: LINK });
  expect(readMedia({ link: LINK, files: [file(1)] })).not.toHaveProperty("link");
  const text = `Tomorrow: ${LINK.url}`;
  const id = await harness.receive(AMINA, "chat.message", { text, link: LINK });
  await harness.receive(AMINA, "chat.message", { text: "https://other.example", link: LINK });
  expect((await shown()).map((one) => one.media?.link)).toEqual([LINK, undefined]);
  const found = async () => {
    const rows = await chat.findable?.[0]?.read(db, [{ spaceId, ref: id }]);
    return rows?.[0]?.text;
  };
  expect(await found()).toContain("Agenda");
  await harness.receive(AMINA, "chat.edit", { target: idBytes(id), text: "Not tomorrow" });
  expect((await shown())[0]).toMatchObject({ text: "Not tomorrow", media: null });
  expect(await found()).toBe("Not tomorrow");
});

test("lists and quotes show a sign for what has no words", () => {
  const of = (more: Parameters<typeof readMedia>[0], words = "") =>
    withSign(readMedia(more), words);
  expect(of({ files: [file(1)] })).toBe("📷");
  expect(of({ files: [file(1), file(2)] }, "Market")).toBe("📷 2 Market");
  expect(of({ files: [file(1), file(2, { type: "application/pdf" })] })).toBe("📎 2");
  expect(of({ files: [file(1)], voice: { bars: new Uint8Array(), durationMs: 65_400 } })).toBe(
    "🎤 1:05",
  );
  expect(of({ place: { latitude: 0, longitude: 0, name: "Square" } })).toBe("📍 Square");
  expect(of({ contact: { address: "a@b.example", name: "" } })).toBe("👤 a@b.example");
  expect(withSign(null, "just words")).toBe("just words");
});

test("a message brings its files; deleted for good it brings nothing, and says nothing of them", async () => {
  const { store: db, harness, shown } = await start();
  const id = await harness.receive(AMINA, "chat.message", { text: "", files: [file(1)] });
  expect((await shown())[0]?.media?.files).toHaveLength(1);
  const attached = () => db.all("SELECT file_id FROM chat_attached");
  expect(await attached()).toEqual([{ file_id: testId(16, 1) }]);
  expect(await db.get("SELECT text FROM activity")).toEqual({ text: "📷" });
  await harness.rebuild();
  expect(await attached()).toHaveLength(1);
  await harness.receive(AMINA, "chat.delete", { target: idBytes(id) });
  expect(await attached()).toEqual([]);
  expect((await shown())[0]).toMatchObject({ deleted: true, media: null });
  expect(await db.get("SELECT media FROM chat_messages")).toEqual({ media: null });
});

test("a message that waited for its files waits no more once it is said, and only that one", async () => {
  const { store: db, harness, spaceId } = await start();
  for (const n of [1, 2]) {
    await db.run("INSERT INTO chat_outgoing VALUES (?, ?, 1, 1, '{}')", [`m${n}`, spaceId]);
    await db.run("INSERT INTO chat_outgoing_files VALUES (?, ?, ?)", [
      spaceId,
      testId(16, n),
      `m${n}`,
    ]);
  }
  // Somebody else who names the same file says nothing for oneself.
  await harness.receive(AMINA, "chat.message", { text: "", files: [file(1)] });
  expect(await db.all("SELECT id FROM chat_outgoing ORDER BY id")).toHaveLength(2);
  await harness.context.post(spaceId, [
    { type: "chat.message", payload: { text: "", files: [file(1)] } },
  ]);
  expect(await db.all("SELECT id FROM chat_outgoing")).toEqual([{ id: "m2" }]);
  expect(await db.all("SELECT id FROM chat_outgoing_files")).toEqual([{ id: "m2" }]);
});
