/**
 * Events of files -> rows.
 *
 * [Note: A file is what its changes make of it] Things, versions, changes and comments are kept as rows with their positions; what a
 * thing is called, where it is and whether it is in the bin is worked out from all of its changes, the last one winning for
 * each. Pending ones have positions above all confirmed ones. So the result depends on the set of events only: a pending
 * event that is confirmed moves to its place, a repeat changes nothing, and what comes before its thing waits for it.
 *
 * Which moves count: see [Note: Moves] in moves.ts.
 */
import { toHex } from "@baraza/protocol";
import type { SqlTx } from "../../ports.ts";
import { byStewards } from "../rulings.ts";
import type { AppliedEvent } from "../tool.ts";
import type { AddedItem, EventContent, FilesEvent } from "./events.ts";
import { readFilesEvent } from "./events.ts";
import { isBefore, judgeAgain, judgeMoves, nodeOf, TOP } from "./moves.ts";
import type { Place } from "./moves.ts";
import { nameKey, safeName, sortKey } from "./names.ts";

/** Applies one event. Idempotent by event id; a confirmed event replaces itself pending. */
export function reduceFiles(tx: SqlTx, event: AppliedEvent): void {
  const read = readFilesEvent(event.type, event.payload);
  if (read === null) return;
  switch (read.type) {
    case "files.add":
      for (const [index, item] of read.items.entries()) putNode(tx, event, item, index);
      break;
    case "files.version":
      putVersion(tx, event, toHex(read.file), read.content);
      break;
    case "files.comment":
      putComment(tx, event, toHex(read.file), read.text);
      break;
    case "files.keep":
      // Somebody's device was first.
      for (const blob of event.pending ? [] : read.blobs)
        tx.run("DELETE FROM files_keeps WHERE log_id = ? AND blob_id = ?", [
          event.logId,
          toHex(blob),
        ]);
      break;
    default:
      putChanges(tx, event, read);
  }
}

/** Of several things under one id the first in the log is the one. */
function putNode(tx: SqlTx, event: AppliedEvent, item: AddedItem, index: number): void {
  const { logId, eventId } = event;
  const fileId = toHex(item.id);
  const known = nodeOf(tx, logId, fileId);
  if (known !== undefined) {
    if (known.event_id === eventId ? known.pending === 0 : known.position <= event.position) return;
    if (known.event_id !== eventId) dropVersions(tx, logId, fileId, known.event_id);
  }
  tx.run(
    `INSERT INTO files_nodes
       (log_id, file_id, rank, event_id, position, item, pending, author, mine, at, first_name, first_parent)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (log_id, file_id) DO UPDATE SET
       rank = excluded.rank, event_id = excluded.event_id, position = excluded.position,
       item = excluded.item, pending = excluded.pending, author = excluded.author, mine = excluded.mine, at = excluded.at,
       first_name = excluded.first_name, first_parent = excluded.first_parent`,
    [
      logId,
      fileId,
      item.content === undefined ? 0 : 1,
      eventId,
      event.position,
      index,
      Number(event.pending),
      event.author,
      Number(event.mine),
      event.at,
      safeName(item.name),
      item.parent === null ? TOP : toHex(item.parent),
    ],
  );
  if (item.content !== undefined) putVersion(tx, event, fileId, item.content);
  const node = { fileId, position: event.position, isFolder: item.content === undefined };
  for (const moved of judgeAgain(tx, logId, node, known?.rank === 0)) show(tx, logId, moved);
  show(tx, logId, fileId);
  // What was put into a folder before it was known is there now.
  if (node.isFolder || known !== undefined) showAllIn(tx, logId, fileId);
}

