/**
 * Which devices of a person count, as each space's log has said it.
 *
 * [Note: Rolls stand in the log] A member who refused a commit that others take would be left behind. So whether a device
 * may come in is judged by rolls that stand in this log before the commit, and never by what one has heard elsewhere.
 */
import { continuesIdentity, verifyRoll } from "@baraza/crypto";
import type { Bytes, IdentityRecord } from "@baraza/protocol";
import { LIMITS, readAs, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { Draft } from "../spaces/draft.ts";
import { forgetMove } from "../moving/follow.ts";
import { SPACE_EVENTS } from "../spaces/events.ts";
import { chainOf, startsWith } from "../trust/see.ts";

/** A roll that was verified. */
export type Roll = { identity: IdentityRecord; keep: readonly Bytes[] };

/** What the store has of a space. */
export async function loadRolls(
  core: Core,
  logId: string,
): Promise<{ rolls: Map<string, Roll>; leavingDevices: Set<string> }> {
  const rows = await core.store.all<{ identity_id: string; roll: Bytes }>(
    "SELECT identity_id, roll FROM space_rolls WHERE log_id = ?",
    [logId],
  );
  const rolls = new Map<string, Roll>();
  for (const row of rows) rolls.set(row.identity_id, await verifyRoll(row.roll));
  const leaving = await core.store.all<{ device: string }>(
    "SELECT device FROM device_leaves WHERE log_id = ?",
    [logId],
  );
  return { rolls, leavingDevices: new Set(leaving.map((row) => row.device)) };
}

/**
 * The newest rolls of an identity that any space has shown, for letters, which stand in no log. One on a branch off the known
 * succession of keys (`chain`) says nothing: in a space of their own, a device that was removed could show any.
 */
export async function knownRolls(core: Core, identityId: string, chain: Bytes): Promise<Roll[]> {
  const rows = await core.store.all<{ roll: Bytes }>(
    `SELECT DISTINCT roll FROM space_rolls WHERE identity_id = ?1
     UNION SELECT roll FROM own_roll WHERE ?1 = (SELECT identity_id FROM account)`,
    [identityId],
  );
  const rolls: Roll[] = [];
  for (const row of rows) {
    const roll = await verifyRoll(row.roll);
    const own = chainOf(roll.identity);
    if (startsWith(own, chain) || startsWith(chain, own)) rolls.push(roll);
  }
  const newest = Math.max(...rolls.map((roll) => roll.identity.seq));
  return rolls.filter((roll) => roll.identity.seq === newest);
}

/** A member's device has brought a roll. One that does not continue what is known of its identity says nothing. */
export async function noteRoll(draft: Draft, identityId: string, payload: Bytes): Promise<void> {
  let roll: Awaited<ReturnType<typeof verifyRoll>>;
  let bytes: Bytes;
  try {
    ({ roll: bytes } = readAs(SPACE_EVENTS["space.identity"].schema, payload, LIMITS.rollBytes));
    roll = await verifyRoll(bytes);
  } catch {
    return;
  }
  if (toHex(roll.identityId) !== identityId) return;
  const known = draft.rolls.get(identityId);
  if (known !== undefined && !continuesIdentity(known.identity, roll.identity)) return;
  draft.rolls.set(identityId, roll);
  const { logId } = draft.space;
  draft.writes.push((tx) => {
    tx.run("INSERT OR REPLACE INTO space_rolls VALUES (?, ?, ?)", [logId, identityId, bytes]);
    forgetMove(tx, identityId, roll.identity);
  });
}

/** A device signs out. */
export function noteLeaving(draft: Draft, identityId: string, device: string): void {
  draft.leavingDevices.add(device);
  draft.after.push({ do: "takeOutDevice", device, identityId });
  const { logId } = draft.space;
  draft.writes.push((tx) => {
    tx.run("INSERT OR IGNORE INTO device_leaves VALUES (?, ?)", [logId, device]);
  });
}

/** The roll that the vault names. */
export async function rollForVault(core: Core): Promise<{ roll?: Bytes }> {
  const row = await core.store.get<{ roll: Bytes }>("SELECT roll FROM own_roll");
  return row === undefined ? {} : { roll: row.roll };
}

/** Keys that this account's identity had, newest first. */
export async function formerIdentityKeys(core: Core): Promise<Bytes[]> {
  const rows = await core.store.all<{ key: Bytes }>(
    "SELECT key FROM former_identity_keys ORDER BY seq DESC",
  );
  return rows.map((row) => row.key);
}
