/** The list of one's own devices as a screen shows it, and what a person changes in it. */
import { verifyDeviceCertificate } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { equalBytes, LIMITS, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { SqlTx } from "../ports.ts";
import type { OwnDevice } from "./api.ts";
import { DAY_MS } from "./list.ts";
import type { Row } from "./list.ts";

/** For the screen: this device first, then the newest. */
export async function listDevices(core: Core): Promise<OwnDevice[]> {
  if (!core.signedIn()) return [];
  const here = core.me().deviceHash;
  const today = Math.floor(core.platform.clock.now() / DAY_MS);
  const rows = await core.store.all<Row & { told: number | null; total: number | null }>(
    `SELECT d.*, r.told, r.total FROM own_devices d LEFT JOIN removals r USING (device)
     WHERE d.gone = 0 OR r.device IS NOT NULL ORDER BY d.device = ? DESC, d.added DESC`,
    [here],
  );
  const left = await core.store.get<{ count: number }>(
    `SELECT count(DISTINCT log_id) AS count FROM intents JOIN spaces USING (log_id)
     WHERE intents.kind = 'cutOff' AND spaces.state = 'active'`,
  );
  return rows.map((row) => ({
    deviceId: row.device,
    name: row.name,
    here: row.device === here,
    addedAt: row.added,
    // A device whose clock was off may have named a day that is still to come.
    usedDay: row.used === 0 ? null : Math.min(row.used, today),
    removing:
      row.told === null
        ? null
        : { told: row.told !== 0, left: left?.count ?? 0, total: row.total ?? 0 },
  }));
}

/** Notes a device that was just granted a place, before it says so itself. */
export function noteGranted(tx: SqlTx, device: Bytes, added: number): void {
  tx.run("INSERT OR IGNORE INTO own_devices VALUES (?, '', 0, ?, 0, 0)", [toHex(device), added]);
  // The person has just said yes to it here: the key log tells no news of it.
  tx.run("INSERT OR IGNORE INTO own_listed VALUES (?)", [toHex(device)]);
  tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
}

/** Notes devices that the node knows of the account and that have not said anything themselves: nobody keeps one hidden. */
export async function learnDevices(core: Core): Promise<void> {
  const { devices } = await core.own.call("devices.list", {});
  const me = core.me();
  const found: { hash: string; added: number }[] = [];
  for (const cert of devices) {
    const { hash, identityId, certificate } = await verifyDeviceCertificate(cert);
    if (equalBytes(identityId, me.identityId))
      found.push({ hash: toHex(hash), added: certificate.createdAt });
  }
  await core.store.transaction((tx) => {
    for (const { hash, added } of found)
      tx.run("INSERT OR IGNORE INTO own_devices VALUES (?, '', 0, ?, 0, 0)", [hash, added]);
  });
}

/** @throws EngineError `invalid` for a name that is none, or a device that is not there */
export async function renameDevice(core: Core, deviceId: string, name: string): Promise<void> {
  const clean = name.normalize("NFC").trim();
  if (clean === "" || clean.length > LIMITS.displayNameLength)
    throw new EngineError("invalid", { data: { field: "name" } });
  const changed = await core.store.transaction((tx) => {
    const { changes } = tx.run(
      "UPDATE own_devices SET name = ?, named = ? WHERE device = ? AND gone = 0",
      [clean, core.platform.clock.now(), deviceId],
    );
    tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
    return changes;
  });
  if (changed === 0) throw new EngineError("invalid", { data: { field: "deviceId" } });
  core.kick({ vault: true });
}
