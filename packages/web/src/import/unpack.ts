/** One entry of a zip file as a blob, with little memory: the browser keeps what is large on its disk. */
import { DecodeError } from "../decode/api.ts";
import type { ZipEntry } from "../decode/zip.ts";

/**
 * @param start where its packed bytes begin
 * @throws DecodeError `damaged` when it unfolds to something other than the directory says
 */
export async function unpacked(zip: Blob, entry: ZipEntry, start: number): Promise<Blob> {
  const packed = zip.slice(start, start + entry.packed);
  // Nothing is copied for what is stored as it is; its checksum is not looked at.
  if (entry.method === 0) {
    if (entry.packed !== entry.size) throw new DecodeError("damaged");
    return packed;
  }
  const stream = packed
    .stream()
    .pipeThrough(new DecompressionStream("deflate-raw"))
    .pipeThrough(checked(entry));
  try {
    return await new Response(stream).blob();
  } catch (error) {
    throw error instanceof DecodeError ? error : new DecodeError("damaged");
  }
}

/** Lets through what the directory claims, and fails at the first byte more: what unfolds without end does not get far. */
function checked({
  size,
  crc,
}: ZipEntry): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let seen = 0;
  let sum = 0xffffffff;
  return new TransformStream({
    transform(piece, controller) {
      seen += piece.length;
      if (seen > size) throw new DecodeError("damaged");
      sum = crcOf(piece, sum);
      controller.enqueue(piece);
    },
    flush() {
      if (seen !== size || (sum ^ 0xffffffff) >>> 0 !== crc) throw new DecodeError("damaged");
    },
  });
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++)
    value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crcOf(bytes: Uint8Array, before: number): number {
  let sum = before;
  for (const byte of bytes) sum = (sum >>> 8) ^ (TABLE[(sum ^ byte) & 255] ?? 0);
  return sum;
}
