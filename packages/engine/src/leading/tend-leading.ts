/**
 * What a steward's device does for decisions that need several: it agrees by itself to what follows by rule, carries out
 * what a majority signed, and sees to it that the hub goes by the stewards whom the group names.
 *
 * [Note: Two lists] Who leads a space stands in the group, and commits change it; the hub, which cannot read the group, has a
 * list of its own. A commit is judged by the members (roster.ts), the hub's list follows by a steward entry. Where one
 * steward may not change that alone, devices of the others sign without asking anybody: the members decided already.
 *
 * Every step can be cut off: it depends only on what the store holds, so the next round goes on with it. Several devices may
 * come to do the same; the hub takes a decision in once.
 */
import type { Bytes, StewardRecord } from "@baraza/protocol";
import {
  encodeCbor,
  equalBytes,
  fromHex,
  LIMITS,
  majorityOf,
  mayChangeAlone,
  toHex,
  writeAs,
} from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { FollowUp } from "../spaces/draft.ts";
import { maySend } from "../spaces/flush.ts";
import { decidedIntent, intend } from "../spaces/commit.ts";
import { rosterOf, stewardsOf } from "../spaces/roster.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import { seatIdOfKey } from "../spaces/seat.ts";
import { postGathered } from "../spaces/steward.ts";
import { agree, proposeRecord } from "./sign.ts";
import type { KnownProposal } from "./state.ts";
import { hubLeads, sameKeys, wantedLeads } from "./hub-list.ts";
import { knownProposals, ownStewardKey, presentIn, stateOf } from "./state.ts";

/** Others wait that long, and by a random part longer, before they do what is somebody else's turn. */
const PATIENCE_MS = 3000;

/** One round. Call it inside the space's queue. @returns follow-ups of what was applied on the way */
export async function tendLeading(core: Core, space: SpaceRuntime): Promise<FollowUp[]> {
  if (!maySend(space) || space.group === null) return [];
  const own = ownStewardKey(core, space);
  const leads = stewardsOf(space.group).some((one) => equalBytes(one.key, own.publicKey));
  const hub = await hubLeads(core, space);
  if (!leads && !hub.some((key) => equalBytes(key, own.publicKey))) return [];
  const wanted = await wantedLeads(core, space);
  const present = await presentIn(core, space.logId);
  const now = core.platform.clock.now();
  const all = await knownProposals(core, space);
  const open = all.filter((one) => stateOf(one, space, present, now) === "open");
  for (const one of open) {
    if (!leads || !(await byRule(space, one, wanted)) || hasAnswered(core, one)) continue;
    await agree(core, space, one);
  }
  // A decision of the members may have been carried out in the group and not at the hub.
  const met = all.filter((one) => !one.done && !one.withdrawn && one.until >= now);
  for (const one of met) {
    const after = await carryOutDecision(core, space, one, hub);
    if (after.length > 0) return after;
  }
  if (!sameKeys(hub, wanted)) await catchUp(core, space, hub, wanted, open);
  else space.leading = { turn: false, waits: false };
  if (space.row.kind === "pair" && leads) await bothLead(core, space);
  return [];
}

/** Whether agreeing says nothing that the members have not decided. */
async function byRule(
  space: SpaceRuntime,
  { about, record }: KnownProposal,
  wanted: readonly Bytes[],
): Promise<boolean> {
  if (about === "catchUp" && record.op === "stewards") return sameKeys(record.stewards, wanted);
  if (about !== "removeSeat" || record.op !== "removeSeat" || space.group === null) return false;
  const { seatId } = record;
  const members = await rosterOf(space.group);
  return !members.some((one) => equalBytes(seatIdOfKey(one.seatKey), seatId));
}

function hasAnswered(core: Core, proposal: KnownProposal): boolean {
  const me = core.me().id;
  return proposal.declined.includes(me) || proposal.sigs.some((one) => one.identity === me);
}

/** Carries out what enough have signed. */
async function carryOutDecision(
  core: Core,
  space: SpaceRuntime,
  one: KnownProposal,
  hub: readonly Bytes[],
): Promise<FollowUp[]> {
  if (space.group === null) return [];
  const { record } = one;
  if (one.gen !== space.row.gen) return [];
  const leads = stewardsOf(space.group).map((lead) => lead.key);
  if (record.op === "stewards" && !sameKeys(leads, record.stewards)) {
    // First the group: its members judge the signatures themselves.
    if (one.about !== "unlead" && one.about !== "remove") return [];
    if (one.sigs.length < majorityOf(leads.length) || !myTurn(core, space, one)) return [];
    await decideInGroup(core, space, one);
    return [];
  }
  const atHub = one.sigs.filter(({ key }) => hub.some((other) => equalBytes(other, key)));
  if (record.op === "stewards" && sameKeys(hub, record.stewards)) return [];
  if (atHub.length < majorityOf(hub.length)) return [];
  if (!myTurn(core, space, one)) return [];
  const name = `${one.id}:${atHub.length}:${space.row.epoch}`;
  if (space.tried.has(name)) return [];
  space.tried.add(name);
  return postGathered(core, space, {
    id: fromHex(one.id),
    record,
    sigs: atHub.map(({ key, sig }) => ({ key, sig })),
  });
}

