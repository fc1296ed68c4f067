/** What a person can do with files -> events. What has to do with content is in file-contents.ts. */
import { randomBytes } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { fromHex, LIMITS, toHex } from "@baraza/protocol";
import * as v from "valibot";
import { checkArguments, hexId, invalid } from "../checks.ts";
import type { NewEvent, ToolContext } from "../tool.ts";
import type { FilesCommands } from "./api.ts";
import { FILE_LIMITS } from "./api.ts";
import type { AddedItem, EventContent, FilesPayloads } from "./events.ts";
import { EVENT_LIMITS } from "./events.ts";
import { nameKey, safeName } from "./names.ts";
import { pathTo } from "./file-rows.ts";

export const spaceId = hexId(32);
export const fileId = hexId(16);
export const parentId = v.nullable(fileId);
/** Whatever is typed or comes with a file becomes a name that every system can keep. */
export const typedName = v.pipe(
  v.string(),
  v.maxLength(100_000),
  v.check((value) => value.trim() !== "", "name"),
  v.transform(safeName),
);
const fileIds = v.pipe(v.array(fileId), v.minLength(1), v.maxLength(100_000));
const one = v.object({ spaceId, fileId });
const many = v.object({ spaceId, fileIds });
const commentText = v.pipe(
  v.string(),
  v.check((value) => value.isWellFormed(), "text"),
  v.transform((value) => value.normalize("NFC").trim()),
  v.minLength(1),
  v.maxLength(FILE_LIMITS.commentLength),
);

type Args<K extends keyof FilesCommands> = Parameters<FilesCommands[K]>[0];
type Answer<K extends keyof FilesCommands> = ReturnType<FilesCommands[K]>;

/** An event with a payload of its type. */
export function filesEvent<K extends keyof FilesPayloads>(
  type: K,
  payload: FilesPayloads[K],
): NewEvent {
  return { type, payload };
}

export const own = async (context: ToolContext): Answer<"files.own"> => ({
  spaceId: await context.ownSpace(),
});

export async function newFolder(
  context: ToolContext,
  args: Args<"files.newFolder">,
): Answer<"files.newFolder"> {
  const {
    spaceId: logId,
    parentId: parent,
    name,
  } = checkArguments(v.object({ spaceId, parentId, name: typedName }), args);
  await checkPlace(context, logId, parent, 1);
  const id = randomBytes(16);
  await context.post(logId, [filesEvent("files.add", { items: [folderItem(id, parent, name)] })]);
  return { fileId: toHex(id) };
}

export async function folderAt(
  context: ToolContext,
  args: Args<"files.folderAt">,
): Answer<"files.folderAt"> {
  const {
    spaceId: logId,
    parentId: parent,
    path,
  } = checkArguments(
    v.object({
      spaceId,
      parentId,
      path: v.pipe(v.array(typedName), v.maxLength(FILE_LIMITS.depth)),
    }),
    args,
  );
  // Two files of one new folder ask at once: the second finds what the first has made.
  return context.once(`folderAt ${logId}`, async () => {
    await checkPlace(context, logId, parent, path.length);
    let at = parent;
    const made: AddedItem[] = [];
    for (const name of path) {
      const known: string | undefined =
        made.length > 0 ? undefined : await childFolder(context, logId, at, name);
      if (known === undefined) {
        const id = randomBytes(16);
        made.push(folderItem(id, at, name));
        at = toHex(id);
      } else at = known;
    }
    const events: NewEvent[] = [];
    for (let from = 0; from < made.length; from += EVENT_LIMITS.items)
      events.push(filesEvent("files.add", { items: made.slice(from, from + EVENT_LIMITS.items) }));
    // One event each: a folder has to stand before what is in it.
    for (const event of events) await context.post(logId, [event]);
    return { fileId: at };
  });
}

function folderItem(id: Bytes, parent: string | null, name: string): AddedItem {
  return { id, parent: parent === null ? null : fromHex(parent), name };
}

async function childFolder(
  context: ToolContext,
  logId: string,
  parent: string | null,
  name: string,
): Promise<string | undefined> {
  const row = await context.get<{ file_id: string }>(
    `SELECT file_id FROM files_nodes WHERE log_id = ? AND parent = ? AND shown = 1 AND name_key = ? AND rank = 0
     ORDER BY position LIMIT 1`,
    [logId, parent ?? "", nameKey(name)],
  );
  return row?.file_id;
}

