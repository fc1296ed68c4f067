/**
 * The ratchet tree (RFC 9420, sections 4 and 7): adding, removing, hashing. A tree remembers the hash of
 * each subtree until something below changes, so that a commit costs a path of hashes, not all of them.
 */
import type { Bytes } from "@baraza/protocol";
import { MlsRefused, MLS_LIMITS } from "./errors.ts";
import { encodeLeaf, encodeParent } from "./library.ts";
import type { LeafNode, Node, ParentNode } from "./library.ts";
import { directPathOf, isBelow, leftOf, level, rightOf, rootOf } from "./tree-math.ts";

/** Nodes of a full tree, blanks undefined, and the hashes known so far. Changed only by the functions here. */
export interface Tree {
  readonly nodes: (Node | undefined)[];
  readonly hashes: (Bytes | undefined)[];
}

type Hash = (data: Uint8Array) => Bytes;

/** A tree of these nodes (a full tree) that knows no hashes yet. */
export function treeOf(nodes: readonly (Node | undefined)[]): Tree {
  return { nodes: nodes.slice(), hashes: [] };
}

/** A copy that can be changed without changing the original. Nodes are shared: they are never mutated. */
export function copyTree(tree: Tree): Tree {
  return { nodes: tree.nodes.slice(), hashes: tree.hashes.slice() };
}

/** The leaf at a leaf index, undefined when blank or outside. */
export function leafAt(tree: Tree, leaf: number): LeafNode | undefined {
  const node = tree.nodes[2 * leaf];
  return node?.nodeType === "leaf" ? node.leaf : undefined;
}

/** All non-blank leaves with their indices, in order. */
export function* leavesOf(tree: Tree): Generator<[leaf: number, node: LeafNode]> {
  for (let i = 0; i < tree.nodes.length; i += 2) {
    const node = tree.nodes[i];
    if (node?.nodeType === "leaf") yield [i / 2, node.leaf];
  }
}

/** Puts a node or a blank in place and forgets the hashes that it was part of. */
export function setNode(tree: Tree, index: number, node: Node | undefined): void {
  tree.nodes[index] = node;
  tree.hashes[index] = undefined;
  for (const above of directPathOf(index, tree.nodes.length)) tree.hashes[above] = undefined;
}

/** Adds leaves at the leftmost blank places (7.7, 12.1.1) and returns their leaf indices. */
export function addLeaves(tree: Tree, leaves: readonly LeafNode[]): number[] {
  const places: number[] = [];
  let index = 0;
  for (const leaf of leaves) {
    while (index < tree.nodes.length && tree.nodes[index] !== undefined) index += 2;
    if (index >= tree.nodes.length) {
      const size = 2 * tree.nodes.length + 1;
      while (tree.nodes.length < size) tree.nodes.push(undefined);
    }
    const place = index / 2;
    for (const above of directPathOf(index, tree.nodes.length)) {
      const node = tree.nodes[above];
      if (node?.nodeType !== "parent") continue;
      const unmergedLeaves = insertSorted(node.parent.unmergedLeaves, place);
      tree.nodes[above] = { nodeType: "parent", parent: { ...node.parent, unmergedLeaves } };
    }
    setNode(tree, index, { nodeType: "leaf", leaf });
    places.push(place);
  }
  if (countLeaves(tree) > MLS_LIMITS.devices) throw new MlsRefused("too_large", "too many devices");
  return places;
}

/** Blanks a leaf and its direct path, and drops a right half that has become empty (7.7, 12.1.3). */
export function removeLeaf(tree: Tree, leaf: number): void {
  const index = 2 * leaf;
  for (const above of directPathOf(index, tree.nodes.length)) tree.nodes[above] = undefined;
  setNode(tree, index, undefined);
  while (tree.nodes.length > 1 && rightHalfIsBlank(tree.nodes)) {
    const length = rootOf(tree.nodes.length);
    tree.nodes.length = length;
    if (tree.hashes.length > length) tree.hashes.length = length;
  }
}

/** The resolution of a node (4.1.1): the non-blank nodes that together cover everyone below. */
export function resolutionOf(tree: Tree, index: number): number[] {
  const node = tree.nodes[index];
  if (node?.nodeType === "leaf") return [index];
  if (node?.nodeType === "parent")
    return [index, ...node.parent.unmergedLeaves.map((leaf) => 2 * leaf)];
  if (level(index) === 0) return [];
  const left = resolutionOf(tree, leftOf(index));
  for (const below of resolutionOf(tree, rightOf(index))) left.push(below);
  return left;
}

/** The tree hash (7.8). */
export function treeHashOf(tree: Tree, hash: Hash): Bytes {
  return subtreeHash(tree, rootOf(tree.nodes.length), hash);
}

