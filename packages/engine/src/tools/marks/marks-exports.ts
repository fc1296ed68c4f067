/** What of one's own marks goes into an open archive: `marks.json`, with conversations and messages by the ids that their own files have. */
import { isoTime } from "../../moving/archive/page.ts";
import type { ExportFile, ExportSpace, ToolContext } from "../tool.ts";
import { FOREVER } from "./api.ts";
import { folders } from "./marks-queries.ts";

type Row = { kind: string; key: string; value: string };

/** Marks belong to no space: they go with the first of one's own. */
export async function* marksExports(
  context: ToolContext,
  space: ExportSpace,
): AsyncIterable<ExportFile> {
  const first = await context.get<{ log_id: string }>(
    "SELECT log_id FROM spaces WHERE kind = 'personal' ORDER BY log_id LIMIT 1",
  );
  if (!space.own || first?.log_id !== space.spaceId) return;
  const rows = await context.all<Row>(
    `SELECT kind, key, value FROM marks WHERE value IS NOT NULL AND kind IN ('mute', 'archive', 'pin', 'bookmark', 'block', 'blockNode', 'request', 'list', 'listed', 'listSent', 'weekly')
     UNION ALL SELECT kind, key, value FROM marks_drafts WHERE value IS NOT NULL ORDER BY kind, key`,
  );
  const named = await folders(context);
  if (rows.length === 0 && named.length === 0) return;
  const of = (kind: string): { key: string; value: Readonly<Record<string, unknown>> }[] =>
    rows
      .filter((row) => row.kind === kind)
      .map(({ key, value }) => ({
        key,
        value: JSON.parse(value) as Readonly<Record<string, unknown>>,
      }));
  const marks = {
    muted: of("mute").map(({ key, value }) => ({
      conversation: key,
      until: value["until"] === FOREVER ? null : isoTime(Number(value["until"])),
    })),
    archived: of("archive").map(({ key }) => key),
    pinned: of("pin").map(({ key }) => key),
    folders: named.map(({ name, spaceIds }) => ({ name, conversations: spaceIds })),
    bookmarks: of("bookmark").map(({ key, value }) => ({
      conversation: key.slice(0, 64),
      message: key.slice(65),
      since: isoTime(Number(value["at"])),
    })),
    blocked: {
      people: of("block").map(({ value }) => ({
        name: value["name"],
        address: value["address"],
        since: isoTime(Number(value["at"])),
      })),
      nodes: of("blockNode").map(({ key, value }) => ({
        node: key,
        since: isoTime(Number(value["at"])),
      })),
    },
    // What was answered is not there any more, and what leads into a conversation stays out of an archive.
    requests: of("request").flatMap(({ value }) =>
      value["words"] === undefined
        ? []
        : [
            {
              name: value["name"],
              address: value["address"],
              words: value["words"],
              at: isoTime(Number(value["at"])),
            },
          ],
    ),
    broadcastLists: of("list").map(({ key, value }) => ({
      name: value["name"],
      // By their identities, as everywhere in an archive.
      people: of("listed")
        .filter((one) => one.key.startsWith(key))
        .map((one) => one.key.slice(33)),
      sent: of("listSent")
        .filter((one) => one.key.startsWith(key))
        .map((one) => ({
          at: isoTime(Number(one.value["at"])),
          text: one.value["text"],
          people: one.value["total"],
        })),
    })),
    // Letters hold no words of their own.
    weeklyLetterOf: of("weekly").map(({ key }) => key),
    drafts: of("draft").map(({ key, value }) => ({ conversation: key, text: value["text"] })),
  };
  yield { path: "marks.json", content: once(`${JSON.stringify(marks, null, 2)}\n`) };
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}
