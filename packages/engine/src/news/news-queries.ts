/**
 * What is new across all tools.
 *
 * Nothing is kept for it: whatever stands behind the read position of a space, in any tool's table, is new. So reading on one device,
 * marking as read and taking that back count everywhere at once, and there is no second list that could say something else.
 * Only spaces whose log goes further than one has read are looked at, each by an index.
 */
import type { Core } from "../core.ts";
import { isAsked } from "../leading/queries.ts";
import { PENDING_POSITION } from "../schema.ts";
import { preview } from "../tools/chat/preview.ts";
import type { NewsGroup, NewsItem, NewsLive } from "./api.ts";

/** Conversations in one answer, and things of each. */
const GROUPS = 100;
const ITEMS = 12;
/** Of what nobody in particular is meant by, so many are shown. */
const PLAIN = 3;

type SpaceRow = {
  log_id: string;
  title: string;
  kind: "pair" | "group";
  seen: number;
  muted_until: number | null;
  archived: number;
  marked: number;
  channel: string;
  channel_name: string;
  several: number;
};

const SPACES = `
SELECT log_id, title, kind, seen, muted_until, archived, marked, '' AS channel, channel_name, several FROM (
  SELECT one.*, coalesce((SELECT name FROM chat_channels c WHERE c.log_id = one.log_id AND c.channel = ''), '') AS channel_name,
    EXISTS (SELECT 1 FROM chat_channels c WHERE c.log_id = one.log_id AND c.channel <> '' AND c.archived = 0) AS several FROM (
  SELECT s.log_id, s.title, s.kind, s.seq, coalesce(r.position, s.read_from) AS seen,
    (SELECT value ->> 'until' FROM marks WHERE kind = 'mute' AND key = s.log_id) AS muted_until,
    (SELECT count(*) FROM marks WHERE kind = 'archive' AND key = s.log_id AND value IS NOT NULL) AS archived,
    (SELECT count(*) FROM marks WHERE kind = 'unread' AND key = s.log_id AND value IS NOT NULL) AS marked
  FROM spaces s LEFT JOIN read_positions r ON r.log_id = s.log_id AND r.channel = ''
  WHERE s.kind <> 'personal' AND s.state = 'active') one) one
WHERE marked > 0 OR (seq > seen AND (
  EXISTS (SELECT 1 FROM activity u WHERE u.log_id = one.log_id AND u.channel = '' AND u.mine = 0 AND u.position > seen)
  OR EXISTS (SELECT 1 FROM chat_reactions x WHERE x.log_id = one.log_id AND x.position > seen)
  OR EXISTS (SELECT 1 FROM files_nodes x WHERE x.log_id = one.log_id AND x.rank = 1 AND x.mine = 0 AND x.position > seen)
  OR EXISTS (SELECT 1 FROM files_comments x WHERE x.log_id = one.log_id AND x.mine = 0 AND x.position > seen)
  OR EXISTS (SELECT 1 FROM notices x WHERE x.log_id = one.log_id AND x.position > seen AND x.kind = 'joined')))`;

/** The other channels of spaces; what is not told of any channel is told with the first. */
const CHANNELS = `
SELECT log_id, title, kind, seen, muted_until, archived, marked, channel, channel_name, 1 AS several FROM (
  SELECT c.log_id, s.title, s.kind, s.seq, c.channel, c.name AS channel_name, coalesce(r.position, s.read_from) AS seen,
    max(coalesce((SELECT value ->> 'until' FROM marks WHERE kind = 'mute' AND key = s.log_id), 0),
      coalesce((SELECT value ->> 'until' FROM marks WHERE kind = 'mute' AND key = s.log_id || ':' || c.channel), 0)) AS muted_until,
    (SELECT count(*) FROM marks WHERE kind = 'archive' AND key = s.log_id AND value IS NOT NULL) AS archived,
    (SELECT count(*) FROM marks WHERE kind = 'unread' AND key = s.log_id || ':' || c.channel AND value IS NOT NULL) AS marked
  FROM chat_channels c JOIN spaces s ON s.log_id = c.log_id AND s.state = 'active'
  LEFT JOIN read_positions r ON r.log_id = c.log_id AND r.channel = c.channel
  WHERE c.channel <> '' AND c.archived = 0) one
WHERE marked > 0 OR (seq > seen AND (
  EXISTS (SELECT 1 FROM activity u WHERE u.log_id = one.log_id AND u.channel = one.channel AND u.mine = 0 AND u.position > seen)
  OR EXISTS (SELECT 1 FROM chat_reactions x WHERE x.log_id = one.log_id AND x.position > seen)))`;