/** A version stands under the event that brought it. The same version id twice is the first of the two. */
function putVersion(
  tx: SqlTx,
  event: AppliedEvent,
  fileId: string,
  { id, blob, side, type, thumbnail, changedAt, ...meta }: EventContent,
): void {
  const { logId } = event;
  const versionId = toHex(id);
  const node = nodeOf(tx, logId, fileId);
  // What was deleted for good stays so.
  if (node?.purged === 1) return;
  const known = tx.get<{ event_id: string; position: number; pending: number }>(
    "SELECT event_id, position, pending FROM files_versions WHERE log_id = ? AND file_id = ? AND version_id = ?",
    [logId, fileId, versionId],
  );
  if (known !== undefined) {
    const same = known.event_id === event.eventId;
    if (same ? known.pending === 0 : known.position <= event.position) return;
  }
  const { width, height, durationMs, pages } = meta;
  tx.run(
    `INSERT OR REPLACE INTO files_versions
       (log_id, file_id, version_id, event_id, position, pending, author, at, changed_at, type, meta, thumbnail,
        blob_id, blob_key, size, hash, side_id, side_key, side_size, side_hash)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      logId,
      fileId,
      versionId,
      event.eventId,
      event.position,
      Number(event.pending),
      event.author,
      event.at,
      changedAt ?? null,
      type,
      JSON.stringify({ width, height, durationMs, pages }),
      Number(thumbnail === true && side !== undefined),
      toHex(blob.blobId),
      blob.key,
      blob.size,
      blob.hash,
      side === undefined ? null : toHex(side.blobId),
      side?.key ?? null,
      side?.size ?? null,
      side?.hash ?? null,
    ],
  );
  if (event.type === "files.version" && node !== undefined) show(tx, logId, fileId);
}

function dropVersions(tx: SqlTx, logId: string, fileId: string, eventId: string): void {
  tx.run("DELETE FROM files_versions WHERE log_id = ? AND file_id = ? AND event_id = ?", [
    logId,
    fileId,
    eventId,
  ]);
}

function putComment(tx: SqlTx, event: AppliedEvent, fileId: string, text: string): void {
  const { logId, eventId } = event;
  if (nodeOf(tx, logId, fileId)?.purged === 1) return;
  const known = tx.get<{ pending: number }>(
    "SELECT pending FROM files_comments WHERE log_id = ? AND event_id = ?",
    [logId, eventId],
  );
  if (known?.pending === 0) return;
  tx.run(
    `INSERT OR REPLACE INTO files_comments
       (log_id, event_id, file_id, position, pending, author, mine, at, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      logId,
      eventId,
      fileId,
      event.position,
      Number(event.pending),
      event.author,
      Number(event.mine),
      event.at,
      text,
    ],
  );
  judgeComment(tx, logId, eventId);
}

type Change = Exclude<
  FilesEvent,
  { type: "files.add" | "files.version" | "files.comment" | "files.keep" }
>;

