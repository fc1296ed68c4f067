import { expect, test } from "vitest";
import { openNodeStore } from "../../platform/node/store.ts";
import { StoreError } from "./errors.ts";
import { noticingFull } from "./full.ts";

test("a store says that it is full when a write failed for that, and that it is not any more some time later", async () => {
  const inner = await openNodeStore(":memory:");
  let time = 0;
  let changes = 0;
  const { store, full } = noticingFull(
    inner,
    () => time,
    () => (changes += 1),
  );
  const write = (): Promise<unknown> => store.run("CREATE TABLE IF NOT EXISTS t (a)");
  const fail = (code: "store_full" | "store_io" | "store_sql"): Promise<unknown> =>
    store.transaction(() => {
      throw new StoreError(code);
    });
  await write();
  await expect(fail("store_sql")).rejects.toThrow("store_sql");
  expect([full(), changes]).toEqual([false, 0]);
  await expect(fail("store_io")).rejects.toThrow("store_io");
  await expect(fail("store_full")).rejects.toThrow("store_full");
  expect([full(), changes]).toEqual([true, 1]);
  // A small one fits even now.
  await write();
  expect(full()).toBe(true);
  time += 6000;
  await write();
  expect([full(), changes]).toEqual([false, 2]);
  await store.close();
});
