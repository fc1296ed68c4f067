/**
 * Chunks as files: `blobs/xx/<name>`, where xx is the first byte of a random name of 16 bytes, both in hexadecimal. A
 * file is never changed: it is there whole and durable before any row names it.
 */
import { constants } from "node:fs";
import { mkdir, open, opendir, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Bytes } from "@baraza/protocol";
import { fromHex, ProtocolError, toHex } from "@baraza/protocol";
import { sha256 } from "../../crypto-fast.ts";
import { syncDirectory } from "../../secrets.ts";
import { createSyncGroups } from "./durable.ts";
import type { Written } from "./write-large.ts";
import { createLargeWrites } from "./write-large.ts";

export type ChunkFiles = {
  /** Returns when file and name are on the disk. @throws ProtocolError `unavailable` when it cannot be written. */
  write: (name: Bytes, chunk: Bytes) => Promise<void>;
  /** As `write`; takes the buffer that the chunk is in: it is empty from then on. @returns the chunk's SHA-256 */
  writeGiven: (name: Bytes, chunk: Bytes) => Promise<Bytes>;
  /** @throws ProtocolError `not_found` when the disk has lost it, `unavailable` when it cannot be read. */
  read: (name: Bytes) => Promise<Bytes>;
  /** It does not matter when it is gone already. */
  remove: (name: Bytes) => Promise<void>;
  /** Names of files that were written before a time (milliseconds), in portions. */
  olderThan: (time: number) => AsyncIterable<Bytes[]>;
  close: () => Promise<void>;
};

const NAME = /^[0-9a-f]{32}$/;
const PORTION = 500;
/** From here on a chunk is written by the thread for large ones. */
const LARGE = 128 * 1024;

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

  const sync = createSyncGroups();
  const large = createLargeWrites();
  const writeTo = async <W extends Written>(
    name: Bytes,
    write: (path: string) => Promise<W>,
  ): Promise<W> => {
    const path = chunkPath(dir, name);
    try {
      const written = await write(path);
      try {
        await sync({ file: written, dir: join(path, "..") });
      } finally {
        await written.close();
      }
      return written;
    } catch (cause) {
      await unlink(path).catch(() => {
        // It was never there.
      });
      throw new ProtocolError("unavailable", { cause });
    }
  };
  return {
    write: (name, chunk) => writeTo(name, (path) => writeSmall(path, chunk)).then(() => undefined),
    writeGiven: async (name, chunk) => {
      if (chunk.length >= LARGE)
        return (await writeTo(name, (path) => large.write(path, chunk))).hash;
      const hash = sha256(chunk);
      await writeTo(name, (path) => writeSmall(path, chunk));
      return hash;
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
    close: large.close,
  };
}

async function writeSmall(path: string, chunk: Bytes): Promise<Written> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  const file = await open(path, flags, 0o600);
  try {
    await file.writeFile(chunk);
  } catch (cause) {
    await file.close();
    throw cause;
  }
  return file;
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
