import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeCbor, encodeCbor } from "@baraza/protocol";
import { afterEach, expect, test } from "vitest";
import { fileSecrets } from "../../platform/node/index.ts";
import type { LockShelf } from "../ports.ts";
import type { LockNext } from "./api.ts";
import { createDeviceLock } from "./device-lock.ts";
import type { DeviceLock } from "./device-lock.ts";
import { MAX_TRIES, waitAfter } from "./record.ts";

const CHEAP = { memory: 64, passes: 1, lanes: 1 };
const NAME = "store/baraza";
const PIN: LockNext = { code: "482913", digits: true };
const KEY = 32;
const right = { code: "482913" };
const wrong = { code: "000000" };

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A device: what is on its disk, and the app that is started on it again and again. */
function device() {
  const folder = mkdtempSync(join(tmpdir(), "baraza-lock-"));
  folders.push(folder);
  const secret = crypto.getRandomValues(new Uint8Array(32));
  let wiped = 0;
  let now = 0;
  return {
    folder,
    secret,
    wiped: () => wiped,
    /** Time passes while the app runs. */
    pass: (ms: number) => {
      now += ms;
    },
    /** Starts the app: nothing of what it had in memory is there any more. `shelf`: changes how the disk behaves. */
    start(shelf: (real: LockShelf) => LockShelf = (real) => real, wipe?: () => void) {
      const secrets = fileSecrets(folder);
      const started = now;
      const lock = createDeviceLock(shelf(secrets.lockOf(NAME)), {
        ticks: () => now - started,
        wipeFiles: async () => {
          wipe?.();
          wiped++;
        },
        cost: CHEAP,
      });
      return { lock, secrets };
    },
    everything: () =>
      Buffer.concat(readdirSync(folder).map((file) => readFileSync(join(folder, file)))),
  };
}

async function withPin() {
  const phone = device();
  const { lock, secrets } = phone.start();
  await secrets.save(NAME, phone.secret);
  await secrets.save("first-look", Uint8Array.of(7, 7, 7));
  await lock.set(PIN);
  return phone;
}

async function failing(lock: DeviceLock, present = wrong): Promise<unknown> {
  return lock.open(present).then(
    () => "opened",
    (error: unknown) => error,
  );
}

test("a store without a lock opens as before; with one it does not, until the code is right", async () => {
  const phone = device();
  const first = phone.start();
  await first.secrets.save(NAME, phone.secret);
  expect(await phone.start().secrets.load(NAME)).toEqual(phone.secret);
  expect(await first.lock.view()).toEqual({ state: "none" });
  await first.lock.set(PIN);
  expect(await first.lock.view()).toMatchObject({ state: "open" });
  const { lock, secrets } = phone.start();
  await expect(secrets.load(NAME)).rejects.toMatchObject({ code: "store_locked" });
  expect(await lock.view()).toMatchObject({
    state: "locked",
    way: { kind: "code", digits: true },
    left: MAX_TRIES,
    waitMs: 0,
  });
  await lock.open(right);
  expect((await secrets.load(NAME))?.slice(KEY)).toEqual(phone.secret);
  expect(await lock.view()).toMatchObject({ state: "open" });
});

test("setting a lock takes everything away that lay open, and nothing can be put beside it", async () => {
  const phone = await withPin();
  expect(phone.everything().includes(phone.secret)).toBe(false);
  const { secrets } = phone.start();
  for (const name of [NAME, "first-look"]) {
    await expect(secrets.load(name)).rejects.toMatchObject({ code: "store_locked" });
    await expect(secrets.save(name, phone.secret)).rejects.toMatchObject({ code: "store_locked" });
  }
});

