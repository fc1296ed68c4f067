/** What a steward's signed decision in the log does to a space. */
import { appendDigest, decodeGroup, headerHash, verifyAppend } from "@baraza/crypto";
import type { EntryHeader, StoredEntry } from "@baraza/protocol";
import { equalBytes } from "@baraza/protocol";
import type { Draft } from "./draft.ts";
import { rosterOf, stewardsOf, writeRoster } from "./roster.ts";
import { keysOf } from "./runtime.ts";

/** Processes the record in the header of a steward entry, after checking that a steward signed it. */
export async function processStewardEntry(
  draft: Draft,
  entry: StoredEntry,
  header: EntryHeader,
): Promise<void> {
  const record = header.steward;
  if (record === undefined || !(await signedBySteward(draft, entry))) return;
  if (record.op === "void") await undo(draft, entry.seq, record);
  else if (
    record.op === "removeSeat" &&
    equalBytes(record.seatId, draft.row.seat_id) &&
    draft.group !== null
  ) {
    draft.row.trouble = "stuck";
    draft.after.push({ do: "enrol" });
  }
}

async function signedBySteward(draft: Draft, entry: StoredEntry): Promise<boolean> {
  const keys = [
    ...(draft.group === null ? [] : stewardsOf(draft.group).map((one) => one.key)),
    ...draft.space.genesis.stewards,
  ];
  const digest = appendDigest([headerHash(entry.header)]);
  for (const { key, sig } of entry.sigs.stewards ?? []) {
    if (keys.some((one) => equalBytes(one, key)) && (await verifyAppend(key, digest, sig)))
      return true;
  }
  return false;
}

/**
 * Takes a bad commit back: everyone returns to the state before it, entries of the voided epoch count as never said, and their
 * authors send them again. Everybody decides alike, because the rule looks at clear headers only: a void holds
 * unless a commit, rejoin or seat entry of another seat of the next epoch stands between.
 */
async function undo(
  draft: Draft,
  seq: number,
  record: { seq: number; epoch: number },
): Promise<void> {
  const { row, space, lastCommit } = draft;
  if (lastCommit === null || lastCommit.seq !== record.seq || lastCommit.confirmed) return;
  const voided = record.epoch + 1;
  if (row.previous_seq === record.seq && row.previous_mls !== null) {
    draft.group = await decodeGroup(row.previous_mls);
    row.mls = row.previous_mls;
    draft.posting = (await keysOf(draft.group)).posting;
    const members = await rosterOf(draft.group);
    const stewards = stewardsOf(draft.group);
    draft.writes.push((tx) => {
      writeRoster(tx, space.logId, members, stewards);
    });
  }
  row.previous_mls = null;
  row.previous_seq = 0;
  row.epoch = record.epoch;
  draft.keys.delete(voided);
  draft.lastCommit = null;
  if (row.trouble === "stuck") {
    row.trouble = "offender";
  }
  draft.writes.push((tx) => {
    tx.run("DELETE FROM epochs WHERE log_id = ? AND epoch = ?", [space.logId, voided]);
    tx.run(
      `INSERT OR IGNORE INTO outbox (log_id, event_id, type, type_version, at, payload)
       SELECT e.log_id, e.event_id, e.type, e.type_version, e.at, e.payload FROM events e JOIN account a ON a.device_hash = e.device
       WHERE e.log_id = ? AND e.epoch = ? AND e.seq > ? AND e.seq < ? AND e.type NOT LIKE 'space.commit' ORDER BY e.seq`,
      [space.logId, voided, record.seq, seq],
    );
    tx.run("DELETE FROM events WHERE log_id = ? AND epoch = ? AND seq > ? AND seq < ?", [
      space.logId,
      voided,
      record.seq,
      seq,
    ]);
    tx.run(
      "DELETE FROM notices WHERE log_id = ? AND position >= ? AND kind IN ('left', 'removed')",
      [space.logId, record.seq],
    );
    tx.run("DELETE FROM pending_commits WHERE log_id = ?", [space.logId]);
  });
  draft.after.push({ do: "rebuild" });
}
