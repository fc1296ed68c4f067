import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { openNodeStore } from "../../../platform/node/store.ts";
import type { SqlStore } from "../../ports.ts";
import { chat } from "../chat/index.ts";
import { chatCommands } from "../chat/commands.ts";
import { chatQueries } from "../chat/queries.ts";
import { testId, toolHarness } from "../harness.ts";
import type { ToolHarness } from "../harness.ts";
import type { ExportSpace } from "../tool.ts";
import { FOREVER } from "./api.ts";
import { marksCommands as commands } from "./marks-commands.ts";
import { marksExports } from "./marks-exports.ts";
import { marks } from "./index.ts";
import { bookmarked, bookmarks, folders } from "./marks-queries.ts";
import { putMark } from "./registers.ts";

const ME = testId(32, 1);
const OTHER = testId(32, 2);
const SPACE = testId(32, 0xa0);
const SECOND = testId(32, 0xa1);
const stores: SqlStore[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});

type Item = { kind: string; key: string; value: object | null; stamp: number };

async function start(tool = marks) {
  const store = await openNodeStore(":memory:");
  stores.push(store);
  const harness = await toolHarness(store, tool);
  const rows = () =>
    store.all<{
      kind: string;
      key: string;
      value: string | null;
      stamp: number;
      due: number | null;
    }>(
      "SELECT kind, key, value, stamp, due FROM marks UNION ALL SELECT kind, key, value, stamp, due FROM marks_drafts ORDER BY kind, key",
    );
  const readTo = async (space = SPACE) =>
    (
      await store.get<{ position: number }>(
        "SELECT position FROM read_positions WHERE log_id = ?",
        [space],
      )
    )?.position ?? null;
  return { store, harness, rows, readTo };
}

/** A mark as another device of the same person sends it. */
function sent(harness: ToolHarness, device: string, items: Item[]) {
  return { ...harness.event(ME, "marks.set", { items }), device };
}

async function spaceRow(store: SqlStore, logId: string, title = "Wakulima"): Promise<void> {
  const empty = new Uint8Array();
  await store.run(
    `INSERT INTO spaces (log_id, hub, hub_key, genesis, kind, history, title, state, created, gen, seq, head, hub_seq,
       read_from, epoch, seat_id, seat_key, own_hash)
     VALUES (?, 'a.localhost', ?, ?, 'group', 'all', ?, 'active', 0, 0, 0, ?, 0, 0, 0, ?, ?, ?)`,
    [logId, empty, empty, title, empty, empty, empty, empty],
  );
}

test("a mark stands at once and waits to be sent; its own event settles it", async () => {
  const { harness, rows } = await start();
  await commands.mute(harness.context, { spaceIds: [SPACE], until: FOREVER });
  const [row] = await rows();
  expect(row).toMatchObject({ kind: "mute", key: SPACE, value: `{"until":${FOREVER}}` });
  expect(row?.due).not.toBeNull();
  await harness.confirm(
    harness.event(ME, "marks.set", {
      items: [{ kind: "mute", key: SPACE, value: { until: FOREVER }, stamp: row?.stamp }],
    }),
  );
  expect((await rows())[0]?.due).toBeNull();
});

test("what was set after having seen the other counts, though the clock is days behind", async () => {
  const { store, harness, rows } = await start();
  await harness.confirm(
    sent(harness, "zz", [{ kind: "archive", key: SPACE, value: {}, stamp: 5_000 }]),
  );
  await store.transaction((tx) => void putMark(tx, "archive", SPACE, null, 100));
  expect(await rows()).toMatchObject([{ value: null, stamp: 5_001 }]);
});

test("of what two devices set without knowing of each other the later one counts, whichever comes first", async () => {
  const { harness, rows } = await start();
  const mute = (until: number, stamp: number) => ({
    kind: "mute",
    key: SPACE,
    value: { until },
    stamp,
  });
  await harness.confirm(sent(harness, "a", [mute(1, 50)]));
  await harness.confirm(sent(harness, "b", [mute(2, 40)]));
  expect(await rows()).toMatchObject([{ value: '{"until":1}', stamp: 50 }]);
  await harness.confirm(sent(harness, "b", [mute(3, 60)]));
  expect(await rows()).toMatchObject([{ value: '{"until":3}', stamp: 60 }]);
});

