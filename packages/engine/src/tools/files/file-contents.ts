/** What a person can do with the content of files: hand it over, read it, keep it here. */
import { createFileKey, randomBytes, streamLayout } from "@baraza/crypto";
import { fromHex, toHex } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import * as v from "valibot";
import type { BlobPointer } from "../../blobs/api.ts";
import { putInline } from "../../blobs/cache.ts";
import { EngineError } from "../../errors.ts";
import type { SqlTx } from "../../ports.ts";
import { checkArguments, hexId, invalid } from "../checks.ts";
import type { ToolContext } from "../tool.ts";
import type { Content, FilesCommands, Prepared } from "./api.ts";
import { FILE_LIMITS } from "./api.ts";
import {
  checkPlace,
  fileId,
  many,
  nodeOf,
  one,
  parentId,
  spaceId,
  typedName,
} from "./file-changes.ts";
import { EVENT_LIMITS } from "./events.ts";
import { BLOBS_IN } from "./files-kept.ts";
import type { BlobRow } from "./files-kept.ts";
import { readSidecar, SIDECAR_BYTES, writeSidecar } from "./sidecar.ts";
import { isSmall, sealSmall } from "./small-uploads.ts";
import type { Upload } from "./upload-rows.ts";
import type { FilesWork } from "./work-port.ts";
import { slice } from "./work-port.ts";

type Args<K extends keyof FilesCommands> = Parameters<FilesCommands[K]>[0];
type Answer<K extends keyof FilesCommands> = ReturnType<FilesCommands[K]>;

const uploadId = hexId(16);
const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const content = v.custom<Content>(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    "size" in value &&
    v.is(size, value.size) &&
    "slice" in value &&
    typeof value.slice === "function",
  "content",
);
const count = v.optional(
  v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(0xffff_ffff)),
);
const prepared = v.object({
  type: v.pipe(v.string(), v.maxLength(EVENT_LIMITS.typeLength)),
  thumbnail: v.optional(
    v.object({
      bytes: v.custom<Bytes>(
        (value) =>
          value instanceof Uint8Array &&
          value.length > 0 &&
          value.length <= FILE_LIMITS.thumbnailBytes,
        "bytes",
      ),
      type: v.pipe(v.string(), v.maxLength(EVENT_LIMITS.typeLength)),
      width: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff)),
      height: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff)),
    }),
  ),
  text: v.optional(v.string()),
  meta: v.optional(
    v.object({
      width: count,
      height: count,
      durationMs: v.optional(size),
      pages: count,
    }),
  ),
});
const changedAt = v.optional(size);

export const add = (context: ToolContext, args: Args<"files.add">): Answer<"files.add"> =>
  addFrom(context, args);

/**
 * Adds a file. `elsewhere` notes, in the transaction that writes the upload down, where its content is read whenever it is needed: of what was left in
 * a drop box, see sharing/save.ts. Without it the content is the one that is handed over. `id`: what the file is to be called, a fresh random one. `apart`: it is no file of the
 * space, but the content of a message (chat/once.ts).
 */
export async function addFrom(
  context: ToolContext,
  args: Args<"files.add">,
  elsewhere?: (tx: SqlTx, made: { fileId: string; uploadId: string }) => void,
  id: string = toHex(randomBytes(16)),
  apart = false,
): Answer<"files.add"> {
  const given = checkArguments(
    v.object({ spaceId, parentId, name: typedName, content, prepared, changedAt }),
    args,
  );
  await checkPlace(context, given.spaceId, given.parentId, 0);
  const made = await note(
    context,
    {
      logId: given.spaceId,
      fileId: id,
      isNew: apart ? 2 : 1,
      parent: given.parentId ?? "",
      name: given.name,
      content: given.content,
      prepared: given.prepared,
      changedAt: given.changedAt ?? null,
    },
    elsewhere && ((tx, uploadId) => elsewhere(tx, { fileId: id, uploadId })),
  );
  return { fileId: id, uploadId: made };
}

