/** The end of a space whose deletion was decided. */
import { LIMITS } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import { forgetRuntime } from "../spaces/runtime.ts";

/** The stewards decided to delete the space, and their wait is over: what was read stays on this device until it is forgotten. */
export async function isOver(core: Core, { logId }: SpaceRuntime): Promise<boolean> {
  const soon = core.platform.clock.now() + LIMITS.clockSkewMs;
  const decided = await core.store.get(
    "SELECT 1 AS one FROM hub_leads WHERE log_id = ? AND delete_at <= ?",
    [logId, soon],
  );
  if (decided === undefined) return false;
  await core.store.transaction((tx) => {
    tx.run("UPDATE spaces SET state = 'left', trouble = NULL WHERE log_id = ?", [logId]);
    tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
    tx.afterCommit(() => {
      forgetRuntime(core, logId);
      core.kick({ vault: true });
    });
  });
  return true;
}
