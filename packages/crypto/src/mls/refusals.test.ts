/** What a hostile member, outsider or hub can send, and that it is refused before anything changes. */
import { beforeAll, expect, test } from "vitest";
import { utf8 } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import {
  certify,
  must,
  testChecks,
  testDevice,
  testGroup,
  testIdentity,
  testPackage,
  verifyTestCredential,
} from "./fixtures.ts";
import type { TestPackage } from "./fixtures.ts";
import { contextProposal, forge, forgeExternal, forgeWhole, garbageFor } from "./forge.ts";
import type { Forgery } from "./forge.ts";
import {
  MlsRefused,
  commit,
  createGroup,
  createKeyPackage,
  decodeGroup,
  encodeGroup,
  encodeTree,
  epoch,
  epochAuthenticator,
  externalCommit,
  groupInfo,
  join,
  processCommit,
  roster,
} from "./index.ts";
import type { Checks, Group, ProposedChange } from "./index.ts";
import { decodeKeyPackage } from "./key-package.ts";
import { SEAT_EXTENSION, contextExtensionsOf } from "./leaf.ts";
import { decodeMessage, encodeMessage } from "./library.ts";
import type { LeafNode, Proposal } from "./library.ts";
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

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof MlsRefused))
    throw new Error("not refused with a typed error", { cause: error });
  return error.code;
}

const reinit: Proposal = {
  proposalType: "reinit",
  reinit: {
    groupId: utf8("new"),
    version: "mls10",
    cipherSuite: "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
    extensions: [],
  },
};
const psk: Proposal = {
  proposalType: "psk",
  psk: {
    preSharedKeyId: { psktype: "external", pskId: utf8("id"), pskNonce: new Uint8Array(32) },
  },
};
const remove = (removed: number): Proposal => ({ proposalType: "remove", remove: { removed } });

const forgeries: [name: string, code: string, forgery: Forgery][] = [
  ["a ReInit", "forbidden_proposal", { proposals: [reinit] }],
  ["a ReInit with a path", "forbidden_proposal", { proposals: [reinit], withPath: true }],
  ["a PSK", "forbidden_proposal", { proposals: [psk], withPath: true }],
  [
    "an unknown proposal",
    "forbidden_proposal",
    { proposals: [{ proposalType: 0xf123, proposalData: utf8("x") }], withPath: true },
  ],
  [
    "an ExternalInit by a member",
    "forbidden_proposal",
    {
      proposals: [
        { proposalType: "external_init", externalInit: { kemOutput: new Uint8Array(32) } },
      ],
      withPath: true,
    },
  ],
  [
    "a proposal by reference",
    "forbidden_proposal",
    { raw: [{ proposalOrRefType: "reference", reference: new Uint8Array(32) }], withPath: true },
  ],
  [
    "two changes of the context",
    "forbidden_proposal",
    { proposals: [contextProposal(utf8("a")), contextProposal(utf8("b"))], withPath: true },
  ],
  [
    "a context with another extension",
    "bad_message",
    {
      proposals: [
        { proposalType: "group_context_extensions", groupContextExtensions: { extensions: [] } },
      ],
      withPath: true,
    },
  ],
  ["a removal without a path", "no_path", { proposals: [remove(2)] }],
  [
    "a change of the context without a path",
    "no_path",
    { proposals: [contextProposal(utf8("a"))] },
  ],
  ["an empty commit without a path", "no_path", {}],
  ["the removal of nobody", "no_such_member", { proposals: [remove(100)], withPath: true }],
  ["the same removal twice", "bad_message", { proposals: [remove(2), remove(2)], withPath: true }],
  [
    "a path that is too short",
    "bad_path",
    { withPath: true, tamperPath: (path) => ({ ...path, nodes: path.nodes.slice(1) }) },
  ],
  [
    "a path with a foreign public key",
    "bad_path",
    {
      withPath: true,
      tamperPath: (path) => ({
        ...path,
        nodes: path.nodes.map((node, i) =>
          i === 0 ? { ...node, hpkePublicKey: testIdentity().publicKey } : node,
        ),
      }),
    },
  ],
];

