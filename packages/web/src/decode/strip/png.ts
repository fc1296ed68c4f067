/** PNG (third edition) as a row of chunks: its size, and itself without texts, times and Exif. */
import { DecodeError, type Ranged } from "../api.ts";
import { ahead, joined, latin, view } from "../source.ts";
import { type Orientation, readExif, writeExif } from "./exif.ts";
import { addRange, type Piece, type Plan } from "./plan.ts";

interface Chunk {
  readonly type: string;
  readonly start: number;
  /** Behind its check sum. */
  readonly end: number;
}

/** Chunks that say how the picture looks; all critical ones are kept besides. */
const kept = new Set(
  "cHRM cICP gAMA iCCP mDCV cLLI sBIT sRGB bKGD hIST tRNS pHYs sPLT acTL fcTL fdAT".split(" "),
);

/** More Exif than this is not a picture's. */
const EXIF_BYTES = 1024 * 1024;

/** What a PNG's headers say, as stored. */
export async function pngHead(source: Ranged): Promise<{
  width: number;
  height: number;
  orientation: Orientation;
  animated: boolean;
  holdsMore: boolean;
}> {
  const near = ahead(source);
  let width = 0;
  let height = 0;
  let orientation: Orientation = 1;
  let animated = false;
  let holdsMore = false;
  for await (const chunk of chunks(near)) {
    if (chunk.type === "IHDR") {
      const size = view(await near.read(chunk.start + 8, chunk.start + 16));
      if (size.byteLength < 8) break;
      width = size.getUint32(0);
      height = size.getUint32(4);
    }
    if (chunk.type === "acTL") animated = true;
    if (chunk.type === "eXIf") {
      const exif = await exifIn(near, chunk);
      ({ orientation } = exif);
      holdsMore ||= exif.holdsMore;
    } else if (!isKept(chunk)) holdsMore = true;
    // What matters of the rest comes before the first data, but for texts.
    if (chunk.type === "IDAT") break;
  }
  if (width === 0 || height === 0) throw new DecodeError("damaged", "no size");
  return { width, height, orientation, animated, holdsMore };
}

/** A PNG without texts, times, Exif, unknown chunks and what stands behind it; with its orientation. @throws DecodeError */
export async function pngPlan(source: Ranged): Promise<Plan> {
  const near = ahead(source);
  const pieces: Piece[] = [];
  let orientation: Orientation = 1;
  let removed = false;
  let at = 8;
  let headerEnd = 33;
  addRange(pieces, 0, 8);
  for await (const chunk of chunks(near)) {
    at = chunk.end;
    if (chunk.type === "IHDR") headerEnd = chunk.end;
    if (chunk.type === "eXIf") {
      const exif = await exifIn(near, chunk);
      ({ orientation } = exif);
      removed ||= exif.holdsMore;
    } else if (isKept(chunk)) addRange(pieces, chunk.start, chunk.end);
    else removed = true;
  }
  if (at < source.size) removed = true;
  const first = pieces[0];
  if (orientation !== 1 && first !== undefined && !(first instanceof Uint8Array)) {
    const split = Math.min(headerEnd, first.end);
    pieces.splice(0, 1, { start: 0, end: split }, chunkOf("eXIf", writeExif(orientation)));
    if (first.end > split) pieces.splice(2, 0, { start: split, end: first.end });
  }
  return { pieces, removed };
}

async function* chunks(source: Ranged): AsyncGenerator<Chunk> {
  const signature = latin(await source.read(0, Math.min(8, source.size)));
  if (signature !== "\x89PNG\r\n\x1A\n") throw new DecodeError("damaged", "not a PNG");
  let at = 8;
  while (at + 12 <= source.size) {
    const head = await source.read(at, at + 8);
    const type = latin(head.subarray(4));
    if (!/^[A-Za-z]{4}$/.test(type)) throw new DecodeError("damaged", "not a chunk");
    const end = at + 12 + view(head).getUint32(0);
    if (end > source.size) {
      // Cut off within its data: what there is of the picture is kept.
      if (type === "IDAT") yield { type, start: at, end: source.size };
      return;
    }
    yield { type, start: at, end };
    if (type === "IEND") return;
    at = end;
  }
}

function isKept({ type }: Chunk): boolean {
  return /^[A-Z]/.test(type) || kept.has(type);
}

async function exifIn(
  source: Ranged,
  { start, end }: Chunk,
): Promise<{ orientation: Orientation; holdsMore: boolean }> {
  if (end - start > EXIF_BYTES) return { orientation: 1, holdsMore: true };
  return readExif(await source.read(start + 8, end - 4));
}

function chunkOf(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const named = joined(
    Uint8Array.from(type, (char) => char.charCodeAt(0)),
    data,
  );
  const out = new Uint8Array(named.length + 8);
  out.set(named, 4);
  view(out).setUint32(0, data.length);
  view(out).setUint32(out.length - 4, crc32(named));
  return out;
}

/** The check sum of PNG's annex D. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
