/** What a screen shows of files. All reads of a folder go by an index: queries.test.ts looks at their plans. */
import { streamLayout } from "@baraza/crypto";
import * as v from "valibot";
import { checkArguments, hexId } from "../checks.ts";
import type { ToolContext } from "../tool.ts";
import type { FileEntry, FilesLive, FolderPage, Sort } from "./api.ts";
import { FILE_LIMITS } from "./api.ts";
import type { EntryRow, UploadRow } from "./file-rows.ts";
import type { Standing } from "./moved-content.ts";
import { comingEntry, ENTRY, entriesOf, JOINED, pathTo, sendingOf, UPLOAD } from "./file-rows.ts";

const spaceId = hexId(32);
const fileId = hexId(16);
const page = {
  offset: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(FILE_LIMITS.page)),
};
const folderArguments = v.object({
  spaceId,
  parentId: v.nullable(fileId),
  sort: v.optional(
    v.object({ by: v.picklist(["name", "changed", "size", "type"]), down: v.boolean() }),
  ),
  ...page,
});
const binnedArguments = v.object({ spaceId, ...page });
const fileArguments = v.object({ spaceId, fileId });

type Args<K extends keyof FilesLive> = FilesLive[K]["args"];
type Value<K extends keyof FilesLive> = Promise<FilesLive[K]["value"]>;

/** Folders stand first whichever way it goes. */
function orderOf({ by, down }: Sort): string {
  const way = down ? "DESC" : "ASC";
  const name = `n.sort_key ${by === "name" ? way : "ASC"}, n.position ${by === "name" ? way : "ASC"}`;
  if (by === "name") return `n.rank, ${name}`;
  const column = by === "changed" ? "n.changed_at" : by === "size" ? "n.size" : "n.type";
  return `n.rank, ${column} ${way}, ${name}`;
}

export async function folder(
  context: ToolContext,
  args: Args<"files.folder">,
): Value<"files.folder"> {
  const {
    spaceId: logId,
    parentId,
    sort = { by: "name", down: false },
    offset,
    limit,
  } = checkArguments(folderArguments, args);
  const parent = parentId ?? "";
  const path = parentId === null ? [] : await pathTo(context, logId, parentId);
  const here = parentId === null || path.at(-1)?.fileId === parentId;
  // What is on its way to here stands first: it is looked at while it comes.
  const coming = await context.all<UploadRow>(
    `SELECT ${UPLOAD} FROM files_uploads WHERE log_id = ? AND parent = ? AND is_new = 1 AND state <> 'done'
     ORDER BY created, upload_id LIMIT ? OFFSET ?`,
    [logId, parent, limit, offset],
  );
  const comingCount = await count(
    context,
    "SELECT count(*) AS count FROM files_uploads WHERE log_id = ? AND parent = ? AND is_new = 1 AND state <> 'done'",
    [logId, parent],
  );
  const left = limit - coming.length;
  const rows =
    left === 0
      ? []
      : await context.all<EntryRow>(
          `SELECT ${ENTRY} FROM ${JOINED} WHERE n.id IN (
             SELECT n.id FROM files_nodes n WHERE n.log_id = ?1 AND n.parent = ?2 AND n.shown = 1
             ORDER BY ${orderOf(sort)} LIMIT ?3 OFFSET ?4) ORDER BY ${orderOf(sort)}`,
          [logId, parent, left, Math.max(0, offset - comingCount)],
        );
  const total = await count(
    context,
    "SELECT count(*) AS count FROM files_nodes WHERE log_id = ? AND parent = ? AND shown = 1",
    [logId, parent],
  );
  const pinned = path.some((one) => one.pinned);
  return {
    path: path.map((one) => ({ fileId: one.fileId, name: one.name })),
    exists: here && !path.some((one) => one.binned),
    entries: [...(await comingOf(context, coming)), ...(await entriesOf(context, rows, pinned))],
    total: total + comingCount,
  };
}

async function comingOf(context: ToolContext, rows: readonly UploadRow[]): Promise<FileEntry[]> {
  if (rows.length === 0) return [];
  const me = await context.get<{ display_name: string }>("SELECT display_name FROM account");
  return rows.map((row) => comingEntry(row, context.me(), me?.display_name ?? ""));
}

async function count(
  context: ToolContext,
  sql: string,
  params: readonly string[],
): Promise<number> {
  return (await context.get<{ count: number }>(sql, params))?.count ?? 0;
}

export async function entry(context: ToolContext, args: Args<"files.entry">): Value<"files.entry"> {
  const { spaceId: logId, fileId: id } = checkArguments(fileArguments, args);
  const row = await context.get<EntryRow>(
    `SELECT ${ENTRY} FROM ${JOINED} WHERE n.log_id = ? AND n.file_id = ? AND n.purged = 0`,
    [logId, id],
  );
  if (row !== undefined) {
    const above = (await pathTo(context, logId, id)).slice(0, -1);
    return (
      (
        await entriesOf(
          context,
          [row],
          above.some((one) => one.pinned),
        )
      )[0] ?? null
    );
  }
  const coming = await context.get<UploadRow>(
    `SELECT ${UPLOAD} FROM files_uploads WHERE log_id = ? AND file_id = ? AND is_new = 1 AND state <> 'done'`,
    [logId, id],
  );
  return coming === undefined ? null : ((await comingOf(context, [coming]))[0] ?? null);
}

