/** What a person can do with media in a conversation. Loaded when it is used first. */
import { randomBytes } from "@baraza/crypto";
import { fromHex, toHex, utf8 } from "@baraza/protocol";
import * as v from "valibot";
import { EngineError } from "../../errors.ts";
import type { SqlTx } from "../../ports.ts";
import { checkArguments, hexId, invalid } from "../checks.ts";
import { copy } from "../files/copy-files.ts";
import { filesEvent, purge, restore } from "../files/file-changes.ts";
import { addFrom, cancel } from "../files/file-contents.ts";
import { safeName } from "../files/names.ts";
import { draftOf, placeIn, putMark } from "../marks/registers.ts";
import type { ToolContext } from "../tool.ts";
import { CHAT_LIMITS } from "./events.ts";
import { MEDIA_LIMITS, mediaOf } from "./media.ts";
import type { Attached, MediaCommands } from "./media-api.ts";
import { messagePayload } from "./outgoing.ts";
import type { Body } from "./outgoing.ts";

type Args<K extends keyof MediaCommands> = Parameters<MediaCommands[K]>[0];
type Answer<K extends keyof MediaCommands> = ReturnType<MediaCommands[K]>;

/**
 * Where the files of a conversation are kept in its space: a folder with the same id everywhere, so that two who make it at
 * once make one.
 */
export const CONVERSATION_FOLDER = toHex(utf8("baraza/chat/file"));

const spaceId = hexId(32);
const eventId = hexId(16);
const words = (most: number) =>
  v.pipe(
    v.string(),
    v.check((value) => value.isWellFormed(), "text"),
    v.transform((value) => value.normalize("NFC").trim()),
    v.maxLength(most),
  );
const voice = v.object({
  bars: v.pipe(
    v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))),
    v.maxLength(MEDIA_LIMITS.bars),
  ),
  durationMs: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MEDIA_LIMITS.durationMs)),
});
const attachArguments = v.object({
  spaceId,
  text: words(CHAT_LIMITS.text),
  // The files tool looks at each of them.
  files: v.pipe(v.array(v.looseObject({})), v.minLength(1), v.maxLength(MEDIA_LIMITS.files)),
  voice: v.optional(voice),
  replyTo: v.optional(eventId),
  mentions: v.optional(v.pipe(v.array(hexId(32)), v.maxLength(CHAT_LIMITS.mentions))),
  thread: v.optional(eventId),
  also: v.optional(v.boolean()),
  channel: v.optional(eventId),
  once: v.optional(v.boolean()),
  folderName: v.pipe(v.string(), v.minLength(1), v.maxLength(200), v.transform(safeName)),
});
const degrees = (most: number) =>
  v.pipe(v.number(), v.finite(), v.minValue(-most), v.maxValue(most));

export async function attach(
  context: ToolContext,
  args: Args<"chat.attach">,
): Answer<"chat.attach"> {
  const given = checkArguments(attachArguments, args);
  if (given.voice !== undefined && args.files.length !== 1) throw invalid("voice");
  const { spaceId: logId, text } = given;
  const once = given.once === true;
  if (once) {
    const [only, ...others] = args.files;
    if (only === undefined || others.length > 0) throw invalid("once");
    const { onceKind } = await import("./once-acts.ts");
    onceKind(only.prepared.type, only.content.size, given.voice !== undefined);
  }
  if (given.replyTo !== undefined) await messageOf(context, logId, given.replyTo, "replyTo");
  const root =
    given.thread === undefined ? null : await messageOf(context, logId, given.thread, "thread");
  const thread = root === null ? null : (root.thread ?? given.thread ?? null);
  const channel = root === null ? (given.channel ?? "") : root.channel;
  const parentId = once ? null : await conversationFolder(context, logId, given.folderName);
  const files = args.files.map((one): Attached => ({
    fileId: toHex(randomBytes(16)),
    type: one.prepared.type,
    width: one.prepared.meta?.width ?? 0,
    height: one.prepared.meta?.height ?? 0,
  }));
  const body: Body = {
    text,
    replyTo: given.replyTo ?? null,
    mentions: [...new Set(given.mentions)],
    thread,
    also: thread !== null && given.also === true,
    forwarded: null,
    media: { files, voice: given.voice ?? null, place: null, contact: null },
    channel,
    ...(once ? { once } : {}),
  };
  // What starts with it clears away what is not ready: it has to be there before this is.
  await context.files();
  const id = await noteOutgoing(context, logId, body);
  try {
    for (const [index, { name, content, prepared, changedAt }] of args.files.entries())
      await addFrom(
        context,
        { spaceId: logId, parentId, name, content, prepared, changedAt },
        undefined,
        files[index]?.fileId,
        once,
      );
  } catch (error) {
    // Nothing is said in part: what could not be noted takes the rest back.
    await takeBack(context, { spaceId: logId, id });
    throw error;
  }
  await context.write((tx) => {
    tx.run("UPDATE chat_outgoing SET ready = 1 WHERE id = ?", [id]);
    const place = placeIn(logId, channel);
    if (text !== "" && draftOf(tx, place)?.text === args.text)
      putMark(tx, "draft", place, null, context.now());
  });
  (await context.files()).core.kick({ files: true });
  return { id };
}

