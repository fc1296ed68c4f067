import { afterEach, expect, test } from "vitest";
import { openNodeStore } from "../../platform/node/store.ts";
import type { Core } from "../core.ts";
import type { SqlStore } from "../ports.ts";
import { migrate } from "../store/migrate.ts";
import { PEOPLE_MIGRATIONS } from "../people/tables.ts";
import { chat } from "../tools/chat/index.ts";
import { filesSchema } from "../tools/files/tables.ts";
import { idBytes, testId, toolHarness } from "../tools/harness.ts";
import { MARKS_LIMITS, readMarks } from "../tools/marks/events.ts";
import { putMark } from "../tools/marks/registers.ts";
import { compose, sectionOf } from "./compose.ts";
import { letter, letters, unread } from "./weekly-letters.ts";
import { WEEKLY_MIGRATIONS } from "./tables.ts";
import { readLetter, setSpaces, setWhen, settingsNow, settingsOf } from "./weekly-work.ts";

const NOW = 1_700_000_000_000;
const DAY = 24 * 60 * 60_000;
const AMINA = testId(32, 2);
const BRUNO = testId(32, 3);
const stores: SqlStore[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});

async function start() {
  const store = await openNodeStore(":memory:");
  stores.push(store);
  const harness = await toolHarness(store, chat);
  await store.transaction((tx) => tx.exec(filesSchema));
  await migrate(store, PEOPLE_MIGRATIONS, "people");
  await migrate(store, WEEKLY_MIGRATIONS, "weekly");
  const empty = new Uint8Array();
  await store.run(
    `INSERT INTO spaces (log_id, hub, hub_key, genesis, kind, history, title, state, created, gen, seq, head, hub_seq,
       read_from, epoch, seat_id, seat_key, own_hash)
     VALUES (?, 'a.localhost', ?, ?, 'group', 'all', 'Wakulima', 'active', 0, 0, 999, ?, 999, 0, 0, ?, ?, ?)`,
    [harness.spaceId, empty, empty, empty, empty, empty, empty],
  );
  await harness.member(AMINA, { name: "Amina", role: "steward" });
  await harness.member(BRUNO, { name: "Bruno" });
  const core = {
    store,
    platform: { clock: { now: () => NOW } },
    context: () => harness.context,
    me: () => ({ id: harness.me }),
  } as unknown as Core;
  const say = (text: string, more: object = {}, who = AMINA) =>
    harness.receive(who, "chat.message", { text, ...more });
  const section = (after = 0) => sectionOf(store, harness.spaceId, { after, upTo: 999 }, NOW);
  return { store, harness, core, say, section };
}

test("a letter tells how many wrote, who, what names one, what was pinned, which polls are open, what people liked", async () => {
  const { harness, say, section } = await start();
  await say("Habari");
  await harness.receive(harness.me, "chat.message", { text: "mine is no news" });
  const named = await say("for you", { mentions: [idBytes(harness.me)] }, BRUNO);
  const pinned = await say("the plan", {}, BRUNO);
  await harness.receive(AMINA, "chat.pin", { target: idBytes(pinned), on: true });
  const poll = await harness.receive(BRUNO, "chat.poll", {
    question: "When?",
    choices: ["Monday", "Friday"],
    closesAt: NOW + DAY,
  });
  await harness.receive(BRUNO, "chat.poll", {
    question: "over",
    choices: ["a", "b"],
    closesAt: NOW - 1,
  });
  const ended = await harness.receive(BRUNO, "chat.poll", {
    question: "ended",
    choices: ["a", "b"],
  });
  await harness.receive(BRUNO, "chat.pollEnd", { target: idBytes(ended) });
  for (const who of [AMINA, BRUNO])
    await harness.receive(who, "chat.reaction", { target: idBytes(pinned), emoji: "👍", on: true });
  await harness.receive(AMINA, "chat.reaction", { target: idBytes(named), emoji: "👍", on: true });
  await harness.receive(AMINA, "chat.reaction", { target: idBytes(poll), emoji: "👎", on: true });
  await harness.receive(AMINA, "chat.reaction", { target: idBytes(poll), emoji: "👎", on: false });
  expect(await section()).toMatchObject({
    count: 6,
    people: 2,
    who: [BRUNO, AMINA],
    mentions: [named],
    pins: [pinned],
    polls: [poll],
    top: [pinned, named],
    files: [],
    fileCount: 0,
  });
});

test("what was told of, what was deleted and what is one's own is not told of; nothing new makes nothing", async () => {
  const { harness, say, section } = await start();
  await say("told of");
  const told = harness.log.at(-1)?.position ?? 0;
  expect(await section(told)).toBeNull();
  await harness.receive(harness.me, "chat.message", { text: "mine" });
  const gone = await say("gone");
  await harness.receive(AMINA, "chat.delete", { target: idBytes(gone) });
  expect(await section(told)).toBeNull();
  await say("new");
  expect(await section(told)).toMatchObject({ count: 1, who: [AMINA] });
});

