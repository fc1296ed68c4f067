/**
 * Update paths (RFC 9420, sections 7.4 to 7.6 and 7.9): making one, putting one into the tree, and
 * deriving its secrets. The trees given here are changed: callers hand in copies.
 */
import { equalBytes } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import { mapConcurrently } from "./checks.ts";
import { MlsRefused } from "./errors.ts";
import { checkFreshKeys } from "./leaf.ts";
import {
  decryptWithLabel,
  deriveSecret,
  encodeGroupContext,
  encryptWithLabel,
  signLeafNodeCommit,
} from "./library.ts";
import type { GroupContext, UpdatePath } from "./library.ts";
import type { Suite } from "./suites.ts";
import { leafAt, parentHashOf, resolutionOf, setNode, treeHashOf } from "./tree.ts";
import type { Tree } from "./tree.ts";
import { childrenSeenFrom, directPathOf, isBelow } from "./tree-math.ts";

/** A node of the filtered direct path (4.1.2) and who has to learn its secret. */
interface PathStep {
  readonly node: number;
  /** The child away from the sender. */
  readonly far: number;
  /** Nodes under whose keys the secret is encrypted: those below `far`, without the newly added leaves. */
  readonly recipients: readonly number[];
}

/** A new path of one's own with everything that follows from it. */
export interface MadePath {
  readonly path: UpdatePath;
  readonly privateKeys: ReadonlyMap<number, Bytes>;
  readonly commitSecret: Bytes;
  /** Path secret by node index: what the newly added members below that node are told (12.4.3.1). */
  readonly secrets: ReadonlyMap<number, Bytes>;
}

/** The filtered direct path of a leaf, bottom to top. */
function stepsOf(tree: Tree, leaf: number, excluded: ReadonlySet<number>): PathStep[] {
  const steps: PathStep[] = [];
  for (const node of directPathOf(2 * leaf, tree.nodes.length)) {
    const [, far] = childrenSeenFrom(2 * leaf, node);
    const resolution = resolutionOf(tree, far);
    if (resolution.length === 0) continue;
    steps.push({ node, far, recipients: resolution.filter((below) => !excluded.has(below / 2)) });
  }
  return steps;
}

/**
 * Makes a path for `leaf`, whose current leaf node is in the tree, and puts it into the tree.
 * `context` is the new epoch's group context but for the tree hash (7.6); `added` are leaves that are told by a
 * welcome instead.
 */
export async function makePath(
  suite: Suite,
  tree: Tree,
  leaf: number,
  context: GroupContext,
  added: readonly number[],
  signaturePrivateKey: Uint8Array,
): Promise<MadePath> {
  const { cs } = suite;
  const before = leafAt(tree, leaf);
  if (before === undefined) throw new MlsRefused("no_such_member");
  const steps = stepsOf(tree, leaf, new Set(added));
  const recipientKeys = steps.map((step) => step.recipients.map((node) => publicKeyAt(tree, node)));

  const leafSecret = cs.rng.randomBytes(cs.kdf.size) as Bytes;
  const leafKeys = await keysOf(suite, leafSecret);
  const privateKeys = new Map([[2 * leaf, leafKeys.privateKey]]);
  const secrets = new Map<number, Bytes>();
  const publicKeys: Bytes[] = [];
  let secret = leafSecret;
  for (const step of steps) {
    secret = await nextSecret(suite, secret);
    const keys = await keysOf(suite, secret);
    secrets.set(step.node, secret);
    privateKeys.set(step.node, keys.privateKey);
    publicKeys.push(keys.publicKey);
  }

  const parentHash = putParents(suite, tree, leaf, steps, publicKeys);
  const { hpkePublicKey: _old, ...kept } = before;
  const leafNode = await signLeafNodeCommit(
    {
      credential: kept.credential,
      capabilities: kept.capabilities,
      signaturePublicKey: kept.signaturePublicKey,
      extensions: kept.extensions,
      hpkePublicKey: leafKeys.publicKey,
      leafNodeSource: "commit",
      parentHash,
      groupId: context.groupId,
      leafIndex: leaf,
    },
    signaturePrivateKey,
    cs.signature,
  );
  setNode(tree, 2 * leaf, { nodeType: "leaf", leaf: leafNode });

  const info = encodeGroupContext({ ...context, treeHash: treeHashOf(tree, suite.hash) });
  const nodes = [];
  for (const [i, step] of steps.entries()) {
    const plain = secrets.get(step.node) ?? leafSecret;
    const encryptedPathSecret = await mapConcurrently(recipientKeys[i] ?? [], async (key) => {
      const imported = await cs.hpke.importPublicKey(key);
      const { ct, enc } = await encryptWithLabel(imported, "UpdatePathNode", info, plain, cs.hpke);
      return { ciphertext: ct, kemOutput: enc };
    });
    nodes.push({ hpkePublicKey: publicKeys[i] ?? new Uint8Array(), encryptedPathSecret });
  }
  return {
    path: { leafNode, nodes },
    privateKeys,
    secrets,
    commitSecret: await nextSecret(suite, secret),
  };
}