/** Writes a message down that is not ready yet. @returns its id, which it keeps when it is posted */
async function noteOutgoing(
  context: ToolContext,
  logId: string,
  body: Body,
  id: string = toHex(randomBytes(16)),
): Promise<string> {
  await context.write((tx) => {
    tx.run("INSERT INTO chat_outgoing (id, log_id, at, ready, body) VALUES (?, ?, ?, 0, ?)", [
      id,
      logId,
      context.now(),
      JSON.stringify(body),
    ]);
    for (const { fileId } of body.media.files)
      tx.run("INSERT INTO chat_outgoing_files (log_id, file_id, id) VALUES (?, ?, ?)", [
        logId,
        fileId,
        id,
      ]);
  });
  return id;
}

/** The folder for what is sent, made or taken out of the bin where needed; null (the top) where it was deleted for good. */
async function conversationFolder(
  context: ToolContext,
  logId: string,
  name: string,
): Promise<string | null> {
  return context.once(`conversationFolder ${logId}`, async () => {
    const there = await context.get<{ rank: number; binned: number; purged: number }>(
      "SELECT rank, binned, purged FROM files_nodes WHERE log_id = ? AND file_id = ?",
      [logId, CONVERSATION_FOLDER],
    );
    if (there === undefined)
      await context.post(logId, [
        filesEvent("files.add", {
          items: [{ id: fromHex(CONVERSATION_FOLDER), parent: null, name }],
        }),
      ]);
    else if (there.purged === 1 || there.rank !== 0) return null;
    else if (there.binned === 1)
      await restore(context, { spaceId: logId, fileIds: [CONVERSATION_FOLDER] });
    return CONVERSATION_FOLDER;
  });
}

export async function takeBack(
  context: ToolContext,
  args: Args<"chat.takeBack">,
): Answer<"chat.takeBack"> {
  const { spaceId: logId, id } = checkArguments(v.object({ spaceId, id: eventId }), args);
  const files = await context.all<{ file_id: string }>(
    "SELECT file_id FROM chat_outgoing_files WHERE id = ? AND log_id = ?",
    [id, logId],
  );
  // First the message, so that it is not said while its files go.
  await context.write((tx) => {
    tx.run("DELETE FROM chat_outgoing WHERE id = ?", [id]);
    tx.run("DELETE FROM chat_outgoing_files WHERE id = ?", [id]);
  });
  await dropFiles(
    context,
    logId,
    files.map((one) => one.file_id),
  );
}

/** Ends uploads of files, and deletes those that came through already. */
async function dropFiles(
  context: ToolContext,
  logId: string,
  fileIds: readonly string[],
): Promise<void> {
  const list = JSON.stringify(fileIds);
  const uploads = await context.all<{ upload_id: string }>(
    `SELECT upload_id FROM files_uploads WHERE log_id = ? AND file_id IN (SELECT value FROM json_each(?)) AND state <> 'done'`,
    [logId, list],
  );
  for (const { upload_id } of uploads) await cancel(context, { uploadId: upload_id });
  const there = await context.all<{ file_id: string }>(
    `SELECT file_id FROM files_nodes WHERE log_id = ? AND purged = 0 AND file_id IN (SELECT value FROM json_each(?))`,
    [logId, list],
  );
  if (there.length > 0)
    await purge(context, { spaceId: logId, fileIds: there.map((one) => one.file_id) });
}

/**
 * With a message that is deleted go the files that came with it: those of its author, still in the conversation's folder, which no
 * other message has.
 */
export async function dropWith(
  context: ToolContext,
  logId: string,
  message: { eventId: string; author: string; media: string | null },
): Promise<void> {
  const files = mediaOf(message.media)?.files ?? [];
  if (files.length === 0) return;
  const gone = await context.all<{ file_id: string }>(
    `SELECT n.file_id FROM files_nodes n WHERE n.log_id = ?1 AND n.file_id IN (SELECT value FROM json_each(?2))
       AND n.author = ?3 AND n.purged = 0 AND n.wanted = ?4 AND NOT EXISTS (
         SELECT 1 FROM chat_attached a WHERE a.log_id = ?1 AND a.file_id = n.file_id AND a.event_id <> ?5)`,
    [
      logId,
      JSON.stringify(files.map((one) => one.fileId)),
      message.author,
      CONVERSATION_FOLDER,
      message.eventId,
    ],
  );
  if (gone.length === 0) return;
  // Moderators take back what was said; of files only their authors and stewards dispose.
  const me = await context.get<{ role: string }>(
    "SELECT role FROM members WHERE log_id = ? AND identity_id = ?",
    [logId, context.me()],
  );
  if (message.author !== context.me() && me?.role !== "steward") return;
  await purge(context, { spaceId: logId, fileIds: gone.map((one) => one.file_id) });
}

