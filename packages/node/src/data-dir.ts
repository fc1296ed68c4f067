/** What lies where in a data directory. All of it is made by the node; nothing else belongs there. */
import { join } from "node:path";

/** The store: SQLite, with its -wal and -shm files beside it. */
export function databasePath(dataDir: string): string {
  return join(dataDir, "store.sqlite");
}

/** Chunks of sealed files. */
export function blobsDir(dataDir: string): string {
  return join(dataDir, "blobs");
}

/** The node's own long-lived secrets. */
export function secretsPath(dataDir: string): string {
  return join(dataDir, "secrets");
}

/** The link that makes the first administrator, while it is good. */
export function setupLinkPath(dataDir: string): string {
  return join(dataDir, "setup-link");
}

/** Here only while a backup is being restored: a node does not start beside it. */
export function restoringDir(dataDir: string): string {
  return join(dataDir, "restoring");
}