/** @throws EngineError `invalid`: no such folder, or too many in each other */
export async function checkPlace(
  context: ToolContext,
  logId: string,
  parent: string | null,
  more: number,
): Promise<void> {
  if (parent === null) {
    if (more > FILE_LIMITS.depth) throw invalid("depth");
    return;
  }
  const folder = await context.get<{ rank: number }>(
    "SELECT rank FROM files_nodes WHERE log_id = ? AND file_id = ? AND shown = 1",
    [logId, parent],
  );
  if (folder?.rank !== 0) throw invalid("parentId");
  const height = (await pathTo(context, logId, parent)).length;
  if (height + more > FILE_LIMITS.depth) throw invalid("depth");
}

export async function rename(
  context: ToolContext,
  args: Args<"files.rename">,
): Answer<"files.rename"> {
  const { name, ...target } = checkArguments(v.object({ spaceId, fileId, name: typedName }), args);
  const { spaceId: logId, fileId: id } = target;
  const node = await nodeOf(context, logId, id);
  if (node.name === name) return;
  await context.post(logId, [filesEvent("files.rename", { file: fromHex(id), name })]);
}

export async function move(context: ToolContext, args: Args<"files.move">): Answer<"files.move"> {
  const {
    spaceId: logId,
    fileIds: ids,
    parentId: parent,
  } = checkArguments(v.object({ spaceId, fileIds, parentId }), args);
  const above = parent === null ? [] : await pathTo(context, logId, parent);
  let height = 0;
  for (const id of ids) {
    const node = await nodeOf(context, logId, id);
    if (above.some((folder) => folder.fileId === id)) throw invalid("parentId");
    if (node.rank === 0) height = Math.max(height, await heightOf(context, logId, id));
  }
  await checkPlace(context, logId, parent, height);
  for (const some of portions(ids))
    await context.post(logId, [
      filesEvent("files.move", { files: some, parent: parent === null ? null : fromHex(parent) }),
    ]);
}

/** How many folders are in each other from this one on, itself included. */
export async function heightOf(context: ToolContext, logId: string, id: string): Promise<number> {
  const row = await context.get<{ height: number }>(
    `WITH RECURSIVE down(file_id, height) AS (
       SELECT ?2, 1 UNION ALL
       SELECT n.file_id, down.height + 1 FROM down JOIN files_nodes n
         ON n.log_id = ?1 AND n.parent = down.file_id AND n.shown = 1 AND n.rank = 0 WHERE down.height < 70)
     SELECT max(height) AS height FROM down`,
    [logId, id],
  );
  return row?.height ?? 1;
}

export const bin = (context: ToolContext, args: Args<"files.bin">): Answer<"files.bin"> =>
  setBin(context, checkArguments(many, args), true);

async function setBin(
  context: ToolContext,
  { spaceId: logId, fileIds: ids }: { spaceId: string; fileIds: string[] },
  on: boolean,
): Promise<void> {
  for (const id of ids) await nodeOf(context, logId, id);
  for (const some of portions(ids))
    await context.post(logId, [filesEvent("files.bin", { files: some, on })]);
}

/** What is restored out of a folder that is gone, or in the bin itself, goes to the top. */
export async function restore(
  context: ToolContext,
  args: Args<"files.restore">,
): Answer<"files.restore"> {
  const { spaceId: logId, fileIds: ids } = checkArguments(many, args);
  const stranded: string[] = [];
  for (const id of ids) {
    await nodeOf(context, logId, id);
    const above = (await pathTo(context, logId, id)).slice(0, -1);
    const outside = above.findLast((folder) => folder.binned && !ids.includes(folder.fileId));
    if (outside !== undefined) stranded.push(id);
  }
  await setBin(context, { spaceId: logId, fileIds: ids }, false);
  for (const some of portions(stranded))
    await context.post(logId, [filesEvent("files.move", { files: some, parent: null })]);
}