test("wrong tries are counted, waited for, and forgotten after the right one", async () => {
  const phone = await withPin();
  const { lock } = phone.start();
  for (let failed = 1; failed < MAX_TRIES; failed++) {
    expect(await failing(lock)).toMatchObject({
      code: "lock_wrong",
      data: { left: MAX_TRIES - failed, waitMs: waitAfter(failed) },
    });
    if (waitAfter(failed) > 0) {
      // Right or wrong: nothing is heard meanwhile, and nothing is counted.
      phone.pass(waitAfter(failed) - 1);
      expect(await failing(lock, right)).toMatchObject({ code: "lock_wait", data: { waitMs: 1 } });
      phone.pass(1);
    }
  }
  await lock.open(right);
  expect(await lock.view()).toMatchObject({ failed: 0, left: MAX_TRIES, waitMs: 0 });
});

test("waits grow", () => {
  const waits = Array.from({ length: MAX_TRIES }, (_, failed) => waitAfter(failed));
  expect(waits).toEqual(waits.toSorted((a, b) => a - b));
  expect(waits.slice(0, 3)).toEqual([0, 0, 0]);
  expect(waits.slice(3).every((wait) => wait > 0)).toBe(true);
});

test("the last wrong try destroys the keys, then the files, and the device begins anew", async () => {
  const phone = await withPin();
  const { lock, secrets } = phone.start();
  for (let failed = 1; failed < MAX_TRIES; failed++) {
    await failing(lock);
    phone.pass(waitAfter(failed));
  }
  expect(phone.wiped()).toBe(0);
  expect(await failing(lock)).toMatchObject({ code: "lock_wiped" });
  expect(phone.everything().length).toBeLessThan(40);
  expect(await failing(lock, right)).toMatchObject({ code: "lock_wiped" });
  expect(await lock.finishWipe()).toBe(true);
  expect(phone.wiped()).toBe(1);
  expect(await lock.view()).toEqual({ state: "wiped" });
  // Somebody has to be told before anything else is done here.
  await expect(secrets.load(NAME)).rejects.toMatchObject({ code: "store_locked" });
  await lock.seen();
  expect(await phone.start().secrets.load(NAME)).toBeUndefined();
  expect(await lock.view()).toEqual({ state: "none" });
});

test("a kill between the count and the check gives no try back", async () => {
  const phone = await withPin();
  for (let failed = 1; failed <= MAX_TRIES; failed++) {
    const { lock } = phone.start((real) => ({
      ...real,
      unwrap: () => Promise.reject(new Error("killed")),
    }));
    expect(await failing(lock)).toMatchObject({ message: "killed" });
    const view = await phone.start().lock.view();
    expect(view).toMatchObject({ failed, left: MAX_TRIES - failed });
    const waited = phone.start();
    await waited.lock.keepWaiting();
    phone.pass(waitAfter(failed));
    await waited.lock.keepWaiting();
  }
  const { lock } = phone.start();
  expect(await lock.finishWipe()).toBe(true);
  expect(await lock.view()).toEqual({ state: "wiped" });
});

test("a code that could not be tried for want of memory costs no try", async () => {
  const phone = await withPin();
  const { lock } = phone.start((real) => ({
    ...real,
    // What lies inside says that it takes more memory than there is.
    async unwrap(bytes) {
      const inside = decodeCbor(await real.unwrap(bytes)) as { check: object };
      const cost = { memory: 1_048_576, passes: 1, lanes: 16 };
      return encodeCbor({ ...inside, check: { ...inside.check, cost, record: "AAAA" } });
    },
  }));
  for (let times = 0; times < MAX_TRIES; times++)
    expect(await failing(lock, right)).toMatchObject({ code: "bad_input" });
  expect(await lock.view()).toMatchObject({ failed: 0, waitMs: 0 });
  await phone.start().lock.open(right);
});

test("a kill while it is wiped leaves nothing to open, and the next start goes on", async () => {
  const phone = await withPin();
  for (let failed = 1; failed <= MAX_TRIES; failed++) {
    const { lock } = phone.start((real) => ({
      ...real,
      // Whoever stops the app when the keys are to go has had the last try all the same.
      destroy: () => Promise.reject(new Error("killed")),
    }));
    await lock.keepWaiting();
    phone.pass(waitAfter(failed - 1));
    const outcome = await failing(lock);
    if (failed === MAX_TRIES) expect(outcome).toMatchObject({ message: "killed" });
  }
  const again = phone.start(undefined, () => {
    throw new Error("killed");
  });
  await expect(again.lock.finishWipe()).rejects.toThrow("killed");
  expect(phone.everything().length).toBeLessThan(40);
  const { lock } = phone.start();
  expect(await lock.view()).toEqual({ state: "wiped" });
  expect(await failing(lock, right)).toMatchObject({ code: "lock_wiped" });
  expect(await lock.finishWipe()).toBe(true);
  expect(phone.wiped()).toBe(1);
});

