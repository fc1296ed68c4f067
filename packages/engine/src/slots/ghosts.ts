/** Giving up the places of devices that are lost. */
import type { Core } from "../core.ts";
import { removeDevice } from "../devices/cut-off.ts";

/**
 * Every other device of this account is lost: each is cut off (see devices/cut-off.ts), in the spaces where this device is now, and
 * in each further one as it comes back there.
 */
export async function allOthersAreLost(core: Core): Promise<void> {
  const rows = await core.store.all<{ device: string }>(
    "SELECT device FROM own_devices WHERE gone = 0 AND device <> ?",
    [core.me().deviceHash],
  );
  for (const { device } of rows) await removeDevice(core, device);
}