export async function addVersion(
  context: ToolContext,
  args: Args<"files.addVersion">,
): Answer<"files.addVersion"> {
  const given = checkArguments(v.object({ spaceId, fileId, content, prepared }), args);
  const node = await nodeOf(context, given.spaceId, given.fileId);
  if (node.rank !== 1) throw invalid("fileId");
  return {
    uploadId: await note(context, {
      logId: given.spaceId,
      fileId: given.fileId,
      isNew: 0,
      parent: node.parent,
      name: node.name,
      content: given.content,
      prepared: given.prepared,
      changedAt: null,
    }),
  };
}

type NewUpload = {
  logId: string;
  fileId: string;
  isNew: 0 | 1 | 2;
  parent: string;
  name: string;
  content: Content;
  prepared: Prepared;
  changedAt: number | null;
};

/** Writes an upload down: a small one with all of its content, so that it is safe from here on. */
async function note(
  context: ToolContext,
  wanted: NewUpload,
  elsewhere?: (tx: SqlTx, uploadId: string) => void,
): Promise<string> {
  const space = await context.get<{ state: string }>("SELECT state FROM spaces WHERE log_id = ?", [
    wanted.logId,
  ]);
  if (space === undefined) throw new EngineError("no_space");
  if (space.state !== "active") throw new EngineError("not_member");
  const work = await context.files();
  const { logId } = wanted;
  const id = toHex(randomBytes(16));
  let blobId = toHex(randomBytes(16));
  let key = createFileKey();
  const layout = layoutOf(wanted.content.size);
  const small = layout.blobChunks === 1 && isSmall(layout.sealed);
  const side = await sideOf(wanted.prepared);
  let sealed: Bytes | null = null;
  let hash: Bytes | null = null;
  if (small) {
    const bytes = await readWhole(wanted.content);
    ({ sealed, hash } = await sealSmall(key, bytes));
    const known = await context.get<{ blob_id: string; blob_key: Bytes }>(
      // One's own only: others' may open to something else than they say.
      "SELECT blob_id, blob_key FROM files_versions WHERE log_id = ? AND size = ? AND hash = ? AND author = ? LIMIT 1",
      [logId, bytes.length, hash, context.me()],
    );
    if (known !== undefined && wanted.isNew !== 2) {
      blobId = known.blob_id;
      key = known.blob_key;
      ({ sealed } = await sealSmall(key, bytes));
    }
  }
  const together = small && (side === null || isSmall(side.sealed.length));
  if (side !== null && !isSmall(side.sealed.length))
    await work.chunks.put({ logId, blobId: side.blobId, index: 0, bytes: side.sealed, held: true });
  const { meta = {}, type, thumbnail } = wanted.prepared;
  const now = context.now();
  await context.write((tx) => {
    if (sealed !== null) putInline(tx, { logId, blobId, index: 0, bytes: sealed, held: true }, now);
    if (side !== null && isSmall(side.sealed.length))
      putInline(tx, { logId, blobId: side.blobId, index: 0, bytes: side.sealed, held: true }, now);
    insertUpload(tx, {
      upload_id: id,
      log_id: logId,
      file_id: wanted.fileId,
      version_id: toHex(randomBytes(16)),
      is_new: wanted.isNew,
      parent: wanted.parent,
      name: wanted.name,
      type,
      meta: JSON.stringify(meta),
      thumbnail: Number(thumbnail !== undefined),
      changed_at: wanted.changedAt,
      created: now,
      state: "waiting",
      failure: null,
      size: wanted.content.size,
      done: 0,
      total: wanted.content.size,
      blob_id: blobId,
      blob_key: key,
      hash,
      staged: together ? 2 : Number(small),
      side_id: side?.blobId ?? null,
      side_key: side?.key ?? null,
      side_size: side?.size ?? null,
      side_hash: side?.hash ?? null,
      from_log: null,
      from_blob: null,
      from_key: null,
      from_side: null,
      from_side_key: null,
      from_side_size: null,
    });
    elsewhere?.(tx, id);
  });
  if (!small && elsewhere === undefined) work.contents.set(id, wanted.content);
  work.core.kick({ files: true });
  return id;
}

