/** Reading content: out of this device's chunks or from the hub, piece by piece, each checked as it is opened. */
import type { BlobCipher } from "@baraza/crypto";
import { blobCipher, CryptoError, PIECE } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { freeBytes, ProtocolError, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { BlobPointer } from "./api.ts";
import type { Chunks } from "./cache.ts";
import { getChunk } from "./hub.ts";

export type ContentReader = {
  /**
   * Bytes from a place on; fewer where the content ends. Reads ahead where one reads on. `keep`: false for what is read once, and
   * would push out what a person looks at.
   * @throws EngineError `blob_missing`, `blob_altered`, `offline`
   */
  read(
    logId: string,
    pointer: BlobPointer,
    start: number,
    length: number,
    keep?: boolean,
  ): Promise<Bytes>;
  /** Loads one sealed chunk onto this device, where it is not. */
  load(logId: string, pointer: BlobPointer, index: number): Promise<void>;
};

/** Opened pieces in memory: what is read, and what comes next. */
const OPENED = 10;
const AHEAD = 4;
/** What is fetched ahead holds up whoever goes on somewhere else: on a slow line for no longer than this, where one chunk allows it. */
const AHEAD_MS = 2000;
/** A content that takes more of the room than this is read without being kept: it would push out everything else. */
const SHARE = 8;
const CIPHERS = 64;

export function createReader(core: Core, chunks: Chunks): ContentReader {
  const opened = createOpened();
  const ciphers = new Map<string, Promise<BlobCipher>>();
  /** How long the last chunk was on its way. */
  let tookMs = 1;
  /** Where each content was read last, and how many times in a row from where it was read before. */
  const ends = new Map<string, { end: number; inRow: number }>();

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
      const asked = core.platform.clock.now();
      const sealed = await getChunk(core, logId, blobId, index);
      tookMs = Math.max(1, core.platform.clock.now() - asked);
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
    freeBytes(sealed);
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
    async read(logId, pointer, start, length, mayKeep = true) {
      const end = Math.min(pointer.size, start + length);
      if (start >= end) return new Uint8Array();
      const blob = toHex(pointer.blobId);
      const keep = mayKeep && (await worthKeeping(pointer));
      const first = Math.floor(start / PIECE);
      const last = Math.floor((end - 1) / PIECE);
      const get = (index: number) =>
        opened.use(`${blob}-${toHex(pointer.key)}-${index}`, () =>
          piece(logId, pointer, index, keep),
        );
      const wanted = Array.from({ length: last - first + 1 }, (_, at) => get(first + at));
      // Who reads on where they stopped will read on; the longer they did, the more is fetched ahead: who seeks in a film pays for little.
      const inAll = Math.ceil(pointer.size / PIECE);
      const before = start > 0 ? ends.get(blob) : undefined;
      const inRow = before?.end === start ? before.inRow + 1 : 0;
      const bearable = Math.max(1, Math.floor(AHEAD_MS / tookMs));
      const ahead = inRow === 0 ? 0 : Math.min(AHEAD, bearable, 2 ** (inRow - 1));
      for (let index = last + 1; index <= Math.min(last + ahead, inAll - 1); index++)
        get(index).done();
      if (ends.size > CIPHERS) ends.clear();
      ends.set(blob, { end, inRow });
      try {
        const pieces = await Promise.all(wanted.map((one) => one.bytes));
        const out = new Uint8Array(end - start);
        for (const [at, bytes] of pieces.entries()) {
          const from = (first + at) * PIECE;
          const part = bytes.subarray(Math.max(0, start - from), Math.max(0, end - from));
          out.set(part, Math.max(0, from - start));
        }
        return out;
      } finally {
        for (const one of wanted) one.done();
      }
    },
    async load(logId, pointer, index) {
      const blobId = toHex(pointer.blobId);
      const { sealed } = await fetchChunk(logId, pointer, index);
      await chunks.put({ logId, blobId, index, bytes: sealed, held: false });
      freeBytes(sealed);
    },
  };
}

const OFFLINE: ReadonlySet<string> = new Set([
  "unavailable",
  "target_unreachable",
  "timeout",
  "busy",
]);

/** Pieces that are read, and come next: the newest few, each given back once it has to go and nobody copies out of it any more. */
function createOpened() {
  type Piece = { bytes: Promise<Bytes>; users: number; gone: boolean };
  const pieces = new Map<string, Piece>();
  const giveBack = (one: Piece): void => {
    if (one.gone && one.users === 0) one.bytes.then(freeBytes, () => undefined);
  };
  const drop = (key: string, one: Piece): void => {
    if (pieces.get(key) === one) pieces.delete(key);
    one.gone = true;
    giveBack(one);
  };
  return {
    /** One try for all who ask meanwhile; a failure is not remembered. Say `done` when the bytes are not looked at any more. */
    use(key: string, make: () => Promise<Bytes>): { bytes: Promise<Bytes>; done(): void } {
      const one = pieces.get(key) ?? { bytes: make(), users: 0, gone: false };
      one.users += 1;
      one.bytes.catch(() => drop(key, one));
      pieces.delete(key);
      pieces.set(key, one);
      for (const [oldest, old] of pieces) {
        if (pieces.size <= OPENED) break;
        drop(oldest, old);
      }
      return {
        bytes: one.bytes,
        done() {
          one.users -= 1;
          giveBack(one);
        },
      };
    },
  };
}

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
