/**
 * Looking at mirrors while the hub works: whether they are whole, and whether the hub has told them the same as this device.
 *
 * [Note: What two places tell] A mirror shows heads with the hub's signature. One that differs from this device's at the same
 * position convicts the hub; one behind what the hub gives this device says that the hub keeps something back.
 */
import type { Core } from "../core.ts";
import { ForkError } from "../spaces/process.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import { stateFor } from "./read.ts";
import { mirrorRows, noteState } from "./rows.ts";
import { topUp } from "./top-up.ts";
import { visit } from "./visit.ts";

/** Looks at each. Call it inside the space's queue. @returns whether all of them are whole */
export async function lookAtMirrors(core: Core, space: SpaceRuntime): Promise<boolean> {
  if (space.row.state !== "active" || space.row.trouble === "cloned") return true;
  let all = true;
  for (const row of await mirrorRows(core, space)) {
    try {
      const { head, ours } = await visit(core, space, row);
      if (ours && head.gen === space.row.gen && head.seq > space.row.seq) {
        // The hub has signed for more than it gave this device: the next reading shows whether it does now.
        space.row = { ...space.row, hub_seq: Math.max(space.row.hub_seq, head.seq) };
        space.fetched = false;
        core.kick({ space: space.logId });
      }
      const lacks = !ours || head.gen < space.row.gen || head.seq < space.row.seq;
      const whole = !lacks || (ours && (await topUp(core, space, row.node, head)));
      await noteState(core, space, row.node, whole ? "whole" : "behind", head.time);
      all &&= whole;
    } catch (error) {
      if (error instanceof ForkError) {
        await (await import("../leading/lead.ts")).forked(core, space, error.head);
        return true;
      }
      const state = stateFor(error);
      if (state !== null) await noteState(core, space, row.node, state);
      // Its place is gone, perhaps: it is asked for again.
      if (state === "filling" && row.node === core.me().node)
        await core.store.run("UPDATE space_mirrors SET opened = 0 WHERE log_id = ? AND node = ?", [
          space.logId,
          row.node,
        ]);
      all = false;
    }
  }
  return all;
}