test("closing the app does not shorten the wait: it goes on where it was noted", async () => {
  const phone = await withPin();
  const { lock } = phone.start();
  for (let failed = 1; failed <= 5; failed++) {
    await failing(lock);
    if (failed < 5) phone.pass(waitAfter(failed));
  }
  const whole = waitAfter(5);
  // Closed for a day.
  phone.pass(24 * 60 * 60_000);
  const second = phone.start();
  expect(await second.lock.view()).toMatchObject({ waitMs: whole });
  phone.pass(whole / 2);
  expect(await second.lock.keepWaiting()).toBe(whole / 2);
  phone.pass(24 * 60 * 60_000);
  const third = phone.start();
  expect(await failing(third.lock, right)).toMatchObject({ data: { waitMs: whole / 2 } });
  phone.pass(whole / 2);
  await third.lock.open(right);
});

test("no date is looked at: a clock that is set back or forward changes nothing", async () => {
  const phone = await withPin();
  const { lock } = phone.start();
  for (let failed = 1; failed <= 4; failed++) {
    await failing(lock);
    if (failed < 4) phone.pass(waitAfter(failed));
  }
  const real = Date.now;
  try {
    for (const off of [-400, -1, 1, 400]) {
      Date.now = () => real() + off * 24 * 60 * 60_000;
      expect(await failing(lock, right)).toMatchObject({ code: "lock_wait" });
      expect(await failing(phone.start().lock, right)).toMatchObject({ code: "lock_wait" });
    }
  } finally {
    Date.now = real;
  }
});

test("two that try at once take two tries, in one app", async () => {
  const phone = await withPin();
  const { lock } = phone.start();
  const outcomes = await Promise.all([failing(lock), failing(lock), failing(lock), failing(lock)]);
  expect(outcomes.map((outcome) => (outcome as { code: string }).code)).toEqual([
    "lock_wrong",
    "lock_wrong",
    "lock_wrong",
    "lock_wait",
  ]);
  expect(await lock.view()).toMatchObject({ failed: 3 });
});

test("two apps on the same disk share one count", async () => {
  const phone = await withPin();
  const { secrets } = phone.start();
  const shared = secrets.lockOf(NAME);
  const [one, other] = [phone.start(() => shared).lock, phone.start(() => shared).lock];
  await Promise.all([failing(one), failing(other), failing(one)]);
  expect(await one.view()).toMatchObject({ failed: 3 });
  expect(await failing(other, right)).toMatchObject({ code: "lock_wait" });
});

test("setting, changing and taking it away ask for the present one, and a wrong one counts", async () => {
  const phone = await withPin();
  const { lock, secrets } = phone.start();
  await lock.open(right);
  const next: LockNext = { code: "a long phrase of one's own", digits: false };
  await expect(lock.set(next)).rejects.toMatchObject({ code: "invalid" });
  await expect(lock.set(next, wrong)).rejects.toMatchObject({ code: "lock_wrong" });
  await expect(lock.remove(wrong)).rejects.toMatchObject({ code: "lock_wrong" });
  expect(await lock.view()).toMatchObject({ failed: 2 });
  await lock.set(next, right);
  expect(await lock.view()).toMatchObject({
    failed: 0,
    waitMs: 0,
    way: { kind: "code", digits: false },
  });
  const second = phone.start();
  await expect(second.lock.open(right)).rejects.toMatchObject({ code: "lock_wrong" });
  await second.lock.open({ code: "a long phrase of one's own" });
  await second.lock.remove({ code: "a long phrase of one's own" });
  expect((await phone.start().secrets.load(NAME))?.slice(KEY)).toEqual(phone.secret);
  await secrets.save("first-look", Uint8Array.of(1));
});

