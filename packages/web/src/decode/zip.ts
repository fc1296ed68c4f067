/** Reading entries of a zip (APPNOTE 6.3) without having it whole in memory, and with an end to what they unfold to. */
import type { Bytes } from "@baraza/protocol";
import { Inflate } from "fflate";
import { DecodeError, type Ranged } from "./api.ts";
import { limits } from "./limits.ts";
import { joined, view } from "./source.ts";

/** Where an entry lies in the zip; sizes in bytes, as the directory claims them. */
export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
  readonly locked: boolean;
  /** Checksum of what is in it (CRC-32), and when it was changed last, in ms since 1970. */
  readonly crc: number;
  readonly at: number;
}

/** How much of a directory is read. */
export interface ZipBounds {
  readonly zipEntries: number;
  readonly zipDirectory: number;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;

/** The zip's directory. @throws DecodeError when it is damaged or longer than what is read here */
export async function listZip(source: Ranged, most: ZipBounds = limits): Promise<ZipEntry[]> {
  const { start, length, count } = await findDirectory(source);
  if (count > most.zipEntries || length > most.zipDirectory) throw new DecodeError("tooLarge");
  if (start + length > source.size) throw new DecodeError("damaged");
  const bytes = await source.read(start, start + length);
  const data = view(bytes);
  const entries: ZipEntry[] = [];
  for (let at = 0; at + 46 <= bytes.length && entries.length < count;) {
    if (data.getUint32(at, true) !== ENTRY) throw new DecodeError("damaged");
    const flags = data.getUint16(at + 8, true);
    const nameLength = data.getUint16(at + 28, true);
    const extraLength = data.getUint16(at + 30, true);
    const next = at + 46 + nameLength + extraLength + data.getUint16(at + 32, true);
    if (next > bytes.length) throw new DecodeError("damaged");
    const large = largeSizes(data, at, at + 46 + nameLength, extraLength);
    entries.push({
      name: new TextDecoder(flags & 0x800 ? "utf-8" : "windows-1252").decode(
        bytes.subarray(at + 46, at + 46 + nameLength),
      ),
      method: data.getUint16(at + 10, true),
      locked: (flags & 1) !== 0,
      crc: data.getUint32(at + 16, true),
      at: changedAt(data, at, at + 46 + nameLength, extraLength),
      ...large,
    });
    at = next;
  }
  return entries;
}

/** The date of the extended timestamp where there is one (Info-ZIP); else that of DOS, which knows no time zone. */
function changedAt(data: DataView, at: number, extra: number, extraLength: number): number {
  for (let field = extra; field + 9 <= extra + extraLength;) {
    const length = data.getUint16(field + 2, true);
    const isTime = data.getUint16(field, true) === 0x5455 && length >= 5;
    if (isTime && (data.getUint8(field + 4) & 1) === 1)
      return data.getInt32(field + 5, true) * 1000;
    field += 4 + length;
  }
  const [time, day] = [data.getUint16(at + 12, true), data.getUint16(at + 14, true)];
  return new Date(
    1980 + (day >> 9),
    ((day >> 5) & 15) - 1,
    day & 31,
    time >> 11,
    (time >> 5) & 63,
    (time & 31) * 2,
  ).getTime();
}

/** Sizes and place of an entry, out of the zip64 field where they do not fit into 32 bits. */
function largeSizes(
  data: DataView,
  at: number,
  extra: number,
  extraLength: number,
): { size: number; packed: number; offset: number } {
  const sizes = {
    size: data.getUint32(at + 24, true),
    packed: data.getUint32(at + 20, true),
    offset: data.getUint32(at + 42, true),
  };
  for (let field = extra; field + 4 <= extra + extraLength;) {
    const length = data.getUint16(field + 2, true);
    const end = Math.min(field + 4 + length, extra + extraLength);
    if (data.getUint16(field, true) === 1) {
      let value = field + 4;
      for (const key of ["size", "packed", "offset"] as const) {
        if (sizes[key] !== 0xffffffff || value + 8 > end) continue;
        sizes[key] = Number(data.getBigUint64(value, true));
        value += 8;
      }
    }
    field += 4 + length;
  }
  return sizes;
}

async function findDirectory(
  source: Ranged,
): Promise<{ start: number; length: number; count: number }> {
  const from = Math.max(0, source.size - 66_000);
  const tail = await source.read(from, source.size);
  const data = view(tail);
  for (let at = tail.length - 22; at >= 0; at--) {
    if (data.getUint32(at, true) !== END) continue;
    const found = {
      count: data.getUint16(at + 10, true),
      length: data.getUint32(at + 12, true),
      start: data.getUint32(at + 16, true),
    };
    const locator = at - 20;
    if (locator < 0 || data.getUint32(locator, true) !== 0x07064b50) return found;
    const place = Number(data.getBigUint64(locator + 8, true));
    if (place + 56 > source.size) throw new DecodeError("damaged");
    const end = view(await source.read(place, place + 56));
    if (end.getUint32(0, true) !== END_64) throw new DecodeError("damaged");
    return {
      count: Number(end.getBigUint64(32, true)),
      length: Number(end.getBigUint64(40, true)),
      start: Number(end.getBigUint64(48, true)),
    };
  }
  throw new DecodeError("damaged", "no end of the directory");
}

/** A zip whose entries are read by name; all together they may unfold to `limits.zipTotal`. */
export interface Zip {
  readonly entries: readonly ZipEntry[];
  /** An entry's bytes; null when there is none of that name. @throws DecodeError `tooLarge`, `damaged`, `protected` */
  read(name: string): Promise<Bytes | null>;
}

/** Opens a zip for reading single entries of it. @throws DecodeError */
export async function openZip(source: Ranged): Promise<Zip> {
  const entries = await listZip(source);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  let left: number = limits.zipTotal;
  return {
    entries,
    read: async (name) => {
      const entry = byName.get(name);
      if (entry === undefined) return null;
      const bytes = await readEntry(source, entry, Math.min(left, limits.zipEntry));
      left -= bytes.length;
      return bytes;
    },
  };
}

async function readEntry(source: Ranged, entry: ZipEntry, most: number): Promise<Bytes> {
  if (entry.size > most) throw new DecodeError("tooLarge");
  const start = await startOf(source, entry);
  if (entry.method === 0) {
    if (entry.packed > most) throw new DecodeError("tooLarge");
    return source.read(start, start + entry.packed);
  }
  return inflate(source, start, start + entry.packed, most);
}

/** Where an entry's packed bytes begin. @throws DecodeError `protected`, `damaged`, `unsupported` */
export async function startOf(source: Ranged, entry: ZipEntry): Promise<number> {
  if (entry.locked) throw new DecodeError("protected");
  if (entry.offset + 30 > source.size) throw new DecodeError("damaged");
  const local = view(await source.read(entry.offset, entry.offset + 30));
  if (local.getUint32(0, true) !== LOCAL) throw new DecodeError("damaged");
  const start = entry.offset + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  if (start + entry.packed > source.size) throw new DecodeError("damaged");
  if (entry.method !== 0 && entry.method !== 8) throw new DecodeError("unsupported");
  return start;
}

/** Unfolds piece by piece and stops where the limit is, whatever size the directory claims. */
async function inflate(source: Ranged, start: number, end: number, most: number): Promise<Bytes> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const stream = new Inflate((part) => {
    length += part.length;
    if (length > most) throw new DecodeError("tooLarge");
    parts.push(part);
  });
  const step = 32 * 1024;
  for (let at = start; at < end || at === start; at += step) {
    const piece = await source.read(at, Math.min(at + step, end));
    try {
      stream.push(piece, at + step >= end);
    } catch (error) {
      throw error instanceof DecodeError ? error : new DecodeError("damaged");
    }
  }
  return joined(...parts);
}
