/** Sending, opening and forgetting what can be opened once (see [Note: Opened once] in once.ts). Loaded when it is used first. */
import { randomBytes } from "@baraza/crypto";
import { decodeCbor, fromHex, LIMITS } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import * as v from "valibot";
import { EngineError } from "../../errors.ts";
import { checkArguments, hexId, invalid } from "../checks.ts";
import { isReferred, isToBeOpened } from "../files/drops.ts";
import { filesEvent } from "../files/file-changes.ts";
import type { Upload } from "../files/upload-rows.ts";
import type { FilesWork } from "../files/work-port.ts";
import { putMark } from "../marks/registers.ts";
import type { NewEvent, ToolContext } from "../tool.ts";
import type { MediaCommands, Once } from "./media-api.ts";
import { forgetOnce, ONCE_LIMITS, onceMark, oncePayload } from "./once.ts";
import type { OnceMeta } from "./once.ts";
import { messagePayload } from "./outgoing.ts";
import type { Body } from "./outgoing.ts";

type Args<K extends keyof MediaCommands> = Parameters<MediaCommands[K]>[0];
type Answer<K extends keyof MediaCommands> = ReturnType<MediaCommands[K]>;

const oneMessage = v.object({ spaceId: hexId(32), eventId: hexId(16) });

/** What a file that is sent is, where it can be opened once. @throws EngineError `invalid`, `too_large` */
export function onceKind(type: string, size: number, voice: boolean): Once["kind"] {
  if (size > ONCE_LIMITS.bytes) throw new EngineError("too_large");
  if (voice) return "voice";
  if (type.startsWith("image/")) return "picture";
  if (type.startsWith("video/")) return "film";
  throw invalid("once");
}

export async function openOnce(
  context: ToolContext,
  args: Args<"chat.openOnce">,
): Answer<"chat.openOnce"> {
  const { spaceId, eventId } = checkArguments(oneMessage, args);
  const row = await context.get<{
    blob_id: string;
    key: Bytes;
    hash: Bytes;
    size: number;
    type: string;
    meta: string;
    kind: Once["kind"];
  }>(
    `SELECT o.blob_id, o.key, o.hash, o.size, o.type, o.meta, m.media ->> '$.once.kind' AS kind
     FROM chat_onces o JOIN chat_messages m USING (log_id, event_id)
     WHERE o.log_id = ? AND o.event_id = ? AND o.key IS NOT NULL AND m.deleted = 0`,
    [spaceId, eventId],
  );
  if (row === undefined) throw invalid("eventId");
  const { reader } = await context.files();
  const pointer = { blobId: fromHex(row.blob_id), key: row.key, size: row.size, hash: row.hash };
  // Not a chunk of it is put on the disk.
  const bytes = await reader.read(spaceId, pointer, 0, row.size, false);
  const { caption, width, height, bars, durationMs } = JSON.parse(row.meta) as OnceMeta;
  const voice = row.kind === "voice" ? { bars, durationMs } : null;
  return { kind: row.kind, type: row.type, bytes, caption, width, height, voice };
}

export async function spendOnce(
  context: ToolContext,
  args: Args<"chat.spendOnce">,
): Answer<"chat.spendOnce"> {
  const { spaceId, eventId } = checkArguments(oneMessage, args);
  const blobId = await context.write((tx) => {
    const forgotten = forgetOnce(tx, spaceId, eventId, decodeCbor);
    if (forgotten !== null) putMark(tx, "once", onceMark(spaceId, eventId), {}, context.now());
    return forgotten;
  });
  if (blobId !== null) await (await context.files()).chunks.remove(blobId);
}

/** The message of an upload whose content is at the hub; null: it was taken back. */
export async function onceMessage(work: FilesWork, row: Upload): Promise<NewEvent | null> {
  const waiting = await work.core.store.get<{ body: string }>(
    `SELECT o.body FROM chat_outgoing_files f JOIN chat_outgoing o USING (id)
     WHERE f.log_id = ? AND f.file_id = ?`,
    [row.log_id, row.file_id],
  );
  if (waiting === undefined || row.hash === null) return null;
  const { text, ...body } = JSON.parse(waiting.body) as Body;
  const { voice, files } = body.media;
  const [file] = files;
  const kind = onceKind(row.type, row.size, voice !== null);
  const nothing = { files: [], voice: null, place: null, contact: null };
  const payload = {
    ...messagePayload({ ...body, text: "", media: nothing }),
    ...oncePayload({
      kind,
      file: fromHex(row.file_id),
      blobId: fromHex(row.blob_id),
      key: row.blob_key,
      hash: row.hash,
      size: row.size,
      type: row.type,
      ...(file === undefined ? {} : { width: file.width, height: file.height }),
      ...(voice === null
        ? {}
        : { durationMs: voice.durationMs, bars: Uint8Array.from(voice.bars) }),
      ...(text === "" ? {} : { caption: text }),
    }),
  };
  return { type: "chat.message", payload };
}

/** What was sent is left nowhere on this device. */
export async function forgetSent(work: FilesWork, row: Upload): Promise<void> {
  await work.core.store.transaction((tx) => {
    tx.run("DELETE FROM files_uploads WHERE upload_id = ?", [row.upload_id]);
    tx.run("DELETE FROM files_pieces WHERE upload_id = ?", [row.upload_id]);
  });
  work.contents.delete(row.upload_id);
  await work.chunks.remove(row.blob_id);
}

/**
 * Has hubs let go of what ended (see [Note: Its content at the hub]): by a purge of a file that never was, so that older apps find nothing wrong with it.
 * @returns when to look again (ms since 1970); null: there is nothing to wait for
 */
export async function tendOnceDrops(work: FilesWork): Promise<number | null> {
  const { store, platform } = work.core;
  const rows = await store.all<{ log_id: string; blob_id: string; due: number }>(
    `SELECT d.log_id, d.blob_id, d.due FROM chat_once_drops d JOIN spaces s ON s.log_id = d.log_id AND s.state = 'active'
     ORDER BY d.due, d.blob_id LIMIT ?`,
    [LIMITS.entryBlobs],
  );
  const [first] = rows;
  if (first === undefined) return null;
  // One's own devices wait some moments each, so that mostly one of them does it.
  const now = platform.clock.now();
  if (first.due + work.delay > now) return first.due + work.delay;
  const mine = rows.filter(({ log_id, due }) => log_id === first.log_id && due + work.delay <= now);
  const drops = await store.transaction((tx) =>
    mine.filter(
      ({ log_id, blob_id }) =>
        !isReferred(tx, log_id, blob_id) && !isToBeOpened(tx, log_id, blob_id, now),
    ),
  );
  try {
    if (drops.length > 0)
      await work.post(first.log_id, [
        filesEvent("files.purge", {
          files: [randomBytes(16)],
          drops: drops.map(({ blob_id }) => fromHex(blob_id)),
        }),
      ]);
  } catch (error) {
    // One who may not write here any more: whoever leads does it.
    if (!(error instanceof EngineError)) throw error;
  }
  await store.transaction((tx) => {
    for (const { log_id, blob_id } of mine)
      tx.run("DELETE FROM chat_once_drops WHERE log_id = ? AND blob_id = ?", [log_id, blob_id]);
  });
  return now;
}
