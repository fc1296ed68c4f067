/** Who comes in and what is allowed: certificates, permissions, seats, key packages, welcomes, sizes. */
import { beforeAll, expect, test } from "vitest";
import { utf8 } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import {
  must,
  refusal,
  testChecks,
  testDevice,
  testGroup,
  testPackage,
  verifyTestCredential,
} from "./fixtures.ts";
import type { TestPackage } from "./fixtures.ts";
import { forge, forgeWhole, remove } from "./forge.ts";
import {
  MlsRefused,
  commit,
  createGroup,
  createKeyPackage,
  encodeTree,
  join,
  processCommit,
} from "./index.ts";
import type { Checks, Group, ProposedChange } from "./index.ts";
import { decodeKeyPackage } from "./key-package.ts";
import type { Proposal } from "./library.ts";
import { makeWelcome } from "./welcome.ts";

const checks = testChecks();
let members: Group[];
let packages: TestPackage[];
let alice: Group;
let bob: Group;
let carol: Group;

beforeAll(async () => {
  ({ members, packages } = await testGroup("x25519", 8));
  alice = must(members[0]);
  bob = must(members[1]);
  carol = must(members[2]);
});

test("a welcome that lacks a path secret, or whose confirmation tag is wrong, is refused", async () => {
  const own = await testPackage("x25519");
  const keyPackage = decodeKeyPackage(own.keyPackage);
  const add: Proposal = { proposalType: "add", add: { keyPackage } };
  const { pending, framed, pathSecrets } = await forgeWhole(alice, {
    proposals: [add],
    withPath: true,
  });
  const newcomers = [{ keyPackage, leaf: 8 }];
  const tree = encodeTree(pending);
  const attempt = async (group: Group, secrets: ReadonlyMap<number, Bytes>): Promise<Group> => {
    const welcome = must(await makeWelcome(group, newcomers, secrets, framed));
    return join({ ...own, welcome, tree }, checks);
  };
  expect((await attempt(pending, pathSecrets)).ownLeaf).toBe(8);
  expect(await refusal(attempt(pending, new Map()))).toBe("bad_path");
  const garbage = new Map([...pathSecrets.keys()].map((node) => [node, new Uint8Array(32)]));
  expect(await refusal(attempt(pending, garbage))).toBe("bad_path");
  const confirmationTag = new Uint8Array(32);
  expect(await refusal(attempt({ ...pending, confirmationTag }, pathSecrets))).toBe("bad_message");
});

test("what authorise refuses does not happen, neither at the sender nor at a receiver", async () => {
  const seen: ProposedChange[] = [];
  const strict: Checks = testChecks((change) => {
    seen.push(change);
    if (change.removed.length > 0) throw new MlsRefused("not_authorised");
    if (change.newContextExtension !== null) throw new Error("a role is missing");
  });
  expect(await refusal(commit(alice, { remove: [2] }, strict))).toBe("not_authorised");
  const { message } = await commit(alice, { remove: [2], contextExtension: utf8("x") }, checks);
  expect(await refusal(processCommit(bob, message, strict))).toBe("not_authorised");
  const context = await commit(alice, { contextExtension: utf8("x") }, checks);
  expect(await refusal(processCommit(bob, context.message, strict))).toBe("not_authorised");
  expect(seen[1]?.sender.leaf).toBe(0);
  expect(seen[1]?.removed.map(({ seatKey }) => seatKey)).toEqual([must(packages[2]).seatKey]);
  expect(seen[2]?.newContextExtension).toEqual(utf8("x"));
});

test("a certificate that does not certify the leaf's key is refused: by adder, members, joiner", async () => {
  const device = await testDevice();
  const stolen = { ...device, credential: (await testDevice()).credential };
  const bad = await testPackage("x25519", stolen);
  expect(await refusal(commit(alice, { add: [bad.keyPackage] }, checks))).toBe("bad_credential");
  const lax: Checks = { ...checks, verifyCredential: () => ({ identity: new Uint8Array(32) }) };
  const made = await commit(alice, { add: [bad.keyPackage] }, lax);
  expect(await refusal(processCommit(bob, made.message, checks))).toBe("bad_credential");
  const welcome = must(made.welcome);
  expect(await refusal(join({ ...bad, welcome, tree: made.tree }, checks))).toBe("bad_credential");
});

test("a member whose certificate is revoked cannot commit, but can be removed", async () => {
  const revoked = must(packages[0]).device.credential;
  const verifyCredential: Checks["verifyCredential"] = (credential, key) => {
    if (credential.every((byte, i) => byte === revoked[i])) throw new MlsRefused("bad_credential");
    return verifyTestCredential(credential, key);
  };
  const strict = { ...checks, verifyCredential };
  const { message } = await commit(alice, { update: true }, checks);
  expect(await refusal(processCommit(bob, message, strict))).toBe("bad_credential");
  const removal = await commit(bob, { remove: [0] }, strict);
  expect(must((await processCommit(carol, removal.message, strict)).group).ownLeaf).toBe(2);
});

