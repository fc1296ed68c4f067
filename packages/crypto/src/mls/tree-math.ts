/**
 * Index arithmetic of the array-based tree (RFC 9420, appendix C). Leaf n is node 2n; a tree is always
 * full: 2^(d+1) - 1 nodes for some depth d.
 */

/** Level of a node: 0 for leaves. */
export function level(node: number): number {
  return 31 - Math.clz32(~node & (node + 1));
}

export function rootOf(nodeCount: number): number {
  return (nodeCount - 1) >> 1;
}

export function leftOf(node: number): number {
  return node ^ (1 << (level(node) - 1));
}

export function rightOf(node: number): number {
  return node ^ (3 << (level(node) - 1));
}

/** The parent in a large enough full tree. */
export function parentOf(node: number): number {
  const k = level(node);
  return (node | (1 << k)) & ~(1 << (k + 1));
}

/** The ancestors of a node from its parent to the root; empty for the root. */
export function directPathOf(node: number, nodeCount: number): number[] {
  const root = rootOf(nodeCount);
  const path: number[] = [];
  for (let at = node; at !== root;) {
    at = parentOf(at);
    path.push(at);
  }
  return path;
}

/** Whether `node` lies in the subtree under `ancestor` (or is it). */
export function isBelow(node: number, ancestor: number): boolean {
  const reach = (1 << level(ancestor)) - 1;
  return node >= ancestor - reach && node <= ancestor + reach;
}

/** The child of `parent` that is on the side of `node`, and its other child. */
export function childrenSeenFrom(node: number, parent: number): [near: number, far: number] {
  return node < parent ? [leftOf(parent), rightOf(parent)] : [rightOf(parent), leftOf(parent)];
}
