/** Statements and requests of moving to another node, and of closing an account. Its own entry: `@baraza/crypto/moving`. */
import type {
  Bytes,
  CloseReceipt,
  CloseRequest,
  MovedStatement,
  MovePackage,
  MoveRequest,
} from "@baraza/protocol";
import {
  closeReceipt,
  closeRequest,
  equalBytes,
  LABELS,
  LIMITS,
  movedStatement,
  movePackage,
  moveRequest,
  pad,
  readAs,
  utf8,
  writeAs,
} from "@baraza/protocol";
import type { Signer } from "./ed25519.ts";
import { ed25519FromSeed, privateKeyOf, signWith, verifyWith } from "./ed25519.ts";
import { unpadExactly } from "./entries.ts";
import { CryptoError } from "./errors.ts";
import type { Identity } from "./identity.ts";
import { identityIdOf, readIdentity } from "./identity.ts";
import { AEAD_OVERHEAD, hkdf, needBytes, openAead, sealAead, sha256 } from "./primitives.ts";
import type { Without } from "./records.ts";
import { readRecord, recordDigest } from "./records.ts";

const EMPTY = new Uint8Array();

/** Signs where a person went. @returns the statement's bytes */
export async function signMoved(
  identity: Identity,
  fields: Without<MovedStatement, "v" | "identity" | "sig">,
): Promise<Bytes> {
  const unsigned = { v: 1 as const, identity: identity.record, ...fields };
  const sig = await signWith(identity.privateKey, LABELS.moved, recordDigest(unsigned));
  return writeAs(movedStatement, { ...unsigned, sig });
}

/**
 * Checks a statement. Whether the identity is the one that the reader knows, and has not been rotated since, is for the
 * caller: compare `identityId` and `statement.identity.seq`.
 * @throws CryptoError `bad_signature`, `bad_identity`
 */
export async function verifyMoved(
  bytes: Bytes,
): Promise<{ statement: MovedStatement; identityId: Bytes }> {
  const statement = readRecord(movedStatement, bytes, "bad_signature");
  await checkSigned(statement, LABELS.moved);
  return { statement, identityId: identityIdOf(statement.identity) };
}

/** Signs what the former node is asked. */
export async function signMoveRequest(
  identity: Identity,
  fields: Without<MoveRequest, "v" | "sig">,
): Promise<Bytes> {
  const unsigned = { v: 1 as const, ...fields };
  const sig = await signWith(identity.privateKey, LABELS.moveRequest, recordDigest(unsigned));
  return writeAs(moveRequest, { ...unsigned, sig });
}

/** Checks a request and the statement in it: both by one identity. @throws CryptoError `bad_signature`, `bad_identity` */
export async function verifyMoveRequest(
  bytes: Bytes,
): Promise<{ request: MoveRequest; statement: MovedStatement; identityId: Bytes }> {
  const request = readRecord(moveRequest, bytes, "bad_signature", LIMITS.recordBytes * 2);
  const moved = await verifyMoved(request.statement);
  const { key } = moved.statement.identity;
  if (!(await verifyWith(key, LABELS.moveRequest, recordDigest(request), request.sig)))
    throw new CryptoError("bad_signature");
  return { request, ...moved };
}

/** Where a package lies and what seals it, from the ticket's secret. @throws CryptoError `bad_input` unless it is 32 bytes */
export function moveDrop(secret: Bytes): { dropId: Bytes; key: Bytes } {
  needBytes(secret, 32);
  return {
    dropId: hkdf(secret, EMPTY, LABELS.moveDropId, 16),
    key: hkdf(secret, EMPTY, LABELS.moveDropKey, 32),
  };
}

/** Seals a package, padded. */
export function sealMovePackage(key: Bytes, content: MovePackage): Promise<Bytes> {
  const plain = pad(writeAs(movePackage, content), AEAD_OVERHEAD);
  return sealAead(key, plain, EMPTY, { label: LABELS.moveDropKey });
}

/** @throws CryptoError `open_failed`; ProtocolError */
export async function openMovePackage(key: Bytes, sealed: Bytes): Promise<MovePackage> {
  const padded = await openAead(key, sealed, EMPTY, { label: LABELS.moveDropKey });
  return readAs(movePackage, unpadExactly(padded, AEAD_OVERHEAD), LIMITS.movePackageBytes);
}

/** Signs that an account is to be closed. */
export async function signClose(
  identity: Identity,
  fields: Without<CloseRequest, "v" | "identity" | "sig">,
): Promise<Bytes> {
  const unsigned = { v: 1 as const, identity: identity.record, ...fields };
  const sig = await signWith(identity.privateKey, LABELS.closeAccount, recordDigest(unsigned));
  return writeAs(closeRequest, { ...unsigned, sig });
}

/** @throws CryptoError `bad_signature`, `bad_identity` */
export async function verifyClose(
  bytes: Bytes,
): Promise<{ request: CloseRequest; identityId: Bytes }> {
  const request = readRecord(closeRequest, bytes, "bad_signature");
  await checkSigned(request, LABELS.closeAccount);
  return { request, identityId: identityIdOf(request.identity) };
}

/** By what a person recognises their receipt. 32 bytes. */
export function receiptSubject(identityId: Bytes, nonce: Bytes): Bytes {
  return sha256(utf8(LABELS.closeReceipt), identityId, nonce);
}

/** The node's word that it has deleted an account. */
export async function signReceipt(
  nodeKey: Signer,
  fields: Without<CloseReceipt, "v" | "nodeKey" | "sig">,
): Promise<Bytes> {
  const { publicKey, privateKey } = ed25519FromSeed(privateKeyOf(nodeKey));
  const unsigned = { v: 1 as const, nodeKey: publicKey, ...fields };
  const sig = await signWith(privateKey, LABELS.closeReceipt, recordDigest(unsigned));
  return writeAs(closeReceipt, { ...unsigned, sig });
}

/** Checks a receipt against the node's key and what was asked. @throws CryptoError `bad_signature` */
export async function verifyReceipt(
  bytes: Bytes,
  nodeKey: Bytes,
  subject: Bytes,
): Promise<CloseReceipt> {
  const receipt = readRecord(closeReceipt, bytes, "bad_signature");
  const sound =
    equalBytes(receipt.nodeKey, nodeKey) &&
    equalBytes(receipt.subject, subject) &&
    (await verifyWith(nodeKey, LABELS.closeReceipt, recordDigest(receipt), receipt.sig));
  if (!sound) throw new CryptoError("bad_signature");
  return receipt;
}

async function checkSigned(record: MovedStatement | CloseRequest, label: string): Promise<void> {
  const { key } = await readIdentity(record.identity);
  if (!(await verifyWith(key, label, recordDigest(record), record.sig)))
    throw new CryptoError("bad_signature");
}
