/** Which blobs are behind files of the files tool: its tables are read, since a link is made of what they say now. */
import type { Bytes, HandoutManifest } from "@baraza/protocol";
import { fromHex, LIMITS } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";

type Row = { name: string; type: string; size: number; blob_id: string; blob_key: Bytes };

/**
 * The present versions of files, and of all files in folders, in the order in which they are shown; what is in the bin is left out.
 * @throws EngineError `invalid` when there is none, `too_large` when there are too many for one link
 */
export async function filesToShare(
  core: Core,
  spaceId: string,
  fileIds: readonly string[],
): Promise<HandoutManifest["files"]> {
  const rows = await core.store.all<Row>(
    `WITH RECURSIVE
       wanted (file_id) AS (SELECT value FROM json_each(?2)),
       reached (file_id, depth) AS (
         SELECT file_id, 0 FROM wanted
         UNION
         SELECT n.file_id, depth + 1 FROM files_nodes n JOIN reached r ON n.parent = r.file_id
         WHERE n.log_id = ?1 AND n.shown = 1 AND depth < 64
       )
     SELECT DISTINCT n.name, v.type, v.size, v.blob_id, v.blob_key FROM reached
       JOIN files_nodes n ON n.log_id = ?1 AND n.file_id = reached.file_id AND n.shown = 1 AND n.rank = 1
       JOIN files_versions v ON v.log_id = ?1 AND v.file_id = n.file_id AND v.version_id = n.version_id
     ORDER BY n.sort_key, n.position LIMIT ?3`,
    [spaceId, JSON.stringify(fileIds), LIMITS.handoutFiles + 1],
  );
  if (rows.length === 0) throw new EngineError("invalid", { data: { field: "fileIds" } });
  if (rows.length > LIMITS.handoutFiles) throw new EngineError("too_large");
  return rows.map(({ name, type, size, blob_id, blob_key }) => ({
    name: name.slice(0, LIMITS.fileNameLength).toWellFormed().normalize("NFC"),
    type: type.slice(0, LIMITS.mediaTypeLength),
    size,
    blobId: fromHex(blob_id),
    key: blob_key,
  }));
}