/** Hash of the subtree under a node, remembered. */
export function subtreeHash(tree: Tree, index: number, hash: Hash): Bytes {
  const known = tree.hashes[index];
  if (known !== undefined) return known;
  const node = tree.nodes[index];
  const made =
    level(index) === 0
      ? leafHash(index / 2, node?.nodeType === "leaf" ? node.leaf : undefined, hash)
      : parentNodeHash(
          node?.nodeType === "parent" ? node.parent : undefined,
          subtreeHash(tree, leftOf(index), hash),
          subtreeHash(tree, rightOf(index), hash),
          hash,
        );
  tree.hashes[index] = made;
  return made;
}

/** Hash of the subtree as it was before some leaves came (7.9, "original_sibling_tree_hash"). */
export function subtreeHashWithout(
  tree: Tree,
  index: number,
  without: ReadonlySet<number>,
  hash: Hash,
): Bytes {
  if (without.size === 0) return subtreeHash(tree, index, hash);
  if (level(index) === 0) {
    return without.has(index / 2)
      ? leafHash(index / 2, undefined, hash)
      : subtreeHash(tree, index, hash);
  }
  const here = new Set<number>();
  for (const leaf of without) if (isBelow(2 * leaf, index)) here.add(leaf);
  if (here.size === 0) return subtreeHash(tree, index, hash);
  const node = tree.nodes[index];
  const parent =
    node?.nodeType === "parent"
      ? {
          ...node.parent,
          unmergedLeaves: node.parent.unmergedLeaves.filter((leaf) => !here.has(leaf)),
        }
      : undefined;
  return parentNodeHash(
    parent,
    subtreeHashWithout(tree, leftOf(index), here, hash),
    subtreeHashWithout(tree, rightOf(index), here, hash),
    hash,
  );
}

/** The parent hash that a child of `parent` carries, `sibling` being the root of the other side (7.9). */
export function parentHashOf(tree: Tree, parent: ParentNode, sibling: number, hash: Hash): Bytes {
  const without = new Set<number>();
  for (const leaf of parent.unmergedLeaves) if (isBelow(2 * leaf, sibling)) without.add(leaf);
  return hash(
    concatVectors(
      parent.hpkePublicKey,
      parent.parentHash,
      subtreeHashWithout(tree, sibling, without, hash),
    ),
  );
}

/** Number of non-blank leaves. */
export function countLeaves(tree: Tree): number {
  let count = 0;
  for (let i = 0; i < tree.nodes.length; i += 2) if (tree.nodes[i] !== undefined) count++;
  return count;
}

function rightHalfIsBlank(nodes: readonly (Node | undefined)[]): boolean {
  for (let i = rootOf(nodes.length) + 1; i < nodes.length; i += 2) {
    if (nodes[i] !== undefined) return false;
  }
  return true;
}

function insertSorted(sorted: readonly number[], value: number): number[] {
  if ((sorted.at(-1) ?? -1) < value) return [...sorted, value];
  const at = sorted.findIndex((other) => other > value);
  return at < 0 ? [...sorted, value] : [...sorted.slice(0, at), value, ...sorted.slice(at)];
}

const leafBytes = new WeakMap<LeafNode, Bytes>();

/** A leaf's encoding, kept beside it: it is hashed, stored and sent over and over. */
export function encodedLeaf(leaf: LeafNode): Bytes {
  let bytes = leafBytes.get(leaf);
  if (bytes === undefined) {
    bytes = encodeLeaf(leaf);
    leafBytes.set(leaf, bytes);
  }
  return bytes;
}

/** TreeHashInput of a leaf (7.8): node type 1, leaf index, optional leaf. */
function leafHash(leafIndex: number, leaf: LeafNode | undefined, hash: Hash): Bytes {
  const body = leaf === undefined ? undefined : encodedLeaf(leaf);
  const input = new Uint8Array(6 + (body?.length ?? 0));
  input[0] = 1;
  new DataView(input.buffer).setUint32(1, leafIndex);
  if (body !== undefined) {
    input[5] = 1;
    input.set(body, 6);
  }
  return hash(input);
}

/** TreeHashInput of a parent (7.8): node type 2, optional parent, both hashes. */
function parentNodeHash(
  parent: ParentNode | undefined,
  left: Bytes,
  right: Bytes,
  hash: Hash,
): Bytes {
  const body = parent === undefined ? undefined : encodeParent(parent);
  const hashes = concatVectors(left, right);
  const input = new Uint8Array(2 + (body?.length ?? 0) + hashes.length);
  input[0] = 2;
  if (body !== undefined) {
    input[1] = 1;
    input.set(body, 2);
  }
  input.set(hashes, 2 + (body?.length ?? 0));
  return hash(input);
}

/** Variable-size vectors (2.1.2) one after the other, each shorter than 16 KiB. */
function concatVectors(...vectors: readonly Uint8Array[]): Bytes {
  let size = 0;
  for (const vector of vectors) size += vector.length + (vector.length < 64 ? 1 : 2);
  const out = new Uint8Array(size);
  let at = 0;
  for (const vector of vectors) {
    if (vector.length < 64) out[at++] = vector.length;
    else {
      out[at++] = 0x40 | (vector.length >> 8);
      out[at++] = vector.length & 0xff;
    }
    out.set(vector, at);
    at += vector.length;
  }
  return out;
}
