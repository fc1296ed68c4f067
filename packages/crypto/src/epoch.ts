/** What an MLS epoch gives to the log: the key of its content, and the key with which "some current member" posts. */
import type { Bytes } from "@baraza/protocol";
import { LABELS } from "@baraza/protocol";
import type { Ed25519KeyPair } from "./ed25519.ts";
import { ed25519FromSeed } from "./ed25519.ts";

/** The MLS exporter (RFC 9420, section 8.5) of one epoch. */
export type Exporter = (label: string, context: Bytes, length: number) => Promise<Bytes>;
/** `contentKey` is 32 bytes; `posting` is shared by all members of the epoch. */
export type EpochKeys = { contentKey: Bytes; posting: Ed25519KeyPair };

/** The keys of an epoch, bound to the log by the exporter's context. */
export async function epochKeys(exporter: Exporter, logId: Bytes): Promise<EpochKeys> {
  const [contentKey, seed] = await Promise.all([
    exporter(LABELS.contentKey, logId, 32),
    exporter(LABELS.postingKey, logId, 32),
  ]);
  return { contentKey, posting: ed25519FromSeed(seed) };
}
