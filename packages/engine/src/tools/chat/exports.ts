/** What of a conversation goes into an open archive: `messages.json` for programs, `index.html` for people. */
import { escapeHtml, isoTime, PAGE_END, pageHead, timeTag } from "../../moving/archive/page.ts";
import type { ExportFile, ExportSpace, ToolContext } from "../tool.ts";

type Row = {
  event_id: string;
  position: number;
  author: string;
  author_name: string;
  at: number;
  text: string;
  edited_at: number | null;
  deleted: number;
  reply_to: string | null;
  mentions: string;
  quote_name: string | null;
  quote_text: string | null;
};
type ReactionRow = { target: string; emoji: string; author: string; name: string };

const PAGE = 200;
const MESSAGES = `
  SELECT m.event_id, m.position, m.author, m.at, m.text, m.edited_at, m.deleted, m.reply_to, m.mentions,
    coalesce(a.name, p.name, '') AS author_name, q.text AS quote_text, coalesce(qa.name, qp.name) AS quote_name
  FROM chat_messages m
  LEFT JOIN members a ON a.log_id = m.log_id AND a.identity_id = m.author
  LEFT JOIN people p ON p.identity_id = m.author
  LEFT JOIN chat_messages q ON q.log_id = m.log_id AND q.event_id = m.reply_to AND q.deleted = 0
  LEFT JOIN members qa ON qa.log_id = q.log_id AND qa.identity_id = q.author
  LEFT JOIN people qp ON qp.identity_id = q.author
  WHERE m.log_id = ? AND m.position > ? ORDER BY m.position LIMIT ${PAGE}`;
const REACTIONS = `
  SELECT r.target, r.emoji, r.author, coalesce(a.name, p.name, '') AS name
  FROM chat_reactions r
  LEFT JOIN members a ON a.log_id = r.log_id AND a.identity_id = r.author
  LEFT JOIN people p ON p.identity_id = r.author
  WHERE r.log_id = ? AND r.target IN (SELECT value FROM json_each(?)) AND r.is_on = 1
    AND r.position = (SELECT max(l.position) FROM chat_reactions l WHERE l.log_id = r.log_id AND l.target = r.target
      AND l.emoji = r.emoji AND l.author = r.author)
  ORDER BY r.target, r.position`;

export function chatExports(context: ToolContext, space: ExportSpace): readonly ExportFile[] {
  return [
    { path: "messages.json", content: json(context, space) },
    { path: "index.html", content: html(context, space) },
  ];
}

type Reactions = Map<string, { emoji: string; author: string; name: string }[]>;

async function* pages(
  context: ToolContext,
  spaceId: string,
): AsyncGenerator<{ rows: Row[]; reactions: Reactions }> {
  let after = -1;
  for (;;) {
    const rows = await context.all<Row>(MESSAGES, [spaceId, after]);
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.position;
    const found = await context.all<ReactionRow>(REACTIONS, [
      spaceId,
      JSON.stringify(rows.map((row) => row.event_id)),
    ]);
    const reactions: Reactions = new Map();
    for (const { target, ...one } of found)
      reactions.set(target, [...(reactions.get(target) ?? []), one]);
    yield { rows, reactions };
  }
}

async function* json(context: ToolContext, space: ExportSpace): AsyncGenerator<string> {
  yield "[";
  let separator = "\n";
  for await (const { rows, reactions } of pages(context, space.spaceId)) {
    for (const row of rows) {
      const one = {
        id: row.event_id,
        at: isoTime(row.at),
        author: row.author,
        authorName: row.author_name,
        text: row.text,
        ...(row.deleted === 1 ? { deleted: true } : {}),
        ...(row.edited_at === null ? {} : { editedAt: isoTime(row.edited_at) }),
        ...(row.reply_to === null ? {} : { replyTo: row.reply_to }),
        ...(row.mentions === "[]" ? {} : { mentions: JSON.parse(row.mentions) as string[] }),
        ...(reactions.has(row.event_id) ? { reactions: reactions.get(row.event_id) } : {}),
      };
      yield separator + JSON.stringify(one);
      separator = ",\n";
      space.wrote();
    }
  }
  yield "\n]\n";
}

async function* html(context: ToolContext, space: ExportSpace): AsyncGenerator<string> {
  const { words } = space;
  yield pageHead(words, space.title);
  yield `<p><a href="../../index.html">${escapeHtml(words.back)}</a></p>\n`;
  let empty = true;
  for await (const { rows, reactions } of pages(context, space.spaceId)) {
    empty = false;
    yield rows.map((row) => article(row, reactions.get(row.event_id) ?? [], space)).join("");
  }
  if (empty) yield `<p>${escapeHtml(words.empty)}</p>\n`;
  yield PAGE_END;
}

function article(
  row: Row,
  reactions: readonly { emoji: string; name: string }[],
  { words }: ExportSpace,
): string {
  const quote =
    row.quote_text === null
      ? ""
      : `<blockquote dir="auto"><small>${escapeHtml(words.answering)} <bdi>${escapeHtml(row.quote_name ?? "")}</bdi></small><p>${escapeHtml(row.quote_text)}</p></blockquote>`;
  const edited = row.edited_at === null ? "" : ` <small>(${escapeHtml(words.edited)})</small>`;
  const said =
    row.deleted === 1
      ? `<p><small>${escapeHtml(words.deleted)}</small></p>`
      : `<p dir="auto">${escapeHtml(row.text)}</p>`;
  const liked =
    reactions.length === 0
      ? ""
      : `<small>${reactions.map(({ emoji, name }) => `${escapeHtml(emoji)} <bdi>${escapeHtml(name)}</bdi>`).join(" · ")}</small>`;
  return `<article id="m${row.event_id}"><strong><bdi>${escapeHtml(row.author_name)}</bdi></strong> ${timeTag(row.at, words)}${edited}\n${quote}${said}${liked}</article>\n`;
}
