/** Commands and queries of this area by name; what they do is loaded with the first of them. */
import type { Core } from "../core.ts";
import { ask } from "../letters/ask.ts";
import { invite } from "../letters/invite.ts";
import type { PeopleCommands, PeopleLive } from "./api.ts";

const load = () => import("./people-work.ts");
const groups = () => import("./groups-work.ts");
const DOORS = { invite, ask };

/** Puts right what this device says of working groups. */
export async function tendGroups(core: Core, logId: string): Promise<void> {
  await (await groups()).tendGroups(core, logId, DOORS);
}

export function peopleCommands(core: Core): PeopleCommands {
  return {
    "space.endLink": async (args) => (await load()).endLink(core, args.linkId),
    "space.answerAsks": async (args) => (await load()).answerAsks(core, args),
    "space.setRules": async (args) => (await load()).setRules(core, args),
    "space.setAbout": async (args) => (await load()).setAbout(core, args),
    "space.setPicture": async (args) => (await load()).setPicture(core, args),
    "space.picture": async (args) => (await load()).pictureOf(core, args.spaceId),
    "space.report": async (args) => (await import("./reports.ts")).report(core, args),
    "space.dismissReport": async (args) =>
      (await import("./reports.ts")).dismissReport(core, args.reportId),
    "space.ban": async (args) => (await load()).setBan(core, args, true),
    "space.listGroup": async (args) => (await groups()).listGroup(core, args, DOORS),
    "space.unlistGroup": async (args) => (await groups()).unlistGroup(core, args),
    "space.joinGroup": async (args) => (await groups()).joinGroup(core, args, DOORS),
    "space.unban": async (args) => (await load()).setBan(core, args, false),
  };
}

type Queries = {
  [K in keyof PeopleLive]: {
    tables: readonly string[];
    run: (core: Core, args: PeopleLive[K]["args"]) => Promise<PeopleLive[K]["value"]>;
  };
};

const RULES = ["members", "space_rules", "role_ends", "banned", "space_about", "account", "people"];

export const PEOPLE_LIVE: Queries = {
  "space.links": {
    tables: ["links", "link_uses", "cards"],
    run: async (core, args) => (await load()).linksOf(core, args.spaceId),
  },
  "space.reports": {
    tables: ["reports", "members", "people", "activity"],
    run: async (core, args) => (await import("./reports.ts")).reportsOf(core, args.spaceId),
  },
  "space.asks": {
    tables: ["asks", "members", "people", "person_keys", "account"],
    run: async (core, args) => (await load()).asksOf(core, args.spaceId),
  },
  "space.groups": {
    tables: ["groups_listed", "spaces", "members", "people", "joins", "space_about"],
    run: async (core, args) => (await groups()).groupsOf(core, args.spaceId),
  },
  "space.rules": {
    tables: RULES,
    run: async (core, args) => (await load()).rulesOf(core, args.spaceId),
  },
};
