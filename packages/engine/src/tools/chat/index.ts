/** The chat tool: conversations with replies, reactions, edits, deletions and mentions. */
import type { Tool } from "../tool.ts";
import { chatCommands } from "./commands.ts";
import { chatEvents } from "./events.ts";
import { chatQueries } from "./queries.ts";
import { reduceChat } from "./reducer.ts";
import { chatFindable } from "./search.ts";
import { chatVanishes, vanishMessages } from "./vanish.ts";
import { chatDerived, chatSchema } from "./tables.ts";

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
  async *exports(context, space) {
    yield* (await import("./exports.ts")).chatExports(context, space);
  },
};
