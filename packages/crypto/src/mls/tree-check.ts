/**
 * Checking a whole tree that somebody else gave, before joining (RFC 9420, section 7.9 and 12.4.3.1). Linear
 * but for the logarithm: a hostile tree costs no more than an honest one of its size.
 */
import { equalBytes } from "@baraza/protocol";
import { checkMember, mapConcurrently } from "./checks.ts";
import type { CheckedMember, Checks, MemberInfo } from "./checks.ts";
import { MLS_LIMITS, MlsRefused, limitSize, refusing, refusingSync } from "./errors.ts";
import {
  checkFreshKeys,
  checkLeafShape,
  checkLeafSignature,
  checkUniqueKeys,
  memberOf,
} from "./leaf.ts";
import { decodeTreeNodes } from "./library.ts";
import type { GroupContext, ParentNode } from "./library.ts";
import type { Suite } from "./suites.ts";
import { countLeaves, leavesOf, parentHashOf, resolutionOf, treeHashOf, treeOf } from "./tree.ts";
import type { Tree } from "./tree.ts";
import { isBelow, leftOf, level, parentOf, rightOf } from "./tree-math.ts";

/** Reads a tree and checks its structure. @throws MlsRefused `too_large`, `bad_tree` */
export function decodeTree(bytes: Uint8Array, suite: Suite): Tree {
  limitSize(bytes, MLS_LIMITS.treeBytes, "tree");
  const nodes = refusingSync("bad_tree", () => decodeTreeNodes(bytes.slice()));
  if (nodes === undefined) throw new MlsRefused("bad_tree");
  if (nodes.length > 4 * MLS_LIMITS.devices) throw new MlsRefused("too_large", "too many devices");
  const tree = treeOf(nodes);
  for (const [index, node] of nodes.entries()) {
    if (node === undefined) continue;
    if ((node.nodeType === "leaf") !== (level(index) === 0)) throw new MlsRefused("bad_tree");
    if (node.nodeType === "leaf") checkLeafShape(node.leaf, suite);
    else checkParent(tree, index, node.parent, suite);
  }
  if (countLeaves(tree) > MLS_LIMITS.devices) throw new MlsRefused("too_large", "too many devices");
  return tree;
}

/**
 * Checks a tree against its group context, all signatures and all certificates. Returns all members.
 * @throws MlsRefused
 */
export async function checkTree<Info extends MemberInfo>(
  tree: Tree,
  context: GroupContext,
  suite: Suite,
  checks: Checks<Info>,
): Promise<CheckedMember<Info>[]> {
  if (!equalBytes(treeHashOf(tree, suite.hash), context.treeHash)) {
    throw new MlsRefused("bad_tree", "tree hash");
  }
  checkUniqueKeys(tree);
  checkFreshKeys(tree, []);
  for (const [index, node] of tree.nodes.entries()) {
    if (node?.nodeType === "parent") checkParentHash(tree, index, node.parent, suite);
  }
  return mapConcurrently([...leavesOf(tree)], async ([index, leaf]) => {
    const [checked] = await Promise.all([
      checkMember(memberOf(index, leaf), checks),
      refusing("bad_tree", () => checkLeafSignature(leaf, context.groupId, index, suite)),
    ]);
    return checked;
  });
}

/**
 * Each unmerged leaf must be a leaf below, and unmerged in every non-blank node between (7.9). The order is
 * checked too, since it is part of the hash (4.1).
 */
function checkParent(tree: Tree, index: number, parent: ParentNode, suite: Suite): void {
  if (parent.hpkePublicKey.length !== suite.publicKeyBytes || parent.parentHash.length > 64) {
    throw new MlsRefused("bad_tree");
  }
  let last = -1;
  for (const leaf of parent.unmergedLeaves) {
    if (leaf <= last || !isBelow(2 * leaf, index) || tree.nodes[2 * leaf]?.nodeType !== "leaf") {
      throw new MlsRefused("bad_tree", "unmerged leaves");
    }
    last = leaf;
    for (let at = parentOf(2 * leaf); at !== index; at = parentOf(at)) {
      const between = tree.nodes[at];
      if (between?.nodeType === "parent" && !includesSorted(between.parent.unmergedLeaves, leaf)) {
        throw new MlsRefused("bad_tree", "unmerged leaves");
      }
    }
  }
}

/** A non-blank parent must be the end of exactly one chain of parent hashes from below (7.9.2). */
function checkParentHash(tree: Tree, index: number, parent: ParentNode, suite: Suite): void {
  const sides: [near: number, far: number][] = [
    [leftOf(index), rightOf(index)],
    [rightOf(index), leftOf(index)],
  ];
  let found = 0;
  for (const [near, far] of sides) {
    const expected = parentHashOf(tree, parent, far, suite.hash);
    const unmerged = parent.unmergedLeaves
      .filter((leaf) => isBelow(2 * leaf, near))
      .map((leaf) => 2 * leaf);
    const resolution = resolutionOf(tree, near);
    if (resolution.length !== unmerged.length + 1) continue;
    const others = new Set(unmerged);
    const [end, ...more] = resolution.filter((node) => !others.has(node));
    if (end === undefined || more.length > 0) continue;
    const hash = storedParentHash(tree, end);
    if (hash !== undefined && equalBytes(hash, expected)) found++;
  }
  if (found !== 1) throw new MlsRefused("bad_tree", "parent hash");
}

function storedParentHash(tree: Tree, index: number): Uint8Array | undefined {
  const node = tree.nodes[index];
  if (node?.nodeType === "parent") return node.parent.parentHash;
  return node?.leaf.leafNodeSource === "commit" ? node.leaf.parentHash : undefined;
}

function includesSorted(sorted: readonly number[], value: number): boolean {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = sorted[middle] ?? 0;
    if (at === value) return true;
    if (at < value) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}
