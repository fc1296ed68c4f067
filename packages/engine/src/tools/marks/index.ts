/**
 * Marks: what a person notes for themselves about conversations and messages (muted, archived, pinned, in which folder, unread,
 * bookmarked, how far read, drafts). It travels between their own devices through the space of these, and nobody else sees it.
 */
import type { Tool, ToolContext } from "../tool.ts";
import type { MarksCommands, MarksLive } from "./api.ts";
import { marksEvents } from "./events.ts";
import { reduceMarks } from "./registers.ts";
import { marksSchema } from "./tables.ts";

type Short<K> = K extends `marks.${infer Name}` ? Name : never;
type Names = Short<keyof MarksCommands>;
type Queries = Short<keyof MarksLive>;

const NAMES: Readonly<Record<Names, true>> = {
  mute: true,
  archive: true,
  pin: true,
  unread: true,
  read: true,
  unreadAgain: true,
  putFolder: true,
  removeFolder: true,
  file: true,
  bookmark: true,
};
const QUERIES: Readonly<Record<Queries, readonly string[]>> = {
  folders: ["marks", "spaces"],
  bookmarks: ["marks", "spaces", "chat_messages", "members", "people"],
  bookmarked: ["marks"],
};

export const marks: Tool = {
  name: "marks",
  schema: marksSchema,
  derived: [],
  events: marksEvents,
  reduce: reduceMarks,
  commands: Object.fromEntries(
    (Object.keys(NAMES) as Names[]).map((name) => [
      name,
      async (context: ToolContext, args: never) =>
        (await import("./marks-commands.ts")).marksCommands[name](context, args),
    ]),
  ),
  queries: Object.fromEntries(
    (Object.keys(QUERIES) as Queries[]).map((name) => [
      name,
      {
        tables: QUERIES[name],
        run: async (context: ToolContext, args: never) =>
          (await import("./marks-queries.ts"))[name](context, args),
      },
    ]),
  ),
  findable: [],
  async *exports(context, space) {
    yield* (await import("./marks-exports.ts")).marksExports(context, space);
  },
};
