/**
 * Asking trusted people for help from a device with nothing: the request that a link opens, the six digits that are read
 * out, and the answers sealed to the request's own key.
 *
 * [Note: Six digits] Whoever finds the link cannot get help by it: a helper has to type digits that the person reads to
 * them. They come from the whole request, so another request (with another's key in it) has others. Who can
 * put another link in the place of the true one on its way, and tries some million keys, can make them agree.
 */
import type { Bytes, Help, Profile, RescueRequest } from "@baraza/protocol";
import {
  concat,
  encodeCbor,
  equalBytes,
  help as helpSchema,
  LABELS,
  LIMITS,
  pad,
  rescueRequest,
  sealedHelp,
  utf8,
  writeAs,
} from "@baraza/protocol";
import { signWith, verifyWith } from "./ed25519.ts";
import { unpadExactly } from "./entries.ts";
import { CryptoError } from "./errors.ts";
import { hpkeGenerate, hpkeOpen, hpkeSend } from "./hpke.ts";
import type { Device, VerifiedDevice } from "./identity.ts";
import { certificateHash, verifyDeviceCertificate } from "./identity.ts";
import { AEAD_OVERHEAD, hkdf, needBytes, openAead, sealAead, sha256 } from "./primitives.ts";
import { readRecord } from "./records.ts";

const EMPTY = new Uint8Array();
const HPKE_OVERHEAD = 16;

/** What a link's secret (32 bytes) gives: the name of the drop place (16 bytes) and the key of the request in it (32). */
export function rescueKeys(secret: Bytes): { dropId: Bytes; key: Bytes } {
  needBytes(secret, 32);
  return {
    dropId: hkdf(secret, EMPTY, LABELS.rescueId, 16),
    key: hkdf(secret, EMPTY, LABELS.rescueKey, 32),
  };
}

/** The key pair of one request (X-Wing): help is sealed to it. `privateKey` is its 32-byte seed. */
export function createRescueKey(): Promise<{ publicKey: Bytes; privateKey: Bytes }> {
  return hpkeGenerate();
}

/** What a node keeps to know the reader of a drop place by. 32 bytes. */
export function rescueReader(readSecret: Bytes): Bytes {
  needBytes(readSecret, 32);
  return sha256(utf8(LABELS.rescueReader), readSecret);
}

/** Seals a request under a link's secret, padded. `salt` is for vectors only. */
export function sealRescue(secret: Bytes, request: RescueRequest, salt?: Bytes): Promise<Bytes> {
  const { key, dropId } = rescueKeys(secret);
  const plain = pad(writeAs(rescueRequest, request), AEAD_OVERHEAD);
  return sealAead(key, plain, dropId, {
    label: LABELS.rescueKey,
    ...(salt === undefined ? {} : { salt }),
  });
}

/** Opens a request. @throws CryptoError `open_failed`, `bad_share`. */
export async function openRescue(secret: Bytes, sealed: Bytes): Promise<RescueRequest> {
  const { key, dropId } = rescueKeys(secret);
  const padded = await openAead(key, sealed, dropId, { label: LABELS.rescueKey });
  return readRecord(rescueRequest, unpadExactly(padded, AEAD_OVERHEAD), "bad_share");
}

/** Marks a request as practice: only a device of the account can. */
export async function asRehearsal(
  request: RescueRequest,
  { certificate, privateKey }: Pick<Device, "certificate" | "privateKey">,
): Promise<RescueRequest> {
  const digest = rehearsalDigest(request, certificateHash(certificate));
  const sig = await signWith(privateKey, LABELS.rehearsal, digest);
  return { ...request, rehearsal: { device: certificate, sig } };
}

/**
 * The device that says that a request is only practice; null for one in earnest. Whether it has been removed since is for the
 * caller to say. @throws CryptoError `bad_share` when it is not a device of the account, or did not sign; `bad_certificate`, `bad_identity`
 */
export async function rehearsalBy(request: RescueRequest): Promise<VerifiedDevice | null> {
  if (request.rehearsal === undefined) return null;
  const { device, sig } = request.rehearsal;
  const verified = await verifyDeviceCertificate(device);
  const digest = rehearsalDigest(request, verified.hash);
  if (
    !equalBytes(verified.identityId, request.identityId) ||
    !(await verifyWith(verified.deviceKey, LABELS.rehearsal, digest, sig))
  )
    throw new CryptoError("bad_share");
  return verified;
}

function rehearsalDigest(request: RescueRequest, device: Bytes): Bytes {
  return sha256(encodeCbor({ ...request, rehearsal: device }));
}

/** The six digits that the person reads to a helper. */
export function rescueCode(secret: Bytes, request: RescueRequest): string {
  const bytes = hkdf(sha256(encodeCbor(request)), secret, LABELS.rescueCode, 8);
  const number = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return String(number % 1_000_000n).padStart(6, "0");
}

/** Seals a share for the request's key, signed by the helper's device. */
export async function sealHelp(input: {
  secret: Bytes;
  request: RescueRequest;
  share: Bytes;
  from: Pick<Device, "certificate" | "privateKey">;
  profile: Profile;
  /** For vectors only. */
  ekm?: Bytes;
}): Promise<Bytes> {
  const { secret, request, share, from, profile } = input;
  const info = helpInfo(secret, request);
  const { enc, seal } = await hpkeSend(request.publicKey, info, input.ekm);
  const fields = { v: 1 as const, share, from: from.certificate, profile };
  const sig = await signWith(from.privateKey, LABELS.help, signedPart(info, enc, fields));
  const ct = await seal(pad(writeAs(helpSchema, { ...fields, sig }), HPKE_OVERHEAD), EMPTY);
  return writeAs(sealedHelp, { v: 1, enc, ct });
}

/**
 * Opens what a helper left, and checks who left it. The share in it is not checked: see `verifyShare`.
 * @throws CryptoError `open_failed`, `bad_share`, `bad_certificate`, `bad_identity`.
 */
export async function openHelp(input: {
  secret: Bytes;
  request: RescueRequest;
  privateKey: Bytes;
  item: Bytes;
}): Promise<Help & { sender: VerifiedDevice }> {
  const info = helpInfo(input.secret, input.request);
  const { enc, ct } = readRecord(sealedHelp, input.item, "bad_share", LIMITS.dropItemBytes);
  const padded = await hpkeOpen(input.privateKey, enc, info, ct, EMPTY);
  const plain = unpadExactly(padded, HPKE_OVERHEAD);
  const opened = readRecord(helpSchema, plain, "bad_share", LIMITS.dropItemBytes);
  const sender = await verifyDeviceCertificate(opened.from);
  const { sig, ...fields } = opened;
  if (!(await verifyWith(sender.deviceKey, LABELS.help, signedPart(info, enc, fields), sig)))
    throw new CryptoError("bad_share");
  return { ...opened, sender };
}

/** An answer is for one request: nobody passes it on as one to another. */
function helpInfo(secret: Bytes, request: RescueRequest): Bytes {
  const { dropId } = rescueKeys(secret);
  return concat(utf8(LABELS.helpHpke), dropId, sha256(encodeCbor(request)));
}

function signedPart(info: Bytes, enc: Bytes, fields: Record<string, unknown>): Bytes {
  return sha256(info, sha256(enc), sha256(encodeCbor(fields)));
}