/** Whoever gave the last signature that stands in the log; the others once that has had its time. */
function myTurn(core: Core, space: SpaceRuntime, proposal: KnownProposal): boolean {
  const last = proposal.sigs.toSorted((a, b) => a.position - b.position).at(-1);
  if (last?.identity === core.me().id) return true;
  return turnOf(core, space);
}

/** Whether it is this device's turn to see to something; if not, it will be after a while. */
export function turnOf(core: Core, space: SpaceRuntime): boolean {
  if (space.leading.turn) return true;
  if (!space.leading.waits) {
    space.leading.waits = true;
    core.platform.clock.setTimer(PATIENCE_MS * (1 + Math.random()), () => {
      space.leading = { turn: true, waits: false };
      core.kick({ space: space.logId });
    });
  }
  return false;
}

/** The commit that takes an elder's lead away brings the signatures along; this device makes it. */
async function decideInGroup(core: Core, space: SpaceRuntime, one: KnownProposal): Promise<void> {
  if (one.subject === null || (one.about !== "unlead" && one.about !== "remove")) return;
  const data = writeAs(decidedIntent, {
    about: one.about,
    identityId: fromHex(one.subject),
    decision: {
      gen: one.gen,
      id: fromHex(one.id),
      record: one.record,
      sigs: one.sigs.map(({ key, sig }) => ({ key, sig })),
    },
  });
  await core.store.transaction((tx) => {
    const known = tx.get("SELECT 1 AS one FROM intents WHERE log_id = ? AND kind = 'decided'", [
      space.logId,
    ]);
    if (known !== undefined) return;
    tx.run("INSERT INTO intents (log_id, kind, data) VALUES (?, 'decided', ?)", [
      space.logId,
      data,
    ]);
    tx.afterCommit(() => core.kick({ space: space.logId }));
  });
}

/** The hub's list is not the group's: one steward alone mends that where that may be, else it is proposed. */
async function catchUp(
  core: Core,
  space: SpaceRuntime,
  hub: readonly Bytes[],
  wanted: readonly Bytes[],
  open: readonly KnownProposal[],
): Promise<void> {
  const own = ownStewardKey(core, space).publicKey;
  if (wanted.length === 0 || !hub.some((key) => equalBytes(key, own))) return;
  const alone = mayChangeAlone(
    hub.map(toHex),
    wanted.map(toHex),
    new Set([toHex(own)]),
    new Set(space.genesis.stewards.map(toHex)),
  );
  const record: StewardRecord = { op: "stewards", stewards: [...wanted] };
  // Somebody has proposed it, or members have decided on this very list by their signatures.
  const proposed = open.some(
    (one) => one.record.op === "stewards" && sameKeys(one.record.stewards, wanted),
  );
  if ((!alone && proposed) || !turnOf(core, space)) return;
  if (alone) {
    await core.store.transaction((tx) => {
      const known = tx.get(
        "SELECT 1 AS one FROM intents WHERE log_id = ? AND kind = 'steward' AND data = ?",
        [space.logId, encodeCbor(record)],
      );
      if (known !== undefined) return;
      tx.run("INSERT INTO intents (log_id, kind, data) VALUES (?, 'steward', ?)", [
        space.logId,
        encodeCbor(record),
      ]);
      tx.afterCommit(() => core.kick({ space: space.logId }));
    });
    return;
  }
  const until = core.platform.clock.now() + LIMITS.decisionMs;
  await proposeRecord(core, space, "catchUp", { ...record, until }, null);
}

/** In a pair both lead, so that neither can put the other out. */
async function bothLead(core: Core, space: SpaceRuntime): Promise<void> {
  const row = await core.store.get<{ identity_id: string }>(
    `SELECT identity_id FROM members WHERE log_id = ? AND present = 1 AND leaving = 0 AND role = 'member' AND steward_key IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM intents i WHERE i.log_id = members.log_id AND i.kind = 'role')`,
    [space.logId],
  );
  if (row === undefined) return;
  await intend(core, space.logId, "role", {
    identityId: fromHex(row.identity_id),
    role: "steward",
  });
}
