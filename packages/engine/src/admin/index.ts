/** The commands and queries about one's node. What only few people use is fetched when it is first asked for. */
import type { Core } from "../core.ts";
import type { AdminCommands, AdminLive } from "./api.ts";
import {
  DEPARTURES_TABLES,
  HAND_OVER_TABLES,
  handOver,
  listDepartures,
  listHandOver,
  setOrganisation,
  tendHandOvers,
} from "./hand-over.ts";
import { readJournal, readStanding, tendStanding } from "./standing.ts";

export { ADMIN_MIGRATIONS } from "./tables.ts";

const lazily = () => import("./administration.ts");

/** See api.ts. */
export function adminCommands(core: Core): AdminCommands {
  return {
    "admin.invite": async (args) => (await lazily()).invite(core, args),
    "admin.invitations": async (args) => (await lazily()).invitations(core, args),
    "admin.revoke": async (args) => (await lazily()).revoke(core, args),
    "admin.accounts": async (args) => (await lazily()).accounts(core, args),
    "admin.account": async (args) => (await lazily()).account(core, args),
    "admin.setRole": async (args) => (await lazily()).setRole(core, args),
    "admin.suspend": async (args) => (await lazily()).suspend(core, args),
    "admin.setLimits": async (args) => (await lazily()).setLimits(core, args),
    "admin.setLeaving": async (args) => (await lazily()).setLeaving(core, args),
    "admin.settings": async (args) => core.own.call("admin.settings", args),
    "admin.status": async () => core.own.call("admin.status", {}),
    "admin.refresh": () => tendStanding(core),
    "space.setOrganisation": ({ spaceId, on }) => setOrganisation(core, spaceId, on),
    "space.handOver": ({ spaceId, to }) => handOver(core, spaceId, to),
  };
}

/** The live queries with the tables that they read. */
export const ADMIN_LIVE = {
  "admin.standing": { tables: ["standing"], run: readStanding },
  "admin.journal": { tables: ["journal", "journal_rewritten"], run: readJournal },
  "admin.handOver": { tables: HAND_OVER_TABLES, run: listHandOver },
  "admin.departures": { tables: DEPARTURES_TABLES, run: listDepartures },
} as const satisfies Record<
  keyof AdminLive,
  { tables: readonly string[]; run: (core: Core) => Promise<unknown> }
>;

/** Goes on with what waits for a change of members. @returns what ends it */
export function watchHandOvers(core: Core): () => void {
  return core.store.onCommit((changed) => {
    if (changed.has("members") || changed.has("hand_overs"))
      tendHandOvers(core).catch((error: unknown) => core.report(error));
  });
}
