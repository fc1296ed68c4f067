/**
 * Against bare ts-mls as a peer in one group: our commits, welcomes and external commits are what RFC 9420
 * says, not only what we think it says. (Tests and benchmarks may import the library as a peer.)
 */
import {
  createCommit,
  createGroup as createBareGroup,
  decodeMlsMessage,
  emptyPskIndex,
  encodeMlsMessage,
  generateKeyPackageWithKey,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  joinGroup,
  processPublicMessage,
} from "ts-mls";
import type { CiphersuiteImpl, ClientState, KeyPackage, PrivateKeyPackage, Proposal } from "ts-mls";
import { expect, test } from "vitest";
import { utf8 } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import { must, testChecks, testDevice, testIdentity, testPackage } from "./fixtures.ts";
import {
  commit,
  createGroup,
  encodeTree,
  epochAuthenticator,
  externalCommit,
  groupInfo,
  join,
  processCommit,
} from "./index.ts";
import type { Group } from "./index.ts";
import { CONTEXT_EXTENSION, SEAT_EXTENSION, capabilitiesOf } from "./leaf.ts";
import { decodeTreeNodes, encodeTreeNodes } from "./library.ts";
import { suiteOf } from "./suites.ts";
import type { SuiteName } from "./suites.ts";

const checks = testChecks();

interface BarePackage {
  readonly publicPackage: KeyPackage;
  readonly privatePackage: PrivateKeyPackage;
  readonly bytes: Bytes;
}

async function barePackage(name: SuiteName, cs: CiphersuiteImpl): Promise<BarePackage> {
  const device = await testDevice();
  const now = BigInt(Math.floor(Date.now() / 1000));
  const made = await generateKeyPackageWithKey(
    { credentialType: "basic", identity: device.credential },
    capabilitiesOf(await suiteOf(name)),
    { notBefore: now - 60n, notAfter: now + 86_400n },
    [],
    { publicKey: device.signatureKey.publicKey, signKey: device.signatureKey.privateKey },
    cs,
    [{ extensionType: SEAT_EXTENSION, extensionData: testIdentity().publicKey }],
  );
  const message = {
    version: "mls10",
    wireformat: "mls_key_package",
    keyPackage: made.publicPackage,
  } as const;
  return { ...made, bytes: new Uint8Array(encodeMlsMessage(message)) };
}

function bareSuite(name: string): Promise<CiphersuiteImpl> {
  return getCiphersuiteImpl(getCiphersuiteFromName(name as CiphersuiteImpl["name"]));
}

async function bareProcess(
  state: ClientState,
  message: Bytes,
  cs: CiphersuiteImpl,
): Promise<ClientState> {
  const decoded = must(decodeMlsMessage(message, 0))[0];
  if (decoded.wireformat !== "mls_public_message") throw new Error("not public");
  const { newState } = await processPublicMessage(state, decoded.publicMessage, emptyPskIndex, cs);
  return newState;
}

async function bareCommit(
  state: ClientState,
  extraProposals: Proposal[],
  cs: CiphersuiteImpl,
): Promise<{ state: ClientState; message: Bytes; welcome: Bytes | null; tree: Bytes }> {
  const made = await createCommit(
    { state, cipherSuite: cs },
    { wireAsPublicMessage: true, extraProposals },
  );
  const { welcome } = made;
  return {
    state: made.newState,
    message: new Uint8Array(encodeMlsMessage(made.commit)),
    welcome:
      welcome === undefined
        ? null
        : new Uint8Array(
            encodeMlsMessage({ version: "mls10", wireformat: "mls_welcome", welcome }),
          ),
    tree: encodeTreeNodes(made.newState.ratchetTree),
  };
}

function expectAgreement(ours: Group, bare: ClientState): void {
  expect(epochAuthenticator(ours)).toEqual(new Uint8Array(bare.keySchedule.epochAuthenticator));
}