test("what disappears is not in it, not even counted, nor a file that came with it", async () => {
  const { store, harness, say, section } = await start();
  const passing = await say("for a day", { mentions: [idBytes(harness.me)] });
  await harness.receive(AMINA, "chat.pin", { target: idBytes(passing), on: true });
  await harness.receive(BRUNO, "chat.reaction", {
    target: idBytes(passing),
    emoji: "👍",
    on: true,
  });
  await store.run(
    `INSERT INTO files_nodes (log_id, file_id, rank, event_id, position, pending, author, mine, at, first_name, first_parent, name, shown)
     VALUES (?, 'f1', 1, 'f1', 5, 0, ?, 0, 5, 'a', '', 'plan.pdf', 1)`,
    [harness.spaceId, AMINA],
  );
  expect(await section()).toMatchObject({ count: 1, files: ["f1"], pins: [passing] });
  await store.run("INSERT INTO vanishing (event_id, log_id, ms) VALUES (?, ?, 86400000)", [
    passing,
    harness.spaceId,
  ]);
  await store.run("INSERT INTO chat_attached VALUES (?, 'f1', ?)", [harness.spaceId, passing]);
  expect(await section()).toBeNull();
});

test("the first letter begins a week before it; what a device wrote long ago without a line is told of when it comes", async () => {
  const { store, harness } = await start();
  const { spaceId } = harness;
  const since = NOW - 7 * DAY;
  await harness.receive(AMINA, "chat.message", { text: "old" }, { at: since - 1 });
  await harness.receive(AMINA, "chat.message", { text: "new" }, { at: since + 1 });
  const first = await compose(store, [{ space: spaceId, upTo: 2, told: null }], since, NOW);
  expect(first.spaces).toMatchObject([{ space: spaceId, count: 1 }]);
  expect(first.seen).toEqual({ [spaceId]: 2 });
  await harness.receive(BRUNO, "chat.message", { text: "late" }, { at: since - 9 * DAY });
  const next = await compose(store, [{ space: spaceId, upTo: 3, told: 2 }], since, NOW);
  expect(next.spaces).toMatchObject([{ count: 1, who: [BRUNO] }]);
  expect((await compose(store, [{ space: spaceId, upTo: 3, told: 3 }], since, NOW)).spaces).toEqual(
    [],
  );
});

test("a letter shows what there is now: words come from the conversation, and go with the message", async () => {
  const { store, harness, core, say } = await start();
  const named = await say("**for you**", { mentions: [idBytes(harness.me)] });
  const made = await compose(store, [{ space: harness.spaceId, upTo: 1, told: 0 }], 0, NOW);
  expect(JSON.stringify(made)).not.toContain("for you");
  await store.transaction((tx) => putMark(tx, "letter", "2023-11-13", made, NOW));
  const shown = await letter(core, { letterId: null });
  expect(shown).toMatchObject({
    letterId: "2023-11-13",
    spaces: [
      {
        title: "Wakulima",
        here: true,
        count: 1,
        who: ["Amina"],
        mentions: [{ eventId: named, authorName: "Amina", text: "for you" }],
      },
    ],
  });
  expect(await unread(core)).toBe("2023-11-13");
  await readLetter(core, { letterId: "2023-11-13" });
  expect(await unread(core)).toBeNull();
  await harness.receive(AMINA, "chat.delete", { target: idBytes(named) });
  expect((await letter(core, { letterId: "2023-11-13" }))?.spaces[0]?.mentions).toEqual([]);
  await store.run("DELETE FROM spaces");
  expect((await letter(core, { letterId: "2023-11-13" }))?.spaces[0]).toMatchObject({
    here: false,
    title: "",
  });
  expect(await letter(core, { letterId: "2023-11-06" })).toBeNull();
  await expect(letter(core, { letterId: "monday" })).rejects.toMatchObject({ code: "invalid" });
});

test("an empty letter is kept to say that there was none, and shown nowhere", async () => {
  const { store, core } = await start();
  const made = await compose(store, [], 0, NOW);
  await store.transaction((tx) => putMark(tx, "letter", "2023-11-13", made, NOW));
  expect(await letters(core)).toEqual([]);
  expect(await letter(core, { letterId: null })).toBeNull();
});

