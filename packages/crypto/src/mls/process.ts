/** Processing somebody's commit (RFC 9420, section 12.4.2). */
import { equalBytes } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import { checkAuthorised, checkMember, checkReplacement, mapConcurrently } from "./checks.ts";
import type { CheckedMember, Checks, MemberInfo } from "./checks.ts";
import { memberAt } from "./commit.ts";
import { MLS_LIMITS, MlsRefused, limitSize, refusing, refusingSync } from "./errors.ts";
import { contextAfter } from "./frame.ts";
import { secretsOf } from "./group.ts";
import type { Group } from "./group.ts";
import { checkKeyPackage, checkLifetime } from "./key-package.ts";
import {
  checkLeafShape,
  checkLeafSignature,
  checkUniqueKeys,
  contextBytesOf,
  contextExtensionsOf,
  isSameDevice,
  memberOf,
} from "./leaf.ts";
import type { Member } from "./leaf.ts";
import {
  decodeMessage,
  initializeEpoch,
  unprotectPublicMessage,
  verifyConfirmationTag,
} from "./library.ts";
import type { Commit, FramedContentCommit, PublicMessage } from "./library.ts";
import { applyPlan, planOf } from "./proposals.ts";
import type { Plan } from "./proposals.ts";
import { addLeaves, copyTree, leafAt, treeHashOf } from "./tree.ts";
import type { Tree } from "./tree.ts";
import { keptKeys, openPath, putPath } from "./update-path.ts";

/** What a processed commit did. */
export interface Change<Info extends MemberInfo = MemberInfo> {
  readonly kind: "commit" | "external";
  readonly sender: CheckedMember<Info>;
  readonly added: readonly CheckedMember<Info>[];
  readonly removed: readonly Member[];
  /** The new bytes in the group context, null when they stay. */
  readonly newContextExtension: Bytes | null;
  readonly epochAfter: number;
  /**
   * True when this device is among the removed. The commit's signature, its sender and its permission were
   * checked, but nobody who is removed can check that it works: until another member's later entry shows that
   * the group went on, this is a claim. Keep the old state until then.
   */
  readonly selfRemoved: boolean;
}

export interface ProcessOptions {
  /**
   * When the commit was accepted (milliseconds since 1970, as the hub signed it): added key packages must
   * have been alive then. Left out, that is not checked, since a member may read a commit months later.
   */
  readonly at?: number;
}

/**
 * Processes a commit. `group` is null when the commit removes this device. The given group is not changed.
 * @throws MlsRefused; of its codes `bad_path` means "I am stuck", not "the commit is bad for everyone".
 */
export async function processCommit<Info extends MemberInfo>(
  group: Group,
  message: Uint8Array,
  checks: Checks<Info>,
  options: ProcessOptions = {},
): Promise<{ group: Group | null; change: Change<Info> }> {
  limitSize(message, MLS_LIMITS.messageBytes, "message");
  const decoded = refusingSync("bad_message", () => decodeMessage(message.slice()));
  if (decoded?.wireformat === "mls_private_message") throw new MlsRefused("private_message");
  if (decoded?.wireformat !== "mls_public_message") throw new MlsRefused("bad_message");
  const { content, senderLeaf } = commitOf(decoded.publicMessage, group);
  const { commit } = content;
  const external = senderLeaf === null;
  const plan = planOf(commit, external);
  await refusing("bad_message", () =>
    unprotectPublicMessage(
      group.secrets.membershipKey,
      group.context,
      group.tree.nodes,
      decoded.publicMessage,
      group.suite.cs,
    ),
  );

  const tree = copyTree(group.tree);
  const removed = plan.removes.map((leaf) => memberAt(group.tree, leaf));
  let addedLeaves = applyPlan(tree, plan, senderLeaf, group.suite);
  if (external && commit.path !== undefined) {
    checkLeafShape(commit.path.leafNode, group.suite);
    addedLeaves = addLeaves(tree, [commit.path.leafNode]);
  }
  checkUniqueKeys(tree);
  const committer = senderLeaf ?? addedLeaves[0] ?? -1;
  const sender = await checkSender(group, tree, commit, committer, external, checks);
  const added = external
    ? [sender]
    : await mapConcurrently(plan.adds, async (keyPackage, i) => {
        if (options.at !== undefined) checkLifetime(keyPackage, options.at);
        const member = memberOf(addedLeaves[i] ?? -1, keyPackage.leafNode);
        const [checked] = await Promise.all([
          checkMember(member, checks),
          checkKeyPackage(keyPackage, group.suite),
        ]);
        return checked;
      });
  if (external) await checkExternalRemoval(sender, removed, checks);
  const epochAfter = Number(group.context.epoch) + 1;
  const kind = external ? "external" : "commit";
  const newContextExtension = plan.contextExtension;
  await checkAuthorised(
    {
      kind,
      groupId: new Uint8Array(group.context.groupId),
      epochAfter,
      sender,
      added,
      removed,
      contextExtension: contextBytesOf(group.context.extensions),
      newContextExtension,
    },
    checks,
  );

  const selfRemoved = plan.removes.includes(group.ownLeaf);
  const change = {
    kind,
    sender,
    added,
    removed,
    newContextExtension,
    epochAfter,
    selfRemoved,
  } as const;
  if (selfRemoved) return { group: null, change };
  const next = await refusing("bad_path", () =>
    advance(group, tree, decoded.publicMessage, content, plan, committer, addedLeaves),
  );
  return { group: next, change };
}

