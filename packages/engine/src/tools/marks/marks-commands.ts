/** What a person can mark. Everything stands at once, and is sent to their other devices a moment later. */
import { randomBytes } from "@baraza/crypto";
import { toHex } from "@baraza/protocol";
import * as v from "valibot";
import type { SqlTx } from "../../ports.ts";
import { PENDING_POSITION } from "../../schema.ts";
import { checkArguments, hexId, invalid } from "../checks.ts";
import type { ToolContext } from "../tool.ts";
import type { MarksCommands, ReadBefore } from "./api.ts";
import { FOREVER } from "./api.ts";
import type { MarkKind, MarkValue } from "./events.ts";
import { MARKS_LIMITS } from "./events.ts";
import { apart, placeIn, putMark } from "./registers.ts";

type Arguments<K extends keyof MarksCommands> = Parameters<MarksCommands[K]>[0];
type Command<K extends keyof MarksCommands> = (
  context: ToolContext,
  args: Arguments<K>,
) => ReturnType<MarksCommands[K]>;

const spaceIds = v.pipe(v.array(hexId(32)), v.maxLength(5000));
/** A space, `SPACE:CHANNEL`, or `SPACE:` for its first channel alone. */
const placeOrAll = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}(:([0-9a-f]{32})?)?$/));
const places = v.pipe(v.array(placeOrAll), v.maxLength(5000));
const position = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const folderId = hexId(16);
const schemas = {
  mute: v.object({
    spaceIds: places,
    until: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(FOREVER))),
  }),
  several: v.object({ spaceIds, on: v.boolean() }),
  unread: v.object({ spaceIds: places, eventId: v.optional(hexId(16)) }),
  read: v.object({ spaceIds: places }),
  again: v.object({
    before: v.pipe(v.array(v.object({ spaceId: placeOrAll, from: position })), v.maxLength(5000)),
  }),
  putFolder: v.object({
    folderId: v.optional(folderId),
    name: v.pipe(
      v.string(),
      v.check((name) => name.isWellFormed(), "name"),
      v.transform((name) => name.normalize("NFC").trim()),
      v.minLength(1),
      v.maxLength(MARKS_LIMITS.folderName),
    ),
  }),
  removeFolder: v.object({ folderId }),
  file: v.object({ spaceIds, folderId, on: v.boolean() }),
  bookmark: v.object({ spaceId: hexId(32), eventId: hexId(16), on: v.boolean() }),
};

/** All commands, by their names after `marks.`. @throws EngineError `invalid`, with the field at fault */
export const marksCommands: {
  [K in keyof MarksCommands as K extends `marks.${infer Name}` ? Name : never]: Command<K>;
} = {
  mute: async (context, args) => {
    const { spaceIds: spaces, until } = checkArguments(schemas.mute, args);
    await putAll(context, "mute", spaces.map(plain), until === null ? null : { until });
  },
  archive: async (context, args) => {
    const { spaceIds: spaces, on } = checkArguments(schemas.several, args);
    await putAll(context, "archive", spaces, on ? {} : null);
  },
  pin: async (context, args) => {
    const { spaceIds: spaces, on } = checkArguments(schemas.several, args);
    await putAll(context, "pin", spaces, on ? { at: context.now() } : null);
  },

  unread: async (context, args) => {
    const { spaceIds: spaces, eventId } = checkArguments(schemas.unread, args);
    if (eventId !== undefined && spaces.length !== 1) throw invalid("eventId");
    await changed(context, (tx, now) => {
      for (const given of spaces) {
        const at =
          eventId === undefined
            ? { place: plain(given), from: newestOfOthers(tx, given) }
            : placeOf(tx, given, eventId);
        if (at === null) throw invalid("eventId");
        putMark(tx, "unread", at.place, { from: Math.max(0, at.from - 1) }, now);
      }
    });
  },
  read: async (context, args) => {
    const { spaceIds: spaces } = checkArguments(schemas.read, args);
    return changed(context, (tx, now) => {
      const before: ReadBefore[] = [];
      for (const spaceId of spaces.flatMap((one) => allIn(tx, one))) {
        const from = readTo(tx, spaceId);
        const newest = newestOf(tx, spaceId);
        const marked = putMark(tx, "unread", spaceId, null, now);
        const moved = putMark(tx, "read", spaceId, { position: newest }, now);
        if (marked || moved) before.push({ spaceId, from });
      }
      return before;
    });
  },
  unreadAgain: async (context, args) => {
    const { before } = checkArguments(schemas.again, args);
    await changed(context, (tx, now) => {
      for (const { spaceId, from } of before) putMark(tx, "unread", spaceId, { from }, now);
    });
  },

  putFolder: async (context, args) => {
    const { folderId: given, name } = checkArguments(schemas.putFolder, args);
    const folder = given ?? toHex(randomBytes(16));
    await changed(context, (tx, now) => {
      const known = tx.get<{ at: number }>(
        "SELECT value ->> 'at' AS at FROM marks WHERE kind = 'folder' AND key = ? AND value IS NOT NULL",
        [folder],
      );
      if (given !== undefined && known === undefined) throw invalid("folderId");
      const count = tx.get<{ count: number }>(
        "SELECT count(*) AS count FROM marks WHERE kind = 'folder' AND value IS NOT NULL",
      );
      if (known === undefined && (count?.count ?? 0) >= MARKS_LIMITS.folders) throw invalid("name");
      putMark(tx, "folder", folder, { name, at: known?.at ?? now }, now);
    });
    return { folderId: folder };
  },
  removeFolder: async (context, args) => {
    const { folderId: folder } = checkArguments(schemas.removeFolder, args);
    await changed(context, (tx, now) => {
      putMark(tx, "folder", folder, null, now);
      for (const { key } of tx.all<{ key: string }>(
        "SELECT key FROM marks WHERE kind = 'filed' AND key >= ?1 || ':' AND key < ?1 || ';' AND value IS NOT NULL",
        [folder],
      ))
        putMark(tx, "filed", key, null, now);
    });
  },
  file: async (context, args) => {
    const { spaceIds: spaces, folderId: folder, on } = checkArguments(schemas.file, args);
    await putAll(
      context,
      "filed",
      spaces.map((space) => `${folder}:${space}`),
      on ? {} : null,
    );
  },

  bookmark: async (context, args) => {
    const { spaceId, eventId, on } = checkArguments(schemas.bookmark, args);
    await changed(context, (tx, now) => {
      const count = tx.get<{ count: number }>(
        "SELECT count(*) AS count FROM marks WHERE kind = 'bookmark' AND value IS NOT NULL",
      );
      if (on && (count?.count ?? 0) >= MARKS_LIMITS.bookmarks) throw invalid("eventId");
      putMark(tx, "bookmark", `${spaceId}:${eventId}`, on ? { at: now } : null, now);
    });
  },
};

