/**
 * Between the tabs and the engine: while a lock is set and nobody has opened it, no engine runs, and only the lock answers.
 * The lock's own code is loaded when there is one, or when somebody asks for one.
 */
import type { LockCommands, LockView } from "../../src/lock/api.ts";
import type { Guard } from "../../src/lock/guard.ts";
import type { Platform } from "../../src/ports.ts";
import type { Api, LiveApi } from "../../src/rpc/serve.ts";
import { StoreError } from "../../src/store/errors.ts";
import type { Hosted } from "./host.ts";

/** The store whose lock this is; one account per store. */
const STORE_NAME = "baraza";

/** All of the lock's commands. */
const COMMANDS = [
  "lock.unlock",
  "lock.set",
  "lock.remove",
  "lock.setIdle",
  "lock.now",
  "lock.touch",
  "lock.forget",
  "lock.seen",
] as const satisfies (keyof LockCommands)[];

export type Gate = {
  /** What tabs may call and follow: the lock's, and the engine's once it runs. */
  api: Api;
  live: LiveApi;
  /** Settles when the engine runs, or never will. */
  opened: Promise<void>;
  /** Starts the engine, after the lock if there is one. `onLocked` is called when that has to be opened first. */
  pass(start: () => Promise<Hosted>, onLocked: () => void): Promise<Hosted>;
};

/** @param shut ends everything here, for a lock that closes */
export function createGate(platform: Platform, shut: () => void): Gate {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const listeners = new Set<(view: LockView) => void>();
  /** Undefined until it is known whether there is a lock. */
  let view: LockView | undefined;
  let guarding: Promise<Guard> | undefined;

  function tell(next: LockView): void {
    view = next;
    for (const listener of listeners) listener(next);
  }

  function guard(): Promise<Guard> {
    guarding ??= load().catch((error: unknown) => {
      guarding = undefined;
      throw error;
    });
    return guarding;
  }

  async function load(): Promise<Guard> {
    const { createGuard } = await import("../../src/lock/guard.ts");
    return createGuard({
      platform,
      storeName: STORE_NAME,
      ticks: () => performance.now(),
      onView: tell,
      shut,
    });
  }

  /** Left undone by a failure, the lock is asked for once more, and goes then. */
  async function endLock(): Promise<void> {
    await guard()
      .then(({ ended }) => ended())
      .catch(() => undefined);
  }

  const api: Api = {};
  for (const name of COMMANDS)
    api[name] = async (args) => {
      // Said by every tab now and then; without a lock there is nothing to do.
      if (guarding === undefined && name === "lock.touch") return;
      return (await guard()).commands[name](args as never);
    };
  const live: LiveApi = {
    lock: () => ({
      subscribe(onValue) {
        listeners.add(onValue);
        if (view !== undefined) onValue(view);
        return () => listeners.delete(onValue);
      },
    }),
  };

  return {
    api,
    live,
    opened,
    async pass(start, onLocked) {
      try {
        const hosted = await start().catch(async (error: unknown) => {
          if (!(error instanceof StoreError) || error.code !== "store_locked") throw error;
          const guarding = await guard();
          const through = guarding.letThrough();
          onLocked();
          await through;
          const hosted = await start();
          // Left undone, both keys stay until the next time.
          await guarding.settled().catch(() => undefined);
          return hosted;
        });
        Object.assign(api, hosted.api);
        Object.assign(live, hosted.live);
        if (view === undefined) tell({ state: "none" });
        // A lock belongs to the account behind it: with nobody signed in there is nothing to close.
        hosted.live["account"]?.({}).subscribe((account) => {
          if (account === null && guarding !== undefined) void endLock();
        });
        return hosted;
      } finally {
        open();
      }
    },
  };
}
