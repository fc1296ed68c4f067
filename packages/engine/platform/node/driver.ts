/**
 * SQLite by `node:sqlite`, in process. WAL with synchronous=FULL: a commit is on disk when it returns.
 *
 * The file is not encrypted: this platform serves tests and the desktop gateway, whose disk is its owner's to
 * protect. What a gateway stores belongs on an encrypted disk.
 */
import { DatabaseSync } from "node:sqlite";
import type { SQLInputValue, StatementSync } from "node:sqlite";
import type { SqlDriver } from "../../src/store/driver.ts";
import { AUTH } from "../../src/store/driver.ts";
import { StoreError, codeOfResult } from "../../src/store/errors.ts";
import type { SqlParams, SqlValue } from "../../src/ports.ts";

type Prepared = { statement: StatementSync; tables: readonly string[] };

const CACHE = 500;

/** Opens a connection. @param path a file, or ":memory:". */
export function openNodeDriver(path: string): SqlDriver {
  const db = typed(() => new DatabaseSync(path, { timeout: 5000 }));
  const cache = new Map<string, Prepared>();
  let writes: Set<string> | undefined;

  typed(() => {
    db.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY",
    );
    db.setAuthorizer((action, table) => {
      if (
        table !== null &&
        (action === AUTH.insert || action === AUTH.update || action === AUTH.delete)
      ) {
        writes?.add(table);
      }
      return 0;
    });
  });

  /** Runs something with the authorizer listening. @returns its result and the user tables it may write. */
  function watched<T>(fn: () => T): { value: T; tables: readonly string[] } {
    const seen = new Set<string>();
    writes = seen;
    try {
      const value = fn();
      return { value, tables: [...seen].filter((table) => !table.startsWith("sqlite_")) };
    } finally {
      writes = undefined;
    }
  }

  function prepare(sql: string): Prepared {
    const known = cache.get(sql);
    if (known !== undefined) return known;
    const { value, tables } = watched(() => db.prepare(sql));
    const prepared = { statement: value, tables };
    if (cache.size >= CACHE)
      for (const first of cache.keys()) {
        cache.delete(first);
        break;
      }
    cache.set(sql, prepared);
    return prepared;
  }

  return {
    run(sql, params) {
      return typed(() => {
        const { statement, tables } = prepare(sql);
        return { changes: Number(statement.run(...bind(params)).changes), tables };
      });
    },
    all(sql, params, readonly) {
      return typed(() => {
        const { statement, tables } = prepare(sql);
        if (readonly && tables.length > 0) throw new StoreError("store_readonly");
        return { rows: rowsOf(statement, params, tables.length > 0), tables };
      });
    },
    exec(sql) {
      return typed(() => {
        // A trigger made here changes what other statements write.
        cache.clear();
        return { tables: watched(() => db.exec(sql)).tables };
      });
    },
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
      for (const [name, value] of Object.entries(row)) {
        if (
          typeof value === "bigint" &&
          BigInt.asIntN(54, value) === value &&
          value !== -(2n ** 53n)
        ) {
          row[name] = Number(value);
        }
      }
    return rows;
  } finally {
    statement.setReadBigInts(false);
  }
}

/** node:sqlite binds every number as REAL; whole numbers are meant as integers, as the browser binds them. */
function bind(params: SqlParams): SQLInputValue[] {
  return params.map((value: SqlValue) => {
    if (typeof value === "number") {
      if (Number.isNaN(value)) throw new StoreError("store_value");
      return Number.isSafeInteger(value) ? BigInt(value) : value;
    }
    if (
      value === null ||
      typeof value === "string" ||
      typeof value === "bigint" ||
      value instanceof Uint8Array
    )
      return value;
    throw new StoreError("store_value");
  });
}

/** Runs something of SQLite and gives its errors their code. */
function typed<T>(fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    if (error instanceof StoreError) throw error;
    if (error instanceof Error && "errcode" in error && typeof error.errcode === "number") {
      throw new StoreError(codeOfResult(error.errcode), {
        data: { result: error.errcode },
        cause: error,
      });
    }
    throw error;
  }
}
