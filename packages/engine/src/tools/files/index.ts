/** The files tool: folders, files with versions and comments, a bin. Only what reads events is loaded with the app. */
import type { LiveQuery, Tool, ToolContext } from "../tool.ts";
import type { FilesCommands, FilesLive } from "./api.ts";
import { blobsOf, filesEvents } from "./events.ts";
import { noteDropped } from "./drops.ts";
import { reduceFiles } from "./reducer.ts";
import { filesFindable } from "./search.ts";
import { filesDerived, filesSchema } from "./tables.ts";

type Short<K> = K extends `files.${infer Name}` ? Name : never;
type Names = Short<keyof FilesCommands>;
type Queries = Short<keyof FilesLive>;

type Run = (context: ToolContext, args: never) => Promise<unknown>;
type Part = { [name: string]: unknown };

const lazily =
  (load: () => Promise<Part>, name: string): Run =>
  async (context, args) =>
    ((await load())[name] as Run)(context, args);

const changes = () => import("./file-changes.ts");
const contents = () => import("./file-contents.ts");
const COMMANDS: Readonly<Record<Names, () => Promise<Part>>> = {
  own: changes,
  newFolder: changes,
  folderAt: changes,
  add: contents,
  addVersion: contents,
  pause: contents,
  resume: contents,
  cancel: contents,
  rename: changes,
  move: changes,
  copy: () => import("./copy-files.ts"),
  bin: changes,
  restore: changes,
  purge: changes,
  emptyBin: changes,
  restoreVersion: changes,
  comment: changes,
  deleteComment: changes,
  read: contents,
  thumbnail: contents,
  pin: contents,
  cost: contents,
  free: contents,
  setRoom: contents,
};

const ENTRY_TABLES = [
  "files_nodes",
  "files_versions",
  "files_comments",
  "files_uploads",
  "files_pins",
  "blob_chunks",
  "members",
  "people",
  "account",
] as const;
const QUERIES: Readonly<Record<Queries, readonly string[]>> = {
  folder: ENTRY_TABLES,
  entry: ENTRY_TABLES,
  versions: ["files_versions", "members", "people"],
  comments: ["files_comments", "members", "people"],
  binned: ENTRY_TABLES,
  uploads: ["files_uploads"],
  usage: ["files_versions", "blob_hubs"],
  hub: ["blob_hubs"],
  kept: ["blob_chunks", "blob_pins", "blob_room"],
};
const queries = () => import("./file-queries.ts");

export const files: Tool = {
  name: "files",
  schema: filesSchema,
  derived: filesDerived,
  events: filesEvents,
  reduce: reduceFiles,
  commands: Object.fromEntries(
    Object.entries(COMMANDS).map(([name, load]) => [name, lazily(load, name)]),
  ),
  queries: Object.fromEntries(
    Object.entries(QUERIES).map(([name, tables]): [string, LiveQuery] => [
      name,
      { tables, run: lazily(queries, name) },
    ]),
  ),
  findable: filesFindable,
  blobs: blobsOf,
  async *exports(context, space) {
    yield* (await import("./export-files.ts")).filesExports(context, space);
  },
  dropped: noteDropped,
};
