/** Leadership within one process: two engines on one name take turns, or the second steals and the store fences the first. */
import type { Leadership, Locks } from "../../src/ports.ts";

type Holder = { lost: AbortController };
type Queue = { holder: Holder | undefined; waiting: ((leadership: Leadership) => void)[] };

const queues = new Map<string, Queue>();

/** The locks of this process. Names are shared by all: use the store's path. */
export function nodeLocks(): Locks {
  return {
    async lead(name, { signal, steal = false } = {}) {
      signal?.throwIfAborted();
      const queue = queues.get(name) ?? { holder: undefined, waiting: [] };
      queues.set(name, queue);
      if (queue.holder !== undefined && !steal) return turn(queue, signal);
      queue.holder?.lost.abort();
      return take(name, queue);
    },
  };
}

function turn(queue: Queue, signal: AbortSignal | undefined): Promise<Leadership> {
  return new Promise((resolve, reject) => {
    const go = (leadership: Leadership): void => {
      signal?.removeEventListener("abort", stop);
      resolve(leadership);
    };
    const stop = (): void => {
      queue.waiting = queue.waiting.filter((one) => one !== go);
      reject(signal?.reason as Error);
    };
    signal?.addEventListener("abort", stop, { once: true });
    queue.waiting.push(go);
  });
}

function take(name: string, queue: Queue): Leadership {
  const holder: Holder = { lost: new AbortController() };
  queue.holder = holder;
  return {
    lost: holder.lost.signal,
    release() {
      if (queue.holder !== holder) return;
      queue.holder = undefined;
      const next = queue.waiting.shift();
      if (next === undefined) queues.delete(name);
      else next(take(name, queue));
    },
  };
}
