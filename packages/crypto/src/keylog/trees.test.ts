import type { Bytes } from "@baraza/protocol";
import { fromHex, toHex } from "@baraza/protocol";
import { expect, test } from "vitest";
import { randomBytes, sha256 } from "../primitives.ts";
import { flipped, scale, seeded, vectors } from "../test-helpers.ts";
import type { IndexEntry, IndexNode } from "./prefix-tree.ts";
import { indexKey, indexRoot, provePlace, putEntry, verifyPlace } from "./prefix-tree.ts";
import {
  appendLeaf,
  consistencyPath,
  inclusionPath,
  innerHash,
  leafHash,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from "./tree.ts";

const published = vectors<{
  leaves: string[];
  empty: string;
  roots: string[];
  inclusion: { at: number; size: number; path: string[] }[];
  consistency: { from: number; to: number; path: string[] }[];
}>("rfc6962-trees.json");

/** A tree that keeps its complete subtrees in memory. */
function memoryTree(leaves: readonly Uint8Array[]) {
  const nodes = new Map<string, Bytes>();
  const read = (level: number, position: number): Bytes => {
    const node = nodes.get(`${level} ${position}`);
    if (node === undefined) throw new Error("not complete");
    return node;
  };
  leaves.forEach((leaf, index) => {
    for (const one of appendLeaf(sha256, read, index, leafHash(sha256, leaf)))
      nodes.set(`${one.level} ${one.position}`, one.hash);
  });
  return read;
}

/** Section 2.1 of RFC 6962 word for word. */
function plainRoot(leaves: readonly Uint8Array[]): Bytes {
  const [only] = leaves;
  if (only === undefined) return sha256();
  if (leaves.length === 1) return leafHash(sha256, only);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return innerHash(sha256, plainRoot(leaves.slice(0, k)), plainRoot(leaves.slice(k)));
}

const shared = published.leaves.map((leaf) => fromHex(leaf));

test("roots are those of Certificate Transparency", () => {
  const read = memoryTree(shared);
  expect(toHex(treeRoot(sha256, read, 0))).toBe(published.empty);
  published.roots.forEach((root, index) => {
    expect(toHex(treeRoot(sha256, read, index + 1))).toBe(root);
  });
});

test("audit paths and consistency proofs are those of Certificate Transparency", () => {
  const read = memoryTree(shared);
  for (const { at, size, path } of published.inclusion)
    expect(inclusionPath(sha256, read, at, size).map(toHex)).toEqual(path);
  for (const { from, to, path } of published.consistency)
    expect(consistencyPath(sha256, read, from, to).map(toHex)).toEqual(path);
});

test("every leaf of every size is proven, and none under another root, number or size", () => {
  const leaves = Array.from({ length: 40 }, (_, i) => Uint8Array.of(i));
  const read = memoryTree(leaves);
  for (let size = 1; size <= leaves.length; size++) {
    const root = treeRoot(sha256, read, size);
    expect(root).toEqual(plainRoot(leaves.slice(0, size)));
    for (let at = 0; at < size; at++) {
      const leaf = leafHash(sha256, leaves[at] ?? new Uint8Array());
      const path = inclusionPath(sha256, read, at, size);
      const proof = { leaf, at, size, path, root };
      expect(verifyInclusion(sha256, proof)).toBe(true);
      expect(verifyInclusion(sha256, { ...proof, root: flipped(root, 3) })).toBe(false);
      expect(verifyInclusion(sha256, { ...proof, leaf: flipped(leaf, 3) })).toBe(false);
      expect(verifyInclusion(sha256, { ...proof, at: at + 1 })).toBe(false);
      expect(verifyInclusion(sha256, { ...proof, path: [...path, root] })).toBe(false);
      if (size > 1) expect(verifyInclusion(sha256, { ...proof, path: path.slice(1) })).toBe(false);
    }
  }
});

test("every tree is proven to begin with every shorter one, and with no other", () => {
  const leaves = Array.from({ length: 40 }, (_, i) => Uint8Array.of(i));
  const read = memoryTree(leaves);
  const other = memoryTree([Uint8Array.of(99), ...leaves.slice(1)]);
  for (let to = 0; to <= leaves.length; to++) {
    const second = treeRoot(sha256, read, to);
    for (let from = 0; from <= to; from++) {
      const first = treeRoot(sha256, read, from);
      const path = consistencyPath(sha256, read, from, to);
      expect(verifyConsistency(sha256, { from, to, first, second, path })).toBe(true);
      if (from === 0) continue;
      const lie = treeRoot(sha256, other, from);
      for (const proof of [path, consistencyPath(sha256, other, from, to)])
        expect(verifyConsistency(sha256, { from, to, first: lie, second, path: proof })).toBe(
          false,
        );
      if (from < to)
        expect(verifyConsistency(sha256, { from, to, first, second, path: [] })).toBe(false);
    }
  }
});

function memoryIndex() {
  const nodes = new Map<string, IndexNode>();
  const key = (depth: number, place: Bytes) => toHex(indexKey(depth, place));
  return {
    nodes,
    read: (depth: number, place: Bytes) => nodes.get(key(depth, place)),
    write: (depth: number, place: Bytes, node: IndexNode) => {
      nodes.set(key(depth, place), node);
    },
  };
}

const entryOf = (place: Bytes, at: number): IndexEntry => ({
  place,
  at,
  leaf: sha256(Uint8Array.of(at & 255)),
});

test("every name in the index is proven, a changed one leads to its newest leaf, and an absent one to nothing", () => {
  const random = seeded(11);
  const { read, write } = memoryIndex();
  const entries = new Map<string, IndexEntry>();
  const put = (entry: IndexEntry) => {
    entries.set(toHex(entry.place), entry);
    putEntry(sha256, read, write, entry);
  };
  for (let i = 0; i < scale(300, 20_000); i++) {
    // Many share long beginnings, as an attacker would choose them.
    const place = sha256(Uint8Array.of(i & 255, i >> 8));
    if (random(3) === 0) place.fill(0, 0, random(32));
    put(entryOf(place, i));
  }
  const some = [...entries.values()];
  for (let i = 0; i < 50; i++)
    put({ ...(some[random(some.length)] ?? entryOf(sha256(), 0)), at: 1e6 + i });
  const root = indexRoot(read);
  for (const entry of entries.values()) {
    const found = provePlace(read, entry.place);
    expect(found?.entry).toEqual(entry);
    const path = found?.path ?? [];
    expect(verifyPlace(sha256, { entry, path, root })).toBe(true);
    expect(verifyPlace(sha256, { entry: { ...entry, at: entry.at + 1 }, path, root })).toBe(false);
    expect(verifyPlace(sha256, { entry, path, root: flipped(root, 1) })).toBe(false);
  }
  expect(provePlace(read, randomBytes(32))).toBeUndefined();
});

test("the index depends on what is in it, not on the order in which it came", () => {
  const places = Array.from({ length: 64 }, (_, i) => sha256(Uint8Array.of(i)));
  const rootOf = (order: readonly Bytes[]) => {
    const { read, write } = memoryIndex();
    for (const place of order) putEntry(sha256, read, write, entryOf(place, place[0] ?? 0));
    return toHex(indexRoot(read));
  };
  expect(rootOf(places.toReversed())).toBe(rootOf(places));
});

test("with many entries a proof has about as many steps as the logarithm", () => {
  const { read, write } = memoryIndex();
  for (let i = 0; i < 2000; i++)
    putEntry(sha256, read, write, entryOf(sha256(Uint8Array.of(i & 255, i >> 8)), i));
  const steps = Array.from(
    { length: 200 },
    (_, i) => provePlace(read, sha256(Uint8Array.of(i, 0)))?.path.length ?? 0,
  );
  expect(Math.max(...steps)).toBeLessThan(30);
});
