/**
 * Files that do not fit one small chunk: read in pieces, each hashed before it is sealed first, and put at the hub several at a
 * time. What the hub has of them already is asked for at the beginning, so that they go on where they were.
 *
 * [Note: One key, one content] A chunk's nonce follows from its index, so under one key no chunk may ever be sealed with other
 * bytes. The hash of each piece is on the disk before it is sealed first; one that is read differently later (the file was
 * changed, or is another) stops the upload, and whoever goes on with it begins with a new key.
 */
import type { BlobCipher } from "@baraza/crypto";
import {
  blobCipher,
  contentHash,
  createFileKey,
  PIECE,
  pieceHash,
  pieceLength,
  randomBytes,
} from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { equalBytes, freeBytes, fromHex, toHex } from "@baraza/protocol";
import { announce, putChunk } from "../../blobs/hub.ts";
import { EngineError } from "../../errors.ts";
import { need } from "../../util.ts";
import { notePiece, takeKnown } from "./known-content.ts";
import { sealSmall } from "./small-uploads.ts";
import type { Upload } from "./upload-rows.ts";
import { fail, failureOf, finish } from "./upload-rows.ts";
import type { FilesWork } from "./work-port.ts";
import { slice } from "./work-port.ts";

/** Of those under way at once, each has its share of the line. */
const AT_ONCE = 2;
/** How much is sealed ahead and kept here, so that it is sent even when the app is closed before. */
export const ASIDE = 32 * 1024 * 1024;
const SHOW_MS = 300;

const NEXT = `SELECT * FROM files_uploads WHERE state = 'waiting' AND staged < 2 ORDER BY created, upload_id LIMIT 1`;

export async function runLarge(work: FilesWork): Promise<void> {
  const lane = async (): Promise<void> => {
    for (;;) {
      // In one transaction, so that two lanes never take the same.
      const row = await work.core.store.transaction((tx) => {
        const next = tx.get<Upload>(NEXT);
        if (next !== undefined)
          tx.run("UPDATE files_uploads SET state = 'sending', failure = NULL WHERE upload_id = ?", [
            next.upload_id,
          ]);
        return next;
      });
      if (row === undefined) return;
      await send(work, row);
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: AT_ONCE }, lane));
  for (const one of lanes) if (one.status === "rejected") throw one.reason;
}

async function send(work: FilesWork, row: Upload): Promise<void> {
  const stop = new AbortController();
  work.stopped.set(row.upload_id, stop);
  try {
    const whole = await readyToSend(work, row, stop.signal);
    if (whole === null) return;
    await putAll(work, whole, stop.signal);
    stop.signal.throwIfAborted();
    await finish(work, [await again(work, row.upload_id)]);
  } catch (error) {
    // Paused or taken back: the row says which.
    if (stop.signal.aborted) return;
    const failure = failureOf(error);
    if (failure !== null) return await fail(work, row.upload_id, failure);
    await work.core.store.run(
      "UPDATE files_uploads SET state = 'waiting' WHERE upload_id = ? AND state = 'sending'",
      [row.upload_id],
    );
    throw error;
  } finally {
    work.stopped.delete(row.upload_id);
  }
}

async function again(work: FilesWork, uploadId: string): Promise<Upload> {
  const row = await work.core.store.get<Upload>("SELECT * FROM files_uploads WHERE upload_id = ?", [
    uploadId,
  ]);
  return need(row, "upload");
}

type Ready = { row: Upload; read: ((index: number) => Promise<Bytes>) | null };

/** Finds where the content comes from. @returns null when a person has to choose it again */
async function readyToSend(
  work: FilesWork,
  row: Upload,
  signal: AbortSignal,
): Promise<Ready | null> {
  const read = sourceOf(work, row) ?? (await leftOutside(work, row));
  if (read === null && row.staged === 0) {
    await work.core.store.run(
      "UPDATE files_uploads SET state = 'content' WHERE upload_id = ? AND state = 'sending'",
      [row.upload_id],
    );
    return null;
  }
  if (row.from_side !== null && row.side_id === null) await copySide(work, row);
  if (read !== null && !work.checked.has(row.upload_id)) await checkAgain(work, row, read, signal);
  if (row.staged === 1 || read === null) return { row: await again(work, row.upload_id), read };
  if (row.done === 0) await takeKnown(work, row, read, signal);
  const fresh = await again(work, row.upload_id);
  if (row.from_log === null && (await isRoomAside(work, row)))
    await setAside(work, fresh, read, signal);
  return { row: await again(work, row.upload_id), read };
}

/** What was chosen again has to be what was begun with, all that was read of it. @throws EngineError `file_changed` */
async function checkAgain(
  work: FilesWork,
  row: Upload,
  read: (index: number) => Promise<Bytes>,
  signal: AbortSignal,
): Promise<void> {
  const noted = await work.core.store.all<{ piece: number }>(
    "SELECT piece FROM files_pieces WHERE upload_id = ? ORDER BY piece",
    [row.upload_id],
  );
  for (let from = 0; from < noted.length; from += TOGETHER) {
    signal.throwIfAborted();
    const some = noted.slice(from, from + TOGETHER).map((one) => one.piece);
    await readPieces(work, row, some, read);
  }
  work.checked.add(row.upload_id);
}

