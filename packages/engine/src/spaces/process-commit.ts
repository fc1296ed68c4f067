/** What a commit in the log does to a space: the next epoch, who came and went; or why it could not be followed. */
import {
  decodeGroup,
  encodeGroup,
  epoch,
  MlsRefused,
  NO_EVENT,
  processCommit,
  roster,
} from "@baraza/crypto";
import type { Group } from "@baraza/crypto";
import type { Bytes, EntryHeader, SealedEvent, SlotClaim } from "@baraza/protocol";
import { encodeCbor, equalBytes, fromHex, readAs, toHex } from "@baraza/protocol";
import type * as v from "valibot";
import type { Core } from "../core.ts";
import { writeLetters } from "../letters/send.ts";
import { followSlot } from "../slots/claim.ts";
import type { Draft } from "./draft.ts";
import { blame } from "./draft.ts";
import { SPACE_EVENTS } from "./events.ts";
import type { PendingCommit } from "./welcome.ts";
import { welcomeLetters } from "./welcome.ts";
import { seatIdOfKey } from "./seat.ts";
import { noticeGone, noticeReturned } from "./reducer.ts";
import { writeRules } from "../people/reducer.ts";
import { contextToTell, givesHistory, noteContext } from "../people/context.ts";
import { checksFor, identityOf, rosterOf, stewardsOf, writeRoster } from "./roster.ts";
import { keysOf } from "./runtime.ts";
import { seeIdentities } from "../trust/see.ts";
import { takeTree, writeTaken } from "../vanish/keys.ts";

/**
 * Processes a commit entry. `opened` is null when its seal or signature was no good: then it cannot be followed.
 *
 * [Note: Stuck] No device skips a commit by itself. One that cannot follow keeps its last good state, says so, and
 * goes on when a steward voids the commit or a member's device lets it in again. A steward's device that cannot follow
 * asks for the void at once.
 */
export async function processCommitEntry(
  core: Core,
  draft: Draft,
  seq: number,
  header: EntryHeader,
  opened: { event: SealedEvent; identity: string } | null,
  own: ReadonlySet<string>,
): Promise<void> {
  const { row, space } = draft;
  row.epoch = header.epoch + 1;
  if (seq <= row.read_from) return noteContext(draft, seq, opened?.event ?? null);
  const { group } = draft;
  if (group === null) return;
  row.previous_mls = row.mls;
  row.previous_seq = seq;
  if (opened === null || epoch(group) !== header.epoch)
    return stuck(core, draft, seq, header, opened?.identity ?? null);
  const { event, identity } = opened;
  const pending = own.has(toHex(event.eventId))
    ? await pendingCommit(core, space.logId, toHex(event.eventId))
    : undefined;
  let next: Group | null;
  let claim: SlotClaim | undefined;
  try {
    const payload = payloadOf(header, event);
    claim = payload.slot;
    next =
      pending === undefined
        ? await follow(group, payload, header, event, draft)
        : await decodeGroup(pending.state);
  } catch (error) {
    if (!(error instanceof MlsRefused)) throw error;
    return stuck(core, draft, seq, header, identity);
  }
  const at = { logId: space.logId, eventId: event.eventId, seq, time: event.at };
  if (next === null) return takenOut(core, draft, at, identity);
  await enter(core, draft, next, header, at, identity);
  const { seen } = event;
  await followSlot(draft, group, next, { header, claim, seen, by: identity });
  if (pending !== undefined) await promote(core, draft, pending, seq);
}

type CommitPayload = v.InferOutput<(typeof SPACE_EVENTS)["space.commit"]["schema"]>;

/** What a handshake carries; a rejoin has no decision. @throws MlsRefused `bad_message` */
function payloadOf({ kind }: EntryHeader, event: SealedEvent): CommitPayload {
  const type = kind === "rejoin" ? "space.rejoin" : "space.commit";
  try {
    return readAs(SPACE_EVENTS[type].schema, event.payload, event.payload.length);
  } catch (cause) {
    throw new MlsRefused("bad_message", "bad_message", cause);
  }
}

async function follow(
  group: Group,
  { mls, decision, context }: CommitPayload,
  { kind }: EntryHeader,
  event: SealedEvent,
  draft: Draft,
): Promise<Group | null> {
  const { genesis, id: logId } = draft.space;
  const checks = checksFor(group, draft.leaving, {
    devices: draft,
    logId,
    founders: genesis.stewards,
    ...(decision === undefined ? {} : { decision, at: event.at }),
  });
  const { group: next, change } = await processCommit(group, mls, checks);
  // From outside only as a rejoin, and then by the very device that signed the event.
  if ((change.kind === "external") !== (kind === "rejoin")) throw new MlsRefused("bad_message");
  if (kind === "rejoin" && change.sender.info.device !== toHex(event.deviceCertHash))
    throw new MlsRefused("bad_message");
  // Those who come later go by what it says of the context.
  const told = next === null ? context : contextToTell(group, next);
  if (!equalBytes(told ?? NO_EVENT, context ?? NO_EVENT)) throw new MlsRefused("bad_message");
  return next;
}

