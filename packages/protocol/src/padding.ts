/** Sizes: what is sealed is padded first, so that its length says little (powers of two, then Padmé). */
import type { Bytes } from "./bytes.ts";
import { ProtocolError } from "./errors.ts";

const SMALLEST = 2048;
const LARGEST_POWER = 16_384;

/**
 * The padded size for `length` bytes: the next power of two from 2 KiB to 16 KiB, above that Padmé
 * (Nikitin et al., PETS 2019): at most 12 % more, and only O(log log n) bits about the length remain.
 */
export function paddedSize(length: number): number {
  let size = SMALLEST;
  while (size < length && size < LARGEST_POWER) size *= 2;
  if (length <= size) return size;
  const exponent = Math.floor(Math.log2(length));
  const bits = Math.floor(Math.log2(exponent)) + 1;
  const step = 2 ** (exponent - bits);
  return Math.ceil(length / step) * step;
}

/**
 * Appends 0x80 and zeros so that the result plus `overhead` (what sealing adds) has a padded size.
 */
export function pad(plain: Uint8Array, overhead: number): Bytes {
  const out = new Uint8Array(paddedSize(plain.length + 1 + overhead) - overhead);
  out.set(plain);
  out[plain.length] = 0x80;
  return out;
}

/** Takes the padding off. @throws ProtocolError `malformed` when there is none. */
export function unpad(padded: Bytes): Bytes {
  let end = padded.length - 1;
  while (end >= 0 && padded[end] === 0) end -= 1;
  if (end < 0 || padded[end] !== 0x80) throw new ProtocolError("malformed");
  return padded.subarray(0, end);
}
