/** The WebAssembly of SQLite without what the store does not use still does everything that the store asks of it. */
import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { slimWasm } from "@baraza/crypto/slim-wasm";
import { cutWasm } from "./vite.ts";

const folder = new URL("./sqlite-wasm/jswasm/", import.meta.resolve("@evolu/sqlite-wasm"));
const path = fileURLToPath(new URL("sqlite3.wasm", folder));
const KEY = `raw:${"7f".repeat(32)}`;

type Db = {
  exec(sql: string): void;
  selectValue(sql: string): unknown;
  selectObjects(sql: string): Record<string, unknown>[];
  close(): void;
};
type Library = { oo1: { DB: new (name: string, flags: string) => Db } };

let sqlite: Library;
let db: Db;

beforeAll(async () => {
  const library = fileURLToPath(new URL("sqlite3-node.mjs", folder));
  const { default: init } = (await import(pathToFileURL(library).href)) as {
    default: (options: object) => Promise<Library>;
  };
  const quiet = (): void => undefined;
  sqlite = await init({ wasmBinary: cutWasm(path), print: quiet, printErr: quiet });
  db = new sqlite.oo1.DB("file:/store.db?vfs=multipleciphers-unix", "c");
});
afterAll(() => db.close());

test("much of it goes, and what is left is a module of the same shape", () => {
  const whole = readFileSync(path);
  const slim = cutWasm(path);
  expect(slim.length).toBeLessThan(whole.length - 90_000);
  const [before, after] = [whole, slim].map(
    (bytes) => new WebAssembly.Module(new Uint8Array(bytes)),
  );
  expect(after && WebAssembly.Module.exports(after)).toEqual(
    before && WebAssembly.Module.exports(before),
  );
  // Without anything said to be of no use, hardly anything is found to be so.
  const none = slimWasm(whole, { exports: /^$/, nothing: [], table: [], data: [] });
  expect(none.length).toBeGreaterThan(whole.length - 2000);
});

test("a sealed database is written, opened again by its key and by no other, and gets another key", () => {
  db.exec(`PRAGMA cipher = 'chacha20'; PRAGMA key = '${KEY}'`);
  db.exec("PRAGMA temp_store = MEMORY; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
  db.exec("CREATE TABLE notes (id INTEGER PRIMARY KEY, at REAL, text TEXT) STRICT");
  db.exec("INSERT INTO notes (at, text) VALUES (1.5, 'on the wall'), (2.5, 'in the drawer')");
  const open = (key: string): unknown => {
    const other = new sqlite.oo1.DB("file:/store.db?vfs=multipleciphers-unix", "r");
    try {
      other.exec(`PRAGMA cipher = 'chacha20'; PRAGMA key = '${key}'`);
      return other.selectValue("SELECT count(*) FROM notes");
    } catch {
      return "not the key";
    } finally {
      other.close();
    }
  };
  expect(open(KEY)).toBe(2);
  expect(open(`raw:${"00".repeat(32)}`)).toBe("not the key");
  db.exec(`PRAGMA rekey = 'raw:${"21".repeat(32)}'`);
  expect(open(KEY)).toBe("not the key");
  expect(open(`raw:${"21".repeat(32)}`)).toBe(2);
});

test("full-text tables of every kind in use: made, filled, asked, deleted from, merged, emptied", () => {
  db.exec(`CREATE VIRTUAL TABLE said USING fts5(words, content='', contentless_delete=1, detail='none', tokenize='ascii');
    CREATE VIRTUAL TABLE parts USING fts5(term, content='', detail='none', tokenize='trigram case_sensitive 1');
    INSERT INTO said (said, rank) VALUES ('automerge', 8), ('crisismerge', 32), ('usermerge', 2);`);
  for (let n = 1; n <= 300; n++)
    db.exec(`INSERT INTO said (rowid, words) VALUES (${n}, 'all k${n % 7} w${n}')`);
  db.exec("INSERT INTO parts (rowid, term) VALUES (1, 'waterworks'), (2, 'fireworks')");
  const count = (sql: string): unknown => db.selectValue(`SELECT count(*) FROM ${sql}`);
  expect(count("said('all')")).toBe(300);
  expect(count("said('k3 AND w*')")).toBe(43);
  expect(count("said('all NOT k3')")).toBe(257);
  expect(count("parts WHERE parts MATCH 'wor'")).toBe(2);
  db.exec("DELETE FROM said WHERE rowid IN (SELECT value FROM json_each('[1,2,3]'))");
  expect(count("said('all')")).toBe(297);
  db.exec("INSERT INTO said (said, rank) VALUES ('merge', 64)");
  db.exec("INSERT INTO said (said) VALUES ('integrity-check')");
  db.exec("INSERT INTO said (said) VALUES ('optimize')");
  db.exec("INSERT INTO said (said) VALUES ('delete-all')");
  expect(count("said('all')")).toBe(0);
});

test("what the engine's SQL is made of: JSON, upserts, triggers, recursion, windows, dates, patterns, savepoints", () => {
  const value = (sql: string): unknown => db.selectValue(sql);
  expect(value(`SELECT sum(value ->> 1) FROM json_each('[["a", 2], ["b", 3]]')`)).toBe(5);
  expect(value(`SELECT json_group_array(json_object('a', 1, 'b', json('[2]')))`)).toBe(
    '[{"a":1,"b":[2]}]',
  );
  db.exec(`CREATE TABLE counts (word TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE log (line TEXT) STRICT;
    CREATE TRIGGER noted AFTER UPDATE OF n ON counts WHEN new.n > 1 BEGIN INSERT INTO log VALUES (new.word); END;`);
  for (let turn = 0; turn < 2; turn++)
    db.exec("INSERT INTO counts VALUES ('pump', 1) ON CONFLICT DO UPDATE SET n = n + excluded.n");
  expect(db.selectObjects("SELECT * FROM log")).toEqual([{ line: "pump" }]);
  expect(
    value(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) SELECT sum(i) FROM n",
    ),
  ).toBe(1275);
  expect(value("SELECT max(r) FROM (SELECT row_number() OVER (ORDER BY id) AS r FROM notes)")).toBe(
    2,
  );
  expect(
    value("SELECT lower(hex(unhex('00ff'))) || printf('%05.1f', 2.25) || upper(trim(' x '))"),
  ).toBe("00ff002.3X");
  expect(value("SELECT datetime(86400, 'unixepoch') || strftime('%Y', 0, 'unixepoch')")).toBe(
    "1970-01-02 00:00:001970",
  );
  expect(value("SELECT 'abc' GLOB 'a*' AND 'ABC' LIKE 'a%' AND 'b' COLLATE NOCASE = 'B'")).toBe(1);
  expect(value("SELECT length(randomblob(16)) + length(zeroblob(3))")).toBe(19);
  db.exec("SAVEPOINT one; DELETE FROM notes; ROLLBACK TO one; RELEASE one");
  expect(value("SELECT count(*) FROM notes")).toBe(2);
  db.exec("PRAGMA incremental_vacuum; ANALYZE; REINDEX; VACUUM");
  expect(value("PRAGMA integrity_check")).toBe("ok");
});

test("what was cut is not there, and says so", () => {
  expect(() => db.exec("CREATE VIRTUAL TABLE boxes USING rtree(id, a, b)")).toThrow(
    "no such module",
  );
});
