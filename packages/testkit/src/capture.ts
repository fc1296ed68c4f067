/**
 * Searching for planted words in everything that nodes store and send: as bytes, as UTF-16 of both orders, as base64 at all
 * three alignments (both alphabets), as hexadecimal, and in every compressed stream inside.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliDecompressSync, constants, inflateRawSync, inflateSync } from "node:zlib";
import type { Tap } from "./proxy.ts";

/** What passed over one connection. `byBrowser`: a browser made it; else a node did. */
export type Conversation = { byBrowser: boolean; to: Buffer; from: Buffer };

export type Wire = {
  tap: Tap;
  /** Everything so far, connection by connection. */
  conversations(): Conversation[];
  /** How many bytes have passed so far. */
  bytes(direction: "to" | "from"): number;
};

/** Records what passes a proxy. */
export function recordWire(): Wire {
  const parts = new Map<number, { to: Buffer[]; from: Buffer[] }>();
  const passed = { to: 0, from: 0 };
  return {
    tap(connection, direction, bytes) {
      const known = parts.get(connection) ?? { to: [], from: [] };
      known[direction].push(Buffer.from(bytes));
      passed[direction] += bytes.length;
      parts.set(connection, known);
    },
    bytes: (direction) => passed[direction],
    conversations() {
      return [...parts.values()].map((part) => {
        const to = Buffer.concat(part.to);
        const start = to.subarray(0, 4096).toString("latin1").toLowerCase();
        return { byBrowser: start.includes("mozilla/"), to, from: Buffer.concat(part.from) };
      });
    },
  };
}

/** All files below a directory, with their bytes. */
export async function filesBelow(directory: string): Promise<{ name: string; bytes: Buffer }[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(
    files.map(async (entry) => {
      const name = join(entry.parentPath, entry.name);
      return { name, bytes: await readFile(name) };
    }),
  );
}

/** The shortest canary that may be searched for: shorter ones would be found by chance in base64. */
const SHORTEST = 12;

/** Every way in which a text may stand in bytes. */
export function disguises(canary: string): { as: string; bytes: Buffer }[] {
  const plain = Buffer.from(canary, "utf8");
  if (plain.length < SHORTEST) throw new RangeError(`a canary has ${SHORTEST} bytes or more`);
  const little = Buffer.from(canary, "utf16le");
  const out = [
    { as: "bytes", bytes: plain },
    { as: "utf-16le", bytes: little },
    { as: "utf-16be", bytes: Buffer.from(little).swap16() },
    { as: "hex", bytes: Buffer.from(plain.toString("hex")) },
    { as: "json", bytes: Buffer.from(JSON.stringify(canary).slice(1, -1)) },
    { as: "percent", bytes: Buffer.from(encodeURIComponent(canary)) },
  ];
  for (let shift = 0; shift < 3; shift++) {
    // Characters at either end that also depend on the neighbours are left out.
    const padded = Buffer.concat([Buffer.alloc(shift), plain]);
    const text = padded.toString("base64").replace(/=+$/, "");
    const from = Math.ceil((shift * 8) / 6);
    const until = Math.floor((padded.length * 8) / 6);
    const sure = text.slice(from, until);
    out.push({ as: `base64+${shift}`, bytes: Buffer.from(sure) });
    out.push({
      as: `base64url+${shift}`,
      bytes: Buffer.from(sure.replaceAll("+", "-").replaceAll("/", "_")),
    });
  }
  return out;
}

/** Where canaries were found: `where: canary (as ...)`. An empty list is what one wants. */
export function findCanaries(where: string, bytes: Buffer, canaries: readonly string[]): string[] {
  const found = new Set<string>();
  const look = (name: string, haystack: Buffer) => {
    for (const canary of canaries)
      for (const { as, bytes: needle } of disguises(canary))
        if (haystack.includes(needle)) found.add(`${name}: ${canary} (as ${as})`);
  };
  look(where, bytes);
  for (const { at, plain } of streamsIn(bytes)) look(`${where} decompressed at ${at}`, plain);
  return [...found];
}

const PLAIN_MAX = 64 * 1024 * 1024;
const lenient = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: PLAIN_MAX };

/** Every gzip, zlib, raw deflate (as WebSocket's) and brotli stream that can be found in the bytes. */
function streamsIn(bytes: Buffer): { at: number; plain: Buffer }[] {
  const out: { at: number; plain: Buffer }[] = [];
  const attempt = (at: number, inflate: () => Buffer) => {
    try {
      const plain = inflate();
      if (plain.length > 0) out.push({ at, plain });
    } catch {
      // No stream here.
    }
  };
  for (
    let at = bytes.indexOf(Buffer.from([0x1f, 0x8b, 0x08]));
    at !== -1;
    at = bytes.indexOf(Buffer.from([0x1f, 0x8b, 0x08]), at + 1)
  )
    attempt(at, () => inflateRawSync(bytes.subarray(at + gzipHeader(bytes, at)), lenient));
  for (const second of [0x01, 0x5e, 0x9c, 0xda]) {
    const magic = Buffer.from([0x78, second]);
    for (let at = bytes.indexOf(magic); at !== -1; at = bytes.indexOf(magic, at + 1))
      attempt(at, () => inflateSync(bytes.subarray(at), lenient));
  }
  for (const { at, encoding } of encodedBodies(bytes)) {
    if (encoding === "br")
      attempt(at, () =>
        brotliDecompressSync(bytes.subarray(at), {
          finishFlush: constants.BROTLI_OPERATION_FLUSH,
          maxOutputLength: PLAIN_MAX,
        }),
      );
    if (encoding === "deflate") attempt(at, () => inflateRawSync(bytes.subarray(at), lenient));
  }
  return out;
}

/** The length of a gzip member's header (RFC 1952, section 2.3): what follows the member must not matter. */
function gzipHeader(bytes: Buffer, at: number): number {
  const flags = bytes[at + 3] ?? 0;
  let length = 10;
  if (flags & 4) length += 2 + (bytes[at + 10] ?? 0) + 256 * (bytes[at + 11] ?? 0);
  for (const flag of [8, 16]) if (flags & flag) length = bytes.indexOf(0, at + length) + 1 - at;
  return flags & 2 ? length + 2 : length;
}

/** Bodies of HTTP messages that say how they are encoded. */
function encodedBodies(bytes: Buffer): { at: number; encoding: string }[] {
  const out: { at: number; encoding: string }[] = [];
  const text = bytes.toString("latin1");
  for (const match of text.matchAll(/content-encoding:\s*(br|gzip|deflate)[^]*?\r\n\r\n/gi))
    out.push({ at: match.index + match[0].length, encoding: (match[1] ?? "").toLowerCase() });
  return out;
}
