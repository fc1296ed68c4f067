/**
 * The engine's own files in a browser: on its private file system, written in place by the worker (access handles exist
 * nowhere else) and read by the tab, which hands them to the person without having them in memory.
 */
import type { FileArea } from "../../src/ports.ts";
import { FileError } from "../../src/ports.ts";

const DIRECTORY = "baraza-files";

/** What TypeScript's DOM library leaves out because only workers have it. */
type AccessHandle = {
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
};
type SyncFileHandle = FileSystemFileHandle & {
  createSyncAccessHandle(): Promise<AccessHandle>;
};

export function browserFiles(): FileArea {
  return {
    async open(name) {
      const handle = await failing(async () => {
        const file = await (await directory()).getFileHandle(name, { create: true });
        return (file as SyncFileHandle).createSyncAccessHandle();
      });
      return {
        write: (at, bytes) =>
          failing(async () => {
            const written = handle.write(bytes, { at });
            if (written < bytes.length) throw new DOMException("short", "QuotaExceededError");
            handle.flush();
          }),
        cut: (size) =>
          failing(async () => {
            handle.truncate(size);
            handle.flush();
          }),
        close: async () => handle.close(),
      };
    },
    async read(name, at, length) {
      try {
        const file = await madeFile(name);
        return new Uint8Array(await file.slice(at, at + length).arrayBuffer());
      } catch (cause) {
        if (cause instanceof DOMException && cause.name === "NotFoundError") return null;
        throw new FileError("failed", { cause });
      }
    },
    async remove(name) {
      try {
        await (await directory()).removeEntry(name);
      } catch (error) {
        if (!(error instanceof DOMException) || error.name !== "NotFoundError") throw error;
      }
    },
    async list() {
      const names: string[] = [];
      for await (const name of (await directory()).keys()) names.push(name);
      return names;
    },
  };
}

/** For a tab: a file that the engine has made. It stays on the disk until it is read. */
export async function madeFile(name: string): Promise<File> {
  return (await (await directory()).getFileHandle(name)).getFile();
}

async function directory(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(DIRECTORY, { create: true });
}

async function failing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const full = cause instanceof DOMException && cause.name === "QuotaExceededError";
    throw new FileError(full ? "disk_full" : "failed", { cause });
  }
}
