/**
 * One encrypted connection on OPFS.
 *
 * [Note: Journal and durability] The pool's access handles are exclusive to this worker, so no other connection can
 * exist and the database may run in exclusive WAL mode: a commit appends to one file and flushes once.
 * synchronous=FULL makes that flush (fsync through `FileSystemSyncAccessHandle.flush`) part of every commit, so what was
 * acknowledged survives a killed tab, a killed browser and, as far as the disk keeps its word, a power cut.
 * NORMAL would flush only when the WAL moves into the database (0.1 ms a commit against 0.5), and a power cut could take what
 * came since. The rollback journals flush two or three times a commit (1.1 to 2.4 ms) for the same promise.
 *
 * [Note: Encryption at rest] Every page, in the database and in the WAL, is sealed with ChaCha20-Poly1305 under the
 * raw 32-byte key, with a fresh nonce for each write. In clear are the files' sizes and times, the pool's path at the start
 * of each file, the salt and 8 bytes of SQLite's header (page size and the like), and the WAL's frame headers (page numbers).
 */
import type { SqlParams, SqlRow, SqlValue } from "../../src/ports.ts";
import { toHex } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import type { SqlDriver } from "../../src/store/driver.ts";
import { StoreError, codeOfResult } from "../../src/store/errors.ts";
import { checkParams, permit, statementCache } from "../../src/store/statements.ts";
import type { Pool, Sqlite } from "./sqlite.ts";
import { directoryOf } from "./sqlite.ts";

type Database = InstanceType<Pool["OpfsSAHPoolDb"]>;
type Statement = ReturnType<Database["prepare"]>;

/** Pages of 8 KiB that the WAL may hold before they move to the database: one slower commit in about 4 MiB. */
const CHECKPOINT_PAGES = 500;

/**
 * Opens a connection to the database of a store.
 * @param key 32 bytes
 * @throws StoreError `store_corrupt` when the key is not the file's
 */
export function openBrowserDriver(sqlite: Sqlite, pool: Pool, name: string, key: Bytes): SqlDriver {
  const { capi } = sqlite;
  // Exported by the library, forgotten in its declarations.
  const autocommit = (capi as unknown as { sqlite3_get_autocommit: (db: Database) => number })
    .sqlite3_get_autocommit;
  const db = typed(
    () => new pool.OpfsSAHPoolDb(`file:/store.db?vfs=multipleciphers-${directoryOf(name)}`),
  );
  const cache = statementCache<Statement>(
    (sql) => db.prepare(sql),
    (statement) => void statement.finalize(),
  );
  try {
    typed(() => prepareConnection(db, key));
  } catch (error) {
    db.close();
    pool.pauseVfs();
    throw error;
  }
  capi.sqlite3_set_authorizer(
    db,
    // The declaration says pointers; the library hands over text.
    (_, action, name) => cache.authorize(action, name as unknown as string | null),
    0,
  );
  const turn = new MessageChannel();
  const deferred: (() => void)[] = [];
  turn.port1.onmessage = () => deferred.shift()?.();

  function use<T>(
    sql: string,
    params: SqlParams,
    readonly: boolean,
    fn: (statement: Statement) => T,
  ): { value: T; tables: readonly string[] } {
    return typed(() => {
      const prepared = cache.prepare(sql);
      permit(prepared, readonly);
      checkParams(params);
      const { statement, tables } = prepared;
      try {
        bind(sqlite, statement, params);
        return { value: fn(statement), tables };
      } finally {
        statement.reset(true);
        if (prepared.schema) cache.clear();
      }
    });
  }

  return {
    run(sql, params) {
      const { tables, value } = use(sql, params, false, (statement) => {
        while (statement.step());
        return capi.sqlite3_changes(db);
      });
      return { changes: value, tables };
    },
    all(sql, params, readonly) {
      const { value, tables } = use(sql, params, readonly, (statement) => {
        const names = statement.getColumnNames();
        const rows: object[] = [];
        while (statement.step()) rows.push(rowOf(sqlite, statement, names));
        return rows;
      });
      return { rows: value, tables };
    },
    exec(sql) {
      return typed(() => {
        const effects = cache.watch(() => void db.exec(sql));
        cache.clear();
        return effects;
      });
    },
    control: (sql) => typed(() => void db.exec(sql)),
    inTransaction: () => autocommit(db) === 0,
    close() {
      cache.clear();
      turn.port1.close();
      typed(() => db.close());
      pool.pauseVfs();
    },
    defer(fn) {
      deferred.push(fn);
      turn.port2.postMessage(null);
    },
  };
}

