/** What of decisions that need several stewards a screen asks for at once. */
import type { Core } from "../core.ts";

export const LEADING_QUERY_TABLES = [
  "proposals",
  "proposal_answers",
  "decisions",
  "hub_leads",
  "former_hubs",
  "hub_moves",
  "members",
  "spaces",
] as const;

/** Whether a proposal waits for this account's word; it is one of those who lead. */
export async function isAsked(core: Core, spaceId: string): Promise<boolean> {
  const some = await core.store.get("SELECT 1 AS one FROM proposals WHERE log_id = ? LIMIT 1", [
    spaceId,
  ]);
  return (
    some !== undefined &&
    (await (await import("./lead.ts")).leadingOf(core, spaceId)).proposals.some((one) => one.asked)
  );
}
