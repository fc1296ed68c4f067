/** The frozen set of queries in ten languages: what was looked for has to stand among the first three. */
import { expect, test } from "vitest";
import { openNodeStore } from "../../platform/node/store.ts";
import { topThree } from "./relevance/top-three.ts";

test("in at least 95 of 100 queries of each kind of person's language, what they look for is among the first three", async () => {
  const store = await openNodeStore(":memory:");
  try {
    const { share, missed } = await topThree(store);
    expect(share, JSON.stringify(missed, undefined, 1)).toBeGreaterThanOrEqual(0.95);
  } finally {
    await store.close();
  }
});
