/** Weekly letters as screens show them: the words come from the conversations, see [Note: Letters hold no words] in compose.ts. */
import * as v from "valibot";
import type { Core } from "../core.ts";
import { checkArguments } from "../tools/checks.ts";
import { mediaOf, withSign } from "../tools/chat/media.ts";
import { pollsOf } from "../tools/chat/poll-tally.ts";
import { preview } from "../tools/chat/preview.ts";
import { reactionsOf } from "../tools/chat/reaction-groups.ts";
import type { MarkValue } from "../tools/marks/events.ts";
import type { WeeklyLive, WeekLetter, WeekMessage, WeekSpace, WeekSummary } from "./api.ts";
import { STAYS } from "./compose.ts";

type Kept = MarkValue<"letter">;
type Section = Kept["spaces"][number];

/** Emoji that are named under a message. */
const EMOJI = 3;

/** All that are kept and tell of something, the newest first. */
export async function letters({ store }: Core): Promise<WeekSummary[]> {
  const rows = await store.all<{ key: string; value: string; was_read: number }>(
    `SELECT l.key, l.value, EXISTS (SELECT 1 FROM marks r WHERE r.kind = 'letterRead' AND r.key = l.key AND r.value IS NOT NULL) AS was_read
     FROM marks l WHERE l.kind = 'letter' AND l.value IS NOT NULL ORDER BY l.key DESC`,
  );
  return rows.flatMap(({ key, value, was_read }) => {
    const { from, to, spaces } = JSON.parse(value) as Kept;
    return spaces.length === 0
      ? []
      : [{ letterId: key, from, to, unread: was_read === 0, spaces: spaces.length }];
  });
}

/** The newest letter, where it was not read. */
export async function unread(core: Core): Promise<string | null> {
  const [newest] = await letters(core);
  return newest?.unread === true ? newest.letterId : null;
}

const letterArguments = v.object({
  letterId: v.nullable(v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/))),
});

/** One letter, with what there is of it on this device now. */
export async function letter(
  core: Core,
  args: WeeklyLive["weekly.letter"]["args"],
): Promise<WeekLetter | null> {
  const { letterId } = checkArguments(letterArguments, args);
  const id = letterId ?? (await letters(core))[0]?.letterId;
  const row =
    id === undefined
      ? undefined
      : await core.store.get<{ value: string }>(
          "SELECT value FROM marks WHERE kind = 'letter' AND key = ? AND value IS NOT NULL",
          [id],
        );
  if (id === undefined || row === undefined) return null;
  const { from, to, more, spaces } = JSON.parse(row.value) as Kept;
  const shown: WeekSpace[] = [];
  for (const section of spaces) shown.push(await spaceOf(core, section));
  return { letterId: id, from, to, more, spaces: shown };
}

async function spaceOf(core: Core, section: Section): Promise<WeekSpace> {
  const { space: spaceId, count, people, fileCount } = section;
  const row = await core.store.get<{ title: string; kind: "pair" | "group" }>(
    "SELECT title, kind FROM spaces WHERE log_id = ?",
    [spaceId],
  );
  const found = await messagesOf(core, spaceId, [
    ...new Set([...section.mentions, ...section.pins, ...section.polls, ...section.top]),
  ]);
  const pick = (ids: readonly string[]): WeekMessage[] => ids.flatMap((id) => found.get(id) ?? []);
  return {
    spaceId,
    title: row?.title ?? "",
    kind: row?.kind ?? "group",
    here: row !== undefined,
    count,
    people,
    who: await namesOf(core, spaceId, section.who),
    mentions: pick(section.mentions),
    pins: pick(section.pins),
    polls: pick(section.polls).filter(({ poll }) => poll !== null),
    top: pick(section.top).filter(({ reacted }) => reacted > 0),
    files: await filesOf(core, spaceId, section.files),
    fileCount,
  };
}

const NAME = "coalesce(a.name, p.name, '')";
const MESSAGES = `
SELECT m.event_id, m.mine, m.text, m.media, m.at, m.poll, ${NAME} AS name FROM chat_messages m
LEFT JOIN members a ON a.log_id = m.log_id AND a.identity_id = m.author LEFT JOIN people p ON p.identity_id = m.author
WHERE m.log_id = ? AND m.event_id IN (SELECT value FROM json_each(?)) AND m.deleted = 0 AND ${STAYS}`;

async function messagesOf(
  core: Core,
  spaceId: string,
  ids: readonly string[],
): Promise<Map<string, WeekMessage>> {
  const rows = await core.store.all<{
    event_id: string;
    mine: number;
    text: string;
    media: string | null;
    at: number;
    poll: number;
    name: string;
  }>(MESSAGES, [spaceId, JSON.stringify(ids)]);
  const context = core.context();
  const there = rows.map(({ event_id }) => event_id);
  const reactions = await reactionsOf(context, spaceId, there);
  const polls = await pollsOf(
    context,
    spaceId,
    rows.filter(({ poll }) => poll === 1).map(({ event_id }) => event_id),
  );
  return new Map(
    rows.map((row) => {
      const under = (reactions.get(row.event_id) ?? []).toSorted((a, b) => b.count - a.count);
      const poll = polls.get(row.event_id);
      return [
        row.event_id,
        {
          eventId: row.event_id,
          authorName: row.name,
          mine: row.mine === 1,
          text: withSign(mediaOf(row.media), preview(row.text)),
          at: row.at,
          emoji: under.slice(0, EMOJI).map(({ emoji }) => emoji),
          reacted: under.reduce((sum, { count }) => sum + count, 0),
          poll:
            poll === undefined
              ? null
              : { closesAt: poll.closesAt, ended: poll.ended, voters: poll.voters },
        },
      ];
    }),
  );
}

async function filesOf(
  { store }: Core,
  spaceId: string,
  ids: readonly string[],
): Promise<WeekSpace["files"]> {
  const rows = await store.all<{ file_id: string; name: string; author: string }>(
    `SELECT f.file_id, f.name, ${NAME} AS author FROM files_nodes f
     LEFT JOIN members a ON a.log_id = f.log_id AND a.identity_id = f.author LEFT JOIN people p ON p.identity_id = f.author
     WHERE f.log_id = ? AND f.file_id IN (SELECT value FROM json_each(?)) AND f.shown = 1 ORDER BY f.position`,
    [spaceId, JSON.stringify(ids)],
  );
  return rows.map(({ file_id, name, author }) => ({ fileId: file_id, name, authorName: author }));
}

async function namesOf(
  { store }: Core,
  spaceId: string,
  ids: readonly string[],
): Promise<string[]> {
  const names: string[] = [];
  for (const id of ids) {
    const row = await store.get<{ name: string }>(
      `SELECT name FROM members WHERE log_id = ?1 AND identity_id = ?2
       UNION ALL SELECT name FROM people WHERE identity_id = ?2 LIMIT 1`,
      [spaceId, id],
    );
    if (row !== undefined) names.push(row.name);
  }
  return names;
}
