/** What this device keeps of files: what a person pinned, loaded and never dropped; and what was read lately, as far as its room goes. */
import { streamLayout } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { fromHex } from "@baraza/protocol";
import { DEFAULT_ROOM } from "../../blobs/cache.ts";
import { EngineError } from "../../errors.ts";
import type { ToolContext } from "../tool.ts";
import type { FilesLive } from "./api.ts";
import type { FilesWork } from "./work-port.ts";

type Reader = Pick<ToolContext, "get" | "all">;

export async function keptHere(context: Reader): Promise<FilesLive["files.kept"]["value"]> {
  const sums = await context.get<{ bytes: number; pinned: number }>(
    `SELECT coalesce(sum(size), 0) AS bytes,
       coalesce(sum(CASE WHEN blob_id IN (SELECT blob_id FROM blob_pins) THEN size ELSE 0 END), 0) AS pinned
     FROM blob_chunks`,
  );
  const room = await context.get<{ bytes: number }>("SELECT bytes FROM blob_room");
  return {
    bytes: sums?.bytes ?? 0,
    pinned: sums?.pinned ?? 0,
    room: room?.bytes ?? DEFAULT_ROOM,
  };
}

/** Files that are among some things, or in folders that are: their present versions. `?1` the space, `?2` a JSON array of ids. */
export const BLOBS_IN = `
  WITH RECURSIVE down(log_id, file_id, rank, version_id, height) AS (
    SELECT log_id, file_id, rank, version_id, 0 FROM files_nodes
      WHERE log_id = ?1 AND shown = 1 AND file_id IN (SELECT value FROM json_each(?2))
    UNION ALL
    SELECT n.log_id, n.file_id, n.rank, n.version_id, down.height + 1 FROM down JOIN files_nodes n
      ON n.log_id = down.log_id AND n.parent = down.file_id AND n.shown = 1
      WHERE down.rank = 0 AND down.height < 300)
  SELECT DISTINCT v.log_id, v.blob_id, v.blob_key, v.size, v.hash, v.side_id, v.side_key, v.side_size, v.side_hash
  FROM down JOIN files_versions v
    ON v.log_id = down.log_id AND v.file_id = down.file_id AND v.version_id = down.version_id`;

export type BlobRow = {
  log_id: string;
  blob_id: string;
  blob_key: Bytes;
  size: number;
  hash: Bytes;
  side_id: string | null;
  side_key: Bytes | null;
  side_size: number | null;
  side_hash: Bytes | null;
};

/** Loads what is pinned and not here. What the hub does not have (any more) is passed over. */
export async function tendPins(work: FilesWork): Promise<void> {
  const { store } = work.core;
  const any = await store.get(
    "SELECT 1 AS one FROM files_pins UNION ALL SELECT 1 FROM blob_pins LIMIT 1",
  );
  if (any === undefined) return;
  const blobs = await pinnedBlobs(work);
  await store.transaction((tx) => {
    const now = new Set(blobs.flatMap((one) => [one.blob_id, one.side_id ?? ""]));
    for (const { blob_id } of tx.all<{ blob_id: string }>("SELECT blob_id FROM blob_pins"))
      if (!now.has(blob_id)) tx.run("DELETE FROM blob_pins WHERE blob_id = ?", [blob_id]);
    for (const { log_id, blob_id, side_id } of blobs)
      for (const id of [blob_id, side_id])
        if (id !== null) tx.run("INSERT OR IGNORE INTO blob_pins VALUES (?, ?)", [id, log_id]);
  });
  for (const blob of blobs) {
    await loadAll(work, blob.log_id, blob.blob_id, blob.blob_key, blob.size, blob.hash);
    if (blob.side_id !== null && blob.side_key !== null && blob.side_hash !== null)
      await loadAll(
        work,
        blob.log_id,
        blob.side_id,
        blob.side_key,
        blob.side_size ?? 0,
        blob.side_hash,
      );
  }
}

async function pinnedBlobs(work: FilesWork): Promise<BlobRow[]> {
  const { store } = work.core;
  const pins = await store.all<{ log_id: string; ids: string }>(
    "SELECT log_id, json_group_array(file_id) AS ids FROM files_pins GROUP BY log_id",
  );
  const found: BlobRow[] = [];
  for (const { log_id, ids } of pins)
    found.push(...(await store.all<BlobRow>(BLOBS_IN, [log_id, ids])));
  return found;
}

async function loadAll(
  work: FilesWork,
  logId: string,
  blobId: string,
  key: Bytes,
  size: number,
  hash: Bytes,
): Promise<void> {
  const { blobChunks } = streamLayout(size);
  const have = await work.chunks.have(blobId);
  if (have.size === blobChunks) return;
  const pointer = { blobId: fromHex(blobId), key, size, hash };
  const missing = Array.from({ length: blobChunks }, (_, index) => index).filter(
    (index) => !have.has(index),
  );
  let failure: Error | null = null;
  const { clock } = work.core.platform;
  const under: Promise<void>[] = [];
  for (const index of missing) {
    await work.window.enter();
    if (failure !== null) {
      work.window.leave(0);
      break;
    }
    const started = clock.now();
    under.push(
      work.reader.load(logId, pointer, index).then(
        () => work.window.leave(clock.now() - started),
        (error: Error) => {
          failure ??= error;
          work.window.leave(null);
        },
      ),
    );
  }
  await Promise.all(under);
  const error = failure as Error | null;
  if (error === null) return;
  if (!(error instanceof EngineError) || !GONE.has(error.code)) throw error;
}

const GONE: ReadonlySet<string> = new Set(["blob_missing", "blob_altered", "no_space"]);
