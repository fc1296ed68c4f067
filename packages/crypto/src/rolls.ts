/** Rolls: which of a person's devices count once one was removed and the identity has a new key. */
import type { Bytes, DeviceCertificate, DeviceRoll, IdentityRecord } from "@baraza/protocol";
import { deviceRoll, encodeCbor, equalBytes, LABELS, LIMITS } from "@baraza/protocol";
import { signWith, verifyWith } from "./ed25519.ts";
import { CryptoError } from "./errors.ts";
import type { Identity } from "./identity.ts";
import { certificateHash, identityIdOf, readIdentity } from "./identity.ts";
import { readRecord, recordDigest } from "./records.ts";

/** Signs a roll with the identity's present key. `keep`: hashes of certificates under former keys that go on counting. */
export async function signRoll(identity: Identity, keep: readonly Bytes[]): Promise<Bytes> {
  const fields = { v: 1 as const, identity: identity.record, keep: [...keep] };
  const sig = await signWith(identity.privateKey, LABELS.deviceRoll, recordDigest(fields));
  return encodeCbor({ ...fields, sig });
}

/** Checks a roll and the identity in it. @throws CryptoError `bad_identity` */
export async function verifyRoll(
  bytes: Bytes,
): Promise<{ identityId: Bytes; identity: IdentityRecord; keep: Bytes[] }> {
  const roll: DeviceRoll = readRecord(deviceRoll, bytes, "bad_identity", LIMITS.rollBytes);
  const identity = await readIdentity(roll.identity);
  if (!(await verifyWith(identity.key, LABELS.deviceRoll, recordDigest(roll), roll.sig)))
    throw new CryptoError("bad_identity");
  return { identityId: identityIdOf(identity), identity, keep: roll.keep };
}

/** Whether `next` is the same identity at the same key or a later one: no branch off its succession. */
export function continuesIdentity(known: IdentityRecord, next: IdentityRecord): boolean {
  return (
    equalBytes(known.firstKey, next.firstKey) &&
    next.seq >= known.seq &&
    known.succession.every((step, index) => {
      const same = next.succession[index];
      return same !== undefined && equalBytes(step.to, same.to);
    })
  );
}

/** Whether a certificate (verified by the caller) counts under a roll of its identity. */
export function standsUnder(
  roll: { identity: IdentityRecord; keep: readonly Bytes[] },
  certificate: DeviceCertificate,
): boolean {
  if (continuesIdentity(roll.identity, certificate.identity)) return true;
  const hash = certificateHash(certificate);
  return roll.keep.some((one) => equalBytes(one, hash));
}
