/** What was brought goes into an open archive too: for each conversation one file for programs and one page for people. */
import { escapeHtml, isoTime, PAGE_END, pageHead, timeTag } from "../../moving/archive/page.ts";
import { formattedHtml } from "../chat/formatted-html.ts";
import type { ExportFile, ExportSpace, ToolContext } from "../tool.ts";
import type { Brought, BroughtMessage } from "./api.ts";
import { list, messages } from "./queries.ts";

const PAGE = 500;

export async function* broughtExports(
  context: ToolContext,
  space: ExportSpace,
): AsyncGenerator<ExportFile> {
  if (space.own) return;
  const vanishing = await context.get("SELECT 1 AS one FROM vanishing WHERE log_id = ? LIMIT 1", [
    space.spaceId,
  ]);
  // What disappears does not go along.
  if (vanishing !== undefined) return;
  let number = 0;
  for (const one of await list(context, { spaceId: space.spaceId })) {
    number += 1;
    yield { path: `brought-${number}.json`, content: json(context, space, one) };
    yield { path: `brought-${number}.html`, content: html(context, space, one), page: one.title };
  }
}

async function* all(
  context: ToolContext,
  spaceId: string,
  chat: string,
): AsyncGenerator<BroughtMessage[]> {
  for (let offset = 0; ; offset += PAGE) {
    const page = await messages(context, { spaceId, chat, offset, limit: PAGE });
    if (page.messages.length === 0) return;
    yield page.messages;
  }
}

async function* json(
  context: ToolContext,
  space: ExportSpace,
  { chat, service, title, author, authorName, broughtAt }: Brought,
): AsyncGenerator<string> {
  const head = {
    service,
    title,
    broughtBy: author,
    broughtByName: authorName,
    broughtAt: isoTime(broughtAt),
  };
  yield `${JSON.stringify(head).slice(0, -1)},"messages":[`;
  let separator = "\n";
  for await (const some of all(context, space.spaceId, chat))
    for (const { at, edited, answers, ...rest } of some) {
      const one = {
        ...rest,
        at: isoTime(at),
        ...(edited === null ? {} : { edited: isoTime(edited) }),
        ...(answers === null ? {} : { answers: answers.id }),
      };
      yield separator + JSON.stringify(one);
      separator = ",\n";
      space.wrote();
    }
  yield "\n]}\n";
}

async function* html(
  context: ToolContext,
  space: ExportSpace,
  one: Brought,
): AsyncGenerator<string> {
  const { words } = space;
  yield pageHead(words, one.title);
  yield `<p><a href="../../index.html">${escapeHtml(words.back)}</a></p>\n`;
  yield `<p>${escapeHtml(SERVICE_NAMES[one.service])} · <bdi>${escapeHtml(one.authorName)}</bdi> · ${timeTag(one.broughtAt, words)}</p>\n`;
  for await (const some of all(context, space.spaceId, one.chat))
    yield some.map((message) => article(message, space)).join("");
  yield PAGE_END;
}

const SERVICE_NAMES = {
  whatsapp: "WhatsApp",
  slack: "Slack",
  telegram: "Telegram",
  signal: "Signal",
} as const;

function article(message: BroughtMessage, { words }: ExportSpace): string {
  const quote =
    message.answers === null
      ? ""
      : `<blockquote dir="auto"><small>${escapeHtml(words.answering)} <bdi>${escapeHtml(message.answers.name)}</bdi></small><p>${escapeHtml(message.answers.text)}</p></blockquote>`;
  const edited = message.edited === null ? "" : ` <small>(${escapeHtml(words.edited)})</small>`;
  const files = [...message.files.map(({ name }) => name), ...message.lacks]
    .map((name) => `<li>📎 <bdi>${escapeHtml(name)}</bdi></li>`)
    .join("");
  const liked = message.reactions
    .map(({ emoji, names }) => `${escapeHtml(emoji)} <bdi>${escapeHtml(names.join(", "))}</bdi>`)
    .join(" · ");
  return `<article id="m${message.id}"><strong><bdi>${escapeHtml(message.name ?? "")}</bdi></strong> ${timeTag(message.at, words)}${edited}\n${quote}${files === "" ? "" : `<ul>${files}</ul>`}${formattedHtml(message.text)}${liked === "" ? "" : `<small>${liked}</small>`}</article>\n`;
}
