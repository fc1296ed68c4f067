/**
 * The lock's commands and what it does by itself, for whoever hosts an engine: it answers while no engine runs. Loaded only
 * where a lock is set, or is about to be.
 */
import { bytes, bytes32 } from "@baraza/protocol";
import * as v from "valibot";
import { EngineError } from "../errors.ts";
import type { Platform } from "../ports.ts";
import { StoreError } from "../store/errors.ts";
import { checkArguments } from "../tools/checks.ts";
import type { LockCommands, LockView } from "./api.ts";
import { createDeviceLock } from "./device-lock.ts";
import type { DeviceLockOptions } from "./device-lock.ts";

export type GuardOptions = Pick<DeviceLockOptions, "ticks" | "cost"> & {
  platform: Platform;
  storeName: string;
  /** Told how the lock stands, after every change. */
  onView: (view: LockView) => void;
  /** Ends the engine and everything that screens hold of it; the host begins anew, locked. */
  shut: () => void;
};

export type Guard = {
  commands: LockCommands;
  /** When a store answers `store_locked`: resolves once it can be opened, because somebody opened the lock or because all is wiped. */
  letThrough(): Promise<void>;
  /** The store was opened after that. */
  settled: () => Promise<void>;
  /** Nobody is signed in here any more: the lock goes with what it closed. */
  ended: () => Promise<void>;
};

/** Milliseconds between two notes of how much of the waiting is over. */
const NOTE_MS = 5000;
/** Milliseconds between two looks whether a dying worker has let go of the files that are to be wiped, and how many. */
const BUSY_MS = 250;
const BUSY_LOOKS = 60;

const code = v.pipe(v.string(), v.minLength(6), v.maxLength(256));
const credentialId = bytes(1024, 1);
const present = v.union([v.object({ code: v.string() }), v.object({ prf: bytes32 })]);
const next = v.union([
  v.object({ code, digits: v.boolean() }),
  v.object({ prf: bytes32, credentialId, salt: bytes32 }),
]);
const presented = v.object({ present });
const setting = v.object({ next, present: v.optional(present) });
const idling = v.object({ minutes: v.number() });

/** Guards one store. @throws StoreError when what is kept cannot be read */
export async function createGuard(options: GuardOptions): Promise<Guard> {
  const { platform, storeName, onView, shut, ticks, cost } = options;
  const { clock } = platform;
  const shelf = platform.lockOf(storeName);
  const lock = createDeviceLock(shelf, {
    ticks,
    wipeFiles,
    ...(cost === undefined ? {} : { cost }),
  });
  /** Set while nobody has been let through. */
  let through: (() => void) | undefined;
  let view: LockView = { state: "none" };
  let touched = { ticks: 0, time: 0 };
  let stopIdle: (() => void) | undefined;
  let stopNotes: (() => void) | undefined;

  async function refresh(): Promise<LockView> {
    const before = view;
    view = await lock.view();
    if (view.state === "open" && before.state !== "open") touch();
    arm();
    note();
    onView(view);
    return view;
  }

  async function wipeFiles(): Promise<void> {
    for (let looks = 0; ; looks++) {
      try {
        await platform.removeStore(storeName);
        break;
      } catch (error) {
        const busy = error instanceof StoreError && error.code === "store_busy";
        if (!busy || looks >= BUSY_LOOKS) throw error;
      }
      await new Promise<void>((resolve) => clock.setTimer(BUSY_MS, resolve));
    }
    for (const file of await platform.files.list()) await platform.files.remove(file);
  }

  /** Everything is gone, or goes now: with no engine here, a new one may start; else all begins anew and the wipe goes on then. */
  async function wiped(): Promise<void> {
    if (through === undefined) return shut();
    try {
      await lock.finishWipe();
    } catch {
      return shut();
    }
    shelf.hold(undefined);
    await refresh();
    through();
  }

  async function trying(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (error instanceof EngineError && error.code === "lock_wiped") await wiped();
      else await refresh();
      throw error;
    }
    await refresh();
  }

  // Idle: whichever clock says that it has been long enough. A clock that was put back does not keep it open.
  function idleFor(): number {
    return Math.max(ticks() - touched.ticks, clock.now() - touched.time);
  }
  function idleLimit(): number {
    return view.state === "open" && view.idleMinutes > 0
      ? view.idleMinutes * 60_000
      : Number.POSITIVE_INFINITY;
  }
  function touch(): void {
    touched = { ticks: ticks(), time: clock.now() };
  }
  function arm(): void {
    stopIdle?.();
    stopIdle = undefined;
    const limit = idleLimit();
    if (limit === Number.POSITIVE_INFINITY) return;
    stopIdle = clock.setTimer(Math.max(1000, limit - idleFor()), () => {
      if (idleFor() >= idleLimit()) shut();
      else arm();
    });
  }

  /** Keeps noting how much of the waiting is over. */
  function note(): void {
    stopNotes?.();
    stopNotes = undefined;
    if ((view.state !== "locked" && view.state !== "open") || view.waitMs === 0) return;
    stopNotes = clock.setTimer(Math.min(NOTE_MS, view.waitMs), () => {
      // A write that fails costs waiting, nothing else.
      void lock
        .keepWaiting()
        .then(async (left) => {
          if (left === 0) return refresh();
          view = await lock.view();
          return note();
        })
        .catch(() => undefined);
    });
  }

  const commands: LockCommands = {
    "lock.unlock": async (args) => {
      const { present: shown } = checkArguments(presented, args);
      await trying(lock.open(shown));
      through?.();
    },
    "lock.set": async (args) => {
      const { next: wanted, present: shown } = checkArguments(setting, args);
      if (through !== undefined) throw new EngineError("invalid");
      await trying(lock.set(wanted, shown));
    },
    "lock.remove": async (args) => {
      if (through !== undefined) throw new EngineError("invalid");
      await trying(lock.remove(checkArguments(presented, args).present));
    },
    "lock.setIdle": async (args) => {
      if (through !== undefined) throw new EngineError("invalid");
      await lock.setIdle(checkArguments(idling, args).minutes);
      await refresh();
    },
    "lock.now": async () => {
      if (view.state !== "open") throw new EngineError("lock_none");
      shut();
    },
    "lock.touch": async () => {
      if (view.state !== "open") return;
      // Whoever comes back after a sleep may be somebody else, and comes before any timer.
      if (idleFor() >= idleLimit()) return shut();
      touch();
    },
    "lock.forget": async () => {
      if (through === undefined) throw new EngineError("invalid");
      await lock.destroy();
      await wiped();
    },
    "lock.seen": async () => {
      await lock.seen();
      await refresh();
    },
  };

  return {
    commands,
    settled: () => lock.settle(),
    ended: async () => {
      await lock.end();
      await refresh();
    },
    async letThrough() {
      const { promise, resolve } = Promise.withResolvers<void>();
      // From the first moment: whoever opens it before this has looked around is let through as well.
      through = resolve;
      if (await lock.finishWipe()) {
        shelf.hold(undefined);
        resolve();
      }
      await refresh();
      await promise;
      through = undefined;
    },
  };
}
