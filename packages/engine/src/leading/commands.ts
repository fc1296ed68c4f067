/** What a steward can do about decisions that need several: propose, answer, take back. */
import type { StewardRecord } from "@baraza/protocol";
import { encodeCbor, equalBytes, fromHex, LIMITS, mayTakeAlone, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { post } from "../spaces/post.ts";
import { proofFor } from "../spaces/proof.ts";
import { stewardsOf } from "../spaces/roster.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import { needSpace } from "../spaces/runtime.ts";
import type { LeadingCommands } from "./api.ts";
import type { KnownProposal } from "./state.ts";
import { hubLeads } from "./hub-list.ts";
import { knownProposals, ownStewardKey, presentIn, stateOf } from "./state.ts";
import { agree, proposeRecord } from "./sign.ts";

/** The commands of this area, by name. */
export function leadingCommands(core: Core): LeadingCommands {
  return {
    "space.proposeDeletion": async ({ spaceId }) => {
      const space = await needLead(core, spaceId);
      const until = core.platform.clock.now() + LIMITS.decisionMs;
      await proposeOnce(core, space, "delete", { op: "delete", until }, null);
    },
    "space.keep": async ({ spaceId }) => {
      const space = await needLead(core, spaceId);
      await decide(core, space, { op: "keep" });
    },
    "space.move": ({ spaceId, node }) => handOver(core, spaceId, node),
    "space.answer": async ({ spaceId, proposalId, agree: yes }) => {
      const space = await needLead(core, spaceId);
      const found = await openProposal(core, space, proposalId);
      if (yes) {
        await onlyOneMove(core, space, found);
        return agree(core, space, found);
      }
      const payload = { id: fromHex(proposalId), signed: null };
      await post(core, spaceId, [{ type: "space.answer", payload }]);
    },
    "space.withdraw": async ({ spaceId, proposalId }) => {
      const space = await needSpace(core, spaceId);
      const found = await openProposal(core, space, proposalId);
      if (found.by !== core.me().id) throw new EngineError("invalid");
      const payload = { id: fromHex(proposalId) };
      await post(core, spaceId, [{ type: "space.withdraw", payload }]);
    },
    "space.proof": async ({ spaceId }) => proofFor(core, await needSpace(core, spaceId)),
  };
}

/**
 * Proposes that this account's node keeps the space from now on; done at once where this account leads alone.
 * @throws EngineError `not_steward`, `invalid`
 */
export async function handOver(core: Core, spaceId: string, toNode: string): Promise<void> {
  const space = await needLead(core, spaceId);
  const { row } = space;
  if (toNode !== core.me().node || toNode === row.hub || space.posting === null)
    throw new EngineError("invalid", { data: { field: "node" } });
  const record: StewardRecord = {
    op: "handover",
    gen: row.gen + 1,
    hub: toNode,
    hubKey: await core.remote.nodeKey(toNode),
    oldKey: row.hub_key,
    seq: row.seq,
    head: row.head,
    epoch: row.epoch,
    postingKey: space.posting.publicKey,
    until: core.platform.clock.now() + LIMITS.moveMs,
  };
  await proposeOnce(core, space, "move", record, null);
}

/** Whether somebody's lead, or place, can be taken away by this account only together with others. */
export function needsOthers(core: Core, space: SpaceRuntime, identityId: string): boolean {
  if (space.group === null || identityId === core.me().id) return false;
  const stewards = stewardsOf(space.group);
  const subject = stewards.find((one) => toHex(one.identityId) === identityId);
  const own = stewards.find((one) => equalBytes(one.identityId, core.me().identityId));
  if (subject === undefined) return false;
  return !mayTakeAlone(
    stewards.map((one) => toHex(one.key)),
    toHex(subject.key),
    new Set(own === undefined ? [] : [toHex(own.key)]),
    new Set(space.genesis.stewards.map(toHex)),
  );
}

/** Asks the others to take somebody's lead, or place, away. */
export async function proposeAbout(
  core: Core,
  space: SpaceRuntime,
  about: "unlead" | "remove",
  identityId: string,
): Promise<void> {
  if (space.group === null) throw new EngineError("not_member");
  const rest = stewardsOf(space.group).filter((one) => toHex(one.identityId) !== identityId);
  const until = core.platform.clock.now() + LIMITS.decisionMs;
  const record: StewardRecord = { op: "stewards", stewards: rest.map((one) => one.key), until };
  await proposeOnce(core, space, about, record, identityId);
}

/**
 * A steward who leaves gives the lead back at the hub first: once they are gone, a majority of those who are left might not
 * be one in the hub's eyes.
 */
export async function stepDown(core: Core, space: SpaceRuntime): Promise<void> {
  const own = ownStewardKey(core, space).publicKey;
  const now = await hubLeads(core, space);
  const rest = now.filter((key) => !equalBytes(key, own));
  if (rest.length > 0 && rest.length < now.length)
    await decide(core, space, { op: "stewards", stewards: rest });
}

/** The same is not proposed twice while it is open: who proposes it again agrees. */
async function proposeOnce(
  core: Core,
  space: SpaceRuntime,
  about: "unlead" | "remove" | "delete" | "move",
  record: StewardRecord,
  subject: string | null,
): Promise<void> {
  const present = await presentIn(core, space.logId);
  const now = core.platform.clock.now();
  const same = (await knownProposals(core, space)).find(
    (one) =>
      one.about === about &&
      one.subject === subject &&
      hubIn(one.record) === hubIn(record) &&
      stateOf(one, space, present, now) === "open",
  );
  if (same === undefined) {
    await onlyOneMove(core, space, { id: "", record, gen: space.row.gen + 1 });
    await proposeRecord(core, space, about, record, subject);
  } else if (!same.sigs.some((one) => one.identity === core.me().id))
    await agree(core, space, same);
}

const hubIn = (record: StewardRecord) => (record.op === "handover" ? record.hub : null);

async function decide(core: Core, space: SpaceRuntime, record: StewardRecord): Promise<void> {
  await core.store.run("INSERT INTO intents (log_id, kind, data) VALUES (?, 'steward', ?)", [
    space.logId,
    encodeCbor(record),
  ]);
  core.kick({ space: space.logId });
}

/** An honest steward signs one hand-over for a generation: two that a majority signed would tear the space apart. */
async function onlyOneMove(
  core: Core,
  space: SpaceRuntime,
  next: Pick<KnownProposal, "id" | "record" | "gen">,
): Promise<void> {
  if (next.record.op !== "handover") return;
  const now = core.platform.clock.now();
  const signed = (await knownProposals(core, space)).some(
    (one) =>
      one.id !== next.id &&
      one.record.op === "handover" &&
      one.gen === next.gen &&
      one.until > now &&
      one.sigs.some((sig) => sig.identity === core.me().id),
  );
  if (signed) throw new EngineError("busy");
}

async function openProposal(core: Core, space: SpaceRuntime, proposalId: string) {
  const present = await presentIn(core, space.logId);
  const now = core.platform.clock.now();
  const found = (await knownProposals(core, space)).find((one) => one.id === proposalId);
  if (found === undefined || stateOf(found, space, present, now) !== "open")
    throw new EngineError("invalid", { data: { field: "proposalId" } });
  return found;
}

async function needLead(core: Core, spaceId: string): Promise<SpaceRuntime> {
  const space = await needSpace(core, spaceId);
  if (space.row.state !== "active" || space.group === null) throw new EngineError("not_member");
  const { identityId } = core.me();
  if (!stewardsOf(space.group).some((one) => equalBytes(one.identityId, identityId)))
    throw new EngineError("not_steward");
  return space;
}
