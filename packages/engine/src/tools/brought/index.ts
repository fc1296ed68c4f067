/** Messages of other services that members brought into a space. Only what reads events is loaded with the app. */
import type { LiveQuery, Tool, ToolContext } from "../tool.ts";
import type { BroughtCommands, BroughtLive } from "./api.ts";
import { broughtEvents } from "./events.ts";
import { broughtVanishes, reduceBrought, vanishBrought } from "./reducer.ts";
import { broughtFindable } from "./search.ts";
import { broughtDerived, broughtSchema } from "./tables.ts";

type Short<K> = K extends `brought.${infer Name}` ? Name : never;
type Run = (context: ToolContext, args: never) => Promise<unknown>;
type Part = { [name: string]: unknown };

const lazily =
  (load: () => Promise<Part>, name: string): Run =>
  async (context, args) =>
    ((await load())[name] as Run)(context, args);

const put = () => import("./put.ts");
const queries = () => import("./queries.ts");
const COMMANDS: Readonly<Record<Short<keyof BroughtCommands>, Run>> = {
  known: lazily(put, "known"),
  put: lazily(put, "put"),
  addFile: lazily(put, "addFile"),
  missing: lazily(put, "missing"),
  delete: lazily(() => import("./delete.ts"), "remove"),
  place: lazily(queries, "place"),
};
const TABLES = ["brought_begins", "brought_messages", "brought_deletes", "members", "people"];
const QUERIES: readonly Short<keyof BroughtLive>[] = ["list", "one", "messages"];

export const brought: Tool = {
  name: "brought",
  schema: broughtSchema,
  derived: broughtDerived,
  events: broughtEvents,
  reduce: reduceBrought,
  commands: COMMANDS,
  queries: Object.fromEntries(
    QUERIES.map((name): [string, LiveQuery] => [
      name,
      { tables: TABLES, run: lazily(queries, name) },
    ]),
  ),
  findable: broughtFindable,
  vanishes: broughtVanishes,
  vanish: vanishBrought,
  async *exports(context, space) {
    yield* (await import("./brought-exports.ts")).broughtExports(context, space);
  },
};