/**
 * Seals every page of a database anew, under another key. Nobody has it open. It happens wholly or not at all: a rollback journal,
 * sealed under the key before, undoes what a kill cuts off, at the next opening with the key before.
 * @throws StoreError `store_corrupt` when `from` is not the file's key, `store_full`
 */
export function changeKey(pool: Pool, name: string, from: Bytes, to: Bytes): void {
  const db = typed(
    () => new pool.OpfsSAHPoolDb(`file:/store.db?vfs=multipleciphers-${directoryOf(name)}`),
  );
  try {
    typed(() => {
      giveKey(db, from);
      // There is no changing of a key under a WAL.
      if (db.selectValue("PRAGMA journal_mode = DELETE") !== "delete")
        throw new StoreError("store_io");
      db.exec(`PRAGMA synchronous = FULL; PRAGMA rekey = 'raw:${toHex(to)}'`);
    });
  } finally {
    db.close();
    pool.pauseVfs();
  }
}

/** The key comes before anything that touches the file; exclusive locking before WAL, which then needs no shared memory. */
function giveKey(db: Database, key: Bytes): void {
  if (key.length !== 32) throw new StoreError("store_value", { data: { length: key.length } });
  db.exec(`PRAGMA cipher = 'chacha20'; PRAGMA key = 'raw:${toHex(key)}'`);
  db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY");
}

function prepareConnection(db: Database, key: Bytes): void {
  giveKey(db, key);
  if (db.selectValue("PRAGMA journal_mode = WAL") !== "wal") throw new StoreError("store_io");
  db.exec(
    `PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
     PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF`,
  );
}

function bind(sqlite: Sqlite, statement: Statement, params: SqlParams): void {
  if (params.length !== statement.parameterCount)
    throw new StoreError("store_value", {
      data: { given: params.length, wanted: statement.parameterCount },
    });
  params.forEach((value: SqlValue, index) => {
    // The library would turn a large whole number into a 64-bit integer, with overflow.
    if (typeof value === "number" && !Number.isSafeInteger(value))
      sqlite.capi.sqlite3_bind_double(statement, index + 1, value);
    else statement.bind(index + 1, value);
  });
}

const utf8 = new TextDecoder();

function rowOf(sqlite: Sqlite, statement: Statement, names: readonly string[]): SqlRow {
  const { capi, wasm } = sqlite;
  const row: SqlRow = {};
  names.forEach((name, index) => {
    if (capi.sqlite3_column_type(statement, index) === capi.SQLITE_TEXT) {
      // The library reads text up to its first NUL; a text may hold one.
      const at = capi.sqlite3_column_blob(statement, index);
      const length = capi.sqlite3_column_bytes(statement, index);
      row[name] = utf8.decode(wasm.heap8u().subarray(at, at + length));
    } else row[name] = statement.get(index) as SqlValue;
  });
  return row;
}

/** Runs something of SQLite and gives its errors their code. */
function typed<T>(fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    if (error instanceof Error && "resultCode" in error && typeof error.resultCode === "number") {
      throw new StoreError(codeOfResult(error.resultCode), {
        data: { result: error.resultCode },
        cause: error,
      });
    }
    throw error;
  }
}
