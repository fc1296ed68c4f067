/**
 * Sealing the archive that a person takes along (docs/archive-format.md). Its own entry, `@baraza/crypto/archive`:
 * Argon2id is needed by nobody else and takes seconds.
 *
 * [Note: Chunks of an archive] Each chunk is sealed under a key of its own (a fresh salt), so a chunk that is made again
 * after an interruption repeats no nonce. Bound to each are the hash of the header, its number and whether it is the last:
 * chunks cannot be left out, put elsewhere or taken from another archive, and a file that was cut off shows.
 */
import type { Bytes } from "@baraza/protocol";
import type { ArchiveHeader, ArchiveWrap } from "@baraza/protocol/archive";
import {
  concat,
  equalBytes,
  LABELS,
  LIMITS,
  readAs,
  uint64,
  utf8,
  writeAs,
} from "@baraza/protocol";
import { ARCHIVE_MAGIC, archiveHeader } from "@baraza/protocol/archive";
import { CryptoError } from "./errors.ts";
import { openAead, randomBytes, sealAead, sha256 } from "./primitives.ts";
import type { StretchCost } from "./stretch.ts";
import { STRETCH_COST, stretch as stretched } from "./stretch.ts";

export type ArchiveCost = Pick<ArchiveWrap, "memory" | "passes" | "lanes"> & StretchCost;
export const ARCHIVE_COST: ArchiveCost = STRETCH_COST;

/** An archive's key and everything of the file before its first chunk. `headerHash` goes into each chunk. */
export type ArchiveSeal = { id: Bytes; key: Bytes; head: Bytes; headerHash: Bytes };

/** The magic and the length of the header: what has to be read first. In bytes. */
export const ARCHIVE_LEAD = 16 + 4;
const CHECK = 8;
const HEADER_BYTES = 64 * 1024;

/**
 * Makes the key of a new archive and seals it under a passphrase. Takes seconds. `fixed` and another `cost` are for
 * vectors and tests only.
 */
export async function createArchive(
  passphrase: string,
  cost: ArchiveCost = ARCHIVE_COST,
  fixed?: { id: Bytes; key: Bytes; salt: Bytes; aeadSalt: Bytes },
): Promise<ArchiveSeal> {
  const id = fixed?.id ?? randomBytes(16);
  const key = fixed?.key ?? randomBytes(32);
  const salt = fixed?.salt ?? randomBytes(32);
  const wrapped = await sealAead(await stretch(passphrase, salt, cost), key, id, {
    label: LABELS.archiveKey,
    ...(fixed === undefined ? {} : { salt: fixed.aeadSalt }),
  });
  const header = writeAs(archiveHeader, {
    v: 1,
    id,
    wraps: [{ way: "passphrase", salt, ...cost, wrapped }],
  });
  const headerHash = sha256(header);
  const head = concat(
    utf8(ARCHIVE_MAGIC),
    uint32(header.length),
    header,
    headerHash.subarray(0, CHECK),
  );
  return { id, key, head, headerHash };
}

/**
 * How many bytes stand before the first chunk, from the file's first {@link ARCHIVE_LEAD} bytes.
 * @throws CryptoError `bad_archive`, `newer_archive`
 */
export function archiveHeadBytes(lead: Bytes): number {
  if (lead.length < ARCHIVE_LEAD) throw new CryptoError("bad_archive");
  const magic = utf8(ARCHIVE_MAGIC);
  if (!equalBytes(lead.subarray(0, 16), magic)) {
    const family = equalBytes(lead.subarray(0, 15), magic.subarray(0, 15));
    throw new CryptoError(family ? "newer_archive" : "bad_archive");
  }
  const length = readUint32(lead, 16);
  if (length > HEADER_BYTES) throw new CryptoError("bad_archive");
  return ARCHIVE_LEAD + length + CHECK;
}

/**
 * Opens an archive's header with the passphrase. `head` is exactly {@link archiveHeadBytes} bytes. Takes seconds.
 * @throws CryptoError `bad_archive` when it was damaged, `wrong_passphrase`; ProtocolError `unsupported_field`
 */
export async function openArchive(head: Bytes, passphrase: string): Promise<ArchiveSeal> {
  const { header, headerHash } = readHead(head);
  for (const wrap of header.wraps) {
    try {
      const stretched = await stretch(passphrase, wrap.salt, wrap);
      const key = await openAead(stretched, wrap.wrapped, header.id, { label: LABELS.archiveKey });
      if (key.length === 32) return { id: header.id, key, head, headerHash };
    } catch (error) {
      if (!(error instanceof CryptoError)) throw error;
    }
  }
  throw new CryptoError("wrong_passphrase");
}

/** The id of an archive, without opening it. @throws CryptoError `bad_archive` */
export function archiveId(head: Bytes): Bytes {
  return readHead(head).header.id;
}

/** Seals one chunk as it stands in the file: its length (4 bytes, big-endian), then the sealed bytes. */
export async function sealArchiveChunk(
  seal: Pick<ArchiveSeal, "key" | "headerHash">,
  index: number,
  last: boolean,
  plain: Bytes,
  salt?: Bytes,
): Promise<Bytes> {
  const sealed = await sealAead(seal.key, plain, chunkAad(seal.headerHash, index, last), {
    label: LABELS.archiveChunk,
    ...(salt === undefined ? {} : { salt }),
  });
  return concat(uint32(sealed.length), sealed);
}

/** How many bytes a chunk takes in the file, from its first four. @throws CryptoError `bad_archive` */
export function archiveFrameBytes(lead: Bytes): number {
  const length = lead.length < 4 ? 0 : readUint32(lead, 0);
  if (length === 0 || length > LIMITS.archiveFrameBytes) throw new CryptoError("bad_archive");
  return 4 + length;
}

/** Opens one chunk, and says whether it is the last. @throws CryptoError `open_failed` when it was altered or moved. */
export async function openArchiveChunk(
  seal: Pick<ArchiveSeal, "key" | "headerHash">,
  index: number,
  frame: Bytes,
): Promise<{ plain: Bytes; last: boolean }> {
  const sealed = frame.subarray(4);
  const open = (last: boolean) =>
    openAead(seal.key, sealed, chunkAad(seal.headerHash, index, last), {
      label: LABELS.archiveChunk,
    });
  try {
    return { plain: await open(false), last: false };
  } catch {
    return { plain: await open(true), last: true };
  }
}

function readHead(head: Bytes): { header: ArchiveHeader; headerHash: Bytes } {
  if (archiveHeadBytes(head) !== head.length) throw new CryptoError("bad_archive");
  const bytes = head.subarray(ARCHIVE_LEAD, head.length - CHECK);
  const headerHash = sha256(bytes);
  if (!equalBytes(headerHash.subarray(0, CHECK), head.subarray(head.length - CHECK)))
    throw new CryptoError("bad_archive");
  try {
    return { header: readAs(archiveHeader, bytes, HEADER_BYTES), headerHash };
  } catch (cause) {
    throw new CryptoError("bad_archive", cause);
  }
}

function stretch(passphrase: string, salt: Bytes, cost: ArchiveCost): Promise<Bytes> {
  if (cost.memory < 8 * cost.lanes) throw new CryptoError("bad_archive");
  return stretched(passphrase, salt, cost);
}

function chunkAad(headerHash: Bytes, index: number, last: boolean): Bytes {
  return concat(headerHash, uint64(index), Uint8Array.of(last ? 1 : 0));
}

function uint32(value: number): Bytes {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value);
  return out;
}

function readUint32(bytes: Bytes, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0);
}
