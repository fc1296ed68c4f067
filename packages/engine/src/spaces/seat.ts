/** Seats: a device's place at a log, named by its key. */
import { sha256 } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";

/** The id of a seat: the first 16 bytes of SHA-256 of its key. */
export function seatIdOfKey(seatKey: Bytes): Bytes {
  return sha256(seatKey).slice(0, 16);
}
