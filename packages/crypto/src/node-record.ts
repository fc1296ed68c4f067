/** What a node says of itself: signed by its key, which others pin at first contact. */
import type { Bytes, NodeRecord } from "@baraza/protocol";
import { encodeCbor, equalBytes, LABELS, nodeRecord } from "@baraza/protocol";
import type { Signer } from "./ed25519.ts";
import { ed25519FromSeed, privateKeyOf, signWith, verifyWith } from "./ed25519.ts";
import { CryptoError } from "./errors.ts";
import type { Without } from "./records.ts";
import { readRecord, recordDigest } from "./records.ts";

/** The signed record's bytes; `nodeKey` is filled in from the key that signs. */
export async function signNodeRecord(
  nodeKey: Signer,
  fields: Without<NodeRecord, "nodeKey" | "sig">,
): Promise<Bytes> {
  const { publicKey, privateKey } = ed25519FromSeed(privateKeyOf(nodeKey));
  const unsigned = { ...fields, nodeKey: publicKey, sig: undefined };
  const sig = await signWith(privateKey, LABELS.nodeRecord, recordDigest(unsigned));
  return encodeCbor(readRecord(nodeRecord, { ...unsigned, sig }, "bad_input"));
}

/**
 * Checks a node's record. Without `pinnedKey` this is a first contact: compare the name with the one asked for, and
 * pin `nodeKey`. With `now` (milliseconds) an outdated record is refused.
 * @throws CryptoError `bad_node_record`, `key_changed`, `expired`.
 */
export async function verifyNodeRecord(
  bytes: Bytes,
  pinnedKey?: Bytes,
  now?: number,
): Promise<NodeRecord> {
  const record = readRecord(nodeRecord, bytes, "bad_node_record");
  if (!(await verifyWith(record.nodeKey, LABELS.nodeRecord, recordDigest(record), record.sig)))
    throw new CryptoError("bad_node_record");
  if (pinnedKey !== undefined && !equalBytes(record.nodeKey, pinnedKey))
    throw new CryptoError("key_changed");
  if (now !== undefined && record.notAfter < now) throw new CryptoError("expired");
  return record;
}
