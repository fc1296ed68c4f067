/** Who someone is: identities, their rotation, and the devices that they certify. */
import type { Bytes, DeviceCertificate, IdentityRecord } from "@baraza/protocol";
import {
  deviceCertificate,
  encodeCbor,
  equalBytes,
  identityRecord,
  LABELS,
  toHex,
} from "@baraza/protocol";
import { ed25519FromSeed, isSoundPublicKey, signWith, verifyWith } from "./ed25519.ts";
import { CryptoError } from "./errors.ts";
import { lru } from "./lru.ts";
import { randomBytes, sha256 } from "./primitives.ts";
import { readRecord, recordDigest } from "./records.ts";

/** An identity with the private half of its current key. */
export type Identity = { record: IdentityRecord; privateKey: Bytes };
/** A device of one's own: `hash` names its certificate, `privateKey` is its 32-byte Ed25519 seed. */
export type Device = { certificate: DeviceCertificate; hash: Bytes; privateKey: Bytes };
/** What a verified certificate says. */
export type VerifiedDevice = {
  certificate: DeviceCertificate;
  identityId: Bytes;
  deviceKey: Bytes;
  hash: Bytes;
};

/** A new identity with a random key. `seed` is for vectors only. */
export async function createIdentity(seed: Bytes = randomBytes(32)): Promise<Identity> {
  const { publicKey, privateKey } = ed25519FromSeed(seed);
  const record = { v: 1 as const, firstKey: publicKey, key: publicKey, seq: 0, succession: [] };
  return { record: { ...record, sig: await signRecord(record, privateKey) }, privateKey };
}

/** The identity's lasting id: the hash of its first key. 32 bytes. */
export function identityIdOf(record: Pick<IdentityRecord, "firstKey">): Bytes {
  return sha256(record.firstKey);
}

/** Hands an identity on to a new key; the id stays. The former key signs the step and can then be destroyed. `seed` is for vectors only. */
export async function rotateIdentity(
  identity: Identity,
  seed: Bytes = randomBytes(32),
): Promise<Identity> {
  const next = ed25519FromSeed(seed);
  const { sig: _, ...former } = identity.record;
  const step = {
    to: next.publicKey,
    sig: await signWith(
      identity.privateKey,
      LABELS.identity,
      stepDigest(former.key, next.publicKey),
    ),
  };
  const record = {
    ...former,
    key: next.publicKey,
    seq: former.seq + 1,
    succession: [...former.succession, step],
  };
  const signed = { ...record, sig: await signRecord(record, next.privateKey) };
  readRecord(identityRecord, signed, "bad_identity");
  return { record: signed, privateKey: next.privateKey };
}

/**
 * Checks an identity record (an object or its bytes): each step of the succession signed by the key before it, the
 * record by the last. Remember the highest `seq` per identity: an older record stays valid by itself.
 * @returns the identity id. @throws CryptoError `bad_identity`.
 */
export async function verifyIdentityRecord(input: IdentityRecord | Bytes): Promise<Bytes> {
  return identityIdOf(await readIdentity(input));
}

/** Like {@link verifyIdentityRecord}, and gives the record. */
export async function readIdentity(input: IdentityRecord | Bytes): Promise<IdentityRecord> {
  const record = readRecord(identityRecord, input, "bad_identity");
  let key = record.firstKey;
  let sound = isSoundPublicKey(key) && record.seq === record.succession.length;
  for (const { to, sig } of record.succession) {
    sound &&= await verifyWith(key, LABELS.identity, stepDigest(key, to), sig);
    if (!sound) break;
    key = to;
  }
  sound &&= equalBytes(key, record.key);
  sound &&= await verifyWith(key, LABELS.identity, recordDigest(record), record.sig);
  if (!sound) throw new CryptoError("bad_identity");
  return record;
}

