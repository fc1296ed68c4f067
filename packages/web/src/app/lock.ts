/** The app's side of the lock on this device: what the engine's host says of it, and asking it. */
import type { EngineTab, LockCommands, LockView } from "@baraza/engine/browser";
import { RpcError } from "@baraza/engine/browser";
import { signal } from "@preact/signals";
import type { LockAnswer, LockPort } from "./engine.ts";
import { remember } from "./memory.ts";

/** Milliseconds that a try may take: a slow phone needs some seconds, a very old one more. */
const PATIENCE = 120_000;

/**
 * Connects to the lock.
 * @param wake starts the engine's host where nothing has asked for it yet
 * @param onView told of every change, after `view` has it
 */
export function connectLock(
  joined: Promise<EngineTab>,
  wake: () => void,
  onView: (view: LockView) => void,
): LockPort {
  const view = signal<LockView>({ state: "none" });
  let watching = false;

  async function follow(): Promise<void> {
    const { client } = await joined;
    client.subscribe("lock", {}, (value) => {
      const next = value as LockView;
      if (next.state === "wiped") return void afterWipe(next);
      view.value = next;
      onView(next);
      if (next.state === "open" && !watching) void watch();
    });
  }
  void follow();

  /** Whoever is at the device keeps it open. A chunk of its own, since most people have no lock. */
  async function watch(): Promise<void> {
    watching = true;
    try {
      const { watchLock } = await import("./screens/lock-watch.ts");
      watchLock(port);
    } catch {
      watching = false;
    }
  }

  /** The sign-in screen will say what happened: it is remembered before the host forgets it. */
  async function afterWipe(wiped: LockView): Promise<void> {
    remember("wiped", "1");
    await ask("lock.seen", {});
    onView(wiped);
  }

  async function ask<K extends keyof LockCommands>(
    name: K,
    args: Parameters<LockCommands[K]>[0],
  ): Promise<LockAnswer> {
    try {
      wake();
      const { client } = await joined;
      await client.call(name, args, { timeout: PATIENCE });
      return { ok: true };
    } catch (error) {
      return refusalOf(error);
    }
  }

  const port: LockPort = {
    view,
    unlock: (present) => ask("lock.unlock", { present }),
    set: (next, present) => ask("lock.set", { next, ...(present ? { present } : {}) }),
    remove: (present) => ask("lock.remove", { present }),
    setIdle: (minutes) => ask("lock.setIdle", { minutes }),
    now: () => void ask("lock.now", {}),
    touch: () => void ask("lock.touch", {}),
    forget: () => ask("lock.forget", {}),
  };
  return port;
}

function refusalOf(error: unknown): LockAnswer {
  const { code, data = {} } = error instanceof RpcError ? error : { code: "" };
  const number = (name: string): number => {
    const value = (data as Record<string, unknown>)[name];
    return typeof value === "number" ? value : 0;
  };
  if (code === "lock_wrong")
    return { ok: false, why: "wrong", left: number("left"), waitMs: number("waitMs") };
  if (code === "lock_wait") return { ok: false, why: "wait", waitMs: number("waitMs") };
  return { ok: false, why: code === "lock_wiped" ? "wiped" : "unexpected" };
}
