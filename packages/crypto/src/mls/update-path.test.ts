/** Paths that are wrong in one thing only, the rest fitting: each check alone must refuse them. */
import { beforeAll, expect, test } from "vitest";
import { must, testGroup, testIdentity } from "./fixtures.ts";
import type { Group } from "./index.ts";
import type { UpdatePath } from "./library.ts";
import { copyTree, leavesOf, treeHashOf } from "./tree.ts";
import { makePath, openPath, putPath } from "./update-path.ts";

let sender: Group;
let receiver: Group;
let path: UpdatePath;

beforeAll(async () => {
  const { members } = await testGroup("x25519", 5);
  [sender, receiver] = [must(members[0]), must(members[3])];
  const { suite, context, signaturePrivateKey } = sender;
  const next = { ...context, epoch: context.epoch + 1n };
  ({ path } = await makePath(suite, copyTree(sender.tree), 0, next, [], signaturePrivateKey));
});

function put(changed: UpdatePath): ReturnType<typeof putPath> {
  return putPath(receiver.suite, copyTree(receiver.tree), 0, changed, []);
}

async function open(changed: UpdatePath): Promise<unknown> {
  const { suite, privateKeys, context } = receiver;
  const tree = copyTree(receiver.tree);
  const steps = putPath(suite, tree, 0, path, []);
  const treeHash = treeHashOf(tree, suite.hash);
  const next = { ...context, epoch: context.epoch + 1n, treeHash };
  return openPath(suite, changed, steps, receiver.ownLeaf, privateKeys, next);
}

test("an untouched path fits", async () => {
  expect(put(path)).toHaveLength(3);
  await expect(open(path)).resolves.toBeDefined();
});

test("public keys that are not those of the path secrets are refused", async () => {
  for (const index of [1, 2]) {
    const node = { ...must(path.nodes[index]), hpkePublicKey: testIdentity().publicKey };
    await expect(open({ ...path, nodes: path.nodes.with(index, node) })).rejects.toMatchObject({
      code: "bad_path",
    });
  }
});

test("a leaf whose parent hash is not that of the path is refused", () => {
  const leafNode = { ...path.leafNode, parentHash: testIdentity().publicKey };
  expect(() => put({ ...path, leafNode })).toThrow("the path's parent hash is wrong");
});

test("a path that brings no new key for the leaf, or a key of somebody else, is refused", () => {
  for (const [, { hpkePublicKey }] of leavesOf(receiver.tree)) {
    const leafNode = { ...path.leafNode, hpkePublicKey };
    expect(() => put({ ...path, leafNode })).toThrow("duplicate_key");
    const nodes = path.nodes.with(0, { ...must(path.nodes[0]), hpkePublicKey });
    expect(() => put({ ...path, nodes })).toThrow("duplicate_key");
  }
});

test("a path with a secret too many or too few is refused", () => {
  for (const change of [-1, 1]) {
    const node = must(path.nodes[1]);
    const [sealed] = node.encryptedPathSecret;
    const encryptedPathSecret =
      change < 0 ? node.encryptedPathSecret.slice(1) : [...node.encryptedPathSecret, must(sealed)];
    const nodes = path.nodes.with(1, { ...node, encryptedPathSecret });
    expect(() => put({ ...path, nodes })).toThrow("the path does not fit the tree");
  }
});

test("newcomers are told by the welcome, not by the path", async () => {
  const { suite, context, signaturePrivateKey, tree } = sender;
  const next = { ...context, epoch: context.epoch + 1n };
  const made = await makePath(suite, copyTree(tree), 0, next, [4], signaturePrivateKey);
  const counts = (of: UpdatePath): number[] =>
    of.nodes.map((node) => node.encryptedPathSecret.length);
  expect(counts(path)).toEqual([1, 2, 1]);
  expect(counts(made.path)).toEqual([1, 2, 0]);
});
