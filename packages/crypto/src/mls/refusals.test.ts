/** What a hostile member can send as a commit, and that it is refused before anything changes. */
import { beforeAll, expect, test } from "vitest";
import { utf8 } from "@baraza/protocol";
import {
  certify,
  must,
  refusal,
  testChecks,
  testGroup,
  testIdentity,
  testPackage,
  verifyTestCredential,
} from "./fixtures.ts";
import type { TestPackage } from "./fixtures.ts";
import { contextProposal, forge, garbageFor, psk, reinit, remove } from "./forge.ts";
import type { Forgery } from "./forge.ts";
import {
  commit,
  decodeGroup,
  encodeGroup,
  epoch,
  epochAuthenticator,
  groupInfo,
  processCommit,
} from "./index.ts";
import type { Checks, Group } from "./index.ts";
import { decodeKeyPackage } from "./key-package.ts";
import { SEAT_EXTENSION, contextExtensionsOf } from "./leaf.ts";
import { decodeMessage, encodeMessage } from "./library.ts";
import type { LeafNode, Proposal } from "./library.ts";

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
