/**
 * SQLite compiled to WASM (SQLite3MultipleCiphers) with its files in a pool of OPFS access handles.
 * Only a dedicated worker may do this: access handles exist nowhere else.
 */
import init from "@evolu/sqlite-wasm";
import { StoreError } from "../../src/store/errors.ts";

/** What TypeScript's DOM library leaves out because only workers have it. */
type SyncFileHandle = FileSystemFileHandle & {
  createSyncAccessHandle(): Promise<{ close(): void }>;
};

export type Sqlite = Awaited<ReturnType<typeof init>>;
export type Pool = Awaited<ReturnType<Sqlite["installOpfsSAHPoolVfs"]>>;

const OPAQUE = ".opaque";
/** Database, WAL, the journal that lives until WAL is on, and one to spare. */
const CAPACITY = 4;

let loading: Promise<Sqlite> | undefined;

/** The compiled library, loaded once per worker. @throws StoreError `store_unavailable` when it cannot be loaded. */
export function loadSqlite(): Promise<Sqlite> {
  loading ??= start().catch((error: unknown) => {
    loading = undefined;
    throw new StoreError("store_unavailable", { cause: error });
  });
  return loading;
}

async function start(): Promise<Sqlite> {
  const quiet = (): void => undefined;
  // The library would otherwise complain on every start that its other OPFS back-end lacks SharedArrayBuffer.
  Object.assign(globalThis, { sqlite3ApiConfig: { warn: quiet, log: quiet, debug: quiet } });
  return init({ print: quiet, printErr: quiet });
}

/** Where the files of a store lie below the origin's root. */
export function directoryOf(name: string): string {
  return `baraza-store-${encodeURIComponent(name)}`;
}

const pools = new Map<string, Pool>();

/**
 * Waits until nobody holds the files of a store.
 * @param patience how long, in milliseconds: a dying worker takes a moment to let go of them
 * @throws StoreError `store_unavailable` without OPFS, `store_busy` when another holds them for longer than that
 */
export async function untilFree(name: string, patience: number): Promise<void> {
  await waitUntilFree(await opfsRoot(), directoryOf(name), patience);
}

/**
 * Takes the access handles of a store's files, after {@link untilFree}.
 * @throws StoreError `store_unavailable` without OPFS, `store_busy` when another holds them
 */
export async function openPool(sqlite: Sqlite, name: string): Promise<Pool> {
  const directory = directoryOf(name);
  const known = pools.get(name);
  if (known !== undefined) return known.isPaused() ? known.unpauseVfs() : known;
  // The library answers a failed start by deleting the pool with all data in it. A handle that is busy for a
  // moment must not cost anyone their messages.
  const lift = forbidRemoval(OPAQUE);
  try {
    const pool = await sqlite.installOpfsSAHPoolVfs({
      name: directory,
      directory,
      initialCapacity: CAPACITY,
      verbosity: 0,
      forceReinitIfPreviouslyFailed: true,
    } as Parameters<Sqlite["installOpfsSAHPoolVfs"]>[0]);
    await pool.reserveMinimumCapacity(CAPACITY);
    pools.set(name, pool);
    return pool;
  } catch (error) {
    throw new StoreError(isLocked(error) ? "store_busy" : "store_unavailable", { cause: error });
  } finally {
    lift();
  }
}

/** @throws StoreError `store_busy` when this worker or another holds the files of a store. */
export async function assertFree(name: string): Promise<void> {
  await waitUntilFree(await opfsRoot(), directoryOf(name), 0);
}

/** Deletes a store's files. They must be free. */
export async function removePool(name: string): Promise<void> {
  const root = await opfsRoot();
  try {
    await root.removeEntry(directoryOf(name), { recursive: true });
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotFoundError") return;
    throw new StoreError(isLocked(error) ? "store_busy" : "store_io", { cause: error });
  }
}

/** The origin's private files. @throws StoreError `store_unavailable`, as in some browsers' private windows. */
async function opfsRoot(): Promise<FileSystemDirectoryHandle> {
  try {
    return await navigator.storage.getDirectory();
  } catch (error) {
    throw new StoreError("store_unavailable", { cause: error });
  }
}

async function waitUntilFree(
  root: FileSystemDirectoryHandle,
  directory: string,
  patience: number,
): Promise<void> {
  const until = performance.now() + patience;
  for (let pause = 10; ; pause = Math.min(pause * 2, 250)) {
    try {
      return await probe(root, directory);
    } catch (error) {
      if (error instanceof DOMException && error.name === "NotFoundError") return;
      if (!isLocked(error)) throw new StoreError("store_unavailable", { cause: error });
      if (performance.now() > until) throw new StoreError("store_busy", { cause: error });
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Takes and gives back every handle of a pool. @throws DOMException NoModificationAllowedError when one is held. */
async function probe(root: FileSystemDirectoryHandle, directory: string): Promise<void> {
  const files = await (await root.getDirectoryHandle(directory)).getDirectoryHandle(OPAQUE);
  for await (const handle of files.values()) {
    if (handle.kind !== "file") continue;
    (await (handle as SyncFileHandle).createSyncAccessHandle()).close();
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof DOMException && error.name === "NoModificationAllowedError";
}

/** Makes removing an entry of this name fail, until the returned function is called. */
function forbidRemoval(forbidden: string): () => void {
  const prototype = FileSystemDirectoryHandle.prototype;
  // oxlint-disable-next-line typescript/unbound-method -- it is called with the handle as `this` below
  const original = prototype.removeEntry;
  prototype.removeEntry = function (this: FileSystemDirectoryHandle, name, options) {
    if (name === forbidden) return Promise.reject(new StoreError("store_io"));
    return original.call(this, name, options);
  };
  return () => void (prototype.removeEntry = original);
}
