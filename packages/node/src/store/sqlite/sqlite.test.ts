import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../http/frame.testing.ts";
import { testStore } from "../conformance.ts";
import { openDatabase } from "./database.ts";
import { openSqliteStore } from "./index.ts";
import type { Migration } from "./migrations/index.ts";
import { migrate, StoreVersionError } from "./migrations/index.ts";

testStore("SQLite", openSqliteStore);

const one: Migration = { version: 1, name: "one", up: "CREATE TABLE a (x INTEGER)" };
const two: Migration = {
  version: 2,
  name: "two",
  up: "ALTER TABLE a ADD COLUMN y INTEGER DEFAULT 5",
};
const broken: Migration = {
  version: 2,
  name: "broken",
  up: "CREATE TABLE b (x); CREATE TABLE a (x)",
};

test("migrations run once each, in order, and keep what is there", async () => {
  const directory = await temporaryDirectory();
  const db = openDatabase(join(directory.path, "db"));
  migrate(db, [one]);
  db.run("INSERT INTO a VALUES (1)");
  migrate(db, [one, two]);
  migrate(db, [one, two]);
  expect(db.get("SELECT * FROM a")).toEqual({ x: 1, y: 5 });
  db.close();
  await directory.remove();
});

test("a migration that fails changes nothing", async () => {
  const directory = await temporaryDirectory();
  const db = openDatabase(join(directory.path, "db"));
  migrate(db, [one]);
  expect(() => {
    migrate(db, [one, broken]);
  }).toThrow(/migration 2 \(broken\) failed/);
  expect(db.all("SELECT name FROM sqlite_schema")).toEqual([{ name: "a" }]);
  migrate(db, [one, two]);
  db.close();
  await directory.remove();
});

test("going back to an older version is refused in a sentence, and a foreign file is not taken", async () => {
  const directory = await temporaryDirectory();
  const path = join(directory.path, "db");
  const db = openDatabase(path);
  migrate(db, [one, two]);
  expect(() => {
    migrate(db, [one]);
  }).toThrow(/newer version of Baraza \(schema 2; this version knows up to 1\)/);
  db.close();
  const raw = new DatabaseSync(path);
  raw.exec("PRAGMA user_version = 9999");
  raw.close();
  await expect(openSqliteStore(path)).rejects.toThrow(StoreVersionError);
  const foreign = join(directory.path, "foreign");
  const other = new DatabaseSync(foreign);
  other.exec("PRAGMA application_id = 7; CREATE TABLE theirs (x)");
  other.close();
  await expect(openSqliteStore(foreign)).rejects.toThrow(/not a Baraza store/);
  await directory.remove();
});

test("every commit is written through to the disk", async () => {
  const directory = await temporaryDirectory();
  const db = openDatabase(join(directory.path, "db"));
  expect(db.get("PRAGMA synchronous")).toEqual({ synchronous: 2 });
  expect(db.get("PRAGMA journal_mode")).toEqual({ journal_mode: "wal" });
  db.close();
  await directory.remove();
});
