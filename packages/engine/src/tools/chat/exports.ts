/** What of a conversation goes into an open archive: `messages.json` for programs, `index.html` for people. */
import { escapeHtml, isoTime, PAGE_END, pageHead, timeTag } from "../../moving/archive/page.ts";
import { formattedHtml } from "./formatted-html.ts";
import type { Poll } from "./api.ts";
import { historyOf } from "./history.ts";
import { mediaOf, mediaShown } from "./media.ts";
import type { MessageMedia } from "./media-api.ts";
import { pollsOf } from "./poll-tally.ts";
import { preview } from "./preview.ts";
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
  thread: string | null;
  forwarded: string | null;
  poll: number;
  media: string | null;
  channel: string;
  channel_name: string | null;
};
type ReactionRow = { target: string; emoji: string; author: string; name: string };

const PAGE = 200;
/** What disappears does not go along, not even as a quote. */
const MESSAGES = `
  SELECT m.event_id, m.position, m.author, m.at, m.text, m.edited_at, m.deleted, m.reply_to, m.mentions, m.thread,
    m.forwarded, m.poll, m.media, m.channel, c.name AS channel_name,
    coalesce(a.name, p.name, '') AS author_name, q.text AS quote_text, coalesce(qa.name, qp.name) AS quote_name
  FROM chat_messages m
  LEFT JOIN chat_channels c ON c.log_id = m.log_id AND c.channel = m.channel
  LEFT JOIN members a ON a.log_id = m.log_id AND a.identity_id = m.author
  LEFT JOIN people p ON p.identity_id = m.author
  LEFT JOIN chat_messages q ON q.log_id = m.log_id AND q.event_id = m.reply_to AND q.deleted = 0
    AND NOT EXISTS (SELECT 1 FROM vanishing v WHERE v.event_id = q.event_id)
  LEFT JOIN members qa ON qa.log_id = q.log_id AND qa.identity_id = q.author
  LEFT JOIN people qp ON qp.identity_id = q.author
  WHERE m.log_id = ? AND m.position > ? AND NOT EXISTS (SELECT 1 FROM vanishing v WHERE v.event_id = m.event_id)
  ORDER BY m.position LIMIT ${PAGE}`;
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
  if (space.own) return [];
  return [
    { path: "messages.json", content: json(context, space) },
    { path: "channels.json", content: channelsJson(context, space) },
    { path: "index.html", content: html(context, space) },
  ];
}

type Reactions = Map<string, { emoji: string; author: string; name: string }[]>;

async function* pages(
  context: ToolContext,
  spaceId: string,
): AsyncGenerator<{ rows: Row[]; reactions: Reactions; polls: Map<string, Poll> }> {
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
    const polls = await pollsOf(
      context,
      spaceId,
      rows.filter(({ poll, deleted }) => poll === 1 && deleted === 0).map((row) => row.event_id),
    );
    yield { rows, reactions, polls };
  }
}

