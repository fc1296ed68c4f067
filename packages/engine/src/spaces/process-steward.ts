/** What a steward's signed decision in the log does to a space. */
import {
  appendDigest,
  decisionSigners,
  decodeGroup,
  headerHash,
  stewardsNeeded,
  verifyAppend,
} from "@baraza/crypto";
import type { EntryHeader, StoredEntry } from "@baraza/protocol";
import { decisionProof, equalBytes, toHex, untilOf, writeAs } from "@baraza/protocol";
import { noteMove } from "../handover/reducer.ts";
import type { Core } from "../core.ts";
import { noteMirrors } from "../mirrors/reducer.ts";
import { noteDecision, noteDeletion, noteHubLeads } from "../leading/reducer.ts";
import { packKeys } from "../leading/hub-list.ts";
import { slotGoesBack } from "../slots/claim.ts";
import type { Draft } from "./draft.ts";
import { writeRules } from "../people/reducer.ts";
import { rosterOf, stewardsOf, writeRoster } from "./roster.ts";
import { keysOf } from "./runtime.ts";

/**
 * Processes the record in the header of a steward entry, after checking that a steward signed it.
 * @returns false when none did: the entry says nothing then
 */
export async function processStewardEntry(
  core: Core,
  draft: Draft,
  entry: StoredEntry,
  header: EntryHeader,
): Promise<boolean> {
  const record = header.steward;
  if (record === undefined) return false;
  // Whoever let this device in vouches for what was before; and without a group only the epoch's number is followed.
  // The hub's own list of stewards follows the group's, and means nothing here.
  const trusted =
    draft.group === null || entry.seq <= draft.row.read_from || record.op === "stewards";
  if (!trusted && !(await signedBySteward(draft, entry, header))) return false;
  noteLeading(core, draft, entry, header);
  if (record.op === "void") await undo(core, draft, entry.seq, record);
  else if (
    record.op === "removeSeat" &&
    equalBytes(record.seatId, draft.row.seat_id) &&
    draft.group !== null
  ) {
    draft.row.trouble = "stuck";
    draft.after.push({ do: "enrol" });
  }
  return true;
}

/** What the hub goes by from here on: its list, the decisions that it took in, and whether it will delete the log. */
function noteLeading(
  core: Core,
  draft: Draft,
  { seq, sigs }: StoredEntry,
  { steward: record, appendId }: EntryHeader,
): void {
  if (record === undefined) return;
  const { writes, space, after } = draft;
  const { logId } = space;
  if (untilOf(record) !== undefined)
    writes.push((tx) => noteDecision(tx, logId, seq, toHex(appendId)));
  if (record.op === "stewards") {
    const keys = packKeys(record.stewards);
    writes.push((tx) => noteHubLeads(tx, logId, keys));
    after.push({ do: "lead", mine: false });
  } else if (record.op === "handover") {
    draft.row.gen = record.gen;
    draft.bases.set(record.gen, seq - 1);
    const proof = writeAs(decisionProof, {
      gen: record.gen,
      id: appendId,
      record,
      sigs: sigs.stewards ?? [],
    });
    writes.push((tx) => {
      noteMove(tx, logId, { gen: record.gen, base: seq - 1, proof, record });
      // What the new hub lacks this device may hold.
      tx.afterCommit(() => core.kick({ files: true }));
    });
  } else if (record.op === "mirrors") {
    const changed = () => {
      space.copies.due = true;
      space.copies.missed = 0;
      core.kick({ space: logId });
    };
    writes.push((tx) => noteMirrors(tx, logId, record.mirrors, changed));
  } else if (record.op === "keep") writes.push((tx) => noteDeletion(tx, logId, null));
}

/** By one whom the group names now: who was a steward once, or at the beginning, decides nothing any more. */
async function signedBySteward(
  draft: Draft,
  entry: StoredEntry,
  header: EntryHeader,
): Promise<boolean> {
  const keys = draft.group === null ? [] : stewardsOf(draft.group).map((one) => one.key);
  const signed = entry.sigs.stewards ?? [];
  const { steward: record, appendId: id, gen } = header;
  if (record !== undefined && untilOf(record) !== undefined) {
    const decision = { logId: draft.space.id, gen, id, record };
    const pair = record.op === "removeSeat" && draft.row.kind === "pair";
    const needed = pair ? 2 : stewardsNeeded(record.op, keys.length);
    return (await decisionSigners(keys, decision, signed)).length >= Math.min(needed, keys.length);
  }
  const digest = appendDigest([headerHash(entry.header)]);
  for (const { key, sig } of signed) {
    if (keys.some((one) => equalBytes(one, key)) && (await verifyAppend(key, digest, sig)))
      return true;
  }
  return false;
}

