/**
 * What a commit contains, and whether that is allowed here at all. Much less than RFC 9420 allows: adds,
 * removals and the group context's own extension, by value, from the committer.
 */
import type { Bytes } from "@baraza/protocol";
import { MLS_LIMITS, MlsRefused } from "./errors.ts";
import { checkLeafShape, contextBytesOf, contextExtensionsOf } from "./leaf.ts";
import type { Commit, KeyPackage, Proposal } from "./library.ts";
import type { Suite } from "./suites.ts";
import { addLeaves, leafAt, removeLeaf } from "./tree.ts";
import type { Tree } from "./tree.ts";

/** The proposals of a commit, sorted. */
export interface Plan {
  readonly adds: readonly KeyPackage[];
  readonly removes: readonly number[];
  /** New bytes of the group-context extension, null when they stay. */
  readonly contextExtension: Bytes | null;
  /** KEM output of an external commit's ExternalInit, null for a member's commit. */
  readonly externalInit: Uint8Array | null;
}

/**
 * Sorts a commit's proposals and refuses what no commit here may hold (RFC 9420, 12.2, and the rules of this
 * project). `external`: the sender is not yet a member. @throws MlsRefused
 */
export function planOf(commit: Commit, external: boolean): Plan {
  if (commit.proposals.length > MLS_LIMITS.proposals) throw new MlsRefused("too_large");
  const adds: KeyPackage[] = [];
  const removes: number[] = [];
  let contextExtension: Bytes | null = null;
  let externalInit: Uint8Array | null = null;
  for (const item of commit.proposals) {
    if (item.proposalOrRefType !== "proposal") {
      throw new MlsRefused("forbidden_proposal", "a proposal by reference");
    }
    const { proposal } = item;
    if (isType(proposal, "add")) adds.push(proposal.add.keyPackage);
    else if (isType(proposal, "remove")) removes.push(proposal.remove.removed);
    else if (isType(proposal, "group_context_extensions") && contextExtension === null) {
      contextExtension = contextBytesOf(proposal.groupContextExtensions.extensions);
    } else if (isType(proposal, "external_init") && external && externalInit === null) {
      externalInit = proposal.externalInit.kemOutput;
    } else if (external) throw new MlsRefused("external_commit");
    else throw new MlsRefused("forbidden_proposal", `proposal ${String(proposal.proposalType)}`);
  }
  if (new Set(removes).size !== removes.length)
    throw new MlsRefused("bad_message", "removed twice");
  if (external) {
    if (
      externalInit === null ||
      adds.length > 0 ||
      removes.length > 1 ||
      contextExtension !== null
    ) {
      throw new MlsRefused("external_commit");
    }
  }
  const plan = { adds, removes, contextExtension, externalInit };
  if (commit.path === undefined && needsPath(plan)) throw new MlsRefused("no_path");
  return plan;
}

/** Whether a commit of this plan needs a path (12.4, 17.4): all but one of nothing but adds do. */
export function needsPath(plan: Plan): boolean {
  return (
    plan.adds.length === 0 ||
    plan.removes.length > 0 ||
    plan.contextExtension !== null ||
    plan.externalInit !== null
  );
}

/** The proposals of a plan, as a commit holds them. */
export function itemsOf(plan: Plan): Commit["proposals"] {
  const proposals: Proposal[] = [];
  if (plan.externalInit !== null) {
    proposals.push({
      proposalType: "external_init",
      externalInit: { kemOutput: plan.externalInit },
    });
  }
  for (const removed of plan.removes)
    proposals.push({ proposalType: "remove", remove: { removed } });
  for (const keyPackage of plan.adds) proposals.push({ proposalType: "add", add: { keyPackage } });
  if (plan.contextExtension !== null) {
    const extensions = contextExtensionsOf(plan.contextExtension);
    proposals.push({
      proposalType: "group_context_extensions",
      groupContextExtensions: { extensions },
    });
  }
  return proposals.map((proposal) => ({ proposalOrRefType: "proposal", proposal }));
}

/**
 * Applies removals and adds to a tree (12.3), which is changed. Shapes and existence are checked here,
 * signatures and certificates by the caller. Returns the leaf indices of the added. @throws MlsRefused
 */
export function applyPlan(tree: Tree, plan: Plan, sender: number | null, suite: Suite): number[] {
  for (const leaf of plan.removes) {
    if (leaf === sender) throw new MlsRefused("bad_message", "a commit that removes its sender");
    if (leafAt(tree, leaf) === undefined) throw new MlsRefused("no_such_member");
  }
  for (const keyPackage of plan.adds) {
    if (keyPackage.cipherSuite !== suite.mlsName) throw new MlsRefused("wrong_suite");
    checkLeafShape(keyPackage.leafNode, suite);
  }
  for (const leaf of plan.removes) removeLeaf(tree, leaf);
  return addLeaves(
    tree,
    plan.adds.map((keyPackage) => keyPackage.leafNode),
  );
}

function isType<Type extends string>(
  proposal: Proposal,
  type: Type,
): proposal is Extract<Proposal, { proposalType: Type }> {
  return proposal.proposalType === type;
}
