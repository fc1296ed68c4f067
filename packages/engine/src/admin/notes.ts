/** Notes for oneself that lie sealed at the node, such as whom an invitation is meant for. Only this account reads them. */
import type { Bytes, Vault } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SqlTx } from "../ports.ts";

/** Keys that a vault brings. Call it in the transaction that takes the vault over. */
export function keepNotesKeys(tx: SqlTx, vault: Vault): void {
  for (const key of vault.notesKeys ?? [])
    tx.run("INSERT OR IGNORE INTO notes_keys VALUES (?)", [key]);
}

/** What the next vault says of them. */
export async function notesForVault(core: Core): Promise<Pick<Vault, "notesKeys">> {
  const keys = await allKeys(core);
  return keys.length === 0 ? {} : { notesKeys: keys };
}

export async function allKeys(core: Core): Promise<Bytes[]> {
  const rows = await core.store.all<{ key: Bytes }>(
    "SELECT key FROM notes_keys ORDER BY key LIMIT 8",
  );
  return rows.map(({ key }) => key);
}