function sourceOf(work: FilesWork, row: Upload): ((index: number) => Promise<Bytes>) | null {
  const content = work.contents.get(row.upload_id);
  if (content !== undefined)
    return async (index) => {
      const start = index * PIECE;
      const length = pieceLength(row.size, index);
      let piece: Bytes;
      try {
        piece = await slice(content, start, start + length);
      } catch (cause) {
        const name = cause instanceof Error ? cause.name : "";
        // Browsers give a file that was changed since it was chosen no more than this name.
        throw new EngineError(name === "NotReadableError" ? "file_changed" : "file_unreadable", {
          cause,
        });
      }
      if (piece.length !== length) throw new EngineError("file_changed");
      return piece;
    };
  const { from_log, from_blob, from_key, size } = row;
  if (from_log === null || from_blob === null || from_key === null) return null;
  const pointer = {
    blobId: fromHex(from_blob),
    key: from_key,
    size,
    hash: row.hash ?? new Uint8Array(32),
  };
  return (index) => work.reader.read(from_log, pointer, index * PIECE, pieceLength(size, index));
}

/** What somebody outside has left in a drop box is read where it lies. Its chunks are sealed already: it cannot be another file. */
async function leftOutside({ core, checked }: FilesWork, row: Upload) {
  const left = await core.store.get<{ intake_id: string; item_id: string }>(
    "SELECT intake_id, item_id FROM intake_saves WHERE upload_id = ?",
    [row.upload_id],
  );
  if (left === undefined) return null;
  checked.add(row.upload_id);
  const { leftSource } = await import("../../sharing/sharing-work.ts");
  return leftSource(core, { boxId: left.intake_id, itemId: left.item_id, size: row.size });
}

/** What stands beside a file comes along into the other space, sealed anew. */
async function copySide(work: FilesWork, row: Upload): Promise<void> {
  const pointer = {
    blobId: fromHex(need(row.from_side, "side")),
    key: need(row.from_side_key, "side key"),
    size: row.from_side_size ?? 0,
    hash: new Uint8Array(32),
  };
  const side = await work.reader.read(need(row.from_log, "log"), pointer, 0, pointer.size);
  const key = createFileKey();
  const blobId = toHex(randomBytes(16));
  const { sealed, hash } = await sealSmall(key, side);
  await work.chunks.put({ logId: row.log_id, blobId, index: 0, bytes: sealed, held: true });
  await work.core.store.run(
    "UPDATE files_uploads SET side_id = ?, side_key = ?, side_size = ?, side_hash = ? WHERE upload_id = ?",
    [blobId, key, side.length, hash, row.upload_id],
  );
}

async function isRoomAside(work: FilesWork, row: Upload): Promise<boolean> {
  if (row.size > ASIDE) return false;
  const held = await work.core.store.get<{ bytes: number }>(
    "SELECT coalesce(sum(size), 0) AS bytes FROM blob_chunks WHERE held = 1",
  );
  return (held?.bytes ?? 0) + row.size <= ASIDE;
}

/** Seals all of it and keeps it here. Where there is no room for that, it is sent from where it is. */
async function setAside(
  work: FilesWork,
  row: Upload,
  read: (index: number) => Promise<Bytes>,
  signal: AbortSignal,
): Promise<void> {
  const cipher = await blobCipher(row.blob_key, row.size);
  const have = await work.chunks.have(row.blob_id);
  const all = Array.from({ length: cipher.layout.blobChunks }, (_, index) => index);
  const toRead = all.filter((index) => !have.has(index));
  const pieceOf = piecesAhead(work, row, toRead, read);
  try {
    for (const index of toRead) {
      signal.throwIfAborted();
      const bytes = await sealPiece(cipher, index, await pieceOf(index));
      await work.chunks.put({ logId: row.log_id, blobId: row.blob_id, index, bytes, held: true });
    }
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== "disk_full") throw error;
    return;
  }
  await work.core.store.run("UPDATE files_uploads SET staged = 1 WHERE upload_id = ?", [
    row.upload_id,
  ]);
}

/** Reads pieces and notes their hashes. See [Note: One key, one content]. @throws EngineError `file_changed` */
async function readPieces(
  work: FilesWork,
  row: Upload,
  indexes: readonly number[],
  read: (index: number) => Promise<Bytes>,
): Promise<Bytes[]> {
  const pieces = await Promise.all(indexes.map(read));
  const hashes = await Promise.all(pieces.map(pieceHash));
  const same = await work.core.store.transaction((tx) =>
    hashes.every((hash, at) => {
      const index = indexes[at] ?? 0;
      notePiece(tx, row, index, hash);
      const noted = tx.get<{ hash: Bytes }>(
        "SELECT hash FROM files_pieces WHERE upload_id = ? AND piece = ?",
        [row.upload_id, index],
      );
      return noted !== undefined && equalBytes(noted.hash, hash);
    }),
  );
  if (!same) throw new EngineError("file_changed");
  return pieces;
}

