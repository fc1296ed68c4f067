/** Reading a file in pieces, whatever it is read from. */
import type { Bytes } from "@baraza/protocol";
import { DecodeError, type Ranged, type Source } from "./api.ts";
import { limits } from "./limits.ts";

/** How much is read ahead where headers are looked at one after the other, in bytes. */
const AHEAD = 64 * 1024;

/** A file as something that is read in pieces. */
export function ranged(source: Source): Ranged {
  if (!(source instanceof Blob)) return source;
  return {
    size: source.size,
    read: async (start, end) => new Uint8Array(await source.slice(start, end).arrayBuffer()),
  };
}

/** Bytes in memory as a file, for tests and for files within files. */
export function rangedBytes(bytes: Bytes): Ranged {
  return { size: bytes.length, read: (start, end) => Promise.resolve(bytes.slice(start, end)) };
}

/**
 * A file read in larger pieces than asked for, so that many small looks do not become many reads.
 * Answers fewer bytes than asked for only at the end of the file.
 */
export function ahead(source: Ranged, amount: number = AHEAD): Ranged {
  let from = 0;
  let kept: Bytes = new Uint8Array(0);
  return {
    size: source.size,
    read: async (start, end) => {
      const to = Math.min(end, source.size);
      if (start >= to) return new Uint8Array(0);
      if (start < from || to > from + kept.length) {
        kept = await source.read(start, Math.min(source.size, Math.max(to, start + amount)));
        from = start;
      }
      return kept.subarray(start - from, to - from);
    },
  };
}

/** The whole file as a blob of a type. @throws DecodeError when it is not on this device and large. */
export async function whole(source: Source, type: string): Promise<Blob> {
  if (source instanceof Blob) return source.slice(0, source.size, type);
  if (source.size > limits.wholeBytes) throw new DecodeError("tooLarge");
  return new Blob([await source.read(0, source.size)], { type });
}

/** One array with the parts in order. */
export function joined(...parts: readonly Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A view for reading numbers. */
export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bytes as Latin-1, for signatures and names of chunks. */
export function latin(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
