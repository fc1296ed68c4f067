import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { launchChromium, newProfile, removeProfile } from "./testing/chromium.ts";
import type { RunningChromium } from "./testing/chromium.ts";
import { servePage } from "./testing/pages.ts";
import type { ServedPage } from "./testing/pages.ts";

const TIMEOUT = 90_000;
const POLL = { timeout: 30_000 };

let served: ServedPage;
let profile: string;
let chromium: RunningChromium;

beforeAll(async () => {
  served = await servePage(join(import.meta.dirname, "testing/tabs-page"));
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

type Tab = {
  seen: { state: { kind: string; code?: string }; rows: { x: string }[] | null; workers: Worker[] };
  leave: () => void;
  follow: () => void;
  call: (
    method: string,
    args: unknown,
    idempotent: boolean,
  ) => Promise<{ value?: unknown; code?: string }>;
};

function code(page: Page): Promise<string | undefined> {
  return page.evaluate(() => (globalThis as unknown as Tab).seen.state.code);
}

function kind(page: Page): Promise<string> {
  return page.evaluate(() => (globalThis as unknown as Tab).seen.state.kind);
}

function rows(page: Page): Promise<string[] | undefined> {
  return page.evaluate(() => (globalThis as unknown as Tab).seen.rows?.map(({ x }) => x));
}

function call(page: Page, method: string, args: unknown = null, idempotent = true) {
  return page.evaluate(
    ([method, args, idempotent]) => (globalThis as unknown as Tab).call(method, args, idempotent),
    [method, args, idempotent] as const,
  );
}

function follow(page: Page): Promise<void> {
  return page.evaluate(() => (globalThis as unknown as Tab).follow());
}

async function openAs(expected: string): Promise<Page> {
  const page = await chromium.open(served.url);
  await expect.poll(() => kind(page), POLL).toBe(expected);
  return page;
}

test(
  "two tabs share one engine: the follower's calls reach it and both follow its rows",
  async () => {
    const leader = await openAs("leading");
    const follower = await openAs("following");
    await follow(leader);
    await follow(follower);
    expect(await call(follower, "add", "from the follower", false)).toEqual({
      value: { changes: 1 },
    });
    expect(await call(leader, "add", "from the leader", false)).toEqual({ value: { changes: 1 } });
    for (const page of [leader, follower])
      await expect.poll(() => rows(page), POLL).toEqual(["from the follower", "from the leader"]);
    expect(await call(leader, "fence")).toEqual({ value: 1 });
    expect(chromium.errors).toEqual([]);
  },
  TIMEOUT,
);

test(
  "when the leader's tab is closed the follower takes over: a new fence, the same data, its rows go on",
  async () => {
    const leader = await openAs("leading");
    const follower = await openAs("following");
    const third = await openAs("following");
    await follow(follower);
    await follow(third);
    await call(leader, "add", "before", false);
    await expect.poll(() => rows(follower), POLL).toEqual(["before"]);
    const idempotent = call(third, "laterThan", 1, true);
    const once = call(third, "never", null, false);
    // Answered after the two above: they have reached the worker.
    expect(await call(third, "fence")).toEqual({ value: 1 });
    await leader.close();
    expect(await once).toEqual({ code: "leader_changed" });
    expect(await idempotent).toEqual({ value: "answered" });
    await expect
      .poll(async () => [await kind(follower), await kind(third)].sort(), POLL)
      .toEqual(["following", "leading"]);
    expect(await call(third, "add", "after", false)).toEqual({ value: { changes: 1 } });
    for (const page of [follower, third])
      await expect.poll(() => rows(page), POLL).toEqual(["before", "after"]);
    expect(await call(follower, "fence")).toEqual({ value: 2 });
  },
  TIMEOUT,
);

test(
  "a tab that dies without a word releases its subscriptions",
  async () => {
    const leader = await openAs("leading");
    const follower = await openAs("following");
    await follow(follower);
    await expect.poll(() => call(leader, "following"), POLL).toEqual({ value: 1 });
    await follower.close();
    await expect.poll(() => call(leader, "following"), POLL).toEqual({ value: 0 });
  },
  TIMEOUT,
);

test(
  "a worker that dies under a living tab is replaced, and a tab that leaves hands over",
  async () => {
    const leader = await openAs("leading");
    await call(leader, "add", "kept", false);
    await leader.evaluate(() => (globalThis as unknown as Tab).seen.workers[0]?.terminate());
    expect(await call(leader, "laterThan", 1, true)).toEqual({ value: "answered" });
    const follower = await openAs("following");
    await follow(follower);
    await leader.evaluate(() => (globalThis as unknown as Tab).leave());
    await expect.poll(() => kind(follower), POLL).toBe("leading");
    await expect.poll(() => rows(follower), POLL).toEqual(["kept"]);
    expect(await call(leader, "fence")).toEqual({ code: "rpc_closed" });
  },
  TIMEOUT,
);

test(
  "an engine that cannot start says why, in every tab",
  async () => {
    const holder = await chromium.open(served.url);
    await expect.poll(() => kind(holder), POLL).toBe("leading");
    await holder.evaluate(() => (globalThis as unknown as Tab).leave());
    await holder.evaluate(() => {
      // The next worker finds a file where the store's directory should be.
      return navigator.storage.getDirectory().then(async (root) => {
        for await (const name of root.keys()) await root.removeEntry(name, { recursive: true });
        const spoilt = await root.getFileHandle("baraza-store-tabs", { create: true });
        return void spoilt;
      });
    });
    const page = await chromium.open(served.url);
    await expect.poll(() => kind(page), POLL).toBe("failed");
    const second = await chromium.open(served.url);
    await expect.poll(() => kind(second), POLL).toBe("failed");
    for (const tab of [page, second]) expect(await code(tab)).toBe("store_unavailable");
  },
  TIMEOUT,
);

test(
  "a page that is left for another one while it writes takes its engine along: the next one leads, and coming back works",
  async () => {
    const crashes: string[] = [];
    const page = await openAs("leading");
    page.on("crash", () => crashes.push(page.url()));
    for (let turn = 1; turn <= 12; turn++) {
      await page.evaluate(() => {
        const { call } = globalThis as unknown as Tab;
        const writeOn = (): void => void call("add", "x".repeat(30_000), false).then(writeOn);
        for (let i = 0; i < 5; i++) writeOn();
      });
      // Pages are kept to come back to only when one goes to another address.
      await page.goto(`${served.url}?turn=${turn}`);
      await expect.poll(() => kind(page), POLL).toBe("leading");
    }
    await page.goBack();
    await expect.poll(() => kind(page), POLL).toBe("leading");
    expect(await call(page, "add", "back again", false)).toEqual({ value: { changes: 1 } });
    // Another tab has taken the lead meanwhile.
    const other = await openAs("following");
    await page.goto(`${served.url}?away`);
    await expect.poll(() => kind(other), POLL).toBe("leading");
    await page.goBack();
    expect(await call(page, "add", "by the other tab", true)).toEqual({ value: { changes: 1 } });
    expect(crashes).toEqual([]);
  },
  TIMEOUT,
);
