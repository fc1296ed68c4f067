import { afterEach, beforeEach, expect, test } from "vitest";
import { nodePlatform } from "../../platform/node/index.ts";
import type { Core } from "../core.ts";
import { PEOPLE_MIGRATIONS } from "../people/tables.ts";
import type { SqlStore } from "../ports.ts";
import { migrate } from "../store/migrate.ts";
import { testId, toolHarness } from "../tools/harness.ts";
import type { ToolHarness } from "../tools/harness.ts";
import { chat } from "../tools/chat/index.ts";
import { signalSettings } from "./chosen.ts";
import { nearSpaces, quietIn, setQuiet, setSignals } from "./settings.ts";
import { SIGNAL_MIGRATIONS } from "./tables.ts";

let store: SqlStore;
let space: ToolHarness;
let core: Core;
beforeEach(async () => {
  store = await nodePlatform({ origin: "http://a.localhost" }).openStore("test");
  space = await toolHarness(store, chat);
  await migrate(store, PEOPLE_MIGRATIONS, "people");
  await migrate(store, SIGNAL_MIGRATIONS, "signals");
  core = { store } as unknown as Core;
});
afterEach(() => store.close());

/** A space that this device is in, with so many people. */
async function aSpace(n: number, people: number, wish: { kind?: string; created?: number } = {}) {
  const logId = testId(32, n);
  const empty = new Uint8Array();
  await store.run(
    `INSERT INTO spaces (log_id, hub, hub_key, genesis, kind, history, title, state, created, gen, seq, head, hub_seq,
       read_from, epoch, seat_id, seat_key, own_hash)
     VALUES (?, 'a', ?, ?, ?, 'all', 'Seeds', 'active', ?, 0, 0, ?, 0, 0, 0, ?, ?, ?)`,
    [
      logId,
      empty,
      empty,
      wish.kind ?? "group",
      wish.created ?? n,
      ...Array.from({ length: 4 }, () => empty),
    ],
  );
  for (let i = 0; i < people; i++)
    await store.run(
      "INSERT INTO members (log_id, identity_id, name, address, role, devices, present) VALUES (?, ?, '', '', 'member', 1, 1)",
      [logId, i === 0 ? space.me : testId(32, 1000 + i)],
    );
  return logId;
}

test("until somebody says yes both are off; each is chosen by itself and stays", async () => {
  expect(await signalSettings(store)).toEqual({ typing: false, here: false });
  await setSignals(core, { typing: true });
  expect(await signalSettings(store)).toEqual({ typing: true, here: false });
  await setSignals(core, { here: true });
  await setSignals(core, { typing: false });
  expect(await signalSettings(store)).toEqual({ typing: false, here: true });
  await expect(setSignals(core, { typing: 1 as never })).rejects.toMatchObject({ code: "invalid" });
  await expect(setQuiet(core, { spaceId: "x", quiet: true })).rejects.toMatchObject({
    code: "invalid",
  });
});

test("there are none in large spaces, among one's own devices, alone, where few write, or for who only reads", async () => {
  const good = await aSpace(11, 32);
  const possible = async (spaceId: string) => (await quietIn(core, spaceId)).possible;
  expect(await possible(good)).toBe(true);
  expect(await possible(await aSpace(12, 33))).toBe(false);
  expect(await possible(await aSpace(13, 1))).toBe(false);
  expect(await possible(await aSpace(14, 2, { kind: "personal" }))).toBe(false);
  expect(await possible(testId(32, 15))).toBe(false);
  await store.run("UPDATE spaces SET state = 'left' WHERE log_id = ?", [good]);
  expect(await possible(good)).toBe(false);
  await store.run("UPDATE spaces SET state = 'active' WHERE log_id = ?", [good]);
  await store.run("UPDATE members SET role = 'observer' WHERE log_id = ? AND identity_id = ?", [
    good,
    space.me,
  ]);
  expect(await possible(good)).toBe(false);
});

test("the open conversation and those in which something was said last are near; quiet ones never", async () => {
  const ids: string[] = [];
  for (let n = 20; n < 40; n++) ids.push(await aSpace(n, 2));
  const near = await nearSpaces(core, []);
  expect(near).toEqual(ids.toReversed().slice(0, 15));
  const oldest = ids[0] ?? "";
  expect((await nearSpaces(core, [oldest]))[0]).toBe(oldest);
  await setQuiet(core, { spaceId: oldest, quiet: true });
  await setQuiet(core, { spaceId: oldest, quiet: true });
  expect(await nearSpaces(core, [oldest])).not.toContain(oldest);
  expect(await quietIn(core, oldest)).toEqual({ quiet: true, possible: true });
  await store.run("DELETE FROM spaces WHERE log_id = ?", [oldest]);
  expect(await store.all("SELECT * FROM signal_choices")).toEqual([]);
});
