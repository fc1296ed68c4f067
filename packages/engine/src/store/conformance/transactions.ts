/** Whole or nothing, one after the other. */
import { StoreError } from "../errors.ts";
import type { ConformanceCase } from "./helpers.ts";
import { codeOf, equal, fails, throwsCode, withStore } from "./helpers.ts";

export const transactions: readonly ConformanceCase[] = [
  {
    name: "a transaction that throws leaves nothing, and its error comes out",
    async run(open) {
      await withStore(open, async (store) => {
        await store.run("CREATE TABLE t (x)");
        const reason = new Error("on purpose");
        const told: unknown = await store
          .transaction((tx) => {
            tx.run("INSERT INTO t VALUES (1)");
            throw reason;
          })
          .catch((error: unknown) => error);
        equal(told === reason, true);
        equal(await store.get("SELECT count(*) n FROM t"), { n: 0 });
      });
    },
  },
  {
    name: "one that throws does not undo the others that share its commit",
    async run(open) {
      await withStore(open, async (store) => {
        await store.run("CREATE TABLE t (x UNIQUE)");
        const results = await Promise.allSettled([
          store.run("INSERT INTO t VALUES (1)"),
          store.run("INSERT INTO t VALUES (1)"),
          store.transaction((tx) => {
            tx.run("INSERT INTO t VALUES (2)");
            tx.run("INSERT INTO t VALUES (1)");
          }),
          store.run("INSERT INTO t VALUES (3)"),
        ]);
        equal(
          results.map((result) => result.status),
          ["fulfilled", "rejected", "rejected", "fulfilled"],
        );
        const second = results[1];
        equal(
          second?.status === "rejected" &&
            second.reason instanceof StoreError &&
            second.reason.code,
          "store_constraint",
        );
        equal(await store.all("SELECT x FROM t ORDER BY x"), [{ x: 1 }, { x: 3 }]);
      });
    },
  },
  {
    name: "concurrent transactions run one after the other, in the order asked",
    async run(open) {
      await withStore(open, async (store) => {
        await store.run("CREATE TABLE c (n INTEGER)");
        await store.run("INSERT INTO c VALUES (0)");
        const seen = await Promise.all(
          Array.from({ length: 600 }, () =>
            store.transaction((tx) => {
              const n = tx.get<{ n: number }>("SELECT n FROM c")?.n ?? -1;
              tx.run("UPDATE c SET n = ?", [n + 1]);
              return n;
            }),
          ),
        );
        equal(
          seen,
          seen.map((_, index) => index),
        );
        equal(await store.get("SELECT n FROM c"), { n: 600 });
      });
    },
  },
  {
    name: "a full disk undoes whole transactions, says so, and the store goes on",
    async run(open) {
      await withStore(open, async (store) => {
        await store.run("CREATE TABLE t (x)");
        const { pages } = (await store.get<{ pages: number }>(
          "SELECT page_count AS pages FROM pragma_page_count()",
        )) ?? { pages: 0 };
        await store.transaction((tx) => tx.exec(`PRAGMA max_page_count = ${pages + 10}`));
        const big = new Uint8Array(200_000);
        const results = await Promise.allSettled([
          store.run("INSERT INTO t VALUES (1)"),
          store.transaction((tx) => {
            tx.run("INSERT INTO t VALUES (2)");
            tx.run("INSERT INTO t VALUES (?)", [big]);
            tx.run("INSERT INTO t VALUES (?)", [big]);
          }),
        ]);
        const last = results[1];
        equal(last?.status === "rejected" && codeOf(last.reason), "store_full");
        const kept = await store.all<{ x: number }>("SELECT x FROM t");
        equal(kept, results[0]?.status === "fulfilled" ? [{ x: 1 }] : []);
        await store.transaction((tx) => tx.exec("PRAGMA max_page_count = 1000000"));
        await store.run("INSERT INTO t VALUES (?)", [big]);
        equal(await store.get("SELECT count(*) n FROM t"), { n: kept.length + 1 });
      });
    },
  },
  {
    name: "nesting, async functions, dead handles and stray transaction statements are refused",
    async run(open) {
      await withStore(open, async (store) => {
        await store.run("CREATE TABLE t (x)");
        let inner: Promise<unknown> | undefined;
        let kept: { run(sql: string): unknown } | undefined;
        await store.transaction((tx) => {
          inner = store.run("INSERT INTO t VALUES (1)").catch((error: unknown) => error);
          kept = tx;
        });
        equal(codeOf(await inner), "store_nested");
        throwsCode("store_closed_tx", () => kept?.run("INSERT INTO t VALUES (1)"));
        const wrong = (async (tx: { run(sql: string): unknown }) => {
          tx.run("INSERT INTO t VALUES (1)");
          await Promise.resolve();
        }) as unknown as () => void;
        await fails("store_async", store.transaction(wrong));
        for (const sql of ["COMMIT", "BEGIN", "ROLLBACK", "SAVEPOINT a"])
          await fails("store_nested", store.run(sql));
        await fails("store_readonly", store.all("INSERT INTO t VALUES (1) RETURNING x"));
        await fails("store_readonly", store.all("CREATE TABLE u (x)"));
        await fails("store_sql", store.run("no sql at all"));
        equal(await store.get("SELECT count(*) n FROM t"), { n: 0 });
        equal(await store.transaction((tx) => tx.all("INSERT INTO t VALUES (4) RETURNING x")), [
          { x: 4 },
        ]);
      });
    },
  },
  {
    name: "after-commit calls run after the commit, in order, and not after a failure",
    async run(open) {
      await withStore(open, async (store) => {
        await store.run("CREATE TABLE t (x)");
        const order: string[] = [];
        await Promise.allSettled([
          store.transaction((tx) => {
            tx.afterCommit(() => order.push("never"));
            throw new Error("on purpose");
          }),
          store
            .transaction((tx) => {
              tx.afterCommit(() => order.push("first"));
              order.push("body");
            })
            .then(() => order.push("resolved")),
        ]);
        equal(order, ["body", "first", "resolved"]);
      });
    },
  },
];
