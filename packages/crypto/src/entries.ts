/**
 * Log entries: the sealed body under a clear header, and the events inside, signed by devices.
 *
 * [Note: What binds an entry to its place] The body's AAD is the header without `bodyHash`, so a body opens only
 * under the log, generation, epoch, kind and append that it was made for; the header's hash covers the body in turn.
 * The event inside is signed over log and epoch as well: a member cannot take another's event to a second space.
 */
import type { Bytes, DeviceCertificate, EntryHeader, SealedEvent } from "@baraza/protocol";
import {
  concat,
  encodeCbor,
  entryHeader,
  equalBytes,
  event as eventSchema,
  LABELS,
  LIMITS,
  pad,
  paddedSize,
  ProtocolError,
  readAs,
  uint64,
  unpad,
  utf8,
  writeAs,
} from "@baraza/protocol";
import type { Signer } from "./ed25519.ts";
import { signWith, verifyWith } from "./ed25519.ts";
import { CryptoError } from "./errors.ts";
import { verifyDeviceCertificate } from "./identity.ts";
import { AEAD_OVERHEAD, isBytes, needBytes, openAead, sealAead, sha256 } from "./primitives.ts";
import type { Without } from "./records.ts";
import { readRecord } from "./records.ts";

/** A header before its body is sealed. */
export type HeaderFields = Without<EntryHeader, "bodyLen" | "bodyHash">;
/** `prevOwnHash` of a device's first event in a log. */
export const NO_EVENT: Bytes = new Uint8Array(32);

/** `H("baraza/log-id/1" || genesis)`. 32 bytes. */
export function logIdOf(genesisBytes: Bytes): Bytes {
  return sha256(utf8(LABELS.logId), genesisBytes);
}

/** The hash of a header's bytes, as appends and heads use it. 32 bytes. */
export function headerHash(headerBytes: Bytes): Bytes {
  return sha256(headerBytes);
}

/** What the outer signatures of an append cover: the header's hash, or for n > 1 entries the hash of all of them. */
export function appendDigest(headerHashes: readonly Bytes[]): Bytes {
  const only = headerHashes[0];
  if (only === undefined) throw new CryptoError("bad_input");
  return headerHashes.length === 1 ? only : sha256(...headerHashes);
}

/** An outer signature of an append (posting, seat, next, own or steward key). */
export function signAppend(signer: Signer, digest: Bytes): Promise<Bytes> {
  return signWith(signer, LABELS.append, digest);
}

/** True when the append was signed by that key. */
export function verifyAppend(publicKey: Bytes, digest: Bytes, signature: Bytes): Promise<boolean> {
  return verifyWith(publicKey, LABELS.append, digest, signature);
}

/**
 * Seals an event into an entry. @throws ProtocolError when header or event do not fit their schemas, CryptoError
 * `bad_input` on a wrong key.
 */
export function sealEntry(entry: {
  contentKey: Bytes;
  header: HeaderFields;
  event: SealedEvent;
  salt?: Bytes;
}): Promise<{ header: Bytes; body: Bytes }> {
  return sealBody({ ...entry, plain: writeAs(eventSchema, entry.event) });
}

/**
 * Seals any bytes as the body of an entry: the MLS message of a commit or rejoin. An empty plaintext is sealed and
 * padded as well, so that seat and steward entries look like others. `salt` is for vectors only.
 */
export async function sealBody(entry: {
  contentKey: Bytes;
  header: HeaderFields;
  plain: Bytes;
  salt?: Bytes;
}): Promise<{ header: Bytes; body: Bytes }> {
  const { contentKey, plain, salt } = entry;
  needBytes(contentKey, 32);
  const padded = pad(plain, AEAD_OVERHEAD);
  const fields = { ...entry.header, bodyLen: padded.length + AEAD_OVERHEAD };
  const body = await sealAead(contentKey, padded, bodyAad(fields), {
    label: LABELS.entryKey,
    ...(salt === undefined ? {} : { salt }),
  });
  return { header: writeAs(entryHeader, { ...fields, bodyHash: sha256(body) }), body };
}

/** Reads a header as anyone may. @throws ProtocolError `malformed`, `too_large`, `unsupported_field`. */
export function readHeader(headerBytes: Bytes): EntryHeader {
  return readAs(entryHeader, headerBytes, LIMITS.headerBytes);
}

/**
 * Opens an entry's body. Checks the header's form, length and hash of the body, the seal and the padding.
 * @throws CryptoError `open_failed`; ProtocolError from the header.
 */
export async function openBody(entry: {
  contentKey: Bytes;
  headerBytes: Bytes;
  body: Bytes;
}): Promise<{ header: EntryHeader; plain: Bytes }> {
  const { contentKey, headerBytes, body } = entry;
  const header = readHeader(headerBytes);
  if (
    !isBytes(body) ||
    body.length !== header.bodyLen ||
    !equalBytes(sha256(body), header.bodyHash)
  )
    throw new CryptoError("open_failed");
  const { bodyHash: _, ...fields } = header;
  const padded = await openAead(contentKey, body, bodyAad(fields), { label: LABELS.entryKey });
  return { header, plain: unpadExactly(padded, AEAD_OVERHEAD) };
}

