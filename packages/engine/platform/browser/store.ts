/**
 * The local store in a browser: encrypted SQLite on OPFS. Runs in a dedicated worker.
 *
 * [Note: A key that is on its way out] Its secret is the store's key, or two keys: the one that is to be and the one before. A lock that is
 * set brings a new key, so that what is left on the disk of the time before opens nothing. The store takes it when it is next opened; until that
 * is done both are kept. The one before is tried first, since only it can undo a change that was cut off.
 */
import type { Bytes } from "@baraza/protocol";
import type { SecretStore, SqlStore } from "../../src/ports.ts";
import type { SqlDriver } from "../../src/store/driver.ts";
import { StoreError } from "../../src/store/errors.ts";
import { openSqlStore } from "../../src/store/store.ts";
import { changeKey, openBrowserDriver } from "./driver.ts";
import type { BrowserSecrets } from "./secrets.ts";
import { assertFree, loadSqlite, openPool, removePool, untilFree } from "./sqlite.ts";
import type { Sqlite } from "./sqlite.ts";

/** The bytes of a key. */
const KEY = 32;

export type BrowserStoreOptions = {
  secrets: BrowserSecrets;
  /** How long to wait for a dying tab to let go of the files, in milliseconds. */
  patience?: number;
};

/**
 * Opens (or makes) the store of this name and takes the next fencing number.
 * @throws StoreError `store_unavailable` where OPFS is missing, `store_busy`, `store_corrupt` when the key is lost,
 * `store_locked` while its lock is closed
 */
export async function openBrowserStore(
  name: string,
  { secrets, patience = 15_000 }: BrowserStoreOptions,
): Promise<SqlStore> {
  // All three mostly wait for something else than each other.
  const [sqlite, secret] = await Promise.all([
    loadSqlite(),
    keyOf(name, secrets),
    untilFree(name, patience),
  ]);
  const driver =
    secret.length === KEY
      ? openBrowserDriver(sqlite, await openPool(sqlite, name), name, secret)
      : await openByTwoKeys(sqlite, name, secret, secrets);
  try {
    return openSqlStore(driver);
  } catch (error) {
    driver.close();
    throw error;
  }
}

/** See [Note: A key that is on its way out]. */
async function openByTwoKeys(
  sqlite: Sqlite,
  name: string,
  secret: Bytes,
  secrets: BrowserSecrets,
): Promise<SqlDriver> {
  const [key, before] = [secret.slice(0, KEY), secret.slice(KEY)];
  try {
    changeKey(await openPool(sqlite, name), name, before, key);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    // No room for it now: it is tried again at the next start.
    if (error.code !== "store_corrupt")
      return openBrowserDriver(sqlite, await openPool(sqlite, name), name, before);
    // It had been done already.
  }
  const driver = openBrowserDriver(sqlite, await openPool(sqlite, name), name, key);
  try {
    await secrets.settle(storeSecret(name), key);
  } catch (error) {
    driver.close();
    throw error;
  }
  return driver;
}

/**
 * Destroys a closed store with its key. The key goes first, so that a half-done removal leaves nothing readable, but
 * not before it is certain that nobody has the store open.
 * @throws StoreError `store_busy` when somebody has; nothing is touched then
 */
export async function removeBrowserStore(name: string, secrets: SecretStore): Promise<void> {
  await assertFree(name);
  await secrets.remove(storeSecret(name));
  await removePool(name);
}

async function keyOf(name: string, secrets: SecretStore) {
  const known = await secrets.load(storeSecret(name));
  if (known !== undefined) return known;
  const fresh = crypto.getRandomValues(new Uint8Array(32));
  await secrets.save(storeSecret(name), fresh);
  return fresh;
}

/** Under which name a store's key is kept. */
export function storeSecret(name: string): string {
  return `store/${name}`;
}
