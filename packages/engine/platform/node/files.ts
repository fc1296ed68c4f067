/** The engine's own files on Node. */
import type { FileHandle } from "node:fs/promises";
import { mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { FileArea } from "../../src/ports.ts";
import { FileError } from "../../src/ports.ts";

/** Files in a directory that only its owner may enter. */
export function nodeFiles(directory: string): FileArea {
  const pathOf = (name: string): string => join(directory, encodeURIComponent(name));
  return {
    async open(name) {
      const file = await failing(async () => {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        return openOrMake(pathOf(name));
      });
      return {
        write: (at, bytes) =>
          failing(async () => {
            for (let done = 0; done < bytes.length;) {
              const part = bytes.subarray(done);
              done += (await file.write(part, 0, part.length, at + done)).bytesWritten;
            }
            await file.datasync();
          }),
        cut: (size) => failing(() => file.truncate(size)),
        close: () => file.close(),
      };
    },
    async read(name, at, length) {
      let file: FileHandle;
      try {
        file = await open(pathOf(name), "r");
      } catch (error) {
        if (isMissing(error)) return null;
        throw new FileError("failed", { cause: error });
      }
      try {
        return await failing(async () => {
          const bytes = new Uint8Array(length);
          let done = 0;
          while (done < length) {
            const { bytesRead } = await file.read(bytes, done, length - done, at + done);
            if (bytesRead === 0) break;
            done += bytesRead;
          }
          return bytes.subarray(0, done);
        });
      } finally {
        await file.close();
      }
    },
    remove: (name) => rm(pathOf(name), { force: true }),
    async list() {
      try {
        return (await readdir(directory)).map((name) => decodeURIComponent(name));
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    },
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** Files that die with the process. */
export function memoryFiles(): FileArea {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    async open(name) {
      if (!files.has(name)) files.set(name, new Uint8Array());
      const current = () => files.get(name) ?? new Uint8Array();
      return {
        async write(at, bytes) {
          const next = new Uint8Array(Math.max(current().length, at + bytes.length));
          next.set(current());
          next.set(bytes, at);
          files.set(name, next);
        },
        async cut(size) {
          files.set(name, current().slice(0, size));
        },
        close: async () => undefined,
      };
    },
    read: async (name, at, length) => files.get(name)?.slice(at, at + length) ?? null,
    remove: async (name) => void files.delete(name),
    list: async () => [...files.keys()],
  };
}

async function openOrMake(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r+", 0o600);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return open(path, "wx+", 0o600);
  }
}

async function failing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    throw new FileError(code === "ENOSPC" || code === "EDQUOT" ? "disk_full" : "failed", { cause });
  }
}