/** So many pieces are read and noted at a time: each note costs the disk a flush. */
const TOGETHER = 8;

/** Gives pieces in the order of `indexes`, read some at a time, the next ones while the last few are on their way. */
function piecesAhead(
  work: FilesWork,
  row: Upload,
  indexes: readonly number[],
  read: (index: number) => Promise<Bytes>,
): (index: number) => Promise<Bytes> {
  const ahead = new Map<number, Promise<Bytes>>();
  let next = 0;
  const readSome = (): void => {
    const some = indexes.slice(next, next + TOGETHER);
    next += TOGETHER;
    const reading = readPieces(work, row, some, read);
    for (const [at, one] of some.entries()) {
      const mine = reading.then((pieces) => need(pieces[at], "piece"));
      mine.catch(() => undefined);
      ahead.set(one, mine);
    }
  };
  return (index) => {
    while (!ahead.has(index) && next < indexes.length) readSome();
    const piece = need(ahead.get(index), "piece");
    ahead.delete(index);
    if (ahead.size <= TOGETHER / 2 && next < indexes.length) readSome();
    return piece;
  };
}

/** Puts what the hub does not have. */
async function putAll(work: FilesWork, { row, read }: Ready, signal: AbortSignal): Promise<void> {
  const { core, window } = work;
  if (row.side_id !== null) await putSide(work, row, row.side_id);
  const cipher = await blobCipher(row.blob_key, row.size);
  const { blobChunks, sealed } = cipher.layout;
  const blob = { blobId: row.blob_id, chunks: blobChunks, bytes: sealed };
  const { have } = await announce(core, row.log_id, blob);
  const kept = await work.chunks.have(row.blob_id);
  const missing = Array.from({ length: blobChunks }, (_, index) => index).filter(
    (index) => !have.has(index),
  );
  let there = have.size;
  const { clock } = core.platform;
  let shown = 0;
  const show = async () => {
    if (clock.now() - shown < SHOW_MS) return;
    shown = clock.now();
    await core.store.run("UPDATE files_uploads SET done = ? WHERE upload_id = ?", [
      Math.min(row.size, there * PIECE),
      row.upload_id,
    ]);
  };
  await show();
  const toRead = missing.filter((index) => !kept.has(index));
  const pieceOf = piecesAhead(
    work,
    row,
    toRead,
    read ?? (() => Promise.reject(new EngineError("file_unreadable"))),
  );
  let failed: Error | null = null;
  const under = new Set<Promise<void>>();
  const one = async (index: number): Promise<void> => {
    const started = clock.now();
    let answered = false;
    try {
      const bytes = kept.has(index) ? await work.chunks.get(row.blob_id, index) : null;
      const chunk = bytes ?? (await sealPiece(cipher, index, await pieceOf(index)));
      await putChunk(core, row.log_id, row.blob_id, index, chunk);
      freeBytes(chunk);
      answered = true;
      there += 1;
      await show();
    } catch (error) {
      failed ??= error instanceof Error ? error : new Error("upload", { cause: error });
    } finally {
      window.leave(answered ? clock.now() - started : null);
    }
  };
  for (const index of missing) {
    await window.enter();
    if (failed !== null || signal.aborted) {
      window.leave(0);
      break;
    }
    const work_ = one(index);
    under.add(work_);
    void work_.finally(() => under.delete(work_));
  }
  await Promise.all(under);
  signal.throwIfAborted();
  const error = failed as Error | null;
  if (error !== null) throw error;
  if (row.hash === null) await noteHash(work, row);
}

async function sealPiece(cipher: BlobCipher, index: number, piece: Bytes): Promise<Bytes> {
  const chunk = await cipher.seal(index, piece);
  freeBytes(piece);
  return chunk;
}

/** All pieces were read by now, in this run or in one before. */
async function noteHash(work: FilesWork, row: Upload): Promise<void> {
  const { store } = work.core;
  const pieces = await store.all<{ hash: Bytes }>(
    "SELECT hash FROM files_pieces WHERE upload_id = ? ORDER BY piece",
    [row.upload_id],
  );
  const hash = contentHash(
    row.size,
    pieces.slice(0, Math.ceil(row.size / PIECE)).map((one) => one.hash),
  );
  await store.run("UPDATE files_uploads SET hash = ? WHERE upload_id = ?", [hash, row.upload_id]);
}

async function putSide(work: FilesWork, row: Upload, sideId: string): Promise<void> {
  const chunk = need(await work.chunks.get(sideId, 0), "sidecar");
  const { complete } = await announce(work.core, row.log_id, {
    blobId: sideId,
    chunks: 1,
    bytes: chunk.length,
  });
  if (!complete) await putChunk(work.core, row.log_id, sideId, 0, chunk);
}
