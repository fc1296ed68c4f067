/**
 * Going back to an earlier position of a space's log: what stands behind it did not come along to the new hub, or was taken in
 * by one that does not count. What this device wrote there is sent again, with the same event ids.
 */
import { decodeGroup, epoch as epochOf, genesisHead, readHeader } from "@baraza/crypto";
import type { Bytes, Mirror } from "@baraza/protocol";
import { LIMITS, readAs, storedEntry } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { askForPlace } from "../letters/ask.ts";
import { noteMirrors } from "../mirrors/reducer.ts";
import { rebuildSpace } from "../spaces/apply.ts";
import { writeRules } from "../people/reducer.ts";
import { rosterOf, stewardsOf, writeRoster } from "../spaces/roster.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import { forgetRuntime, keysOf } from "../spaces/runtime.ts";
import { drop } from "../util.ts";

/** Takes a space back to `seq`, and throws its runtime away. Call it inside the space's queue. */
export async function rewind(core: Core, space: SpaceRuntime, seq: number): Promise<void> {
  const { logId, row } = space;
  const rows = await core.store.all<{ seq: number; head: Bytes; stored: Bytes | null }>(
    "SELECT seq, head, stored FROM entries WHERE log_id = ? AND seq >= ? ORDER BY seq",
    [logId, seq],
  );
  const head = seq === 0 ? genesisHead(row.genesis) : rows.find((one) => one.seq === seq)?.head;
  if (head === undefined) throw new Error("an entry is missing to go back to");
  const headers = rows.flatMap((one) =>
    one.seq <= seq || one.stored === null
      ? []
      : [
          {
            seq: one.seq,
            ...readHeader(readAs(storedEntry, one.stored, LIMITS.appendBytes).header),
          },
        ],
  );
  const commits = headers.filter((one) => one.kind === "commit" || one.kind === "rejoin");
  const epoch = headers[0]?.epoch ?? row.epoch;
  const only = commits.length === 1 && commits[0]?.seq === row.previous_seq;
  const mls = commits.length === 0 ? row.mls : only ? row.previous_mls : null;
  const group = mls === null ? null : await decodeGroup(mls);
  const members = group === null ? null : await rosterOf(group);
  const contentKey = group === null ? null : (await keysOf(group)).contentKey;
  const named = headers.some((one) => one.steward?.op === "mirrors");
  const mirrors = named ? await mirrorsAt(core, logId, seq) : null;
  await core.store.transaction((tx) => {
    tx.run(
      `INSERT OR IGNORE INTO outbox (log_id, event_id, type, type_version, at, payload)
       SELECT e.log_id, e.event_id, e.type, e.type_version, e.at, e.payload FROM events e JOIN account a ON a.device_hash = e.device
       WHERE e.log_id = ? AND e.seq > ? AND e.type NOT IN ('space.commit', 'space.steward', 'space.vanishing') ORDER BY e.seq`,
      [logId, seq],
    );
    tx.run(
      `INSERT INTO intents (log_id, kind, data, attempts)
       SELECT log_id, kind, data, attempts FROM carried_out WHERE log_id = ? AND seq > ? ORDER BY seq`,
      [logId, seq],
    );
    for (const table of ["events", "entries", "carried_out", "decisions"])
      tx.run(`DELETE FROM ${table} WHERE log_id = ? AND seq > ?`, [logId, seq]);
    tx.run("DELETE FROM notices WHERE log_id = ? AND position > ?", [logId, seq]);
    if (mirrors !== null) noteMirrors(tx, logId, mirrors);
    tx.run("DELETE FROM pending_commits WHERE log_id = ?", [logId]);
    tx.run("DELETE FROM append_requests WHERE log_id = ?", [logId]);
    tx.run("DELETE FROM outbox WHERE log_id = ? AND type = 'space.steward'", [logId]);
    tx.run("UPDATE outbox SET request_id = NULL WHERE log_id = ?", [logId]);
    if (commits.length > 0)
      for (const table of ["epochs", "vanish_keys"])
        tx.run(`DELETE FROM ${table} WHERE log_id = ? AND epoch > ?`, [logId, epoch]);
    if (group !== null && contentKey !== null && members !== null) {
      tx.run("INSERT OR REPLACE INTO epochs VALUES (?, ?, ?)", [logId, epochOf(group), contentKey]);
      writeRoster(tx, logId, members, stewardsOf(group));
      writeRules(tx, logId, group);
    }
    tx.run(
      `UPDATE spaces SET seq = ?, head = ?, hub_seq = ?, epoch = ?, mls = ?, previous_mls = NULL, previous_seq = 0, receipt = NULL,
         trouble = CASE WHEN ? THEN 'stuck' ELSE trouble END WHERE log_id = ?`,
      [seq, head, seq, epoch, mls, mls === null ? 1 : 0, logId],
    );
    rebuildSpace(tx, core, logId);
  });
  forgetRuntime(core, logId);
  core.kick({ space: logId });
  if (mls === null && core.signedIn()) drop(askForPlace(core, logId));
}

/** The mirrors that the stewards had named by a position, as far as this device has kept the entries. */
async function mirrorsAt(core: Core, logId: string, seq: number): Promise<readonly Mirror[]> {
  const rows = await core.store.all<{ stored: Bytes }>(
    "SELECT stored FROM entries WHERE log_id = ? AND seq <= ? AND stored IS NOT NULL ORDER BY seq DESC",
    [logId, seq],
  );
  for (const { stored } of rows) {
    const { header } = readAs(storedEntry, stored, LIMITS.appendBytes);
    const { steward } = readHeader(header);
    if (steward?.op === "mirrors") return steward.mirrors;
  }
  return [];
}
