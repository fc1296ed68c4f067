/** A commit from its parts to a message and the secrets of the next epoch (RFC 9420, sections 6, 8 and 12.4.1). */
import type { Bytes } from "@baraza/protocol";
import { MLS_LIMITS, limitSize } from "./errors.ts";
import {
  createConfirmationTag,
  createConfirmedHash,
  createContentCommitSignature,
  createInterimHash,
  encodeMessage,
  initializeEpoch,
  protectPublicMessage,
} from "./library.ts";
import type { Commit, FramedContentCommit, GroupContext, KeySchedule } from "./library.ts";
import type { Suite } from "./suites.ts";
import { treeHashOf } from "./tree.ts";
import type { Tree } from "./tree.ts";

export interface CommitParts {
  readonly suite: Suite;
  readonly commit: Commit;
  /** The sender's leaf, null for an external commit. */
  readonly senderLeaf: number | null;
  readonly signaturePrivateKey: Uint8Array;
  /** The context of the epoch that ends, and the same with the extensions that the commit sets. */
  readonly before: GroupContext;
  readonly extended: GroupContext;
  readonly confirmationTag: Uint8Array;
  /** Of the epoch that ends; not used by an external commit. */
  readonly membershipKey: Uint8Array;
  readonly initSecret: Uint8Array;
  /** From the path, null without one. */
  readonly commitSecret: Uint8Array | null;
  /** The tree after the commit. */
  readonly tree: Tree;
}

export interface FramedCommit {
  readonly message: Bytes;
  readonly context: GroupContext;
  readonly confirmationTag: Bytes;
  readonly schedule: KeySchedule;
  readonly joinerSecret: Uint8Array;
  readonly welcomeSecret: Uint8Array;
}

/** Signs, derives the next epoch, and frames. @throws MlsRefused `too_large` */
export async function frameCommit(parts: CommitParts): Promise<FramedCommit> {
  const { suite, senderLeaf, before } = parts;
  const { cs } = suite;
  const { framedContent, signature } = await createContentCommitSignature(
    before,
    "mls_public_message",
    parts.commit,
    senderLeaf === null
      ? { senderType: "new_member_commit" }
      : { senderType: "member", leafIndex: senderLeaf },
    new Uint8Array(),
    parts.signaturePrivateKey,
    cs.signature,
  );
  const context = await contextAfter(
    suite,
    parts.extended,
    parts.confirmationTag,
    framedContent,
    signature,
    treeHashOf(parts.tree, suite.hash),
  );
  const zeros = new Uint8Array(cs.kdf.size);
  const next = await initializeEpoch(
    parts.initSecret,
    parts.commitSecret ?? zeros,
    context,
    zeros,
    cs.kdf,
  );
  const tag = await createConfirmationTag(
    next.keySchedule.confirmationKey,
    context.confirmedTranscriptHash,
    cs.hash,
  );
  const publicMessage = await protectPublicMessage(
    parts.membershipKey,
    before,
    {
      wireformat: "mls_public_message",
      content: framedContent,
      auth: { contentType: "commit", signature, confirmationTag: tag },
    },
    cs,
  );
  const message = encodeMessage({
    version: "mls10",
    wireformat: "mls_public_message",
    publicMessage,
  });
  limitSize(message, MLS_LIMITS.messageBytes, "commit");
  return {
    message,
    context,
    confirmationTag: tag as Bytes,
    schedule: next.keySchedule,
    joinerSecret: next.joinerSecret,
    welcomeSecret: next.welcomeSecret,
  };
}

/** The group context after a commit (8.1, 8.2). `extended` has the old transcript hash and the new extensions. */
export async function contextAfter(
  suite: Suite,
  extended: GroupContext,
  confirmationTag: Uint8Array,
  content: FramedContentCommit,
  signature: Uint8Array,
  treeHash: Bytes,
): Promise<GroupContext> {
  const { hash } = suite.cs;
  const interim = await createInterimHash(extended.confirmedTranscriptHash, confirmationTag, hash);
  const input = { wireformat: "mls_public_message", content, signature } as const;
  return {
    ...extended,
    epoch: extended.epoch + 1n,
    treeHash,
    confirmedTranscriptHash: await createConfirmedHash(interim, input, hash),
  };
}
