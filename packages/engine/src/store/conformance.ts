/**
 * What every {@link SqlStore} must do, as test bodies that run anywhere: under Vitest on Node, and inside a worker of a real
 * browser. A body throws when the store does not keep its promise.
 */
import type { SqlStore } from "../ports.ts";
import { StoreError } from "./errors.ts";
import { live } from "./live.ts";
import { migrate } from "./migrate.ts";

/** Opens a store. The same name opens the same data. */
export type OpenStore = (name: string) => Promise<SqlStore>;

export type ConformanceCase = {
  name: string;
  /** Two openings at once; a platform whose files are exclusive cannot run it. */
  concurrent?: true;
  run: (open: OpenStore) => Promise<void>;
};

let unique = 0;

/** Each case opens stores of its own. */
export const conformance: readonly ConformanceCase[] = [
  {
    name: "values come back as they were written",
    async run(open) {
      await withStore(open, async (store) => {
        await store.run("CREATE TABLE v (id INTEGER PRIMARY KEY, x)");
        const values = [
          0,
          -1,
          2 ** 31,
          -(2 ** 40),
          Number.MAX_SAFE_INTEGER,
          1.5,
          1e300,
          2 ** 60,
          "",
          "säti 🌍 \u0000 end",
          null,
          new Uint8Array(),
          Uint8Array.of(0, 255, 1),
          2n ** 62n,
          -(2n ** 63n),
        ];
        await store.batch(values.map((x, id) => ["INSERT INTO v VALUES (?, ?)", [id, x]] as const));
        const rows = await store.all("SELECT x FROM v ORDER BY id");
        equal(
          rows.map((row) => row["x"]),
          values,
        );
        equal(await store.get("SELECT typeof(?) a, typeof(?) b, typeof(?) c", [3, 1.5, 3n]), {
          a: "integer",
          b: "real",
          c: "integer",
        });
        equal(await store.get("SELECT ? AS small", [7n]), { small: 7 });
        equal(await store.get("SELECT 1 AS one WHERE 0"), undefined);
      });
    },
  },
  {
    name: "a view into a larger buffer is stored as the view alone",
    async run(open) {
      await withStore(open, async (store) => {
        const view = new Uint8Array([1, 2, 3, 4]).subarray(1, 3);
        equal(await store.get("SELECT ? AS x", [view]), { x: Uint8Array.of(2, 3) });
      });
    },
  },
  {
    name: "values that SQLite would change silently are refused",
    async run(open) {
      await withStore(open, async (store) => {
        for (const wrong of [Number.NaN, true, undefined, {}, 2n ** 63n] as unknown as number[]) {
          await fails("store_value", store.get("SELECT ?", [wrong]));
        }
      });
    },
  },
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
  {
    name: "full-text search is there",
    async run(open) {
      await withStore(open, async (store) => {
        await store.run(
          "CREATE VIRTUAL TABLE f USING fts5(text, tokenize = 'unicode61 remove_diacritics 2')",
        );
        await store.batch([
          ["INSERT INTO f VALUES (?)", ["Réunion du comité demain"]],
          ["INSERT INTO f VALUES (?)", ["nothing of interest"]],
        ]);
        equal(await store.all("SELECT rowid FROM f WHERE f MATCH ?", ["reunion"]), [{ rowid: 1 }]);
        equal(
          await store.get("SELECT snippet(f, 0, '[', ']', '…', 2) s FROM f WHERE f MATCH 'comite'"),
          { s: "…[comité] demain" },
        );
      });
    },
  },
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

/** What {@link writeStream} acknowledged and {@link checkStream} looks for. */
export type Acknowledge = (number: number) => void;

/**
 * Writes numbered transactions until the process dies: each puts the number into two tables.
 * @param acknowledge called with each number after its transaction resolved
 */
export async function writeStream(store: SqlStore, acknowledge: Acknowledge): Promise<never> {
  await store.transaction((tx) =>
    tx.exec(
      "CREATE TABLE IF NOT EXISTS s1 (n INTEGER PRIMARY KEY, pad BLOB); CREATE TABLE IF NOT EXISTS s2 (n INTEGER PRIMARY KEY)",
    ),
  );
  const pad = new Uint8Array(3000).fill(7);
  let next = (await store.get<{ n: number | null }>("SELECT max(n) n FROM s1"))?.n ?? 0;
  for (;;) {
    const numbers = Array.from({ length: 1 + (next % 3) }, (_, index) => next + index + 1);
    next += numbers.length;
    await Promise.all(
      numbers.map(async (n) => {
        await store.transaction((tx) => {
          tx.run("INSERT INTO s1 VALUES (?, ?)", [n, pad]);
          tx.run("INSERT INTO s2 VALUES (?)", [n]);
        });
        acknowledge(n);
      }),
    );
  }
}

/** After a kill: every acknowledged number is in both tables, none is in one only, and the file is sound. @returns how many there are. */
export async function checkStream(
  store: SqlStore,
  acknowledged: readonly number[],
): Promise<number> {
  const present = new Set((await store.all<{ n: number }>("SELECT n FROM s1")).map(({ n }) => n));
  equal(
    acknowledged.filter((n) => !present.has(n)),
    [],
  );
  equal(
    await store.all(
      "SELECT n FROM s1 WHERE n NOT IN (SELECT n FROM s2) UNION SELECT n FROM s2 WHERE n NOT IN (SELECT n FROM s1)",
    ),
    [],
  );
  equal(await store.get("PRAGMA integrity_check"), { integrity_check: "ok" });
  return present.size;
}

function fresh(): string {
  return `conformance-${++unique}`;
}

async function withStore(open: OpenStore, body: (store: SqlStore) => Promise<void>): Promise<void> {
  const store = await open(fresh());
  try {
    await body(store);
  } finally {
    await store.close();
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof StoreError ? error.code : error;
}

async function fails(code: string, promise: Promise<unknown>): Promise<void> {
  const outcome = await promise.then(
    () => "it worked",
    (error: unknown) => codeOf(error),
  );
  equal(outcome, code);
}

function throwsCode(code: string, fn: () => unknown): void {
  let outcome: unknown = "it worked";
  try {
    fn();
  } catch (error) {
    outcome = codeOf(error);
  }
  equal(outcome, code);
}

async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; !condition(); turns++) {
    if (turns > 2000) throw new Error("the condition did not come true");
    await new Promise<void>((resolve) => void setTimeout(resolve, 1));
  }
}

function equal(actual: unknown, expected: unknown): void {
  const [a, b] = [show(actual), show(expected)];
  if (a !== b) throw new Error(`expected ${b}, got ${a}`);
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === "bigint") return `bigint ${inner}`;
    if (inner instanceof Uint8Array) return `bytes ${[...inner].join(" ")}`;
    if (inner === undefined) return "undefined";
    return inner;
  });
}
