/** The rotating key of the account's box: made anew before it runs out, destroyed when its time is over. */
import { createBoxKey, verifyBoxKey } from "@baraza/crypto";
import type { Bytes, Vault } from "@baraza/protocol";
import { boxKeyRecord, LIMITS, readAs, toHex } from "@baraza/protocol";
import { keepNotesKeys } from "../admin/notes.ts";
import { keepSharing } from "../sharing/index.ts";
import type { Core } from "../core.ts";
import { takeDevices } from "../devices/list.ts";
import type { SqlTx } from "../ports.ts";
import { keepRejoinSecrets } from "../slots/keys.ts";
import { need } from "../util.ts";
import { openTheirs } from "./ways-store.ts";

const DAY_MS = 24 * 60 * 60_000;

/** The record to give to whoever may write to this account. */
export async function currentBoxKey(core: Core): Promise<Bytes> {
  const row = await core.store.get<{ record: Bytes }>(
    "SELECT record FROM box_keys ORDER BY seq DESC LIMIT 1",
  );
  return need(row, "box key").record;
}

/** Private keys by id, for opening letters. */
export async function boxPrivateKeys(core: Core): Promise<Map<string, Bytes>> {
  const rows = await core.store.all<{ id: string; private_key: Bytes }>(
    "SELECT id, private_key FROM box_keys",
  );
  return new Map(rows.map((row) => [row.id, row.private_key]));
}

/** Takes over the keys of a vault that this device does not have, those of one's notes too. An older vault does not bring back what was destroyed. */
export function keepBoxKeys(tx: SqlTx, vault: Vault, now: number): void {
  keepNotesKeys(tx, vault);
  keepSharing(tx, vault);
  keepRejoinSecrets(tx, vault);
  for (const { record, privateKey } of vault.boxKeys) {
    const { id, seq, notAfter } = readAs(boxKeyRecord, record, LIMITS.recordBytes);
    if (notAfter + LIMITS.boxKeyGraceMs < now) continue;
    tx.run("INSERT OR IGNORE INTO box_keys VALUES (?, ?, ?, ?, ?)", [
      toHex(id),
      seq,
      record,
      privateKey,
      notAfter,
    ]);
  }
}

/**
 * Fetches keys that another device of the account has made since. @throws ProtocolError when the node cannot be
 * reached; CryptoError when what it gives is no vault of this account
 */
export async function fetchBoxKeys(core: Core): Promise<void> {
  const { vault } = await core.own.call("vault.get", {});
  const { vault: theirs, ours } = await openTheirs(core, vault);
  // What to do about it is for who puts the next vault (vault.ts).
  if (!ours) return core.kick({ vault: true });
  await core.store.transaction((tx) => {
    keepBoxKeys(tx, theirs, core.platform.clock.now());
    takeDevices(tx, core, theirs);
  });
}

/**
 * Publishes a new key a day before the present one runs out, and destroys private keys that no letter can need any more.
 * `drained`: the box was read to its end. `putVault`: nobody may seal to a key that only this device has, as any device
 * may be the one that reads (and deletes) the letter.
 */
export async function tendBoxKeys(
  core: Core,
  drained: boolean,
  putVault: () => Promise<void>,
): Promise<void> {
  const now = core.platform.clock.now();
  let newest = await newestKey(core);
  if (newest.not_after - DAY_MS < now) {
    await fetchBoxKeys(core);
    newest = await newestKey(core);
  }
  if (newest.not_after - DAY_MS < now) {
    const me = core.me();
    const made = await createBoxKey(
      { record: me.identity, privateKey: me.identityKey },
      newest.seq + 1,
      now,
    );
    await verifyBoxKey(made.record, me.identityId, now);
    await core.store.transaction((tx) => {
      tx.run("INSERT INTO box_keys VALUES (?, ?, ?, ?, ?)", [
        toHex(made.id),
        newest.seq + 1,
        made.record,
        made.privateKey,
        made.notAfter,
      ]);
      tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
    });
    await putVault();
    await core.own.call("boxes.key", { boxKey: made.record });
  }
  if (drained)
    await core.store.run("DELETE FROM box_keys WHERE not_after + ? < ?", [
      LIMITS.boxKeyGraceMs,
      now,
    ]);
}

async function newestKey(core: Core): Promise<{ seq: number; not_after: number }> {
  const row = await core.store.get<{ seq: number; not_after: number }>(
    "SELECT seq, not_after FROM box_keys ORDER BY seq DESC LIMIT 1",
  );
  return need(row, "box key");
}
