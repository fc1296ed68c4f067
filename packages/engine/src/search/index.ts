/**
 * One search over everything that this device may read. It stands on the device, in its sealed store, and asks nobody. Tools say
 * what can be found (port.ts); the background keeps the index up with them (write.ts); find.ts answers.
 */
import type { Clock, SqlStore, SqlTx } from "../ports.ts";
import type { SearchCommands, SearchLive } from "./api.ts";
import type { ToolContext } from "../tools/tool.ts";
import type { TextFetcher } from "./fetch-texts.ts";
import type { FindableSource } from "./port.ts";
import type { Answers } from "./search-work.ts";
import { emptySearch, wipeSearch } from "./tables.ts";
import type { Indexer } from "./write.ts";

export { migrateSearch } from "./tables.ts";
export { CORE_SOURCES } from "./sources.ts";

/** Nothing of it while the first screen fills: when much waits, and when little does. */
const SOON_MS = 10_000;
const LATER_MS = 120_000;
const MUCH = 200;
/** After a change, so that a burst of them is one. */
const PAUSE_MS = 400;
/** Slices that a search waits for, so that what was written a moment ago is found. */
const BEFORE_ANSWER = 2;
/** What is newer than this has to be found at once, ms. */
const RECENT_MS = 60 * 60_000;
/** So many places that wait are counted; of more it is only known that they are more than that. */
const COUNTED = 2000;

export type SearchHost = {
  store: SqlStore;
  clock: Clock;
  sources: readonly FindableSource[];
  signedIn(): boolean;
  me(): string;
  report(error: unknown): void;
  /** What tools work with, for texts that are fetched. */
  context(): ToolContext;
};

export type Search = {
  commands: SearchCommands;
  /** The live query's value, with a callback for changes. @returns what ends it */
  watchState(
    onValue: (value: SearchLive["search.state"]["value"]) => void,
    onError: (error: unknown) => void,
  ): () => void;
  /** Empties everything, in the transaction that empties the rest. */
  wipe(tx: SqlTx): void;
  stop(): Promise<void>;
};

type Work = { indexer: Indexer; answers: Answers; texts: TextFetcher; forget(): void };

