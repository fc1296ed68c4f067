/** Who is told what after a commit. */
import type { ConformanceCase } from "./helpers.ts";
import { equal, until, withStore } from "./helpers.ts";
import { live } from "../live.ts";

export const watching: readonly ConformanceCase[] = [
  {
    name: "the tables written are told after the commit, with triggers and cascades, without what was undone",
    async run(open) {
      await withStore(open, async (store) => {
        await store.transaction((tx) =>
          tx.exec(`
            CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE z (x);
            CREATE TABLE b (a REFERENCES a ON DELETE CASCADE) ; CREATE TABLE log (x) ;
            CREATE TABLE w (k PRIMARY KEY) WITHOUT ROWID;
            CREATE TRIGGER t AFTER INSERT ON a BEGIN INSERT INTO log VALUES (new.id); END;
            CREATE VIRTUAL TABLE words USING fts5(text)`),
        );
        const told: string[][] = [];
        const end = store.onCommit((tables) => told.push([...tables].sort()));
        await store.run("INSERT INTO a VALUES (1)");
        await store.run("DELETE FROM a");
        await store.run("INSERT INTO w VALUES (1)");
        await store.run("INSERT INTO words VALUES ('karibu')");
        await store.all("SELECT * FROM a");
        await Promise.allSettled([
          store.transaction((tx) => {
            tx.run("INSERT INTO z VALUES (1)");
            throw new Error("on purpose");
          }),
        ]);
        await store.run("CREATE TRIGGER u AFTER INSERT ON w BEGIN INSERT INTO z VALUES (1); END");
        told.push(["--"]);
        await store.run("INSERT INTO w VALUES (2)");
        await store.run("INSERT INTO w VALUES (1) ON CONFLICT DO NOTHING");
        end();
        await store.run("INSERT INTO a VALUES (2)");
        const marker = told.findIndex((names) => names[0] === "--");
        equal(told.slice(0, 2), [
          ["a", "log"],
          ["a", "b"],
        ]);
        equal(told[2], ["w"]);
        equal(told[3], ["words"]);
        equal(told[marker + 1], ["w", "z"]);
        equal(told.length, marker + 3);
      });
    },
  },
  {
    name: "a live query calls back with rows, again only when they changed, and no more after its end",
    async run(open) {
      await withStore(open, async (store) => {
        await store.run("CREATE TABLE t (x)");
        await store.run("CREATE TABLE other (x)");
        let queries = 0;
        const query = live(store, {
          tables: ["t"],
          query: (db) => {
            queries++;
            return db.all("SELECT x FROM t WHERE x > 0 ORDER BY x");
          },
        });
        const seen: unknown[] = [];
        const end = query.subscribe((rows) => seen.push(rows));
        await until(() => seen.length === 1);
        await store.run("INSERT INTO t VALUES (1)");
        await until(() => seen.length === 2);
        const before = queries;
        await store.run("INSERT INTO other VALUES (1)");
        await store.run("INSERT INTO t VALUES (-1)");
        await until(() => queries > before);
        await Promise.all([
          store.run("INSERT INTO t VALUES (2)"),
          store.run("INSERT INTO t VALUES (3)"),
        ]);
        await until(() => seen.length === 3);
        equal(seen, [[], [{ x: 1 }], [{ x: 1 }, { x: 2 }, { x: 3 }]]);
        const late: unknown[] = [];
        query.subscribe((rows) => late.push(rows));
        await until(() => late.length === 1);
        equal(late, [[{ x: 1 }, { x: 2 }, { x: 3 }]]);
        end();
        await store.run("DELETE FROM t");
        await until(() => late.length === 2);
        equal(seen.length, 3);
        query.close();
      });
    },
  },
];
