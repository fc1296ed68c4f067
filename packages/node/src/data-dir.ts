/** The data directory: what lies where, and that one node at a time has it. */
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Where things lie in a data directory. */
export function dataPaths(dataDir: string) {
  return {
    store: join(dataDir, "store.sqlite"),
    blobs: join(dataDir, "blobs"),
    setupLink: join(dataDir, "setup-link"),
    lock: join(dataDir, "lock"),
  };
}

/** Another node has the directory. The message is for the console. */
export class DataDirInUse extends Error {
  override readonly name = "DataDirInUse";
}

/**
 * Makes the directory where needed (mode 0700) and takes it. The lock is one of SQLite's, so the system frees it when
 * the process dies, however it dies.
 * @returns what frees it. @throws DataDirInUse
 */
export async function takeDataDir(dataDir: string): Promise<() => void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await chmod(dataDir, 0o700);
  const lock = new DatabaseSync(dataPaths(dataDir).lock);
  try {
    lock.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch {
    lock.close();
    throw new DataDirInUse(
      `Another node is running on the data directory ${dataDir}. Stop it first, or choose another with --data-dir.`,
    );
  }
  return () => {
    lock.close();
  };
}