/**
 * Takes a bad commit back, with all that came behind it: everyone returns to the state before it, entries of the voided
 * epochs count as never said, and their authors send them again.
 *
 * [Note: Who judges a void] Whether something stands behind the commit that forbids it is the hub's to say (rules.ts of
 * the node); a void that is in the log and that a steward signed holds for every member. If members judged once more, one
 * who saw it otherwise would be left behind in an epoch that nobody else is in. A device that cannot go back (it came with
 * that commit, or is further on) asks for its place again.
 */
async function undo(
  core: Core,
  draft: Draft,
  seq: number,
  record: { seq: number; epoch: number },
): Promise<void> {
  const { row, space } = draft;
  const past = seq <= row.read_from;
  row.epoch = record.epoch;
  await forgetLeaves(core, draft, seq, record);
  if (!past) await goBack(draft, record);
  draft.writes.push((tx) => {
    if (!past)
      tx.run(
        `INSERT OR IGNORE INTO outbox (log_id, event_id, type, type_version, at, payload)
         SELECT e.log_id, e.event_id, e.type, e.type_version, e.at, e.payload FROM events e JOIN account a ON a.device_hash = e.device
         WHERE e.log_id = ? AND e.epoch > ? AND e.seq > ? AND e.seq < ? AND e.type NOT IN ('space.commit', 'space.steward', 'space.notCounted', 'space.vanishing') ORDER BY e.seq`,
        [space.logId, record.epoch, record.seq, seq],
      );
    tx.run("DELETE FROM events WHERE log_id = ? AND epoch > ? AND seq > ? AND seq < ?", [
      space.logId,
      record.epoch,
      record.seq,
      seq,
    ]);
    tx.run(
      "DELETE FROM notices WHERE log_id = ? AND position >= ? AND kind IN ('left', 'removed', 'returned')",
      [space.logId, record.seq],
    );
    tx.run("DELETE FROM past_rules WHERE log_id = ? AND seq >= ? AND seq < ?", [
      space.logId,
      record.seq,
      seq,
    ]);
    if (!past) tx.run("DELETE FROM pending_commits WHERE log_id = ?", [space.logId]);
    // What this device's commits were for is wanted still; not for ever, should it be what made them bad.
    tx.run(
      `INSERT INTO intents (log_id, kind, data, attempts) SELECT log_id, kind, data, attempts + 1 FROM carried_out
       WHERE log_id = ? AND seq >= ? AND seq < ? AND attempts < ? ORDER BY seq`,
      [space.logId, record.seq, seq, past ? 0 : TRIES],
    );
    tx.run("DELETE FROM carried_out WHERE log_id = ? AND seq >= ?", [space.logId, record.seq]);
  });
  draft.after.push({ do: "rebuild" });
}

/** How often what an undone commit was for is tried again. */
const TRIES = 2;

/** Who asked to leave in a time that is taken back asks for nothing any more; their devices say it again. */
async function forgetLeaves(
  core: Core,
  { space, leaving, left }: Draft,
  seq: number,
  record: { seq: number; epoch: number },
): Promise<void> {
  const stored = await core.store.all<{ author: string; seq: number; epoch: number }>(
    "SELECT author, seq, epoch FROM events WHERE log_id = ? AND type = 'space.leave'",
    [space.logId],
  );
  const all = [...stored, ...left].filter((one) => leaving.has(one.author));
  const undone = (one: { seq: number; epoch: number }) =>
    one.epoch > record.epoch && one.seq > record.seq && one.seq < seq;
  for (const { author } of all.filter(undone))
    if (!all.some((one) => one.author === author && !undone(one))) leaving.delete(author);
}

/** Returns to the group before the commit, as far as this device still has it. */
async function goBack(draft: Draft, record: { seq: number; epoch: number }): Promise<void> {
  const { row, space } = draft;
  for (const epoch of draft.keys.keys()) if (epoch > record.epoch) draft.keys.delete(epoch);
  for (const epoch of draft.vanish.keys()) if (epoch > record.epoch) draft.vanish.delete(epoch);
  draft.writes.push((tx) => {
    for (const table of ["epochs", "vanish_keys"])
      tx.run(`DELETE FROM ${table} WHERE log_id = ? AND epoch > ?`, [space.logId, record.epoch]);
  });
  // A later commit than the one that this device stands before.
  if (row.trouble === "stuck" && record.seq > row.previous_seq) return;
  const before = row.previous_seq === record.seq ? row.previous_mls : null;
  draft.group = before === null ? null : await decodeGroup(before);
  row.mls = before;
  slotGoesBack(draft);
  row.previous_mls = null;
  row.previous_seq = 0;
  if (draft.group === null) {
    draft.posting = null;
    row.trouble = "stuck";
    draft.after.push({ do: "enrol" });
    return;
  }
  draft.posting = (await keysOf(draft.group)).posting;
  const members = await rosterOf(draft.group);
  const stewards = stewardsOf(draft.group);
  draft.writes.push((tx) => {
    writeRoster(tx, space.logId, members, stewards);
    if (draft.group !== null) writeRules(tx, space.logId, draft.group);
  });
  if (row.trouble === "stuck") row.trouble = "offender";
}