async function putAll<K extends MarkKind>(
  context: ToolContext,
  kind: K,
  keys: readonly string[],
  value: MarkValue<K> | null,
): Promise<void> {
  await changed(context, (tx, now) => {
    for (const key of keys) putMark(tx, kind, key, value, now);
  });
}

function changed<T>(context: ToolContext, fn: (tx: SqlTx, now: number) => T): Promise<T> {
  const now = context.now();
  return context.write((tx) => fn(tx, now));
}

/** A place as marks are kept by it. */
function plain(given: string): string {
  return placeIn(...apart(given));
}

/** A space with all its channels; of a channel, that one. */
function allIn(tx: SqlTx, given: string): string[] {
  const [space] = apart(given);
  if (given !== space) return [plain(given)];
  const rows = tx.all<{ channel: string }>(
    "SELECT channel FROM chat_channels WHERE log_id = ? AND channel <> '' ORDER BY place",
    [space],
  );
  return [space, ...rows.map((one) => placeIn(space, one.channel))];
}

/** Where the newest thing of somebody else stands; 0: there is none. */
function newestOfOthers(tx: SqlTx, given: string): number {
  return (
    tx.get<{ position: number | null }>(
      "SELECT max(position) AS position FROM activity WHERE log_id = ? AND channel = ? AND mine = 0 AND position < ?",
      [...apart(given), PENDING_POSITION],
    )?.position ?? 0
  );
}

function placeOf(
  tx: SqlTx,
  given: string,
  eventId: string,
): { place: string; from: number } | null {
  const [space] = apart(given);
  const row = tx.get<{ position: number; channel: string }>(
    "SELECT position, channel FROM activity WHERE log_id = ? AND event_id = ? AND position < ?",
    [space, eventId, PENDING_POSITION],
  );
  return row === undefined ? null : { place: placeIn(space, row.channel), from: row.position };
}

/** Where the newest thing of any tool stands. */
function newestOf(tx: SqlTx, given: string): number {
  const [space] = apart(given);
  return (
    tx.get<{ position: number | null }>(
      `SELECT max(coalesce((SELECT max(position) FROM activity WHERE log_id = ?1 AND position < ?2), 0),
         coalesce((SELECT seq FROM spaces WHERE log_id = ?1), 0)) AS position`,
      [space, PENDING_POSITION],
    )?.position ?? 0
  );
}

function readTo(tx: SqlTx, given: string): number {
  return (
    tx.get<{ position: number }>(
      `SELECT coalesce((SELECT position FROM read_positions WHERE log_id = ?1 AND channel = ?2),
         (SELECT read_from FROM spaces WHERE log_id = ?1), 0) AS position`,
      apart(given),
    )?.position ?? 0
  );
}
