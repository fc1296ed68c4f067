/** What a screen shows of decisions that need several stewards. */
import type { Core } from "../core.ts";
import { runtimeOf } from "../spaces/runtime.ts";
import type { Leading, Proposal } from "./api.ts";
import { knownProposals, needed, presentIn, stateOf } from "./state.ts";

const WEEK_MS = 7 * 24 * 60 * 60_000;

/** The proposals of a space that people are asked about; those that are over for a week only. */
export async function leadingOf(core: Core, spaceId: string): Promise<Leading> {
  const space = await runtimeOf(core, spaceId);
  if (space === null)
    return { proposals: [], keptAt: "", keptBefore: [], moving: false, deleteAt: null };
  const rows = await core.store.all<{ identity_id: string; name: string; role: string }>(
    "SELECT identity_id, name, role FROM members WHERE log_id = ?",
    [spaceId],
  );
  const names = new Map(rows.map((row) => [row.identity_id, row.name]));
  const leads = new Set(rows.filter((row) => row.role === "steward").map((row) => row.identity_id));
  const who = (identityId: string) => ({ identityId, name: names.get(identityId) ?? "" });
  const present = await presentIn(core, spaceId);
  const now = core.platform.clock.now();
  const me = core.me().id;
  const proposals: Proposal[] = [];
  for (const one of await knownProposals(core, space)) {
    const { about } = one;
    if (about === "catchUp" || about === "removeSeat") continue;
    const state = stateOf(one, space, present, now);
    // Nobody who does not lead proposes anything; and what is over is no news for long.
    if (state !== "done" && !leads.has(one.by)) continue;
    if (state !== "open" && one.at + WEEK_MS < now) continue;
    const agreed = one.sigs.map((sig) => sig.identity);
    const answer = agreed.includes(me) ? "agreed" : one.declined.includes(me) ? "declined" : null;
    proposals.push({
      proposalId: one.id,
      about,
      node: one.record.op === "handover" ? one.record.hub : null,
      subject: one.subject === null ? null : who(one.subject),
      by: who(one.by),
      mine: one.by === me,
      at: one.at,
      until: one.until,
      state,
      agreed: agreed.map((id) => who(id).name),
      declined: one.declined.map((id) => who(id).name),
      needed: needed(space).majority,
      answer,
      asked: state === "open" && answer === null && leads.has(me),
    });
  }
  const hub = await core.store.get<{ delete_at: number | null }>(
    "SELECT delete_at FROM hub_leads WHERE log_id = ?",
    [spaceId],
  );
  const former = await core.store.all<{ hub: string }>(
    "SELECT hub FROM former_hubs WHERE log_id = ? AND hub <> '' ORDER BY gen",
    [spaceId],
  );
  const kept = await core.store.get<{ hub: string; moving: number }>(
    `SELECT hub, EXISTS (SELECT 1 FROM hub_moves m WHERE m.log_id = s.log_id AND m.gen > s.gen) AS moving
     FROM spaces s WHERE log_id = ?`,
    [spaceId],
  );
  return {
    proposals,
    keptAt: kept?.hub ?? space.row.hub,
    keptBefore: former.map((one) => one.hub),
    moving: kept?.moving === 1,
    deleteAt: hub?.delete_at ?? null,
  };
}
