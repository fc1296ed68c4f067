/**
 * Small files: sealed when they are handed over, kept in the store until they are at the hub, and sent many at a time. So a folder
 * of thousands costs neither a request nor an entry each.
 */
import { blobCipher, contentHash, createFileKey, pieceHash, randomBytes } from "@baraza/crypto";
import { LIMITS, toHex } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import { putBatch } from "../../blobs/hub.ts";
import type { Upload } from "./upload-rows.ts";
import { fail, failureOf, finish } from "./upload-rows.ts";
import type { FilesWork } from "./work-port.ts";

/** Bytes of chunks in one request: the rest is for what is around them. */
const BATCH_BYTES = LIMITS.chunkBytes - 8 * 1024;
const SEALED_MOST = LIMITS.batchChunkBytes;

/** Uploads that are sent so: sealed here whole, in one small chunk, and so is what stands beside them. */
const READY = `SELECT u.* FROM files_uploads u WHERE u.state = 'waiting' AND u.staged = 2 ORDER BY u.created, u.upload_id LIMIT 64`;

/** A content of so few bytes, sealed whole. */
export async function sealSmall(
  key: Bytes,
  content: Bytes,
): Promise<{ sealed: Bytes; hash: Bytes }> {
  const cipher = await blobCipher(key, content.length);
  const pieces = content.length === 0 ? [] : [await pieceHash(content)];
  return {
    sealed: await cipher.seal(0, content),
    hash: contentHash(content.length, pieces),
  };
}

/** Whether something sealed goes with many others in one request. */
export const isSmall = (sealed: number): boolean => sealed <= SEALED_MOST;

export async function runSmall(work: FilesWork): Promise<void> {
  for (;;) {
    const rows = await work.core.store.all<Upload>(READY);
    const [first] = rows;
    if (first === undefined) return;
    await sendTogether(
      work,
      rows.filter((row) => row.log_id === first.log_id),
    );
  }
}

async function sendTogether(work: FilesWork, rows: readonly Upload[]): Promise<void> {
  const batch: { blobId: string; chunk: Bytes }[] = [];
  const sent: Upload[] = [];
  let bytes = 0;
  for (const row of rows) {
    const mine: typeof batch = [];
    for (const blobId of [row.blob_id, row.side_id]) {
      if (blobId === null) continue;
      const chunk = await work.chunks.get(blobId, 0);
      if (chunk !== null) mine.push({ blobId, chunk });
    }
    const blobs = [row.blob_id, row.side_id].filter((one) => one !== null);
    if (mine.length < blobs.length) {
      await askAgain(work, row);
      continue;
    }
    const more = mine.reduce((sum, { chunk }) => sum + chunk.length, 0);
    if (
      sent.length > 0 &&
      (bytes + more > BATCH_BYTES || batch.length + mine.length > LIMITS.batchBlobs)
    )
      break;
    bytes += more;
    batch.push(...mine);
    sent.push(row);
  }
  const [first] = sent;
  if (first === undefined) return;
  try {
    const distinct = [...new Map(batch.map((one) => [one.blobId, one])).values()];
    await putBatch(work.core, first.log_id, distinct);
    await finish(work, await stillThere(work, sent));
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    // One of them may be at fault, or there is no more room at all: each is told apart by itself.
    if (sent.length === 1) await fail(work, first.upload_id, failure);
    else for (const one of sent) await sendTogether(work, [one]);
  }
}

/**
 * Somebody has cleared this device's files away: a person chooses the file again. It may be another one by then, so it gets another key
 * and name.
 */
async function askAgain(work: FilesWork, row: Upload): Promise<void> {
  await work.core.store.run(
    `UPDATE files_uploads SET state = 'content', staged = 0, hash = NULL, blob_id = ?, blob_key = ?,
       side_id = NULL, side_key = NULL, side_size = NULL, side_hash = NULL WHERE upload_id = ?`,
    [toHex(randomBytes(16)), createFileKey(), row.upload_id],
  );
}

/** Without those that a person took back meanwhile. */
async function stillThere(work: FilesWork, rows: readonly Upload[]): Promise<Upload[]> {
  const left = await work.core.store.all<{ upload_id: string }>(
    "SELECT upload_id FROM files_uploads WHERE state = 'waiting' AND upload_id IN (SELECT value FROM json_each(?))",
    [JSON.stringify(rows.map((row) => row.upload_id))],
  );
  const ids = new Set(left.map((row) => row.upload_id));
  return rows.filter((row) => ids.has(row.upload_id));
}
