import { beforeEach, expect, test } from "vitest";
import { nodePlatform } from "../../platform/node/index.ts";
import type { Platform } from "../ports.ts";
import type { LockView } from "./api.ts";
import { createGuard } from "./guard.ts";
import { MAX_TRIES, waitAfter } from "./record.ts";

const CHEAP = { memory: 64, passes: 1, lanes: 1 };
const right = { code: "482913" };
const wrong = { code: "000000" };
const MINUTE = 60_000;

/** A clock that goes when it is told to, with a date that can be set. */
function handClock() {
  let ticks = 0;
  let off = 1_700_000_000_000;
  const timers = new Set<{ at: number; fn: () => void }>();
  return {
    ticks: () => ticks,
    now: () => ticks + off,
    setDate: (ms: number) => {
      off += ms;
    },
    setTimer(ms: number, fn: () => void) {
      const timer = { at: ticks + ms, fn };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    /** Lets time pass, timer by timer, and what they began come to an end. */
    async pass(ms: number) {
      const end = ticks + ms;
      for (;;) {
        const due = [...timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers.delete(due);
        ticks = Math.max(ticks, due.at);
        due.fn();
        await settle();
      }
      ticks = end;
    },
  };
}

/** Everything that waits for nothing but its turn has had it. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
}

let clock: ReturnType<typeof handClock>;
let platform: Platform;
let removed: string[];
beforeEach(() => {
  clock = handClock();
  removed = [];
  const real = nodePlatform({ origin: "http://a.localhost:1" });
  platform = {
    ...real,
    clock,
    async removeStore(name) {
      removed.push(name);
      await real.removeStore(name);
    },
  };
});
/** One start of the app: what the guard told it, and whether it was ended. */
async function start() {
  const views: LockView[] = [];
  let shuts = 0;
  const guard = await createGuard({
    platform,
    storeName: "main",
    ticks: clock.ticks,
    cost: CHEAP,
    onView: (view) => void views.push(view),
    shut: () => {
      shuts++;
    },
  });
  return { guard, commands: guard.commands, last: () => views.at(-1), shuts: () => shuts };
}

async function withLock() {
  await (await platform.openStore("main")).close();
  const app = await start();
  await app.commands["lock.set"]({ next: { ...right, digits: true } });
  return app;
}

/** The app begins anew, closed. */
async function closed() {
  const app = await start();
  const through = app.guard.letThrough();
  await settle();
  return { ...app, through };
}

test("the store opens once somebody has opened the lock, and not before", async () => {
  await withLock();
  const app = await closed();
  expect(app.last()).toMatchObject({ state: "locked", left: MAX_TRIES });
  await expect(app.commands["lock.unlock"]({ present: wrong })).rejects.toMatchObject({
    code: "lock_wrong",
    data: { left: MAX_TRIES - 1 },
  });
  expect(app.last()).toMatchObject({ state: "locked", failed: 1 });
  await expect(app.commands["lock.now"]({})).rejects.toMatchObject({ code: "lock_none" });
  await app.commands["lock.unlock"]({ present: right });
  await app.through;
  expect(app.last()).toMatchObject({ state: "open", failed: 0 });
  await (await platform.openStore("main")).close();
});

test("while it is closed nothing about it can be changed, but it can be given up", async () => {
  await withLock();
  const app = await closed();
  const next = { code: "another phrase", digits: false };
  await expect(app.commands["lock.set"]({ next, present: right })).rejects.toMatchObject({
    code: "invalid",
  });
  await expect(app.commands["lock.remove"]({ present: right })).rejects.toMatchObject({
    code: "invalid",
  });
  await expect(app.commands["lock.setIdle"]({ minutes: 0 })).rejects.toMatchObject({
    code: "invalid",
  });
  await platform.files.open("open-archive").then((file) => file.close());
  await app.commands["lock.forget"]({});
  await app.through;
  expect(app.last()).toEqual({ state: "wiped" });
  expect(removed).toEqual(["main"]);
  expect(await platform.files.list()).toEqual([]);
  await (await platform.openStore("main")).close();
  await app.commands["lock.seen"]({});
  expect(app.last()).toEqual({ state: "none" });
});

test("what no screen sends is refused", async () => {
  const app = await withLock();
  for (const next of [
    { code: "12345", digits: true },
    { code: 7 },
    { prf: new Uint8Array(3) },
    null,
  ])
    await expect(
      app.commands["lock.set"]({ next: next as never, present: right }),
    ).rejects.toMatchObject({ code: "invalid" });
  await expect(app.commands["lock.unlock"]({} as never)).rejects.toMatchObject({ code: "invalid" });
  await expect(app.commands["lock.setIdle"]({ minutes: 7 })).rejects.toMatchObject({
    code: "invalid",
  });
  expect(app.last()).toMatchObject({ failed: 0 });
});

test("after the last wrong try everything here is wiped, and one may begin anew", async () => {
  await withLock();
  const app = await closed();
  for (let failed = 1; failed < MAX_TRIES; failed++) {
    await expect(app.commands["lock.unlock"]({ present: wrong })).rejects.toMatchObject({
      code: "lock_wrong",
    });
    await clock.pass(waitAfter(failed));
  }
  await expect(app.commands["lock.unlock"]({ present: wrong })).rejects.toMatchObject({
    code: "lock_wiped",
  });
  await app.through;
  expect(app.last()).toEqual({ state: "wiped" });
  expect(removed).toEqual(["main"]);
});

test("wrong tries in the settings count too: the last one ends the engine, and the next start wipes", async () => {
  const app = await withLock();
  for (let failed = 1; failed <= MAX_TRIES; failed++) {
    const code = failed < MAX_TRIES ? "lock_wrong" : "lock_wiped";
    await expect(app.commands["lock.remove"]({ present: wrong })).rejects.toMatchObject({ code });
    await clock.pass(waitAfter(failed));
    // Somebody is at the device all the time.
    if (failed < MAX_TRIES) await app.commands["lock.setIdle"]({ minutes: 0 });
  }
  expect(app.shuts()).toBe(1);
  expect(removed).toEqual([]);
  const next = await start();
  await next.guard.letThrough();
  expect(next.last()).toEqual({ state: "wiped" });
  expect(removed).toEqual(["main"]);
});

test("a wait that is over says so, without being asked", async () => {
  await withLock();
  const app = await closed();
  for (let failed = 1; failed <= 4; failed++) {
    await app.commands["lock.unlock"]({ present: wrong }).catch(() => undefined);
    if (failed < 4) await clock.pass(waitAfter(failed));
  }
  expect(app.last()).toMatchObject({ waitMs: waitAfter(4) });
  await clock.pass(waitAfter(4) - 1);
  await expect(app.commands["lock.unlock"]({ present: right })).rejects.toMatchObject({
    code: "lock_wait",
  });
  await clock.pass(1);
  await settle();
  expect(app.last()).toMatchObject({ waitMs: 0 });
});

test("it closes by itself when nobody has touched anything for the chosen minutes", async () => {
  const app = await withLock();
  expect(app.last()).toMatchObject({ state: "open", idleMinutes: 5 });
  await clock.pass(4 * MINUTE);
  await app.commands["lock.touch"]({});
  await clock.pass(4 * MINUTE);
  expect(app.shuts()).toBe(0);
  await clock.pass(MINUTE);
  expect(app.shuts()).toBe(1);
});

test("another number of minutes holds at once; none means never", async () => {
  const app = await withLock();
  await app.commands["lock.setIdle"]({ minutes: 1 });
  await app.commands["lock.touch"]({});
  await clock.pass(MINUTE);
  expect(app.shuts()).toBe(1);
  const other = await closed();
  await other.commands["lock.unlock"]({ present: right });
  await other.commands["lock.setIdle"]({ minutes: 0 });
  await clock.pass(24 * 60 * MINUTE);
  expect(other.shuts()).toBe(0);
});

test("after a sleep, during which no timer ran, the first touch closes it; a clock put back does not keep it open", async () => {
  const asleep = await withLock();
  clock.setDate(20 * MINUTE);
  await asleep.commands["lock.touch"]({});
  expect(asleep.shuts()).toBe(1);
  const back = await closed();
  await back.commands["lock.unlock"]({ present: right });
  clock.setDate(-60 * 24 * 60 * MINUTE);
  await clock.pass(5 * MINUTE);
  expect(back.shuts()).toBe(1);
});

test("locking now ends what runs", async () => {
  const app = await withLock();
  await app.commands["lock.now"]({});
  expect(app.shuts()).toBe(1);
});
