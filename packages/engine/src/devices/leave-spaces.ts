/**
 * Signing out: this device's places are given back as those of a removed one are, but no key has to change, since it
 * destroys what it knows. A device cannot take its own leaf out: it asks for it in the log, and another device of the same
 * person does it, or a steward's. The last device of a person in a space keeps its leaf, which is the person's place; it
 * goes with the next device that comes in.
 */
import { ProtocolError } from "@baraza/protocol";
import { tendVault } from "../account/vault.ts";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { prepare, writeOutbox } from "../spaces/post.ts";
import { tend } from "../spaces/tend.ts";

/** How long signing out waits for spaces whose hub does not answer. */
const PATIENCE_MS = 6000;

/** Gives back what this device has at the node and in its spaces, as far as they can be reached now. */
export async function leaveEverywhere(core: Core): Promise<void> {
  const spaces = await core.store.transaction((tx) => {
    const rows = tx.all<{ log_id: string }>(
      "SELECT log_id FROM spaces WHERE state = 'active' AND kind <> 'personal' AND trouble IS NULL",
    );
    const event = prepare(core, { type: "space.deviceLeave", payload: {} });
    for (const { log_id } of rows) writeOutbox(tx, core, log_id, event);
    tx.run("UPDATE own_devices SET gone = 1 WHERE device = ?", [core.me().deviceHash]);
    tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
    return rows;
  });
  let cancel = () => {};
  const late = new Promise<void>((resolve) => {
    cancel = core.platform.clock.setTimer(PATIENCE_MS, resolve);
  });
  await Promise.race([
    late,
    Promise.all(spaces.map(({ log_id }) => tend(core, log_id, { fetch: false }))),
  ]);
  cancel();
  try {
    // What a new device needs to come back into the spaces.
    await tendVault(core);
    await core.own.call("devices.leave", {});
  } catch (error) {
    if (!(error instanceof ProtocolError) && !(error instanceof EngineError)) throw error;
  }
}
