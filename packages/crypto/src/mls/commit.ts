/** Creating a group, and committing changes to it (RFC 9420, sections 11 and 12.4). */
import type { Bytes } from "@baraza/protocol";
import { checkAuthorised, checkMember, mapConcurrently } from "./checks.ts";
import type { CheckedMember, Checks, MemberInfo } from "./checks.ts";
import { MLS_LIMITS, MlsRefused, limitSize } from "./errors.ts";
import { frameCommit } from "./frame.ts";
import { encodeTree, secretsOf } from "./group.ts";
import type { Group } from "./group.ts";
import {
  checkKeyPackage,
  checkLifetime,
  decodeKeyPackage,
  decodePrivateParts,
} from "./key-package.ts";
import {
  checkUniqueKeys,
  contextBytesOf,
  contextExtensionsOf,
  leafExtensions,
  memberOf,
  seatKeyOf,
} from "./leaf.ts";
import { createConfirmationTag, initializeKeySchedule } from "./library.ts";
import type { GroupContext } from "./library.ts";
import { applyPlan, needsPath, itemsOf } from "./proposals.ts";
import type { Plan } from "./proposals.ts";
import { suiteOf } from "./suites.ts";
import type { SuiteName } from "./suites.ts";
import { copyTree, leafAt, setNode, treeHashOf, treeOf } from "./tree.ts";
import type { Tree } from "./tree.ts";
import { keptKeys, makePath } from "./update-path.ts";
import { makeWelcome } from "./welcome.ts";

/** Makes a group of one device, at epoch 0. @throws MlsRefused when a part is not what it should be. */
export async function createGroup(options: {
  readonly suite: SuiteName;
  readonly groupId: Bytes;
  readonly keyPackage: Bytes;
  readonly privateParts: Bytes;
  readonly contextExtension: Bytes;
}): Promise<Group> {
  const suite = await suiteOf(options.suite);
  limitSize(options.groupId, MLS_LIMITS.groupIdBytes, "group id");
  const keyPackage = decodeKeyPackage(options.keyPackage);
  const privateParts = decodePrivateParts(options.privateParts);
  await checkKeyPackage(keyPackage, suite);
  const tree = treeOf([{ nodeType: "leaf", leaf: keyPackage.leafNode }]);
  const context: GroupContext = {
    version: "mls10",
    cipherSuite: suite.mlsName,
    groupId: options.groupId.slice(),
    epoch: 0n,
    treeHash: treeHashOf(tree, suite.hash),
    confirmedTranscriptHash: new Uint8Array(),
    extensions: contextExtensionsOf(options.contextExtension),
  };
  const { cs } = suite;
  const secrets = await initializeKeySchedule(cs.rng.randomBytes(cs.kdf.size), cs.kdf);
  const tag = await createConfirmationTag(
    secrets.confirmationKey,
    context.confirmedTranscriptHash,
    cs.hash,
  );
  return {
    suite,
    context,
    tree,
    secrets: secretsOf(secrets),
    confirmationTag: tag as Bytes,
    ownLeaf: 0,
    privateKeys: new Map([[0, privateParts.hpkePrivateKey as Bytes]]),
    signaturePrivateKey: privateParts.signaturePrivateKey as Bytes,
  };
}

export interface CommitRequest {
  /** Key packages of the devices to add. */
  readonly add?: readonly Bytes[];
  /** Leaf indices of the devices to remove. */
  readonly remove?: readonly number[];
  /** New bytes for the group context. */
  readonly contextExtension?: Bytes;
  /** Renew one's own keys even if nothing else asks for it. A commit that does more than add always does. */
  readonly update?: boolean;
  /** A new rejoin key for one's own leaf, as slots.ts announces it; the other keys are then renewed, too. */
  readonly rejoinKey?: Bytes;
  /** Milliseconds since 1970, for the lifetime of key packages; the clock when left out. */
  readonly now?: number;
}

export interface CommitResult {
  /** The state after the commit. Store it with the message, and use it once the hub has taken the message. */
  readonly pending: Group;
  /** The commit as MLS PublicMessage, to be sealed. */
  readonly message: Bytes;
  /**
   * For the added devices, null when there are none; all of them can use it, or each its own part
   * (`welcomeFor`). It works only with `tree`, which is not inside: sealing every newcomer's secrets
   * hashes the whole welcome, and at 1,000 devices the tree is half a megabyte.
   */
  readonly welcome: Bytes | null;
  /** The ratchet tree after the commit: public keys and certificates. Seal it. */
  readonly tree: Bytes;
  readonly epochAfter: number;
  /** The added devices with their leaf indices, in the order given. */
  readonly added: readonly CheckedMember[];
}

