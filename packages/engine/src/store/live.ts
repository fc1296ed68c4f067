/**
 * Live queries: rows that follow the store. A query runs again after a commit that wrote one of its tables, once for all
 * commits of the meantime, and calls back only when its result differs.
 */
import type { SqlStore } from "../ports.ts";
import { guarded } from "./guarded.ts";
import { same } from "./same.ts";

/** The reading half of a store. */
export type Reader = Pick<SqlStore, "all" | "get">;

export type LiveOptions<T> = {
  /** The tables that the result depends on, views' and searches' sources included. */
  tables: readonly string[];
  query: (db: Reader) => Promise<T>;
  /** Waits before a re-run so that a burst of commits makes one: a microtask unless told otherwise. */
  schedule?: (fn: () => void) => void;
};

export type LiveQuery<T> = {
  /**
   * Calls back with the present result as soon as it is known, then with every different one.
   * @param onError told when the query fails; the next commit tries again
   * @returns a function that ends it
   */
  subscribe(onRows: (rows: T) => void, onError?: (error: unknown) => void): () => void;
  /** Ends all subscriptions. */
  close(): void;
};

type Subscriber<T> = {
  onRows: (rows: T) => void;
  onError: ((error: unknown) => void) | undefined;
  /** The result that it was given last. */
  told?: { rows: T };
};

/** Starts a live query. It costs nothing while nobody subscribes. */
export function live<T>(store: SqlStore, options: LiveOptions<T>): LiveQuery<T> {
  const schedule = options.schedule ?? queueMicrotask;
  const watched = new Set(options.tables);
  const subscribers = new Set<Subscriber<T>>();
  let unlisten: (() => void) | undefined;
  let current: { rows: T } | undefined;
  let dirty = false;
  let scheduled = false;
  let running = false;

  function changed(): void {
    dirty = true;
    if (scheduled || running) return;
    scheduled = true;
    schedule(() => {
      scheduled = false;
      if (!running) void refresh();
    });
  }

  async function refresh(): Promise<void> {
    running = true;
    while (dirty && subscribers.size > 0) {
      dirty = false;
      try {
        const rows = await options.query(store);
        // Everybody may have left in the meantime: nothing keeps the result true any more.
        if (unlisten === undefined) continue;
        if (current === undefined || !same(current.rows, rows)) current = { rows };
        deliver();
      } catch (error) {
        current = undefined;
        for (const { onError } of subscribers) guarded(() => onError?.(error));
      }
    }
    running = false;
  }

  function deliver(): void {
    for (const subscriber of subscribers) {
      if (current === undefined || subscriber.told === current) continue;
      const told = current;
      subscriber.told = told;
      guarded(() => subscriber.onRows(told.rows));
    }
  }

  function stop(): void {
    unlisten?.();
    unlisten = undefined;
    current = undefined;
  }

  return {
    subscribe(onRows, onError) {
      const subscriber: Subscriber<T> = { onRows, onError };
      subscribers.add(subscriber);
      unlisten ??= store.onCommit((tables) => {
        for (const table of tables) if (watched.has(table)) return changed();
      });
      if (current === undefined) changed();
      else queueMicrotask(deliver);
      return () => {
        subscribers.delete(subscriber);
        if (subscribers.size === 0) stop();
      };
    },
    close() {
      subscribers.clear();
      stop();
    },
  };
}
