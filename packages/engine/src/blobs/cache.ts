/**
 * Sealed chunks on this device: what waits to be sent, what is kept for when there is no line, and what was read lately. They
 * lie among the device's private files, sealed as the hub has them; small ones stand in the store. What neither waits nor
 * is pinned goes when its room is used up, the longest unused first.
 */
import type { Bytes } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { SqlTx } from "../ports.ts";
import { FileError } from "../ports.ts";

export type Chunks = {
  get(blobId: string, index: number): Promise<Bytes | null>;
  /** Which chunks of a blob are here. */
  have(blobId: string): Promise<Set<number>>;
  /**
   * `held`: it is not dropped before {@link Chunks.release}. @throws EngineError `disk_full`
   */
  put(chunk: NewChunk): Promise<void>;
  release(blobId: string): Promise<void>;
  /** Forgets a blob. */
  remove(blobId: string): Promise<void>;
  /** Drops what is not held or pinned until `room` bytes are left of it. */
  trim(room?: number): Promise<void>;
  room(): Promise<number>;
  setRoom(bytes: number): Promise<void>;
};
export type NewChunk = {
  logId: string;
  blobId: string;
  index: number;
  bytes: Bytes;
  held: boolean;
};

/** Up to this size a chunk stands in the store. */
export const INLINE = 64 * 1024;
/** What may be kept of what nobody asked to keep, until a person says otherwise. */
export const DEFAULT_ROOM = 512 * 1024 * 1024;
const PREFIX = "chunk-";
/** Trimming looks at the sum: not for every chunk. */
const TRIM_EVERY = 32;

const nameOf = (blobId: string, index: number): string => `${PREFIX}${blobId}-${index}`;

/** Writes a small chunk in a transaction of the caller's. */
export function putInline(tx: SqlTx, chunk: NewChunk, now: number): void {
  tx.run(
    `INSERT INTO blob_chunks (log_id, blob_id, idx, size, used, held, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (blob_id, idx) DO UPDATE SET used = excluded.used, held = max(held, excluded.held)`,
    [
      chunk.logId,
      chunk.blobId,
      chunk.index,
      chunk.bytes.length,
      now,
      Number(chunk.held),
      chunk.bytes,
    ],
  );
}

/** Blobs that a person keeps here, so that nothing of them is dropped: see tools/files/files-kept.ts. */
export const PINNED_BLOBS = "SELECT blob_id FROM blob_pins";

export function createChunks(core: Core): Chunks {
  const { store, platform } = core;
  const { files, clock } = platform;
  let sinceTrim = 0;

  async function write(name: string, bytes: Bytes): Promise<void> {
    const file = await files.open(name);
    try {
      await file.write(0, bytes);
      await file.cut(bytes.length);
    } finally {
      await file.close();
    }
  }

  async function put(chunk: NewChunk): Promise<void> {
    try {
      if (chunk.bytes.length <= INLINE) {
        await store.transaction((tx) => putInline(tx, chunk, clock.now()));
      } else {
        await write(nameOf(chunk.blobId, chunk.index), chunk.bytes);
        // The file is there before the row that names it.
        await store.run(
          `INSERT INTO blob_chunks (log_id, blob_id, idx, size, used, held) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (blob_id, idx) DO UPDATE SET used = excluded.used, held = max(held, excluded.held)`,
          [
            chunk.logId,
            chunk.blobId,
            chunk.index,
            chunk.bytes.length,
            clock.now(),
            Number(chunk.held),
          ],
        );
      }
    } catch (cause) {
      if (cause instanceof FileError && cause.code === "disk_full")
        throw new EngineError("disk_full", { cause });
      throw cause;
    }
    sinceTrim += 1;
    if (!chunk.held && sinceTrim >= TRIM_EVERY) {
      sinceTrim = 0;
      await trim();
    }
  }

  async function room(): Promise<number> {
    const row = await store.get<{ bytes: number }>("SELECT bytes FROM blob_room");
    return row?.bytes ?? DEFAULT_ROOM;
  }

  async function trim(limit?: number): Promise<void> {
    const bound = limit ?? (await room());
    const { bytes } = (await store.get<{ bytes: number }>(
      `SELECT coalesce(sum(size), 0) AS bytes FROM blob_chunks WHERE held = 0 AND blob_id NOT IN (${PINNED_BLOBS})`,
    )) ?? { bytes: 0 };
    let over = bytes - bound;
    while (over > 0) {
      const oldest = await store.all<{
        blob_id: string;
        idx: number;
        size: number;
        inline: number;
      }>(
        `SELECT blob_id, idx, size, bytes IS NOT NULL AS inline FROM blob_chunks
         WHERE held = 0 AND blob_id NOT IN (${PINNED_BLOBS}) ORDER BY used, blob_id, idx LIMIT 64`,
      );
      if (oldest.length === 0) return;
      const gone: typeof oldest = [];
      for (const one of oldest) {
        if (over <= 0) break;
        over -= one.size;
        gone.push(one);
      }
      await drop(gone);
    }
  }

  async function drop(
    gone: readonly { blob_id: string; idx: number; inline: number }[],
  ): Promise<void> {
    await store.transaction((tx) => {
      for (const { blob_id, idx } of gone)
        tx.run("DELETE FROM blob_chunks WHERE blob_id = ? AND idx = ?", [blob_id, idx]);
    });
    // A file that a crash leaves here without a row is removed at the next start (see sweep).
    for (const { blob_id, idx, inline } of gone)
      if (inline === 0) await files.remove(nameOf(blob_id, idx));
  }

  return {
    async get(blobId, index) {
      const row = await store.get<{ size: number; bytes: Bytes | null }>(
        "SELECT size, bytes FROM blob_chunks WHERE blob_id = ? AND idx = ?",
        [blobId, index],
      );
      if (row === undefined) return null;
      if (row.bytes !== null) return row.bytes;
      const bytes = await files.read(nameOf(blobId, index), 0, row.size);
      if (bytes !== null && bytes.length === row.size) return bytes;
      // Somebody has cleared the browser's files away.
      await store.run("DELETE FROM blob_chunks WHERE blob_id = ? AND idx = ?", [blobId, index]);
      return null;
    },
    async have(blobId) {
      const rows = await store.all<{ idx: number }>(
        "SELECT idx FROM blob_chunks WHERE blob_id = ?",
        [blobId],
      );
      return new Set(rows.map((row) => row.idx));
    },
    put,
    async release(blobId) {
      await store.run("UPDATE blob_chunks SET held = 0 WHERE blob_id = ? AND held = 1", [blobId]);
    },
    async remove(blobId) {
      await drop(
        await store.all(
          "SELECT blob_id, idx, bytes IS NOT NULL AS inline FROM blob_chunks WHERE blob_id = ?",
          [blobId],
        ),
      );
    },
    trim,
    room,
    async setRoom(bytes) {
      await store.run(
        "INSERT INTO blob_room VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET bytes = excluded.bytes",
        [bytes],
      );
      await trim();
    },
  };
}

/** Removes files that no row names: a crash came between the two. Once, when the engine begins to work with content. */
export async function sweepChunks(core: Core): Promise<void> {
  const { files } = core.platform;
  const lying = (await files.list()).filter((name) => name.startsWith(PREFIX));
  if (lying.length === 0) return;
  const rows = await core.store.all<{ name: string }>(
    `SELECT '${PREFIX}' || blob_id || '-' || idx AS name FROM blob_chunks WHERE bytes IS NULL`,
  );
  const named = new Set(rows.map((row) => row.name));
  for (const name of lying) if (!named.has(name)) await files.remove(name);
}
