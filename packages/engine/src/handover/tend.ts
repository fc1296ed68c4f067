/** Sees to hand-overs that are decided: also while the hub does not answer, or shows what it should not. */
import { majorityOf, fromHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { knownProposals } from "../leading/state.ts";
import { turnOf } from "../leading/tend-leading.ts";
import { stewardsOf } from "../spaces/roster.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import { startMove } from "./carry-out.ts";

/**
 * A device whose node is to keep the space goes over once a majority has signed: who proposed it at once, others of that
 * node later. Call it inside the space's queue; it may throw the runtime away.
 */
export async function tendMove(core: Core, space: SpaceRuntime): Promise<void> {
  const { group, row } = space;
  if (group === null || row.state !== "active" || row.trouble === "cloned") return;
  const some = await core.store.get(
    "SELECT 1 AS one FROM proposals WHERE log_id = ? AND about = 'move' AND gen = ?",
    [space.logId, row.gen + 1],
  );
  if (some === undefined) return;
  const now = core.platform.clock.now();
  for (const one of await knownProposals(core, space)) {
    const { record, gen, sigs } = one;
    if (record.op !== "handover" || gen !== row.gen + 1 || one.withdrawn || one.until < now)
      continue;
    if (record.hub !== core.me().node || sigs.length < majorityOf(stewardsOf(group).length))
      continue;
    if (one.by !== core.me().id && !turnOf(core, space)) continue;
    await startMove(core, space, {
      gen,
      id: fromHex(one.id),
      record,
      sigs: sigs.map(({ key, sig }) => ({ key, sig })),
    });
    return;
  }
}
