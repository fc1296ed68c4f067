/**
 * The keys by which this person can come back into a space: derived from a secret that is in the vault, announced in the
 * leaves of all their devices. The secret is renewed when a device is lost that knows it.
 */
import { createRejoinSecret, rejoinKeyPair } from "@baraza/crypto";
import type { Bytes, Vault } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SqlTx } from "../ports.ts";
import { need } from "../util.ts";

type Suite = "x25519" | "xwing";

/** As many secrets are in the vault: the present one, and former ones that slots may still name. */
const KEPT = 4;

/** The secrets that this account has, the present one first. */
export async function rejoinSecrets(core: Core): Promise<Bytes[]> {
  const rows = await core.store.all<{ secret: Bytes }>(
    "SELECT secret FROM rejoin_secrets ORDER BY id DESC LIMIT ?",
    [KEPT],
  );
  return rows.map((row) => row.secret);
}

/** The public rejoin key of this account in the space with that group id. A first secret is made when there is none. */
export async function ownRejoinKey(core: Core, groupId: Bytes, suite: Suite): Promise<Bytes> {
  const [present = await firstSecret(core)] = await rejoinSecrets(core);
  return (await rejoinKeyPair(present, groupId, suite)).publicKey;
}

async function firstSecret(core: Core): Promise<Bytes> {
  const made = createRejoinSecret();
  const row = await core.store.transaction((tx) => {
    tx.run(
      "INSERT INTO rejoin_secrets (secret) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM rejoin_secrets)",
      [made],
    );
    tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
    return tx.get<{ secret: Bytes }>("SELECT secret FROM rejoin_secrets ORDER BY id DESC LIMIT 1");
  });
  core.kick({ vault: true });
  return need(row, "rejoin secret").secret;
}

/** A new present secret. Put the vault before anything that derives from it leaves this device. */
export function renewRejoinSecret(tx: SqlTx): void {
  tx.run("INSERT INTO rejoin_secrets (secret) VALUES (?)", [createRejoinSecret()]);
  tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
}

/** Takes over the secrets of a vault, oldest first, so that the vault's present one is the present one here. */
export function keepRejoinSecrets(tx: SqlTx, vault: Vault): void {
  for (const secret of (vault.rejoin ?? []).toReversed()) {
    tx.run("INSERT OR IGNORE INTO rejoin_secrets (secret) VALUES (?)", [secret]);
  }
}
