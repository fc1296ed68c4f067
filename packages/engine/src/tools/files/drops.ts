/**
 * Blobs that the hub was told to let go. It cannot judge who may: members' devices do. Where something still refers to one (a copy that
 * was made at the same moment, or a program that drops what is not its own), it is named once more before the hub collects it.
 */
import { decodeCbor, toHex } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import type { SqlTx } from "../../ports.ts";
import { readFilesEvent } from "./events.ts";

/** @returns false when the event of that entry is no purge that its author may make */
export function noteDropped(
  tx: SqlTx,
  {
    logId,
    position,
    blobIds,
    at,
  }: { logId: string; position: number; blobIds: string[]; at: number },
): boolean {
  for (const blobId of blobIds)
    if (isReferred(tx, logId, blobId) || isToBeOpened(tx, logId, blobId, at))
      tx.run(
        `INSERT INTO files_keeps (log_id, blob_id, since) VALUES (?, ?, ?)
         ON CONFLICT (log_id, blob_id) DO UPDATE SET since = excluded.since`,
        [logId, blobId, at],
      );
  const event = tx.get<{ type: string; payload: Bytes }>(
    "SELECT type, payload FROM events WHERE log_id = ? AND seq = ?",
    [logId, position],
  );
  if (event === undefined) return false;
  const read = readFilesEvent(event.type, decodeCbor(event.payload));
  if (read?.type !== "files.purge") return false;
  const said = new Set(read.drops.map(toHex));
  if (!blobIds.every((blobId) => said.has(blobId))) return false;
  // Of a file that the author may not purge nothing is gone.
  return read.files.some((file) => {
    const node = tx.get<{ purged: number }>(
      "SELECT purged FROM files_nodes WHERE log_id = ? AND file_id = ?",
      [logId, toHex(file)],
    );
    return node === undefined || node.purged === 1;
  });
}

/** What ends within this time may have been let go of by a clock that is a little ahead, ms. */
const SLACK_MS = 60 * 60_000;

/** Whether a message that can be opened once, and is not over, has it: others may not have opened it yet. */
export function isToBeOpened(
  tx: Pick<SqlTx, "get">,
  logId: string,
  blobId: string,
  now: number,
): boolean {
  const row = tx.get(
    `SELECT 1 AS one FROM chat_onces o JOIN vanishing v ON v.event_id = o.event_id
     WHERE o.log_id = ? AND o.blob_id = ? AND v.ends_local > ? LIMIT 1`,
    [logId, blobId, now + SLACK_MS],
  );
  return row !== undefined;
}

/** Whether a version that is there has its content, or what stands beside it, in a blob. */
export function isReferred(tx: Pick<SqlTx, "get">, logId: string, blobId: string): boolean {
  const row = tx.get(
    `SELECT 1 AS one FROM files_versions WHERE log_id = ?1 AND blob_id = ?2
     UNION ALL SELECT 1 FROM files_versions WHERE log_id = ?1 AND side_id = ?2 LIMIT 1`,
    [logId, blobId],
  );
  return row !== undefined;
}
