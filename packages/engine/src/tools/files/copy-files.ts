/** Copying: within a space by naming the same content once more; into another one by way of this device, sealed anew. */
import { createFileKey, randomBytes } from "@baraza/crypto";
import { fromHex, toHex } from "@baraza/protocol";
import * as v from "valibot";
import { checkArguments, invalid } from "../checks.ts";
import type { ToolContext } from "../tool.ts";
import type { FilesCommands } from "./api.ts";
import {
  checkPlace,
  contentOf,
  filesEvent,
  heightOf,
  many,
  nodeOf,
  parentId,
  spaceId,
} from "./file-changes.ts";
import { insertUpload } from "./file-contents.ts";
import type { AddedItem, EventContent } from "./events.ts";
import { EVENT_LIMITS } from "./events.ts";

type Node = { file_id: string; parent: string; rank: number; name: string; version_id: string };

/** More at once would be a wish gone wrong. */
const MOST = 100_000;

export async function copy(
  context: ToolContext,
  args: Parameters<FilesCommands["files.copy"]>[0],
  /** The ids that the copies are to have, in the order of the files; others unless told. */
  given: readonly string[] = [],
): ReturnType<FilesCommands["files.copy"]> {
  const {
    spaceId: logId,
    fileIds: ids,
    toSpaceId,
    parentId: parent,
  } = checkArguments(v.object({ ...many.entries, toSpaceId: spaceId, parentId }), args);
  let height = 0;
  for (const id of ids)
    if ((await nodeOf(context, logId, id)).rank === 0)
      height = Math.max(height, await heightOf(context, logId, id));
  await checkPlace(context, toSpaceId, parent, height);
  const nodes = await allBelow(context, logId, ids);
  if (nodes.length > MOST) throw invalid("fileIds");
  const made = new Map(
    nodes.map((node) => [node.file_id, given[ids.indexOf(node.file_id)] ?? toHex(randomBytes(16))]),
  );
  const placeOf = (node: Node): string =>
    ids.includes(node.file_id) ? (parent ?? "") : (made.get(node.parent) ?? "");
  let items: AddedItem[] = [];
  const flush = async () => {
    if (items.length > 0) await context.post(toSpaceId, [filesEvent("files.add", { items })]);
    items = [];
  };
  for (const node of nodes) {
    const id = made.get(node.file_id) ?? "";
    const place = placeOf(node);
    const content =
      node.rank === 0 ? undefined : await contentOf(context, logId, node.file_id, node.version_id);
    if (node.rank === 1 && content === undefined) continue;
    if (content !== undefined && toSpaceId !== logId) {
      await carry(context, { logId, toSpaceId, id, place, name: node.name, content });
      continue;
    }
    items.push({
      id: fromHex(id),
      parent: place === "" ? null : fromHex(place),
      name: node.name,
      ...(content === undefined ? {} : { content: { ...content, id: randomBytes(16) } }),
    });
    // Folders have to stand in the log before what is in them: each level is one event at least.
    if (items.length === EVENT_LIMITS.items || node.rank === 0) await flush();
  }
  await flush();
  if (toSpaceId !== logId) (await context.files()).core.kick({ files: true });
  return { fileIds: ids.map((id) => made.get(id) ?? "") };
}

/** The things and what is in them, folders before what is in them. */
async function allBelow(
  context: ToolContext,
  logId: string,
  ids: readonly string[],
): Promise<Node[]> {
  return context.all<Node>(
    `WITH RECURSIVE down(file_id, parent, rank, name, version_id, height) AS (
       SELECT file_id, parent, rank, name, version_id, 0 FROM files_nodes
         WHERE log_id = ?1 AND purged = 0 AND file_id IN (SELECT value FROM json_each(?2))
       UNION ALL
       SELECT n.file_id, n.parent, n.rank, n.name, n.version_id, down.height + 1 FROM down JOIN files_nodes n
         ON n.log_id = ?1 AND n.parent = down.file_id AND n.shown = 1 WHERE down.rank = 0 AND down.height < 300)
     SELECT DISTINCT file_id, parent, rank, name, version_id FROM down ORDER BY height LIMIT ?3`,
    [logId, JSON.stringify(ids), MOST + 1],
  );
}

/** An upload whose content comes from the other space. */
async function carry(
  context: ToolContext,
  wanted: {
    logId: string;
    toSpaceId: string;
    id: string;
    place: string;
    name: string;
    content: EventContent;
  },
): Promise<void> {
  const { blob, side, type, thumbnail, changedAt, width, height, durationMs, pages } =
    wanted.content;
  const now = context.now();
  await context.write((tx) => {
    insertUpload(tx, {
      upload_id: toHex(randomBytes(16)),
      log_id: wanted.toSpaceId,
      file_id: wanted.id,
      version_id: toHex(randomBytes(16)),
      is_new: 1,
      parent: wanted.place,
      name: wanted.name,
      type,
      meta: JSON.stringify({ width, height, durationMs, pages }),
      thumbnail: Number(thumbnail === true),
      changed_at: changedAt ?? null,
      created: now,
      state: "waiting",
      failure: null,
      size: blob.size,
      done: 0,
      total: blob.size,
      blob_id: toHex(randomBytes(16)),
      blob_key: createFileKey(),
      hash: null,
      staged: 0,
      side_id: null,
      side_key: null,
      side_size: null,
      side_hash: null,
      from_log: wanted.logId,
      from_blob: toHex(blob.blobId),
      from_key: blob.key,
      from_side: side === undefined ? null : toHex(side.blobId),
      from_side_key: side?.key ?? null,
      from_side_size: side?.size ?? null,
    });
  });
}
