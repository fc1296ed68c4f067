/** Where a space's proposals stand: who agreed, how many it takes, and what follows by rule. */
import { decisionSigners } from "@baraza/crypto";
import type { Bytes, StewardRecord } from "@baraza/protocol";
import {
  equalBytes,
  fromHex,
  LIMITS,
  majorityOf,
  readAs,
  stewardRecord,
  toHex,
} from "@baraza/protocol";
import type { Core } from "../core.ts";
import { stewardKeyOf, stewardsOf } from "../spaces/roster.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import type { ProposalAbout } from "./events.ts";
import { sameKeys } from "./hub-list.ts";

type Signed = { key: Bytes; sig: Bytes };

export type ProposalState = "open" | "done" | "declined" | "withdrawn" | "expired" | "outdated";

/** A proposal with the answers that count: those of present stewards, with good signatures. */
export type KnownProposal = {
  id: string;
  position: number;
  at: number;
  by: string;
  about: ProposalAbout;
  subject: string | null;
  gen: number;
  record: StewardRecord;
  until: number;
  withdrawn: boolean;
  done: boolean;
  /** Good signatures of those whom the group names, in the order in which they came. */
  sigs: (Signed & { identity: string; position: number })[];
  declined: string[];
};

type Row = {
  proposal_id: string;
  position: number;
  at: number;
  by_identity: string;
  about: ProposalAbout;
  subject: string | null;
  gen: number;
  record: Bytes;
  until: number;
  withdrawn: number;
  done: number;
};

/** All proposals of a space that this device knows, newest last. */
export async function knownProposals(core: Core, space: SpaceRuntime): Promise<KnownProposal[]> {
  const rows = await core.store.all<Row>(
    `SELECT p.*, EXISTS (SELECT 1 FROM decisions d WHERE d.log_id = p.log_id AND d.decision_id = p.proposal_id) AS done
     FROM proposals p WHERE p.log_id = ? ORDER BY p.position DESC LIMIT 50`,
    [space.logId],
  );
  const answers = await core.store.all<{
    proposal_id: string;
    identity_id: string;
    position: number;
    key: Bytes | null;
    sig: Bytes | null;
  }>(
    "SELECT proposal_id, identity_id, position, key, sig FROM proposal_answers WHERE log_id = ? ORDER BY position",
    [space.logId],
  );
  const leads = space.group === null ? [] : stewardsOf(space.group);
  const keyOf = new Map(leads.map((one) => [toHex(one.identityId), one.key]));
  return Promise.all(
    rows.toReversed().map(async (row) => {
      const record = readAs(stewardRecord, row.record, LIMITS.headerBytes);
      const mine = answers.filter((one) => one.proposal_id === row.proposal_id);
      const given = mine.flatMap(({ identity_id: identity, position, key, sig }) =>
        key !== null && sig !== null && equalBytes(keyOf.get(identity) ?? NONE, key)
          ? [{ identity, position, key, sig }]
          : [],
      );
      const decision = { logId: space.id, gen: row.gen, id: fromHex(row.proposal_id), record };
      const good = await decisionSigners(
        leads.map((one) => one.key),
        decision,
        given,
      );
      return {
        id: row.proposal_id,
        position: row.position,
        at: row.at,
        by: row.by_identity,
        about: row.about,
        subject: row.subject,
        gen: row.gen,
        record,
        until: row.until,
        withdrawn: row.withdrawn !== 0,
        done: row.done !== 0,
        sigs: given.filter((one) => good.some((other) => equalBytes(other.key, one.key))),
        declined: mine
          .filter((one) => one.key === null && keyOf.has(one.identity_id))
          .map((one) => one.identity_id),
      };
    }),
  );
}

const NONE = new Uint8Array();

/** How many present stewards there are, and how many of them decide. */
export function needed(space: SpaceRuntime): { stewards: number; majority: number } {
  const stewards = space.group === null ? 0 : stewardsOf(space.group).length;
  return { stewards, majority: majorityOf(stewards) };
}

/** What has become of a proposal. `now` in milliseconds: time ends it, nothing else depends on a clock. */
export function stateOf(
  proposal: KnownProposal,
  space: SpaceRuntime,
  present: ReadonlySet<string>,
  now: number,
): ProposalState {
  const { stewards, majority } = needed(space);
  if (proposal.done || isMet(proposal, space, present)) return "done";
  if (proposal.withdrawn) return "withdrawn";
  // What begins the next generation is signed for that one.
  const due = space.row.gen + (proposal.record.op === "handover" ? 1 : 0);
  if (proposal.gen !== due || !fits(proposal, space)) return "outdated";
  if (proposal.until < now) return "expired";
  if (stewards - proposal.declined.length < majority) return "declined";
  return "open";
}

/** Whether what it proposes has come about, by this decision or otherwise. */
function isMet(
  { about, subject }: KnownProposal,
  space: SpaceRuntime,
  present: ReadonlySet<string>,
): boolean {
  if (subject === null || space.group === null) return false;
  const leads = stewardsOf(space.group).some((one) => toHex(one.identityId) === subject);
  return (about === "unlead" && !leads) || (about === "remove" && !leads && !present.has(subject));
}

/** Whether its list still says of everyone but the subject what the group says: somebody named since then must not be lost by it. */
function fits({ about, subject, record }: KnownProposal, space: SpaceRuntime): boolean {
  if (record.op !== "stewards" || (about !== "unlead" && about !== "remove")) return true;
  if (space.group === null) return false;
  const rest = stewardsOf(space.group).filter((one) => toHex(one.identityId) !== subject);
  return sameKeys(
    rest.map((one) => one.key),
    record.stewards,
  );
}

/** Identities in a space now. */
export async function presentIn(core: Core, logId: string): Promise<Set<string>> {
  const rows = await core.store.all<{ identity_id: string }>(
    "SELECT identity_id FROM members WHERE log_id = ? AND present = 1",
    [logId],
  );
  return new Set(rows.map((row) => row.identity_id));
}

/** This account's key as a steward of the space. */
export function ownStewardKey(core: Core, space: SpaceRuntime) {
  return stewardKeyOf(core.me().identityKey, space.genesis.nonce);
}