/**
 * Checks the public part of somebody's path (12.4.2) and puts it into the tree. For an external commit the
 * tree holds the path's leaf node already. @throws MlsRefused `bad_path`, `duplicate_key`
 */
export function putPath(
  suite: Suite,
  tree: Tree,
  leaf: number,
  path: UpdatePath,
  added: readonly number[],
): PathStep[] {
  const steps = stepsOf(tree, leaf, new Set(added));
  if (
    path.nodes.length !== steps.length ||
    steps.some((step, i) => path.nodes[i]?.encryptedPathSecret.length !== step.recipients.length) ||
    path.nodes.some((node) => node.hpkePublicKey.length !== suite.publicKeyBytes)
  ) {
    throw new MlsRefused("bad_path", "the path does not fit the tree");
  }
  const fresh = path.nodes.map((node) => node.hpkePublicKey);
  if (leafAt(tree, leaf) !== path.leafNode) fresh.push(path.leafNode.hpkePublicKey);
  checkFreshKeys(tree, fresh);
  const parentHash = putParents(
    suite,
    tree,
    leaf,
    steps,
    path.nodes.map((node) => node.hpkePublicKey),
  );
  if (!equalBytes(parentHash, path.leafNode.parentHash)) {
    throw new MlsRefused("bad_path", "the path's parent hash is wrong");
  }
  setNode(tree, 2 * leaf, { nodeType: "leaf", leaf: path.leafNode });
  return steps;
}

/**
 * Decrypts one's path secret and derives the rest. `steps` is what `putPath` returned, `context` the new
 * context with its tree hash. @throws MlsRefused `bad_path` when secrets are missing, garbage, or not those
 * of the public keys.
 */
export async function openPath(
  suite: Suite,
  path: UpdatePath,
  steps: readonly PathStep[],
  ownLeaf: number,
  privateKeys: ReadonlyMap<number, Bytes>,
  context: GroupContext,
): Promise<{ privateKeys: Map<number, Bytes>; commitSecret: Bytes }> {
  const { cs } = suite;
  const from = steps.findIndex((step) => isBelow(2 * ownLeaf, step.node));
  const step = steps[from];
  const place =
    step?.recipients.findIndex((node) => privateKeys.has(node) && isBelow(2 * ownLeaf, node)) ?? -1;
  const ownNode = step?.recipients[place];
  const ownKey = ownNode === undefined ? undefined : privateKeys.get(ownNode);
  const sealed = path.nodes[from]?.encryptedPathSecret[place];
  if (ownKey === undefined || sealed === undefined) {
    throw new MlsRefused("bad_path", "no secret for this device");
  }
  const secret = (await decryptWithLabel(
    await cs.hpke.importPrivateKey(ownKey),
    "UpdatePathNode",
    encodeGroupContext(context),
    sealed.kemOutput,
    sealed.ciphertext,
    cs.hpke,
  )) as Bytes;
  return deriveUp(suite, steps.slice(from), secret, (i) => path.nodes[from + i]?.hpkePublicKey);
}