const UNREAD = `
SELECT event_id, at, mention FROM activity WHERE log_id = ?1 AND channel = ?3 AND mine = 0 AND position > ?2 AND position < ${PENDING_POSITION}
ORDER BY position LIMIT 1000`;

const NAME = "coalesce(a.name, p.name, '') AS name";
const JOINS = (author: string): string =>
  `LEFT JOIN members a ON a.log_id = ?1 AND a.identity_id = ${author} LEFT JOIN people p ON p.identity_id = ${author}`;

/** Each kind with the index that it goes by; all of them give the same columns. */
const MEANT = `
SELECT CASE WHEN m.mentions_me = 1 THEN 'mention' ELSE 'reply' END AS kind, m.event_id AS ref, m.position, m.at, m.author,
  ${NAME}, m.text
FROM chat_messages m LEFT JOIN chat_messages q ON q.log_id = m.log_id AND q.event_id = m.reply_to ${JOINS("m.author")}
WHERE m.log_id = ?1 AND m.channel = ?3 AND m.position > ?2 AND m.mine = 0 AND m.deleted = 0 AND (m.mentions_me = 1 OR q.mine = 1)
ORDER BY m.position LIMIT ${ITEMS}`;
const REACTIONS = `
SELECT 'reaction' AS kind, r.target AS ref, r.position, m.at, r.author, ${NAME}, r.emoji AS text
FROM chat_reactions r INDEXED BY chat_reactions_by_position JOIN chat_messages m ON m.log_id = r.log_id AND m.event_id = r.target ${JOINS("r.author")}
WHERE r.log_id = ?1 AND r.position > ?2 AND r.is_on = 1 AND m.channel = ?3 AND m.mine = 1 AND m.deleted = 0 AND r.author <> m.author
  AND NOT EXISTS (SELECT 1 FROM chat_reactions l WHERE l.log_id = r.log_id AND l.target = r.target AND l.author = r.author
    AND l.emoji = r.emoji AND l.position > r.position)
ORDER BY r.position LIMIT ${ITEMS}`;
const FILES = `
SELECT 'file' AS kind, f.file_id AS ref, f.position, f.at, f.author, ${NAME}, f.name AS text
FROM files_nodes f INDEXED BY news_files ${JOINS("f.author")}
WHERE f.log_id = ?1 AND f.position > ?2 AND f.rank = 1 AND f.mine = 0 AND f.shown = 1 ORDER BY f.position LIMIT ${ITEMS}`;
const COMMENTS = `
SELECT 'comment' AS kind, c.file_id AS ref, c.position, c.at, c.author, ${NAME}, c.text
FROM files_comments c INDEXED BY news_comments JOIN files_nodes f ON f.log_id = c.log_id AND f.file_id = c.file_id ${JOINS("c.author")}
WHERE c.log_id = ?1 AND c.position > ?2 AND c.mine = 0 AND c.deleted = 0 AND f.shown = 1 ORDER BY c.position LIMIT ${ITEMS}`;
const JOINED = `
SELECT 'joined' AS kind, '' AS ref, n.position, n.at, n.subject AS author, ${NAME}, '' AS text
FROM notices n ${JOINS("n.subject")}
WHERE n.log_id = ?1 AND n.position > ?2 AND n.kind = 'joined' AND n.subject <> (SELECT identity_id FROM account)
ORDER BY n.position LIMIT ${ITEMS}`;
const PLAINLY = `
SELECT 'message' AS kind, m.event_id AS ref, m.position, m.at, m.author, ${NAME}, m.text
FROM chat_messages m ${JOINS("m.author")}
WHERE m.log_id = ?1 AND m.channel = ?3 AND m.position > ?2 AND m.mine = 0 AND m.deleted = 0 ORDER BY m.position LIMIT ${PLAIN}`;
const KINDS = [MEANT, REACTIONS, FILES, COMMENTS, JOINED, PLAINLY] as const;
/** What is told of a space, not of a channel. */
const OF_SPACE: ReadonlySet<string> = new Set([FILES, COMMENTS, JOINED]);