test("marks of somebody else, of unknown shapes and too many are not taken", async () => {
  const { harness, rows } = await start();
  const items = [{ kind: "archive", key: SPACE, value: {}, stamp: 1 }];
  await harness.receive(OTHER, "marks.set", { items });
  await harness.confirm(
    sent(harness, "a", [
      { kind: "mute", key: SPACE, value: { until: "long" }, stamp: 1 },
      { kind: "mute", key: "short", value: { until: 1 }, stamp: 1 },
      { kind: "draft", key: SPACE, value: { text: "x".repeat(40_000) }, stamp: 1 },
    ]),
  );
  expect(await rows()).toEqual([]);
  await expect(
    harness.confirm(
      sent(
        harness,
        "a",
        Array.from({ length: 257 }, () => items[0] as Item),
      ),
    ),
  ).rejects.toThrow("malformed");
});

test("a mark of a kind that this version does not know is kept", async () => {
  const { harness, rows } = await start();
  await harness.confirm(
    sent(harness, "a", [{ kind: "colour", key: "x", value: { b: 1, a: [2] }, stamp: 1 }]),
  );
  expect(await rows()).toMatchObject([{ kind: "colour", value: '{"a":[2],"b":1}' }]);
});

test("whatever the order in which marks of two devices come, the same stands in the end", async () => {
  const item = fc.record({
    kind: fc.constantFrom("archive", "read", "draft"),
    stamp: fc.nat({ max: 5 }),
    number: fc.nat({ max: 3 }),
    device: fc.constantFrom("a", "b"),
    taken: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(item, { maxLength: 12 }),
      fc.infiniteStream(fc.nat()),
      async (made, luck) => {
        const ends: unknown[] = [];
        for (const shuffle of [false, true]) {
          const { store, harness, rows } = await start();
          const events = made.map(({ kind, stamp, number, device, taken }) =>
            sent(harness, device, [
              {
                kind,
                key: SPACE,
                value:
                  taken && kind !== "read"
                    ? null
                    : kind === "read"
                      ? { position: number }
                      : kind === "draft"
                        ? { text: `t${number}` }
                        : {},
                stamp,
              },
            ]),
          );
          if (shuffle) events.sort(() => ((luck.next().value ?? 0) % 2) - 0.5);
          for (const event of [...events, ...(shuffle ? events : [])]) await harness.confirm(event);
          if (shuffle) await harness.rebuild();
          ends.push((await rows()).map(({ kind, value, stamp }) => ({ kind, value, stamp })));
          await store.close();
          stores.pop();
        }
        expect(ends[1]).toEqual(ends[0]);
      },
    ),
    { numRuns: 40 },
  );
});

test("reading goes forward on all devices; marked unread goes back, until one reads again", async () => {
  const { store, harness, readTo } = await start(chat);
  await spaceRow(store, SPACE);
  for (let n = 0; n < 5; n++) await harness.receive(OTHER, "chat.message", { text: `m${n}` });
  const read = (position: number) =>
    chatCommands.markRead(harness.context, { spaceId: SPACE, position });
  await read(4);
  await read(2);
  expect(await readTo()).toBe(4);
  await commands.unread(harness.context, { spaceIds: [SPACE] });
  expect(await readTo()).toBe(4);
  await read(5);
  await commands.unread(harness.context, { spaceIds: [SPACE] });
  expect(await readTo()).toBe(4);
  await read(5);
  expect(await readTo()).toBe(5);
});

test("everything marked as read comes back as it was", async () => {
  const { store, harness, readTo } = await start(chat);
  await spaceRow(store, SPACE);
  for (let n = 0; n < 5; n++) await harness.receive(OTHER, "chat.message", { text: `m${n}` });
  await chatCommands.markRead(harness.context, { spaceId: SPACE, position: 2 });
  const before = await commands.read(harness.context, { spaceIds: [SPACE] });
  expect(await readTo()).toBe(5);
  expect(before).toEqual([{ spaceId: SPACE, from: 2 }]);
  await commands.unreadAgain(harness.context, { before });
  expect(await readTo()).toBe(2);
  expect(await commands.read(harness.context, { spaceIds: [SPACE] })).toEqual(before);
  expect(await commands.read(harness.context, { spaceIds: [SPACE] })).toEqual([]);
});

