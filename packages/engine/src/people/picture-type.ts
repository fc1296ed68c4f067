/**
 * What a picture of a space, or an own emoji, really is. Members' programs may send anything: only a still picture of a known kind and of few pixels
 * is handed to a screen, so that nothing small on the wire becomes huge where it is drawn.
 */
import type { Bytes } from "@baraza/protocol";

/** Pixels on the longer side. */
const EDGE = 512;

type Kind = "image/webp" | "image/jpeg" | "image/png";

/** The media type of a picture that may be shown, of so many pixels at most; null for everything else. */
export function pictureType(bytes: Bytes, edge: number = EDGE): Kind | null {
  const read = sizeOf(bytes);
  if (read === null) return null;
  const { type, width, height } = read;
  return width > 0 && height > 0 && width <= edge && height <= edge ? type : null;
}

type Size = { type: Kind; width: number; height: number };

function sizeOf(bytes: Bytes): Size | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const is = (at: number, word: string): boolean =>
    at + word.length <= bytes.length &&
    Array.from(word).every((sign, index) => bytes[at + index] === sign.charCodeAt(0));
  if (bytes.length < 30) return null;
  if (is(0, "\u0089PNG\r\n\u001a\n") && is(12, "IHDR"))
    return { type: "image/png", width: view.getUint32(16), height: view.getUint32(20) };
  if (is(0, "RIFF") && is(8, "WEBP")) return webp(view, is);
  return bytes[0] === 0xff && bytes[1] === 0xd8 ? jpeg(view) : null;
}

function webp(view: DataView, is: (at: number, word: string) => boolean): Size | null {
  const type = "image/webp";
  if (is(12, "VP8 "))
    return {
      type,
      width: view.getUint16(26, true) & 0x3fff,
      height: view.getUint16(28, true) & 0x3fff,
    };
  if (is(12, "VP8L")) {
    const bits = view.getUint32(21, true);
    return { type, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  // One that moves is no picture of a space.
  if (!is(12, "VP8X") || (view.getUint8(20) & 2) !== 0) return null;
  const three = (at: number): number => view.getUint16(at, true) + (view.getUint8(at + 2) << 16);
  return { type, width: three(24) + 1, height: three(27) + 1 };
}

/** Goes from segment to segment to the frame's header (ITU-T T.81, B.2.2). */
function jpeg(view: DataView): Size | null {
  for (let at = 2; at + 9 < view.byteLength;) {
    if (view.getUint8(at) !== 0xff) return null;
    const mark = view.getUint8(at + 1);
    const frame = mark >= 0xc0 && mark <= 0xcf && mark !== 0xc4 && mark !== 0xc8 && mark !== 0xcc;
    if (frame)
      return { type: "image/jpeg", height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}
