/** Sees to hand-overs that are decided: also while the hub does not answer, or shows what it should not. */
import type { DecisionProof } from "@baraza/protocol";
import { majorityOf, fromHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { knownProposals } from "../leading/state.ts";
import { turnOf } from "../leading/tend-leading.ts";
import { stewardsOf } from "../spaces/roster.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import { runtimeOf } from "../spaces/runtime.ts";
import { startMove } from "./carry-out.ts";
import { followedMove, judgeHeard } from "./follow.ts";

/**
 * A device whose node is to keep the space goes over once a majority has signed: who proposed it at once, others of that
 * node later. Call it inside the space's queue; it may throw the runtime away.
 */
export async function tendMove(core: Core, space: SpaceRuntime): Promise<void> {
  const { group, row } = space;
  if (group === null || row.state !== "active" || row.trouble === "cloned") return;
  // It went over already, and the new hub is not open yet.
  const followed = await followedMove(core, space.logId, row.gen + 1);
  if (followed !== null) return takeUp(core, space, followed);
  await judgeHeard(core, space);
  if ((await runtimeOf(core, space.logId)) !== space) return;
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

/** How long whoever began a hand-over has for it before another device of that node goes on with it. */
export const TAKE_UP_MS = 120_000;

/** The device that gathers the log may be gone for good: the space would wait for it at a hub that never opens. */
async function takeUp(core: Core, space: SpaceRuntime, { gen, record }: DecisionProof) {
  if (record.op !== "handover" || record.hub !== core.me().node) return;
  const due = core.platform.clock.now() - TAKE_UP_MS;
  const { changes } = await core.store.run(
    "UPDATE hub_moves SET mine = 1 WHERE log_id = ? AND gen = ? AND mine = 0 AND since < ?",
    [space.logId, gen, due],
  );
  if (changes > 0) core.kick({ space: space.logId });
}
