/** What one's other devices have told of the vault in the logs of spaces (see account/vault-floor.ts). */
import { CryptoError } from "@baraza/crypto";
import { openVaultSeen, sealVaultSeen } from "@baraza/crypto/vault-seen";
import type { Bytes, VaultSeen } from "@baraza/protocol";
import { fromHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SqlTx } from "../ports.ts";

/** What this device tells the others in a space's log. */
export function seenToTell(core: Core, logId: string, seen: VaultSeen): Promise<Bytes> {
  return sealVaultSeen(core.me().identityKey, fromHex(logId), seen);
}

/** Opens what they told. It may be sealed under a key that the identity had before. */
export async function takeToldFloors(
  core: Core,
  note: (tx: SqlTx, seen: VaultSeen) => void,
): Promise<void> {
  const rows = await core.store.all<{ log_id: string; sealed: Bytes }>(
    "SELECT * FROM floors_told LIMIT 200",
  );
  if (rows.length === 0) return;
  const former = await core.store.all<{ key: Bytes }>(
    "SELECT key FROM former_identity_keys ORDER BY seq DESC",
  );
  const keys = [core.me().identityKey, ...former.map(({ key }) => key)];
  for (const { log_id: logId, sealed } of rows) {
    const seen = await openWithAny(keys, logId, sealed);
    await core.store.transaction((tx) => {
      tx.run("DELETE FROM floors_told WHERE log_id = ? AND sealed = ?", [logId, sealed]);
      if (seen !== null) note(tx, seen);
    });
  }
  core.kick({ vault: true });
}

async function openWithAny(
  keys: readonly Bytes[],
  logId: string,
  sealed: Bytes,
): Promise<VaultSeen | null> {
  for (const key of keys) {
    try {
      return await openVaultSeen(key, fromHex(logId), sealed);
    } catch (error) {
      if (!(error instanceof CryptoError)) throw error;
    }
  }
  return null;
}