test("from a message on it is unread again; a message of another conversation is refused", async () => {
  const { store, harness, readTo } = await start(chat);
  await spaceRow(store, SPACE);
  const ids: string[] = [];
  for (let n = 0; n < 3; n++)
    ids.push(await harness.receive(OTHER, "chat.message", { text: `m${n}` }));
  await commands.read(harness.context, { spaceIds: [SPACE] });
  await commands.unread(harness.context, { spaceIds: [SPACE], eventId: ids[1] });
  expect(await readTo()).toBe(1);
  await expect(
    commands.unread(harness.context, { spaceIds: [SECOND], eventId: ids[1] }),
  ).rejects.toMatchObject({ code: "invalid" });
});

test("folders hold conversations, are named anew, and go without what is in them", async () => {
  const { store, harness } = await start();
  await spaceRow(store, SPACE);
  await spaceRow(store, SECOND);
  const { context } = harness;
  const { folderId } = await commands.putFolder(context, { name: " Shamba " });
  await commands.file(context, { spaceIds: [SPACE, SECOND], folderId, on: true });
  await commands.file(context, { spaceIds: [SECOND], folderId, on: false });
  await commands.putFolder(context, { folderId, name: "Fields" });
  expect(await folders(context)).toEqual([{ folderId, name: "Fields", spaceIds: [SPACE] }]);
  await commands.removeFolder(context, { folderId });
  expect(await folders(context)).toEqual([]);
  await expect(commands.putFolder(context, { folderId, name: "Again" })).rejects.toMatchObject({
    code: "invalid",
  });
});

test("bookmarks lead to their messages, and say when one is not there", async () => {
  const { store, harness } = await start(chat);
  await spaceRow(store, SPACE);
  const { context } = harness;
  await harness.member(OTHER, { name: "Amina" });
  const here = await harness.receive(OTHER, "chat.message", { text: "Mvua" });
  const gone = await harness.receive(OTHER, "chat.message", { text: "Jua" });
  await harness.receive(OTHER, "chat.delete", { target: new Uint8Array(Buffer.from(gone, "hex")) });
  for (const eventId of [here, gone, testId(16, 9)])
    await commands.bookmark(context, { spaceId: SPACE, eventId, on: true });
  const found = await bookmarks(context, { limit: 10 });
  expect(found.bookmarks.map(({ eventId, state, text }) => [eventId, state, text])).toEqual(
    expect.arrayContaining([
      [here, "here", "Mvua"],
      [gone, "deleted", ""],
      [testId(16, 9), "away", ""],
    ]),
  );
  expect(await bookmarked(context, { spaceId: SPACE })).toHaveLength(3);
  await commands.bookmark(context, { spaceId: SPACE, eventId: here, on: false });
  expect(await bookmarked(context, { spaceId: SPACE })).toHaveLength(2);
  expect(await bookmarks(context, { limit: 1 })).toMatchObject({ more: true });
});

test("the newest draft of all devices is shown, and what it replaced is not kept on the device", async () => {
  const { store, harness } = await start();
  const draft = () => chatQueries.draft.run(harness.context, { spaceId: SPACE });
  const event = sent(harness, "b", [
    { kind: "draft", key: SPACE, value: { text: "Habari" }, stamp: 10 },
  ]);
  await store.run("INSERT INTO events VALUES (?, ?, 1, 0, ?, 'b', 'marks.set', 1, 0, ?)", [
    SPACE,
    event.eventId,
    ME,
    event.payload,
  ]);
  await harness.confirm(event);
  expect(await draft()).toEqual({ text: "Habari", replyTo: null });
  const kept = () => store.get<{ size: number }>("SELECT length(payload) AS size FROM events");
  const before = (await kept())?.size ?? 0;
  await chatCommands.setDraft(harness.context, { spaceId: SPACE, text: "Habari gani" });
  expect(await draft()).toEqual({ text: "Habari gani", replyTo: null });
  expect((await kept())?.size).toBeLessThan(before);
});