export async function purge(
  context: ToolContext,
  args: Args<"files.purge">,
): Answer<"files.purge"> {
  const { spaceId: logId, fileIds: ids } = checkArguments(many, args);
  const found = new Map<string, boolean>();
  for (const id of ids) {
    await nodeOf(context, logId, id);
    for (const node of await everythingIn(context, logId, id))
      found.set(node.file_id, node.mine === 1);
  }
  const all = await leads(context, logId);
  if (!all && ids.some((id) => found.get(id) !== true)) throw invalid("fileIds");
  // What others put into a folder of one's own stays: it comes to the top.
  const gone = [...found].filter(([, mine]) => mine || all).map(([id]) => id);
  await purgeNodes(context, logId, gone);
}

export async function emptyBin(
  context: ToolContext,
  args: Args<"files.emptyBin">,
): Answer<"files.emptyBin"> {
  const { spaceId: logId } = checkArguments(v.object({ spaceId }), args);
  const all = await leads(context, logId);
  const rows = await context.all<{ file_id: string; mine: number }>(
    "SELECT file_id, mine FROM files_nodes WHERE log_id = ? AND binned = 1 AND purged = 0",
    [logId],
  );
  const gone = new Set<string>();
  for (const { file_id } of rows.filter((row) => all || row.mine === 1))
    for (const node of await everythingIn(context, logId, file_id))
      if (all || node.mine === 1) gone.add(node.file_id);
  await purgeNodes(context, logId, [...gone]);
}

async function everythingIn(context: ToolContext, logId: string, id: string) {
  return context.all<{ file_id: string; mine: number }>(
    `WITH RECURSIVE down(file_id, mine, rank, height) AS (
       SELECT file_id, mine, rank, 0 FROM files_nodes WHERE log_id = ?1 AND file_id = ?2 AND purged = 0
       UNION ALL
       SELECT n.file_id, n.mine, n.rank, down.height + 1 FROM down JOIN files_nodes n
         ON n.log_id = ?1 AND n.parent = down.file_id AND n.purged = 0 WHERE down.rank = 0 AND down.height < 300)
     SELECT file_id, mine FROM down`,
    [logId, id],
  );
}

/** Deletes for good, and lets go of the blobs that nothing else refers to. */
async function purgeNodes(
  context: ToolContext,
  logId: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const list = JSON.stringify(ids);
  const blobs = await context.all<{ blob: string; file_id: string }>(
    `WITH named AS (
       SELECT blob_id AS blob, file_id FROM files_versions WHERE log_id = ?1 AND file_id IN (SELECT value FROM json_each(?2))
       UNION SELECT side_id, file_id FROM files_versions
         WHERE log_id = ?1 AND side_id IS NOT NULL AND file_id IN (SELECT value FROM json_each(?2)))
     SELECT blob, min(file_id) AS file_id FROM named WHERE NOT EXISTS (
       SELECT 1 FROM files_versions o WHERE o.log_id = ?1 AND o.blob_id = named.blob
         AND o.file_id NOT IN (SELECT value FROM json_each(?2)))
       AND NOT EXISTS (SELECT 1 FROM files_versions o WHERE o.log_id = ?1 AND o.side_id = named.blob
         AND o.file_id NOT IN (SELECT value FROM json_each(?2)))
     GROUP BY blob ORDER BY 2`,
    [logId, list],
  );
  const byFile = new Map<string, string[]>();
  for (const { blob, file_id } of blobs)
    byFile.set(file_id, [...(byFile.get(file_id) ?? []), blob]);
  let files: string[] = [];
  let drops: string[] = [];
  const flush = async () => {
    if (files.length === 0) return;
    await context.post(logId, [
      filesEvent("files.purge", { files: files.map(fromHex), drops: drops.map(fromHex) }),
    ]);
    files = [];
    drops = [];
  };
  for (const id of ids) {
    const mine = byFile.get(id) ?? [];
    if (files.length === EVENT_LIMITS.ids || drops.length + mine.length > LIMITS.entryBlobs)
      await flush();
    files.push(id);
    // A file of many versions has more than one entry may let go.
    for (const blob of mine) {
      if (drops.length === LIMITS.entryBlobs) {
        await flush();
        files.push(id);
      }
      drops.push(blob);
    }
  }
  await flush();
}

