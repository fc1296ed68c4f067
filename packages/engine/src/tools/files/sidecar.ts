/** What is sealed beside a file for the others' devices: its thumbnail, and the text that search finds in it. */
import { bytes, check, decodeCbor, encodeCbor, object, text, uint } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import * as v from "valibot";
import type { Prepared } from "./api.ts";
import { FILE_LIMITS } from "./api.ts";

/** Text may be longer in UTF-16 units than it looks, never than its bytes. */
const sidecar = object({
  v: v.literal(1),
  thumbnail: v.optional(
    object({
      bytes: bytes(FILE_LIMITS.thumbnailBytes, 1),
      type: text(127),
      width: uint(0xffff),
      height: uint(0xffff),
    }),
  ),
  text: v.optional(v.pipe(v.string(), v.maxLength(FILE_LIMITS.textBytes))),
});
export type Sidecar = v.InferOutput<typeof sidecar>;

/** The most that one takes: it always fits one chunk. */
export const SIDECAR_BYTES = FILE_LIMITS.textBytes + FILE_LIMITS.thumbnailBytes + 1024;

/** @returns null when there is nothing to put beside the file */
export function writeSidecar({ thumbnail, text: found }: Prepared): Bytes | null {
  const has = found !== undefined && found !== "";
  if (thumbnail === undefined && !has) return null;
  return encodeCbor({
    v: 1,
    ...(thumbnail === undefined ? {} : { thumbnail }),
    ...(has ? { text: found } : {}),
  });
}

/** @throws ProtocolError `malformed`: another member's program made it. */
export function readSidecar(input: Bytes): Sidecar {
  return check(sidecar, decodeCbor(input));
}