test("an open archive has the marks, once, with the ids of what is marked", async () => {
  const { store, harness } = await start();
  await spaceRow(store, SPACE);
  await spaceRow(store, SECOND, "Personal");
  await store.run("UPDATE spaces SET kind = 'personal' WHERE log_id = ?", [SECOND]);
  const { context } = harness;
  const taken = async (spaceId: string, own: boolean) => {
    const files: string[] = [];
    const about = { spaceId, title: "", own, content: true, words: {}, wrote: () => undefined };
    for await (const file of marksExports(context, about as unknown as ExportSpace))
      for await (const piece of file.content) files.push(String(piece));
    return files;
  };
  expect(await taken(SECOND, true)).toEqual([]);
  await commands.mute(context, { spaceIds: [SPACE], until: FOREVER });
  await commands.bookmark(context, { spaceId: SPACE, eventId: testId(16, 1), on: true });
  await chatCommands.setDraft(context, { spaceId: SPACE, text: "Habari" });
  const { folderId } = await commands.putFolder(context, { name: "Shamba" });
  await commands.file(context, { spaceIds: [SPACE], folderId, on: true });
  const who = { name: "Bruno", address: "bruno@b.example", at: 1000 };
  await context.write((tx) => {
    const wrote = { ...who, words: "Hello", from: "b.example", node: "b.example" };
    const secret = testId(32, 7);
    putMark(tx, "request", SPACE, { ...wrote, secret, letterId: testId(16, 7) }, 5);
    putMark(tx, "request", SECOND, { gone: testId(16, 8) }, 5);
    putMark(tx, "block", SECOND, who, 5);
    putMark(tx, "blockNode", "spam.example", { at: 1000 }, 5);
  });
  const [text = ""] = await taken(SECOND, true);
  expect(text).not.toContain(testId(32, 7));
  const since = "1970-01-01T00:00:01.000Z";
  expect(JSON.parse(text)).toMatchObject({
    blocked: {
      people: [{ name: who.name, address: who.address, since }],
      nodes: [{ node: "spam.example", since }],
    },
    requests: [{ name: who.name, address: who.address, words: "Hello", at: since }],
  });
  expect(JSON.parse(text)).toMatchObject({
    muted: [{ conversation: SPACE, until: null }],
    archived: [],
    folders: [{ name: "Shamba", conversations: [SPACE] }],
    bookmarks: [{ conversation: SPACE, message: testId(16, 1) }],
    drafts: [{ conversation: SPACE, text: "Habari" }],
  });
  expect(await taken(SPACE, false)).toEqual([]);
});

test("every reading of marks goes by an index", async () => {
  const { store, harness } = await start();
  await spaceRow(store, SPACE);
  const { context } = harness;
  await commands.mute(context, { spaceIds: [SPACE], until: 5 });
  await chatCommands.setDraft(context, { spaceId: SPACE, text: "Habari" });
  await context.write((tx) => putMark(tx, "read", SPACE, { position: 1 }, 5));
  await harness.confirm(
    sent(harness, "b", [{ kind: "mute", key: SPACE, value: null, stamp: FOREVER }]),
  );
  for (const { sql, plan } of await harness.plans())
    for (const step of plan) if (/marks/.test(step)) expect(step, sql).not.toMatch(/^SCAN marks/);
});

test("what is marked of a space goes when the space is taken off the device", async () => {
  const { store, harness, rows } = await start();
  await spaceRow(store, SPACE);
  await commands.pin(harness.context, { spaceIds: [SPACE, SECOND], on: true });
  await commands.bookmark(harness.context, { spaceId: SPACE, eventId: testId(16, 1), on: true });
  await store.run("DELETE FROM spaces WHERE log_id = ?", [SPACE]);
  expect((await rows()).map(({ kind, key }) => [kind, key])).toEqual([["pin", SECOND]]);
});
