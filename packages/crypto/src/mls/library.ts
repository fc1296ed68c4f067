/**
 * The only file that imports ts-mls (1.6.4, pinned).
 *
 * [Note: What is taken from the library] Codecs, labels, the key schedule, transcript hashes, HPKE
 * with labels, framing and signatures are the library's. The three orchestrations (commit, process,
 * join) are ours, in commit.ts, process.ts and join.ts, because the library's
 * - accept every credential, ReInit, removal by outsiders and path secrets that do not match the path
 *   unless one looks in advance;
 * - send no path with a change of the group context, and encrypt the path under the old context when a
 *   removal comes with such a change, so that nobody can process it;
 * - refuse valid trees on joining: a parent's unmerged leaf must be unmerged in *every* ancestor, which
 *   is untrue after any commit from another subtree (RFC 9420, 7.9 asks for less);
 * - check parent hashes, keys and proposals in quadratic time.
 */
import { decodeGroupContext, groupContextEncoder } from "ts-mls/groupContext.js";
import { encode } from "ts-mls/codec/tlsEncoder.js";
import type { BufferEncoder } from "ts-mls/codec/tlsEncoder.js";
import type { Decoder } from "ts-mls/codec/tlsDecoder.js";
import { mlsMessageEncoder, decodeMlsMessage } from "ts-mls/message.js";
import { decodeRatchetTree, ratchetTreeEncoder } from "ts-mls/ratchetTree.js";
import { leafNodeEncoder } from "ts-mls/leafNode.js";
import { parentNodeEncoder } from "ts-mls/parentNode.js";
import type { Bytes } from "@baraza/protocol";

export { getCiphersuiteFromName } from "ts-mls/crypto/ciphersuite.js";
export type { CiphersuiteImpl, CiphersuiteName } from "ts-mls/crypto/ciphersuite.js";
export { makeHashImpl } from "ts-mls/crypto/implementation/default/makeHashImpl.js";
export { makeKdfImpl } from "ts-mls/crypto/implementation/default/makeKdfImpl.js";
export { makeGenericHpke } from "ts-mls/crypto/implementation/hpke.js";
export type { Signature } from "ts-mls/crypto/signature.js";
export { decryptWithLabel, encryptWithLabel } from "ts-mls/crypto/hpke.js";
export { deriveSecret } from "ts-mls/crypto/kdf.js";
export type { Capabilities } from "ts-mls/capabilities.js";
export type { Commit } from "ts-mls/commit.js";
export type { Extension } from "ts-mls/extension.js";
export {
  createConfirmationTag,
  createContentCommitSignature,
  verifyConfirmationTag,
} from "ts-mls/framedContent.js";
export type { FramedContentCommit } from "ts-mls/framedContent.js";
export type { GroupContext } from "ts-mls/groupContext.js";
export { signGroupInfo, verifyGroupInfoSignature } from "ts-mls/groupInfo.js";
export type { GroupInfo } from "ts-mls/groupInfo.js";
export {
  generateKeyPackageWithKey,
  makeKeyPackageRef,
  verifyKeyPackage,
} from "ts-mls/keyPackage.js";
export type { KeyPackage, PrivateKeyPackage } from "ts-mls/keyPackage.js";
export {
  deriveKeySchedule,
  initializeEpoch,
  initializeKeySchedule,
  mlsExporter,
} from "ts-mls/keySchedule.js";
export type { KeySchedule } from "ts-mls/keySchedule.js";
export {
  signLeafNodeCommit,
  verifyLeafNodeSignature,
  verifyLeafNodeSignatureKeyPackage,
} from "ts-mls/leafNode.js";
export type { LeafNode, LeafNodeCommit, LeafNodeKeyPackage } from "ts-mls/leafNode.js";
export type { MLSMessage } from "ts-mls/message.js";
export { protectPublicMessage, unprotectPublicMessage } from "ts-mls/messageProtectionPublic.js";
export type { ParentNode } from "ts-mls/parentNode.js";
export type { Proposal } from "ts-mls/proposal.js";
export type { PublicMessage } from "ts-mls/publicMessage.js";
export type { Node, RatchetTree } from "ts-mls/ratchetTree.js";
export { createConfirmedHash, createInterimHash } from "ts-mls/transcriptHash.js";
export type { UpdatePath } from "ts-mls/updatePath.js";
export {
  decryptGroupInfo,
  decryptGroupSecrets,
  encryptGroupInfo,
  encryptGroupSecrets,
} from "ts-mls/welcome.js";
export type { Welcome } from "ts-mls/welcome.js";

/** The bytes of a value, in the presentation language of RFC 9420, section 2.1. */
function encoderOf<T>(encoder: BufferEncoder<T>): (value: T) => Bytes {
  const run = encode(encoder);
  return (value) => run(value) as Bytes;
}

/** Decodes exactly all of `bytes`; undefined when they are not one whole value. May throw the library's errors. */
function decoderOf<T>(decoder: Decoder<T>): (bytes: Uint8Array) => T | undefined {
  return (bytes) => {
    const result = decoder(bytes, 0);
    return result !== undefined && result[1] === bytes.length ? result[0] : undefined;
  };
}

export const encodeMessage = encoderOf(mlsMessageEncoder);
export const decodeMessage = decoderOf(decodeMlsMessage);
export const encodeGroupContext = encoderOf(groupContextEncoder);
export const decodeContext = decoderOf(decodeGroupContext);
export const encodeTreeNodes = encoderOf(ratchetTreeEncoder);
/** Extends the tree to a full one, as RFC 9420, section 12.4.3.3 says. */
export const decodeTreeNodes = decoderOf(decodeRatchetTree);
export const encodeLeaf = encoderOf(leafNodeEncoder);
export const encodeParent = encoderOf(parentNodeEncoder);