test("the lock goes with the account that it was for, but only where it is open", async () => {
  const phone = await withPin();
  const closed = phone.start();
  await closed.lock.end();
  expect(await closed.lock.view()).toMatchObject({ state: "locked" });
  const { lock } = phone.start();
  await lock.open(right);
  await lock.end();
  await lock.end();
  expect(await lock.view()).toEqual({ state: "none" });
  const next = phone.start();
  expect((await next.secrets.load(NAME))?.slice(KEY)).toEqual(phone.secret);
  await next.lock.set(PIN);
  await next.lock.end();
  expect(await phone.start().lock.view()).toEqual({ state: "none" });
});

test("a passkey opens by what its PRF gives; another one does not, and is not counted", async () => {
  const phone = device();
  const prf = crypto.getRandomValues(new Uint8Array(32));
  const credentialId = Uint8Array.of(1, 2, 3);
  const salt = crypto.getRandomValues(new Uint8Array(32));
  const first = phone.start();
  await first.secrets.save(NAME, phone.secret);
  await first.lock.set({ prf, credentialId, salt });
  const { lock, secrets } = phone.start();
  expect(await lock.view()).toMatchObject({ way: { kind: "passkey", credentialId, salt } });
  await expect(lock.open({ prf: new Uint8Array(32) })).rejects.toMatchObject({
    code: "lock_wrong",
  });
  await expect(lock.open(right)).rejects.toMatchObject({ code: "invalid" });
  expect(await lock.view()).toMatchObject({ failed: 0 });
  await lock.open({ prf });
  expect((await secrets.load(NAME))?.slice(KEY)).toEqual(phone.secret);
});

test("a new lock brings a new key, and the one before goes once the store has taken it", async () => {
  const phone = await withPin();
  const first = phone.start();
  await first.lock.open(right);
  const both = await first.secrets.load(NAME);
  expect(both?.length).toBe(2 * KEY);
  // The store could not take it now: both stay, also when the lock is changed.
  await first.lock.settle();
  await first.lock.set({ code: "a long phrase", digits: false }, right);
  const second = phone.start();
  await second.lock.open({ code: "a long phrase" });
  expect(await second.secrets.load(NAME)).toEqual(both);
  const taken = both!.slice(0, KEY);
  second.secrets.lockOf(NAME).hold(taken);
  await second.lock.settle();
  const third = phone.start();
  await expect(third.lock.open(right)).rejects.toMatchObject({ code: "lock_wrong" });
  await third.lock.open({ code: "a long phrase" });
  expect(await third.secrets.load(NAME)).toEqual(taken);
  // The next one brings another.
  await third.lock.set(PIN, { code: "a long phrase" });
  const fourth = phone.start();
  await fourth.lock.open(right);
  const next = await fourth.secrets.load(NAME);
  expect(next?.slice(KEY)).toEqual(taken);
  expect(next?.slice(0, KEY)).not.toEqual(taken);
});

test("a lock that was changed while the store was being opened is not put back", async () => {
  const phone = await withPin();
  const { lock, secrets } = phone.start();
  await lock.open(right);
  const shelf = secrets.lockOf(NAME);
  shelf.hold((await secrets.load(NAME))!.slice(0, KEY));
  await shelf.change((kept) => ({
    keep: { ...(kept as { tries: number }), tries: 99 },
    value: undefined,
  }));
  const before = await shelf.read();
  await lock.settle();
  expect(await shelf.read()).toEqual(before);
});

test("what a later version wrote is not touched", async () => {
  const phone = await withPin();
  const { lock, secrets } = phone.start();
  await secrets.lockOf(NAME).change(() => ({ keep: { v: 2, state: "set" }, value: null }));
  await expect(lock.view()).rejects.toMatchObject({ code: "store_too_new" });
  await expect(lock.open(right)).rejects.toMatchObject({ code: "store_too_new" });
  await expect(secrets.load(NAME)).rejects.toMatchObject({ code: "store_locked" });
});
