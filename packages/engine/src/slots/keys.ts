/**
 * The keys by which this person can come back into a space: derived from a secret that is in the vault, announced in the
 * leaves of all their devices. The secret is renewed when a device is lost that knows it.
 */
import { announceRejoinKey, createRejoinSecret, rejoinKeyPair } from "@baraza/crypto";
import type { Bytes, Vault } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SqlTx } from "../ports.ts";
import { need } from "../util.ts";

type Suite = "x25519" | "xwing";

/** As many secrets are in the vault: the present one, and former ones that slots may still name. */
const KEPT = 4;

export type RejoinSecret = { version: number; secret: Bytes };

/** The secrets that this account has, the present one first. */
export async function rejoinSecrets(core: Core): Promise<RejoinSecret[]> {
  return core.store.all<RejoinSecret>(
    "SELECT version, secret FROM rejoin_secrets ORDER BY version DESC, secret LIMIT ?",
    [KEPT],
  );
}

/** The rejoin key that this account announces in the space with that group id. A first secret is made when there is none. */
export async function ownRejoinKey(core: Core, groupId: Bytes, suite: Suite): Promise<Bytes> {
  const [present = await firstSecret(core)] = await rejoinSecrets(core);
  const { publicKey } = await rejoinKeyPair(present.secret, groupId, suite);
  return announceRejoinKey(present.version, publicKey);
}

async function firstSecret(core: Core): Promise<RejoinSecret> {
  const made = createRejoinSecret();
  const row = await core.store.transaction((tx) => {
    tx.run(
      "INSERT INTO rejoin_secrets (secret, version) SELECT ?, 1 WHERE NOT EXISTS (SELECT 1 FROM rejoin_secrets)",
      [made],
    );
    tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
    return tx.get<RejoinSecret>(
      "SELECT version, secret FROM rejoin_secrets ORDER BY version DESC, secret",
    );
  });
  core.kick({ vault: true });
  return need(row, "rejoin secret");
}

/** The list of secrets with a new present one: for a vault that is put before anything derives from it. */
export function withNewSecret(secrets: readonly RejoinSecret[]): RejoinSecret[] {
  const version = Math.max(0, ...secrets.map((one) => one.version)) + 1;
  return [{ version, secret: createRejoinSecret() }, ...secrets].slice(0, KEPT);
}

/** Keeps the secrets of a vault. */
export function keepRejoinSecrets(tx: SqlTx, { rejoin }: Pick<Vault, "rejoin">): void {
  for (const { secret, version } of rejoin ?? [])
    tx.run("INSERT OR IGNORE INTO rejoin_secrets (secret, version) VALUES (?, ?)", [
      secret,
      version,
    ]);
}
