/** What goes in comes out. */
import type { ConformanceCase } from "./helpers.ts";
import { equal, fails, withStore } from "./helpers.ts";

export const values: readonly ConformanceCase[] = [
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
];