/** Goes into the next epoch. */
async function enter(
  core: Core,
  draft: Draft,
  entered: Group,
  header: EntryHeader,
  at: { logId: string; eventId: Bytes; seq: number; time: number },
  by: string,
): Promise<void> {
  const { row, space } = draft;
  const taken = takeTree(entered);
  const next = taken.group;
  const before = roster(draft.group ?? next);
  const leadsBefore = stewardsOf(draft.group ?? next);
  const stewardsBefore = leadsBefore.map((one) => one.key);
  const { contentKey, posting } = await keysOf(next);
  const members = await rosterOf(next);
  const stewards = stewardsOf(next);
  row.mls = encodeGroup(next);
  row.epoch = epoch(next);
  if (row.trouble === "stuck") row.trouble = null;
  draft.group = next;
  draft.posting = posting;
  draft.keys.set(row.epoch, contentKey);
  if (taken.tree !== null) draft.vanish.set(row.epoch, taken.tree);
  const had = new Set(before.map((member) => toHex(member.seatKey)));
  for (const { info, seatKey } of members) {
    const there = draft.devices.get(info.device);
    // Whoever rejoins has just begun or gone on with its chain, by that very entry.
    const comesAgain =
      there !== undefined &&
      !had.has(toHex(seatKey)) &&
      info.id !== core.me().id &&
      header.kind !== "rejoin";
    if (there !== undefined && !comesAgain) continue;
    // A device that was here before may have forgotten how far its chain of events had come.
    draft.devices.set(info.device, {
      device: info.device,
      identity: info.id,
      deviceKey: info.deviceKey,
      certificate: there?.certificate ?? new Uint8Array(),
      counter: 0,
      ownHash: NO_EVENT,
    });
    if (comesAgain)
      draft.writes.push((tx) => {
        tx.run("UPDATE devices SET counter = 0, own_hash = ? WHERE log_id = ? AND device = ?", [
          NO_EVENT,
          space.logId,
          info.device,
        ]);
      });
  }
  const leaving = new Set(draft.leaving);
  // Who has gone asks for nothing any more: if they come again, they stay.
  for (const id of leaving)
    if (!members.some(({ info }) => info.id === id)) draft.leaving.delete(id);
  const nextEpoch = row.epoch;
  draft.writes.push((tx) => {
    tx.run("INSERT OR REPLACE INTO epochs VALUES (?, ?, ?)", [space.logId, nextEpoch, contentKey]);
    writeTaken(tx, space.logId, taken);
    const { gone } = writeRoster(tx, space.logId, members, stewards);
    writeRules(tx, space.logId, next);
    seeIdentities(tx, members.map(identityOf), at.time, by);
    // The vault alone keeps the keys of a space whose slot gives none of the past.
    if (!givesHistory(space.genesis, next)) {
      tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
      tx.afterCommit(() => core.kick({ vault: true }));
    }
    if (gone.length > 0) {
      // They may be among those whom a new device would ask.
      tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
      tx.afterCommit(() => core.kick({ vault: true }));
    }
    if (header.kind === "rejoin") noticeReturned(tx, at, by);
    for (const identity of gone) {
      noticeGone(tx, at, { identity, left: leaving.has(identity), by });
      const data = encodeCbor({ identityId: fromHex(identity) });
      tx.run(
        "INSERT INTO carried_out SELECT log_id, ?, kind, data, attempts FROM intents WHERE log_id = ? AND kind = 'remove' AND data = ?",
        [at.seq, space.logId, data],
      );
      tx.run("DELETE FROM intents WHERE log_id = ? AND kind = 'remove' AND data = ?", [
        space.logId,
        data,
      ]);
    }
    // A link is good for whoever has it: who was put out must not come back by it, under any name.
    if (gone.some((identity) => !leaving.has(identity)))
      tx.run("DELETE FROM cards WHERE log_id = ?", [space.logId]);
  });
  const me = core.me();
  const keysNow = stewards.map((one) => one.key);
  const sameStewards =
    keysNow.length === stewardsBefore.length &&
    keysNow.every((key, index) => equalBytes(key, stewardsBefore[index] ?? NO_EVENT));
  if (!sameStewards) draft.after.push({ do: "lead", mine: by === me.id });
  const own = (leads: typeof stewards) =>
    leads.find((one) => equalBytes(one.identityId, me.identityId))?.key;
  const [keyBefore, keyNow] = [own(leadsBefore), own(stewards)];
  // The hub knows this steward by the former key, and takes the next one on that key's word.
  const rekeyed = keyBefore !== undefined && keyNow !== undefined && !equalBytes(keyBefore, keyNow);
  if (by === me.id && rekeyed) draft.after.push({ do: "rekey", keys: keysNow });
  const iAmSteward = stewards.some((one) => equalBytes(one.identityId, me.identityId));
  if (!equalBytes(header.nextPostingKey ?? new Uint8Array(), posting.publicKey)) {
    blame(draft, by);
    if (iAmSteward) draft.after.push({ do: "mend", epoch: row.epoch });
  }
  const kept = new Set(members.map((member) => toHex(member.seatKey)));
  const brought = new Set((header.addSeats ?? []).map((key) => toHex(key)));
  const arrived = [...kept].filter((key) => !had.has(key));
  const falseSeats = (header.addSeats ?? []).filter((key) => !kept.has(toHex(key)));
  if (falseSeats.length > 0 || arrived.some((key) => !brought.has(key))) blame(draft, by);
  const goneSeats = before
    .filter((member) => !kept.has(toHex(member.seatKey)))
    .map((member) => member.seatKey);
  const seatIds = [...falseSeats, ...goneSeats].map(seatIdOfKey);
  // Every steward's device sees to it: not all of them may be stewards in the hub's eyes, and a repeat is refused there.
  if (seatIds.length > 0 && iAmSteward) draft.after.push({ do: "removeSeats", seatIds });
}

