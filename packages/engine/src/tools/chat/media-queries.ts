/** What a screen shows of media: files of messages as they are now, and messages that wait for theirs. Loaded with the first of them. */
import * as v from "valibot";
import { checkArguments, hexId } from "../checks.ts";
import type { FileMeta } from "../files/api.ts";
import type { UploadRow } from "../files/file-rows.ts";
import { sendingOf, UPLOAD } from "../files/file-rows.ts";
import type { ToolContext } from "../tool.ts";
import { MEDIA_LIMITS } from "./media.ts";
import type { MediaFile, MediaLive, MessageMedia, Outgoing } from "./media-api.ts";
import type { Body } from "./outgoing.ts";

type Args<K extends keyof MediaLive> = MediaLive[K]["args"];
type Value<K extends keyof MediaLive> = Promise<MediaLive[K]["value"]>;

const spaceArguments = v.object({ spaceId: hexId(32) });

type Row = {
  file_id: string;
  version_id: string | null;
  name: string;
  type: string | null;
  size: number | null;
  meta: string | null;
  thumbnail: number | null;
  at: number;
};

/** The version that the file came with: what others made of it later was not said here. */
const FILES = `
  SELECT n.file_id, w.version_id, n.name, w.type, w.size, w.meta, w.thumbnail, coalesce(w.changed_at, n.at) AS at
  FROM files_nodes n
  LEFT JOIN files_versions w ON w.log_id = n.log_id AND w.file_id = n.file_id AND w.event_id = n.event_id
  WHERE n.log_id = ? AND n.file_id IN (SELECT value FROM json_each(?)) AND n.rank = 1 AND n.purged = 0`;
const COMING = `
  SELECT file_id, '' AS version_id, name, type, size, meta, thumbnail, created AS at FROM files_uploads
  WHERE log_id = ? AND file_id IN (SELECT value FROM json_each(?)) AND is_new = 1 AND state <> 'done'`;

export async function media(context: ToolContext, args: Args<"chat.media">): Value<"chat.media"> {
  const { spaceId, fileIds } = checkArguments(
    v.object({
      spaceId: hexId(32),
      fileIds: v.pipe(v.array(hexId(16)), v.maxLength(MEDIA_LIMITS.files)),
    }),
    args,
  );
  const list = JSON.stringify(fileIds);
  const [there, coming] = await Promise.all([
    context.all<Row>(FILES, [spaceId, list]),
    context.all<Row>(COMING, [spaceId, list]),
  ]);
  return fileIds.map((fileId): MediaFile => {
    const row =
      there.find((one) => one.file_id === fileId) ?? coming.find((one) => one.file_id === fileId);
    const meta = JSON.parse(row?.meta ?? "{}") as FileMeta;
    const gone = row === undefined || row.version_id === null;
    return {
      spaceId,
      fileId,
      versionId: row?.version_id ?? "",
      name: row?.name ?? "",
      type: row?.type ?? "",
      size: row?.size ?? 0,
      width: meta.width ?? 0,
      height: meta.height ?? 0,
      durationMs: meta.durationMs ?? 0,
      hasThumbnail: row?.thumbnail === 1,
      changedAt: row?.at ?? 0,
      state: gone ? "gone" : row.version_id === "" ? "coming" : "there",
    };
  });
}

const UPLOADS = UPLOAD.split(",")
  .map((column) => `u.${column.trim()}`)
  .join(", ");
/** So many are shown; the rest comes after them. */
const SHOWN = 50;

export async function outgoing(
  context: ToolContext,
  args: Args<"chat.outgoing">,
): Value<"chat.outgoing"> {
  const { spaceId } = checkArguments(spaceArguments, args);
  const rows = await context.all<{ id: string; at: number; body: string }>(
    "SELECT id, at, body FROM chat_outgoing WHERE log_id = ? ORDER BY at, id LIMIT ?",
    [spaceId, SHOWN],
  );
  if (rows.length === 0) return [];
  const uploads = await context.all<UploadRow & { message: string }>(
    `SELECT ${UPLOADS}, f.id AS message FROM chat_outgoing_files f
     JOIN files_uploads u ON u.log_id = f.log_id AND u.file_id = f.file_id AND u.state <> 'done'
     WHERE f.id IN (SELECT value FROM json_each(?))`,
    [JSON.stringify(rows.map((row) => row.id))],
  );
  return rows.map((row): Outgoing => {
    const body = JSON.parse(row.body) as Body;
    return {
      id: row.id,
      at: row.at,
      text: body.once === true ? "" : body.text,
      thread: body.thread,
      aside: body.thread !== null && !body.also,
      channel: body.channel ?? "",
      media: body.once === true ? onceLine(body.media) : body.media,
      sending: uploads
        .filter(({ message }) => message === row.id)
        .map((one) => ({ ...sendingOf(one), fileId: one.file_id, name: one.name })),
    };
  });
}

/** What waits can be opened by nobody who sends it. */
function onceLine({ files, voice }: MessageMedia): MessageMedia {
  const film = files[0]?.type.startsWith("video/") === true;
  const kind = voice !== null ? "voice" : film ? "film" : "picture";
  const once = { kind, state: "sent", durationMs: voice?.durationMs ?? 0 } as const;
  return { files: [], voice: null, place: null, contact: null, once };
}

export async function listened(
  context: ToolContext,
  args: Args<"chat.listened">,
): Value<"chat.listened"> {
  const { spaceId } = checkArguments(spaceArguments, args);
  const rows = await context.all<{ event_id: string }>(
    "SELECT event_id FROM chat_listened WHERE log_id = ?",
    [spaceId],
  );
  return rows.map((row) => row.event_id);
}
