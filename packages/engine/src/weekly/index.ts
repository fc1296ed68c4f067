/** The weekly letter: commands and queries by name. What they do is loaded when it is first needed. */
import type { Core } from "../core.ts";
import type { WeeklyCommands, WeeklyLive } from "./api.ts";

const acts = () => import("./weekly-work.ts");
const reads = () => import("./weekly-letters.ts");

export function weeklyCommands(core: Core): WeeklyCommands {
  return {
    "weekly.set": async (args) => (await acts()).setSpaces(core, args),
    "weekly.setWhen": async (args) => (await acts()).setWhen(core, args),
    "weekly.read": async (args) => (await acts()).readLetter(core, args),
  };
}

type Queries = {
  [K in keyof WeeklyLive]: {
    tables: readonly string[];
    run: (core: Core, args: WeeklyLive[K]["args"]) => Promise<WeeklyLive[K]["value"]>;
  };
};

export const WEEKLY_LIVE: Queries = {
  "weekly.settings": {
    tables: ["marks", "spaces", "space_rules"],
    run: async (core) => (await acts()).settingsNow(core),
  },
  "weekly.of": {
    tables: ["marks"],
    run: async (core, args) => (await acts()).settingsOf(core, args),
  },
  "weekly.letters": { tables: ["marks"], run: async (core) => (await reads()).letters(core) },
  "weekly.letter": {
    tables: [
      "marks",
      "spaces",
      "members",
      "people",
      "vanishing",
      "chat_messages",
      "chat_reactions",
      "chat_polls",
      "chat_poll_acts",
      "files_nodes",
    ],
    run: async (core, args) => (await reads()).letter(core, args),
  },
  "weekly.unread": {
    tables: ["marks"],
    // Whoever looks at what is new asks, and mostly there is none.
    run: async (core) =>
      (await core.store.get("SELECT 1 AS one FROM marks WHERE kind = 'letter' LIMIT 1")) ===
      undefined
        ? null
        : (await reads()).unread(core),
  },
};