/**
 * Makes a commit. The given state is not changed and stays valid. @throws MlsRefused when a key package, a
 * certificate or the change itself is refused.
 */
export async function commit<Info extends MemberInfo>(
  group: Group,
  request: CommitRequest,
  checks: Checks<Info>,
): Promise<CommitResult> {
  const { suite } = group;
  const plan: Plan = {
    adds: (request.add ?? []).map(decodeKeyPackage),
    removes: request.remove ?? [],
    contextExtension: request.contextExtension ?? null,
    externalInit: null,
  };
  if (plan.adds.length + plan.removes.length + 1 > MLS_LIMITS.proposals)
    throw new MlsRefused("too_large");
  if (new Set(plan.removes).size !== plan.removes.length) throw new MlsRefused("bad_message");
  const removed = plan.removes.map((leaf) => memberAt(group.tree, leaf));
  const tree = copyTree(group.tree);
  const addedLeaves = applyPlan(tree, plan, group.ownLeaf, suite);
  checkUniqueKeys(tree);
  const now = request.now ?? Date.now();
  const [sender, added] = await Promise.all([
    checkMember(memberAt(group.tree, group.ownLeaf), checks),
    mapConcurrently(plan.adds, async (keyPackage, i) => {
      checkLifetime(keyPackage, now);
      const member = memberOf(addedLeaves[i] ?? -1, keyPackage.leafNode);
      const [checked] = await Promise.all([
        checkMember(member, checks),
        checkKeyPackage(keyPackage, suite),
      ]);
      return checked;
    }),
  ]);
  await checkAuthorised(
    {
      kind: "commit",
      groupId: new Uint8Array(group.context.groupId),
      epochAfter: Number(group.context.epoch) + 1,
      sender,
      added,
      removed,
      contextExtension: contextBytesOf(group.context.extensions),
      newContextExtension: plan.contextExtension,
    },
    checks,
  );
  const own = leafAt(tree, group.ownLeaf);
  if (request.rejoinKey !== undefined && own !== undefined) {
    // Signed anew with the path.
    const extensions = leafExtensions(seatKeyOf(own), request.rejoinKey);
    setNode(tree, 2 * group.ownLeaf, { nodeType: "leaf", leaf: { ...own, extensions } });
  }
  const renews = request.update === true || request.rejoinKey !== undefined;
  const made = await seal(group, tree, plan, addedLeaves, renews || needsPath(plan));
  return { ...made, epochAfter: Number(made.pending.context.epoch), added };
}

/** The member at a leaf. @throws MlsRefused `no_such_member` */
export function memberAt(tree: Tree, leaf: number): ReturnType<typeof memberOf> {
  const node = leafAt(tree, leaf);
  if (node === undefined) throw new MlsRefused("no_such_member");
  return memberOf(leaf, node);
}

/** Everything after the decisions: path, message, key schedule, welcome. `tree` is changed. */
async function seal(
  group: Group,
  tree: Tree,
  plan: Plan,
  addedLeaves: readonly number[],
  withPath: boolean,
): Promise<Pick<CommitResult, "pending" | "message" | "welcome" | "tree">> {
  const { suite, ownLeaf, signaturePrivateKey } = group;
  const extended: GroupContext =
    plan.contextExtension === null
      ? group.context
      : { ...group.context, extensions: contextExtensionsOf(plan.contextExtension) };
  const pathContext = { ...extended, epoch: extended.epoch + 1n };
  const made = withPath
    ? await makePath(suite, tree, ownLeaf, pathContext, addedLeaves, signaturePrivateKey)
    : null;
  const framed = await frameCommit({
    suite,
    commit: { proposals: itemsOf(plan), path: made?.path },
    senderLeaf: ownLeaf,
    signaturePrivateKey,
    before: group.context,
    extended,
    confirmationTag: group.confirmationTag,
    membershipKey: group.secrets.membershipKey,
    initSecret: group.secrets.initSecret,
    commitSecret: made?.commitSecret ?? null,
    tree,
  });
  const pending: Group = {
    suite,
    context: framed.context,
    tree,
    secrets: secretsOf(framed.schedule),
    confirmationTag: framed.confirmationTag,
    ownLeaf,
    privateKeys: keptKeys(tree, ownLeaf, group.privateKeys, made?.privateKeys ?? new Map()),
    signaturePrivateKey,
  };
  const newcomers = plan.adds.map((keyPackage, i) => ({ keyPackage, leaf: addedLeaves[i] ?? -1 }));
  const welcome = await makeWelcome(pending, newcomers, made?.secrets ?? new Map(), framed);
  return { pending, message: framed.message, welcome, tree: encodeTree(pending) };
}