/**
 * Opens an entry and reads its event; verify it with {@link verifyEvent} before believing it.
 * @throws CryptoError `open_failed`; ProtocolError from header or event.
 */
export async function openEntry(entry: {
  contentKey: Bytes;
  headerBytes: Bytes;
  body: Bytes;
}): Promise<{ header: EntryHeader; event: SealedEvent }> {
  const { header, plain } = await openBody(entry);
  return { header, event: readAs(eventSchema, plain, LIMITS.commitBodyBytes) };
}

/** Takes off padding and refuses more of it than the size rules give: one plaintext has one padded form. */
export function unpadExactly(padded: Bytes, overhead: number): Bytes {
  try {
    const plain = unpad(padded);
    if (paddedSize(plain.length + 1 + overhead) !== padded.length + overhead)
      throw new CryptoError("open_failed");
    return plain.slice();
  } catch (cause) {
    throw cause instanceof ProtocolError ? new CryptoError("open_failed", cause) : cause;
  }
}

function bodyAad(header: Without<EntryHeader, "bodyHash">): Bytes {
  return encodeCbor(header);
}

/** What an event says, before it is signed. */
export type EventFields = Without<SealedEvent, "v" | "deviceCertHash" | "sig">;

/**
 * Signs an event for one log and epoch. Call it again with the same fields when the epoch has changed: `eventId`,
 * `counter` and `prevOwnHash` stay.
 */
export async function signEvent(
  input: { logId: Bytes; epoch: number; device: { hash: Bytes; privateKey: Bytes } } & EventFields,
): Promise<SealedEvent> {
  const { logId, epoch, device, ...fields } = input;
  const unsigned = { v: 1 as const, deviceCertHash: device.hash, ...fields };
  const sig = await signWith(device.privateKey, LABELS.entry, signedPart(logId, epoch, unsigned));
  return readRecord(eventSchema, { ...unsigned, sig }, "bad_input");
}

/** Whose event it should be: a certificate (which is verified), or a device key and certificate hash already known. */
export type EventAuthor =
  | { certificate: DeviceCertificate; deviceKey?: undefined }
  | { certificate?: undefined; deviceKey: Bytes; hash: Bytes };

/** True when the event was signed by that device for that log and epoch. Never throws on hostile input. */
export async function verifyEvent(
  input: { logId: Bytes; epoch: number; event: SealedEvent } & EventAuthor,
): Promise<boolean> {
  try {
    const { logId, epoch } = input;
    // Values of another type can have the same bytes in the signed part: true is 1.
    const event = readRecord(eventSchema, input.event, "bad_input");
    const author = input.certificate ? await verifyDeviceCertificate(input.certificate) : input;
    if (!equalBytes(event.deviceCertHash, author.hash)) return false;
    return await verifyWith(
      author.deviceKey,
      LABELS.entry,
      signedPart(logId, epoch, event),
      event.sig,
    );
  } catch {
    return false;
  }
}

/**
 * The hash that a device's next event in the log names as `prevOwnHash`. It covers everything but `seen` and the
 * signature, so an event keeps it when it is signed again for a later epoch.
 */
export function ownHash(event: SealedEvent): Bytes {
  return sha256(utf8(LABELS.ownHash), encodeCbor({ ...event, seen: undefined, sig: undefined }));
}

/**
 * `logId(32) || epoch || deviceCertHash(32) || eventId(16) || counter || prevOwnHash(32) || seen.gen || seen.seq ||
 * seen.head(32) || length(type) || type || typeVersion || at || H(payload) || H(rest)`: numbers as uint64, lengths
 * and versions as one byte. `rest` is the CBOR of whatever else the event holds (its version, fields of a later
 * protocol), so that nobody can add to an event that another device signed.
 */
function signedPart(logId: Bytes, epoch: number, event: Without<SealedEvent, "sig">): Bytes {
  needBytes(logId, 32);
  needBytes(event.deviceCertHash, 32);
  needBytes(event.eventId, 16);
  needBytes(event.prevOwnHash, 32);
  needBytes(event.seen.head, 32);
  const type = utf8(event.type);
  if (type.length > 64 || !(event.typeVersion <= 255)) throw new CryptoError("bad_input");
  const rest: Record<string, unknown> = { ...event, seen: { ...event.seen } };
  for (const name of SIGNED_BY_PLACE) delete rest[name];
  const seen = rest["seen"] as Record<string, unknown>;
  for (const name of ["gen", "seq", "head"]) delete seen[name];
  return concat(
    logId,
    uint64(epoch),
    event.deviceCertHash,
    event.eventId,
    uint64(event.counter),
    event.prevOwnHash,
    uint64(event.seen.gen),
    uint64(event.seen.seq),
    event.seen.head,
    Uint8Array.of(type.length),
    type,
    Uint8Array.of(event.typeVersion),
    uint64(event.at),
    sha256(event.payload),
    sha256(encodeCbor(rest)),
  );
}

const SIGNED_BY_PLACE = [
  "deviceCertHash",
  "eventId",
  "counter",
  "prevOwnHash",
  "type",
  "typeVersion",
  "at",
  "payload",
  "sig",
] as const;
