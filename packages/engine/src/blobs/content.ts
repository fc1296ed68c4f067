/** Reading content: out of this device's chunks or from the hub, piece by piece, each checked as it is opened. */
import type { BlobCipher } from "@baraza/crypto";
import { blobCipher, CryptoError, PIECE } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { ProtocolError, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { BlobPointer } from "./api.ts";
import type { Chunks } from "./cache.ts";
import { getChunk } from "./hub.ts";

export type ContentReader = {
  /**
   * Bytes from a place on; fewer where the content ends. Reads ahead where one reads on.
   * @throws EngineError `blob_missing`, `blob_altered`, `offline`
   */
  read(logId: string, pointer: BlobPointer, start: number, length: number): Promise<Bytes>;
  /** Loads one sealed chunk onto this device, where it is not. */
  load(logId: string, pointer: BlobPointer, index: number): Promise<void>;
};

/** Opened pieces in memory: what is read, and what comes next. */
const OPENED = 10;
const AHEAD = 4;
/** A content that takes more of the room than this is read without being kept: it would push out everything else. */
const SHARE = 8;
const CIPHERS = 64;

export function createReader(core: Core, chunks: Chunks): ContentReader {
  const opened = new Map<string, Promise<Bytes>>();
  const ciphers = new Map<string, Promise<BlobCipher>>();
  /** Where each content was read last, to know who reads on. */
  const ends = new Map<string, number>();

  function cipherOf(pointer: BlobPointer): Promise<BlobCipher> {
    return remembered(ciphers, `${toHex(pointer.key)}${pointer.size}`, CIPHERS, () =>
      blobCipher(pointer.key, pointer.size),
    );
  }

  async function fetchChunk(
    logId: string,
    pointer: BlobPointer,
    index: number,
  ): Promise<{ sealed: Bytes; piece: Bytes }> {
    const blobId = toHex(pointer.blobId);
    const cipher = await cipherOf(pointer);
    try {
      const sealed = await getChunk(core, logId, blobId, index);
      return { sealed, piece: await cipher.open(index, sealed) };
    } catch (error) {
      if (error instanceof CryptoError) throw new EngineError("blob_altered", { cause: error });
      if (error instanceof ProtocolError && OFFLINE.has(error.code))
        throw new EngineError("offline", { cause: error });
      throw error;
    }
  }

  async function piece(
    logId: string,
    pointer: BlobPointer,
    index: number,
    keep: boolean,
  ): Promise<Bytes> {
    const blobId = toHex(pointer.blobId);
    const cipher = await cipherOf(pointer);
    const here = await chunks.get(blobId, index);
    if (here !== null) {
      try {
        return await cipher.open(index, here);
      } catch (error) {
        if (!(error instanceof CryptoError)) throw error;
        // What this device kept is damaged: the hub has it too.
        await chunks.remove(blobId);
      }
    }
    const { sealed, piece: bytes } = await fetchChunk(logId, pointer, index);
    if (keep) await put(logId, blobId, index, sealed);
    return bytes;
  }

  /** What cannot be kept for want of room is read all the same. */
  async function put(logId: string, blobId: string, index: number, bytes: Bytes): Promise<void> {
    try {
      await chunks.put({ logId, blobId, index, bytes, held: false });
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== "disk_full") core.report(error);
    }
  }

  async function worthKeeping(pointer: BlobPointer): Promise<boolean> {
    const pinned = await core.store.get("SELECT 1 AS one FROM blob_pins WHERE blob_id = ?", [
      toHex(pointer.blobId),
    ]);
    return pinned !== undefined || pointer.size <= (await chunks.room()) / SHARE;
  }

  return {
    async read(logId, pointer, start, length) {
      const end = Math.min(pointer.size, start + length);
      if (start >= end) return new Uint8Array();
      const blob = toHex(pointer.blobId);
      const keep = await worthKeeping(pointer);
      const first = Math.floor(start / PIECE);
      const last = Math.floor((end - 1) / PIECE);
      const get = (index: number) =>
        remembered(opened, `${blob}-${toHex(pointer.key)}-${index}`, OPENED, () =>
          piece(logId, pointer, index, keep),
        );
      const wanted = Array.from({ length: last - first + 1 }, (_, at) => get(first + at));
      // Who reads on where they stopped will read on.
      const inAll = Math.ceil(pointer.size / PIECE);
      if (ends.get(blob) === start && start > 0)
        for (let index = last + 1; index <= Math.min(last + AHEAD, inAll - 1); index++)
          get(index).catch(() => undefined);
      if (ends.size > CIPHERS) ends.clear();
      ends.set(blob, end);
      const pieces = await Promise.all(wanted);
      const out = new Uint8Array(end - start);
      for (const [at, bytes] of pieces.entries()) {
        const from = (first + at) * PIECE;
        const part = bytes.subarray(Math.max(0, start - from), Math.max(0, end - from));
        out.set(part, Math.max(0, from - start));
      }
      return out;
    },
    async load(logId, pointer, index) {
      const blobId = toHex(pointer.blobId);
      const { sealed } = await fetchChunk(logId, pointer, index);
      await chunks.put({ logId, blobId, index, bytes: sealed, held: false });
    },
  };
}

const OFFLINE: ReadonlySet<string> = new Set([
  "unavailable",
  "target_unreachable",
  "timeout",
  "busy",
]);

/** One try for all who ask meanwhile; a failure is not remembered. */
function remembered<T>(
  map: Map<string, Promise<T>>,
  key: string,
  most: number,
  make: () => Promise<T>,
): Promise<T> {
  const known = map.get(key);
  if (known !== undefined) {
    map.delete(key);
    map.set(key, known);
    return known;
  }
  const made = make();
  map.set(key, made);
  made.catch(() => {
    if (map.get(key) === made) map.delete(key);
  });
  for (const oldest of map.keys()) {
    if (map.size <= most) break;
    map.delete(oldest);
  }
  return made;
}
