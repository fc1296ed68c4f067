/** Uploads as rows, and how one ends: the event that names the content. */
import { fromHex } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import { need } from "../../util.ts";
import type { NewEvent } from "../tool.ts";
import type { AddedItem, EventContent } from "./events.ts";
import { EVENT_LIMITS } from "./events.ts";
import { filesEvent } from "./file-changes.ts";
import type { UploadRow } from "./file-rows.ts";
import { forgetPieces } from "./known-content.ts";
import type { FilesWork } from "./work-port.ts";

/** A whole row; screens see less of it. */
export type Upload = UploadRow & {
  version_id: string;
  blob_id: string;
  blob_key: Bytes;
  hash: Bytes | null;
  staged: number;
  side_id: string | null;
  side_key: Bytes | null;
  side_size: number | null;
  side_hash: Bytes | null;
  from_log: string | null;
  from_blob: string | null;
  from_key: Bytes | null;
  from_side: string | null;
  from_side_key: Bytes | null;
  from_side_size: number | null;
};

function contentOf(row: Upload): EventContent {
  const meta = JSON.parse(row.meta) as Record<string, number>;
  return {
    id: fromHex(row.version_id),
    blob: {
      blobId: fromHex(row.blob_id),
      key: row.blob_key,
      size: row.size,
      hash: need(row.hash, "content hash"),
    },
    type: row.type,
    ...(row.side_id === null
      ? {}
      : {
          side: {
            blobId: fromHex(row.side_id),
            key: need(row.side_key, "side key"),
            size: need(row.side_size, "side size"),
            hash: need(row.side_hash, "side hash"),
          },
          thumbnail: row.thumbnail === 1,
        }),
    ...meta,
    ...(row.changed_at === null ? {} : { changedAt: row.changed_at }),
  };
}

/**
 * Writes the events of uploads of one space whose content is at the hub, and notes that they are done. Cut off in between, they are
 * written once more, with the same ids, which changes nothing.
 */
export async function finish(work: FilesWork, rows: readonly Upload[]): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const events: NewEvent[] = [];
  let items: AddedItem[] = [];
  const flush = () => {
    if (items.length > 0) events.push(filesEvent("files.add", { items }));
    items = [];
  };
  const files = rows.filter(({ is_new }) => is_new < 2);
  const apart = rows.filter(({ is_new }) => is_new === 2);
  for (const row of files) {
    const content = contentOf(row);
    if (row.is_new === 0) {
      events.push(filesEvent("files.version", { file: fromHex(row.file_id), content }));
      continue;
    }
    const parent = row.parent === "" ? null : fromHex(row.parent);
    items.push({ id: fromHex(row.file_id), parent, name: row.name, content });
    if (items.length === EVENT_LIMITS.items) flush();
  }
  flush();
  for (const row of apart) {
    const message = await (await import("../chat/once-acts.ts")).onceMessage(work, row);
    if (message !== null) events.push(message);
  }
  if (events.length > 0) await work.post(first.log_id, events);
  for (const row of apart) await (await import("../chat/once-acts.ts")).forgetSent(work, row);
  await work.core.store.transaction((tx) => {
    for (const row of files) {
      tx.run(
        "UPDATE files_uploads SET state = 'done', failure = NULL, done = total WHERE upload_id = ?",
        [row.upload_id],
      );
      forgetPieces(tx, row);
      for (const blob of [row.blob_id, row.side_id])
        if (blob !== null) tx.run("UPDATE blob_chunks SET held = 0 WHERE blob_id = ?", [blob]);
    }
  });
  for (const row of files) work.contents.delete(row.upload_id);
  work.look(first.log_id);
  await work.postReady();
}

/** Stops an upload that cannot go on by itself. */
export async function fail(work: FilesWork, uploadId: string, failure: string): Promise<void> {
  await work.core.store.run(
    "UPDATE files_uploads SET state = 'failed', failure = ? WHERE upload_id = ? AND state IN ('waiting', 'sending')",
    [failure, uploadId],
  );
}

/** Failures that a person has to do something about: another try would end the same. */
const FINAL: Readonly<Record<string, string>> = {
  quota_exceeded: "quota_exceeded",
  too_large: "too_large",
  disk_full: "disk_full",
  file_changed: "file_changed",
  file_unreadable: "file_unreadable",
  blob_missing: "blob_missing",
  blob_altered: "blob_altered",
  blob_conflict: "file_changed",
  seat_removed: "not_member",
  not_member: "not_member",
  no_space: "not_member",
};

/** The failure to show for an error; null: it is tried again. */
export function failureOf(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string")
    return null;
  return FINAL[error.code] ?? null;
}
