/** Trees from hostile inviters. */
import { expect, test } from "vitest";
import { equalBytes } from "@baraza/protocol";
import { must, testChecks, testGroup, testIdentity, testPackage } from "./fixtures.ts";
import { commit, encodeTree, join, processCommit } from "./index.ts";
import type { Group } from "./index.ts";
import { encodeTreeNodes } from "./library.ts";
import type { Node, ParentNode } from "./library.ts";
import { checkTree, decodeTree } from "./tree-check.ts";
import { treeHashOf, treeOf } from "./tree.ts";

const checks = testChecks();

/** A group of nine with inner nodes: two have committed, and the last is unmerged in some nodes only. */
async function grown(): Promise<Group> {
  const { members } = await testGroup("x25519", 7);
  let [group, other] = [must(members[0]), must(members[5])];
  const advance = async (
    sender: "group" | "other",
    request: Parameters<typeof commit>[1],
  ): Promise<void> => {
    const made = await commit(sender === "group" ? group : other, request, checks);
    if (sender === "group") other = must((await processCommit(other, made.message, checks)).group);
    else group = must((await processCommit(group, made.message, checks)).group);
    if (sender === "group") group = made.pending;
    else other = made.pending;
  };
  await advance("other", { update: true });
  const [one, two] = await Promise.all([testPackage("x25519"), testPackage("x25519")]);
  await advance("group", { add: [one.keyPackage] });
  // From here leaf 7 is unmerged under node 11, but no longer in the root: valid, if unusual.
  await advance("group", { update: true });
  await advance("group", { add: [two.keyPackage] });
  return group;
}

/** Whether the tree with these nodes is accepted, under a context whose tree hash is right. */
async function verdict(group: Group, nodes: readonly (Node | undefined)[]): Promise<string> {
  try {
    const tree = decodeTree(encodeTreeNodes([...nodes]), group.suite);
    const treeHash = treeHashOf(tree, group.suite.hash);
    await checkTree(tree, { ...group.context, treeHash }, group.suite, checks);
    return "accepted";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test("a tree is accepted as it is, and refused with any parent node changed", async () => {
  const group = await grown();
  const { nodes } = group.tree;
  expect(await verdict(group, nodes)).toBe("accepted");
  const unmerged = nodes.some(
    (node) => node?.nodeType === "parent" && node.parent.unmergedLeaves.length > 0,
  );
  expect(unmerged).toBe(true);
  const changes: ((parent: ParentNode) => ParentNode)[] = [
    (parent) => ({ ...parent, hpkePublicKey: testIdentity().publicKey }),
    (parent) => ({ ...parent, parentHash: testIdentity().publicKey }),
    (parent) => ({ ...parent, unmergedLeaves: [...parent.unmergedLeaves, 15] }),
    (parent) => ({ ...parent, unmergedLeaves: [0, ...parent.unmergedLeaves] }),
    (parent) => ({ ...parent, unmergedLeaves: [...parent.unmergedLeaves, 3, 3] }),
  ];
  for (const [index, node] of nodes.entries()) {
    if (node?.nodeType !== "parent") continue;
    for (const change of changes) {
      const changed = nodes.with(index, { nodeType: "parent", parent: change(node.parent) });
      expect([index, await verdict(group, changed)]).toEqual([index, "bad_tree"]);
    }
  }
});

test("unmerged leaves that are repeated, out of order or of another subtree are refused before any hash", async () => {
  const { tree, suite } = await grown();
  const node = tree.nodes[11];
  if (node?.nodeType !== "parent") throw new Error("node 11 is blank");
  const decode = (unmergedLeaves: number[]): unknown => {
    const parent = { ...node.parent, unmergedLeaves };
    return decodeTree(encodeTreeNodes(tree.nodes.with(11, { nodeType: "parent", parent })), suite);
  };
  expect(node.parent.unmergedLeaves).toEqual([7]);
  expect(() => decode([6, 7])).not.toThrow();
  for (const wrong of [[7, 7], [7, 6], [3], [7, 8]])
    expect(() => decode(wrong)).toThrow("unmerged leaves");
});

test("a leaf that its own device did not sign is refused", async () => {
  const group = await grown();
  const node = group.tree.nodes[16];
  if (node?.nodeType !== "leaf" || node.leaf.leafNodeSource !== "key_package")
    throw new Error("no leaf");
  const lifetime = { ...node.leaf.lifetime, notAfter: node.leaf.lifetime.notAfter + 1n };
  const changed = group.tree.nodes.with(16, { nodeType: "leaf", leaf: { ...node.leaf, lifetime } });
  expect(await verdict(group, changed)).toBe("bad_message");
});

test("a leaf in another's place, a leaf twice, and a parent where a leaf belongs are refused", async () => {
  const { tree, ...rest } = await grown();
  const group = { tree, ...rest };
  const { nodes } = tree;
  const parent = nodes.find((node) => node?.nodeType === "parent");
  expect(await verdict(group, nodes.with(2, nodes[4]).with(4, nodes[2]))).not.toBe("accepted");
  expect(await verdict(group, nodes.with(2, nodes[4]))).toBe("duplicate_seat");
  expect(await verdict(group, nodes.with(2, parent))).toBe("bad_tree");
  expect(await verdict(group, nodes.with(1, nodes[2]))).toBe("bad_tree");
  expect(await verdict(group, [undefined])).toBe("bad_tree");
});

test("hashes that a tree remembers are those of a tree that has forgotten them", async () => {
  const { tree, suite } = await grown();
  const fresh = treeHashOf(treeOf(tree.nodes), suite.hash);
  expect(equalBytes(treeHashOf(tree, suite.hash), fresh)).toBe(true);
});

test("joining works after many adds in commits with and without a path", async () => {
  let group = await grown();
  for (const update of [false, true, false]) {
    const own = await testPackage("x25519");
    const made = await commit(group, { add: [own.keyPackage], update }, checks);
    group = made.pending;
    const joined = await join({ ...own, welcome: must(made.welcome), tree: made.tree }, checks);
    expect(encodeTree(joined)).toEqual(encodeTree(group));
  }
});