/**
 * The private keys from a path secret upwards, checked against the public keys in the tree.
 * @throws MlsRefused `bad_path`
 */
export async function deriveUp(
  suite: Suite,
  steps: readonly { readonly node: number }[],
  first: Bytes,
  publicKeyOf: (i: number) => Uint8Array | undefined,
): Promise<{ privateKeys: Map<number, Bytes>; commitSecret: Bytes }> {
  const privateKeys = new Map<number, Bytes>();
  let secret = first;
  if (secret.length !== suite.cs.kdf.size) throw new MlsRefused("bad_path");
  for (const [i, step] of steps.entries()) {
    if (i > 0) secret = await nextSecret(suite, secret);
    const keys = await keysOf(suite, secret);
    const expected = publicKeyOf(i);
    if (expected === undefined || !equalBytes(keys.publicKey, expected)) {
      throw new MlsRefused("bad_path", "path secret and public key differ");
    }
    privateKeys.set(step.node, keys.privateKey);
  }
  return { privateKeys, commitSecret: await nextSecret(suite, secret) };
}

/** Keeps the keys that are still of use: one's leaf and the non-blank nodes above it. */
export function keptKeys(
  tree: Tree,
  ownLeaf: number,
  before: ReadonlyMap<number, Bytes>,
  fresh: ReadonlyMap<number, Bytes>,
): Map<number, Bytes> {
  const kept = new Map<number, Bytes>();
  for (const node of [2 * ownLeaf, ...directPathOf(2 * ownLeaf, tree.nodes.length)]) {
    const key = tree.nodes[node] === undefined ? undefined : (fresh.get(node) ?? before.get(node));
    if (key !== undefined) kept.set(node, key);
  }
  return kept;
}

/** Blanks the direct path, puts the new parents in with their parent hashes, and returns the leaf's (7.9). */
function putParents(
  suite: Suite,
  tree: Tree,
  leaf: number,
  steps: readonly PathStep[],
  publicKeys: readonly Uint8Array[],
): Bytes {
  for (const node of directPathOf(2 * leaf, tree.nodes.length)) setNode(tree, node, undefined);
  let parentHash: Bytes = new Uint8Array();
  for (let i = steps.length - 1; i >= 0; i--) {
    const step = steps[i];
    const hpkePublicKey = publicKeys[i];
    if (step === undefined || hpkePublicKey === undefined) throw new MlsRefused("bad_path");
    const parent = { hpkePublicKey, parentHash, unmergedLeaves: [] };
    setNode(tree, step.node, { nodeType: "parent", parent });
    parentHash = parentHashOf(tree, parent, step.far, suite.hash);
  }
  return parentHash;
}

function publicKeyAt(tree: Tree, index: number): Uint8Array {
  const node = tree.nodes[index];
  if (node === undefined) throw new MlsRefused("bad_tree");
  return node.nodeType === "leaf" ? node.leaf.hpkePublicKey : node.parent.hpkePublicKey;
}

async function nextSecret(suite: Suite, secret: Uint8Array): Promise<Bytes> {
  return (await deriveSecret(secret, "path", suite.cs.kdf)) as Bytes;
}

async function keysOf(
  suite: Suite,
  pathSecret: Uint8Array,
): Promise<{ publicKey: Bytes; privateKey: Bytes }> {
  const { hpke, kdf } = suite.cs;
  const pair = await hpke.deriveKeyPair(await deriveSecret(pathSecret, "node", kdf));
  return {
    publicKey: (await hpke.exportPublicKey(pair.publicKey)) as Bytes,
    privateKey: (await hpke.exportPrivateKey(pair.privateKey)) as Bytes,
  };
}
