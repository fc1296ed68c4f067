/** Makes the pictures smaller without changing them: each row is filtered as it compresses best, and packed with patience. */
import { constants, crc32, deflateSync, inflateSync } from "node:zlib";

/** The same picture in fewer bytes (PNG, third edition). Anything but 8-bit colour without interlacing stays as it is. */
export function smaller(png: Buffer): Buffer {
  const chunks = chunksOf(png);
  const head = chunks.find(({ type }) => type === "IHDR")?.data;
  if (head === undefined) throw new Error("not a PNG");
  const [depth, colour, interlaced] = [head[8], head[9], head[12]];
  if (depth !== 8 || (colour !== 2 && colour !== 6) || interlaced !== 0) return png;
  const data = chunks.filter(({ type }) => type === "IDAT").map((one) => one.data);
  const channels = colour === 6 ? 4 : 3;
  const width = head.readUInt32BE(0);
  const plain = unfilter(inflateSync(Buffer.concat(data)), width * channels, channels);
  const { pixels, newHead } = withoutAlpha(plain, head, channels);
  const stride = width * (newHead[9] === 6 ? 4 : 3);
  const packed = deflateSync(filter(pixels, stride, stride / width), {
    level: 9,
    memLevel: 9,
    strategy: constants.Z_DEFAULT_STRATEGY,
  });
  const made = Buffer.concat([
    png.subarray(0, 8),
    chunk("IHDR", newHead),
    chunk("IDAT", packed),
    chunk("IEND", Buffer.alloc(0)),
  ]);
  return made.length < png.length ? made : png;
}

function chunksOf(png: Buffer): { type: string; data: Buffer }[] {
  const out: { type: string; data: Buffer }[] = [];
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    out.push({
      type: png.toString("latin1", at + 4, at + 8),
      data: png.subarray(at + 8, at + 8 + length),
    });
    at += length + 12;
  }
  return out;
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(named.length + 8);
  out.writeUInt32BE(data.length, 0);
  named.copy(out, 4);
  out.writeUInt32BE(crc32(named), named.length + 4);
  return out;
}

/** Screens are opaque: their fourth channel says nothing. */
function withoutAlpha(
  pixels: Buffer,
  head: Buffer,
  channels: number,
): { pixels: Buffer; newHead: Buffer } {
  if (channels === 3) return { pixels, newHead: head };
  const out = Buffer.alloc((pixels.length / 4) * 3);
  for (let from = 0, to = 0; from < pixels.length; from += 4, to += 3) {
    if (pixels[from + 3] !== 255) return { pixels, newHead: head };
    pixels.copy(out, to, from, from + 3);
  }
  const newHead = Buffer.from(head);
  newHead[9] = 2;
  return { pixels: out, newHead };
}

const paeth = (a: number, b: number, c: number): number => {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
};

/** What each of the five filters predicts from the bytes to the left, above, and above left. */
const predict = [
  () => 0,
  (a: number) => a,
  (_: number, b: number) => b,
  (a: number, b: number) => (a + b) >> 1,
  paeth,
] as const;

function unfilter(filtered: Buffer, stride: number, step: number): Buffer {
  const rows = filtered.length / (stride + 1);
  const out = Buffer.alloc(rows * stride);
  for (let y = 0; y < rows; y++) {
    const guess = predict[(filtered[y * (stride + 1)] ?? 0) as 0 | 1 | 2 | 3 | 4];
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const a = x < step ? 0 : (out[at - step] ?? 0);
      const b = y === 0 ? 0 : (out[at - stride] ?? 0);
      const c = x < step || y === 0 ? 0 : (out[at - stride - step] ?? 0);
      out[at] = (filtered[y * (stride + 1) + 1 + x] ?? 0) + guess(a, b, c);
    }
  }
  return out;
}

/** For flat pictures, rows that equal the one above are best left to that filter, and all others unfiltered. */
function filter(pixels: Buffer, stride: number, step: number): Buffer {
  const rows = pixels.length / stride;
  const candidates = ([0, 1, 2, 4] as const).map((kind) => {
    const out = Buffer.alloc(rows * (stride + 1));
    for (let y = 0; y < rows; y++) {
      out[y * (stride + 1)] = kind;
      for (let x = 0; x < stride; x++) {
        const at = y * stride + x;
        const a = x < step ? 0 : (pixels[at - step] ?? 0);
        const b = y === 0 ? 0 : (pixels[at - stride] ?? 0);
        const c = x < step || y === 0 ? 0 : (pixels[at - stride - step] ?? 0);
        out[y * (stride + 1) + 1 + x] = (pixels[at] ?? 0) - predict[kind](a, b, c);
      }
    }
    return { out, size: deflateSync(out, { level: 6 }).length };
  });
  return candidates.reduce((best, one) => (one.size < best.size ? one : best)).out;
}
