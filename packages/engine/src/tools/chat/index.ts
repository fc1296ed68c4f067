/** The chat tool: conversations with replies, reactions, edits, deletions and mentions. */
import { toHex } from "@baraza/protocol";
import type { SqlTx } from "../../ports.ts";
import type { Tool } from "../tool.ts";
import { chatCommands } from "./commands.ts";
import { chatEvents } from "./events.ts";
import type { ChatPayloads } from "./events.ts";
import { noteOnceDropped, onceBlobs } from "./once.ts";
import { chatQueries } from "./queries.ts";
import { reduceChat } from "./reducer.ts";
import { chatFindable } from "./search.ts";
import { chatVanishes, vanishMessages } from "./vanish.ts";
import { chatDerived, chatSchema } from "./tables.ts";

/** What one wrote stands among what could not go, to be copied or written elsewhere. */
function keepWords(
  tx: SqlTx,
  { logId, eventId, type, payload, at }: Parameters<NonNullable<Tool["cameTooLate"]>>[1],
): void {
  if (type !== "chat.message") return;
  const { text, channel } = payload as ChatPayloads["chat.message"];
  if (text === "") return;
  tx.run("INSERT OR IGNORE INTO later VALUES (?, ?, ?, ?, ?, NULL, '[]', 'not_member', ?)", [
    eventId,
    logId,
    at,
    at,
    text,
    channel === undefined ? "" : toHex(channel),
  ]);
}

export const chat: Tool = {
  name: "chat",
  schema: chatSchema,
  derived: chatDerived,
  events: chatEvents,
  reduce: reduceChat,
  commands: chatCommands,
  queries: chatQueries,
  findable: chatFindable,
  vanishes: chatVanishes,
  vanish: vanishMessages,
  cameTooLate: keepWords,
  blobs: onceBlobs,
  dropped: noteOnceDropped,
  async *exports(context, space) {
    yield* (await import("./exports.ts")).chatExports(context, space);
  },
};
