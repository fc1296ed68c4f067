/** What a screen shows of what was brought. All reads go by an index: brought.test.ts looks at their plans. */
import * as v from "valibot";
import { checkArguments, hexId } from "../checks.ts";
import { preview } from "../chat/preview.ts";
import type { ToolContext } from "../tool.ts";
import type { Brought, BroughtCommands, BroughtLive, BroughtMessage } from "./api.ts";
import type { Service } from "./events.ts";
import type { BroughtMore } from "./reducer.ts";

const spaceId = hexId(32);
const chat = hexId(24);
const PAGE = 500;

type BeginRow = {
  chat: string;
  service: Service;
  title: string;
  author: string;
  author_name: string;
  began: number;
};

const BEGINS = `
  SELECT b.chat, b.service, b.title, b.author, COALESCE(a.name, p.name, '') AS author_name,
    (SELECT f.at FROM brought_begins f WHERE f.log_id = b.log_id AND f.chat = b.chat ORDER BY f.position LIMIT 1) AS began
  FROM brought_begins b
  LEFT JOIN members a ON a.log_id = b.log_id AND a.identity_id = b.author
  LEFT JOIN people p ON p.identity_id = b.author
  WHERE b.log_id = ?1 AND (?2 = '' OR b.chat = ?2)
    AND b.position = (SELECT max(l.position) FROM brought_begins l WHERE l.log_id = b.log_id AND l.chat = b.chat)
    AND NOT EXISTS (SELECT 1 FROM brought_deletes d WHERE d.log_id = b.log_id AND d.chat = b.chat AND d.msg = '')`;
/** Single messages that were deleted and wait to be: the others are gone. */
const LEFT_IN = `NOT EXISTS (SELECT 1 FROM brought_deletes d WHERE d.log_id = m.log_id AND d.chat = m.chat AND d.msg = m.msg)`;
const SUMS = `
  SELECT count(*) AS messages, count(DISTINCT name) AS people, min(at) AS first, max(at) AS last
  FROM brought_messages m WHERE m.log_id = ? AND m.chat = ? AND ${LEFT_IN}`;
const MESSAGES = `
  SELECT m.msg, m.at, m.name, m.text, m.edited, m.more, COALESCE(m.reply, m.thread) AS answers,
    q.name AS quote_name, q.text AS quote_text
  FROM brought_messages m
  LEFT JOIN brought_messages q ON q.log_id = m.log_id AND q.chat = m.chat AND q.msg = COALESCE(m.reply, m.thread)
  WHERE m.log_id = ? AND m.chat = ? AND ${LEFT_IN} ORDER BY m.at, m.n, m.msg LIMIT ? OFFSET ?`;

async function summary(
  context: ToolContext,
  logId: string,
  row: BeginRow,
): Promise<Brought | null> {
  const sums = await context.get<{
    messages: number;
    people: number;
    first: number | null;
    last: number | null;
  }>(SUMS, [logId, row.chat]);
  if (sums === undefined || sums.messages === 0) return null;
  const mine = row.author === context.me();
  const me = mine
    ? undefined
    : await context.get<{ role: string }>(
        "SELECT role FROM members WHERE log_id = ? AND identity_id = ?",
        [logId, context.me()],
      );
  return {
    chat: row.chat,
    service: row.service,
    title: row.title,
    author: row.author,
    authorName: row.author_name,
    mine,
    mayDelete: mine || me?.role === "steward" || me?.role === "moderator",
    broughtAt: row.began,
    messages: sums.messages,
    people: sums.people,
    from: sums.first ?? 0,
    to: sums.last ?? 0,
  };
}

export async function list(
  context: ToolContext,
  args: BroughtLive["brought.list"]["args"],
): Promise<BroughtLive["brought.list"]["value"]> {
  const given = checkArguments(v.object({ spaceId }), args);
  const rows = await context.all<BeginRow>(BEGINS, [given.spaceId, ""]);
  const found: Brought[] = [];
  for (const row of rows) {
    const one = await summary(context, given.spaceId, row);
    if (one !== null) found.push(one);
  }
  return found.toSorted((a, b) => b.to - a.to);
}

