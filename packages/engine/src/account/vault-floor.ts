/**
 * What this device knows of the newest vault, from the person's other devices: a node that shows one of them an older vault
 * than the others is found out when the next of them says what it has seen. They say it where the node cannot take it away
 * unseen: in the log of a space, sealed for themselves; in letters to each other; and to a device that is being added.
 */
import type { Bytes, VaultSeen } from "@baraza/protocol";
import { equalBytes } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SqlTx } from "../ports.ts";

/** The newest vault that this device has put or read. */
export async function newestSeen(core: Core): Promise<VaultSeen> {
  const row = await core.store.get<{ version: number; hash: Bytes }>(
    "SELECT vault_version AS version, vault_hash AS hash FROM account",
  );
  const { node } = core.me();
  return { node, version: row?.version ?? 0, hash: row?.hash ?? new Uint8Array(32) };
}

/** Notes what another device of this person has seen at the same node. Kick the vault after the transaction. */
export function noteFloor(tx: SqlTx, { node, version, hash }: VaultSeen, here: string): void {
  // Whoever has moved has a vault at each node, and each counts for itself.
  if (node !== here) return;
  tx.run(
    `INSERT INTO vault_floor VALUES (1, ?, ?) ON CONFLICT (one) DO UPDATE SET version = excluded.version, hash = excluded.hash
     WHERE excluded.version > version`,
    [version, hash],
  );
}

/** What other devices have seen, as far as this one has heard. Ask before the node is asked: what they put meanwhile is no older vault. */
export function floorNow({ store }: Core): Promise<VaultFloor | undefined> {
  return store.get<VaultFloor>("SELECT version, hash FROM vault_floor");
}

export type VaultFloor = Pick<VaultSeen, "version" | "hash">;

/**
 * Compares a vault that the node gave with what other devices had seen before it was asked, and forgets that: it is told once.
 * @returns true when the vault is an older one, or another of the same version
 */
export function checkVaultFloor(
  tx: SqlTx,
  { version, hash }: VaultFloor,
  floor: VaultFloor | undefined,
): boolean {
  if (floor === undefined) return false;
  tx.run("DELETE FROM vault_floor WHERE version <= ?", [Math.max(floor.version, version)]);
  return floor.version > version || (floor.version === version && !equalBytes(floor.hash, hash));
}

/** Whether another device has seen something that this one has not: the node is to be asked. */
export async function isBehind(core: Core): Promise<boolean> {
  const row = await core.store.get(
    `SELECT 1 AS one FROM vault_floor f, account a
     WHERE f.version > a.vault_version OR (f.version = a.vault_version AND f.hash <> a.vault_hash)`,
  );
  return row !== undefined;
}
