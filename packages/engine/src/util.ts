/** Small things that the engine's parts share. */

/** Runs functions one after another, in the order of asking. A failure of one does not stop the next. */
export type Queue = <T>(work: () => Promise<T>) => Promise<T>;

export function createQueue(): Queue {
  let tail: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = tail.then(work, work);
    tail = result.catch(() => undefined);
    return result;
  };
}

/** A place in a row: `come` waits until those before have gone on, `go` lets the next one. */
export type Turn = { come: Promise<void>; go(): void };

/** Turns by name: what was begun first comes first, however long each takes to look something up before. */
export function turns(): (name: string) => Turn {
  const last = new Map<string, Promise<void>>();
  return (name) => {
    const come = last.get(name) ?? Promise.resolve();
    const gone = Promise.withResolvers<void>();
    // Whoever gives up does not let anybody past those who still wait.
    const mine = Promise.all([come, gone.promise]).then(() => {
      if (last.get(name) === mine) last.delete(name);
    });
    last.set(name, mine);
    return { come, go: gone.resolve };
  };
}

/** Queues by name: work of one name runs one after the other, others beside it. */
export function named(): <T>(name: string, work: () => Promise<T>) => Promise<T> {
  const queues = new Map<string, { queue: Queue; users: number }>();
  return async (name, work) => {
    const one = queues.get(name) ?? { queue: createQueue(), users: 0 };
    queues.set(name, one);
    one.users += 1;
    try {
      return await one.queue(work);
    } finally {
      one.users -= 1;
      if (one.users === 0) queues.delete(name);
    }
  };
}

/** Starts work that nobody waits for. Its failure is the work's own to handle: what is left over is dropped on purpose. */
export function drop(promise: Promise<unknown>): void {
  promise.catch(() => undefined);
}

/** Milliseconds to wait before try number `attempts` + 1: doubling from half a second to a minute, with jitter. */
export function backoff(attempts: number, random: () => number = Math.random): number {
  const ceiling = Math.min(60_000, 500 * 2 ** Math.min(attempts, 10));
  return Math.floor(ceiling / 2 + (random() * ceiling) / 2);
}

/** A value that must be there; its absence is a bug of ours. */
export function need<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`missing: ${what}`);
  return value;
}
