/** What screens see of rows: entries of a folder, with the names that tell them apart. */
import type { ToolContext } from "../tool.ts";
import type { FileEntry, FileMeta, Kept, Sending } from "./api.ts";
import { nameKey, numberedName } from "./names.ts";

export type EntryRow = {
  log_id: string;
  file_id: string;
  rank: number;
  parent: string;
  name: string;
  name_key: string;
  position: number;
  type: string;
  size: number;
  version_id: string;
  meta: string | null;
  thumbnail: number | null;
  versions: number;
  comments: number;
  children: number;
  at: number;
  mine: number;
  changed_at: number;
  changed_by: string;
  changed_name: string;
  binned: number;
  binned_at: number;
  binned_name: string;
  kept: number;
  pinned: number;
};

/** Columns of an {@link EntryRow}, from `files_nodes n`. */
export const ENTRY = `n.log_id, n.file_id, n.rank, n.parent, n.name, n.name_key, n.position, n.type, n.size, n.version_id,
  v.meta, v.thumbnail, n.at, n.mine, n.changed_at, n.changed_by, n.binned, n.binned_at,
  (SELECT count(*) FROM files_versions o WHERE o.log_id = n.log_id AND o.file_id = n.file_id) AS versions,
  (SELECT count(*) FROM files_comments o WHERE o.log_id = n.log_id AND o.file_id = n.file_id AND o.deleted = 0) AS comments,
  (SELECT count(*) FROM files_nodes o WHERE o.log_id = n.log_id AND o.parent = n.file_id AND o.shown = 1) AS children,
  coalesce((SELECT name FROM members o WHERE o.log_id = n.log_id AND o.identity_id = n.changed_by),
    (SELECT name FROM people o WHERE o.identity_id = n.changed_by), '') AS changed_name,
  coalesce((SELECT name FROM members o WHERE o.log_id = n.log_id AND o.identity_id = n.binned_by),
    (SELECT name FROM people o WHERE o.identity_id = n.binned_by), '') AS binned_name,
  coalesce((SELECT sum(o.size) FROM blob_chunks o WHERE o.blob_id = v.blob_id), 0) AS kept,
  EXISTS (SELECT 1 FROM files_pins o WHERE o.log_id = n.log_id AND o.file_id = n.file_id) AS pinned`;

export const JOINED = `files_nodes n LEFT JOIN files_versions v
  ON v.log_id = n.log_id AND v.file_id = n.file_id AND v.version_id = n.version_id`;

export type UploadRow = {
  upload_id: string;
  log_id: string;
  file_id: string;
  is_new: number;
  parent: string;
  name: string;
  type: string;
  meta: string;
  thumbnail: number;
  changed_at: number | null;
  created: number;
  state: string;
  failure: string | null;
  size: number;
  done: number;
  total: number;
};

export const UPLOAD = `upload_id, log_id, file_id, is_new, parent, name, type, meta, thumbnail, changed_at, created, state,
  failure, size, done, total`;

export function sendingOf(row: UploadRow): Sending {
  const state = row.state === "done" ? "sending" : (row.state as Sending["state"]);
  return {
    uploadId: row.upload_id,
    state,
    done: row.done,
    total: row.total,
    failure: row.failure,
  };
}

/** A file whose first version is on its way: nobody else knows of it. */
export function comingEntry(row: UploadRow, me: string, myName: string): FileEntry {
  const at = row.changed_at ?? row.created;
  return {
    spaceId: row.log_id,
    fileId: row.file_id,
    kind: "file",
    parentId: row.parent === "" ? null : row.parent,
    name: row.name,
    type: row.type,
    size: row.size,
    meta: metaOf(row.meta),
    hasThumbnail: row.thumbnail === 1,
    versions: 0,
    comments: 0,
    children: 0,
    addedAt: row.created,
    changedAt: at,
    changedBy: me,
    changedByName: myName,
    mine: true,
    binned: null,
    sending: sendingOf(row),
    kept: { bytes: 0, pinned: "no" },
  };
}

