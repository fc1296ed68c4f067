/**
 * The lock on this device: the secret that opens the store lies wrapped twice, inside by a code (OPAQUE with Argon2id) or a
 * passkey's PRF, outside by a key that the browser keeps and no script can read out. A code is so worth nothing without this
 * device, and this device nothing without the code.
 *
 * [Note: A try is counted before it is looked at] The count is on the disk before the code is tried, in one step with the
 * check whether a try is allowed. Killing the app in between gives nothing back, and two that try at once take two tries.
 * A right try sets the count back. After the last wrong one the keys are destroyed first, then the files; what a
 * kill cuts off there goes on at the next start.
 *
 * [Note: A new key with a new lock] What is left on a disk of the time before, unsealed or under a code that others know, must not open what comes
 * after. So a lock that is set brings the store a new key beside its present one, and the store takes it when it is next opened.
 *
 * [Note: Waiting without a clock] Whoever holds the device may set its clock, so no date is looked at: waiting is time during
 * which the app ran, by a clock that only runs forward, and what is left of it is kept every few seconds. Closing the app
 * stops the waiting, and starting it goes on.
 */
import { CryptoError } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import type { LockCost } from "@baraza/crypto/device-lock";
import { EngineError } from "../errors.ts";
import type { LockShelf } from "../ports.ts";
import type { LockFace, LockNext, LockPresent, LockView } from "./api.ts";
import {
  IDLE_MINUTES,
  IDLE_USUAL,
  MAX_TRIES,
  readKept,
  readLocked,
  waitAfter,
  writeLocked,
} from "./record.ts";
import type { LockedSecret, SetLock } from "./record.ts";

export type DeviceLockOptions = {
  /** Milliseconds that only grow, from any start: `performance.now`. */
  ticks: () => number;
  /** Destroys the store's files, whose keys are gone. Nobody has them open. */
  wipeFiles: () => Promise<void>;
  /** Less than usual for tests only. */
  cost?: LockCost;
};

export type DeviceLock = {
  view(): Promise<LockView>;
  /** Opens it, so that the store can be opened. @throws EngineError `lock_wrong`, `lock_wait`, `lock_wiped`, `lock_none` */
  open(present: LockPresent): Promise<void>;
  /** Sets or changes it. @throws as {@link DeviceLock.open} */
  set(next: LockNext, present?: LockPresent): Promise<void>;
  /** Takes it away. @throws as {@link DeviceLock.open} */
  remove(present: LockPresent): Promise<void>;
  /** Takes it away from a store that is open and has nothing more in it. Does nothing where none is set. */
  end(): Promise<void>;
  setIdle(minutes: number): Promise<void>;
  /** The store was opened: forgets the key before, where the store has taken a new one. */
  settle(): Promise<void>;
  /** Keeps how much of the waiting is over. @returns milliseconds left */
  keepWaiting(): Promise<number>;
  /** Destroys the keys. The files go by {@link DeviceLock.finishWipe}, when nobody has them open. */
  destroy(): Promise<void>;
  /** Goes on with a wipe that was begun, or due. @returns whether there was one */
  finishWipe(): Promise<boolean>;
  /** The person knows that everything was wiped. */
  seen(): Promise<void>;
};

/** What a try that was right gives: the store's secret, and how it was sealed. */
type Opened = { secret: Bytes; key: Bytes; check: LockedSecret["check"] };

/** What came of asking for a try. */
type Counted = "counted" | "none" | "spent" | { waitMs: number };

/** The bytes of the store's key. */
const KEY = 32;

const crypto = () => import("@baraza/crypto/device-lock");

