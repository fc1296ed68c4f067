import { encodeCbor } from "@baraza/protocol";
import { afterEach, expect, test } from "vitest";
import { openNodeStore } from "../../../platform/node/store.ts";
import type { SqlStore } from "../../ports.ts";
import { idBytes, testId, toolHarness } from "../harness.ts";
import { marks } from "../marks/index.ts";
import { chatCommands as commands } from "./commands.ts";
import { readChatEvent } from "./events.ts";
import { chat } from "./index.ts";
import { ONCE_LIMITS, onceMark } from "./once.ts";
import { chatQueries } from "./queries.ts";
import { chatFindable } from "./search.ts";

const AMINA = testId(32, 2);
const BLOB = testId(16, 0xb1);
let store: SqlStore | undefined;
afterEach(() => store?.close());

const once = (more: object = {}) => ({
  text: "",
  must: ["once"],
  once: {
    kind: "picture",
    file: idBytes(testId(16, 7)),
    blobId: idBytes(BLOB),
    key: new Uint8Array(32).fill(3),
    hash: new Uint8Array(32).fill(4),
    size: 1000,
    type: "image/jpeg",
    caption: "the gate",
    ...more,
  },
});

async function start() {
  const opened = await openNodeStore(":memory:");
  store = opened;
  const harness = await toolHarness(opened, chat);
  await harness.member(AMINA, { name: "Amina" });
  await harness.member(harness.me, { name: "Me", role: "steward" });
  const { context, spaceId } = harness;
  /** Somebody's, as it comes: it is stored, disappears, and is applied. */
  const come = async (payload: object, author = AMINA, passes = true): Promise<string> => {
    const event = harness.event(author, "chat.message", payload);
    await opened.run("INSERT INTO events VALUES (?, ?, 1, 0, ?, ?, 'chat.message', 1, 0, ?)", [
      spaceId,
      event.eventId,
      author,
      author,
      encodeCbor(payload),
    ]);
    if (passes)
      await opened.run("INSERT INTO vanishing VALUES (?, ?, 1000, 0, 5000, 5000)", [
        event.eventId,
        spaceId,
      ]);
    await harness.confirm(event);
    return event.eventId;
  };
  const shown = async () =>
    (await chatQueries.messages.run(context, { spaceId, limit: 50 })).messages;
  const state = async () => (await shown()).at(-1)?.media?.once?.state;
  /** Everything that the tables hold of a key or a caption. */
  const traces = async () =>
    JSON.stringify([
      await opened.all("SELECT hex(key) AS key, meta FROM chat_onces"),
      await opened.all("SELECT hex(payload) AS payload FROM events"),
      await opened.all("SELECT text, media FROM chat_messages"),
      await opened.all("SELECT text FROM activity"),
    ]);
  return { opened, harness, context, spaceId, come, shown, state, traces };
}
const KEY = "03".repeat(32);
const CAPTION = Buffer.from("the gate").toString("hex").toUpperCase();

test.each([
  ["a kind that nobody knows", { kind: "hologram" }],
  ["more than a device looks at", { size: ONCE_LIMITS.bytes + 1 }],
  ["a key that is none", { key: new Uint8Array(31) }],
  ["a type of any length", { type: "x".repeat(128) }],
  ["a waveform without end", { bars: new Uint8Array(65) }],
  ["words without end", { caption: "x".repeat(8001) }],
  ["no blob", { blobId: undefined }],
])("not taken: %s", (_, more) => {
  expect(readChatEvent("chat.message", once())?.kind).toBe("message");
  expect(readChatEvent("chat.message", once(more))).toBeNull();
});

test("beside it there is nothing: no words, no files, and nothing to find", async () => {
  const { opened, spaceId, come, shown, traces } = await start();
  const files = [{ id: idBytes(testId(16, 1)), type: "image/png" }];
  const eventId = await come({ ...once(), text: "words beside it", files });
  const [message] = await shown();
  expect(message?.text).toBe("");
  expect(message?.media).toEqual({
    files: [],
    voice: null,
    place: null,
    contact: null,
    once: { kind: "picture", state: "closed", durationMs: 0 },
  });
  const found = await chatFindable[0]?.read(opened, [{ spaceId, ref: eventId }]);
  expect(found).toEqual([]);
  expect(await traces()).not.toContain('"text":"words');
  expect(await opened.all("SELECT text FROM activity")).toEqual([{ text: "📷 1×" }]);
});

