/** The live frame of a push by hand, since a message to a space makes one for each of its devices (checked against the codec by tests). */
import type { Bytes } from "@baraza/protocol";
import { concat, encodeCbor } from "@baraza/protocol";
import { cborHead } from "../logs/encoding.ts";

const ID = cborHead(2, 16);
const startOf = (kind: "push" | "signal") =>
  concat(cborHead(5, 4), ...["t", kind, "body"].map((word) => new Uint8Array(encodeCbor(word))));
const START = { push: startOf("push"), signal: startOf("signal") };
const BOX = concat(encodeCbor("boxId"), ID);
const ADDRESS = concat(encodeCbor("addressId"), ID);

/** Canonical CBOR of `{t: kind, boxId, addressId, body}`; both ids have 16 bytes. */
export function encodePush(
  to: { boxId: Bytes; addressId: Bytes },
  body: Bytes,
  kind: "push" | "signal" = "push",
): Bytes {
  const length = cborHead(2, body.length);
  const parts = [START[kind], length, body, BOX, to.boxId, ADDRESS, to.addressId];
  let size = 0;
  for (const part of parts) size += part.length;
  // From the pool, which spares an allocation for most.
  const frame = Buffer.allocUnsafe(size);
  let at = 0;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}
