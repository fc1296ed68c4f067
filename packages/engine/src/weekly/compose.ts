/**
 * What a weekly letter tells of a conversation.
 *
 * [Note: Letters hold no words] A letter is a list of ids and numbers, and the words are read from the conversations whenever it is
 * shown. So what is deleted is gone from it as well, and one's own space does not become a second copy of what was said. What disappears
 * is not even counted.
 *
 * [Note: Since the last one] A letter notes how far it has looked through each log, and the next one goes on there. Authors' clocks decide
 * nothing but for the very first: what was written weeks ago on a device without a line is told of when it arrives.
 */
import type { SqlStore } from "../ports.ts";
import type { MarkValue } from "../tools/marks/events.ts";
import { MARKS_LIMITS } from "../tools/marks/events.ts";

type Reads = Pick<SqlStore, "all" | "get">;
type Letter = MarkValue<"letter">;
type Section = Letter["spaces"][number];

const SOME = MARKS_LIMITS.letterItems;
/** An end within so many ms is named once more. */
const SOON_MS = 8 * 24 * 60 * 60_000;

/** What disappears stands in no letter. */
export const STAYS = "NOT EXISTS (SELECT 1 FROM vanishing x WHERE x.event_id = m.event_id)";
/** Messages of a log between two places in it. */
const NEW = `FROM chat_messages m WHERE m.log_id = ?1 AND m.position > ?2 AND m.position <= ?3 AND m.deleted = 0 AND ${STAYS}`;

const WHO = `SELECT m.author, count(*) AS n, min(m.position) AS first ${NEW} AND m.mine = 0 GROUP BY m.author ORDER BY n DESC, first`;
const MENTIONS = `SELECT m.event_id AS id ${NEW} AND m.mine = 0 AND m.mentions_me = 1 ORDER BY m.position LIMIT ${SOME}`;
const PINS = `
SELECT m.event_id AS id FROM chat_pinned k JOIN chat_messages m ON m.log_id = k.log_id AND m.event_id = k.target AND m.deleted = 0 AND ${STAYS}
WHERE k.log_id = ?1 AND k.position > ?2 AND k.position <= ?3 ORDER BY k.position LIMIT ${SOME}`;
const POLLS = `
SELECT m.event_id AS id FROM chat_polls k JOIN chat_messages m ON m.log_id = k.log_id AND m.event_id = k.event_id
WHERE k.log_id = ?1 AND m.position <= ?3 AND m.deleted = 0 AND ${STAYS}
  AND (k.closes_at > ?4 OR k.closes_at IS NULL) AND (m.position > ?2 OR k.closes_at <= ?4 + ${SOON_MS})
  AND NOT EXISTS (SELECT 1 FROM chat_poll_acts e WHERE e.log_id = k.log_id AND e.target = k.event_id AND e.kind = 'end'
    AND (e.steward = 1 OR e.author = k.author) AND e.position <= ?3)
ORDER BY coalesce(k.closes_at, 9e15), m.position LIMIT ${SOME}`;
const TOP = `
SELECT m.event_id AS id, count(DISTINCT r.author) AS n
FROM chat_reactions r JOIN chat_messages m ON m.log_id = r.log_id AND m.event_id = r.target AND m.position > ?2 AND m.deleted = 0 AND ${STAYS}
WHERE r.log_id = ?1 AND r.position > ?2 AND r.position <= ?3 AND r.is_on = 1 AND NOT EXISTS (
  SELECT 1 FROM chat_reactions l WHERE l.log_id = r.log_id AND l.target = r.target AND l.author = r.author AND l.emoji = r.emoji
    AND l.position > r.position AND l.position <= ?3)
GROUP BY m.event_id ORDER BY n DESC, m.position LIMIT ${SOME}`;
const FILES = `
FROM files_nodes f WHERE f.log_id = ?1 AND f.position > ?2 AND f.position <= ?3 AND f.rank = 1 AND f.mine = 0 AND f.shown = 1
  AND NOT EXISTS (SELECT 1 FROM chat_attached a JOIN vanishing x ON x.event_id = a.event_id WHERE a.log_id = f.log_id AND a.file_id = f.file_id)`;

/** A conversation between two places in its log; null: nothing was new. `now` decides which polls are still open. */
export async function sectionOf(
  store: Reads,
  space: string,
  { after, upTo }: { after: number; upTo: number },
  now: number,
): Promise<Section | null> {
  const at = [space, after, upTo];
  const ids = async (sql: string, more: readonly number[] = []): Promise<string[]> =>
    (await store.all<{ id: string }>(sql, [...at, ...more])).map(({ id }) => id);
  const authors = await store.all<{ author: string; n: number }>(WHO, at);
  const files = await store.get<{ n: number }>(`SELECT count(*) AS n ${FILES}`, at);
  const section: Section = {
    space,
    count: authors.reduce((sum, { n }) => sum + n, 0),
    people: authors.length,
    who: authors.slice(0, SOME).map(({ author }) => author),
    mentions: await ids(MENTIONS),
    pins: await ids(PINS),
    polls: await ids(POLLS, [now]),
    top: await ids(TOP),
    files: await ids(`SELECT f.file_id AS id ${FILES} ORDER BY f.position LIMIT ${SOME}`),
    fileCount: files?.n ?? 0,
  };
  const nothing =
    section.count + section.fileCount === 0 &&
    section.pins.length + section.polls.length + section.top.length === 0;
  return nothing ? null : section;
}

/** Where a first letter begins in a log: behind the last thing that was said before a time. */
export async function placeAt(store: Reads, space: string, time: number): Promise<number> {
  const row = await store.get<{ position: number; read_from: number }>(
    `SELECT s.read_from, coalesce((SELECT a.position FROM activity a WHERE a.log_id = s.log_id AND a.position <= s.seq AND a.at < ?2
       ORDER BY a.position DESC LIMIT 1), 0) AS position FROM spaces s WHERE s.log_id = ?1`,
    [space, time],
  );
  return Math.max(row?.position ?? 0, row?.read_from ?? 0);
}

/**
 * A letter about conversations.
 * @param spaces each with how far its log was read, and how far letters have told of it (null: none has)
 * @param since what a conversation that no letter told of yet begins with, ms
 */
export async function compose(
  store: Reads,
  spaces: readonly { space: string; upTo: number; told: number | null }[],
  since: number,
  now: number,
): Promise<Letter> {
  const seen: Record<string, number> = {};
  const found: { section: Section; upTo: number }[] = [];
  for (const { space, upTo, told } of spaces) {
    const from = told ?? (await placeAt(store, space, since));
    const section = await sectionOf(store, space, { after: Math.min(from, upTo), upTo }, now);
    // A device that has not read so far yet takes nothing back.
    const reached = Math.max(from, upTo);
    if (section === null) seen[space] = reached;
    else found.push({ section, upTo: reached });
  }
  const named = ({ section }: { section: Section }): number => Number(section.mentions.length > 0);
  found.sort(
    (a, b) =>
      named(b) - named(a) ||
      b.section.count - a.section.count ||
      (a.section.space < b.section.space ? -1 : 1),
  );
  const told = found.slice(0, MARKS_LIMITS.letterSpaces);
  // What finds no room is told of the next time.
  for (const { section, upTo } of told) seen[section.space] = upTo;
  return {
    from: since,
    to: now,
    seen,
    more: found.length - told.length,
    spaces: told.map(({ section }) => section),
  };
}
