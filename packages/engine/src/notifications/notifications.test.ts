import { afterEach, beforeEach, expect, test } from "vitest";
import { nodePlatform } from "../../platform/node/index.ts";
import type { Core } from "../core.ts";
import type { SqlStore } from "../ports.ts";
import { chat } from "../tools/chat/index.ts";
import { testId, toolHarness } from "../tools/harness.ts";
import type { ToolHarness } from "../tools/harness.ts";
import { migrate } from "../store/migrate.ts";
import { NOTIFICATION_MIGRATIONS } from "./tables.ts";
import { newsOf, setLevel, setSettings } from "./notify-work.ts";
import { levelOf, settingsOf } from "./settings.ts";

const NOW = 1_800_000_000_000;
const BRUNO = testId(32, 2);
let store: SqlStore;
let space: ToolHarness;
let core: Core;
beforeEach(async () => {
  store = await nodePlatform({ origin: "http://a.localhost" }).openStore("test");
  space = await toolHarness(store, chat);
  await migrate(store, NOTIFICATION_MIGRATIONS, "notifications");
  const empty = new Uint8Array();
  await store.run(
    `INSERT INTO spaces (log_id, hub, hub_key, genesis, kind, history, title, state, created, gen, seq, head, hub_seq,
       read_from, epoch, seat_id, seat_key, own_hash)
     VALUES (?, 'a', ?, ?, 'group', 'all', 'Seeds', 'active', 1, 0, 0, ?, 0, 0, 0, ?, ?, ?)`,
    [space.spaceId, ...Array.from({ length: 6 }, () => empty)],
  );
  await space.member(BRUNO, { name: "Bruno" });
  core = { store } as unknown as Core;
});
afterEach(() => store.close());

const say = (text: string, mentions: string[] = []) =>
  space.receive(BRUNO, "chat.message", {
    text,
    mentions: mentions.map((id) => Uint8Array.fromHex(id)),
  });

test("until somebody chooses otherwise nothing is told; what is chosen stays, field by field", async () => {
  expect(await settingsOf(store)).toEqual({
    on: false,
    content: true,
    sound: true,
    quiet: null,
    asked: false,
  });
  await setSettings(core, { on: true, asked: true });
  await setSettings(core, { quiet: { from: 22 * 60, to: 7 * 60 }, content: false });
  expect(await settingsOf(store)).toEqual({
    on: true,
    content: false,
    sound: true,
    quiet: { from: 1320, to: 420 },
    asked: true,
  });
  await setSettings(core, { quiet: null });
  expect((await settingsOf(store)).quiet).toBeNull();
  for (const wrong of [{ quiet: { from: 0, to: 1440 } }, { on: 1 }, { quiet: { from: -1, to: 3 } }])
    await expect(setSettings(core, wrong as never)).rejects.toMatchObject({ code: "invalid" });
});

test("what is unread is told, newest of each conversation first, and goes when it was read", async () => {
  expect(await newsOf(store, NOW)).toEqual({ count: 0, conversations: [] });
  await say("Habari?");
  const eventId = await say("We meet at six.");
  const news = await newsOf(store, NOW);
  expect(news.count).toBe(2);
  expect(news.conversations).toMatchObject([
    {
      spaceId: space.spaceId,
      count: 2,
      newest: { eventId, author: "Bruno", text: "We meet at six." },
    },
  ]);
  const position = news.conversations[0]?.newest.position ?? 0;
  await store.run("INSERT OR REPLACE INTO read_positions VALUES (?, '', ?)", [
    space.spaceId,
    position,
  ]);
  expect(await newsOf(store, NOW)).toEqual({ count: 0, conversations: [] });
});

test("of a conversation one is told everything, mentions alone, or nothing", async () => {
  const { spaceId, me } = space;
  await say("for all");
  const mentioned = await say("for you", [me]);
  await say("for all again");
  const told = async () => {
    const { count, conversations } = await newsOf(store, NOW);
    return [count, conversations[0]?.newest.text];
  };
  expect(await told()).toEqual([3, "for all again"]);
  await setLevel(core, { spaceId, level: "mentions" });
  expect(await levelOf(store, spaceId)).toBe("mentions");
  expect(await told()).toEqual([1, "for you"]);
  expect((await newsOf(store, NOW)).conversations[0]?.newest.eventId).toBe(mentioned);
  await setLevel(core, { spaceId, level: "none" });
  expect(await told()).toEqual([0, undefined]);
  await setLevel(core, { spaceId, level: "all" });
  expect(await told()).toEqual([3, "for all again"]);
  await expect(setLevel(core, { spaceId, level: "loud" } as never)).rejects.toMatchObject({
    code: "invalid",
  });
});

test("what is muted, on whichever of one's devices, is not told until its time is over", async () => {
  await say("one");
  await store.run(
    "INSERT INTO marks (kind, key, value, stamp, device) VALUES ('mute', ?, ?, 1, '')",
    [space.spaceId, JSON.stringify({ until: NOW + 1 })],
  );
  expect((await newsOf(store, NOW)).count).toBe(0);
  expect((await newsOf(store, NOW + 1)).count).toBe(1);
});

test("a choice goes with the conversation that is taken off this device", async () => {
  const { spaceId } = space;
  await setLevel(core, { spaceId, level: "none" });
  await store.run("DELETE FROM spaces WHERE log_id = ?", [spaceId]);
  expect(await levelOf(store, spaceId)).toBe("all");
});

test("news are read by indexes", async () => {
  await say("one");
  const plans: string[] = [];
  await newsOf(
    {
      all: async (sql, params) => {
        for (const { detail } of await store.all<{ detail: string }>(
          `EXPLAIN QUERY PLAN ${sql}`,
          params,
        ))
          plans.push(detail);
        return store.all(sql, params);
      },
    },
    NOW,
  );
  expect(plans.filter((detail) => /SCAN (?!s\b|\(subquery)/.test(detail))).toEqual([]);
});