test("a second seat with the same key is refused: by adder, members, and in a tree", async () => {
  const twin = await testPackage("x25519", undefined, { seatKey: must(packages[1]).seatKey });
  expect(await refusal(commit(alice, { add: [twin.keyPackage] }, checks))).toBe("duplicate_seat");
  const keyPackage = decodeKeyPackage(twin.keyPackage);
  const message = await forge(alice, { proposals: [{ proposalType: "add", add: { keyPackage } }] });
  expect(await refusal(processCommit(bob, message, checks))).toBe("duplicate_seat");
  const [one, two] = await Promise.all([testPackage("x25519"), testPackage("x25519")]);
  const twice = await testPackage("x25519", undefined, { seatKey: one.seatKey });
  const both = [one.keyPackage, twice.keyPackage];
  expect(await refusal(commit(alice, { add: both }, checks))).toBe("duplicate_seat");
  const sameDevice = await testPackage("x25519", two.device);
  const devices = [two.keyPackage, sameDevice.keyPackage];
  expect(await refusal(commit(alice, { add: devices }, checks))).toBe("duplicate_key");
});

test("a key package is refused outside its lifetime, and one that lives longer than 30 days always", async () => {
  const day = 86_400_000;
  const old = await testPackage("x25519", undefined, { now: Date.now() - 31 * day });
  expect(await refusal(commit(alice, { add: [old.keyPackage] }, checks))).toBe(
    "expired_key_package",
  );
  const early = await testPackage("x25519", undefined, { now: Date.now() + 3 * day });
  expect(await refusal(commit(alice, { add: [early.keyPackage] }, checks))).toBe(
    "expired_key_package",
  );
  const then = Date.now() - 10 * day;
  const made = await commit(alice, { add: [old.keyPackage], now: then }, checks);
  expect((await processCommit(bob, made.message, checks, { at: then })).change.added).toHaveLength(
    1,
  );
  expect(await refusal(processCommit(bob, made.message, checks, { at: Date.now() }))).toBe(
    "expired_key_package",
  );
  await expect(testPackage("x25519", undefined, { lifetimeDays: 31 })).rejects.toThrow(RangeError);
  const keyPackage = decodeKeyPackage((await testPackage("x25519")).keyPackage);
  const leaf = keyPackage.leafNode;
  const endless = {
    ...keyPackage,
    leafNode: {
      ...leaf,
      lifetime: { notBefore: 0n, notAfter: 9_223_372_036_854_775_807n },
    } as typeof leaf,
  };
  const message = await forge(alice, {
    proposals: [{ proposalType: "add", add: { keyPackage: endless } }],
  });
  expect(await refusal(processCommit(bob, message, checks))).toBe("expired_key_package");
});

test("a key package of the other suite is refused, and one that was changed", async () => {
  const other = await testPackage("xwing");
  expect(await refusal(commit(alice, { add: [other.keyPackage] }, checks))).toBe("wrong_suite");
  const created = createGroup({
    suite: "x25519",
    groupId: utf8("g"),
    ...other,
    contextExtension: utf8(""),
  });
  expect(await refusal(created)).toBe("wrong_suite");
  const { keyPackage } = await testPackage("x25519");
  const changed = keyPackage.map((byte, i) => (i === keyPackage.length - 70 ? byte ^ 1 : byte));
  expect(await refusal(commit(alice, { add: [changed] }, checks))).toBe("bad_message");
});

test("a welcome is refused for another device, with another tree, and once the tree was changed", async () => {
  const [one, two] = await Promise.all([testPackage("x25519"), testPackage("x25519")]);
  const made = await commit(alice, { add: [one.keyPackage] }, checks);
  const welcome = must(made.welcome);
  expect(await refusal(join({ ...two, welcome, tree: made.tree }, checks))).toBe("not_for_us");
  expect(await refusal(join({ ...one, welcome, tree: encodeTree(alice) }, checks))).toBe(
    "not_for_us",
  );
  const later = await commit(made.pending, { update: true }, checks);
  expect(await refusal(join({ ...one, welcome, tree: later.tree }, checks))).toBe("bad_tree");
  const wrongKeys = { ...one, privateParts: two.privateParts };
  expect(await refusal(join({ ...wrongKeys, welcome, tree: made.tree }, checks))).toBe(
    "bad_message",
  );
});

test("everything has a maximum size", async () => {
  const huge = new Uint8Array(5 * 1024 * 1024);
  expect(await refusal(processCommit(bob, huge, checks))).toBe("too_large");
  expect(await refusal(commit(alice, { contextExtension: huge }, checks))).toBe("too_large");
  expect(await refusal(commit(alice, { add: [huge] }, checks))).toBe("too_large");
  const many = await forge(alice, { proposals: Array.from({ length: 5000 }, (_, i) => remove(i)) });
  expect(await refusal(processCommit(bob, many, checks))).toBe("too_large");
  const { credential, signatureKey } = await testDevice();
  const request = { suite: "x25519", signatureKey, seatKey: new Uint8Array(32) } as const;
  expect(await refusal(createKeyPackage({ ...request, credential: huge }))).toBe("too_large");
  await expect(
    createKeyPackage({ ...request, credential, seatKey: new Uint8Array(31) }),
  ).rejects.toThrow(RangeError);
});
