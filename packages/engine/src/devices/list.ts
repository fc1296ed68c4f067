/**
 * One's own devices, as they tell each other in the sealed vault: names, when each came, the day of its last use. The node
 * keeps none of it. Each device notes its own day, once a day.
 */
import type { Identity } from "@baraza/crypto";
import { continuesIdentity } from "@baraza/crypto";
import type { Bytes, Vault } from "@baraza/protocol";
import { encodeCbor, fromHex, identityRecord, readAs, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SqlTx } from "../ports.ts";

export const DAY_MS = 24 * 60 * 60_000;

export type Row = {
  device: string;
  name: string;
  named: number;
  added: number;
  used: number;
  gone: number;
};

export const DEVICES_TABLES = ["own_devices", "removals", "intents", "account"] as const;

/** Notes that this device is in use today, and what it is called where nobody has said so yet. */
export async function noteUse(core: Core): Promise<void> {
  const { device, deviceHash } = core.me();
  const name = core.deviceName;
  const now = core.platform.clock.now();
  const today = Math.floor(now / DAY_MS);
  const row = await core.store.get<Row>("SELECT * FROM own_devices WHERE device = ?", [deviceHash]);
  const named = row !== undefined && (row.name !== "" || name === "");
  if (row !== undefined && row.used >= today && named) return;
  await core.store.transaction((tx) => {
    tx.run(
      `INSERT INTO own_devices VALUES (?1, ?2, 0, ?3, ?4, 0)
       ON CONFLICT (device) DO UPDATE SET used = max(used, excluded.used),
         name = CASE WHEN name = '' THEN excluded.name ELSE name END`,
      [deviceHash, name, device.certificate.createdAt, today],
    );
    tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
  });
  core.kick({ vault: true });
}

/** What the next vault says of devices. Those that are gone stay known, so that no older vault brings them back. */
export async function devicesForVault(core: Core): Promise<NonNullable<Vault["devices"]>> {
  const rows = await core.store.all<Row>("SELECT * FROM own_devices ORDER BY device LIMIT 256");
  return rows.map((row) => ({
    id: fromHex(row.device),
    name: row.name,
    named: row.named,
    added: row.added,
    used: row.used,
    ...(row.gone === 0 ? {} : { gone: true }),
  }));
}

/**
 * Takes over what a vault says of devices, and the identity's newer key where another device has removed one: this one then
 * takes part in clearing the spaces. Call it in the transaction that takes the vault over.
 */
export function takeDevices(tx: SqlTx, core: Core, vault: Vault): void {
  mergeDevices(tx, vault.devices);
  const row = tx.get<{ identity: Bytes; identity_key: Bytes }>(
    "SELECT identity, identity_key FROM account",
  );
  if (row === undefined) return;
  const mine = readAs(identityRecord, row.identity);
  if (vault.roll !== undefined && vault.identity.seq >= mine.seq)
    tx.run("INSERT OR REPLACE INTO own_roll VALUES (1, ?)", [vault.roll]);
  if (vault.identity.seq <= mine.seq || !continuesIdentity(mine, vault.identity)) return;
  takeIdentity(tx, core, { record: vault.identity, privateKey: vault.identityKey });
  tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
  clearSpaces(tx);
}

/** The identity's key is another one now. What the former one is still needed for stays possible. */
export function takeIdentity(tx: SqlTx, core: Core, identity: Identity): void {
  const former = tx.get<{ identity: Bytes; identity_key: Bytes }>(
    "SELECT identity, identity_key FROM account",
  );
  if (former !== undefined)
    tx.run("INSERT OR IGNORE INTO former_identity_keys VALUES (?, ?)", [
      readAs(identityRecord, former.identity).seq,
      former.identity_key,
    ]);
  tx.run("UPDATE account SET identity = ?, identity_key = ?", [
    encodeCbor(identity.record),
    identity.privateKey,
  ]);
  // How to reach this device is said with the newest box key.
  tx.run("UPDATE device_boxes SET reply = NULL");
  tx.afterCommit(() =>
    core.setMe({
      ...core.me(),
      identity: identity.record,
      identityKey: identity.privateKey,
    }),
  );
}

/** Puts to every space that what does not stand under the roll goes. */
export function clearSpaces(tx: SqlTx): number {
  return tx.run(
    `INSERT INTO intents (log_id, kind, data)
     SELECT log_id, 'cutOff', ? FROM spaces WHERE state = 'active'
     AND log_id NOT IN (SELECT log_id FROM intents WHERE kind = 'cutOff')`,
    [encodeCbor({})],
  ).changes;
}

/** Takes over what another device says in its vault: of each field the newest. */
function mergeDevices(tx: SqlTx, devices: Vault["devices"]): void {
  for (const one of devices ?? [])
    tx.run(
      `INSERT INTO own_devices VALUES (?1, ?2, ?3, ?4, ?5, ?6)
       ON CONFLICT (device) DO UPDATE SET
         name = CASE WHEN excluded.named > named OR name = '' THEN excluded.name ELSE name END,
         named = max(named, excluded.named), used = max(used, excluded.used), gone = max(gone, excluded.gone)`,
      [toHex(one.id), one.name, one.named, one.added, one.used, one.gone === true ? 1 : 0],
    );
}
