import { afterEach, expect, test } from "vitest";
import { openNodeStore } from "../../platform/node/store.ts";
import type { Core } from "../core.ts";
import { LEADING_MIGRATIONS } from "../leading/tables.ts";
import type { SqlStore } from "../ports.ts";
import { migrate } from "../store/migrate.ts";
import { chat } from "../tools/chat/index.ts";
import { chatCommands } from "../tools/chat/commands.ts";
import { filesSchema } from "../tools/files/tables.ts";
import { idBytes, testId, toolHarness } from "../tools/harness.ts";
import { marksCommands } from "../tools/marks/marks-commands.ts";
import { newsOf } from "./news-queries.ts";
import { NEWS_MIGRATIONS } from "./tables.ts";

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
  await migrate(store, LEADING_MIGRATIONS, "leading");
  await migrate(store, NEWS_MIGRATIONS, "news");
  const empty = new Uint8Array();
  await store.run(
    `INSERT INTO spaces (log_id, hub, hub_key, genesis, kind, history, title, state, created, gen, seq, head, hub_seq,
       read_from, epoch, seat_id, seat_key, own_hash)
     VALUES (?, 'a.localhost', ?, ?, 'group', 'all', 'Wakulima', 'active', 0, 0, 999, ?, 0, 0, 0, ?, ?, ?)`,
    [harness.spaceId, empty, empty, empty, empty, empty, empty],
  );
  await harness.member(AMINA, { name: "Amina" });
  await harness.member(BRUNO, { name: "Bruno" });
  const core = {
    store,
    platform: { clock: { now: () => 1_700_000_000_000 } },
  } as unknown as Core;
  const say = (text: string, more: object = {}, who = AMINA) =>
    harness.receive(who, "chat.message", { text, ...more });
  const news = async () => (await newsOf(core)).groups;
  const seen = async () => {
    const last = harness.log.at(-1)?.position ?? 0;
    await chatCommands.markRead(harness.context, { spaceId: harness.spaceId, position: last });
  };
  return { store, harness, say, news, seen };
}

test("what names one, answers one and stands under one's own message is told apart, each once", async () => {
  const { harness, say, news, seen } = await start();
  await say("Habari");
  const mine = await harness.receive(harness.me, "chat.message", { text: "Nzuri" });
  await seen();
  expect(await news()).toEqual([]);
  await say("Amina anauliza", { mentions: [idBytes(harness.me)] });
  await say("Sawa", { replyTo: idBytes(mine) });
  await say("Haya", { replyTo: idBytes(mine), mentions: [idBytes(harness.me)] }, BRUNO);
  await say("Kwa wote");
  await harness.receive(BRUNO, "chat.reaction", { target: idBytes(mine), emoji: "👍", on: true });
  const [group] = await news();
  expect(group).toMatchObject({ title: "Wakulima", unread: 4, more: false });
  expect(group?.items.map(({ kind, authorName, text }) => [kind, authorName, text])).toEqual([
    ["mention", "Amina", "Amina anauliza"],
    ["reply", "Amina", "Sawa"],
    ["mention", "Bruno", "Haya"],
    ["reaction", "Bruno", "👍"],
  ]);
});

test("a reaction that was taken back, and one to somebody else's message, is no news", async () => {
  const { harness, say, news, seen } = await start();
  const hers = await say("Habari");
  const mine = await harness.receive(harness.me, "chat.message", { text: "Nzuri" });
  await seen();
  await harness.receive(BRUNO, "chat.reaction", { target: idBytes(hers), emoji: "👍", on: true });
  await harness.receive(BRUNO, "chat.reaction", { target: idBytes(mine), emoji: "👍", on: true });
  await harness.receive(BRUNO, "chat.reaction", { target: idBytes(mine), emoji: "👍", on: false });
  expect(await news()).toEqual([]);
});

test("who has seen the last message has seen the reactions behind it", async () => {
  const { harness, news, seen } = await start();
  const mine = await harness.receive(harness.me, "chat.message", { text: "Nzuri" });
  await harness.receive(BRUNO, "chat.reaction", { target: idBytes(mine), emoji: "👍", on: true });
  expect(await news()).toHaveLength(1);
  await chatCommands.markRead(harness.context, { spaceId: harness.spaceId, position: 1 });
  expect(await news()).toEqual([]);
  await seen();
});

test("of what is muted only what is for oneself is told one by one; all marked as read is nothing, and comes back", async () => {
  const { harness, say, news } = await start();
  const { context, spaceId } = harness;
  await say("Kwa wote");
  await say("Wewe", { mentions: [idBytes(harness.me)] });
  await marksCommands.mute(context, { spaceIds: [spaceId], until: 1_800_000_000_000 });
  expect((await news())[0]).toMatchObject({ unread: 2, items: [{ kind: "mention" }] });
  const before = await marksCommands.read(context, { spaceIds: [spaceId] });
  expect(await news()).toEqual([]);
  await marksCommands.unreadAgain(context, { before });
  expect((await news())[0]).toMatchObject({ unread: 2, markedUnread: true });
});

test("files, comments on them and people who came are news, what is in the bin is not", async () => {
  const { store, harness, news } = await start();
  const { spaceId } = harness;
  const file = (id: string, position: number, shown: number) =>
    store.run(
      `INSERT INTO files_nodes (log_id, file_id, rank, event_id, position, pending, author, mine, at, first_name, first_parent,
         name, shown) VALUES (?, ?, 1, ?, ?, 0, ?, 0, 5, 'a', '', 'plan.pdf', ?)`,
      [spaceId, id, id, position, AMINA, shown],
    );
  await file("f1", 10, 1);
  await file("f2", 11, 0);
  await store.run(
    "INSERT INTO files_comments VALUES (?, 'c1', 'f1', 12, 0, ?, 0, 5, 'Looks good', 0)",
    [spaceId, BRUNO],
  );
  await store.run(
    "INSERT INTO notices VALUES (?, 'n1', 13, 5, 'joined', ?, NULL, NULL), (?, 'n2', 14, 5, 'joined', ?, NULL, NULL)",
    [spaceId, BRUNO, spaceId, harness.me],
  );
  const [group] = await news();
  expect(group?.items.map(({ kind, ref, text }) => [kind, ref, text])).toEqual([
    ["file", "f1", "plan.pdf"],
    ["comment", "f1", "Looks good"],
    ["joined", "", ""],
  ]);
  expect(group?.unread).toBe(0);
});
