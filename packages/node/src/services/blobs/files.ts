/**
 * Chunks as files: `blobs/xx/<name>`, where xx is the first byte of a random name of 16 bytes, both in hexadecimal. A
 * file is never changed: it is there whole and durable before any row names it.
 */
import { constants } from "node:fs";
import { mkdir, open, opendir, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Bytes } from "@baraza/protocol";
import { fromHex, ProtocolError, toHex } from "@baraza/protocol";
import { syncDirectory } from "../../secrets.ts";

export type ChunkFiles = {
  /** Returns when file and name are on the disk. @throws ProtocolError `unavailable` when it cannot be written. */
  write: (name: Bytes, chunk: Bytes) => Promise<void>;
  /** @throws ProtocolError `not_found` when the disk has lost it, `unavailable` when it cannot be read. */
  read: (name: Bytes) => Promise<Bytes>;
  /** It does not matter when it is gone already. */
  remove: (name: Bytes) => Promise<void>;
  /** Names of files that were written before a time (milliseconds), in portions. */
  olderThan: (time: number) => AsyncIterable<Bytes[]>;
};

const NAME = /^[0-9a-f]{32}$/;
const PORTION = 500;

/** Where a chunk lies below the directory. */
export function chunkPath(dir: string, name: Bytes): string {
  const text = toHex(name);
  return join(dir, text.slice(0, 2), text);
}

/** Opens the directory, and makes it where there is none. */
export async function openChunkFiles(dir: string): Promise<ChunkFiles> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const shards = Array.from({ length: 256 }, (_, byte) =>
    join(dir, byte.toString(16).padStart(2, "0")),
  );
  for (const shard of shards) await mkdir(shard, { recursive: true, mode: 0o700 });
  await syncDirectory(dir);
  await syncDirectory(join(dir, ".."));

  const syncShard = groupedSync();
  return {
    write: async (name, chunk) => {
      const path = chunkPath(dir, name);
      try {
        await writeNew(path, chunk);
        await syncShard(join(path, ".."));
      } catch (cause) {
        await unlink(path).catch(() => {
          // It was never there.
        });
        throw new ProtocolError("unavailable", { cause });
      }
    },
    read: async (name) => {
      try {
        const bytes = await readFile(chunkPath(dir, name));
        return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
      } catch (cause) {
        if (isMissing(cause)) throw new ProtocolError("not_found", { cause });
        throw new ProtocolError("unavailable", { cause });
      }
    },
    remove: async (name) => {
      await unlink(chunkPath(dir, name)).catch((cause: unknown) => {
        if (!isMissing(cause)) throw cause;
      });
    },
    olderThan: (time) => filesOlderThan(shards, time),
  };
}

async function writeNew(path: string, chunk: Bytes): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  const file = await open(path, flags, 0o600);
  try {
    await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** One sync of a directory serves all who ask while the one before it runs. */
function groupedSync(): (dir: string) => Promise<void> {
  const running = new Map<string, Promise<void>>();
  const next = new Map<string, Promise<void>>();
  const start = (dir: string): Promise<void> => {
    const sync = syncDirectory(dir).finally(() => {
      running.delete(dir);
    });
    running.set(dir, sync);
    return sync;
  };
  return (dir) => {
    const now = running.get(dir);
    if (now === undefined) return start(dir);
    const waiting = next.get(dir);
    if (waiting !== undefined) return waiting;
    const after = now
      .catch(() => {
        // Whoever waits for that one is told; this one tries by itself.
      })
      .then(() => {
        next.delete(dir);
        return start(dir);
      });
    next.set(dir, after);
    return after;
  };
}

async function* filesOlderThan(
  shards: readonly string[],
  time: number,
): AsyncGenerator<Bytes[], void> {
  let portion: Bytes[] = [];
  for (const shard of shards) {
    for await (const { name } of await opendir(shard)) {
      if (!NAME.test(name)) continue;
      const { mtimeMs } = await stat(join(shard, name)).catch(() => ({ mtimeMs: time }));
      if (mtimeMs >= time) continue;
      portion.push(fromHex(name));
      if (portion.length === PORTION) {
        yield portion;
        portion = [];
      }
    }
  }
  if (portion.length > 0) yield portion;
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "ENOENT";
}
