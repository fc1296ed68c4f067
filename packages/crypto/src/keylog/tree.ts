/**
 * The append-only hash tree of RFC 6962 (and RFC 9162, section 2.1): its root, audit paths and consistency proofs, made
 * from a store of its complete subtrees, so that adding a leaf and proving anything touch a logarithmic part of it.
 *
 * The hash is handed in: nodes use a native one, clients the portable one. This file imports no cryptography.
 */
import type { Bytes } from "@baraza/protocol";

/** SHA-256 of the parts, one after the other. */
export type Hash = (...parts: readonly Uint8Array[]) => Bytes;
/** The hash of a complete subtree: that over the leaves `[position * 2^level, (position + 1) * 2^level)`. */
export type ReadSubtree = (level: number, position: number) => Bytes;

const LEAF = Uint8Array.of(0);
const INNER = Uint8Array.of(1);

/** `H(0x00 || leaf)`, section 2.1 of RFC 6962. */
export function leafHash(hash: Hash, leaf: Uint8Array): Bytes {
  return hash(LEAF, leaf);
}

/** `H(0x01 || left || right)`. */
export function innerHash(hash: Hash, left: Uint8Array, right: Uint8Array): Bytes {
  return hash(INNER, left, right);
}

/**
 * The complete subtrees that a new leaf completes, lowest first: what has to be stored when leaf number `size` (counted
 * from 0) joins a tree of `size` leaves.
 */
export function appendLeaf(
  hash: Hash,
  read: ReadSubtree,
  size: number,
  leaf: Bytes,
): { level: number; position: number; hash: Bytes }[] {
  const stored = [{ level: 0, position: size, hash: leaf }];
  let position = size;
  let node = leaf;
  for (let level = 0; position % 2 === 1; level++) {
    node = innerHash(hash, read(level, position - 1), node);
    position = (position - 1) / 2;
    stored.push({ level: level + 1, position, hash: node });
  }
  return stored;
}

/** The root of the first `size` leaves. */
export function treeRoot(hash: Hash, read: ReadSubtree, size: number): Bytes {
  return size === 0 ? hash() : rangeHash(hash, read, 0, size);
}

/** The audit path of leaf `at` in the tree of `size` leaves, from the leaf upwards. @throws RangeError */
export function inclusionPath(hash: Hash, read: ReadSubtree, at: number, size: number): Bytes[] {
  if (at < 0 || at >= size) throw new RangeError("no such leaf");
  const path: Bytes[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + split(end - start);
    if (at < middle) {
      path.push(rangeHash(hash, read, middle, end));
      end = middle;
    } else {
      path.push(rangeHash(hash, read, start, middle));
      start = middle;
    }
  }
  return path.reverse();
}

/** Proves that the tree of `to` leaves begins with that of `from`. Empty where one is empty or both are one. @throws RangeError */
export function consistencyPath(hash: Hash, read: ReadSubtree, from: number, to: number): Bytes[] {
  if (from > to) throw new RangeError("the first is longer");
  if (from === 0 || from === to) return [];
  const path: Bytes[] = [];
  let [start, end] = [0, to];
  let whole = true;
  while (from !== end) {
    const middle = start + split(end - start);
    if (from <= middle) {
      path.push(rangeHash(hash, read, middle, end));
      end = middle;
    } else {
      path.push(rangeHash(hash, read, start, middle));
      start = middle;
      whole = false;
    }
  }
  if (!whole) path.push(rangeHash(hash, read, start, end));
  return path.reverse();
}

/** True when `path` leads from that leaf to that root (RFC 9162, section 2.1.3.2). */
export function verifyInclusion(
  hash: Hash,
  proof: { leaf: Bytes; at: number; size: number; path: readonly Bytes[]; root: Bytes },
): boolean {
  const { at, size, path } = proof;
  if (at >= size) return false;
  let [fn, sn] = [at, size - 1];
  let node = proof.leaf;
  for (const step of path) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      node = innerHash(hash, step, node);
      while (fn % 2 === 0 && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else {
      node = innerHash(hash, node, step);
    }
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 && same(node, proof.root);
}

/** True when `path` proves that the tree with `second` begins with the tree with `first` (RFC 9162, section 2.1.4.2). */
export function verifyConsistency(
  hash: Hash,
  proof: {
    from: number;
    to: number;
    first: Bytes;
    second: Bytes;
    path: readonly Bytes[];
  },
): boolean {
  const { from, to, first, second } = proof;
  if (from > to) return false;
  if (from === to) return proof.path.length === 0 && same(first, second);
  if (from === 0) return proof.path.length === 0;
  const path = isPowerOfTwo(from) ? [first, ...proof.path] : [...proof.path];
  let [fn, sn] = [from - 1, to - 1];
  while (fn % 2 === 1) {
    fn = half(fn);
    sn = half(sn);
  }
  const start = path[0];
  if (start === undefined) return false;
  let [old, now] = [start, start];
  for (const step of path.slice(1)) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      old = innerHash(hash, step, old);
      now = innerHash(hash, step, now);
      while (fn % 2 === 0 && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else {
      now = innerHash(hash, now, step);
    }
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 && same(old, first) && same(now, second);
}

/** The hash over leaves `[start, end)`: from stored subtrees where it is one, else from both of its parts. */
function rangeHash(hash: Hash, read: ReadSubtree, start: number, end: number): Bytes {
  const length = end - start;
  if (isPowerOfTwo(length)) return read(Math.log2(length), start / length);
  const middle = start + split(length);
  return innerHash(hash, rangeHash(hash, read, start, middle), rangeHash(hash, read, middle, end));
}

/** The largest power of two below `length` (which is at least 2). Numbers here go beyond 32 bits. */
function split(length: number): number {
  let power = 1;
  while (power * 2 < length) power *= 2;
  return power;
}

function isPowerOfTwo(value: number): boolean {
  let power = 1;
  while (power < value) power *= 2;
  return power === value;
}

const half = (value: number) => Math.floor(value / 2);

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
