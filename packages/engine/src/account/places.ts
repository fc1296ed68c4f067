/**
 * Spaces of the account that this device is not in yet. The vault names them; they are kept here until a member's device
 * has let this one in, so that the vault which this device writes names them too, and so that a device that was cut off
 * while it signed in asks when it is back.
 */
import type { Bytes, Vault } from "@baraza/protocol";
import { encodeCbor, LIMITS, ProtocolError, readAs, toHex, vaultSpace } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { askForPlace } from "../letters/ask.ts";
import type { SqlTx } from "../ports.ts";

/** Notes what a vault names. Call it in the transaction that takes the vault over. */
export function keepPlaces(tx: SqlTx, spaces: Vault["spaces"]): void {
  for (const space of spaces)
    tx.run("INSERT OR REPLACE INTO places VALUES (?, ?)", [toHex(space.logId), encodeCbor(space)]);
}

/** What was noted and is not known here but out of an archive: whoever has the space, or left it here, knows better. */
export async function otherPlaces(core: Core): Promise<Vault["spaces"]> {
  return wanted(core, "");
}

/** Asks for the places that nobody was asked for yet. What fails for want of a line is tried at the next connection. */
export async function askForPlaces(core: Core): Promise<void> {
  const spaces = await wanted(core, "AND log_id NOT IN (SELECT log_id FROM joins)");
  // Whoever is asked first is given up on first, and then the slot is next: so the order is that in which one comes back.
  spaces.sort((a, b) => (b.at ?? 0) - (a.at ?? 0));
  for (const { hub, hubKey, logId, contacts, groupId } of spaces) {
    try {
      await core.remote.pin(hub, hubKey);
      await askForPlace(core, toHex(logId), { contacts, groupId });
    } catch (error) {
      // One space whose node has another key now must not keep this device out of the others.
      if (!(error instanceof ProtocolError)) throw error;
    }
  }
}

async function wanted(core: Core, more: string): Promise<Vault["spaces"]> {
  const rows = await core.store.all<{ space: Bytes }>(
    `SELECT space FROM places WHERE log_id NOT IN (SELECT log_id FROM spaces WHERE log_id NOT IN (SELECT log_id FROM restored)) ${more} ORDER BY log_id`,
  );
  return rows.map((row) => readAs(vaultSpace, row.space, LIMITS.vaultBytes));
}
