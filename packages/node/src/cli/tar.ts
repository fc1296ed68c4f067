/**
 * Tar files (POSIX.1-2017, pax, section "ustar Interchange Format"), as far as backups need them: plain files, written
 * and read as streams. Sizes above 8 GiB use the base-256 form that GNU tar and libarchive read.
 */
import type { FileHandle } from "node:fs/promises";

const BLOCK = 512;
const OCTAL_SIZE = 8 ** 11;
const PIECE = 1024 * 1024;

/** A file that is too short, damaged or of another kind. The message is for the console. */
export class TarError extends Error {
  override readonly name = "TarError";
}

/** Appends one file. `name` is relative, ASCII, at most 100 bytes. @throws TarError when `source` is not `size` long. */
export async function appendFile(
  to: FileHandle,
  name: string,
  size: number,
  source: AsyncIterable<Uint8Array>,
): Promise<void> {
  await to.write(header(name, size));
  let written = 0;
  for await (const piece of source) {
    written += piece.length;
    if (written > size) throw new TarError(`${name} grew while it was read.`);
    await to.write(piece);
  }
  if (written !== size) throw new TarError(`${name} is shorter than expected.`);
  await to.write(new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK));
}

/** Ends the archive with two empty blocks. */
export async function finish(to: FileHandle): Promise<void> {
  await to.write(new Uint8Array(2 * BLOCK));
}

export type TarEntry = { name: string; size: number; content: AsyncGenerator<Uint8Array, void> };

/**
 * Reads an archive of plain files. The content of one has to be read before the next is asked for.
 * @throws TarError when it is damaged, holds anything but files, or ends without its end mark.
 */
export async function* readEntries(from: FileHandle): AsyncGenerator<TarEntry, void> {
  let at = 0;
  for (;;) {
    const block = await readAt(from, at, BLOCK);
    at += BLOCK;
    if (block.every((byte) => byte === 0)) return;
    const { name, size } = parse(block);
    const start = at;
    yield { name, size, content: contentOf(from, start, size) };
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}

async function* contentOf(
  from: FileHandle,
  start: number,
  size: number,
): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < size; at += PIECE)
    yield await readAt(from, start + at, Math.min(PIECE, size - at));
}

async function readAt(from: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(length);
  let got = 0;
  while (got < length) {
    const { bytesRead } = await from.read(buffer, got, length - got, position + got);
    if (bytesRead === 0) throw new TarError("The backup file ends too early.");
    got += bytesRead;
  }
  return buffer;
}

function header(name: string, size: number): Uint8Array {
  const block = Buffer.alloc(BLOCK);
  if (name.length > 100) throw new TarError(`${name} is too long a name.`);
  block.write(name, 0, "ascii");
  block.write("0000600\0", 100);
  block.write("0000000\0", 108);
  block.write("0000000\0", 116);
  writeSize(block, size);
  block.write("00000000000\0", 136);
  block.write("        ", 148);
  block.write("0", 156);
  block.write("ustar\x0000", 257);
  block.write(`${checksum(block).toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

function writeSize(block: Buffer, size: number): void {
  if (size < OCTAL_SIZE) {
    block.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
    return;
  }
  block[124] = 0x80;
  block.writeBigUInt64BE(BigInt(size), 128);
}

function parse(bytes: Uint8Array): { name: string; size: number } {
  const block = Buffer.from(bytes);
  const sum = Number.parseInt(block.toString("ascii", 148, 154), 8);
  block.fill(" ", 148, 156);
  if (sum !== checksum(block) || block.toString("ascii", 257, 262) !== "ustar")
    throw new TarError("The file is not a backup, or it is damaged.");
  if (block[156] !== 0x30 && block[156] !== 0)
    throw new TarError("The backup holds something that is not a file.");
  const end = block.indexOf(0);
  const name = block.toString("ascii", 0, end < 0 || end > 100 ? 100 : end);
  const size =
    block[124] === 0x80
      ? Number(block.readBigUInt64BE(128))
      : Number.parseInt(block.toString("ascii", 124, 135), 8);
  if (!Number.isSafeInteger(size)) throw new TarError("The backup is damaged.");
  return { name, size };
}

function checksum(block: Uint8Array): number {
  let sum = 0;
  for (const byte of block) sum += byte;
  return sum;
}
