/** WebP (RFC 9649) as a row of chunks: its size, and itself without Exif and XMP. */
import { DecodeError, type Ranged } from "../api.ts";
import { ahead, joined, latin, view } from "../source.ts";
import { type Orientation, readExif, writeExif } from "./exif.ts";
import { addRange, lengthOf, type Piece, type Plan } from "./plan.ts";

interface Chunk {
  readonly type: string;
  readonly start: number;
  readonly size: number;
  /** Behind its padding. */
  readonly end: number;
}

const kept = new Set(["VP8X", "VP8 ", "VP8L", "ANIM", "ANMF", "ALPH", "ICCP"]);
const HAS_EXIF = 0x08;
const HAS_XMP = 0x04;
const ANIMATED = 0x02;
const EXIF_BYTES = 1024 * 1024;

/** What a WebP's headers say, as stored. */
export async function webpHead(source: Ranged): Promise<{
  width: number;
  height: number;
  orientation: Orientation;
  animated: boolean;
  holdsMore: boolean;
}> {
  const near = ahead(source);
  let size: { width: number; height: number } | null = null;
  let orientation: Orientation = 1;
  let animated = false;
  let holdsMore = false;
  for await (const chunk of chunks(near)) {
    const head = await near.read(chunk.start + 8, Math.min(chunk.end, chunk.start + 18));
    size ??= sizeIn(chunk.type, head);
    if (chunk.type === "VP8X") animated = ((head[0] ?? 0) & ANIMATED) !== 0;
    if (chunk.type === "EXIF") {
      const exif = await exifIn(near, chunk);
      ({ orientation } = exif);
      holdsMore ||= exif.holdsMore;
    } else if (!kept.has(chunk.type)) holdsMore = true;
  }
  if (size === null) throw new DecodeError("damaged", "no size");
  return { ...size, orientation, animated, holdsMore };
}

/** A WebP without Exif, XMP and unknown chunks; with its orientation. @throws DecodeError */
export async function webpPlan(source: Ranged): Promise<Plan> {
  const near = ahead(source);
  const pieces: Piece[] = [];
  let orientation: Orientation = 1;
  let removed = false;
  let at = 12;
  let extended: Uint8Array<ArrayBuffer> | null = null;
  for await (const chunk of chunks(near)) {
    at = chunk.end;
    if (chunk.type === "EXIF") {
      const exif = await exifIn(near, chunk);
      ({ orientation } = exif);
      removed ||= exif.holdsMore;
    } else if (chunk.type === "VP8X" && extended === null) {
      extended = (await near.read(chunk.start, chunk.end)).slice();
      pieces.push(extended);
    } else if (kept.has(chunk.type)) addRange(pieces, chunk.start, chunk.end);
    else removed = true;
  }
  if (at < source.size) removed = true;
  if (extended !== null && extended.length > 8) {
    extended[8] = extended[8]! & ~(HAS_EXIF | HAS_XMP);
    if (orientation !== 1) {
      extended[8] |= HAS_EXIF;
      const tiff = writeExif(orientation);
      const head = Uint8Array.from("EXIF\0\0\0\0", (char) => char.charCodeAt(0));
      view(head).setUint32(4, tiff.length, true);
      pieces.push(joined(head, tiff));
    }
  }
  const riff = Uint8Array.from("RIFF\0\0\0\0WEBP", (char) => char.charCodeAt(0));
  const length = pieces.reduce((sum, piece) => sum + lengthOf(piece), 4);
  view(riff).setUint32(4, length, true);
  return { pieces: [riff, ...pieces], removed };
}

async function* chunks(source: Ranged): AsyncGenerator<Chunk> {
  const head = await source.read(0, Math.min(12, source.size));
  if (latin(head.subarray(0, 4)) !== "RIFF" || latin(head.subarray(8)) !== "WEBP")
    throw new DecodeError("damaged", "not a WebP");
  const size = Math.min(source.size, 8 + view(head).getUint32(4, true));
  let at = 12;
  while (at + 8 <= size) {
    const start = await source.read(at, at + 8);
    const length = view(start).getUint32(4, true);
    const end = Math.min(at + 8 + length + (length & 1), source.size);
    yield { type: latin(start.subarray(0, 4)), start: at, size: length, end };
    at = end;
  }
}

function sizeIn(type: string, head: Uint8Array): { width: number; height: number } | null {
  if (head.length < 10) return null;
  const data = view(head);
  if (type === "VP8X") {
    const three = (at: number): number => data.getUint16(at, true) + (head[at + 2]! << 16);
    return { width: three(4) + 1, height: three(7) + 1 };
  }
  if (type === "VP8 ")
    return { width: data.getUint16(6, true) & 0x3fff, height: data.getUint16(8, true) & 0x3fff };
  if (type !== "VP8L") return null;
  const bits = data.getUint32(1, true);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

async function exifIn(
  source: Ranged,
  { start, size, end }: Chunk,
): Promise<{ orientation: Orientation; holdsMore: boolean }> {
  if (size > EXIF_BYTES) return { orientation: 1, holdsMore: true };
  const bytes = await source.read(start + 8, Math.min(end, start + 8 + size));
  // Some programs put JPEG's prefix in front.
  return readExif(latin(bytes.subarray(0, 6)) === "Exif\0\0" ? bytes.subarray(6) : bytes);
}
