/** The local store on Node: one file per store. */
import type { SqlStore } from "../../src/ports.ts";
import { openSqlStore } from "../../src/store/store.ts";
import { openNodeDriver } from "./driver.ts";

/**
 * Opens (or makes) a store and takes the next fencing number.
 * @param path a file, or ":memory:"
 * @throws StoreError
 */
export async function openNodeStore(path: string): Promise<SqlStore> {
  const driver = openNodeDriver(path);
  try {
    return openSqlStore(driver);
  } catch (error) {
    driver.close();
    throw error;
  }
}
