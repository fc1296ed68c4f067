/** The search in a real browser over a large store, for benchmarks: the page, its corpus, and the frozen set of queries. */
import { fileURLToPath } from "node:url";
import { openNodeStore } from "../../node/store.ts";
import { topThree } from "../../../src/search/relevance/top-three.ts";
import type { ServedPage } from "./pages.ts";
import { servePage } from "./pages.ts";

export { AUTHORS, everywhere, queries, SPACES, textAt } from "./search-page/corpus.ts";
export type { BenchQuery, BenchText } from "./search-page/corpus.ts";

/** Builds and serves the page. */
export function serveSearchPage(): Promise<ServedPage> {
  return servePage(fileURLToPath(new URL("search-page", import.meta.url)));
}

/** The share of the frozen set's queries that are answered within the first three. */
export async function relevance(): Promise<{ share: number; missed: number }> {
  const store = await openNodeStore(":memory:");
  try {
    const { share, missed } = await topThree(store);
    return { share, missed: missed.length };
  } finally {
    await store.close();
  }
}
