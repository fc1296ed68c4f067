/**
 * What one has put into a space before is stored once. Where there is something of the same size, the content is read to see
 * whether it is the same, before anything of it is sent; it is read no further than it is the same as something.
 */
import { contentHash, PIECE, pieceHash } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { equalBytes, freeBytes } from "@baraza/protocol";
import type { Upload } from "./upload-rows.ts";
import type { FilesWork } from "./work-port.ts";

/** So many pieces are read at a time. */
const TOGETHER = 8;

/** Goes on with the blob that has the content already. Others' word for what they have stored is not taken: it may open to something else. */
export async function takeKnown(
  work: FilesWork,
  row: Upload,
  read: (index: number) => Promise<Bytes>,
  signal: AbortSignal,
): Promise<void> {
  // What goes with its message has nothing to do with anything else.
  if (row.is_new === 2) return;
  const { store } = work.core;
  const begun = await store.get("SELECT 1 AS one FROM files_pieces WHERE upload_id = ? LIMIT 1", [
    row.upload_id,
  ]);
  if (begun !== undefined) return;
  const twins = await store.all<{ begin: Bytes | null }>(
    `SELECT b.hash AS begin FROM files_versions f LEFT JOIN files_begins b USING (log_id, blob_id)
     WHERE log_id = ? AND size = ? AND author = ? GROUP BY blob_id`,
    [row.log_id, row.size, work.core.me().id],
  );
  if (twins.length === 0) return;
  const hashOf = async (index: number): Promise<Bytes> => {
    const piece = await read(index);
    const hash = await pieceHash(piece);
    freeBytes(piece);
    return hash;
  };
  const pieces = [await hashOf(0)];
  const [begin] = pieces;
  // One of unknown beginning was put by another device of one's own.
  if (!twins.some((one) => one.begin === null || (begin && equalBytes(one.begin, begin)))) return;
  const count = Math.ceil(row.size / PIECE);
  while (pieces.length < count) {
    signal.throwIfAborted();
    const some = Array.from({ length: Math.min(TOGETHER, count - pieces.length) }, (_, at) =>
      hashOf(pieces.length + at),
    );
    pieces.push(...(await Promise.all(some)));
  }
  await useKnown(work, row, pieces);
}

async function useKnown(work: FilesWork, row: Upload, pieces: readonly Bytes[]): Promise<void> {
  const { store } = work.core;
  const hash = contentHash(row.size, pieces);
  const same = await store.get<{ blob_id: string; blob_key: Bytes }>(
    "SELECT blob_id, blob_key FROM files_versions WHERE log_id = ? AND size = ? AND hash = ? AND author = ? LIMIT 1",
    [row.log_id, row.size, hash, work.core.me().id],
  );
  if (same === undefined) return;
  await store.transaction((tx) => {
    tx.run("UPDATE files_uploads SET blob_id = ?, blob_key = ?, hash = ? WHERE upload_id = ?", [
      same.blob_id,
      same.blob_key,
      hash,
      row.upload_id,
    ]);
    // From now on only this content goes under that key.
    for (const [index, one] of pieces.entries()) notePiece(tx, row, index, one);
  });
}

type Writes = { run(sql: string, params: (string | number | Bytes)[]): unknown };

/** Notes the hash of a piece, before it is sealed first. */
export function notePiece(tx: Writes, row: Upload, index: number, hash: Bytes): void {
  tx.run(
    "INSERT OR IGNORE INTO files_pieces (log_id, upload_id, piece, hash) VALUES (?, ?, ?, ?)",
    [row.log_id, row.upload_id, index, hash],
  );
}

/** Forgets the pieces of an upload that is done, but not how its content begins. */
export function forgetPieces(tx: Writes, row: Upload): void {
  tx.run(
    `INSERT OR IGNORE INTO files_begins (log_id, blob_id, hash)
     SELECT log_id, ?, hash FROM files_pieces WHERE upload_id = ? AND piece = 0`,
    [row.blob_id, row.upload_id],
  );
  tx.run("DELETE FROM files_pieces WHERE upload_id = ?", [row.upload_id]);
}
