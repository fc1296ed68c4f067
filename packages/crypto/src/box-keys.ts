/** The rotating public keys of boxes: signed by the identity, at most seven days long, then destroyed. */
import type { BoxKeyRecord, Bytes } from "@baraza/protocol";
import { boxKeyRecord, encodeCbor, equalBytes, LABELS, LIMITS } from "@baraza/protocol";
import { signWith, verifyWith } from "./ed25519.ts";
import { CryptoError } from "./errors.ts";
import { hpkeGenerate, XWING } from "./hpke.ts";
import type { Identity } from "./identity.ts";
import { identityIdOf, readIdentity } from "./identity.ts";
import { randomBytes } from "./primitives.ts";
import { readRecord, recordDigest } from "./records.ts";

/**
 * A new box key: the record's bytes to publish, its id, and the private key. `seq` is above that of the last one.
 * `fixed` is for vectors only.
 */
export async function createBoxKey(
  identity: Identity,
  seq: number,
  now: number,
  fixed?: { id: Bytes; seed: Bytes },
): Promise<{ record: Bytes; id: Bytes; privateKey: Bytes; notAfter: number }> {
  const { publicKey, privateKey } = await hpkeGenerate(fixed?.seed);
  const id = fixed?.id ?? randomBytes(16);
  const notAfter = now + LIMITS.boxKeyMs;
  const fields = {
    v: 1 as const,
    identityId: identityIdOf(identity.record),
    identity: identity.record,
    id,
    seq,
    notBefore: now,
    notAfter,
    hpkeKey: publicKey,
  };
  const sig = await signWith(identity.privateKey, LABELS.boxKey, recordDigest(fields));
  const record = encodeCbor(readRecord(boxKeyRecord, { ...fields, sig }, "bad_input"));
  return { record, id, privateKey, notAfter };
}

/**
 * Checks a published box key: that it is the identity's and lives no longer than allowed. An expired key is not
 * refused, since its owner may be offline for long: `expired` is a warning for the sender.
 * @throws CryptoError `bad_box_key`, `bad_identity`.
 */
export async function verifyBoxKey(
  bytes: Bytes,
  identityId: Bytes,
  now: number,
): Promise<BoxKeyRecord & { expired: boolean }> {
  const record = readRecord(boxKeyRecord, bytes, "bad_box_key");
  const { key } = await readIdentity(record.identity);
  const life = record.notAfter - record.notBefore;
  if (
    !equalBytes(record.identityId, identityId) ||
    !equalBytes(identityIdOf(record.identity), identityId) ||
    record.hpkeKey.length !== XWING.publicKey ||
    life <= 0 ||
    life > LIMITS.boxKeyMs ||
    record.notBefore > now + LIMITS.clockSkewMs ||
    !(await verifyWith(key, LABELS.boxKey, recordDigest(record), record.sig))
  )
    throw new CryptoError("bad_box_key");
  return { ...record, expired: record.notAfter < now };
}

/** When the private half has to be destroyed, once the box is drained. In milliseconds. */
export function boxKeyEnds(record: Pick<BoxKeyRecord, "notAfter">): number {
  return record.notAfter + LIMITS.boxKeyGraceMs;
}