test.each(forgeries)(
  "a member's commit with %s is refused (%s), and the state is as before",
  async (_, code, forgery) => {
    const before = encodeGroup(bob);
    expect(await refusal(processCommit(bob, await forge(alice, forgery), checks))).toBe(code);
    expect(encodeGroup({ ...bob })).toEqual(before);
  },
);

test("adding with a change of the context but without a path is refused", async () => {
  const keyPackage = decodeKeyPackage((await testPackage("x25519")).keyPackage);
  const add: Proposal = { proposalType: "add", add: { keyPackage } };
  const bare = await forge(alice, { proposals: [add] });
  expect((await processCommit(bob, bare, checks)).change.added).toHaveLength(1);
  const more = await forge(alice, { proposals: [add, contextProposal(utf8("a"))] });
  expect(await refusal(processCommit(bob, more, checks))).toBe("no_path");
});

test("a sender cannot take another seat, signature key or identity with its path", async () => {
  const seat = { extensionType: SEAT_EXTENSION, extensionData: testIdentity().publicKey };
  const moved = await forge(alice, {
    withPath: true,
    leaf: (leaf) => ({ ...leaf, extensions: [seat] }),
  });
  expect(await refusal(processCommit(bob, moved, checks))).toBe("bad_message");

  // Another identity certifies the same key: the certificate is good, the leaf's owner is not the same.
  const { signatureKey } = must(packages[0]).device;
  const other = await certify(testIdentity(), signatureKey.publicKey);
  const leaf = (old: LeafNode): LeafNode => ({
    ...old,
    credential: { credentialType: "basic", identity: other },
  });
  const changed = await forge(alice, { withPath: true, leaf });
  expect(await refusal(processCommit(bob, changed, checks))).toBe("bad_credential");
  // The same change is accepted where both certificates are of one identity.
  const verifyCredential: Checks["verifyCredential"] = async (credential, key) => {
    await verifyTestCredential(credential, key);
    return { identity: key };
  };
  const { change } = await processCommit(bob, changed, { ...checks, verifyCredential });
  expect(change.sender.credential).toEqual(other);
});

test("a path whose leaf is not signed by its key is refused", async () => {
  const tamperPath: Forgery["tamperPath"] = (path) => ({
    ...path,
    leafNode: { ...path.leafNode, signature: path.leafNode.signature.map((byte) => byte ^ 1) },
  });
  const message = await forge(alice, { withPath: true, tamperPath });
  expect(await refusal(processCommit(bob, message, checks))).toBe("bad_message");
});

