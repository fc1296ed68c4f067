import { createReadStream, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { conformance } from "../../src/store/conformance.ts";
import { launchChromium, newProfile, removeProfile } from "./testing/chromium.ts";
import type { RunningChromium } from "./testing/chromium.ts";
import { servePage } from "./testing/pages.ts";
import type { ServedPage } from "./testing/pages.ts";

const CANARY = "kanari-ya-siri-4f1c9a7e2b";
const CONTROL = "kanari-ya-wazi-77d0e1c3aa";
const TIMEOUT = 90_000;

let served: ServedPage;
let profile: string;
let chromium: RunningChromium;

beforeAll(async () => {
  served = await servePage(join(import.meta.dirname, "testing/store-page"));
}, TIMEOUT);
afterAll(() => served.close());
beforeEach(async () => {
  profile = newProfile();
  chromium = await launchChromium(profile);
}, TIMEOUT);
afterEach(async () => {
  await chromium.kill();
  removeProfile(profile);
}, TIMEOUT);

type Ask = (op: string, args: Record<string, unknown>) => Promise<unknown>;

function ask(page: Page, op: string, args: Record<string, unknown> = {}): Promise<unknown> {
  return page.evaluate(([op, args]) => (globalThis as unknown as { ask: Ask }).ask(op, args), [
    op,
    args,
  ] as const);
}

function all(page: Page, sql: string): Promise<unknown> {
  return ask(page, "all", { name: "main", sql });
}

function run(page: Page, sql: string, params: unknown[] = []): Promise<unknown> {
  return ask(page, "run", { name: "main", sql, params });
}

/** The numbers that a page's stream of transactions acknowledges, as they come. */
async function collect(page: Page): Promise<number[]> {
  const numbers: number[] = [];
  await page.exposeFunction("acknowledge", (n: number) => void numbers.push(n));
  return numbers;
}

async function holds(file: string, needle: string): Promise<boolean> {
  let tail = Buffer.alloc(0);
  for await (const chunk of createReadStream(file)) {
    const bytes = Buffer.concat([tail, chunk as Buffer]);
    if (bytes.includes(needle) || bytes.includes(Buffer.from(needle, "utf16le"))) return true;
    tail = bytes.subarray(-4 * needle.length);
  }
  return false;
}

async function filesHolding(needle: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of readdirSync(profile, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await holds(file, needle))) found.push(file);
  }
  return found;
}

test(
  "the store on OPFS passes the conformance kit",
  async () => {
    const page = await chromium.open(served.url);
    const results = await ask(page, "conformance");
    expect(results).toEqual(
      conformance
        .filter((one) => one.concurrent !== true)
        .map(({ name }) => ({ name, error: null })),
    );
    expect(chromium.errors).toEqual([]);
  },
  TIMEOUT,
);

test(
  "data survives a reload and a restart of the browser; no file of the profile holds it in clear",
  async () => {
    let page = await chromium.open(served.url);
    expect(await ask(page, "open", { name: "main" })).toBe(1);
    await run(page, "CREATE TABLE t (x)");
    await run(page, "CREATE VIRTUAL TABLE f USING fts5(x)");
    // Enough to move pages from the WAL into the database, and some that stay in the WAL.
    for (let i = 0; i < 3; i++)
      await run(
        page,
        `INSERT INTO t SELECT ? || value FROM (WITH RECURSIVE c(value) AS
         (SELECT 1 UNION ALL SELECT value + 1 FROM c WHERE value < 40000) SELECT value FROM c)`,
        [CANARY],
      );
    await run(page, "INSERT INTO f VALUES (?)", [CANARY]);
    await ask(page, "plain", { sql: CONTROL });
    await page.reload();
    expect(await ask(page, "open", { name: "main" })).toBe(2);
    expect(await all(page, "SELECT count(*) n FROM t")).toEqual([{ n: 120_000 }]);
    await chromium.close();
    expect(await filesHolding(CONTROL)).not.toEqual([]);
    expect(await filesHolding(CANARY)).toEqual([]);
    chromium = await launchChromium(profile);
    page = await chromium.open(served.url);
    expect(await ask(page, "open", { name: "main" })).toBe(3);
    expect(await all(page, `SELECT count(*) n FROM f WHERE f MATCH '"${CANARY}"'`)).toEqual([
      { n: 1 },
    ]);
  },
  TIMEOUT,
);

test(
  "a second tab cannot open the files, takes nothing from them, and can once the first is gone",
  async () => {
    const first = await chromium.open(served.url);
    await ask(first, "open", { name: "main" });
    await run(first, "CREATE TABLE t (x)");
    const second = await chromium.open(served.url);
    await expect(ask(second, "open", { name: "main", patience: 200 })).rejects.toThrow(
      "store_busy",
    );
    await expect(ask(second, "remove", { name: "main" })).rejects.toThrow("store_busy");
    await run(first, "INSERT INTO t VALUES (1)");
    const waiting = ask(second, "open", { name: "main", patience: 20_000 });
    await first.close();
    expect(await waiting).toBe(2);
  },
  TIMEOUT,
);

test(
  "a leader that wakes after another had the store is fenced",
  async () => {
    const page = await chromium.open(served.url);
    expect(await ask(page, "sleepingLeader", { name: "sleep" })).toEqual({
      outcome: "store_fenced",
      rows: [{ x: "new leader" }],
    });
  },
  TIMEOUT,
);

