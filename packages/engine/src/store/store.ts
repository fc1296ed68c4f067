/**
 * The local store over a synchronous connection: serialised transactions, group commit, fencing, and the names of
 * the tables written. Shared by the browser and Node; see [Note: Fencing] and [Note: Group commit] in ports.ts.
 */
import type { SqlParams, SqlStatement, SqlStore, SqlTx, Synchronous } from "../ports.ts";
import type { SqlDriver } from "./driver.ts";
import { guarded } from "./guarded.ts";
import { FencedError, StoreError } from "./errors.ts";

type Waiting = {
  body: (tx: SqlTx) => unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
};

type Done = { waiting: Waiting; value: unknown; afterCommit: (() => void)[] };

/** How many transactions share a COMMIT at most, so that one failing disk write undoes a bounded amount. */
const GROUP = 256;

/**
 * Opens a store over a connection and takes the next fencing number.
 * @throws StoreError when the connection cannot write.
 */
export function openSqlStore(driver: SqlDriver): SqlStore {
  const fence = takeFence(driver);
  const queue: Waiting[] = [];
  const listeners = new Set<(tables: ReadonlySet<string>) => void>();
  let scheduled = false;
  let inside = false;
  let closed: Promise<void> | undefined;
  let stopped: StoreError | undefined;

  function refuse(): StoreError | undefined {
    if (inside) return new StoreError("store_nested");
    if (closed !== undefined) return new StoreError("store_closed");
    return undefined;
  }

  function enqueue(body: (tx: SqlTx) => unknown): Promise<unknown> {
    const refused = refuse() ?? stopped;
    if (refused !== undefined) return Promise.reject(refused);
    return new Promise((resolve, reject) => {
      queue.push({ body, resolve, reject });
      schedule();
    });
  }

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    driver.defer(() => {
      scheduled = false;
      if (queue.length > 0) commitGroup(queue.splice(0, GROUP));
      if (queue.length > 0) schedule();
    });
  }

  function commitGroup(group: Waiting[]): void {
    const tables = new Set<string>();
    const done: Done[] = [];
    const failed: { waiting: Waiting; error: unknown }[] = [];
    let begun = false;
    try {
      if (stopped !== undefined) throw stopped;
      driver.control("BEGIN IMMEDIATE");
      begun = true;
      checkFence(driver, fence);
      for (const waiting of group) {
        inside = true;
        try {
          done.push(runOne(driver, waiting, tables));
        } catch (error) {
          // A full disk makes SQLite roll everything back, with what the earlier ones of the group wrote.
          if (!driver.inTransaction()) throw error;
          failed.push({ waiting, error });
        } finally {
          inside = false;
        }
      }
      driver.control("COMMIT");
    } catch (error) {
      if (begun) abandon(driver);
      if (error instanceof FencedError) stopped = error;
      for (const { waiting, error: own } of failed) waiting.reject(own);
      const told = new Set(failed.map((one) => one.waiting));
      for (const waiting of group) if (!told.has(waiting)) waiting.reject(error);
      return;
    }
    for (const { afterCommit } of done) for (const fn of afterCommit) guarded(fn);
    for (const { waiting, value } of done) waiting.resolve(value);
    for (const { waiting, error } of failed) waiting.reject(error);
    if (tables.size > 0) for (const listener of listeners) guarded(() => listener(tables));
  }

  function read(sql: string, params: SqlParams): Promise<object[]> {
    const refused = refuse();
    if (refused !== undefined) return Promise.reject(refused);
    return new Promise((resolve) => {
      resolve(driver.all(sql, params, true).rows);
    });
  }

  return {
    fence,
    run: (sql, params = []) => enqueue((tx) => tx.run(sql, params)) as Promise<{ changes: number }>,
    all: <T extends object>(sql: string, params: SqlParams = []) =>
      read(sql, params) as Promise<T[]>,
    get: async <T extends object>(sql: string, params: SqlParams = []) =>
      (await read(sql, params))[0] as T | undefined,
    transaction: <T>(fn: (tx: SqlTx) => Synchronous<T>) => enqueue(fn) as Promise<T>,
    batch: (statements: readonly SqlStatement[]) =>
      enqueue((tx) => statements.map(([sql, params]) => tx.run(sql, params).changes)) as Promise<
        number[]
      >,
    onCommit(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      if (inside) return Promise.reject(new StoreError("store_nested"));
      closed ??= new Promise((resolve, reject) => {
        const finish = (): void => {
          if (queue.length > 0) return driver.defer(finish);
          try {
            driver.close();
            resolve();
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        };
        finish();
      });
      return closed;
    },
  };
}

