/** Brings a store's schema to the version that the program knows, step by step, and never back. */
import type { SqlStore, SqlTx } from "../ports.ts";
import { StoreTooNewError } from "./errors.ts";

/** One step. Versions are whole numbers from 1 on, rising. `up` is SQL or a synchronous function. */
export type Migration = { version: number; up: string | ((tx: SqlTx) => void) };

const TABLE =
  "CREATE TABLE IF NOT EXISTS _migrations (scope TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID";

/**
 * Runs the steps that the store has not seen; each with its version in one transaction, so a kill leaves a
 * whole number of steps.
 * @param scope whose list this is; every tool may keep its own
 * @returns the version now
 * @throws StoreTooNewError when the store has a later version than the list
 * @throws RangeError when versions do not rise
 */
export async function migrate(
  store: SqlStore,
  migrations: readonly Migration[],
  scope = "engine",
): Promise<number> {
  let known = 0;
  for (const { version } of migrations) {
    if (!Number.isSafeInteger(version) || version <= known)
      throw new RangeError("migrations: versions must rise from 1");
    known = version;
  }
  const stored = await store.transaction((tx) => {
    tx.exec(TABLE);
    return storedVersion(tx, scope);
  });
  if (stored > known) throw new StoreTooNewError({ scope, stored, known });
  for (const { version, up } of migrations) {
    if (version <= stored) continue;
    await store.transaction((tx) => {
      if (storedVersion(tx, scope) >= version) return;
      if (typeof up === "string") tx.exec(up);
      else up(tx);
      tx.run(
        "INSERT INTO _migrations VALUES (?, ?) ON CONFLICT (scope) DO UPDATE SET version = excluded.version",
        [scope, version],
      );
    });
  }
  return known;
}

function storedVersion(tx: SqlTx, scope: string): number {
  return (
    tx.get<{ version: number }>("SELECT version FROM _migrations WHERE scope = ?", [scope])
      ?.version ?? 0
  );
}