test.each(["x25519", "xwing"] as const)(
  "%s: bare ts-mls and we share a group for its life",
  async (name) => {
    const suite = await suiteOf(name);
    const cs = await bareSuite(suite.mlsName);
    const [a, c, d] = await Promise.all([testPackage(name), testPackage(name), testPackage(name)]);
    const b = await barePackage(name, cs);
    let ours = await createGroup({
      suite: name,
      groupId: utf8("g"),
      ...a,
      contextExtension: utf8("one"),
    });

    // We add it, with a path and a changed context.
    const added = await commit(
      ours,
      { add: [b.bytes, c.keyPackage], contextExtension: utf8("two") },
      checks,
    );
    ours = added.pending;
    const welcome = must(decodeMlsMessage(must(added.welcome), 0))[0];
    if (welcome.wireformat !== "mls_welcome") throw new Error("not a welcome");
    const nodes = must(decodeTreeNodes(added.tree));
    const { publicPackage, privatePackage } = b;
    let bare = await joinGroup(
      welcome.welcome,
      publicPackage,
      privatePackage,
      emptyPskIndex,
      cs,
      nodes,
    );
    expectAgreement(ours, bare);
    let third = await join({ ...c, welcome: must(added.welcome), tree: added.tree }, checks);

    // It updates, adds and changes the context; we follow and join by its welcome.
    const update = await bareCommit(bare, [], cs);
    bare = update.state;
    ours = must((await processCommit(ours, update.message, checks)).group);
    third = must((await processCommit(third, update.message, checks)).group);
    expectAgreement(ours, bare);
    expectAgreement(third, bare);
    const added2 = await bareCommit(
      bare,
      [{ proposalType: "add", add: { keyPackage: must(readPackage(d.keyPackage)) } }],
      cs,
    );
    bare = added2.state;
    ours = must((await processCommit(ours, added2.message, checks)).group);
    third = must((await processCommit(third, added2.message, checks)).group);
    const fourth = await join({ ...d, welcome: must(added2.welcome), tree: added2.tree }, checks);
    expectAgreement(fourth, bare);

    // We remove one and change the context in the same commit; it removes another; somebody comes from outside.
    const removal = await commit(ours, { remove: [2], update: true }, checks);
    ours = removal.pending;
    bare = await bareProcess(bare, removal.message, cs);
    expectAgreement(ours, bare);
    const context = await commit(ours, { contextExtension: utf8("three") }, checks);
    ours = context.pending;
    bare = await bareProcess(bare, context.message, cs);
    expectAgreement(ours, bare);
    const e = await testPackage(name);
    const withPath = await commit(ours, { add: [e.keyPackage], update: true }, checks);
    ours = withPath.pending;
    bare = await bareProcess(bare, withPath.message, cs);
    expectAgreement(ours, bare);
    const removal2 = await bareCommit(
      bare,
      [{ proposalType: "remove", remove: { removed: 3 } }],
      cs,
    );
    bare = removal2.state;
    ours = must((await processCommit(ours, removal2.message, checks)).group);
    expectAgreement(ours, bare);
    const outsider = await testPackage(name);
    const rejoin = await externalCommit(
      { ...outsider, groupInfo: await groupInfo(ours), tree: encodeTree(ours) },
      checks,
    );
    bare = await bareProcess(bare, rejoin.message, cs);
    ours = must((await processCommit(ours, rejoin.message, checks)).group);
    expectAgreement(ours, bare);
    expectAgreement(rejoin.pending, bare);
  },
);

test("a group that bare ts-mls made with another extension is refused on joining", async () => {
  const cs = await bareSuite((await suiteOf("x25519")).mlsName);
  const [b, a] = await Promise.all([barePackage("x25519", cs), testPackage("x25519")]);
  const extensions = [
    { extensionType: CONTEXT_EXTENSION, extensionData: utf8("one") },
    { extensionType: "application_id" as const, extensionData: utf8("two") },
  ];
  for (const [kept, refused] of [
    [extensions.slice(0, 1), false],
    [extensions, true],
  ] as const) {
    const state = await createBareGroup(
      utf8("g"),
      b.publicPackage,
      b.privatePackage,
      [...kept],
      cs,
    );
    const proposal = {
      proposalType: "add",
      add: { keyPackage: must(readPackage(a.keyPackage)) },
    } as const;
    const made = await bareCommit(state, [proposal], cs);
    const joined = join({ ...a, welcome: must(made.welcome), tree: made.tree }, checks);
    if (refused) await expect(joined).rejects.toMatchObject({ code: "bad_message" });
    else expectAgreement(await joined, made.state);
  }
});

function readPackage(bytes: Bytes): KeyPackage | undefined {
  const message = decodeMlsMessage(bytes, 0)?.[0];
  return message?.wireformat === "mls_key_package" ? message.keyPackage : undefined;
}
