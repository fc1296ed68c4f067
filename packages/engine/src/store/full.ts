/** Whether the device takes what the engine writes: a full disk is something that a person has to know, and can do something about. */
import type { SqlStore } from "../ports.ts";
import { StoreError } from "./errors.ts";

/** A write that works so soon after one that did not says little: small ones still fit. */
const AFTER_MS = 5000;

/** @returns true for an error that says that nothing more can be written; browsers tell a full disk as a failed write. */
export function isFull(error: unknown): boolean {
  return error instanceof StoreError && (error.code === "store_full" || error.code === "store_io");
}

/**
 * A store that notices when it is full, and when it no longer is.
 * @param changed called when `full` has changed
 */
export function noticingFull(
  store: SqlStore,
  now: () => number,
  changed: () => void,
): { store: SqlStore; full: () => boolean } {
  let failedAt: number | null = null;
  async function noticing<T>(work: Promise<T>): Promise<T> {
    try {
      const done = await work;
      if (failedAt !== null && now() - failedAt > AFTER_MS) {
        failedAt = null;
        changed();
      }
      return done;
    } catch (error) {
      if (isFull(error)) {
        const isNew = failedAt === null;
        failedAt = now();
        if (isNew) changed();
      }
      throw error;
    }
  }
  return {
    store: {
      ...store,
      run: (sql, params) => noticing(store.run(sql, params)),
      transaction: (fn) => noticing(store.transaction(fn)),
      batch: (statements) => noticing(store.batch(statements)),
    },
    full: () => failedAt !== null,
  };
}
