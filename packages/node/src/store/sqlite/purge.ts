/**
 * Deleting an account with everything that is its.
 *
 * [Note: What belongs to an account] Every table whose rows belong to an account says so by a foreign key, directly or over
 * another table (a letter over its box). What is deleted is found by those keys, so a table that is added later is
 * deleted from without anybody having to think of it; one without a key would make the test fail that searches the file.
 */
import type { Db } from "./database.ts";
import { closeAccountLog } from "./keylog.ts";
import { dropIntakesOf } from "./sharing.ts";

type ForeignKey = { child: string; column: string; parent: string; parentColumn: string };

/** Deletes it, children first. @returns how many rows of each table went */
export function purgeAccount(db: Db, account: number): { table: string; count: number }[] {
  closeAccountLog(db, account);
  dropIntakesOf(db, account);
  const keys = foreignKeys(db);
  const gone = new Map<string, number>();
  const deleteFrom = (table: string, condition: string, path: readonly string[]): void => {
    for (const key of keys) {
      // A table that belongs to itself would go on for ever.
      if (key.parent !== table || path.includes(key.child)) continue;
      const inner = `${key.column} IN (SELECT ${key.parentColumn} FROM ${table} WHERE ${condition})`;
      deleteFrom(key.child, inner, [...path, key.child]);
    }
    const count = db.run(`DELETE FROM ${table} WHERE ${condition}`, account);
    gone.set(table, (gone.get(table) ?? 0) + count);
  };
  deleteFrom("accounts", "account = ?", ["accounts"]);
  return [...gone].map(([table, count]) => ({ table, count }));
}

function foreignKeys(db: Db): ForeignKey[] {
  return db
    .all<{ child: string; column: string; parent: string; parentColumn: string | null }>(
      `SELECT t.name AS child, f."from" AS "column", f."table" AS parent, f."to" AS parentColumn
       FROM sqlite_schema t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table' ORDER BY t.name`,
    )
    .map(({ parentColumn, ...key }) => ({
      ...key,
      parentColumn: parentColumn ?? primaryKey(db, key.parent),
    }));
}

function primaryKey(db: Db, table: string): string {
  const row = db.get<{ name: string }>("SELECT name FROM pragma_table_info(?) WHERE pk = 1", table);
  if (row === undefined) throw new Error(`no primary key: ${table}`);
  return row.name;
}
