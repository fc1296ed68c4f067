/** Openings, leaders and versions. */
import type { ConformanceCase } from "./helpers.ts";
import { equal, fails, fresh } from "./helpers.ts";
import { migrate } from "../migrate.ts";

export const lifetime: readonly ConformanceCase[] = [
  {
    name: "data and fence survive a reopening; a closed store refuses",
    async run(open) {
      const name = fresh();
      const first = await open(name);
      await first.run("CREATE TABLE t (x)");
      const last = first.run("INSERT INTO t VALUES (1)");
      await first.close();
      await last;
      await fails("store_closed", first.run("INSERT INTO t VALUES (2)"));
      await fails("store_closed", first.all("SELECT * FROM t"));
      const second = await open(name);
      equal(second.fence, first.fence + 1);
      equal(await second.all("SELECT x FROM t"), [{ x: 1 }]);
      await second.close();
    },
  },
  {
    name: "migrations run once, in order, each whole; a downgrade is refused",
    async run(open) {
      const name = fresh();
      const first = await open(name);
      const one = { version: 1, up: "CREATE TABLE a (x); INSERT INTO a VALUES (1)" };
      equal(await migrate(first, [one]), 1);
      equal(await migrate(first, [one]), 1);
      const broken = {
        version: 2,
        up: "INSERT INTO a VALUES (2); INSERT INTO nowhere VALUES (1)",
      };
      await fails("store_sql", migrate(first, [one, broken]));
      equal(await first.all("SELECT x FROM a"), [{ x: 1 }]);
      const two = {
        version: 2,
        up: (tx: { run(sql: string): unknown }) => void tx.run("INSERT INTO a VALUES (3)"),
      };
      equal(await migrate(first, [one, two]), 2);
      equal(await migrate(first, [{ version: 1, up: "CREATE TABLE other (x)" }], "tool/x"), 1);
      await first.close();
      const second = await open(name);
      await fails("store_too_new", migrate(second, [one]));
      equal(await migrate(second, [one, two]), 2);
      equal(await second.all("SELECT x FROM a ORDER BY x"), [{ x: 1 }, { x: 3 }]);
      await second.close();
    },
  },
  {
    name: "a newer leader fences the older one, in the transaction itself",
    concurrent: true,
    async run(open) {
      const name = fresh();
      const old = await open(name);
      await old.run("CREATE TABLE t (x)");
      const waiting = old.run("INSERT INTO t VALUES ('before')");
      await waiting;
      const young = await open(name);
      await fails("store_fenced", old.run("INSERT INTO t VALUES ('late')"));
      await fails(
        "store_fenced",
        old.transaction((tx) => tx.run("INSERT INTO t VALUES ('later')")),
      );
      equal(await old.get("SELECT count(*) n FROM t"), { n: 1 });
      await young.run("INSERT INTO t VALUES ('young')");
      equal(await young.all("SELECT x FROM t"), [{ x: "before" }, { x: "young" }]);
      await old.close();
      await young.close();
    },
  },
];
