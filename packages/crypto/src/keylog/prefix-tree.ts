/**
 * The index of a key log: a prefix tree over hidden names of 32 bytes, each leading to the newest leaf of its account. A
 * subtree with one entry is that entry, so with a million of them a proof has some 21 steps.
 *
 * The hash is handed in, as in tree.ts.
 */
import type { Bytes } from "@baraza/protocol";
import { concat, uint64 } from "@baraza/protocol";
import type { Hash } from "./tree.ts";

/** Where a hidden name leads: the number of a leaf in the log, and that leaf's hash. */
export type IndexEntry = { place: Bytes; at: number; leaf: Bytes };
/** A subtree that is not empty: its hash, and its entry where it has only one. */
export type IndexNode = { hash: Bytes; entry: IndexEntry | null };
/** The subtree of all names that share the first `depth` bits with `place`. */
export type ReadIndex = (depth: number, place: Bytes) => IndexNode | undefined;
export type WriteIndex = (depth: number, place: Bytes, node: IndexNode) => void;

const ENTRY = Uint8Array.of(2);
const INNER = Uint8Array.of(3);
/** Stands for a subtree without entries. */
const EMPTY: Bytes = new Uint8Array(32);
const BITS = 256;

/** `H(0x02 || place || uint64(at) || leaf)`. */
export function entryHash(hash: Hash, { place, at, leaf }: IndexEntry): Bytes {
  return hash(ENTRY, place, uint64(at), leaf);
}

/** The root; 32 zero bytes while there is no entry. */
export function indexRoot(read: ReadIndex): Bytes {
  return read(0, EMPTY)?.hash ?? EMPTY;
}

/** Puts an entry in, or in the place of the one with its name. Reads must see what was written. */
export function putEntry(hash: Hash, read: ReadIndex, write: WriteIndex, entry: IndexEntry): void {
  const { place } = entry;
  let depth = 0;
  let there = read(depth, place);
  while (there !== undefined && there.entry === null) {
    depth += 1;
    there = read(depth, place);
  }
  const other = there?.entry;
  if (other !== undefined && other !== null && !sameBits(other.place, place, depth, BITS)) {
    while (bit(other.place, depth) === bit(place, depth)) depth += 1;
    depth += 1;
    write(depth, other.place, { hash: entryHash(hash, other), entry: other });
  }
  let node = entryHash(hash, entry);
  write(depth, place, { hash: node, entry });
  for (let at = depth - 1; at >= 0; at--) {
    const sibling = read(at + 1, flipped(place, at))?.hash ?? EMPTY;
    node = bit(place, at) ? hash(INNER, sibling, node) : hash(INNER, node, sibling);
    write(at, place, { hash: node, entry: null });
  }
}

/** The entry of a name with its path, from the root down; undefined when there is none. */
export function provePlace(
  read: ReadIndex,
  place: Bytes,
): { entry: IndexEntry; path: Bytes[] } | undefined {
  const path: Bytes[] = [];
  for (let depth = 0; ; depth++) {
    const node = read(depth, place);
    if (node === undefined) return undefined;
    const { entry } = node;
    if (entry !== null)
      return sameBits(entry.place, place, depth, BITS) ? { entry, path } : undefined;
    path.push(read(depth + 1, flipped(place, depth))?.hash ?? EMPTY);
  }
}

/** True when `path` leads from the root down to that entry. */
export function verifyPlace(
  hash: Hash,
  proof: { entry: IndexEntry; path: readonly Bytes[]; root: Bytes },
): boolean {
  const { entry, path, root } = proof;
  if (path.length > BITS || entry.place.length !== 32) return false;
  let node = entryHash(hash, entry);
  for (let depth = path.length - 1; depth >= 0; depth--) {
    const sibling = path[depth] ?? EMPTY;
    node = bit(entry.place, depth) ? hash(INNER, sibling, node) : hash(INNER, node, sibling);
  }
  return node.length === root.length && node.every((byte, index) => byte === root[index]);
}

/** A name for the subtree: its depth and the first `depth` bits, the rest zero. For stores. */
export function indexKey(depth: number, place: Bytes): Bytes {
  const whole = depth >> 3;
  const rest = depth & 7;
  const prefix = place.slice(0, rest === 0 ? whole : whole + 1);
  if (rest !== 0) prefix[whole] = (prefix[whole] ?? 0) & (0xff << (8 - rest));
  return concat(Uint8Array.of(depth >> 8, depth & 255), prefix);
}

function bit(place: Uint8Array, at: number): boolean {
  return (((place[at >> 3] ?? 0) >> (7 - (at & 7))) & 1) === 1;
}

function flipped(place: Bytes, at: number): Bytes {
  const out = place.slice();
  out[at >> 3] = (out[at >> 3] ?? 0) ^ (1 << (7 - (at & 7)));
  return out;
}

function sameBits(a: Bytes, b: Bytes, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bit(a, at) !== bit(b, at)) return false;
  return true;
}
