/** The search over a store without an engine, for tests and benchmarks. */
import type { SqlStore } from "../ports.ts";
import type { SearchCommands, SearchHit } from "./api.ts";
import type { FindableSource } from "./port.ts";
import { createAnswers, createIndexer, createLabels } from "./search-work.ts";
import type { Indexer } from "./write.ts";

type FindArguments = Parameters<SearchCommands["search.find"]>[0];

export type TestSearch = {
  indexer: Indexer;
  answers: ReturnType<typeof createAnswers>;
  /** Works off everything that waits. @returns how many places */
  index(): Promise<number>;
  /** After indexing: all hits of all pages, best first. */
  all(text: string, filters?: FindArguments["filters"]): Promise<SearchHit[]>;
  /** The ids of all hits, best first. */
  refs(text: string, filters?: FindArguments["filters"]): Promise<string[]>;
};

/** @param now the time that searches take as now, and me the identity that `from:me` means */
export function testSearch(
  store: SqlStore,
  sources: readonly FindableSource[],
  { now = () => 1_700_000_000_000, me = "" }: { now?: () => number; me?: string } = {},
): TestSearch {
  const labels = createLabels(store);
  const indexer = createIndexer(store, sources, labels, () => performance.now());
  const answers = createAnswers(store, sources, labels, { now, me: () => me });
  async function index(): Promise<number> {
    let count = 0;
    for (;;) {
      const did = await indexer.slice();
      if (did === 0) return count;
      count += did;
    }
  }
  async function all(text: string, filters?: FindArguments["filters"]): Promise<SearchHit[]> {
    await index();
    let page = await answers["search.find"]({ text, filters, limit: 200 });
    const hits = [...page.hits];
    while (page.more !== null) {
      page = await answers["search.more"]({ more: page.more, limit: 200 });
      hits.push(...page.hits);
    }
    return hits;
  }
  return {
    indexer,
    answers,
    index,
    all,
    refs: async (text, filters) => (await all(text, filters)).map(({ ref }) => ref),
  };
}
