/** First letters: commands and queries by name; what they do is loaded with the first of them. */
import type { Core } from "../core.ts";
import type { RequestsCommands, RequestsLive } from "./api.ts";

export { REQUESTS_MIGRATIONS } from "./tables.ts";

const answers = () => import("./answer.ts");
const blocks = () => import("./blocks.ts");

export function requestsCommands(core: Core): RequestsCommands {
  return {
    "requests.find": async ({ address }) => (await import("./write.ts")).find(core, address),
    "requests.write": async (args) => (await import("./write.ts")).write(core, args),
    "requests.accept": async ({ identityId }) => (await answers()).accept(core, identityId),
    "requests.delete": async ({ identityId }) => (await answers()).remove(core, identityId),
    "requests.block": async ({ identityId }) => (await blocks()).block(core, identityId),
    "requests.unblock": async ({ identityId }) => (await blocks()).unblock(core, identityId),
    "requests.blockNode": async ({ node }) => (await blocks()).blockNode(core, node),
    "requests.unblockNode": async ({ node }) => (await blocks()).unblockNode(core, node),
    "requests.report": async (wish) => (await answers()).report(core, wish),
    "admin.reports": async () => (await import("./node-reports.ts")).reports(core),
    "admin.closeReport": async ({ reportId }) =>
      (await import("./node-reports.ts")).closeReport(core, reportId),
    "admin.blockedNodes": async () => (await core.own.call("nodes.blocked", {})).nodes,
    "admin.blockNode": async ({ node, blocked }) => {
      await core.own.call("nodes.block", { node, blocked });
    },
  };
}

type Queries = {
  [K in keyof RequestsLive]: {
    tables: readonly string[];
    run: (core: Core, args: RequestsLive[K]["args"]) => Promise<RequestsLive[K]["value"]>;
  };
};

const queries = () => import("./queries.ts");

export const REQUESTS_LIVE: Queries = {
  "requests.list": {
    tables: ["marks", "request_checks"],
    run: async (core) => (await queries()).listRequests(core),
  },
  "requests.known": { tables: ["people"], run: async (core) => (await queries()).listKnown(core) },
  "requests.count": {
    tables: ["marks"],
    run: async (core) =>
      (
        await core.store.get<{ count: number }>(
          `SELECT count(*) AS count FROM marks WHERE kind = 'request' AND value ->> 'words' IS NOT NULL`,
        )
      )?.count ?? 0,
  },
  "requests.written": {
    tables: ["requests_out", "members"],
    run: async (core, { spaceId }) => (await queries()).writtenIn(core, spaceId),
  },
  "requests.blocks": { tables: ["marks"], run: async (core) => (await queries()).listBlocks(core) },
};

/** Sends what waits, and looks up who wrote. @returns when there is more to do, ms since 1970 */
export async function tendRequests(core: Core): Promise<number | null> {
  const row = await core.store.get(
    `SELECT 1 AS one FROM requests_out WHERE request IS NOT NULL AND state <> 'refused'
     UNION ALL SELECT 1 FROM marks m WHERE m.kind = 'request' AND m.value ->> 'words' IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM request_checks c WHERE c.identity_id = m.key AND c.record <> 'open') LIMIT 1`,
  );
  return row === undefined ? null : (await import("./tend-requests.ts")).tend(core);
}
