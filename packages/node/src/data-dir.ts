/** The data directory: what lies where, and that one node at a time has it. Nothing else belongs in it. */
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Where things lie in a data directory. */
export function dataPaths(dataDir: string) {
  return {
    /** SQLite, with its -wal and -shm files beside it. */
    store: databasePath(dataDir),
    /** Chunks of sealed files. */
    blobs: blobsDir(dataDir),
    /** The node's own long-lived secrets. */
    secrets: secretsPath(dataDir),
    /** The link that makes the first administrator, while it is good. */
    setupLink: setupLinkPath(dataDir),
    /** Here only while a backup is being restored: a node does not start beside it. */
    restoring: restoringDir(dataDir),
    lock: join(dataDir, "lock"),
  };
}

export const databasePath = (dataDir: string): string => join(dataDir, "store.sqlite");
export const blobsDir = (dataDir: string): string => join(dataDir, "blobs");
export const secretsPath = (dataDir: string): string => join(dataDir, "secrets");
export const setupLinkPath = (dataDir: string): string => join(dataDir, "setup-link");
export const restoringDir = (dataDir: string): string => join(dataDir, "restoring");

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
