/** The keys of what disappears, as they lie on this device. */
import { epoch, groupId, takeVanishSecret, vanishTree } from "@baraza/crypto";
import type { Group, VanishNode } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import type { SqlStore, SqlTx } from "../ports.ts";

/**
 * Takes the secret of what disappears out of a state that is about to be stored.
 * @returns the state to store, and the epoch's tree: null where the state had none any more
 */
export function takeTree(group: Group): { group: Group; tree: VanishNode[] | null } {
  const taken = takeVanishSecret(group);
  return {
    group: taken.group,
    tree: taken.secret === null ? null : vanishTree(taken.secret, groupId(group)),
  };
}

/** Puts the tree of an epoch in the place of what was there under that number. */
export function writeTree(
  tx: SqlTx,
  logId: string,
  number: number,
  nodes: readonly VanishNode[],
): void {
  tx.run("DELETE FROM vanish_keys WHERE log_id = ? AND epoch = ?", [logId, number]);
  for (const { level, index, key } of nodes)
    tx.run("INSERT INTO vanish_keys VALUES (?, ?, ?, ?, ?)", [logId, number, level, index, key]);
}

/** What {@link takeTree} gave of a state that this device enters a space with. */
export function writeTaken(tx: SqlTx, logId: string, taken: ReturnType<typeof takeTree>): void {
  if (taken.tree !== null) writeTree(tx, logId, epoch(taken.group), taken.tree);
}

/** What is left of an epoch's tree. */
export async function treeOf(
  store: Pick<SqlStore, "all">,
  logId: string,
  number: number,
): Promise<VanishNode[]> {
  const rows = await store.all<{ level: number; node: number; key: Bytes }>(
    "SELECT level, node, key FROM vanish_keys WHERE log_id = ? AND epoch = ?",
    [logId, number],
  );
  return rows.map(({ level, node, key }) => ({ level, index: node, key }));
}