test("what was opened is forgotten, the stored event too, and stays so when all events are played again", async () => {
  const { opened, harness, context, spaceId, come, state, traces } = await start();
  const eventId = await come(once());
  expect(await state()).toBe("closed");
  expect(await traces()).toContain(KEY);
  // The harness has no files: what is forgotten in the store is.
  await expect(commands.spendOnce(context, { spaceId, eventId })).rejects.toMatchObject({
    code: "offline",
  });
  expect(await state()).toBe("opened");
  const left = await traces();
  expect(left).not.toContain(KEY);
  expect(left).not.toContain("the gate");
  expect(left).not.toContain(CAPTION);
  await expect(commands.openOnce(context, { spaceId, eventId })).rejects.toMatchObject({
    code: "invalid",
  });
  // As after a void that has the very event come once more.
  await harness.rebuild();
  expect(await state()).toBe("opened");
  expect(await traces()).not.toContain(KEY);
  const noted = await opened.all("SELECT kind, key FROM marks");
  expect(noted).toEqual([{ kind: "once", key: onceMark(spaceId, eventId) }]);
});

test("another device of one's own says that it was opened, before or after it comes; others cannot say so", async () => {
  const { opened, harness, spaceId, come, state, traces } = await start();
  const eventId = await come(once());
  const say = async (mine: boolean, about: string) => {
    const items = [{ kind: "once", key: onceMark(spaceId, about), value: {}, stamp: 5 }];
    const event = harness.event(mine ? harness.me : AMINA, "marks.set", { items });
    await opened.transaction((tx) =>
      marks.reduce(tx, { ...event, payload: { items }, position: 9, pending: false }),
    );
  };
  await say(false, eventId);
  expect(await state()).toBe("closed");
  await say(true, eventId);
  expect(await state()).toBe("opened");
  expect(await traces()).not.toContain(KEY);
  const next = testId(16, 0xeee);
  await say(true, next);
  const event = harness.event(AMINA, "chat.message", once(), { eventId: next });
  await opened.run("INSERT INTO vanishing VALUES (?, ?, 1000, 0, 5000, 5000)", [next, spaceId]);
  await harness.confirm(event);
  expect(await state()).toBe("opened");
});

test("what did not come as something that disappears is not opened, nor one's own", async () => {
  const { harness, come, state, traces } = await start();
  await come(once(), AMINA, false);
  expect(await state()).toBe("over");
  await come(once(), harness.me);
  expect(await state()).toBe("sent");
  await come(once({ key: undefined }));
  expect(await state()).toBe("over");
  expect(await traces()).not.toContain(KEY);
});

test("it is not changed, given on or answered in a thread", async () => {
  const { harness, context, spaceId, come } = await start();
  const eventId = await come(once(), harness.me);
  const theirs = await come(once());
  const invalid = { code: "invalid" };
  await expect(commands.edit(context, { spaceId, eventId, text: "x" })).rejects.toMatchObject(
    invalid,
  );
  await expect(
    commands.send(context, { spaceId, text: "x", thread: theirs }),
  ).rejects.toMatchObject(invalid);
  await expect(
    commands.forward(context, { spaceId, eventId: theirs, to: [spaceId], named: true }),
  ).rejects.toMatchObject(invalid);
});

test("when it ends the hub is told to let go: by its author's device, and later by a steward's", async () => {
  const { opened, harness, spaceId, come } = await start();
  const mine = await come(once(), harness.me);
  const theirs = await come(once({ blobId: idBytes(testId(16, 0xb2)) }));
  await harness.receive(AMINA, "chat.message", { text: "hangs on it", thread: idBytes(theirs) });
  await opened.transaction((tx) => chat.vanish?.(tx, spaceId, [mine, theirs]));
  expect(await opened.all("SELECT blob_id, due FROM chat_once_drops ORDER BY due")).toEqual([
    { blob_id: BLOB, due: 5000 },
    { blob_id: testId(16, 0xb2), due: 5000 + 24 * 60 * 60_000 },
  ]);
  expect(await opened.all("SELECT 1 FROM chat_onces")).toEqual([]);
  // What others hang on it is not lost with it.
  expect(await opened.all("SELECT text FROM chat_messages")).toEqual([{ text: "hangs on it" }]);
  const drop = { logId: spaceId, position: 1, blobIds: [BLOB], at: 0 };
  expect(await opened.transaction((tx) => chat.dropped?.(tx, drop))).toBe(false);
  expect(await opened.all("SELECT blob_id FROM chat_once_drops")).toEqual([
    { blob_id: testId(16, 0xb2) },
  ]);
});

test("deleted for everybody, nothing of it is left to open", async () => {
  const { opened, harness, come, traces } = await start();
  const eventId = await come(once());
  const mine = await come(once({ blobId: idBytes(testId(16, 0xb2)) }), harness.me);
  await harness.receive(AMINA, "chat.delete", { target: idBytes(eventId) });
  await harness.receive(harness.me, "chat.delete", { target: idBytes(mine) });
  expect(await traces()).not.toContain(KEY);
  expect(await opened.all("SELECT 1 FROM chat_onces")).toEqual([]);
  // One's own goes from the hub at once; with another's the author's device is given time.
  expect(await opened.all("SELECT blob_id, due FROM chat_once_drops ORDER BY due")).toEqual([
    { blob_id: testId(16, 0xb2), due: 0 },
    { blob_id: BLOB, due: 5000 + 24 * 60 * 60_000 },
  ]);
});
