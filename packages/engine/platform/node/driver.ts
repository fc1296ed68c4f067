/**
 * SQLite by `node:sqlite`, in process. WAL with synchronous=FULL: a commit is on disk when it returns.
 *
 * The file is not encrypted: this platform serves tests and the desktop gateway, whose disk is its owner's to
 * protect. What a gateway stores belongs on an encrypted disk.
 */
import { DatabaseSync } from "node:sqlite";
import type { SQLInputValue, StatementSync } from "node:sqlite";
import type { SqlDriver } from "../../src/store/driver.ts";
import { StoreError, codeOfResult } from "../../src/store/errors.ts";
import { checkParams, permit, statementCache } from "../../src/store/statements.ts";
import type { SqlParams } from "../../src/ports.ts";

/** Opens a connection. @param path a file, or ":memory:". @throws StoreError */
export function openNodeDriver(path: string): SqlDriver {
  const db = typed(() => new DatabaseSync(path, { timeout: 5000 }));
  const cache = statementCache<StatementSync>(
    (sql) => db.prepare(sql),
    () => undefined,
  );
  try {
    typed(() => {
      db.exec(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF",
      );
      db.setAuthorizer(cache.authorize);
    });
  } catch (error) {
    db.close();
    throw error;
  }

  function use<T>(
    sql: string,
    params: SqlParams,
    readonly: boolean,
    fn: (statement: StatementSync, writes: boolean) => T,
  ) {
    return typed(() => {
      const prepared = cache.prepare(sql);
      permit(prepared, readonly);
      checkParams(params);
      const value = fn(prepared.statement, prepared.writes);
      if (prepared.schema) cache.clear();
      return { value, tables: prepared.tables };
    });
  }

  return {
    run(sql, params) {
      const { value, tables } = use(sql, params, false, (statement) => {
        // A row id above 2^53 (an FTS5 table makes such ones) would be an error after the statement has run.
        statement.setReadBigInts(true);
        try {
          return statement.run(...bind(params));
        } finally {
          statement.setReadBigInts(false);
        }
      });
      return { changes: Number(value.changes), tables };
    },
    all(sql, params, readonly) {
      const { value, tables } = use(sql, params, readonly, (statement, writes) =>
        rowsOf(statement, params, writes),
      );
      return { rows: value, tables };
    },
    exec(sql) {
      return typed(() => {
        const effects = cache.watch(() => db.exec(sql));
        cache.clear();
        return effects;
      });
    },
    control: (sql) => typed(() => db.exec(sql)),
    inTransaction: () => db.isTransaction,
    close() {
      cache.clear();
      typed(() => db.close());
    },
    defer: (fn) => void setImmediate(fn),
  };
}

/** Reads integers as numbers where they fit. A write cannot be run a second time, so it takes the slow way at once. */
function rowsOf(statement: StatementSync, params: SqlParams, writes: boolean): object[] {
  if (!writes) {
    try {
      return statement.all(...bind(params));
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ERR_OUT_OF_RANGE"))
        throw error;
    }
  }
  statement.setReadBigInts(true);
  try {
    const rows = statement.all(...bind(params));
    for (const row of rows)
      for (const [name, value] of Object.entries(row))
        if (typeof value === "bigint" && Number.isSafeInteger(Number(value)))
          row[name] = Number(value);
    return rows;
  } finally {
    statement.setReadBigInts(false);
  }
}

/** node:sqlite binds every number as REAL; whole numbers are meant as integers, as the browser binds them. */
function bind(params: SqlParams): SQLInputValue[] {
  return params.map((value) => (Number.isSafeInteger(value) ? BigInt(value as number) : value));
}

/** Runs something of SQLite and gives its errors their code. */
function typed<T>(fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    if (error instanceof Error && "errcode" in error && typeof error.errcode === "number") {
      throw new StoreError(codeOfResult(error.errcode), {
        data: { result: error.errcode },
        cause: error,
      });
    }
    throw error;
  }
}
