/**
 * Requests and responses that carry one large chunk, without taking it through the codec: the chunk is put into, or cut out of,
 * the canonical encoding of the rest. The bytes are the same as the codec's (checked by tests); it is read and written once
 * instead of four times.
 */
import type { Bytes } from "./bytes.ts";
import { concat, utf8 } from "./bytes.ts";

/** `chunk`, as the key of a map. */
const KEY = concat(Uint8Array.of(0x65), utf8("chunk"));
/** Stands for the chunk while the rest goes through the codec: one byte. */
export const STAND_IN: Bytes = Uint8Array.of(0);
/** A shorter chunk goes through the codec as it is. */
export const LARGE = 32 * 1024;

/** Puts the chunk in the place of {@link STAND_IN} in the encoding of the rest; undefined where that is not found. */
export function putChunkIn(rest: Bytes, chunk: Bytes): Bytes | undefined {
  const at = placeOf(rest);
  if (at < 0 || rest[at] !== 0x41 || rest[at + 1] !== 0) return undefined;
  const out = new Uint8Array(rest.length + 3 + chunk.length);
  out.set(rest.subarray(0, at));
  out[at] = 0x5a;
  new DataView(out.buffer).setUint32(at + 1, chunk.length);
  out.set(chunk, at + 5);
  out.set(rest.subarray(at + 2), at + 5 + chunk.length);
  return out;
}

/** The chunk of a message as a view of it, and the rest with {@link STAND_IN} in its place; undefined: the codec has to read it. */
export function cutChunkOut(message: Uint8Array): { rest: Bytes; chunk: Bytes } | undefined {
  const at = placeOf(message);
  // Above 65,535 bytes there is one head: a byte and the length in four.
  if (at < 0 || message[at] !== 0x5a || at + 5 > message.length) return undefined;
  const length = new DataView(message.buffer, message.byteOffset).getUint32(at + 1);
  const end = at + 5 + length;
  if (length < 0x1_0000 || end > message.length) return undefined;
  const rest = concat(message.subarray(0, at), Uint8Array.of(0x41, 0), message.subarray(end));
  return { rest, chunk: message.subarray(at + 5, end) as Bytes };
}

/** Where the value of `chunk` begins, where it is the first key or follows the number `bytes`; else -1. */
function placeOf(message: Uint8Array): number {
  if (isAt(message, 1, KEY)) return 1 + KEY.length;
  if (!isAt(message, 1, BYTES)) return -1;
  const head = message[1 + BYTES.length] ?? 0xff;
  const size = head < 24 ? 0 : head <= 27 ? 2 ** (head - 24) : -1;
  const at = 1 + BYTES.length + 1 + size;
  return size >= 0 && isAt(message, at, KEY) ? at + KEY.length : -1;
}
const BYTES = concat(Uint8Array.of(0x65), utf8("bytes"));

function isAt(message: Uint8Array, at: number, expected: Uint8Array): boolean {
  for (let i = 0; i < expected.length; i++) if (message[at + i] !== expected[i]) return false;
  return true;
}