type ItemRow = Omit<NewsItem, "authorId" | "authorName"> & { author: string; name: string };

export async function newsOf(core: Core): Promise<NewsLive["news.all"]["value"]> {
  const { store } = core;
  const spaces = [...(await store.all<SpaceRow>(SPACES)), ...(await store.all<SpaceRow>(CHANNELS))];
  const now = core.platform.clock.now();
  const asking = new Set(
    (await store.all<{ log_id: string }>("SELECT DISTINCT log_id FROM proposals")).map(
      ({ log_id }) => log_id,
    ),
  );
  for (const logId of asking) if (!(await isAsked(core, logId))) asking.delete(logId);
  const missing = [...asking].filter(
    (id) => !spaces.some(({ log_id, channel }) => log_id === id && channel === ""),
  );
  if (missing.length > 0)
    spaces.push(
      ...(await store.all<SpaceRow>(
        `SELECT log_id, title, kind, seq AS seen, NULL AS muted_until, 0 AS archived, 0 AS marked, '' AS channel, '' AS channel_name, 0 AS several FROM spaces
         WHERE state = 'active' AND log_id IN (SELECT value FROM json_each(?))`,
        [JSON.stringify(missing)],
      )),
    );
  const groups: NewsGroup[] = [];
  for (const space of spaces) {
    const asked = space.channel === "" && asking.has(space.log_id);
    const group = await groupOf(core, space, asked, now);
    if (group !== null) groups.push(group);
  }
  groups.sort((a, b) => rank(a, now) - rank(b, now) || b.lastAt - a.lastAt);
  return { groups: groups.slice(0, GROUPS), more: groups.length > GROUPS };
}

/** What is for oneself, what is not, what one does not want to hear of. */
function rank(group: NewsGroup, now: number): number {
  if (group.asked || group.items.some(({ kind }) => kind === "mention" || kind === "reply"))
    return 0;
  return group.mutedUntil > now || group.archived ? 2 : 1;
}

async function groupOf(
  core: Core,
  space: SpaceRow,
  asked: boolean,
  now: number,
): Promise<NewsGroup | null> {
  const { store } = core;
  const ofSpace = [space.log_id, space.seen];
  const at = [...ofSpace, space.channel];
  const unread = await store.all<{ event_id: string; at: number; mention: number }>(UNREAD, at);
  const found: NewsItem[] = [];
  let more = false;
  for (const sql of KINDS) {
    if (OF_SPACE.has(sql) && space.channel !== "") continue;
    const rows = await store.all<ItemRow>(sql, OF_SPACE.has(sql) ? ofSpace : at);
    more ||= sql !== PLAINLY && rows.length === ITEMS;
    for (const { author, name, ...item } of rows)
      if (item.position < PENDING_POSITION && !found.some((one) => same(one, item)))
        found.push({ ...item, authorId: author, authorName: name, text: preview(item.text) });
  }
  const marked = space.marked > 0;
  if (found.length === 0 && unread.length === 0 && !marked && !asked) return null;
  // What one does not want to hear of is said in one line, unless it is for oneself.
  const quiet = (space.muted_until ?? 0) > now || space.archived > 0;
  const items = quiet ? found.filter(({ kind }) => MINE.has(kind)) : found;
  return {
    spaceId: space.log_id,
    title: space.title,
    kind: space.kind,
    channel: space.several === 0 ? null : { channelId: space.channel, name: space.channel_name },
    mutedUntil: space.muted_until ?? 0,
    archived: space.archived > 0,
    unread: unread.length,
    firstUnread: unread[0]?.event_id ?? null,
    markedUnread: marked,
    asked,
    lastAt: Math.max(0, unread.at(-1)?.at ?? 0, ...found.map((one) => one.at)),
    items: items.slice(0, ITEMS),
    more: more || items.length > ITEMS,
  };
}

const MINE: ReadonlySet<NewsItem["kind"]> = new Set(["mention", "reply"]);

/** A message that is shown as one for oneself is not shown once more. */
function same(
  a: Pick<NewsItem, "ref" | "position">,
  b: Pick<NewsItem, "ref" | "position">,
): boolean {
  return a.position === b.position && a.ref === b.ref;
}