test("a commit whose confirmation tag is of another epoch secret is refused", async () => {
  const message = await forge(alice, { withPath: true, commitSecret: new Uint8Array(32) });
  expect(await refusal(processCommit(bob, message, checks))).toBe("bad_path");
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

test("stored bytes of another version are refused", async () => {
  const bytes = encodeGroup(alice);
  expect(await refusal(decodeGroup(bytes.with(0, 2)))).toBe("bad_state");
  expect(await refusal(decodeGroup(new Uint8Array()))).toBe("bad_state");
});

test("a forged commit is refused for what is wrong with it: the same forgery without a fault is accepted", async () => {
  const honest = await forge(alice, {
    proposals: [remove(2), contextProposal(utf8("a"))],
    withPath: true,
    extensions: contextExtensionsOf(utf8("a")),
  });
  const { group } = await processCommit(bob, honest, checks);
  expect(epoch(must(group))).toBe(epoch(bob) + 1);
});

test("one cannot remove oneself by a commit, nor a device that is not there", async () => {
  expect(await refusal(commit(alice, { remove: [0] }, checks))).toBe("bad_message");
  expect(await refusal(commit(alice, { remove: [77] }, checks))).toBe("no_such_member");
});

test("garbage path secrets for half of the members: the others go on, these keep a usable state", async () => {
  const message = await forge(alice, {
    withPath: true,
    tamperPath: garbageFor((node) => node === 2),
  });
  const good = must((await processCommit(bob, message, checks)).group);
  const alsoGood = must((await processCommit(carol, message, checks)).group);
  expect(epochAuthenticator(good)).toEqual(epochAuthenticator(alsoGood));
  for (const victim of members.slice(4)) {
    const before = encodeGroup({ ...victim });
    expect(await refusal(processCommit(victim, message, checks))).toBe("bad_path");
    expect(encodeGroup({ ...victim })).toEqual(before);
  }
  // After the void the old epoch goes on for all, without a split.
  const next = await commit(must(members[5]), { update: true }, checks);
  for (const member of [alice, bob, must(members[4])]) {
    const { group } = await processCommit(member, next.message, checks);
    expect(epochAuthenticator(must(group))).toEqual(epochAuthenticator(next.pending));
  }
});

test("a commit is refused when replayed, when it comes early, and in another group", async () => {
  const first = await commit(alice, { update: true }, checks);
  const second = await commit(first.pending, { update: true }, checks);
  const after = must((await processCommit(bob, first.message, checks)).group);
  expect(await refusal(processCommit(after, first.message, checks))).toBe("stale_epoch");
  expect(await refusal(processCommit(bob, second.message, checks))).toBe("future_epoch");
  const other = await testGroup("x25519", 2);
  expect(await refusal(processCommit(must(other.members[1]), first.message, checks))).toBe(
    "wrong_group",
  );
  // The loser of a race.
  const rival = await commit(carol, { update: true }, checks);
  expect(await refusal(processCommit(after, rival.message, checks))).toBe("stale_epoch");
  // One's own commit, taken for somebody else's.
  expect(await refusal(processCommit(alice, first.message, checks))).toBe("bad_path");
});

test("a signature or membership tag that does not fit is refused", async () => {
  const { message } = await commit(alice, { update: true }, checks);
  const decoded = must(decodeMessage(message));
  if (
    decoded.wireformat !== "mls_public_message" ||
    decoded.publicMessage.senderType !== "member"
  ) {
    throw new Error("not a member's message");
  }
  const { publicMessage } = decoded;
  const flip = (bytes: Uint8Array): Uint8Array =>
    bytes.map((byte, i) => (i === 3 ? byte ^ 1 : byte));
  const forged = [
    { ...publicMessage, membershipTag: flip(publicMessage.membershipTag) },
    {
      ...publicMessage,
      auth: { ...publicMessage.auth, signature: flip(publicMessage.auth.signature) },
    },
  ];
  for (const changed of forged) {
    const bytes = encodeMessage({ ...decoded, publicMessage: changed });
    expect(await refusal(processCommit(bob, bytes, checks))).toBe("bad_message");
  }
});

test("a handshake as private message, and any other kind of message, is refused", async () => {
  const privateMessage = {
    groupId: alice.context.groupId,
    epoch: alice.context.epoch,
    contentType: "commit",
    authenticatedData: new Uint8Array(),
    encryptedSenderData: new Uint8Array(40),
    ciphertext: new Uint8Array(100),
  } as const;
  const bytes = encodeMessage({
    version: "mls10",
    wireformat: "mls_private_message",
    privateMessage,
  });
  expect(await refusal(processCommit(bob, bytes, checks))).toBe("private_message");
  expect(await refusal(processCommit(bob, await groupInfo(alice), checks))).toBe("bad_message");
  expect(await refusal(processCommit(bob, must(packages[3]).keyPackage, checks))).toBe(
    "bad_message",
  );
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

test("an external commit: accepted from a known identity, refused from one that is not on the roster", async () => {
  const slot = { groupInfo: await groupInfo(alice), tree: encodeTree(alice) };
  const roster0 = new Set(packages.map(({ device }) => device.identity.join()));
  const onRoster = testChecks(({ kind, sender }) => {
    if (kind === "external" && !roster0.has(sender.info.identity.join()))
      throw new Error("unknown");
  });
  const stranger = await testPackage("x25519");
  const intrusion = await externalCommit({ ...stranger, ...slot }, checks);
  expect(await refusal(processCommit(bob, intrusion.message, onRoster))).toBe("not_authorised");
  const { change } = await processCommit(bob, intrusion.message, checks);
  expect([change.kind, change.sender.leaf, change.added.length]).toEqual(["external", 8, 1]);
});

test("a removed member cannot come back by an external commit once it is off the roster", async () => {
  const slot = { groupInfo: await groupInfo(alice), tree: encodeTree(alice) };
  const removal = await commit(alice, { remove: [3] }, checks);
  const bobAfter = must((await processCommit(bob, removal.message, checks)).group);
  const { device } = must(packages[3]);
  const again = await testPackage("x25519", device);
  // With the slot from before its removal, and with a current one that somebody leaked to it.
  const stale = await refusal(externalCommit({ ...again, ...slot }, checks));
  expect(stale).toBe("duplicate_key");
  const current = { groupInfo: await groupInfo(bobAfter), tree: encodeTree(bobAfter) };
  const intrusion = await externalCommit({ ...again, ...current }, checks);
  const present = new Set(roster(bobAfter).map(({ credential }) => credential.slice(0, 32).join()));
  const rule = testChecks(({ kind, sender }) => {
    if (kind === "external" && !present.has(sender.info.identity.join()))
      throw new Error("removed");
  });
  expect(await refusal(processCommit(bobAfter, intrusion.message, rule))).toBe("not_authorised");
});

test("an external commit may remove a leaf of its own identity and nothing else", async () => {
  const owner = testIdentity();
  const lost = await testPackage("x25519", await testDevice(owner));
  const lostToo = await testPackage("x25519", await testDevice(owner));
  const add = [lost.keyPackage, lostToo.keyPackage];
  const grown = await commit(alice, { add }, checks);
  const bobNow = must((await processCommit(bob, grown.message, checks)).group);
  const fresh = await testPackage("x25519", await testDevice(owner));
  const rejoinRemoving = (leaf: number): Promise<Bytes> =>
    forgeExternal(grown.pending, fresh, [remove(leaf)]);
  const { change, group } = await processCommit(bobNow, await rejoinRemoving(8), checks);
  expect(change.removed.map(({ leaf }) => leaf)).toEqual([8]);
  expect(
    roster(must(group)).filter(
      ({ credential }) => credential.subarray(0, 32).join() === owner.publicKey.join(),
    ),
  ).toHaveLength(2);
  expect(await refusal(processCommit(bobNow, await rejoinRemoving(2), checks))).toBe(
    "external_commit",
  );
  const two = await forgeExternal(grown.pending, fresh, [remove(8), remove(9)]);
  expect(await refusal(processCommit(bobNow, two, checks))).toBe("external_commit");
  for (const extra of [reinit, psk, contextProposal(utf8("x"))]) {
    const more = await forgeExternal(grown.pending, fresh, [extra]);
    expect(await refusal(processCommit(bobNow, more, checks))).toBe("external_commit");
  }
});

test("a stuck device rejoins in place of its own old leaf, with the same keys, and not beside it", async () => {
  const { device, seatKey } = must(packages[4]);
  const again = await testPackage("x25519", device, { seatKey });
  const slot = { groupInfo: await groupInfo(alice), tree: encodeTree(alice) };
  expect(await refusal(externalCommit({ ...again, ...slot }, checks))).toBe("duplicate_seat");
  const made = await externalCommit({ ...again, ...slot, replace: 4 }, checks);
  expect(made.pending.ownLeaf).toBe(4);
  const next = must((await processCommit(bob, made.message, checks)).group);
  expect(epochAuthenticator(next)).toEqual(epochAuthenticator(made.pending));
  const own = await processCommit(must(members[4]), made.message, checks);
  expect([own.group, own.change.selfRemoved]).toEqual([null, true]);
  expect(await refusal(externalCommit({ ...again, ...slot, replace: 2 }, checks))).toBe(
    "external_commit",
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