export async function one(
  context: ToolContext,
  args: BroughtLive["brought.one"]["args"],
): Promise<BroughtLive["brought.one"]["value"]> {
  const given = checkArguments(v.object({ spaceId, chat }), args);
  const row = await context.get<BeginRow>(BEGINS, [given.spaceId, given.chat]);
  return row === undefined ? null : summary(context, given.spaceId, row);
}

export async function messages(
  context: ToolContext,
  args: BroughtLive["brought.messages"]["args"],
): Promise<BroughtLive["brought.messages"]["value"]> {
  const given = checkArguments(
    v.object({
      spaceId,
      chat,
      offset: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
      limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(PAGE)),
    }),
    args,
  );
  const [rows, sums, hints] = await Promise.all([
    context.all<{
      msg: string;
      at: number;
      name: string | null;
      text: string;
      edited: number | null;
      more: string | null;
      answers: string | null;
      quote_name: string | null;
      quote_text: string | null;
    }>(MESSAGES, [given.spaceId, given.chat, given.limit, given.offset]),
    context.get<{ total: number }>(
      `SELECT count(*) AS total FROM brought_messages m WHERE m.log_id = ? AND m.chat = ? AND ${LEFT_IN}`,
      [given.spaceId, given.chat],
    ),
    hintsOf(context, given.spaceId, given.chat),
  ]);
  return {
    total: sums?.total ?? 0,
    messages: rows.map((row): BroughtMessage => {
      const more = row.more === null ? null : (JSON.parse(row.more) as BroughtMore);
      return {
        id: row.msg,
        at: row.at,
        name: row.name,
        hint: row.name === null ? null : (hints.get(row.name) ?? null),
        text: row.text,
        answers:
          row.answers === null
            ? null
            : {
                id: row.answers,
                name: row.quote_name ?? "",
                text: preview(row.quote_text ?? ""),
              },
        edited: row.edited,
        files: more?.files ?? [],
        lacks: more?.lacks ?? [],
        reactions: more?.reactions ?? [],
      };
    }),
  };
}

/** What names are said to be: names of members, by the names in the export. */
async function hintsOf(
  context: ToolContext,
  logId: string,
  id: string,
): Promise<ReadonlyMap<string, string>> {
  const row = await context.get<{ hints: string }>(
    "SELECT hints FROM brought_begins WHERE log_id = ? AND chat = ? ORDER BY position DESC LIMIT 1",
    [logId, id],
  );
  const hints = JSON.parse(row?.hints ?? "[]") as [string, string][];
  if (hints.length === 0) return new Map();
  const members = await context.all<{ identity_id: string; name: string }>(
    "SELECT identity_id, name FROM members WHERE log_id = ? AND identity_id IN (SELECT value FROM json_each(?))",
    [logId, JSON.stringify(hints.map(([, identity]) => identity))],
  );
  const names = new Map(members.map(({ identity_id, name }) => [identity_id, name]));
  return new Map(
    hints.flatMap(([name, identity]): [string, string][] => {
      const shown = names.get(identity);
      return shown === undefined ? [] : [[name, shown]];
    }),
  );
}

export async function place(
  context: ToolContext,
  args: Parameters<BroughtCommands["brought.place"]>[0],
): ReturnType<BroughtCommands["brought.place"]> {
  const given = checkArguments(
    v.object({
      spaceId,
      chat,
      message: v.optional(hexId(8)),
      at: v.optional(v.pipe(v.number(), v.finite())),
    }),
    args,
  );
  const found =
    given.message === undefined
      ? { at: Math.trunc(given.at ?? 0), n: -1, msg: "" }
      : await context.get<{ at: number; n: number; msg: string }>(
          "SELECT at, n, msg FROM brought_messages WHERE log_id = ? AND chat = ? AND msg = ?",
          [given.spaceId, given.chat, given.message],
        );
  if (found === undefined) return { offset: null };
  const row = await context.get<{ count: number }>(
    `SELECT count(*) AS count FROM brought_messages m WHERE m.log_id = ? AND m.chat = ?
       AND (m.at, m.n, m.msg) < (?, ?, ?) AND ${LEFT_IN}`,
    [given.spaceId, given.chat, found.at, found.n, found.msg],
  );
  return { offset: row?.count ?? 0 };
}
