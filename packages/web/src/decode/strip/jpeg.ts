/** JPEG (ITU-T T.81) as a row of segments: its size, and itself without what cameras and phones write into it. */
import { DecodeError, type Ranged } from "../api.ts";
import { ahead, joined, latin, view } from "../source.ts";
import { type Orientation, readExif, writeExif } from "./exif.ts";
import { addRange, type Piece, type Plan } from "./plan.ts";

/** One segment: marker, and where it lies with its marker. */
interface Segment {
  readonly marker: number;
  readonly start: number;
  readonly end: number;
}

const START_OF_SCAN = 0xda;
const END = 0xd9;

/** What a JPEG's headers say, as stored: the orientation is not applied to width and height. */
export async function jpegHead(
  source: Ranged,
): Promise<{ width: number; height: number; orientation: Orientation; holdsMore: boolean }> {
  const near = ahead(source);
  let orientation: Orientation = 1;
  let holdsMore = false;
  for await (const { marker, start, end } of segments(near)) {
    if (isFrame(marker)) {
      const bytes = await near.read(start, Math.min(end, start + 9));
      if (bytes.length < 9) break;
      const size = view(bytes);
      return { width: size.getUint16(7), height: size.getUint16(5), orientation, holdsMore };
    }
    const exif = await exifIn(near, { marker, start, end });
    if (exif !== null) orientation = exif.orientation;
    if (exif === null ? !(await isKept(near, { marker, start, end })) : exif.holdsMore)
      holdsMore = true;
    if (marker === START_OF_SCAN) break;
  }
  throw new DecodeError("damaged", "no frame");
}

/**
 * A JPEG without Exif, XMP, IPTC, comments, what makers put in, and what stands behind the picture; with its
 * orientation and its colour profile. The picture's data stay byte for byte.
 *
 * @throws DecodeError `damaged` when it ends within its headers
 */
export async function jpegPlan(source: Ranged): Promise<Plan> {
  const near = ahead(source);
  const pieces: Piece[] = [];
  let orientation: Orientation = 1;
  let removed = false;
  let at = 2;
  addRange(pieces, 0, 2);
  for await (const segment of segments(near)) {
    at = segment.end;
    const exif = await exifIn(near, segment);
    if (exif !== null) {
      orientation = exif.orientation;
      removed ||= exif.holdsMore;
    } else if (await isKept(near, segment)) addRange(pieces, segment.start, segment.end);
    else removed = true;
  }
  if (at < source.size) removed = true;
  if (orientation !== 1) {
    const tiff = writeExif(orientation);
    const length = 2 + 6 + tiff.length;
    const written = joined(
      Uint8Array.of(0xff, 0xe1, length >> 8, length & 0xff),
      Uint8Array.from("Exif\0\0", (char) => char.charCodeAt(0)),
      tiff,
    );
    const first = pieces[0];
    if (first !== undefined && !(first instanceof Uint8Array)) {
      const split = Math.min(await firstEnd(near), first.end);
      pieces.splice(0, 1, { start: 0, end: split }, written);
      if (first.end > split) pieces.splice(2, 0, { start: split, end: first.end });
    }
  }
  return { pieces, removed };
}

/** Behind SOI, and behind JFIF's segment where it follows: that has to stay the first one. */
async function firstEnd(source: Ranged): Promise<number> {
  const bytes = await source.read(2, Math.min(source.size, 6));
  if (bytes.length < 4 || bytes[0] !== 0xff || bytes[1] !== 0xe0) return 2;
  return 4 + view(bytes).getUint16(2);
}

/** The segments in their order; a scan's data belong to its header. Ends with EOI, or where the file is cut off. */
async function* segments(source: Ranged): AsyncGenerator<Segment> {
  const soi = await source.read(0, Math.min(2, source.size));
  if (soi[0] !== 0xff || soi[1] !== 0xd8) throw new DecodeError("damaged", "not a JPEG");
  let at = 2;
  let scanned = false;
  while (at < source.size) {
    const head = await source.read(at, Math.min(at + 4, source.size));
    if (head[0] !== 0xff) {
      if (scanned) return;
      throw new DecodeError("damaged", "no marker");
    }
    const marker = head[1];
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === END || marker === undefined) {
      if (marker === END) yield { marker, start: at, end: at + 2 };
      return;
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      yield { marker, start: at, end: at + 2 };
      at += 2;
      continue;
    }
    const length = head.length < 4 ? 0 : view(head).getUint16(2);
    let end = at + 2 + length;
    if (length < 2 || end > source.size) {
      if (scanned) return;
      throw new DecodeError("damaged", "a segment is cut off");
    }
    if (marker === START_OF_SCAN) {
      scanned = true;
      end = await scanEnd(source, end);
    }
    yield { marker, start: at, end };
    at = end;
  }
}

/** How much of a scan's data is looked at at once, in bytes. */
const SCAN_STEP = 1024 * 1024;

/** The next marker behind a scan's data, or the end of the file. */
async function scanEnd(source: Ranged, from: number): Promise<number> {
  let at = from;
  while (at < source.size) {
    const bytes = await source.read(at, Math.min(at + SCAN_STEP, source.size));
    const last = at + bytes.length >= source.size;
    let found = bytes.indexOf(0xff);
    while (found >= 0 && found + 1 < bytes.length) {
      const next = bytes[found + 1]!;
      if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at + found;
      found = bytes.indexOf(0xff, found + (next === 0xff ? 1 : 2));
    }
    if (last) return source.size;
    // A marker may lie across the edge.
    at += found < 0 ? bytes.length : found;
  }
  return source.size;
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

async function exifIn(
  source: Ranged,
  { marker, start, end }: Segment,
): Promise<ReturnType<typeof readExif> | null> {
  if (marker !== 0xe1) return null;
  const bytes = await source.read(start, end);
  return latin(bytes.subarray(4, 10)) === "Exif\0\0" ? readExif(bytes.subarray(10)) : null;
}

/** JFIF, a colour profile, Adobe's colour transform, and all that is not an application's or a comment. */
async function isKept(source: Ranged, { marker, start, end }: Segment): Promise<boolean> {
  if (marker === 0xfe) return false;
  if (marker < 0xe0 || marker > 0xef) return true;
  const name = latin(await source.read(start + 4, Math.min(end, start + 16)));
  if (marker === 0xe0) return name.startsWith("JFIF\0");
  if (marker === 0xe2) return name.startsWith("ICC_PROFILE\0");
  return marker === 0xee && name.startsWith("Adobe");
}
