/** Joining by a welcome, and rejoining by an external commit (RFC 9420, sections 12.4.3.1 and 12.4.3.2). */
import { equalBytes } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import { checkAuthorised, checkMember } from "./checks.ts";
import type { CheckedMember, Checks, MemberInfo } from "./checks.ts";
import { MLS_LIMITS, MlsRefused, limitSize, refusing } from "./errors.ts";
import { frameCommit } from "./frame.ts";
import { encodeTree, secretsOf } from "./group.ts";
import type { Group } from "./group.ts";
import { checkKeyPackage, decodeKeyPackage, decodePrivateParts, refOf } from "./key-package.ts";
import { checkUniqueKeys, contextBytesOf, memberOf } from "./leaf.ts";
import type { Member } from "./leaf.ts";
import {
  decryptGroupInfo,
  decryptGroupSecrets,
  deriveKeySchedule,
  verifyConfirmationTag,
  verifyGroupInfoSignature,
} from "./library.ts";
import type { GroupContext, GroupInfo } from "./library.ts";
import { EXTERNAL_INIT } from "./process.ts";
import { applyPlan, itemsOf } from "./proposals.ts";
import type { Plan } from "./proposals.ts";
import { suiteNameOf, suiteOf } from "./suites.ts";
import type { Suite, SuiteName } from "./suites.ts";
import { addLeaves, encodedLeaf, leavesOf } from "./tree.ts";
import type { Tree } from "./tree.ts";
import { directPathOf, isBelow } from "./tree-math.ts";
import { checkTree, decodeTree } from "./tree-check.ts";
import { deriveUp, makePath } from "./update-path.ts";
import { decodeGroupInfo, decodeWelcome } from "./welcome.ts";

/** A stored key package with its private keys. */
export interface OwnKeyPackage {
  readonly keyPackage: Bytes;
  readonly privateParts: Bytes;
}

/**
 * Joins by a welcome (whole or one's own part) and the tree that came with it. All certificates in the tree
 * are verified; `authorise` is asked with kind `welcome`. Destroy `privateParts` in the transaction that stores
 * the new state. @throws MlsRefused
 */
export async function join<Info extends MemberInfo>(
  options: OwnKeyPackage & { readonly welcome: Bytes; readonly tree: Bytes },
  checks: Checks<Info>,
): Promise<Group> {
  const welcome = decodeWelcome(options.welcome);
  const keyPackage = decodeKeyPackage(options.keyPackage);
  const privateParts = decodePrivateParts(options.privateParts);
  if (welcome.cipherSuite !== keyPackage.cipherSuite) throw new MlsRefused("wrong_suite");
  const suite = await suiteOf(suiteNameOf(keyPackage.cipherSuite));
  const { cs } = suite;
  const ref = await refOf(keyPackage, suite);
  if (!welcome.secrets.some(({ newMember }) => equalBytes(newMember, ref)))
    throw new MlsRefused("not_for_us");
  const zeros = new Uint8Array(cs.kdf.size);
  const { info, secrets } = await refusing("bad_message", async () => {
    const initKey = await cs.hpke.importPrivateKey(privateParts.initPrivateKey);
    const groupSecrets = await decryptGroupSecrets(initKey, ref, welcome, cs.hpke);
    const groupInfo =
      groupSecrets && (await decryptGroupInfo(welcome, groupSecrets.joinerSecret, zeros, cs));
    if (!groupSecrets || !groupInfo) throw new MlsRefused("bad_message");
    if (groupSecrets.psks.length > 0)
      throw new MlsRefused("forbidden_proposal", "a welcome with a PSK");
    return { info: groupInfo, secrets: groupSecrets };
  });
  checkContext(info, suite);
  const tree = decodeTree(options.tree, suite);
  const own = ownLeafIn(tree, encodedLeaf(keyPackage.leafNode));
  const members = await checkTree(tree, info.groupContext, suite, checks);
  const sender = await checkSigner(info, members, suite);
  const context = info.groupContext;
  await checkAuthorised(
    {
      kind: "welcome",
      groupId: new Uint8Array(context.groupId),
      epochAfter: Number(context.epoch),
      sender,
      added: members.filter((member) => member.leaf === own),
      removed: [],
      contextExtension: contextBytesOf(context.extensions),
      newContextExtension: null,
      members,
    },
    checks,
  );

  const privateKeys = new Map([[2 * own, privateParts.hpkePrivateKey as Bytes]]);
  const { pathSecret } = secrets;
  if (pathSecret !== undefined) {
    const steps = directPathOf(2 * own, tree.nodes.length)
      .filter((node) => isBelow(2 * sender.leaf, node))
      .map((node) => ({ node, inTree: tree.nodes[node] }))
      .filter(({ inTree }) => inTree !== undefined);
    const derived = await refusing("bad_path", () =>
      deriveUp(suite, steps, pathSecret as Bytes, (i) => {
        const node = steps[i]?.inTree;
        return node?.nodeType === "parent" ? node.parent.hpkePublicKey : undefined;
      }),
    );
    for (const [node, key] of derived.privateKeys) privateKeys.set(node, key);
  }
  checkReach(tree, own, privateKeys);
  const [schedule] = await deriveKeySchedule(secrets.joinerSecret, zeros, context, cs.kdf);
  const confirmed = await verifyConfirmationTag(
    schedule.confirmationKey,
    info.confirmationTag,
    context.confirmedTranscriptHash,
    cs.hash,
  );
  if (!confirmed) throw new MlsRefused("bad_message", "confirmation tag");
  return {
    suite,
    context,
    tree,
    secrets: secretsOf(schedule),
    confirmationTag: info.confirmationTag as Bytes,
    ownLeaf: own,
    privateKeys,
    signaturePrivateKey: privateParts.signaturePrivateKey as Bytes,
  };
}

