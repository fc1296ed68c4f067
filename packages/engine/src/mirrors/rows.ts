/** The mirrors of a space, as this device knows them. */
import type { Bytes } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import type { MirrorState } from "./api.ts";

export type MirrorRow = { node: string; key: Bytes; opened: number };

/** Other nodes than the hub that are to have a copy; one's own first, and those that showed something wrong last. */
export async function mirrorRows(core: Core, { logId, row }: SpaceRuntime): Promise<MirrorRow[]> {
  return core.store.all<MirrorRow>(
    `SELECT node, key, opened FROM space_mirrors WHERE log_id = ? AND node <> ?
     ORDER BY state = 'wrong', node <> ?, node`,
    [logId, row.hub, core.me().node],
  );
}

/** Notes what a look has shown; `until` stays where it showed none. */
export async function noteState(
  core: Core,
  { logId }: SpaceRuntime,
  node: string,
  state: MirrorState,
  until: number | null = null,
): Promise<void> {
  await core.store.run(
    `UPDATE space_mirrors SET state = ?3, until = coalesce(?4, until)
     WHERE log_id = ?1 AND node = ?2 AND (state <> ?3 OR until IS NOT coalesce(?4, until))`,
    [logId, node, state, until],
  );
}
