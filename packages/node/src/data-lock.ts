/** One node at a time has a data directory. What lies where in it: data-dir.ts. */
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

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
  const lock = new DatabaseSync(join(dataDir, "lock"));
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
