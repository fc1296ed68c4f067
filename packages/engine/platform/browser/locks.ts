/** Leadership by Web Locks: the browser gives a lock back when its tab dies, however it dies. */
import type { Leadership, Locks } from "../../src/ports.ts";

export function browserLocks(): Locks {
  return {
    lead(name, { signal, steal = false } = {}) {
      return new Promise<Leadership>((resolve, reject) => {
        const lost = new AbortController();
        const options: LockOptions = steal ? { steal } : signal === undefined ? {} : { signal };
        navigator.locks
          .request(
            name,
            options,
            () =>
              new Promise<void>((done) => {
                resolve({ lost: lost.signal, release: () => done() });
              }),
          )
          // After it was granted the request fails only when somebody steals the lock.
          .catch((error: unknown) => {
            lost.abort();
            reject(error instanceof Error ? error : new Error(String(error)));
          });
      });
    },
  };
}

/** Holds a lock for as long as this tab or worker lives. Resolves when it is held. */
export function holdLifeline(name: string): Promise<Leadership> {
  return browserLocks().lead(name);
}

/** Resolves when whoever holds a lifeline has died or let go. */
export async function lifelineEnds(name: string, signal?: AbortSignal): Promise<void> {
  const held = await browserLocks().lead(name, signal === undefined ? {} : { signal });
  held.release();
}