async function* json(context: ToolContext, space: ExportSpace): AsyncGenerator<string> {
  yield "[";
  let separator = "\n";
  for await (const { rows, reactions, polls } of pages(context, space.spaceId)) {
    const names = await namesOf(context, space.spaceId, rows);
    for (const row of rows) {
      const poll = polls.get(row.event_id);
      const one = {
        id: row.event_id,
        at: isoTime(row.at),
        author: row.author,
        authorName: row.author_name,
        text: row.text,
        ...(row.channel === ""
          ? {}
          : { channel: { id: row.channel, name: row.channel_name ?? "" } }),
        ...(row.deleted === 1 ? { deleted: true } : {}),
        ...(row.edited_at === null ? {} : { editedAt: isoTime(row.edited_at) }),
        ...(row.reply_to === null ? {} : { replyTo: row.reply_to }),
        ...(row.thread === null ? {} : { thread: row.thread }),
        ...(row.forwarded === null ? {} : { forwarded: row.forwarded }),
        ...(row.edited_at === null || row.deleted === 1
          ? {}
          : { before: await earlier(context, space.spaceId, row.event_id) }),
        ...(poll === undefined ? {} : { poll: pollJson(poll) }),
        ...mediaJson(mediaShown(row.media, row.text), names),
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
  for await (const { rows, reactions, polls } of pages(context, space.spaceId)) {
    empty = false;
    const names = await namesOf(context, space.spaceId, rows);
    yield rows
      .map((row) =>
        article(
          row,
          reactions.get(row.event_id) ?? [],
          polls.get(row.event_id),
          space,
          mediaHtml(mediaShown(row.media, row.text), names),
        ),
      )
      .join("");
  }
  if (empty) yield `<p>${escapeHtml(words.empty)}</p>\n`;
  yield PAGE_END;
}

/** Channels in their order; the first has no id. Empty where there are no others. */
async function* channelsJson(context: ToolContext, space: ExportSpace): AsyncGenerator<string> {
  const rows = await context.all<{
    channel: string;
    name: string;
    purpose: string;
    archived: number;
  }>("SELECT channel, name, purpose, archived FROM chat_channels WHERE log_id = ? ORDER BY place", [
    space.spaceId,
  ]);
  const all = rows.map(({ channel, name, purpose, archived }) => ({
    ...(channel === "" ? {} : { id: channel }),
    name,
    purpose,
    ...(archived === 1 ? { archived: true } : {}),
  }));
  yield `${JSON.stringify(all, null, 1)}\n`;
}

/** What a message said before its last change, the oldest first. */
async function earlier(
  context: ToolContext,
  spaceId: string,
  eventId: string,
): Promise<{ at: string; text: string }[]> {
  const texts = await historyOf(context, spaceId, eventId);
  return texts.slice(0, -1).map(({ at, text }) => ({ at: isoTime(at), text }));
}

/** What the files of messages are called; the files themselves lie in the folder of the space's files. */
async function namesOf(
  context: ToolContext,
  spaceId: string,
  rows: readonly Row[],
): Promise<ReadonlyMap<string, string>> {
  const ids = rows.flatMap(({ media }) => mediaOf(media)?.files ?? []).map((one) => one.fileId);
  if (ids.length === 0) return new Map();
  const found = await context.all<{ file_id: string; name: string }>(
    "SELECT file_id, name FROM files_nodes WHERE log_id = ? AND file_id IN (SELECT value FROM json_each(?)) AND purged = 0",
    [spaceId, JSON.stringify(ids)],
  );
  return new Map(found.map(({ file_id, name }) => [file_id, name]));
}

function mediaJson(media: MessageMedia | null, names: ReadonlyMap<string, string>): object {
  if (media === null) return {};
  const { files, voice, place, contact, link } = media;
  return {
    ...(files.length === 0
      ? {}
      : {
          files: files.map(({ fileId, type }) => ({
            id: fileId,
            name: names.get(fileId) ?? null,
            type,
          })),
        }),
    ...(voice === null ? {} : { voice: { durationMs: voice.durationMs } }),
    ...(place === null ? {} : { place }),
    ...(contact === null ? {} : { contact }),
    ...(link === undefined ? {} : { link }),
  };
}

function mediaHtml(media: MessageMedia | null, names: ReadonlyMap<string, string>): string {
  if (media === null) return "";
  const { files, place, contact, link } = media;
  const lines = files.map(({ fileId }) => `📎 <bdi>${escapeHtml(names.get(fileId) ?? "…")}</bdi>`);
  if (place !== null)
    lines.push(
      `📍 <bdi>${escapeHtml(place.name)}</bdi> ${place.latitude.toFixed(6)}, ${place.longitude.toFixed(6)}`,
    );
  if (contact !== null)
    lines.push(
      `👤 <bdi>${escapeHtml(contact.name)}</bdi> <bdi>${escapeHtml(contact.address)}</bdi>`,
    );
  if (link !== undefined)
    lines.push(`🔗 <bdi>${escapeHtml(link.title)}</bdi> <bdi>${escapeHtml(link.url)}</bdi>`);
  return `<ul>${lines.map((line) => `<li>${line}</li>`).join("")}</ul>`;
}

function pollJson({ several, closesAt, ended, voters, choices }: Poll): object {
  return {
    several,
    ...(closesAt === null ? {} : { closesAt: isoTime(closesAt) }),
    ended,
    voters,
    choices: choices.map(({ text, count, names }) => ({ text, count, names })),
  };
}

function pollHtml({ choices }: Poll): string {
  const rows = choices.map(
    ({ text, count, names }) =>
      `<li><bdi>${escapeHtml(text)}</bdi>: ${count}${names.length === 0 ? "" : ` <small><bdi>${escapeHtml(names.join(", "))}</bdi></small>`}</li>`,
  );
  return `<ul>${rows.join("")}</ul>`;
}

/** The channel, where it is not the first. */
function channelHtml({ channel, channel_name }: Row): string {
  return channel === "" ? "" : ` <small>#<bdi>${escapeHtml(channel_name ?? "")}</bdi></small>`;
}

function article(
  row: Row,
  reactions: readonly { emoji: string; name: string }[],
  poll: Poll | undefined,
  { words }: ExportSpace,
  media: string,
): string {
  const quote =
    row.quote_text === null
      ? ""
      : `<blockquote dir="auto"><small>${escapeHtml(words.answering)} <bdi>${escapeHtml(row.quote_name ?? "")}</bdi></small><p>${escapeHtml(preview(row.quote_text))}</p></blockquote>`;
  const edited = row.edited_at === null ? "" : ` <small>(${escapeHtml(words.edited)})</small>`;
  const said =
    row.deleted === 1
      ? `<p><small>${escapeHtml(words.deleted)}</small></p>`
      : formattedHtml(row.text);
  const asked = poll === undefined ? "" : pollHtml(poll);
  const liked =
    reactions.length === 0
      ? ""
      : `<small>${reactions.map(({ emoji, name }) => `${escapeHtml(emoji)} <bdi>${escapeHtml(name)}</bdi>`).join(" · ")}</small>`;
  return `<article id="m${row.event_id}"><strong><bdi>${escapeHtml(row.author_name)}</bdi></strong>${channelHtml(row)} ${timeTag(row.at, words)}${edited}\n${quote}${media}${said}${asked}${liked}</article>\n`;
}
