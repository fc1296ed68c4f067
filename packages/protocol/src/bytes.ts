/** Bytes, and the few things that everyone does with them. Runs anywhere. */

/** The one byte type of the project: never backed by a SharedArrayBuffer, so WebCrypto takes it. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 bytes of a text. */
export function utf8(text: string): Bytes {
  return encoder.encode(text);
}

/** Text of UTF-8 bytes. @throws TypeError when they are not valid UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** One array with the parts in order. */
export function concat(...parts: readonly Uint8Array[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** True when both hold the same bytes. Takes the same time wherever they differ; lengths are not secret. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/**
 * Gives the memory of large bytes back at once, with every view of the same buffer; they are empty from then on. Megabytes that wait
 * for the garbage collector make it run over the whole heap every few dozen of them: it took a third of the time of moving files.
 * Only for bytes that nobody uses any more, neither the kernel nor another thread on the caller's behalf.
 */
export function freeBytes(bytes: Bytes): void {
  // Missing in engines before 2024: there the collector does it.
  if (bytes.length > FREED) bytes.buffer.transfer?.(0);
}
/** What is shorter may be a piece of a buffer that others have pieces of too: Node cuts them from pools up to this size. */
const FREED = 32 * 1024;

/** Joins parts that came off the line, and gives their memory back where they are all of their buffers. @param length of all */
export function joinRead(parts: readonly Bytes[], length: number): Bytes {
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
    if (part.length === part.buffer.byteLength) freeBytes(part);
  }
  return out;
}

/** An unsigned integer below 2^53 as eight bytes, big endian. */
export function uint64(value: number): Bytes {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(value));
  return out;
}

const HEX = "0123456789abcdef";

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  let out = "";
  for (const byte of bytes) out += HEX.charAt(byte >> 4) + HEX.charAt(byte & 15);
  return out;
}

/** Bytes of hexadecimal text. @throws RangeError when it is not hexadecimal. */
export function fromHex(text: string): Bytes {
  if (!/^(?:[0-9a-f]{2})*$/i.test(text)) throw new RangeError("not hexadecimal");
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return out;
}

/** Base64url without padding (RFC 4648, section 5). */
export function toBase64url(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 8192)
    binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Bytes of base64url without padding. @throws RangeError when it is anything else, non-zero spare bits included. */
export function fromBase64url(text: string): Bytes {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1)
    throw new RangeError("not base64url");
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const out = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) out[i] = binary.charCodeAt(i);
  if (toBase64url(out) !== text) throw new RangeError("not canonical base64url");
  return out;
}