/** The commit in a message to this epoch of this group, and its sender's leaf (null: not yet a member). */
function commitOf(
  message: PublicMessage,
  group: Group,
): { content: FramedContentCommit; senderLeaf: number | null } {
  const { content } = message;
  if (!equalBytes(content.groupId, group.context.groupId)) throw new MlsRefused("wrong_group");
  if (content.contentType === "proposal")
    throw new MlsRefused("forbidden_proposal", "a lone proposal");
  if (content.contentType !== "commit") throw new MlsRefused("bad_message");
  if (content.epoch < group.context.epoch) throw new MlsRefused("stale_epoch");
  if (content.epoch > group.context.epoch) throw new MlsRefused("future_epoch");
  if (content.sender.senderType === "member") {
    const { leafIndex } = content.sender;
    if (leafAt(group.tree, leafIndex) === undefined) throw new MlsRefused("no_such_member");
    return { content, senderLeaf: leafIndex };
  }
  if (content.sender.senderType === "new_member_commit") return { content, senderLeaf: null };
  throw new MlsRefused("bad_message", "sender of another kind");
}

/** Checks the sender: its certificate, and the leaf that its path brings. */
async function checkSender<Info extends MemberInfo>(
  group: Group,
  tree: Tree,
  commit: Commit,
  committer: number,
  external: boolean,
  checks: Checks<Info>,
): Promise<CheckedMember<Info>> {
  const leaf = commit.path?.leafNode;
  if (leaf === undefined) return checkMember(memberAt(group.tree, committer), checks);
  checkLeafShape(leaf, group.suite);
  await refusing("bad_message", () =>
    checkLeafSignature(leaf, group.context.groupId, committer, group.suite),
  );
  const after = memberOf(committer, leaf);
  if (external) return checkMember(after, checks);
  const before = leafAt(tree, committer);
  if (before === undefined || !isSameDevice(before, leaf)) {
    throw new MlsRefused("bad_message", "the sender changed its keys");
  }
  return checkReplacement(memberOf(committer, before), after, checks);
}

/** An external commit may remove a leaf of its own identity only. @throws MlsRefused `external_commit` */
async function checkExternalRemoval<Info extends MemberInfo>(
  sender: CheckedMember<Info>,
  removed: readonly Member[],
  checks: Checks<Info>,
): Promise<void> {
  for (const member of removed) {
    const { info } = await checkMember(member, checks);
    if (!equalBytes(info.identity, sender.info.identity)) throw new MlsRefused("external_commit");
  }
}

/** The cryptographic part: path, key schedule, confirmation tag. `tree` is changed. */
async function advance(
  group: Group,
  tree: Tree,
  message: PublicMessage,
  content: FramedContentCommit,
  plan: Plan,
  committer: number,
  addedLeaves: readonly number[],
): Promise<Group> {
  const { suite, ownLeaf } = group;
  const { cs } = suite;
  const extended =
    plan.contextExtension === null
      ? group.context
      : { ...group.context, extensions: contextExtensionsOf(plan.contextExtension) };
  const zeros: Uint8Array = new Uint8Array(cs.kdf.size);
  let commitSecret = zeros;
  let fresh: ReadonlyMap<number, Bytes> = new Map();
  const { path } = content.commit;
  if (path !== undefined) {
    const steps = putPath(suite, tree, committer, path, addedLeaves);
    const treeHash = treeHashOf(tree, suite.hash);
    const context = { ...extended, epoch: extended.epoch + 1n, treeHash };
    const opened = await openPath(suite, path, steps, ownLeaf, group.privateKeys, context);
    commitSecret = opened.commitSecret;
    fresh = opened.privateKeys;
  }
  const { signature } = message.auth;
  const treeHash = treeHashOf(tree, suite.hash);
  const context = await contextAfter(
    suite,
    extended,
    group.confirmationTag,
    content,
    signature,
    treeHash,
  );
  const initSecret =
    plan.externalInit === null
      ? group.secrets.initSecret
      : await externalInitSecret(group, plan.externalInit);
  const { keySchedule } = await initializeEpoch(initSecret, commitSecret, context, zeros, cs.kdf);
  const tag =
    message.auth.contentType === "commit" ? message.auth.confirmationTag : new Uint8Array();
  const confirmed = await verifyConfirmationTag(
    keySchedule.confirmationKey,
    tag,
    context.confirmedTranscriptHash,
    cs.hash,
  );
  if (!confirmed) throw new MlsRefused("bad_path", "confirmation tag");
  return {
    suite,
    context,
    tree,
    secrets: secretsOf(keySchedule),
    confirmationTag: tag as Bytes,
    ownLeaf,
    privateKeys: keptKeys(tree, ownLeaf, group.privateKeys, fresh),
    signaturePrivateKey: group.signaturePrivateKey,
  };
}

/** The init secret that an external commit's KEM output carries (8.3). */
async function externalInitSecret(group: Group, kemOutput: Uint8Array): Promise<Uint8Array> {
  const { hpke, kdf } = group.suite.cs;
  const keys = await hpke.deriveKeyPair(group.secrets.externalSecret);
  return hpke.importSecret(keys.privateKey, EXTERNAL_INIT, kemOutput, kdf.size, new Uint8Array());
}

/** Exporter context of the external init secret (8.3). */
export const EXTERNAL_INIT = new TextEncoder().encode("MLS 1.0 external init secret");