/** Entries of rows, in their order. @param inPinned whether a folder above them is kept on this device */
export async function entriesOf(
  context: ToolContext,
  rows: readonly EntryRow[],
  inPinned: boolean,
): Promise<FileEntry[]> {
  if (rows.length === 0) return [];
  const sending = await sendingFor(context, rows);
  const names = await shownNames(context, rows);
  return rows.map((row) => {
    const pinned: Kept["pinned"] = row.pinned === 1 ? "itself" : inPinned ? "folder" : "no";
    return {
      spaceId: row.log_id,
      fileId: row.file_id,
      kind: row.rank === 0 ? "folder" : "file",
      parentId: row.parent === "" ? null : row.parent,
      name: names.get(row.file_id) ?? row.name,
      type: row.type,
      size: row.size,
      meta: metaOf(row.meta),
      hasThumbnail: row.thumbnail === 1,
      versions: row.versions,
      comments: row.comments,
      children: row.children,
      addedAt: row.at,
      changedAt: row.changed_at,
      changedBy: row.changed_by,
      changedByName: row.changed_name,
      mine: row.mine === 1,
      binned: row.binned === 1 ? { at: row.binned_at, byName: row.binned_name } : null,
      sending: sending.get(row.file_id) ?? null,
      kept: { bytes: row.kept, pinned },
    };
  });
}

function metaOf(json: string | null): FileMeta {
  return json === null ? {} : (JSON.parse(json) as FileMeta);
}

async function sendingFor(
  context: ToolContext,
  rows: readonly EntryRow[],
): Promise<Map<string, Sending>> {
  const found = await context.all<UploadRow>(
    `SELECT ${UPLOAD} FROM files_uploads WHERE log_id = ? AND state <> 'done'
       AND file_id IN (SELECT value FROM json_each(?)) ORDER BY created`,
    [rows[0]?.log_id ?? "", JSON.stringify(rows.map((row) => row.file_id))],
  );
  return new Map(found.map((row) => [row.file_id, sendingOf(row)]));
}

/**
 * What things are shown as. Of several that have one name in a folder, the first in the log has it, and each further one the next
 * number that no other thing's own name is.
 */
async function shownNames(
  context: ToolContext,
  rows: readonly EntryRow[],
): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  const inFolder = rows.filter((row) => row.binned === 0);
  if (inFolder.length === 0) return names;
  const twins = await context.all<{ parent: string; name_key: string; log_id: string }>(
    `SELECT DISTINCT n.log_id, n.parent, n.name_key FROM files_nodes n
     WHERE n.log_id = ?1 AND n.file_id IN (SELECT value FROM json_each(?2)) AND EXISTS (
       SELECT 1 FROM files_nodes o WHERE o.log_id = n.log_id AND o.parent = n.parent AND o.shown = 1
         AND o.name_key = n.name_key AND o.file_id <> n.file_id)`,
    [inFolder[0]?.log_id ?? "", JSON.stringify(inFolder.map((row) => row.file_id))],
  );
  for (const { log_id, parent, name_key } of twins) {
    const same = await context.all<{ file_id: string; name: string }>(
      `SELECT file_id, name FROM files_nodes WHERE log_id = ? AND parent = ? AND shown = 1 AND name_key = ?
       ORDER BY position, file_id`,
      [log_id, parent, name_key],
    );
    let number = 1;
    for (const { file_id, name } of same.slice(1)) {
      let shown: string;
      do {
        number += 1;
        shown = numberedName(name, number);
      } while (await isTaken(context, log_id, parent, nameKey(shown)));
      names.set(file_id, shown);
    }
  }
  return names;
}

async function isTaken(
  context: ToolContext,
  logId: string,
  parent: string,
  key: string,
): Promise<boolean> {
  const row = await context.get(
    "SELECT 1 AS one FROM files_nodes WHERE log_id = ? AND parent = ? AND shown = 1 AND name_key = ? LIMIT 1",
    [logId, parent, key],
  );
  return row !== undefined;
}

/** A thing and the folders above it, from the top; at most 64. */
export async function pathTo(
  context: ToolContext,
  logId: string,
  fileId: string,
): Promise<{ fileId: string; name: string; pinned: boolean; binned: boolean }[]> {
  const rows = await context.all<{
    file_id: string;
    name: string;
    pinned: number;
    binned: number;
  }>(
    `WITH RECURSIVE up(file_id, parent, name, binned, height) AS (
       SELECT file_id, parent, name, binned, 0 FROM files_nodes WHERE log_id = ?1 AND file_id = ?2 AND purged = 0
       UNION ALL
       SELECT n.file_id, n.parent, n.name, n.binned, up.height + 1 FROM up
       JOIN files_nodes n ON n.log_id = ?1 AND n.file_id = up.parent AND n.purged = 0 WHERE up.height < 300)
     SELECT file_id, name, binned,
       EXISTS (SELECT 1 FROM files_pins p WHERE p.log_id = ?1 AND p.file_id = up.file_id) AS pinned
     FROM up ORDER BY height`,
    [logId, fileId],
  );
  return rows
    .slice(0, 64)
    .toReversed()
    .map((row) => ({
      fileId: row.file_id,
      name: row.name,
      pinned: row.pinned === 1,
      binned: row.binned === 1,
    }));
}