/** The lock of one store. One at a time: in the worker that leads. */
export function createDeviceLock(shelf: LockShelf, options: DeviceLockOptions): DeviceLock {
  const { ticks, wipeFiles, cost } = options;
  /** The store's secret, once somebody has opened the lock here. */
  let known: Bytes | undefined;
  /** What is needed to keep one key less, while the store is being opened. */
  let unsettled: { tries: number; opened: Opened } | undefined;
  /** Since when the waiting after which try is watched. */
  let watched: { tries: number; waitMs: number; from: number } | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  /** One after the other: two screens that try at once must not share a try. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work, work);
    turn = mine.catch(() => undefined);
    return mine;
  }

  function waiting({ tries, waitMs }: SetLock): number {
    if (watched === undefined || watched.tries !== tries)
      watched = { tries, waitMs, from: ticks() };
    return Math.max(0, Math.ceil(watched.waitMs - (ticks() - watched.from)));
  }

  async function theLock(): Promise<SetLock> {
    const kept = readKept(await shelf.read());
    if (kept?.state !== "set") throw new EngineError(kept ? "lock_wiped" : "lock_none");
    return kept;
  }

  /** Takes one try. See [Note: A try is counted before it is looked at]. */
  async function count(): Promise<void> {
    const outcome = await shelf.change<Counted>((value) => {
      const kept = readKept(value);
      if (kept?.state !== "set") return { keep: value, value: "none" };
      if (kept.failed >= MAX_TRIES) return { keep: value, value: "spent" };
      const waitMs = waiting(kept);
      if (waitMs > 0) return { keep: value, value: { waitMs } };
      const failed = kept.failed + 1;
      const tries = kept.tries + 1;
      const next: SetLock = { ...kept, failed, tries, waitMs: waitAfter(failed) };
      // From now on, whoever asks for it first.
      waiting(next);
      return { keep: next, value: "counted" };
    });
    if (outcome === "none") throw new EngineError("lock_none");
    if (outcome === "spent") return wipeNow();
    if (outcome !== "counted") throw new EngineError("lock_wait", { data: outcome });
  }

  async function wipeNow(): Promise<never> {
    await destroy();
    throw new EngineError("lock_wiped");
  }

  function destroy(): Promise<void> {
    return shelf.destroy({ v: 1, state: "wiping" });
  }

  /** Tries what somebody presents. */
  async function attempt(present: LockPresent): Promise<Opened> {
    const lock = await theLock();
    // A passkey is not guessed: its authenticator counts by itself who it lets touch it.
    const guessed = "code" in present;
    if (guessed !== (lock.way.kind === "code")) throw new EngineError("invalid");
    if (guessed) await count();
    const opened = await tried(lock, present).catch(async (error: unknown) => {
      // It was not tried after all, for want of memory: nobody has learnt anything by it.
      if (guessed && error instanceof CryptoError) await giveBack();
      throw error;
    });
    if (opened === undefined) {
      const { failed, waitMs } = await theLock();
      if (failed >= MAX_TRIES) return wipeNow();
      throw new EngineError("lock_wrong", { data: { left: MAX_TRIES - failed, waitMs } });
    }
    await recount(() => 0);
    return opened;
  }

  function giveBack(): Promise<void> {
    return recount((failed) => failed - 1);
  }

  /** Sets the count of wrong tries; there is nothing to wait for then. */
  function recount(change: (failed: number) => number): Promise<void> {
    return shelf.change((value) => {
      const kept = readKept(value);
      if (kept?.state !== "set") return { keep: value, value: undefined };
      const keep = { ...kept, failed: change(kept.failed), tries: kept.tries + 1, waitMs: 0 };
      return { keep, value: undefined };
    });
  }

  async function tried(lock: SetLock, present: LockPresent): Promise<Opened | undefined> {
    const { keyOfCode, keyOfPrf, openForLock } = await crypto();
    const { check, sealed } = readLocked(await shelf.unwrap(lock.wrapped));
    try {
      const key =
        "prf" in present ? keyOfPrf(present.prf) : check && (await keyOfCode(check, present.code));
      if (key === undefined) return undefined;
      return { secret: await openForLock(key, shelf.name, sealed), key, check };
    } catch (error) {
      const wrong = error instanceof CryptoError && error.code !== "bad_input";
      if (wrong) return undefined;
      throw error;
    }
  }

  async function free(secret: Bytes): Promise<void> {
    await shelf.free(secret);
    known = undefined;
    unsettled = undefined;
  }

  async function locked(next: LockNext, secret: Bytes): Promise<Pick<SetLock, "way" | "wrapped">> {
    const { createCodeCheck, keyOfPrf, sealForLock } = await crypto();
    if ("prf" in next) {
      const { credentialId, salt } = next;
      const sealed = await sealForLock(keyOfPrf(next.prf), shelf.name, secret);
      const wrapped = await shelf.wrap(writeLocked({ sealed }));
      return { way: { kind: "passkey", credentialId, salt }, wrapped };
    }
    const { check, key } = await createCodeCheck(next.code, cost);
    const sealed = await sealForLock(key, shelf.name, secret);
    const wrapped = await shelf.wrap(writeLocked({ check, sealed }));
    return { way: { kind: "code", digits: next.digits }, wrapped };
  }

  return {
    async view() {
      const kept = readKept(await shelf.read());
      if (kept === undefined) return { state: "none" };
      if (kept.state !== "set") return { state: "wiped" };
      const { way, failed, idleMinutes } = kept;
      const face: LockFace = {
        way,
        failed,
        left: MAX_TRIES - failed,
        waitMs: waiting(kept),
        idleMinutes,
      };
      return { state: known === undefined ? "locked" : "open", ...face };
    },
    open: (present) =>
      inTurn(async () => {
        const opened = await attempt(present);
        known = opened.secret;
        shelf.hold(opened.secret);
        if (opened.secret.length > KEY) unsettled = { tries: (await theLock()).tries, opened };
      }),
    set: (next, present) =>
      inTurn(async () => {
        const before = readKept(await shelf.read());
        const isSet = before?.state === "set";
        if (isSet && present === undefined) throw new EngineError("invalid");
        const secret = isSet && present ? (await attempt(present)).secret : await shelf.secret();
        if (secret === undefined) throw new EngineError("lock_none");
        const idleMinutes = isSet ? before.idleMinutes : IDLE_USUAL;
        const both = withNewKey(secret);
        const lock = await locked(next, both);
        unsettled = undefined;
        await shelf.shut({
          v: 1,
          state: "set",
          ...lock,
          failed: 0,
          tries: isSet ? (await theLock()).tries + 1 : 0,
          waitMs: 0,
          idleMinutes,
        } satisfies SetLock);
        known = both;
      }),
    remove: (present) =>
      inTurn(async () => {
        await free((await attempt(present)).secret);
      }),
    end: () =>
      inTurn(async () => {
        const kept = readKept(await shelf.read());
        if (kept?.state === "set" && known !== undefined) await free(known);
      }),
    setIdle: (minutes) =>
      inTurn(async () => {
        if (!IDLE_MINUTES.includes(minutes)) throw new EngineError("invalid");
        await shelf.change((value) => {
          const kept = readKept(value);
          const keep = kept?.state === "set" ? { ...kept, idleMinutes: minutes } : value;
          return { keep, value: undefined };
        });
      }),
    settle: () =>
      inTurn(async () => {
        const secret = shelf.held();
        if (unsettled === undefined || secret?.length !== KEY) return;
        known = secret;
        const { tries, opened } = unsettled;
        unsettled = undefined;
        const { sealForLock } = await crypto();
        const sealed = await sealForLock(opened.key, shelf.name, secret);
        const { check } = opened;
        const wrapped = await shelf.wrap(
          writeLocked(check === undefined ? { sealed } : { check, sealed }),
        );
        await shelf.change((value) => {
          const kept = readKept(value);
          const same = kept?.state === "set" && kept.tries === tries;
          return { keep: same ? { ...kept, wrapped } : value, value: undefined };
        });
      }),
    async keepWaiting() {
      return shelf.change((value) => {
        const kept = readKept(value);
        if (kept?.state !== "set") return { keep: value, value: 0 };
        const waitMs = waiting(kept);
        return { keep: { ...kept, waitMs: Math.min(kept.waitMs, waitMs) }, value: waitMs };
      });
    },
    destroy: () => inTurn(destroy),
    finishWipe: () =>
      inTurn(async () => {
        const kept = readKept(await shelf.read());
        if (kept?.state === "set" && kept.failed >= MAX_TRIES) await destroy();
        else if (kept?.state !== "wiping") return kept?.state === "wiped";
        await wipeFiles();
        await shelf.change(() => ({ keep: { v: 1, state: "wiped" }, value: undefined }));
        return true;
      }),
    seen: () =>
      inTurn(() =>
        shelf.change((value) => {
          const wiped = readKept(value)?.state === "wiped";
          return { keep: wiped ? undefined : value, value: undefined };
        }),
      ),
  };
}

/** See [Note: A new key with a new lock]. Where the store has not taken the last one yet, both stay. */
function withNewKey(secret: Bytes): Bytes {
  if (secret.length !== KEY) return secret;
  const both = globalThis.crypto.getRandomValues(new Uint8Array(2 * KEY));
  both.set(secret, KEY);
  return both;
}