test("conversations are chosen, suggested where few write; turning it off keeps the choice", async () => {
  const { store, harness, core } = await start();
  const { spaceId } = harness;
  await store.run("INSERT INTO space_rules VALUES (?, 1, 0, 0)", [spaceId]);
  expect(await settingsNow(core)).toMatchObject({
    on: false,
    day: 1,
    hour: 8,
    next: null,
    spaces: [{ spaceId, on: false, suggested: true }],
  });
  await setSpaces(core, { spaceIds: [spaceId], on: true });
  await setWhen(core, { day: 5, hour: 18 });
  const on = await settingsNow(core);
  expect(on).toMatchObject({ on: true, day: 5, hour: 18 });
  expect(new Date(on.next ?? 0).getDay()).toBe(5);
  await setWhen(core, { on: false });
  expect(await settingsNow(core)).toMatchObject({ on: false, next: null, spaces: [{ on: true }] });
  expect(await settingsOf(core, { spaceId })).toEqual({ on: true, off: true, day: 5, hour: 18 });
  await setSpaces(core, { spaceIds: [spaceId], on: true });
  expect((await settingsNow(core)).on).toBe(true);
  for (const wrong of [{ day: 7 }, { hour: 24 }, { hour: 1.5 }])
    await expect(setWhen(core, wrong)).rejects.toMatchObject({ code: "invalid" });
  const many = Array.from({ length: MARKS_LIMITS.weekly }, (_, n) => testId(32, 5000 + n));
  await expect(setSpaces(core, { spaceIds: many, on: true })).rejects.toMatchObject({
    code: "invalid",
  });
  await store.run("DELETE FROM spaces WHERE log_id = ?", [spaceId]);
  expect((await settingsOf(core, { spaceId })).on).toBe(false);
});

test("letters that make no sense are not taken from another device", () => {
  const good = { from: 1, to: 2, seen: { [AMINA]: 3 }, more: 0, spaces: [] };
  const item = (key: string, value: object) => ({ kind: "letter", key, value, stamp: 1 });
  const section = {
    space: AMINA,
    count: 1,
    people: 1,
    who: [BRUNO],
    mentions: [],
    pins: [],
    polls: [],
    top: [],
    files: [],
    fileCount: 0,
  };
  const read = (...items: object[]) => readMarks({ items }).length;
  expect(read(item("2026-11-23", good))).toBe(1);
  expect(read(item("2026-11-23", { ...good, spaces: [section] }))).toBe(1);
  for (const [key, value] of [
    ["monday", good],
    ["2026-11-23", { ...good, from: -1 }],
    ["2026-11-23", { ...good, seen: { short: 1 } }],
    ["2026-11-23", { ...good, spaces: [{ ...section, who: [AMINA, AMINA, AMINA, AMINA] }] }],
    ["2026-11-23", { ...good, spaces: [{ ...section, mentions: ["<b>"] }] }],
    ["2026-11-23", { ...good, spaces: Array.from({ length: 31 }, () => section) }],
  ] as const)
    expect(read(item(key, value))).toBe(0);
  expect(read({ kind: "weeklyWhen", key: "when", value: { day: 7, hour: 1 }, stamp: 1 })).toBe(0);
});

test("a full letter fits into a mark", async () => {
  const { store } = await start();
  const ids = (n: number, bytes: 16 | 32) =>
    Array.from({ length: n }, (_, one) => testId(bytes, one));
  const some = ids(MARKS_LIMITS.letterItems, 16);
  const full = {
    from: NOW,
    to: NOW,
    more: 20,
    seen: Object.fromEntries(ids(MARKS_LIMITS.weekly, 32).map((space) => [space, 2 ** 40])),
    spaces: ids(MARKS_LIMITS.letterSpaces, 32).map((space) => ({
      space,
      count: 100_000,
      people: 10_000,
      who: ids(MARKS_LIMITS.letterItems, 32),
      mentions: some,
      pins: some,
      polls: some,
      top: some,
      files: some,
      fileCount: 10_000,
    })),
  };
  await store.transaction((tx) => putMark(tx, "letter", "2026-11-23", full, NOW));
  const kept = await store.get<{ value: string }>("SELECT value FROM marks");
  expect(kept?.value.length).toBeLessThan(MARKS_LIMITS.value);
  expect(
    readMarks({ items: [{ kind: "letter", key: "2026-11-23", value: full, stamp: 1 }] }),
  ).toHaveLength(1);
});

test("it is read by indexes", async () => {
  const { store, say } = await start();
  await say("one");
  const plans: string[] = [];
  const explaining = {
    get: store.get.bind(store),
    all: async (sql: string, params?: never) => {
      for (const { detail } of await store.all<{ detail: string }>(
        `EXPLAIN QUERY PLAN ${sql}`,
        params,
      ))
        plans.push(detail);
      return store.all(sql, params);
    },
  };
  await sectionOf(explaining as never, testId(32, 0xa0), { after: 0, upTo: 9 }, NOW);
  expect(plans.length).toBeGreaterThan(0);
  expect(plans.filter((detail) => /SCAN /.test(detail))).toEqual([]);
});