test(
  "every acknowledged transaction is there after a tab is closed and after the browser is killed",
  async () => {
    const acknowledged: number[] = [];
    for (const end of ["close", "kill", "kill"] as const) {
      const page = await chromium.open(served.url);
      const numbers = await collect(page);
      await ask(page, "open", { name: "main" });
      const stream = ask(page, "stream", { name: "main" }).catch(() => undefined);
      await expect.poll(() => numbers.length, { timeout: 30_000 }).toBeGreaterThan(150);
      if (end === "close") await page.close();
      else {
        await chromium.kill();
        chromium = await launchChromium(profile);
      }
      await stream;
      acknowledged.push(...numbers);
      const after = await chromium.open(served.url);
      await ask(after, "open", { name: "main" });
      const present = await ask(after, "checkStream", { name: "main", acknowledged });
      expect(present).toBeGreaterThanOrEqual(acknowledged.length);
      await after.close();
    }
  },
  TIMEOUT,
);

test(
  "where storage is refused, and where the key is lost, the error says so",
  async () => {
    const page = await chromium.open(served.url);
    expect(await ask(page, "withoutOpfs")).toBe("store_unavailable");
    await ask(page, "open", { name: "main" });
    await run(page, "CREATE TABLE t (x)");
    await ask(page, "close", { name: "main" });
    await ask(page, "forgetKey", { name: "main" });
    await expect(ask(page, "open", { name: "main" })).rejects.toThrow("store_corrupt");
    await ask(page, "remove", { name: "main" });
    await page.reload();
    expect(await ask(page, "open", { name: "main" })).toBe(1);
  },
  TIMEOUT,
);

test("the store's download stays small", () => {
  const total = served.files.reduce((sum, { gzip }) => sum + gzip, 0);
  expect(total).toBeLessThan(530 * 1024);
  expect(served.files.filter(({ path }) => path.endsWith(".wasm"))).toHaveLength(1);
});

const fill = `INSERT INTO t SELECT ? || value FROM (WITH RECURSIVE c(value) AS
  (SELECT 1 UNION ALL SELECT value + 1 FROM c WHERE value < 40000) SELECT value FROM c)`;
const rows = (page: Page): Promise<unknown> => all(page, "SELECT count(*) AS n FROM t");

test(
  "a store takes a new key when it is next opened, and the one before opens it no more",
  async () => {
    const page = await chromium.open(served.url);
    await ask(page, "open", { name: "main" });
    await run(page, "CREATE TABLE t (x)");
    await run(page, fill, [CANARY]);
    await ask(page, "close", { name: "main" });
    const both = (await ask(page, "twoKeys", { name: "main" })) as string;
    await ask(page, "open", { name: "main" });
    expect(await rows(page)).toEqual([{ n: 40_000 }]);
    expect(await ask(page, "keys", { name: "main" })).toBe(32);
    await run(page, "INSERT INTO t VALUES ('after')");
    await ask(page, "close", { name: "main" });
    const before = both.slice(64);
    await ask(page, "twoKeys", { name: "main", sql: before });
    await expect(ask(page, "open", { name: "main" })).rejects.toThrow("store_corrupt");
    // Nothing was done to it by that.
    await ask(page, "twoKeys", { name: "main", sql: both.slice(0, 64) });
    await ask(page, "open", { name: "main" });
    expect(await rows(page)).toEqual([{ n: 40_001 }]);
  },
  TIMEOUT,
);

test(
  "a browser that is killed while a store takes a new key, or right after, loses nothing",
  async () => {
    let page = await chromium.open(served.url);
    await ask(page, "open", { name: "main" });
    await run(page, "CREATE TABLE t (x)");
    for (let times = 0; times < 3; times++) await run(page, fill, [CANARY]);
    await ask(page, "close", { name: "main" });
    const both = (await ask(page, "twoKeys", { name: "main" })) as string;
    let written = 120_000;
    for (const pause of [30, 80, 160, 300, 600, 1200, 5000]) {
      const opening = ask(page, "open", { name: "main" })
        .then(() => run(page, "INSERT INTO t VALUES ('after')"))
        .then(
          () => "written",
          () => "killed",
        );
      await Promise.race([opening, new Promise((resolve) => setTimeout(resolve, pause))]);
      await chromium.kill();
      if ((await opening) === "written") written++;
      chromium = await launchChromium(profile);
      page = await chromium.open(served.url);
      // As if what was settled had not reached the disk.
      await ask(page, "twoKeys", { name: "main", sql: both });
    }
    await ask(page, "open", { name: "main" });
    expect(await rows(page)).toEqual([{ n: written }]);
    expect(await all(page, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  },
  TIMEOUT,
);

test(
  "wherever the change of a key is cut off, nothing is lost",
  async () => {
    let page = await chromium.open(served.url);
    await ask(page, "open", { name: "main" });
    await run(page, "CREATE TABLE t (x)");
    await run(page, `${fill} LIMIT 500`, [CANARY]);
    await ask(page, "close", { name: "main" });
    let needed = 1;
    for (let writes = 0; writes < needed; writes++) {
      const both = (await ask(page, "twoKeys", { name: "main" })) as string;
      await ask(page, "cut", { writes });
      // Whatever a worker makes of files that take nothing any more.
      const opened = await ask(page, "open", { name: "main" }).catch(() => null);
      needed = opened === null ? writes + 2 : ((await ask(page, "writesDone")) as number);
      await page.close();
      page = await chromium.open(served.url);
      await ask(page, "twoKeys", { name: "main", sql: both });
      await ask(page, "open", { name: "main" });
      expect(await rows(page), `after ${writes} writes`).toEqual([{ n: 500 }]);
      expect(await all(page, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
      await ask(page, "close", { name: "main" });
    }
    expect(needed).toBeGreaterThan(40);
  },
  TIMEOUT,
);