/** Runs one transaction of a group in its savepoint; undoes only that one when it throws. */
function runOne(driver: SqlDriver, waiting: Waiting, tables: Set<string>): Done {
  const written = new Set<string>();
  const afterCommit: (() => void)[] = [];
  const handle = txHandle(driver, written, afterCommit);
  driver.control("SAVEPOINT one");
  try {
    const value = waiting.body(handle.tx);
    if (isPromise(value)) {
      // Whatever the promise becomes, its transaction is undone; a rejection must not go unhandled.
      value.then(undefined, () => undefined);
      throw new StoreError("store_async");
    }
    driver.control("RELEASE one");
    for (const table of written) tables.add(table);
    return { waiting, value, afterCommit };
  } catch (error) {
    if (driver.inTransaction()) undo(driver);
    throw error;
  } finally {
    handle.end();
  }
}

/** Undoes the savepoint. Where the disk does not even allow that, the whole group goes: never half a transaction. */
function undo(driver: SqlDriver): void {
  try {
    driver.control("ROLLBACK TO one");
    driver.control("RELEASE one");
  } catch {
    abandon(driver);
  }
}

/** Rolls back what is left of a failed transaction. A failure here adds nothing to the first one, which is what is reported. */
function abandon(driver: SqlDriver): void {
  try {
    if (driver.inTransaction()) driver.control("ROLLBACK");
  } catch {
    // The next BEGIN fails and says so to whoever asks.
  }
}

function txHandle(
  driver: SqlDriver,
  written: Set<string>,
  afterCommit: (() => void)[],
): { tx: SqlTx; end: () => void } {
  let live = true;
  function check(): void {
    if (!live) throw new StoreError("store_closed_tx");
  }
  function note(tables: readonly string[]): void {
    for (const table of tables) written.add(table);
  }
  function all(sql: string, params: SqlParams = []): object[] {
    check();
    const { rows, tables } = driver.all(sql, params, false);
    note(tables);
    return rows;
  }
  const tx: SqlTx = {
    run(sql, params = []) {
      check();
      const { changes, tables } = driver.run(sql, params);
      note(tables);
      return { changes };
    },
    all: <T extends object>(sql: string, params?: SqlParams) => all(sql, params) as T[],
    get: <T extends object>(sql: string, params?: SqlParams) =>
      all(sql, params)[0] as T | undefined,
    exec(sql) {
      check();
      note(driver.exec(sql).tables);
    },
    afterCommit(fn) {
      check();
      afterCommit.push(fn);
    },
  };
  return { tx, end: () => void (live = false) };
}

function takeFence(driver: SqlDriver): number {
  driver.control("BEGIN IMMEDIATE");
  try {
    driver.exec(
      "CREATE TABLE IF NOT EXISTS _fence (id INTEGER PRIMARY KEY CHECK (id = 0), number INTEGER NOT NULL)",
    );
    driver.run(
      "INSERT INTO _fence VALUES (0, 1) ON CONFLICT (id) DO UPDATE SET number = number + 1",
      [],
    );
    const fence = currentFence(driver);
    driver.control("COMMIT");
    return fence;
  } catch (error) {
    abandon(driver);
    throw error;
  }
}

function checkFence(driver: SqlDriver, mine: number): void {
  const current = currentFence(driver);
  if (current !== mine) throw new FencedError({ mine, current });
}

function currentFence(driver: SqlDriver): number {
  const row = driver.all("SELECT number FROM _fence", [], true).rows[0] as
    | { number: number }
    | undefined;
  return row?.number ?? 0;
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}
