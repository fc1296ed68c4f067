/** Broadcast lists: the commands and queries by name. What they do is loaded when it is first needed. */
import type { Core } from "../core.ts";
import type { ListsCommands, ListsLive } from "./api.ts";

const acts = () => import("./lists-work.ts");
const sending = () => import("./send-to-list.ts");
const reads = () => import("./list-queries.ts");

export function listsCommands(core: Core): ListsCommands {
  return {
    "lists.put": async (args) => (await acts()).putList(core, args),
    "lists.remove": async (args) => (await acts()).removeList(core, args),
    "lists.people": async (args) => (await acts()).putPeople(core, args),
    "lists.forget": async (args) => (await acts()).forgetSending(core, args),
    "lists.send": async (args) => (await sending()).sendToList(core, args),
    "lists.forward": async (args) => (await sending()).forwardToList(core, args),
  };
}

type Queries = {
  [K in keyof ListsLive]: {
    tables: readonly string[];
    run: (core: Core, args: ListsLive[K]["args"]) => Promise<ListsLive[K]["value"]>;
  };
};

export const LISTS_LIVE: Queries = {
  "lists.all": {
    tables: ["marks"],
    // Every start asks for these, and mostly there are none.
    run: async (core) =>
      (await core.store.get(
        "SELECT 1 AS one FROM marks WHERE kind = 'list' AND value IS NOT NULL LIMIT 1",
      )) === undefined
        ? []
        : (await reads()).allLists(core),
  },
  "lists.one": {
    tables: [
      "marks",
      "spaces",
      "members",
      "people",
      "account",
      "places",
      "rejoins",
      "list_posts",
      "outbox",
      "chat_outgoing",
      "chat_messages",
      "own_devices",
    ],
    run: async (core, args) => (await reads()).oneList(core, args),
  },
};
