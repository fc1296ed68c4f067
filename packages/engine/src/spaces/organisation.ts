/** Whose a space is: its members', or an organisation's (see [Note: Whose a space is] in admin/hand-over.ts). */
import type { Group } from "@baraza/crypto";
import { contextExtension } from "@baraza/crypto";
import type { SqlTx } from "../ports.ts";
import { readContext } from "./events.ts";

/** Notes whose a space is. Call it wherever a new state of the group is taken over. */
export function writeOrganisation(tx: SqlTx, logId: string, group: Group): void {
  const { organisation = null } = readContext(contextExtension(group));
  const known = tx.get<{ node: string }>("SELECT node FROM space_organisations WHERE log_id = ?", [
    logId,
  ]);
  if ((known?.node ?? null) === organisation) return;
  if (organisation === null) tx.run("DELETE FROM space_organisations WHERE log_id = ?", [logId]);
  else tx.run("INSERT OR REPLACE INTO space_organisations VALUES (?, ?)", [logId, organisation]);
}