/**
 * Joins without being asked, from the rejoin slot, by an external commit. Leaves of one's lost devices stay and
 * are removed by a later commit; a device that is stuck names its own old leaf in `replace` and may then come
 * back with the same keys. Members accept it if their checks do. `pending` counts once the hub has taken the
 * message. @throws MlsRefused
 */
export async function externalCommit<Info extends MemberInfo>(
  options: OwnKeyPackage & {
    readonly groupInfo: Bytes;
    readonly tree: Bytes;
    readonly replace?: number;
  },
  checks: Checks<Info>,
): Promise<{ pending: Group; message: Bytes; tree: Bytes; epochAfter: number }> {
  const info = decodeGroupInfo(options.groupInfo);
  const keyPackage = decodeKeyPackage(options.keyPackage);
  const privateParts = decodePrivateParts(options.privateParts);
  const suite = await suiteOf(suiteNameOf(keyPackage.cipherSuite));
  const { cs } = suite;
  await checkKeyPackage(keyPackage, suite);
  checkContext(info, suite);
  const tree = decodeTree(options.tree, suite);
  const members = await checkTree(tree, info.groupContext, suite, checks);
  await checkSigner(info, members, suite);
  const external = info.extensions.find(({ extensionType }) => extensionType === "external_pub");
  if (external === undefined) throw new MlsRefused("bad_message", "no external key");
  const { enc, secret: initSecret } = await refusing("bad_message", async () =>
    cs.hpke.exportSecret(
      await cs.hpke.importPublicKey(external.extensionData),
      EXTERNAL_INIT,
      cs.kdf.size,
      new Uint8Array(),
    ),
  );

  const plan: Plan = {
    adds: [],
    removes: options.replace === undefined ? [] : [options.replace],
    contextExtension: null,
    externalInit: enc,
  };
  const removed = members.filter(({ leaf }) => leaf === options.replace);
  applyPlan(tree, plan, null, suite);
  const [own] = addLeaves(tree, [keyPackage.leafNode]);
  if (own === undefined) throw new MlsRefused("bad_tree");
  const sender = await checkMember(memberOf(own, keyPackage.leafNode), checks);
  if (removed.some(({ info: old }) => !equalBytes(old.identity, sender.info.identity))) {
    throw new MlsRefused("external_commit");
  }
  checkUniqueKeys(tree);
  const before = info.groupContext;
  await checkAuthorised(
    {
      kind: "rejoin",
      groupId: new Uint8Array(before.groupId),
      epochAfter: Number(before.epoch) + 1,
      sender,
      added: [sender],
      removed,
      contextExtension: contextBytesOf(before.extensions),
      newContextExtension: null,
      members,
    },
    checks,
  );
  const next = { ...before, epoch: before.epoch + 1n };
  const made = await makePath(suite, tree, own, next, [own], privateParts.signaturePrivateKey);
  const framed = await frameCommit({
    suite,
    commit: { proposals: itemsOf(plan), path: made.path },
    senderLeaf: null,
    signaturePrivateKey: privateParts.signaturePrivateKey,
    before,
    extended: before,
    confirmationTag: info.confirmationTag,
    membershipKey: new Uint8Array(),
    initSecret,
    commitSecret: made.commitSecret,
    tree,
  });
  const pending: Group = {
    suite,
    context: framed.context,
    tree,
    secrets: secretsOf(framed.schedule),
    confirmationTag: framed.confirmationTag,
    ownLeaf: own,
    privateKeys: made.privateKeys,
    signaturePrivateKey: privateParts.signaturePrivateKey as Bytes,
  };
  return {
    pending,
    message: framed.message,
    tree: encodeTree(pending),
    epochAfter: Number(framed.context.epoch),
  };
}

