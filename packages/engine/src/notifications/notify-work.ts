/** What a person wants to be told of, and what there is to tell. */
import { bytes16, exact } from "@baraza/protocol";
import * as v from "valibot";
import type { Core } from "../core.ts";
import type { SqlStore } from "../ports.ts";
import { checkArguments, hexId } from "../tools/checks.ts";
import { settingsOf } from "./settings.ts";
import type {
  ConversationNews,
  News,
  NotificationSettings,
  NotificationsCommands,
  NotifyLevel,
} from "./api.ts";

const minute = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(24 * 60 - 1));
const settingsArguments = v.partial(
  v.object({
    on: v.boolean(),
    content: v.boolean(),
    sound: v.boolean(),
    quiet: v.nullable(v.object({ from: minute, to: minute })),
    asked: v.boolean(),
  }),
);
const levelArguments = v.object({
  spaceId: hexId(32),
  level: v.picklist(["all", "mentions", "none"]),
});
const subscription = v.object({
  endpoint: v.pipe(v.string(), v.maxLength(1024)),
  p256dh: exact(65),
  auth: bytes16,
});

export async function setSettings(
  { store }: Core,
  args: Partial<NotificationSettings>,
): Promise<void> {
  const given = checkArguments(settingsArguments, args);
  const { on, content, sound, quiet, asked } = { ...(await settingsOf(store)), ...given };
  await store.run(
    `INSERT OR REPLACE INTO notify_settings (one, is_on, content, sound, quiet_from, quiet_to, asked)
     VALUES (1, ?, ?, ?, ?, ?, ?)`,
    [+on, +content, +sound, quiet?.from ?? null, quiet?.to ?? null, +asked],
  );
}

export async function setLevel(
  { store }: Core,
  args: { spaceId: string; level: NotifyLevel },
): Promise<void> {
  const { spaceId, level } = checkArguments(levelArguments, args);
  if (level === "all") await store.run("DELETE FROM notify_levels WHERE log_id = ?", [spaceId]);
  else
    await store.run("INSERT OR REPLACE INTO notify_levels (log_id, level) VALUES (?, ?)", [
      spaceId,
      level,
    ]);
}

export async function subscribe(
  core: Core,
  args: Parameters<NotificationsCommands["notifications.subscribe"]>[0],
): Promise<void> {
  await core.own.call("webPush.subscribe", checkArguments(subscription, args));
}

/** Conversations: spaces, and their channels beside the first; each with what one has noted about it. */
const PLACES = `
  SELECT s.log_id, s.title, s.kind, '' AS channel, '' AS channel_name, s.read_from, s.log_id AS place
  FROM spaces s WHERE s.kind <> 'personal' AND s.state = 'active'
  UNION ALL
  SELECT s.log_id, s.title, s.kind, c.channel, c.name, s.read_from, s.log_id || ':' || c.channel
  FROM spaces s CROSS JOIN chat_channels c ON c.log_id = s.log_id AND c.channel <> '' AND c.archived = 0
  WHERE s.state = 'active'`;

/** What counts as unread, and is wanted, in a conversation `s` with a choice `l`. */
const WANTED = `u.log_id = s.log_id AND u.channel = s.channel AND u.mine = 0 AND (l.level IS NULL OR u.mention = 1)
  AND u.position > coalesce((SELECT position FROM read_positions r WHERE r.log_id = s.log_id AND r.channel = s.channel), s.read_from)`;

const NEWS = `
SELECT s.log_id, s.title, s.kind, s.channel, s.channel_name, a.event_id, a.position, a.at, a.text,
  coalesce((SELECT name FROM members m WHERE m.log_id = s.log_id AND m.identity_id = a.author),
    (SELECT name FROM people p WHERE p.identity_id = a.author), '') AS author,
  (SELECT count(*) FROM (SELECT 1 FROM activity u WHERE ${WANTED} LIMIT 1000)) AS count
FROM (${PLACES}) s LEFT JOIN notify_levels l ON l.log_id = s.log_id
JOIN activity a ON a.log_id = s.log_id AND a.event_id =
  (SELECT event_id FROM activity u WHERE ${WANTED} ORDER BY u.position DESC LIMIT 1)
WHERE coalesce(l.level, '') <> 'none'
  AND coalesce((SELECT value ->> 'until' FROM marks WHERE kind = 'mute' AND key = s.log_id), 0) <= ?1
  AND coalesce((SELECT value ->> 'until' FROM marks WHERE kind = 'mute' AND key = s.place), 0) <= ?1
ORDER BY a.at DESC, s.log_id`;

/** Conversations that are named at most: who has more unread looks into the app. */
const NAMED = 50;

/** @param now ms since 1970: what is muted until later is not told */
export async function newsOf(store: Pick<SqlStore, "all">, now: number): Promise<News> {
  const rows = await store.all<{
    log_id: string;
    title: string;
    kind: "pair" | "group";
    event_id: string;
    position: number;
    at: number;
    text: string;
    author: string;
    count: number;
    channel: string;
    channel_name: string;
  }>(NEWS, [now]);
  // A space is told of once: by the newest of its channels.
  const newest = rows.filter(
    (row, at) => rows.findIndex(({ log_id }) => log_id === row.log_id) === at,
  );
  const countIn = (spaceId: string): number =>
    rows.reduce((sum, row) => sum + (row.log_id === spaceId ? row.count : 0), 0);
  const conversations: ConversationNews[] = newest.slice(0, NAMED).map((row) => ({
    spaceId: row.log_id,
    title: row.channel_name === "" ? row.title : `${row.title} · ${row.channel_name}`,
    kind: row.kind,
    channelId: row.channel,
    count: countIn(row.log_id),
    newest: {
      eventId: row.event_id,
      position: row.position,
      author: row.author,
      text: row.text,
      at: row.at,
    },
  }));
  return { count: rows.reduce((sum, { count }) => sum + count, 0), conversations };
}
