/** The commands and queries about one's node. What only few people use is fetched when it is first asked for. */
import type { Core } from "../core.ts";
import type { AdminCommands, AdminLive } from "./api.ts";
import { readStanding, tendStanding } from "./standing.ts";

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
    "space.setOrganisation": async ({ spaceId, on }) =>
      (await lazily()).setOrganisation(core, spaceId, on),
    "space.handOver": async ({ spaceId, to }) => (await lazily()).handOver(core, spaceId, to),
  };
}

const OF_SPACES = ["spaces", "members", "space_organisations", "account"] as const;

/** The live queries with the tables that they read. */
export const ADMIN_LIVE = {
  "admin.standing": { tables: ["standing"], run: readStanding },
  "admin.journal": {
    tables: ["journal", "journal_rewritten"],
    run: async (core) => (await lazily()).readJournal(core),
  },
  "admin.handOver": { tables: OF_SPACES, run: async (core) => (await lazily()).listHandOver(core) },
  "admin.departures": {
    tables: [...OF_SPACES, "journal"],
    run: async (core) => (await lazily()).listDepartures(core),
  },
} as const satisfies Record<
  keyof AdminLive,
  { tables: readonly string[]; run: (core: Core) => Promise<unknown> }
>;

/** Goes on with what waits for a change of members. @returns what ends it */
export function watchHandOvers(core: Core): () => void {
  return core.store.onCommit((changed) => {
    if (!changed.has("members") && !changed.has("hand_overs")) return;
    goOn(core).catch((error: unknown) => core.report(error));
  });
}

async function goOn(core: Core): Promise<void> {
  if ((await core.store.get("SELECT 1 AS one FROM hand_overs LIMIT 1")) !== undefined)
    await (await lazily()).tendHandOvers(core);
}
