/**
 * A file with parts left out or replaced, as a list of what it consists of: nothing is copied or decoded, so freeing a
 * video of ten gigabytes of the place where it was taken costs a few reads of its headers.
 */
import type { Bytes } from "@baraza/protocol";
import type { Ranged } from "../api.ts";
import { joined } from "../source.ts";

/** Bytes of the file from `start` up to `end`, or other bytes in their place. */
export type Piece = { readonly start: number; readonly end: number } | Bytes;

/** What the freed file consists of. `removed`: whether anything that tells of a person or place went. */
export interface Plan {
  readonly pieces: readonly Piece[];
  readonly removed: boolean;
}

/** Other bytes at a place, as many as were there. */
export interface Patch {
  readonly at: number;
  readonly bytes: Bytes;
}

/** A piece's length in bytes. */
export function lengthOf(piece: Piece): number {
  return piece instanceof Uint8Array ? piece.length : piece.end - piece.start;
}

/** Adds a range to pieces, grown into the last one where the two touch. */
export function addRange(pieces: Piece[], start: number, end: number): void {
  const last = pieces.at(-1);
  if (last !== undefined && !(last instanceof Uint8Array) && last.end === start)
    pieces[pieces.length - 1] = { start: last.start, end };
  else if (end > start) pieces.push({ start, end });
}

/** A plan that puts patches over a file of a size; overlapping ones count once. */
export function patched(size: number, patches: readonly Patch[]): Plan {
  const pieces: Piece[] = [];
  let at = 0;
  for (const patch of patches.toSorted((a, b) => a.at - b.at)) {
    const bytes = patch.bytes.subarray(Math.max(0, at - patch.at));
    const start = Math.max(at, patch.at);
    const taken = bytes.subarray(0, Math.max(0, size - start));
    if (taken.length === 0) continue;
    addRange(pieces, at, start);
    pieces.push(taken);
    at = start + taken.length;
  }
  addRange(pieces, at, size);
  return { pieces, removed: patches.length > 0 };
}

/** The freed file of a blob; reads nothing yet. */
export function freedBlob(blob: Blob, { pieces }: Plan, type: string): Blob {
  return new Blob(
    pieces.map((piece) =>
      piece instanceof Uint8Array ? piece : blob.slice(piece.start, piece.end),
    ),
    { type },
  );
}

/** The freed file of one that is read in pieces. */
export function freedRanged(source: Ranged, { pieces }: Plan): Ranged {
  const size = pieces.reduce((sum, piece) => sum + lengthOf(piece), 0);
  return {
    size,
    read: async (start, end) => {
      const parts: Bytes[] = [];
      let at = 0;
      for (const piece of pieces) {
        const from = Math.max(start - at, 0);
        const to = Math.min(end - at, lengthOf(piece));
        at += lengthOf(piece);
        if (from >= to) continue;
        parts.push(
          piece instanceof Uint8Array
            ? piece.slice(from, to)
            : await source.read(piece.start + from, piece.start + to),
        );
      }
      return joined(...parts);
    },
  };
}
