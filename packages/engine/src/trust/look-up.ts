/** Looking at what a person's node has on record of them, and whether it is what one knows. */
import { checkLookup, CryptoError, identityIdOf, readIdentity } from "@baraza/crypto";
import type { CheckedLookup } from "@baraza/crypto";
import type { Bytes, IdentityRecord } from "@baraza/protocol";
import { equalBytes, fromHex, nodeName, ProtocolError, accountName, toHex } from "@baraza/protocol";
import * as v from "valibot";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { SqlTx } from "../ports.ts";
import { keptHead, takeHead } from "./heads.ts";
import { chainOf, markChanged, notice, seeIdentities } from "./see.ts";
import type { RecordState } from "./api.ts";

export type Found = {
  name: string;
  node: string;
  identityId: string;
  record: IdentityRecord;
  checked: CheckedLookup;
};

/**
 * Who has an account name at a node, proven by its key log. What does not hold is told as a fault of the node.
 * @throws EngineError unverified when the answer is not in the node's record; ProtocolError not_found, unknown_route (an old
 * node), unavailable and so on
 */
export async function lookUp(
  core: Core,
  address: { name: string; node: string },
  device?: Bytes,
): Promise<Found> {
  const { name, node } = address;
  const kept = await keptHead(core, node);
  const answer = await core.remote.call(node, "keylog.lookup", {
    name,
    ...(device === undefined ? {} : { device }),
    ...(kept === null ? {} : { since: kept.size }),
  });
  try {
    if (answer.name !== name || answer.head.node !== node) throw new CryptoError("bad_key_log");
    await takeHead(core, answer.head, { proof: answer.consistency, fresh: true });
    const checked = checkLookup(answer);
    const record = await readIdentity(answer.identity);
    const id = identityIdOf(record);
    if (checked.identityId === null) throw new ProtocolError("not_found");
    if (!equalBytes(id, checked.identityId)) throw new CryptoError("bad_key_log");
    return { name, node, identityId: toHex(id), record, checked };
  } catch (cause) {
    const wrong =
      cause instanceof CryptoError ||
      (cause instanceof ProtocolError && cause.code === "bad_signature");
    if (!wrong) throw cause;
    const at = core.platform.clock.now();
    await core.store.transaction((tx) => {
      notice(tx, "nodeWrong", node, node, at);
    });
    throw new EngineError("unverified", { cause, data: { node } });
  }
}

/** Whether an identity, with the keys that it had, is the one that its node's key log has under a name. @throws ProtocolError */
export async function isOnRecord(
  core: Core,
  address: { name: string; node: string },
  identity: IdentityRecord,
): Promise<boolean> {
  try {
    const { record } = await lookUp(core, address);
    return equalBytes(chainOf(record), chainOf(identity));
  } catch (error) {
    if (error instanceof EngineError) return false;
    throw error;
  }
}

/** Name and node of `name@node`; null when it is no address. */
export function addressOf(text: string): { name: string; node: string } | null {
  const at = text.lastIndexOf("@");
  const name = text.slice(0, at).trim().toLowerCase();
  const node = text
    .slice(at + 1)
    .trim()
    .toLowerCase();
  if (at < 1 || !v.is(accountName, name) || !v.is(nodeName, node)) return null;
  return { name, node };
}

/**
 * Compares a person with their node's record; for a device that was seen newly, whether it is on record.
 * @returns what is known now; `open` where there is nothing to look at (an old node, a person without an address); `later`
 * without a line; `missing` when the record stands and the device is not in it
 */
export async function checkPerson(
  core: Core,
  identityId: string,
  device?: string,
): Promise<RecordState | "later" | "missing"> {
  const row = await core.store.get<{ address: string }>(
    "SELECT address FROM people WHERE identity_id = ?",
    [identityId],
  );
  const address = addressOf(row?.address ?? "");
  if (address === null) return "open";
  let found: Found;
  try {
    found = await lookUp(core, address, device === undefined ? undefined : fromHex(device));
  } catch (error) {
    if (error instanceof EngineError) return set(core, identityId, "wrong");
    if (!(error instanceof ProtocolError)) throw error;
    if (error.code === "not_found" || error.code === "unknown_route") return "open";
    return "later";
  }
  const at = core.platform.clock.now();
  if (found.identityId !== identityId)
    return set(core, identityId, "wrong", (tx) => markChanged(tx, identityId, "address", at));
  const listed = device === undefined || isListed(found.checked, device);
  if (!listed) return "missing";
  return set(core, identityId, "fits", (tx) =>
    seeIdentities(tx, [{ id: identityId, chain: chainOf(found.record) }], at),
  );
}

function isListed({ devices }: CheckedLookup, device: string): boolean {
  return devices !== null && devices.some((one) => toHex(one) === device);
}

async function set(
  core: Core,
  identityId: string,
  record: RecordState,
  also?: (tx: SqlTx) => void,
): Promise<RecordState> {
  const at = core.platform.clock.now();
  await core.store.transaction((tx) => {
    also?.(tx);
    tx.run(
      `INSERT INTO person_keys (identity_id, chain, record, record_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (identity_id) DO UPDATE SET record = excluded.record, record_at = excluded.record_at`,
      [identityId, new Uint8Array(), record, at],
    );
  });
  return record;
}

/** People in a space with more members are looked at when somebody opens their page, not by themselves. */
const SMALL = 30;
const AT_ONCE = 5;
const TRIES = 6;
const HOUR_MS = 60 * 60_000;

/** Looks at what waits to be looked at. @returns when there is more to do, ms since 1970 */
export async function checkPeople(core: Core): Promise<number | null> {
  const now = core.platform.clock.now();
  const rows = await core.store.all<{ identity_id: string; device: string; tries: number }>(
    `SELECT c.identity_id, c.device, c.tries FROM person_checks c WHERE c.due <= ? AND EXISTS (
       SELECT 1 FROM members m WHERE m.identity_id = c.identity_id AND m.present = 1 AND
         (SELECT count(*) FROM members o WHERE o.log_id = m.log_id AND o.present = 1) <= ?)
     ORDER BY c.due LIMIT ?`,
    [now, SMALL, AT_ONCE],
  );
  for (const row of rows) {
    const result = await checkPerson(core, row.identity_id, row.device);
    const missing = result === "missing" && row.tries + 1 >= TRIES;
    if (missing && (await isPresent(core, row.identity_id, row.device)))
      await core.store.transaction((tx) => markChanged(tx, row.identity_id, "device", now));
    const again = result === "later" || (result === "missing" && !missing);
    if (!again)
      await core.store.run("DELETE FROM person_checks WHERE identity_id = ? AND device = ?", [
        row.identity_id,
        row.device,
      ]);
    else
      await core.store.run(
        "UPDATE person_checks SET tries = tries + ?, due = ? WHERE identity_id = ? AND device = ?",
        [result === "missing" ? 1 : 0, now + pause(row.tries), row.identity_id, row.device],
      );
  }
  if (rows.length === AT_ONCE) return now + 10_000;
  return now + HOUR_MS;
}

/** A device may be in a space a moment before it is on record, and the line may be gone: six tries over some hours. */
const pause = (tries: number) => Math.min(HOUR_MS, 30_000 * 3 ** tries);

async function isPresent(core: Core, identityId: string, device: string): Promise<boolean> {
  const row = await core.store.get(
    `SELECT 1 AS one FROM devices d JOIN members m ON m.log_id = d.log_id AND m.identity_id = d.identity_id
     WHERE d.identity_id = ? AND d.device = ? AND m.present = 1`,
    [identityId, device],
  );
  return row !== undefined;
}
