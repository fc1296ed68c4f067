/**
 * Files of boxes (ISO/IEC 14496-12): AVIF and HEIC pictures, MP4 and QuickTime films. What tells of a place is written over
 * where it stands, so that no offset in the file changes.
 */
import { DecodeError, type Ranged } from "../api.ts";
import { ahead, latin, view } from "../source.ts";
import { type Patch, patched, type Plan } from "./plan.ts";

interface Box {
  readonly type: string;
  /** Where its header begins, its content begins, and it ends. */
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

const free = Uint8Array.from("free", (char) => char.charCodeAt(0));
/** More than this is not a description. */
const MOST_ZEROES = 16 * 1024 * 1024;
const MOST_BOXES = 10_000;
/** The most of a picture's directory that is read, in bytes. */
const DIRECTORY_BYTES = 4 * 1024 * 1024;

/** The size of an AVIF or HEIC picture: the largest of those that its parts claim. The orientation is its decoder's matter. */
export async function boxedHead(
  source: Ranged,
): Promise<{ width: number; height: number; animated: boolean; holdsMore: boolean }> {
  const near = ahead(source);
  let width = 0;
  let height = 0;
  let animated = false;
  let holdsMore = false;
  for await (const top of boxes(near, 0, source.size)) {
    if (top.type === "ftyp")
      animated = latin(await near.read(top.body, Math.min(top.end, top.body + 4))) === "avis";
    if (top.type !== "meta") continue;
    holdsMore = (await describing(near, top)).size > 0;
    for await (const box of boxes(near, top.body + 4, top.end)) {
      if (box.type !== "iprp") continue;
      for await (const container of boxes(near, box.body, box.end)) {
        if (container.type !== "ipco") continue;
        for await (const property of boxes(near, container.body, container.end)) {
          if (property.type !== "ispe" || property.end - property.body < 12) continue;
          const size = view(await near.read(property.body, property.body + 12));
          width = Math.max(width, size.getUint32(4));
          height = Math.max(height, size.getUint32(8));
        }
      }
    }
  }
  if (width === 0 || height === 0) throw new DecodeError("damaged", "no size");
  return { width, height, animated, holdsMore };
}

/** An AVIF or HEIC picture with zeroes where Exif and XMP stood. @throws DecodeError */
export async function boxedPlan(source: Ranged): Promise<Plan> {
  const near = ahead(source);
  const patches: Patch[] = [];
  for await (const top of boxes(near, 0, source.size)) {
    if (top.type === "uuid") patches.push(...emptied(top));
    if (top.type !== "meta") continue;
    const items = await describing(near, top);
    if (items.size > 0) patches.push(...(await extents(near, top, items)));
  }
  return patched(source.size, patches);
}

/** A film without what its `udta` and `meta` say: place, maker, title. Tracks and their rotation stay. @throws DecodeError */
export async function filmPlan(source: Ranged): Promise<Plan> {
  const near = ahead(source);
  const patches: Patch[] = [];
  const tells = (box: Box): boolean => ["udta", "meta", "uuid"].includes(box.type);
  for await (const top of boxes(near, 0, source.size)) {
    if (tells(top)) patches.push(...emptied(top));
    if (top.type !== "moov") continue;
    for await (const box of boxes(near, top.body, top.end)) {
      if (tells(box)) patches.push(...emptied(box));
      if (box.type !== "trak") continue;
      for await (const part of boxes(near, box.body, box.end))
        if (tells(part)) patches.push(...emptied(part));
    }
  }
  return patched(source.size, patches);
}

/** Makes a box one that everybody skips, and its content zeroes. */
function emptied(box: Box): Patch[] {
  const length = box.end - box.body;
  if (length > MOST_ZEROES) throw new DecodeError("tooLarge", "a description that large");
  return [
    { at: box.start + 4, bytes: free },
    ...(length === 0 ? [] : [{ at: box.body, bytes: new Uint8Array(length) }]),
  ];
}

/** The boxes of a container, from `start` up to `end`. */
async function* boxes(source: Ranged, start: number, end: number): AsyncGenerator<Box> {
  let at = start;
  for (let count = 0; at + 8 <= end; count++) {
    if (count > MOST_BOXES) throw new DecodeError("tooLarge", "too many boxes");
    const head = await source.read(at, Math.min(at + 16, end));
    const data = view(head);
    const short = data.getUint32(0);
    if (short === 1 && head.length < 16) throw new DecodeError("damaged");
    const size = short === 1 ? Number(data.getBigUint64(8)) : short === 0 ? end - at : short;
    const body = at + (short === 1 ? 16 : 8);
    // Cut off at its end: what is there of the last one counts.
    const to = Math.min(at + size, end);
    if (at + size < body || to < body) throw new DecodeError("damaged", "a box without room");
    yield { type: latin(head.subarray(4, 8)), start: at, body, end: to };
    at = to;
  }
}

/** The ids of items that describe the picture: Exif, and XMP as `mime`. */
async function describing(source: Ranged, meta: Box): Promise<Set<number>> {
  const found = new Set<number>();
  for await (const box of boxes(source, meta.body + 4, meta.end)) {
    if (box.type !== "iinf" || box.end - box.body < 8) continue;
    const version = (await source.read(box.body, box.body + 1))[0] ?? 0;
    for await (const entry of boxes(source, box.body + (version === 0 ? 6 : 8), box.end)) {
      if (entry.type !== "infe" || entry.end - entry.body < 12) continue;
      const data = view(await source.read(entry.body, Math.min(entry.body + 14, entry.end)));
      const wide = data.getUint8(0) === 3;
      if (data.getUint8(0) < 2 || (wide && data.byteLength < 14)) continue;
      const type = latin(new Uint8Array(data.buffer, data.byteOffset + (wide ? 10 : 8), 4));
      if (type === "Exif" || type === "mime")
        found.add(wide ? data.getUint32(4) : data.getUint16(4));
    }
  }
  return found;
}

/** Zeroes over the extents of items (`iloc`, 8.11.3), where they are ranges of the file or of `idat`. */
async function extents(source: Ranged, meta: Box, items: ReadonlySet<number>): Promise<Patch[]> {
  let location: Box | null = null;
  let inline: Box | null = null;
  for await (const box of boxes(source, meta.body + 4, meta.end)) {
    if (box.type === "iloc") location = box;
    if (box.type === "idat") inline = box;
  }
  if (location === null) return [];
  if (location.end - location.body > DIRECTORY_BYTES) throw new DecodeError("tooLarge");
  const read = numbers(await source.read(location.body, location.end));
  const version = read(1);
  read(3);
  const sizes = read(2);
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexSize = version === 0 ? 0 : sizes & 15;
  const count = read(version < 2 ? 2 : 4);
  const patches: Patch[] = [];
  for (let i = 0; i < count; i++) {
    const id = read(version < 2 ? 2 : 4);
    const method = version === 0 ? 0 : read(2) & 15;
    read(2);
    const base = read(baseSize);
    const parts = read(2);
    for (let part = 0; part < parts; part++) {
      read(indexSize);
      const offset = read(offsetSize);
      const length = read(lengthSize);
      if (!items.has(id) || method > 1) continue;
      const at = base + offset + (method === 1 ? (inline?.body ?? 0) : 0);
      const end = Math.min(length === 0 ? source.size : at + length, source.size);
      if (end - at > MOST_ZEROES) throw new DecodeError("tooLarge");
      if (end > at) patches.push({ at, bytes: new Uint8Array(end - at) });
    }
  }
  return patches;
}

/** Reads one number of so many bytes after the other, big endian. */
function numbers(bytes: Uint8Array): (size: number) => number {
  let at = 0;
  return (size) => {
    if (at + size > bytes.length) throw new DecodeError("damaged");
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + bytes[at++]!;
    return value;
  };
}
