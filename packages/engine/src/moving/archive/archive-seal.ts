/** The key of an archive as the store keeps it while one is made or read. */
import type { Bytes } from "@baraza/protocol";
import { bytes, bytes16, bytes32, encodeCbor, object, readAs } from "@baraza/protocol";

export type StoredSeal = { id: Bytes; key: Bytes; head: Bytes; headerHash: Bytes };

const storedSeal = object({
  id: bytes16,
  key: bytes32,
  head: bytes(64 * 1024 + 64),
  headerHash: bytes32,
});

export function encodeSeal({ id, key, head, headerHash }: StoredSeal): Bytes {
  return encodeCbor({ id, key, head, headerHash });
}

/** @throws ProtocolError `malformed` */
export function decodeSeal(stored: Bytes): StoredSeal {
  return readAs(storedSeal, stored);
}
