import { afterEach, expect, test } from "vitest";
import { nodeClock } from "../../platform/node/clock.ts";
import { openNodeStore } from "../../platform/node/store.ts";
import type { SqlStore } from "../ports.ts";
import { chat } from "../tools/chat/index.ts";
import { testId, toolHarness } from "../tools/harness.ts";
import type { ToolContext } from "../tools/tool.ts";
import { CORE_SOURCES, createSearch, migrateSearch } from "./index.ts";
import type { Search } from "./index.ts";

const AMINA = testId(32, 2);
let store: SqlStore;
let search: Search;
afterEach(async () => {
  await search.stop();
  await store.close();
});

async function start(messages: number) {
  store = await openNodeStore(":memory:");
  const harness = await toolHarness(store, chat);
  await harness.member(AMINA, { name: "Amina" });
  const sources = [...CORE_SOURCES, ...chat.findable];
  await migrateSearch(store, sources);
  const say = (text: string) =>
    harness.receive(AMINA, "chat.message", { text }, { at: Date.now() });
  for (let n = 0; n < messages; n++) await say(`line ${n}`);
  search = createSearch({
    store,
    clock: nodeClock(),
    sources,
    signedIn: () => true,
    me: () => harness.me,
    report: (error) => {
      throw error;
    },
    context: () => ({}) as ToolContext,
  });
  return { say };
}

type State = { done: number; total: number; changes: number };

/** Watches until all is read. @returns every state that was told */
function untilRead(): Promise<State[]> {
  const seen: State[] = [];
  return new Promise((resolve, reject) => {
    const stop = search.watchState((state) => {
      seen.push(state);
      if (state.done < state.total || state.done === 0) return;
      stop();
      resolve(seen);
    }, reject);
  });
}

test("whoever looks at the search sees how far it is, and sets it going", async () => {
  await start(600);
  const seen = await untilRead();
  expect(seen[0]).toMatchObject({ done: 0, total: 600 });
  expect(seen.at(-1)).toMatchObject({ done: 600, total: 600 });
  // Who has searched meanwhile hears that there is more.
  expect(seen.at(-1)!.changes).toBeGreaterThan(seen[0]!.changes);
  expect(seen.map(({ done }) => done)).toEqual(
    seen.map(({ done }) => done).toSorted((a, b) => a - b),
  );
});

test("what was written a moment ago is found at once, and what comes later without being asked for", async () => {
  const { say } = await start(3);
  const find = async (text: string) => (await search.commands["search.find"]({ text })).hits.length;
  expect(await find("line")).toBe(3);
  await say("another line");
  expect(await find("line")).toBe(4);
  await say("the last of them");
  await expect.poll(() => store.all("SELECT 1 FROM search_dirty"), { timeout: 20_000 }).toEqual([]);
});

test("an index that is made anew finds the same", async () => {
  await start(30);
  const find = async () =>
    (await search.commands["search.find"]({ text: "line", limit: 100 })).hits;
  const before = await find();
  await search.commands["search.rebuild"]({});
  await expect.poll(async () => (await find()).length, { timeout: 20_000 }).toBe(30);
  expect((await find()).map(({ ref }) => ref).toSorted()).toEqual(
    before.map(({ ref }) => ref).toSorted(),
  );
});