export async function versions(
  context: ToolContext,
  args: Args<"files.versions">,
): Value<"files.versions"> {
  const { spaceId: logId, fileId: id } = checkArguments(fileArguments, args);
  const rows = await context.all<{
    version_id: string;
    size: number;
    type: string;
    at: number;
    author: string;
    author_name: string;
  }>(
    `SELECT w.version_id, w.size, w.type, w.at, w.author, coalesce(m.name, p.name, '') AS author_name
     FROM files_versions w LEFT JOIN members m ON m.log_id = w.log_id AND m.identity_id = w.author
     LEFT JOIN people p ON p.identity_id = w.author
     WHERE w.log_id = ? AND w.file_id = ? ORDER BY w.position DESC, w.version_id DESC LIMIT ?`,
    [logId, id, FILE_LIMITS.versions],
  );
  return rows.map((row, index) => ({
    versionId: row.version_id,
    size: row.size,
    type: row.type,
    at: row.at,
    author: row.author,
    authorName: row.author_name,
    current: index === 0,
  }));
}

export async function comments(
  context: ToolContext,
  args: Args<"files.comments">,
): Value<"files.comments"> {
  const { spaceId: logId, fileId: id } = checkArguments(fileArguments, args);
  const rows = await context.all<{
    event_id: string;
    author: string;
    author_name: string;
    mine: number;
    text: string;
    at: number;
    deleted: number;
  }>(
    `SELECT c.event_id, c.author, c.mine, c.text, c.at, c.deleted, coalesce(m.name, p.name, '') AS author_name
     FROM files_comments c LEFT JOIN members m ON m.log_id = c.log_id AND m.identity_id = c.author
     LEFT JOIN people p ON p.identity_id = c.author
     WHERE c.log_id = ? AND c.file_id = ? ORDER BY c.position`,
    [logId, id],
  );
  return rows.map((row) => ({
    eventId: row.event_id,
    author: row.author,
    authorName: row.author_name,
    mine: row.mine === 1,
    text: row.deleted === 1 ? "" : row.text,
    at: row.at,
    deleted: row.deleted === 1,
  }));
}

export async function binned(
  context: ToolContext,
  args: Args<"files.binned">,
): Promise<FolderPage> {
  const { spaceId: logId, offset, limit } = checkArguments(binnedArguments, args);
  const rows = await context.all<EntryRow>(
    `SELECT ${ENTRY} FROM ${JOINED} WHERE n.log_id = ? AND n.binned = 1 AND n.purged = 0
     ORDER BY n.binned_at DESC, n.position DESC LIMIT ? OFFSET ?`,
    [logId, limit, offset],
  );
  const total = await count(
    context,
    "SELECT count(*) AS count FROM files_nodes WHERE log_id = ? AND binned = 1 AND purged = 0",
    [logId],
  );
  return { path: [], exists: true, entries: await entriesOf(context, rows, false), total };
}

export async function uploads(context: ToolContext): Value<"files.uploads"> {
  const rows = await context.all<UploadRow>(
    `SELECT ${UPLOAD} FROM files_uploads WHERE is_new < 2 ORDER BY created DESC, upload_id LIMIT 1000`,
  );
  return rows.map((row) => ({
    ...sendingOf(row),
    spaceId: row.log_id,
    fileId: row.file_id,
    name: row.name,
  }));
}

export async function kept(context: ToolContext): Value<"files.kept"> {
  const { keptHere } = await import("./files-kept.ts");
  return keptHere(context);
}

/** What the versions that are there take at the hub, each content once; and what the hub said last. */
export async function usage(context: ToolContext, args: Args<"files.usage">): Value<"files.usage"> {
  const { spaceId: logId } = checkArguments(v.object({ spaceId }), args);
  const sizes = await context.all<{ size: number; blobs: number }>(
    `SELECT size, count(*) AS blobs FROM (
       SELECT DISTINCT blob_id AS blob, size FROM files_versions WHERE log_id = ?1
       UNION SELECT DISTINCT side_id, side_size FROM files_versions WHERE log_id = ?1 AND side_id IS NOT NULL)
     GROUP BY size`,
    [logId],
  );
  let bytes = 0;
  for (const { size, blobs } of sizes) {
    try {
      bytes += streamLayout(size).sealed * blobs;
    } catch {
      // A size that no hub takes: another member's program made it up.
    }
  }
  const hub = await hubOf(context, logId);
  return {
    // What was deleted a moment ago still counts there.
    bytes: Math.max(bytes, hub?.bytes ?? 0),
    quota: hub?.quota ?? null,
    standing: hub?.standing ?? "whole",
  };
}

type HubRow = { bytes: number | null; quota: number | null; standing: Standing };

/** What is known of it, which is asked again in the background. */
async function hubOf(context: ToolContext, logId: string): Promise<HubRow | undefined> {
  (await context.files()).look(logId);
  return context.get<HubRow>("SELECT bytes, quota, standing FROM blob_hubs WHERE log_id = ?", [
    logId,
  ]);
}

const NEARLY = 0.9;

export async function hub(context: ToolContext, args: Args<"files.hub">): Value<"files.hub"> {
  const { spaceId: logId } = checkArguments(v.object({ spaceId }), args);
  const row = await hubOf(context, logId);
  if (row === undefined) return null;
  const { bytes, quota, standing } = row;
  return { nearlyFull: bytes !== null && quota !== null && bytes >= NEARLY * quota, standing };
}