function putChanges(tx: SqlTx, event: AppliedEvent, change: Change): void {
  const { logId, eventId } = event;
  const { kind, nodes, value } = changeOf(change);
  const known = tx.get<{ pending: number }>(
    "SELECT pending FROM files_changes WHERE log_id = ? AND event_id = ? LIMIT 1",
    [logId, eventId],
  );
  if (known?.pending === 0) return;
  const rules = kind === "purge" || kind === "uncomment";
  const steward = Number(rules && byStewards(tx, "files_rulings", event));
  for (const node of nodes)
    tx.run(
      `INSERT OR REPLACE INTO files_changes
         (log_id, event_id, node, kind, position, pending, author, at, steward, value)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        logId,
        eventId,
        node,
        kind,
        event.position,
        Number(event.pending),
        event.author,
        event.at,
        steward,
        value,
      ],
    );
  if (kind === "uncomment") return judgeComment(tx, logId, nodes[0] ?? "");
  const shown = kind === "move" ? judgeMoves(tx, logId, event.position, nodes) : nodes;
  for (const node of shown) show(tx, logId, node);
}

function changeOf(change: Change): { kind: string; nodes: string[]; value: string } {
  switch (change.type) {
    case "files.rename":
      return { kind: "name", nodes: [toHex(change.file)], value: safeName(change.name) };
    case "files.move":
      return {
        kind: "move",
        nodes: hexed(change.files),
        value: change.parent === null ? TOP : toHex(change.parent),
      };
    case "files.bin":
      return { kind: "bin", nodes: hexed(change.files), value: change.on ? "1" : "" };
    case "files.purge":
      return { kind: "purge", nodes: hexed(change.files), value: "" };
    case "files.uncomment":
      return { kind: "uncomment", nodes: [toHex(change.target)], value: "" };
  }
}

function hexed(ids: readonly Uint8Array[]): string[] {
  return [...new Set(ids.map(toHex))];
}

type ChangeRow = {
  kind: string;
  position: number;
  author: string;
  at: number;
  steward: number;
  value: string;
  void: number;
};

/** Works out what a thing is now, from all that happened to it. */
function show(tx: SqlTx, logId: string, fileId: string): void {
  const node = nodeOf(tx, logId, fileId);
  if (node === undefined) return;
  const changes = tx.all<ChangeRow>(
    "SELECT kind, position, author, at, steward, value, void FROM files_changes WHERE log_id = ? AND node = ? ORDER BY position",
    [logId, fileId],
  );
  const last = (kind: string) => changes.findLast((one) => one.kind === kind && one.void === 0);
  const moved = last("move");
  const bin = last("bin");
  const binned = bin?.value === "1";
  const purged = changes.some(
    (one) => one.kind === "purge" && (one.author === node.author || one.steward === 1),
  );
  const name = last("name")?.value ?? node.first_name;
  const wanted = moved?.value ?? node.first_parent;
  const version = purged ? undefined : newest(tx, logId, fileId);
  const parent = isThere(tx, logId, wanted, moved === undefined ? node : { ...moved, item: 0 })
    ? wanted
    : TOP;
  const changed = version ?? { at: node.at, changed_at: null, author: node.author };
  const shownName = purged ? "" : name;
  tx.run(
    `UPDATE files_nodes SET name = ?, name_key = ?, sort_key = ?, wanted = ?, parent = ?, binned = ?, binned_at = ?,
       binned_by = ?, purged = ?, shown = ?, version_id = ?, type = ?, size = ?, changed_at = ?, changed_by = ?
     WHERE log_id = ? AND file_id = ?`,
    [
      shownName,
      nameKey(shownName),
      sortKey(shownName),
      wanted,
      parent,
      Number(binned),
      binned ? (bin?.at ?? 0) : 0,
      binned ? (bin?.author ?? "") : "",
      Number(purged),
      Number(!binned && !purged),
      version?.version_id ?? "",
      version?.type ?? "",
      version?.size ?? 0,
      changed.changed_at ?? changed.at,
      changed.author,
      logId,
      fileId,
    ],
  );
  if (purged && node.purged === 0) {
    tx.run("DELETE FROM files_versions WHERE log_id = ? AND file_id = ?", [logId, fileId]);
    tx.run("DELETE FROM files_comments WHERE log_id = ? AND file_id = ?", [logId, fileId]);
    tx.run("UPDATE files_nodes SET first_name = '' WHERE log_id = ? AND file_id = ?", [
      logId,
      fileId,
    ]);
    if (node.rank === 0) showAllIn(tx, logId, fileId);
  }
}

function newest(tx: SqlTx, logId: string, fileId: string) {
  return tx.get<{
    version_id: string;
    type: string;
    size: number;
    at: number;
    changed_at: number | null;
    author: string;
  }>(
    `SELECT version_id, type, size, at, changed_at, author FROM files_versions
     WHERE log_id = ? AND file_id = ? ORDER BY position DESC, version_id DESC LIMIT 1`,
    [logId, fileId],
  );
}

/** Whether there is a folder that was made before a position and is not gone for good. */
function isThere(tx: SqlTx, logId: string, folder: string, than: Place): boolean {
  if (folder === TOP) return true;
  const node = nodeOf(tx, logId, folder);
  return node !== undefined && node.rank === 0 && node.purged === 0 && isBefore(node, than);
}

function showAllIn(tx: SqlTx, logId: string, folder: string): void {
  const inside = tx.all<{ file_id: string }>(
    "SELECT file_id FROM files_nodes WHERE log_id = ? AND wanted = ?",
    [logId, folder],
  );
  for (const { file_id } of inside) show(tx, logId, file_id);
}

function judgeComment(tx: SqlTx, logId: string, eventId: string): void {
  tx.run(
    `UPDATE files_comments SET deleted = EXISTS (
       SELECT 1 FROM files_changes c WHERE c.log_id = files_comments.log_id AND c.node = files_comments.event_id
         AND c.kind = 'uncomment' AND (c.author = files_comments.author OR c.steward = 1))
     WHERE log_id = ? AND event_id = ?`,
    [logId, eventId],
  );
}