/** All devices in a tree that came with a GroupInfo, unchecked: to find one's own before joining. @throws MlsRefused */
export async function treeRoster(tree: Uint8Array, suite: SuiteName): Promise<Member[]> {
  const decoded = decodeTree(tree, await suiteOf(suite));
  return Array.from(leavesOf(decoded), ([leaf, node]) => memberOf(leaf, node));
}

/** @throws MlsRefused `wrong_suite`, `bad_message` */
function checkContext(info: GroupInfo, suite: Suite): void {
  const context: GroupContext = info.groupContext;
  if (context.cipherSuite !== suite.mlsName) throw new MlsRefused("wrong_suite");
  limitSize(context.groupId, MLS_LIMITS.groupIdBytes, "group id");
  if (context.epoch >= BigInt(Number.MAX_SAFE_INTEGER)) throw new MlsRefused("bad_message");
  contextBytesOf(context.extensions);
}

/** Checks the GroupInfo's signature, and that a member made it. */
async function checkSigner<Info extends MemberInfo>(
  info: GroupInfo,
  members: readonly CheckedMember<Info>[],
  suite: Suite,
): Promise<CheckedMember<Info>> {
  const signer = members.find(({ leaf }) => leaf === info.signer);
  if (signer === undefined) throw new MlsRefused("bad_message", "signed by nobody");
  const valid = await refusing("bad_message", () =>
    verifyGroupInfoSignature(info, signer.signatureKey, suite.cs.signature),
  );
  if (!valid) throw new MlsRefused("bad_message", "group info signature");
  return signer;
}

/**
 * Every node above that holds a key must be one whose key was given, or one that lists this leaf as unmerged:
 * otherwise later paths could not be opened. @throws MlsRefused `bad_path`
 */
function checkReach(tree: Tree, own: number, privateKeys: ReadonlyMap<number, Bytes>): void {
  for (const above of directPathOf(2 * own, tree.nodes.length)) {
    const node = tree.nodes[above];
    if (node?.nodeType !== "parent" || privateKeys.has(above)) continue;
    if (!node.parent.unmergedLeaves.includes(own)) {
      throw new MlsRefused("bad_path", "the welcome lacks a path secret");
    }
  }
}

function ownLeafIn(tree: Tree, own: Bytes): number {
  for (const [index, leaf] of leavesOf(tree)) if (equalBytes(encodedLeaf(leaf), own)) return index;
  throw new MlsRefused("not_for_us", "the tree does not hold this device");
}