/** For how many positions of the log this device remembers what its commits were for. */
const KEPT = 500;

/** One's own commit is in the log: its letters go out, what it was for is done. */
async function promote(
  core: Core,
  draft: Draft,
  pending: PendingCommit,
  seq: number,
): Promise<void> {
  const { logId } = draft.space;
  const letters = await welcomeLetters(core, draft, pending, seq);
  draft.writes.push((tx) => {
    tx.run("DELETE FROM pending_commits WHERE log_id = ?", [logId]);
    for (const id of pending.intents.split(",").filter((one) => one !== "")) {
      // Should the commit be undone, what it was for is still wanted.
      tx.run(
        "INSERT INTO carried_out SELECT log_id, ?, kind, data, attempts FROM intents WHERE id = ?",
        [seq, Number(id)],
      );
      tx.run("DELETE FROM intents WHERE id = ?", [Number(id)]);
    }
    tx.run("DELETE FROM carried_out WHERE log_id = ? AND seq < ?", [logId, seq - KEPT]);
    writeLetters(tx, letters);
    tx.afterCommit(() => core.kick({ letters: true, vault: true }));
  });
}

/** This identity's device is no member any more: what it could read stays readable, nothing new comes. */
function takenOut(
  core: Core,
  draft: Draft,
  at: { logId: string; eventId: Bytes; seq: number; time: number },
  by: string,
): void {
  const { row } = draft;
  const me = core.me().id;
  const left = draft.leaving.has(me);
  row.state = left ? "left" : "removed";
  row.mls = null;
  row.previous_mls = null;
  row.trouble = null;
  draft.group = null;
  draft.posting = null;
  draft.writes.push((tx) => {
    tx.run("UPDATE members SET present = 0, devices = 0 WHERE log_id = ? AND identity_id = ?", [
      at.logId,
      me,
    ]);
    tx.run("DELETE FROM outbox WHERE log_id = ?", [at.logId]);
    tx.run("DELETE FROM append_requests WHERE log_id = ?", [at.logId]);
    tx.run("DELETE FROM pending_commits WHERE log_id = ?", [at.logId]);
    tx.run("DELETE FROM intents WHERE log_id = ?", [at.logId]);
    noticeGone(tx, at, { identity: me, left, by });
  });
  draft.after.push({ do: "rebuild" });
}

function stuck(
  core: Core,
  draft: Draft,
  seq: number,
  header: EntryHeader,
  identity: string | null,
): void {
  draft.row.trouble = "stuck";
  draft.row.trouble_identity = identity;
  if (draft.group === null) return;
  const lead = stewardsOf(draft.group).some((one) =>
    equalBytes(one.identityId, core.me().identityId),
  );
  draft.after.push(lead ? { do: "void", seq, epoch: header.epoch } : { do: "enrol" });
}

async function pendingCommit(
  core: Core,
  logId: string,
  eventId: string,
): Promise<PendingCommit | undefined> {
  return core.store.get<PendingCommit>(
    "SELECT * FROM pending_commits WHERE log_id = ? AND event_id = ?",
    [logId, eventId],
  );
}