/** Starts it: the index is built in the background. */
export function createSearch(host: SearchHost): Search {
  const { store, clock, sources } = host;
  let loading: Promise<Work> | null = null;
  let stopped = false;
  let begun = false;
  let running: Promise<void> | null = null;
  let asked = false;
  let tidied = false;
  /** How many places wait, about; null: nobody asked. */
  let left: number | null = null;
  let changes = 0;
  /** There may be texts to be fetched: at the start, and whenever a tool has something new. */
  let wanted = true;
  const textTables = new Set(sources.flatMap(({ texts }) => texts?.tables ?? []));
  let cancel = (): void => undefined;
  const watchers = new Set<() => void>();

  const work = (): Promise<Work> =>
    (loading ??= import("./search-work.ts").then(
      ({ createAnswers, createIndexer, createLabels, createTextFetcher }) => {
        const labels = createLabels(store);
        return {
          indexer: createIndexer(store, sources, labels, () => clock.now()),
          answers: createAnswers(store, sources, labels, {
            now: () => clock.now(),
            me: () => host.me(),
          }),
          texts: createTextFetcher(
            store,
            sources,
            () => host.context(),
            () => stopped || !host.signedIn(),
            () => clock.now(),
          ),
          forget: () => labels.clear(),
        };
      },
    ));

  function later(ms: number, run: () => void): void {
    cancel();
    if (!stopped) cancel = clock.setTimer(ms, run);
  }

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      clock.setTimer(ms, resolve);
    });

  /** Works off what waits; one at a time, with rests for what else the engine has to do. */
  function run(): void {
    if (stopped || !host.signedIn()) return;
    begun = true;
    if (running !== null) {
      asked = true;
      return;
    }
    running = toEnd()
      .catch((error: unknown) => {
        if (!stopped) host.report(error);
      })
      .finally(() => {
        running = null;
        if (asked) later(PAUSE_MS, run);
        asked = false;
      });
  }

  async function toEnd(): Promise<void> {
    const { indexer, texts } = await work();
    for (;;) {
      const start = clock.now();
      if (stopped || !host.signedIn()) return;
      const did = await indexer.slice();
      if (left !== null) left = Math.max(0, left - did);
      if (did > 0) changes += 1;
      tell();
      if (did === 0) break;
      tidied = false;
      await pause(Math.min(50, (clock.now() - start) / 8));
    }
    if (wanted) {
      wanted = false;
      // What it puts is noted as changed, and read in the next turn.
      const again = await texts.run();
      if (again !== null) {
        wanted = true;
        later(Math.max(PAUSE_MS, again - clock.now()), run);
      }
    }
    while (!tidied && !asked && !stopped) {
      tidied = !(await indexer.tidy());
      await pause(20);
    }
  }

  const unlisten = store.onCommit((tables) => {
    for (const table of tables) if (textTables.has(table)) wanted = true;
    // What the index itself writes says nothing new.
    if (!tables.has("search_dirty") || tables.has("search_docs") || !begun) return;
    if (running === null) later(PAUSE_MS, run);
    else asked = true;
  });

  async function waiting(): Promise<number> {
    const row = await store.get<{ n: number }>(
      "SELECT count(*) AS n FROM (SELECT 1 FROM search_dirty LIMIT ?)",
      [COUNTED],
    );
    return row?.n ?? 0;
  }

  /** Counting all that waits reads all of it: once, when a person looks at it. */
  async function state(): Promise<SearchLive["search.state"]["value"]> {
    const few = await waiting();
    if (few < COUNTED) left = few;
    else
      left ??= (await store.get<{ n: number }>("SELECT count(*) AS n FROM search_dirty"))?.n ?? few;
    const done = (await store.get<{ docs: number }>("SELECT docs FROM search_count"))?.docs ?? 0;
    return { done, total: done + Math.max(left, few), changes };
  }

  function tell(): void {
    for (const watcher of watchers) watcher();
  }

  /** What was just written is found too. While much older is still read, that is not waited for. */
  async function fresh(): Promise<Answers> {
    const { indexer, answers } = await work();
    const newest = await store.get<{ at: number | null }>("SELECT max(at) AS at FROM search_dirty");
    const recent = (newest?.at ?? 0) > clock.now() - RECENT_MS;
    if (host.signedIn() && (recent || (await waiting()) < MUCH))
      for (let turn = 0; turn < BEFORE_ANSWER; turn++) if ((await indexer.slice()) === 0) break;
    run();
    return answers;
  }

  later(SOON_MS, () => {
    waiting().then(
      (n) => {
        if (n >= MUCH) run();
        else later(LATER_MS, run);
      },
      (error: unknown) => {
        if (!stopped) host.report(error);
      },
    );
  });

  return {
    commands: {
      "search.find": async (args) => (await fresh())["search.find"](args),
      "search.more": async (args) => (await work()).answers["search.more"](args),
      "search.rebuild": async () => {
        await running;
        await store.transaction((tx) => emptySearch(tx, sources));
        (await work()).forget();
        loading = null;
        run();
      },
    },
    watchState(onValue, onError) {
      let last = "";
      let busy = false;
      let again = false;
      const refresh = async (): Promise<void> => {
        if (busy) {
          again = true;
          return;
        }
        busy = true;
        try {
          do {
            again = false;
            const value = await state();
            if (JSON.stringify(value) !== last) onValue(value);
            last = JSON.stringify(value);
            // Counting takes a moment where there is much.
            await pause(500);
          } while (again && watchers.has(watcher));
        } catch (error) {
          if (watchers.has(watcher)) onError(error);
        } finally {
          busy = false;
        }
      };
      const watcher = (): void => void refresh();
      watchers.add(watcher);
      watcher();
      // Somebody looks at it: what waits is worked off now.
      run();
      return () => void watchers.delete(watcher);
    },
    wipe(tx) {
      wipeSearch(tx);
      tx.afterCommit(() => {
        loading = null;
        begun = false;
      });
    },
    async stop() {
      stopped = true;
      cancel();
      unlisten();
      watchers.clear();
      await running;
    },
  };
}
