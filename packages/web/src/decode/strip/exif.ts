/** The one thing of Exif (CIPA DC-008) that is kept: which way up a picture is. */
import type { Bytes } from "@baraza/protocol";
import { view } from "../source.ts";

/** How a picture is turned and mirrored, 1 to 8 as Exif's tag 0x0112 has it; 1 is upright. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const ORIENTATION = 0x0112;

/** The orientation in a TIFF structure, and whether that is all that it holds. Damaged ones are upright and hold more. */
export function readExif(tiff: Uint8Array): { orientation: Orientation; holdsMore: boolean } {
  const unknown = { orientation: 1, holdsMore: true } as const;
  if (tiff.length < 14) return unknown;
  const data = view(tiff);
  const order = data.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return unknown;
  const little = order === 0x4949;
  const directory = data.getUint32(4, little);
  if (directory + 2 > tiff.length) return unknown;
  const count = data.getUint16(directory, little);
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + i * 12;
    if (entry + 12 > tiff.length) return unknown;
    if (data.getUint16(entry, little) !== ORIENTATION) continue;
    const value = data.getUint16(entry + 8, little);
    if (value < 1 || value > 8) return unknown;
    return { orientation: value as Orientation, holdsMore: tiff.length > minimalLength };
  }
  return unknown;
}

const minimalLength = 26;

/** A TIFF structure that holds an orientation and nothing else. */
export function writeExif(orientation: Orientation): Bytes {
  const tiff = new Uint8Array(minimalLength);
  const data = view(tiff);
  data.setUint16(0, 0x4d4d);
  data.setUint16(2, 42);
  data.setUint32(4, 8);
  data.setUint16(8, 1);
  data.setUint16(10, ORIENTATION);
  data.setUint16(12, 3);
  data.setUint32(14, 1);
  data.setUint16(18, orientation);
  return tiff;
}

/** True when width and height change places. */
export function isTurned(orientation: Orientation): boolean {
  return orientation >= 5;
}
