/** Killing: one side writes and acknowledges until it dies, the other looks for what was acknowledged. */
import type { SqlStore } from "../../ports.ts";
import { equal } from "./helpers.ts";

/** Told each number once its transaction is durable. */
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
