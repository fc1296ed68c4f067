/** Taking back what was brought, for all. */
import { fromHex } from "@baraza/protocol";
import * as v from "valibot";
import { checkArguments, hexId, invalid } from "../checks.ts";
import { cancel } from "../files/file-contents.ts";
import { purge } from "../files/file-changes.ts";
import type { ToolContext } from "../tool.ts";
import type { BroughtCommands } from "./api.ts";
import { BROUGHT_LIMITS } from "./events.ts";
import type { BroughtMore } from "./reducer.ts";

const given = v.object({
  spaceId: hexId(32),
  chat: hexId(24),
  messages: v.optional(
    v.pipe(v.array(hexId(8)), v.minLength(1), v.maxLength(BROUGHT_LIMITS.deletes)),
  ),
});

/** @throws EngineError `invalid`: one neither brought it nor keeps order */
export async function remove(
  context: ToolContext,
  args: Parameters<BroughtCommands["brought.delete"]>[0],
): Promise<void> {
  const { spaceId, chat, messages } = checkArguments(given, args);
  const me = await context.get<{ role: string }>(
    "SELECT role FROM members WHERE log_id = ? AND identity_id = ?",
    [spaceId, context.me()],
  );
  const mine = chat.startsWith(context.me().slice(0, 32));
  if (!mine && me?.role !== "steward" && me?.role !== "moderator") throw invalid("chat");
  const which = messages === undefined ? "" : "AND msg IN (SELECT value FROM json_each(?))";
  const rows = await context.all<{ more: string }>(
    `SELECT more FROM brought_messages WHERE log_id = ? AND chat = ? AND more IS NOT NULL ${which}`,
    [spaceId, chat, ...(messages === undefined ? [] : [JSON.stringify(messages)])],
  );
  const files = rows.flatMap(({ more }) =>
    (JSON.parse(more) as BroughtMore).files.map(({ fileId }) => fileId),
  );
  await context.post(spaceId, [
    {
      type: "brought.delete",
      payload: {
        chat: fromHex(chat),
        ...(messages === undefined ? {} : { messages: messages.map(fromHex) }),
      },
    },
  ]);
  await dropFiles(context, spaceId, files, me?.role === "steward");
}

/** Ends uploads of files, and deletes those that came through: one's own, and for those who lead all. */
async function dropFiles(
  context: ToolContext,
  logId: string,
  files: readonly string[],
  all: boolean,
): Promise<void> {
  const ids = JSON.stringify(files);
  const uploads = await context.all<{ upload_id: string }>(
    `SELECT upload_id FROM files_uploads WHERE log_id = ? AND state <> 'done'
       AND file_id IN (SELECT value FROM json_each(?))`,
    [logId, ids],
  );
  for (const { upload_id } of uploads) await cancel(context, { uploadId: upload_id });
  const there = await context.all<{ file_id: string }>(
    `SELECT file_id FROM files_nodes WHERE log_id = ? AND purged = 0 ${all ? "" : "AND mine = 1"}
       AND file_id IN (SELECT value FROM json_each(?))`,
    [logId, ids],
  );
  if (there.length > 0)
    await purge(context, { spaceId: logId, fileIds: there.map((one) => one.file_id) });
}
