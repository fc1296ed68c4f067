/** The local store in a browser: encrypted SQLite on OPFS. Runs in a dedicated worker. */
import type { SecretStore, SqlStore } from "../../src/ports.ts";
import { openSqlStore } from "../../src/store/store.ts";
import { openBrowserDriver } from "./driver.ts";
import { assertFree, loadSqlite, openPool, removePool, untilFree } from "./sqlite.ts";

export type BrowserStoreOptions = {
  secrets: SecretStore;
  /** How long to wait for a dying tab to let go of the files, in milliseconds. */
  patience?: number;
};

/**
 * Opens (or makes) the store of this name and takes the next fencing number.
 * @throws StoreError `store_unavailable` where OPFS is missing, `store_busy`, `store_corrupt` when the key is lost
 */
export async function openBrowserStore(
  name: string,
  { secrets, patience = 15_000 }: BrowserStoreOptions,
): Promise<SqlStore> {
  // All three mostly wait for something else than each other.
  const [sqlite, key] = await Promise.all([
    loadSqlite(),
    keyOf(name, secrets),
    untilFree(name, patience),
  ]);
  const driver = openBrowserDriver(sqlite, await openPool(sqlite, name), name, key);
  try {
    return openSqlStore(driver);
  } catch (error) {
    driver.close();
    throw error;
  }
}

/**
 * Destroys a closed store with its key. The key goes first, so that a half-done removal leaves nothing readable, but
 * not before it is certain that nobody has the store open.
 * @throws StoreError `store_busy` when somebody has; nothing is touched then
 */
export async function removeBrowserStore(name: string, secrets: SecretStore): Promise<void> {
  await assertFree(name);
  await secrets.remove(secretName(name));
  await removePool(name);
}

async function keyOf(name: string, secrets: SecretStore) {
  const known = await secrets.load(secretName(name));
  if (known !== undefined) return known;
  const fresh = crypto.getRandomValues(new Uint8Array(32));
  await secrets.save(secretName(name), fresh);
  return fresh;
}

function secretName(name: string): string {
  return `store/${name}`;
}
