/** A hostile member, for the tests: commits that are signed and tagged as they should be, with any content. */
import { utf8 } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import { frameCommit } from "./frame.ts";
import type { FramedCommit } from "./frame.ts";
import { secretsOf } from "./group.ts";
import type { Group } from "./group.ts";
import type { OwnKeyPackage } from "./join.ts";
import { decodeKeyPackage, decodePrivateParts } from "./key-package.ts";
import { contextExtensionsOf } from "./leaf.ts";
import { EXTERNAL_INIT } from "./process.ts";
import type { Commit, Extension, LeafNode, Proposal, UpdatePath } from "./library.ts";
import { addLeaves, copyTree, leafAt, removeLeaf, setNode } from "./tree.ts";
import { makePath } from "./update-path.ts";

export interface Forgery {
  readonly proposals?: readonly Proposal[];
  /** Instead of `proposals`: as they stand in the commit, references too. */
  readonly raw?: Commit["proposals"];
  readonly withPath?: boolean;
  /** Changes the path before it is signed. */
  readonly tamperPath?: (path: UpdatePath) => UpdatePath;
  /** Changes the whole commit before it is signed. */
  readonly tamper?: (commit: Commit) => Commit;
  /** Extensions that the sender believes to have set. */
  readonly extensions?: Extension[];
  /** The sender's leaf before the path is made, and the key that signs then. */
  readonly leaf?: (leaf: LeafNode) => LeafNode;
  /** A commit secret that is not the path's. */
  readonly commitSecret?: Uint8Array;
}

/** A forged commit with what its forger knows: enough for a welcome too. */
export interface Forged {
  readonly message: Bytes;
  readonly pending: Group;
  readonly framed: FramedCommit;
  readonly pathSecrets: ReadonlyMap<number, Bytes>;
}

/** The commit's message. The tree after it is what the proposals do, as far as they can be applied. */
export async function forge(group: Group, forgery: Forgery): Promise<Bytes> {
  return (await forgeWhole(group, forgery)).message;
}

/** The same with everything around it. */
export async function forgeWhole(group: Group, forgery: Forgery): Promise<Forged> {
  const { suite, ownLeaf, context, signaturePrivateKey, secrets } = group;
  const proposals =
    forgery.raw ??
    (forgery.proposals ?? []).map((proposal) => ({
      proposalOrRefType: "proposal" as const,
      proposal,
    }));
  const tree = copyTree(group.tree);
  const extended = { ...context, extensions: forgery.extensions ?? context.extensions };
  const nextContext = { ...extended, epoch: context.epoch + 1n };
  const added: number[] = [];
  for (const item of proposals) {
    if (item.proposalOrRefType !== "proposal") continue;
    const { proposal } = item;
    if (proposal.proposalType === "remove" && "remove" in proposal) {
      if (leafAt(tree, proposal.remove.removed)) removeLeaf(tree, proposal.remove.removed);
    } else if (proposal.proposalType === "add" && "add" in proposal) {
      added.push(...addLeaves(tree, [proposal.add.keyPackage.leafNode]));
    }
  }
  const before = leafAt(tree, ownLeaf);
  if (forgery.leaf && before) {
    setNode(tree, 2 * ownLeaf, { nodeType: "leaf", leaf: forgery.leaf(before) });
  }
  const made = forgery.withPath
    ? await makePath(suite, tree, ownLeaf, nextContext, added, signaturePrivateKey)
    : null;
  const path = made && forgery.tamperPath ? forgery.tamperPath(made.path) : made?.path;
  const commit = { proposals, path };
  const framed = await frameCommit({
    suite,
    commit: forgery.tamper ? forgery.tamper(commit) : commit,
    senderLeaf: ownLeaf,
    signaturePrivateKey,
    before: context,
    extended,
    confirmationTag: group.confirmationTag,
    membershipKey: secrets.membershipKey,
    initSecret: secrets.initSecret,
    commitSecret: forgery.commitSecret ?? made?.commitSecret ?? null,
    tree,
  });
  const pending: Group = {
    ...group,
    tree,
    context: framed.context,
    secrets: secretsOf(framed.schedule),
    confirmationTag: framed.confirmationTag,
    privateKeys: made?.privateKeys ?? group.privateKeys,
  };
  return { message: framed.message, pending, framed, pathSecrets: made?.secrets ?? new Map() };
}

/** A path whose secrets are garbage for the recipients that `spoil` picks (path node, place among recipients). */
export function garbageFor(
  spoil: (node: number, place: number) => boolean,
): (path: UpdatePath) => UpdatePath {
  return (path) => ({
    ...path,
    nodes: path.nodes.map((node, n) => ({
      ...node,
      encryptedPathSecret: node.encryptedPathSecret.map((sealed, place) =>
        spoil(n, place)
          ? { ...sealed, ciphertext: sealed.ciphertext.map((byte) => byte ^ 0x55) }
          : sealed,
      ),
    })),
  });
}

export function contextProposal(bytes: Bytes): Proposal {
  return {
    proposalType: "group_context_extensions",
    groupContextExtensions: { extensions: contextExtensionsOf(bytes) },
  };
}

/** An outsider's commit with any further proposals; the removals among them are done. */
export async function forgeExternal(
  group: Group,
  own: OwnKeyPackage,
  more: readonly Proposal[],
): Promise<Bytes> {
  const { suite, context, confirmationTag, secrets } = group;
  const { cs } = suite;
  const keys = await cs.hpke.deriveKeyPair(secrets.externalSecret);
  const { enc, secret } = await cs.hpke.exportSecret(
    keys.publicKey,
    EXTERNAL_INIT,
    cs.kdf.size,
    new Uint8Array(),
  );
  const { signaturePrivateKey } = decodePrivateParts(own.privateParts);
  const tree = copyTree(group.tree);
  for (const proposal of more) {
    if (proposal.proposalType === "remove" && "remove" in proposal)
      removeLeaf(tree, proposal.remove.removed);
  }
  const [leaf] = addLeaves(tree, [decodeKeyPackage(own.keyPackage).leafNode]);
  if (leaf === undefined) throw new Error("no place");
  const next = { ...context, epoch: context.epoch + 1n };
  const made = await makePath(suite, tree, leaf, next, [leaf], signaturePrivateKey);
  const externalInit: Proposal = {
    proposalType: "external_init",
    externalInit: { kemOutput: enc },
  };
  const { message } = await frameCommit({
    suite,
    commit: {
      proposals: [externalInit, ...more].map((proposal) => ({
        proposalOrRefType: "proposal",
        proposal,
      })),
      path: made.path,
    },
    senderLeaf: null,
    signaturePrivateKey,
    before: context,
    extended: context,
    confirmationTag,
    membershipKey: new Uint8Array(),
    initSecret: secret,
    commitSecret: made.commitSecret,
    tree,
  });
  return message;
}

/** Proposals that no commit here may hold. */
export const reinit: Proposal = {
  proposalType: "reinit",
  reinit: {
    groupId: utf8("new"),
    version: "mls10",
    cipherSuite: "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
    extensions: [],
  },
};
export const psk: Proposal = {
  proposalType: "psk",
  psk: {
    preSharedKeyId: { psktype: "external", pskId: utf8("id"), pskNonce: new Uint8Array(32) },
  },
};
/** Removes a leaf. */
export const remove = (removed: number): Proposal => ({
  proposalType: "remove",
  remove: { removed },
});
