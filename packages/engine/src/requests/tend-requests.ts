/** What is done about first letters in the background: they go, and the writers of those that came are looked up. */
import type { Bytes } from "@baraza/protocol";
import { LIMITS, ProtocolError, readAs, requestsPut } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { backoff } from "../util.ts";
import { addressOf, lookUp } from "../trust/look-up.ts";
import type { FirstWords } from "./api.ts";

const HOUR_MS = 60 * 60_000;
/** Nobody can be written to there, or not by us: trying again changes nothing. */
const REFUSED: ReadonlySet<string> = new Set([
  "not_found",
  "moved",
  "address_invalid",
  "node_blocked",
  "token_spent",
  "malformed",
  "too_large",
]);

/** @returns when there is more to do, ms since 1970; null: nothing */
export async function tend(core: Core): Promise<number | null> {
  const now = core.platform.clock.now();
  const due = await core.store.all<{ identity_id: string }>(
    "SELECT identity_id FROM requests_out WHERE request IS NOT NULL AND state <> 'refused' AND next_at <= ?",
    [now],
  );
  for (const { identity_id } of due) await sendOne(core, identity_id);
  const open = await core.store.all<{ identity_id: string }>(
    `SELECT m.key AS identity_id FROM marks m LEFT JOIN request_checks c ON c.identity_id = m.key
     WHERE m.kind = 'request' AND m.value ->> 'words' IS NOT NULL AND coalesce(c.record, 'open') = 'open'
       AND coalesce(c.next_at, 0) <= ? LIMIT 5`,
    [now],
  );
  for (const { identity_id } of open) await checkWriter(core, identity_id);
  const next = await core.store.get<{ at: number | null }>(
    `SELECT min(at) AS at FROM (
       SELECT next_at AS at FROM requests_out WHERE request IS NOT NULL AND state <> 'refused'
       UNION ALL SELECT coalesce(c.next_at, 0) FROM marks m LEFT JOIN request_checks c ON c.identity_id = m.key
         WHERE m.kind = 'request' AND m.value ->> 'words' IS NOT NULL AND coalesce(c.record, 'open') = 'open')`,
  );
  return next?.at ?? null;
}

/** Puts one letter before whom it is for, if it is not there yet. What the line does not allow is tried again. */
export async function sendOne(core: Core, identityId: string): Promise<void> {
  const row = await core.store.get<{ node: string; request: Bytes; tries: number }>(
    "SELECT node, request, tries FROM requests_out WHERE identity_id = ? AND request IS NOT NULL",
    [identityId],
  );
  if (row === undefined) return;
  const now = core.platform.clock.now();
  try {
    const request = readAs(
      requestsPut.request,
      row.request,
      LIMITS.requestLetterBytes + LIMITS.requestBytes,
    );
    await core.remote.call(row.node, "requests.put", request);
    await core.store.run(
      "UPDATE requests_out SET request = NULL, state = 'waiting' WHERE identity_id = ?",
      [identityId],
    );
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const limited = error.code === "letters_limited";
    const state = REFUSED.has(error.code) ? "refused" : limited ? "limited" : "sending";
    await core.store.run(
      "UPDATE requests_out SET state = ?, tries = tries + 1, next_at = ? WHERE identity_id = ?",
      [state, now + (limited ? HOUR_MS : backoff(row.tries)), identityId],
    );
  }
}

/**
 * Whether an address is the writer's. Only the node is asked that the letter came from: nobody has this device ask elsewhere. It
 * learns that somebody asks after one of its names, and not who or where.
 */
export async function checkWriter(core: Core, identityId: string): Promise<FirstWords["record"]> {
  const row = await core.store.get<{ address: string; sender: string }>(
    "SELECT value ->> 'address' AS address, value ->> 'from' AS sender FROM marks WHERE kind = 'request' AND key = ?",
    [identityId],
  );
  const address = addressOf(row?.address ?? "");
  let record: FirstWords["record"] = "wrong";
  if (address !== null && address.node === row?.sender)
    try {
      record = (await lookUp(core, address)).identityId === identityId ? "fits" : "wrong";
    } catch (error) {
      if (!(error instanceof ProtocolError) && !(error instanceof EngineError)) throw error;
      if (error.code !== "not_found" && error.code !== "unverified") record = "open";
    }
  const now = core.platform.clock.now();
  await core.store.run(
    `INSERT INTO request_checks VALUES (?1, ?2, 1, ?3)
     ON CONFLICT (identity_id) DO UPDATE SET record = ?2, tries = tries + 1, next_at = ?3 + tries * 60000`,
    [identityId, record, now + 30_000],
  );
  return record;
}