export async function restoreVersion(
  context: ToolContext,
  args: Args<"files.restoreVersion">,
): Answer<"files.restoreVersion"> {
  const {
    spaceId: logId,
    fileId: id,
    versionId,
  } = checkArguments(v.object({ spaceId, fileId, versionId: fileId }), args);
  const node = await nodeOf(context, logId, id);
  if (node.version_id === versionId) return;
  const content = await contentOf(context, logId, id, versionId);
  if (content === undefined) throw invalid("versionId");
  await context.post(logId, [
    filesEvent("files.version", {
      file: fromHex(id),
      content: { ...content, id: randomBytes(16) },
    }),
  ]);
}

type VersionRow = {
  blob_id: string;
  blob_key: Bytes;
  size: number;
  hash: Bytes;
  side_id: string | null;
  side_key: Bytes | null;
  side_size: number | null;
  side_hash: Bytes | null;
  type: string;
  meta: string;
  thumbnail: number;
  changed_at: number | null;
};

/** A version as an event names it once more; its id has to be another one. */
export async function contentOf(
  context: ToolContext,
  logId: string,
  id: string,
  versionId: string,
): Promise<EventContent | undefined> {
  const row = await context.get<VersionRow>(
    "SELECT * FROM files_versions WHERE log_id = ? AND file_id = ? AND version_id = ?",
    [logId, id, versionId],
  );
  return row === undefined ? undefined : { id: fromHex(versionId), ...contentFields(row) };
}

/** What a version's row says, as events have it. */
export function contentFields(row: VersionRow) {
  const meta = JSON.parse(row.meta) as Record<string, number>;
  return {
    blob: { blobId: fromHex(row.blob_id), key: row.blob_key, size: row.size, hash: row.hash },
    type: row.type,
    ...(row.side_id === null || row.side_key === null || row.side_hash === null
      ? {}
      : {
          side: {
            blobId: fromHex(row.side_id),
            key: row.side_key,
            size: row.side_size ?? 0,
            hash: row.side_hash,
          },
          thumbnail: row.thumbnail === 1,
        }),
    ...meta,
    ...(row.changed_at === null ? {} : { changedAt: row.changed_at }),
  };
}

export async function comment(
  context: ToolContext,
  args: Args<"files.comment">,
): Answer<"files.comment"> {
  const {
    spaceId: logId,
    fileId: id,
    text,
  } = checkArguments(v.object({ spaceId, fileId, text: commentText }), args);
  await nodeOf(context, logId, id);
  const [eventId] = await context.post(logId, [
    filesEvent("files.comment", { file: fromHex(id), text }),
  ]);
  return { eventId: eventId ?? "" };
}

export async function deleteComment(
  context: ToolContext,
  args: Args<"files.deleteComment">,
): Answer<"files.deleteComment"> {
  const { spaceId: logId, eventId } = checkArguments(
    v.object({ spaceId, fileId, eventId: hexId(16) }),
    args,
  );
  const row = await context.get<{ mine: number; deleted: number }>(
    "SELECT mine, deleted FROM files_comments WHERE log_id = ? AND event_id = ?",
    [logId, eventId],
  );
  if (row === undefined || (row.mine === 0 && !(await leads(context, logId))))
    throw invalid("eventId");
  if (row.deleted === 1) return;
  await context.post(logId, [filesEvent("files.uncomment", { target: fromHex(eventId) })]);
}

/** A thing that is not gone for good. @throws EngineError `invalid` */
export async function nodeOf(
  context: ToolContext,
  logId: string,
  id: string,
): Promise<{ rank: number; name: string; version_id: string; parent: string }> {
  const row = await context.get<{
    rank: number;
    name: string;
    version_id: string;
    parent: string;
  }>(
    "SELECT rank, name, version_id, parent FROM files_nodes WHERE log_id = ? AND file_id = ? AND purged = 0",
    [logId, id],
  );
  if (row === undefined) throw invalid("fileId");
  return row;
}

/** Whether one is a steward of the space. */
async function leads(context: ToolContext, logId: string): Promise<boolean> {
  const member = await context.get<{ role: string }>(
    "SELECT role FROM members WHERE log_id = ? AND identity_id = ?",
    [logId, context.me()],
  );
  return member?.role === "steward";
}

function* portions(ids: readonly string[]): Generator<Bytes[]> {
  for (let from = 0; from < ids.length; from += EVENT_LIMITS.ids)
    yield ids.slice(from, from + EVENT_LIMITS.ids).map(fromHex);
}

export { one, many };
