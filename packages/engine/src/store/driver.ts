/** What a platform implements to get a store: one synchronous SQLite connection, and a way to wait for the next turn. */
import type { SqlParams } from "../ports.ts";

/** One open connection. Methods throw StoreError. */
export interface SqlDriver {
  /** Runs one statement. `tables`: the names of the tables that it may write, triggers and cascades included. */
  run(sql: string, params: SqlParams): { changes: number; tables: readonly string[] };
  /** All rows of one statement. With `readonly`, refuses (before it runs) one that writes. */
  all(
    sql: string,
    params: SqlParams,
    readonly: boolean,
  ): { rows: object[]; tables: readonly string[] };
  /** Several statements without parameters. */
  exec(sql: string): { tables: readonly string[] };
  /** BEGIN, COMMIT, ROLLBACK and savepoints, which the other methods refuse. */
  control(sql: string): void;
  /** False once SQLite itself has rolled the transaction back (a full disk, an input/output error). */
  inTransaction(): boolean;
  close(): void;
  /** Calls back in a later turn of the event loop, after the events that already wait. */
  defer(fn: () => void): void;
}