/**
 * Writes a message with files again in another conversation: its files go there as copies.
 * @param as the id that the message is to have, and what is written in the transaction that makes it ready; where that answers false,
 * somebody else has done it meanwhile
 */
export async function forwardMedia(
  context: ToolContext,
  from: string,
  to: string,
  body: Body,
  folderName: string,
  as?: { id: string; with: (tx: SqlTx) => boolean },
): Promise<void> {
  const { files } = body.media;
  if (files.length === 0) {
    await context.post(to, [{ type: "chat.message", payload: messagePayload(body) }]);
    return;
  }
  const there = await context.all<{ file_id: string }>(
    `SELECT file_id FROM files_nodes WHERE log_id = ? AND purged = 0 AND rank = 1
       AND file_id IN (SELECT value FROM json_each(?))`,
    [from, JSON.stringify(files.map((one) => one.fileId))],
  );
  // What is gone cannot be given on.
  const left = files.filter((one) => there.some(({ file_id }) => file_id === one.fileId));
  if (left.length === 0) throw new EngineError("blob_missing");
  const parentId = await conversationFolder(context, to, folderName);
  const copies = left.map((one) => ({ ...one, fileId: toHex(randomBytes(16)) }));
  // As in `attach`: what a crash leaves half done is taken back at the next start.
  await context.files();
  const media = { ...body.media, files: copies };
  const id = await noteOutgoing(context, to, { ...body, media }, as?.id);
  try {
    await copy(
      context,
      { spaceId: from, fileIds: left.map((one) => one.fileId), toSpaceId: to, parentId },
      copies.map((one) => one.fileId),
    );
  } catch (error) {
    await takeBack(context, { spaceId: to, id });
    throw error;
  }
  const ready = await context.write((tx) => {
    if (as?.with(tx) === false) return false;
    tx.run("UPDATE chat_outgoing SET ready = 1 WHERE id = ?", [id]);
    return true;
  });
  if (!ready) await takeBack(context, { spaceId: to, id });
  (await context.files()).core.kick({ files: true });
}

export async function sendPlace(
  context: ToolContext,
  args: Args<"chat.sendPlace">,
): Answer<"chat.sendPlace"> {
  const {
    spaceId: logId,
    channel,
    place,
  } = checkArguments(
    v.object({
      spaceId,
      channel: v.optional(eventId),
      place: v.object({
        latitude: degrees(90),
        longitude: degrees(180),
        name: words(MEDIA_LIMITS.placeName),
      }),
    }),
    args,
  );
  return say(context, logId, channel, { place });
}

/** Says something that is not words, at once. */
export async function say(
  context: ToolContext,
  logId: string,
  channel: string | undefined,
  what: Partial<Body["media"]>,
  replyTo: string | null = null,
): Promise<{ eventId: string }> {
  const body: Body = {
    text: "",
    replyTo,
    mentions: [],
    thread: null,
    also: false,
    forwarded: null,
    media: { files: [], voice: null, place: null, contact: null, ...what },
    ...(channel === undefined ? {} : { channel }),
  };
  const [posted] = await context.post(logId, [
    { type: "chat.message", payload: messagePayload(body) },
  ]);
  if (posted === undefined) throw new Error("post gave no event id");
  return { eventId: posted };
}

export async function markListened(
  context: ToolContext,
  args: Args<"chat.markListened">,
): Answer<"chat.markListened"> {
  const given = checkArguments(v.object({ spaceId, eventId }), args);
  await context.write((tx: SqlTx) => {
    tx.run("INSERT OR IGNORE INTO chat_listened (log_id, event_id) VALUES (?, ?)", [
      given.spaceId,
      given.eventId,
    ]);
  });
}

async function messageOf(
  context: ToolContext,
  logId: string,
  id: string,
  field: string,
): Promise<{ thread: string | null; channel: string }> {
  const row = await context.get<{
    thread: string | null;
    deleted: number;
    channel: string;
    once: string | null;
  }>(
    "SELECT thread, deleted, channel, media ->> '$.once' AS once FROM chat_messages WHERE log_id = ? AND event_id = ?",
    [logId, id],
  );
  if (row === undefined || (field === "replyTo" && row.deleted === 1)) throw invalid(field);
  if (field === "thread" && row.once !== null && row.thread === null) throw invalid(field);
  return row;
}
