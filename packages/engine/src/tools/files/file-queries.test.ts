import { afterEach, expect, test } from "vitest";
import { openNodeStore } from "../../../platform/node/store.ts";
import type { SqlStore } from "../../ports.ts";
import { testId, toolHarness } from "../harness.ts";
import { bin, folderAt, move, newFolder, rename, restore } from "./file-changes.ts";
import { binned, entry, folder } from "./file-queries.ts";
import { files } from "./index.ts";

const AMINA = testId(32, 2);
let store: SqlStore | undefined;
afterEach(() => store?.close());

async function start() {
  const opened = await openNodeStore(":memory:");
  store = opened;
  const harness = await toolHarness(opened, files);
  await harness.member(harness.me, { name: "Me", role: "steward" });
  await harness.member(AMINA, { name: "Amina" });
  const { context, spaceId } = harness;
  const list = (parentId: string | null, offset = 0, limit = 100) =>
    folder(context, { spaceId, parentId, offset, limit });
  return { opened, harness, context, spaceId, list };
}

test("folders are made along a path once, as deep as 64, and no deeper", async () => {
  const { context, spaceId, list } = await start();
  const path = Array.from({ length: 60 }, (_, index) => `level ${index}`);
  const { fileId } = await folderAt(context, { spaceId, parentId: null, path });
  const again = await folderAt(context, { spaceId, parentId: null, path });
  expect(again.fileId).toBe(fileId);
  expect((await list(null)).total).toBe(1);
  const page = await list(fileId);
  expect(page.path.map((one) => one.name)).toEqual(path);
  expect(page.exists).toBe(true);
  await folderAt(context, { spaceId, parentId: fileId, path: ["a", "b", "c", "d"] });
  await expect(
    folderAt(context, { spaceId, parentId: fileId, path: ["a", "b", "c", "d", "e"] }),
  ).rejects.toMatchObject({ code: "invalid" });
});

test("a folder goes neither into itself nor below itself; what is restored out of a bin comes to where one sees it", async () => {
  const { context, spaceId, list } = await start();
  const make = async (parentId: string | null, name: string) =>
    (await newFolder(context, { spaceId, parentId, name })).fileId;
  const outer = await make(null, "outer");
  const inner = await make(outer, "inner");
  for (const parentId of [outer, inner])
    await expect(move(context, { spaceId, fileIds: [outer], parentId })).rejects.toMatchObject({
      code: "invalid",
    });
  await rename(context, { spaceId, fileId: inner, name: "  con.txt. " });
  expect((await entry(context, { spaceId, fileId: inner }))?.name).toBe("con_.txt");
  await bin(context, { spaceId, fileIds: [inner] });
  await bin(context, { spaceId, fileIds: [outer] });
  expect((await list(null)).total).toBe(0);
  expect((await list(outer)).exists).toBe(false);
  expect((await binned(context, { spaceId, offset: 0, limit: 10 })).total).toBe(2);
  await restore(context, { spaceId, fileIds: [inner] });
  expect((await list(null)).entries.map((one) => one.name)).toEqual(["con_.txt"]);
});

test("a folder of 100,000 is paged and sorted, and no page reads all tables from end to end", async () => {
  const { opened, context, spaceId, harness } = await start();
  await opened.transaction((tx) => {
    tx.run(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
       INSERT INTO files_nodes (log_id, file_id, rank, event_id, position, pending, author, mine, at, first_name,
         first_parent, name, name_key, sort_key, size, changed_at, changed_by)
       SELECT ?, printf('%032x', i), 1, printf('%032x', i), i + 1, 0, ?, 0, i, 'x', '', 'file ' || i, 'file ' || i,
         printf('file %012d', i), i % 1000, 100000 - i, ? FROM n`,
      [spaceId, AMINA, AMINA],
    );
  });
  const page = (by: "name" | "changed" | "size", offset: number) =>
    folder(context, { spaceId, parentId: null, sort: { by, down: false }, offset, limit: 3 });
  const names = async (by: "name" | "changed" | "size", offset: number) =>
    (await page(by, offset)).entries.map((one) => one.name);
  expect(await names("name", 0)).toEqual(["file 0", "file 1", "file 2"]);
  expect(await names("name", 99_998)).toEqual(["file 99998", "file 99999"]);
  expect(await names("changed", 0)).toEqual(["file 99999", "file 99998", "file 99997"]);
  expect(await names("size", 0)).toEqual(["file 0", "file 1000", "file 2000"]);
  expect((await page("name", 0)).total).toBe(100_000);
  const plans = await harness.plans();
  const long = plans.flatMap(({ sql, plan }) =>
    plan
      .filter((line) => line.startsWith("SCAN") && !/^SCAN (?:account|json_each)/.test(line))
      .map((line) => ({ line, sql })),
  );
  expect(long).toEqual([]);
});