function insertUpload(
  tx: { run(sql: string, params: (string | number | null | Bytes)[]): unknown },
  row: Upload,
): void {
  const columns = Object.keys(row);
  tx.run(
    `INSERT INTO files_uploads (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
    Object.values(row),
  );
}

/** @throws EngineError `too_large` */
function layoutOf(bytes: number) {
  try {
    return streamLayout(bytes);
  } catch (cause) {
    throw new EngineError("too_large", { cause });
  }
}

async function readWhole(from: Content): Promise<Bytes> {
  let bytes: Bytes;
  try {
    bytes = await slice(from, 0, from.size);
  } catch (cause) {
    throw new EngineError("file_unreadable", { cause });
  }
  if (bytes.length !== from.size) throw new EngineError("file_changed");
  return bytes;
}

async function sideOf(given: Prepared) {
  const bytes = writeSidecar({ ...given, text: cutText(given.text) });
  if (bytes === null) return null;
  const key = createFileKey();
  const { sealed, hash } = await sealSmall(key, bytes);
  return { blobId: toHex(randomBytes(16)), key, size: bytes.length, hash, sealed };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** As much of a text as is kept beside a file. */
function cutText(text: string | undefined): string | undefined {
  if (text === undefined || text.length * 3 <= FILE_LIMITS.textBytes) return text?.toWellFormed();
  const bytes = encoder.encode(text.slice(0, FILE_LIMITS.textBytes));
  if (bytes.length <= FILE_LIMITS.textBytes)
    return text.slice(0, FILE_LIMITS.textBytes).toWellFormed();
  // A character that the cut goes through is left out.
  return decoder.decode(bytes.subarray(0, FILE_LIMITS.textBytes)).replace(/\ufffd+$/u, "");
}

async function uploadOf(context: ToolContext, id: string): Promise<Upload> {
  const row = await context.get<Upload>(
    "SELECT * FROM files_uploads WHERE upload_id = ? AND state <> 'done'",
    [id],
  );
  if (row === undefined) throw invalid("uploadId");
  return row;
}

export async function pause(
  context: ToolContext,
  args: Args<"files.pause">,
): Answer<"files.pause"> {
  const { uploadId: id } = checkArguments(v.object({ uploadId }), args);
  await uploadOf(context, id);
  await context.write((tx) => {
    tx.run(
      "UPDATE files_uploads SET state = 'paused' WHERE upload_id = ? AND state IN ('waiting', 'sending')",
      [id],
    );
  });
  (await context.files()).stopped.get(id)?.abort();
}

export async function resume(
  context: ToolContext,
  args: Args<"files.resume">,
): Answer<"files.resume"> {
  const { uploadId: id, content: given } = checkArguments(
    v.object({ uploadId, content: v.optional(content) }),
    args,
  );
  const row = await uploadOf(context, id);
  const work = await context.files();
  if (given !== undefined) {
    // A file that was changed while it was read is taken as it is now; one that is only missing has to be the same.
    const anew = row.failure === "file_changed";
    if (!anew && given.size !== row.size) throw new EngineError("file_changed");
    if (anew) await beginAnew(context, work, row, given.size);
    work.contents.set(id, given);
    work.checked.delete(id);
  }
  await context.write((tx) => {
    tx.run(
      "UPDATE files_uploads SET state = 'waiting', failure = NULL WHERE upload_id = ? AND state <> 'sending'",
      [id],
    );
  });
  work.core.kick({ files: true });
}

/** Another content under the same name: with a new key, and as a new blob. */
async function beginAnew(
  context: ToolContext,
  work: FilesWork,
  row: Upload,
  bytes: number,
): Promise<void> {
  layoutOf(bytes);
  await work.chunks.remove(row.blob_id);
  await context.write((tx) => {
    tx.run("DELETE FROM files_pieces WHERE upload_id = ?", [row.upload_id]);
    tx.run(
      `UPDATE files_uploads SET blob_id = ?, blob_key = ?, hash = NULL, staged = 0, size = ?, total = ?, done = 0
       WHERE upload_id = ?`,
      [toHex(randomBytes(16)), createFileKey(), bytes, bytes, row.upload_id],
    );
  });
}

export async function cancel(
  context: ToolContext,
  args: Args<"files.cancel">,
): Answer<"files.cancel"> {
  const { uploadId: id } = checkArguments(v.object({ uploadId }), args);
  const row = await uploadOf(context, id);
  const work = await context.files();
  await context.write((tx) => {
    tx.run("DELETE FROM files_uploads WHERE upload_id = ?", [id]);
    tx.run("DELETE FROM files_pieces WHERE upload_id = ?", [id]);
  });
  work.stopped.get(id)?.abort();
  work.contents.delete(id);
  for (const blob of [row.blob_id, row.side_id]) {
    if (blob === null) continue;
    const used = await context.get(
      `SELECT 1 AS one FROM files_versions WHERE log_id = ?1 AND blob_id = ?2
       UNION ALL SELECT 1 FROM files_uploads WHERE log_id = ?1 AND blob_id = ?2 LIMIT 1`,
      [row.log_id, blob],
    );
    if (used === undefined) await work.chunks.remove(blob);
  }
}

type Stored = {
  blob_id: string;
  blob_key: Bytes;
  size: number;
  hash: Bytes;
  side_id: string | null;
  side_key: Bytes | null;
  side_size: number | null;
  side_hash: Bytes | null;
  thumbnail: number;
};

async function storedOf(
  context: ToolContext,
  logId: string,
  id: string,
  versionId: string | undefined,
): Promise<Stored | undefined> {
  return context.get<Stored>(
    `SELECT v.blob_id, v.blob_key, v.size, v.hash, v.side_id, v.side_key, v.side_size, v.side_hash, v.thumbnail
     FROM files_nodes n JOIN files_versions v ON v.log_id = n.log_id AND v.file_id = n.file_id
     WHERE n.log_id = ?1 AND n.file_id = ?2 AND v.version_id = coalesce(?3, n.version_id)`,
    [logId, id, versionId ?? null],
  );
}

export async function read(context: ToolContext, args: Args<"files.read">): Answer<"files.read"> {
  const {
    spaceId: logId,
    fileId: id,
    versionId,
    start,
    length,
  } = checkArguments(
    v.object({
      spaceId,
      fileId,
      versionId: v.optional(fileId),
      start: size,
      length: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(FILE_LIMITS.readBytes)),
    }),
    args,
  );
  const row = await storedOf(context, logId, id, versionId);
  if (row === undefined) return readComing(context, logId, id, start, length);
  const work = await context.files();
  const pointer: BlobPointer = {
    blobId: fromHex(row.blob_id),
    key: row.blob_key,
    size: row.size,
    hash: row.hash,
  };
  return work.reader.read(logId, pointer, start, length);
}

/** What is still on its way is read from where it comes from. */
async function readComing(
  context: ToolContext,
  logId: string,
  id: string,
  start: number,
  length: number,
): Promise<Bytes> {
  const row = await context.get<Upload>(
    "SELECT * FROM files_uploads WHERE log_id = ? AND file_id = ? AND is_new = 1",
    [logId, id],
  );
  if (row === undefined) throw invalid("fileId");
  const work = await context.files();
  const given = work.contents.get(row.upload_id);
  if (given !== undefined) return slice(given, start, Math.min(given.size, start + length));
  const pointer = {
    blobId: fromHex(row.blob_id),
    key: row.blob_key,
    size: row.size,
    hash: row.hash ?? new Uint8Array(32),
  };
  return work.reader.read(logId, pointer, start, length);
}

/** What stands beside a file: its thumbnail and its text; null where there is nothing, or nothing that can be read. */
async function sidecarOf(work: FilesWork, logId: string, row: Omit<Stored, "thumbnail">) {
  const { side_id, side_key, side_size, side_hash } = row;
  if (side_id === null || side_key === null || side_hash === null || side_size === null)
    return null;
  if (side_size > SIDECAR_BYTES) return null;
  const pointer = { blobId: fromHex(side_id), key: side_key, size: side_size, hash: side_hash };
  const bytes = await work.reader.read(logId, pointer, 0, side_size);
  try {
    return readSidecar(bytes);
  } catch {
    // Another member's program made it.
    return null;
  }
}

export async function thumbnail(
  context: ToolContext,
  args: Args<"files.thumbnail">,
): Answer<"files.thumbnail"> {
  const {
    spaceId: logId,
    fileId: id,
    versionId,
  } = checkArguments(v.object({ ...one.entries, versionId: v.optional(fileId) }), args);
  const row =
    (await storedOf(context, logId, id, versionId)) ??
    // Of what is on its way, what stands beside it lies here.
    (await context.get<Stored>(
      "SELECT * FROM files_uploads WHERE log_id = ? AND file_id = ? AND is_new = 1 AND state <> 'done'",
      [logId, id],
    ));
  if (row === undefined || row.thumbnail === 0) return null;
  const side = await sidecarOf(await context.files(), logId, row);
  if (side?.thumbnail === undefined) return null;
  return { bytes: side.thumbnail.bytes, type: side.thumbnail.type };
}

/** The text beside a file, for search. */
export async function textOf(
  context: ToolContext,
  logId: string,
  id: string,
): Promise<string | null> {
  const row = await storedOf(context, logId, id, undefined);
  if (row === undefined) return null;
  return (await sidecarOf(await context.files(), logId, row))?.text ?? null;
}

export async function pin(context: ToolContext, args: Args<"files.pin">): Answer<"files.pin"> {
  const {
    spaceId: logId,
    fileIds: ids,
    on,
  } = checkArguments(v.object({ ...many.entries, on: v.boolean() }), args);
  await context.write((tx) => {
    for (const id of ids)
      tx.run(
        on
          ? "INSERT OR IGNORE INTO files_pins VALUES (?, ?)"
          : "DELETE FROM files_pins WHERE log_id = ? AND file_id = ?",
        [logId, id],
      );
  });
  (await context.files()).core.kick({ files: true });
}

export async function cost(context: ToolContext, args: Args<"files.cost">): Answer<"files.cost"> {
  const { spaceId: logId, fileIds: ids } = checkArguments(many, args);
  const blobs = await context.all<BlobRow>(BLOBS_IN, [logId, JSON.stringify(ids)]);
  let files = 0;
  let bytes = 0;
  for (const blob of blobs) {
    const here = await context.get<{ bytes: number }>(
      "SELECT coalesce(sum(size), 0) AS bytes FROM blob_chunks WHERE blob_id = ?",
      [blob.blob_id],
    );
    const missing = Math.max(0, streamLayout(blob.size).sealed - (here?.bytes ?? 0));
    if (missing === 0) continue;
    files += 1;
    bytes += missing;
  }
  return { files, bytes };
}

export async function free(context: ToolContext): Answer<"files.free"> {
  await (await context.files()).chunks.trim(0);
}

export async function setRoom(
  context: ToolContext,
  args: Args<"files.setRoom">,
): Answer<"files.setRoom"> {
  const { bytes } = checkArguments(v.object({ bytes: size }), args);
  await (await context.files()).chunks.setRoom(bytes);
}

export { insertUpload };
