/** Giving up the places of devices that are lost. */
import { encodeCbor } from "@baraza/protocol";
import { tendVault } from "../account/vault.ts";
import type { Core } from "../core.ts";
import { keepRejoinSecrets, rejoinSecrets, withNewSecret } from "./keys.ts";

/**
 * Every other device of this account is lost. Wherever this device is, and wherever it comes back, a commit takes the others
 * out; it announces a new rejoin key, since whoever has the lost ones may know the former, and with their removal the slot's
 * secret is another one. The vault is put first: the new key must not be lost with this device.
 */
export async function allOthersAreLost(core: Core): Promise<void> {
  const renewed = withNewSecret(await rejoinSecrets(core));
  await core.store.transaction((tx) => {
    tx.run("INSERT OR REPLACE INTO lost_devices VALUES (1, ?)", [core.platform.clock.now()]);
    keepRejoinSecrets(tx, { rejoin: renewed });
    tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
  });
  await tendVault(core);
  const spaces = await core.store.all<{ log_id: string }>(
    "SELECT log_id FROM spaces WHERE state = 'active'",
  );
  await core.store.transaction((tx) => {
    for (const { log_id } of spaces)
      tx.run("INSERT INTO intents (log_id, kind, data) VALUES (?, 'ghosts', ?)", [
        log_id,
        encodeCbor({}),
      ]);
  });
  for (const { log_id } of spaces) core.kick({ space: log_id });
}
