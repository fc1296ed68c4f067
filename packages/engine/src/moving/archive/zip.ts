/**
 * A zip file (PKWARE's APPNOTE 6.3.10) written as it is made: sizes and checks stand behind each file, and the long forms (ZIP64,
 * section 4.5.3) are used where something takes 4 GiB or more. Names are UTF-8.
 */
import { Deflate } from "fflate";
import type { Bytes } from "@baraza/protocol";
import { concat, utf8 } from "@baraza/protocol";

export type ZipFile = {
  /** Separated by slashes. */
  path: string;
  /** When it was changed last, ms since 1970. */
  at: number;
  /** What is not text is packed already, mostly. */
  deflate: boolean;
  /** How much it will be; it may be left out of what takes less than 4 GiB. */
  size?: number | undefined;
  content: AsyncIterable<Bytes>;
};

/** One byte pair says UTF-8 names, one that sizes stand behind. */
const FLAGS = 0x0808;
const PLAIN = 20;
const LONG = 45;
/** Made by Unix, an ordinary file that its owner writes. */
const MADE_BY = (3 << 8) | LONG;
const ATTRIBUTES = 0o100644 * 0x10000;
const SHORT_COUNT = 0xffff;

/**
 * The bytes of the zip, in order.
 * @param short from here on sizes take the long form; a test makes it small
 * @throws RangeError when a file of unknown size takes as much
 */
export async function* zipStream(
  files: AsyncIterable<ZipFile>,
  short = 0xffff_ffff,
): AsyncGenerator<Bytes, void> {
  const listed: Bytes[] = [];
  let offset = 0;
  for await (const file of files) {
    const name = utf8(file.path);
    const long = file.size !== undefined && file.size >= short;
    const method = file.deflate ? 8 : 0;
    const { time, date } = dosTime(file.at);
    const begin = offset;
    const head = concat(
      fields(
        [4, 0x04034b50],
        [2, long ? LONG : PLAIN],
        [2, FLAGS],
        [2, method],
        [2, time],
        [2, date],
      ),
      fields([4, 0], [4, long ? 0xffff_ffff : 0], [4, long ? 0xffff_ffff : 0]),
      fields([2, name.length], [2, long ? 20 : 0]),
      name,
      long ? fields([2, 1], [2, 16], [8, 0], [8, 0]) : new Uint8Array(),
    );
    yield head;
    let packed = 0;
    let size = 0;
    let crc = 0xffff_ffff;
    for await (const bytes of packedOf(file, (plain) => {
      size += plain.length;
      crc = crcOf(crc, plain);
    })) {
      packed += bytes.length;
      yield bytes;
    }
    if (!long && (size >= short || packed >= short)) throw new RangeError("a file is too large");
    const check = (crc ^ 0xffff_ffff) >>> 0;
    const wide = long ? 8 : 4;
    const tail = fields([4, 0x08074b50], [4, check], [wide, packed], [wide, size]);
    yield tail;
    offset += head.length + packed + tail.length;
    const far = begin >= short;
    const extra = concat(
      ...(long ? [fields([8, size], [8, packed])] : []),
      ...(far ? [fields([8, begin])] : []),
    );
    listed.push(
      concat(
        fields(
          [4, 0x02014b50],
          [2, MADE_BY],
          [2, long || far ? LONG : PLAIN],
          [2, FLAGS],
          [2, method],
        ),
        fields([2, time], [2, date], [4, check]),
        fields([4, long ? 0xffff_ffff : packed], [4, long ? 0xffff_ffff : size]),
        fields(
          [2, name.length],
          [2, extra.length === 0 ? 0 : extra.length + 4],
          [2, 0],
          [2, 0],
          [2, 0],
        ),
        fields([4, ATTRIBUTES], [4, far ? 0xffff_ffff : begin]),
        name,
        extra.length === 0 ? extra : concat(fields([2, 1], [2, extra.length]), extra),
      ),
    );
  }
  let bytes = 0;
  for (const one of listed) {
    bytes += one.length;
    yield one;
  }
  const count = listed.length;
  const long = count >= SHORT_COUNT || offset >= short || bytes >= short;
  if (long) {
    yield fields([4, 0x06064b50], [8, 44], [2, MADE_BY], [2, LONG], [4, 0], [4, 0]);
    yield fields([8, count], [8, count], [8, bytes], [8, offset]);
    yield fields([4, 0x07064b50], [4, 0], [8, offset + bytes], [4, 1]);
  }
  const some = Math.min(count, SHORT_COUNT);
  yield fields(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, long ? SHORT_COUNT : some],
    [2, long ? SHORT_COUNT : some],
  );
  yield fields([4, long ? 0xffff_ffff : bytes], [4, long ? 0xffff_ffff : offset], [2, 0]);
}

async function* packedOf(
  { content, deflate }: ZipFile,
  seen: (plain: Bytes) => void,
): AsyncGenerator<Bytes, void> {
  if (!deflate) {
    for await (const bytes of content) {
      seen(bytes);
      if (bytes.length > 0) yield bytes;
    }
    return;
  }
  let ready: Bytes[] = [];
  const deflating = new Deflate({ level: 6 }, (bytes) => {
    if (bytes.length > 0) ready.push(new Uint8Array(bytes));
  });
  const taken = () => {
    const now = ready;
    ready = [];
    return now;
  };
  for await (const bytes of content) {
    seen(bytes);
    deflating.push(bytes);
    yield* taken();
  }
  deflating.push(new Uint8Array(), true);
  yield* taken();
}

type Field = readonly [bytes: 2 | 4 | 8, value: number];

/** Numbers, the lowest byte first. */
function fields(...list: readonly Field[]): Bytes {
  const out = new Uint8Array(list.reduce((sum, [bytes]) => sum + bytes, 0));
  const view = new DataView(out.buffer);
  let at = 0;
  for (const [bytes, value] of list) {
    if (bytes === 2) view.setUint16(at, value, true);
    else if (bytes === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += bytes;
  }
  return out;
}

/** Two seconds is what these dates count; in universal time, since nobody knows where it will be opened. */
function dosTime(at: number): { time: number; date: number } {
  const when = new Date(Math.min(Math.max(at, Date.UTC(1980, 0, 1)), Date.UTC(2107, 11, 31)));
  return {
    time: (when.getUTCHours() << 11) | (when.getUTCMinutes() << 5) | (when.getUTCSeconds() >> 1),
    date:
      ((when.getUTCFullYear() - 1980) << 9) | ((when.getUTCMonth() + 1) << 5) | when.getUTCDate(),
  };
}

let table: Uint32Array | undefined;

/** CRC-32 as zip files have it, going on from an earlier one. */
function crcOf(crc: number, bytes: Bytes): number {
  table ??= Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ ((value & 1) * 0xedb88320);
    return value;
  });
  let value = crc;
  for (const byte of bytes) value = (value >>> 8) ^ (table[(value ^ byte) & 0xff] ?? 0);
  return value;
}
