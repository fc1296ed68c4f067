/** Framing of stored bytes: a version, then parts each behind its length. Only this folder reads it. */
import type { Bytes } from "@baraza/protocol";
import { MlsRefused } from "./errors.ts";

/** One array: the version byte, then each part behind its 32-bit length. */
export function pack(version: number, parts: readonly Uint8Array[]): Bytes {
  let size = 1;
  for (const part of parts) size += 4 + part.length;
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  out[0] = version;
  let at = 1;
  for (const part of parts) {
    view.setUint32(at, part.length);
    out.set(part, at + 4);
    at += 4 + part.length;
  }
  return out;
}

/** The parts again, copied. @throws MlsRefused `bad_state` unless there are exactly `count` of that version. */
export function unpack(version: number, count: number, bytes: Uint8Array): Bytes[] {
  const refused = new MlsRefused("bad_state");
  if (bytes[0] !== version) throw refused;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Bytes[] = [];
  let at = 1;
  while (at < bytes.length) {
    if (at + 4 > bytes.length || parts.length === count) throw refused;
    const length = view.getUint32(at);
    if (at + 4 + length > bytes.length) throw refused;
    parts.push(new Uint8Array(bytes.slice(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  if (parts.length !== count) throw refused;
  return parts;
}