/** Certifies a new device. `now` in milliseconds. `seed` is for vectors only. */
export async function createDevice(
  identity: IdentityRecord,
  identityPrivateKey: Bytes,
  now: number,
  seed: Bytes = randomBytes(32),
): Promise<Device> {
  const { publicKey, privateKey } = ed25519FromSeed(seed);
  const certificate = await certifyDevice(identity, identityPrivateKey, publicKey, now);
  return { certificate, hash: certificateHash(certificate), privateKey };
}

/** Certifies the key of a device that keeps its private half to itself. `now` in milliseconds. @throws CryptoError `bad_input` */
export async function certifyDevice(
  identity: IdentityRecord,
  identityPrivateKey: Bytes,
  deviceKey: Bytes,
  now: number,
): Promise<DeviceCertificate> {
  if (!isSoundPublicKey(deviceKey)) throw new CryptoError("bad_input");
  const fields = { v: 1 as const, identity, deviceKey, createdAt: now };
  const sig = await signWith(identityPrivateKey, LABELS.deviceCertificate, recordDigest(fields));
  return { ...fields, sig };
}

/** What names a device: the hash of its certificate. 32 bytes. */
export function certificateHash(certificate: DeviceCertificate): Bytes {
  return sha256(encodeCbor(certificate));
}

const verified = lru<{ identityId: Bytes; deviceKey: Bytes }>(2048);

/**
 * Checks a certificate (an object or its bytes) and the identity record in it. What was found valid is remembered by
 * hash: a space shows the same certificates with every event.
 * @throws CryptoError `bad_certificate`, `bad_identity`.
 */
export async function verifyDeviceCertificate(
  input: DeviceCertificate | Bytes,
): Promise<VerifiedDevice> {
  const certificate = readRecord(deviceCertificate, input, "bad_certificate");
  const hash = certificateHash(certificate);
  const name = toHex(hash);
  const known = verified.get(name);
  if (known !== undefined) return { certificate, hash, ...known };
  const { key } = await readIdentity(certificate.identity);
  const { deviceKey, sig } = certificate;
  if (
    !isSoundPublicKey(deviceKey) ||
    !(await verifyWith(key, LABELS.deviceCertificate, recordDigest(certificate), sig))
  )
    throw new CryptoError("bad_certificate");
  const result = { identityId: identityIdOf(certificate.identity), deviceKey: deviceKey.slice() };
  verified.set(name, result);
  return { certificate, hash, ...result };
}

/** The certificate as bytes, for the credential of the device's MLS leaves. */
export function deviceCredential(certificate: DeviceCertificate): Bytes {
  return encodeCbor(certificate);
}

/** Reads, but does not verify, a credential. @throws CryptoError `bad_certificate`. */
export function readDeviceCredential(bytes: Bytes): DeviceCertificate {
  return readRecord(deviceCertificate, bytes, "bad_certificate");
}

/** What of a registration the identity's key signs: that whoever registers has it. */
export type Possession = {
  node: string;
  name: string;
  identity: Bytes;
  deviceCert: Bytes;
  boxKey: Bytes;
  /** The OPAQUE record, empty without a passphrase. */
  record: string;
};

export function signPossession(privateKey: Bytes, of: Possession): Promise<Bytes> {
  return signWith(privateKey, LABELS.possession, sha256(encodeCbor(of)));
}

export function verifyPossession(key: Bytes, of: Possession, sig: Bytes): Promise<boolean> {
  return verifyWith(key, LABELS.possession, sha256(encodeCbor(of)), sig);
}

/** The public half of an identity's private key. */
export function identityPublicKey(privateKey: Bytes): Bytes {
  return ed25519FromSeed(privateKey).publicKey;
}

function signRecord(record: Record<string, unknown>, privateKey: Bytes): Promise<Bytes> {
  return signWith(privateKey, LABELS.identity, recordDigest(record));
}

function stepDigest(from: Bytes, to: Bytes): Bytes {
  return sha256(encodeCbor({ from, to }));
}
