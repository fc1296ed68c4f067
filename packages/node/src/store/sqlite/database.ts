/** A connection to the node's SQLite file, with its statements prepared once. Used inside the store's workers only. */
import { DatabaseSync } from "node:sqlite";
import type { StatementSync } from "node:sqlite";

/** What SQLite takes and gives. */
export type Value = null | number | string | Uint8Array;

/** A connection. SQL texts must be constants: each is prepared once and kept. */
export type Db = {
  /** The first row, or undefined. */
  get<T>(sql: string, ...values: Value[]): T | undefined;
  all<T>(sql: string, ...values: Value[]): T[];
  /** Changes rows; gives how many. */
  run(sql: string, ...values: Value[]): number;
  /** Several statements without values. */
  exec(sql: string): void;
  close(): void;
};

/**
 * Opens the file. WAL with synchronous=FULL: a commit returns when it is on the disk.
 * 8 KiB pages hold three entries of 2 KiB where 4 KiB ones would hold one.
 */
export function openDatabase(path: string, options: { readOnly?: boolean } = {}): Db {
  const readOnly = options.readOnly ?? false;
  const connection = new DatabaseSync(path, { readOnly });
  connection.exec(
    "PRAGMA busy_timeout = 10000; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;",
  );
  if (!readOnly) {
    connection.exec(
      "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; " +
        "PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 2000; PRAGMA secure_delete = ON;",
    );
  }
  const statements = new Map<string, StatementSync>();
  const prepared = (sql: string): StatementSync => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = connection.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  return {
    get: <T>(sql: string, ...values: Value[]) => prepared(sql).get(...values) as T | undefined,
    all: <T>(sql: string, ...values: Value[]) => prepared(sql).all(...values) as T[],
    run: (sql, ...values) => Number(prepared(sql).run(...values).changes),
    exec: (sql) => {
      connection.exec(sql);
    },
    close: () => {
      statements.clear();
      connection.close();
    },
  };
}
