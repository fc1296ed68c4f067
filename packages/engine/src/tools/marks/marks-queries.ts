/** What screens show of one's own marks. What belongs to a conversation's row is with the list: spaces/queries.ts. */
import * as v from "valibot";
import { preview } from "../chat/preview.ts";
import { checkArguments, hexId } from "../checks.ts";
import type { ToolContext } from "../tool.ts";
import type { Bookmark, MarkFolder, MarksLive } from "./api.ts";

/** Folders in the order in which they were made. A conversation that is not on this device is left out. */
export async function folders(context: ToolContext): Promise<MarkFolder[]> {
  const rows = await context.all<{ key: string; name: string }>(
    `SELECT key, value ->> 'name' AS name FROM marks WHERE kind = 'folder' AND value IS NOT NULL
     ORDER BY value ->> 'at', key`,
  );
  const filed = await context.all<{ folder: string; space: string }>(
    `SELECT substr(f.key, 1, 32) AS folder, s.log_id AS space FROM marks f
     JOIN spaces s ON s.log_id = substr(f.key, 34) WHERE f.kind = 'filed' AND f.value IS NOT NULL ORDER BY f.key`,
  );
  const within = Map.groupBy(filed, ({ folder }) => folder);
  return rows.map(({ key, name }) => ({
    folderId: key,
    name,
    spaceIds: (within.get(key) ?? []).map(({ space }) => space),
  }));
}

const page = v.object({
  limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2000)),
});

/** Bookmarked messages, the newest mark first; those of conversations that this device does not have are left out. */
export async function bookmarks(
  context: ToolContext,
  args: MarksLive["marks.bookmarks"]["args"],
): Promise<MarksLive["marks.bookmarks"]["value"]> {
  const { limit } = checkArguments(page, args);
  const rows = await context.all<{
    space: string;
    event_id: string;
    title: string;
    kind: "pair" | "group";
    since: number;
    name: string | null;
    mine: number | null;
    text: string | null;
    at: number | null;
    deleted: number | null;
  }>(
    `SELECT s.log_id AS space, substr(b.key, 66) AS event_id, s.title, s.kind, b.value ->> 'at' AS since,
       COALESCE(a.name, p.name, '') AS name, m.mine, m.text, m.at, m.deleted
     FROM marks b JOIN spaces s ON s.log_id = substr(b.key, 1, 64)
     LEFT JOIN chat_messages m ON m.log_id = s.log_id AND m.event_id = substr(b.key, 66)
     LEFT JOIN members a ON a.log_id = m.log_id AND a.identity_id = m.author
     LEFT JOIN people p ON p.identity_id = m.author
     WHERE b.kind = 'bookmark' AND b.value IS NOT NULL ORDER BY since DESC, b.key LIMIT ?`,
    [limit + 1],
  );
  const found = rows.slice(0, limit).map((row): Bookmark => {
    const state = row.at === null ? "away" : row.deleted === 1 ? "deleted" : "here";
    return {
      spaceId: row.space,
      spaceTitle: row.title,
      kind: row.kind,
      eventId: row.event_id,
      authorName: state === "here" ? (row.name ?? "") : "",
      mine: row.mine === 1,
      text: state === "here" ? preview(row.text ?? "") : "",
      at: row.at ?? row.since,
      since: row.since,
      state,
    };
  });
  return { bookmarks: found, more: rows.length > limit };
}

const ofSpace = v.object({ spaceId: hexId(32) });

export async function bookmarked(
  context: ToolContext,
  args: MarksLive["marks.bookmarked"]["args"],
): Promise<string[]> {
  const { spaceId } = checkArguments(ofSpace, args);
  const rows = await context.all<{ event_id: string }>(
    `SELECT substr(key, 66) AS event_id FROM marks
     WHERE kind = 'bookmark' AND key >= ?1 || ':' AND key < ?1 || ';' AND value IS NOT NULL`,
    [spaceId],
  );
  return rows.map(({ event_id }) => event_id);
}
