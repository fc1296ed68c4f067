/** After a removal the removed device cannot derive the next epoch. Asserted on the secrets, not on error codes. */
import { expect, test } from "vitest";
import { toHex, utf8 } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import { must, testChecks, testGroup } from "./fixtures.ts";
import { contextAfter } from "./frame.ts";
import { commit, exportSecret, processCommit } from "./index.ts";
import type { Group } from "./index.ts";
import {
  decodeMessage,
  decryptWithLabel,
  deriveSecret,
  encodeGroupContext,
  initializeEpoch,
  mlsExporter,
} from "./library.ts";
import type { FramedContentCommit, UpdatePath } from "./library.ts";
import { treeHashOf } from "./tree.ts";

const checks = testChecks();

interface Wire {
  readonly content: FramedContentCommit;
  readonly signature: Uint8Array;
  readonly path: UpdatePath;
}

/** What anybody who unseals the message sees of it. */
function wireOf(message: Bytes): Wire {
  const decoded = must(decodeMessage(message));
  if (decoded.wireformat !== "mls_public_message") throw new Error("not public");
  const { content, auth } = decoded.publicMessage;
  if (content.contentType !== "commit") throw new Error("not a commit");
  return { content, signature: auth.signature, path: must(content.commit.path) };
}

/** Every secret in a state, and what it can decrypt of a path with its private keys: the more the better. */
async function everySecret(group: Group, wire: Wire, after: Group): Promise<Uint8Array[]> {
  const { cs } = group.suite;
  const found: Uint8Array[] = [
    ...Object.values(group.secrets),
    ...group.privateKeys.values(),
    group.confirmationTag,
    group.signaturePrivateKey,
    new Uint8Array(cs.kdf.size),
  ];
  const treeHash = treeHashOf(after.tree, group.suite.hash);
  const contexts = [
    { ...group.context, treeHash, epoch: group.context.epoch + 1n },
    {
      ...group.context,
      treeHash,
      epoch: group.context.epoch + 1n,
      extensions: after.context.extensions,
    },
  ];
  for (const key of group.privateKeys.values()) {
    const imported = await cs.hpke.importPrivateKey(key);
    for (const sealed of wire.path.nodes.flatMap((node) => node.encryptedPathSecret)) {
      for (const context of contexts) {
        const info = encodeGroupContext(context);
        const open = decryptWithLabel(
          imported,
          "UpdatePathNode",
          info,
          sealed.kemOutput,
          sealed.ciphertext,
          cs.hpke,
        );
        const secret = await open.catch(() => null);
        for (let s = secret, depth = 0; s !== null && depth < 12; depth++) {
          found.push(s);
          s = await deriveSecret(s, "path", cs.kdf);
        }
      }
    }
  }
  return found;
}

/** Exporter values of the next epoch, with each secret tried in each role that leads there. */
async function guesses(group: Group, wire: Wire, after: Group): Promise<Set<string>> {
  const { cs } = group.suite;
  const secrets = await everySecret(group, wire, after);
  const extended = { ...group.context, extensions: after.context.extensions };
  const treeHash = treeHashOf(after.tree, group.suite.hash);
  const { confirmationTag } = group;
  const context = await contextAfter(
    group.suite,
    extended,
    confirmationTag,
    wire.content,
    wire.signature,
    treeHash,
  );
  const zeros = new Uint8Array(cs.kdf.size);
  const out = new Set<string>();
  const tryExporter = async (exporter: Uint8Array): Promise<void> => {
    out.add(toHex(await mlsExporter(exporter, "test", utf8("c"), 32, cs)));
  };
  for (const secret of secrets) {
    // An HPKE key of X-Wing is shorter than this suite's secrets and fits none of the roles.
    if (secret.length !== cs.kdf.size) continue;
    await tryExporter(secret);
    await tryExporter(await deriveSecret(secret, "exporter", cs.kdf));
    for (const other of [group.secrets.initSecret, secret]) {
      for (const [init, commitSecret] of [
        [other, secret],
        [secret, other],
      ] as const) {
        const { keySchedule } = await initializeEpoch(init, commitSecret, context, zeros, cs.kdf);
        await tryExporter(keySchedule.exporterSecret);
      }
    }
  }
  return out;
}

test.each(["x25519", "xwing"] as const)(
  "%s: no secret of the removed device leads to the next epoch",
  async (suite) => {
    const { members } = await testGroup(suite, 5);
    // The removed device has committed before, so that it holds keys of inner nodes.
    const warm = await commit(must(members[3]), { update: true }, checks);
    const now: Group[] = [];
    for (const [i, member] of members.entries()) {
      now.push(
        i === 3 ? warm.pending : must((await processCommit(member, warm.message, checks)).group),
      );
    }
    const removal = await commit(
      must(now[0]),
      { remove: [3], contextExtension: utf8("new") },
      checks,
    );
    const wire = wireOf(removal.message);
    const after = removal.pending;
    const truth = toHex(await exportSecret(after, "test", utf8("c"), 32));

    expect(await guesses(must(now[3]), wire, after)).not.toContain(truth);
    // The same method finds the secret in the state of whoever stays, so it would find it here too.
    expect(await guesses(must(now[2]), wire, after)).toContain(truth);
    expect(await guesses(must(now[4]), wire, after)).toContain(truth);

    const processed = await processCommit(must(now[3]), removal.message, checks);
    expect(processed.group).toBeNull();
    expect(processed.change.selfRemoved).toBe(true);
    // And the epoch after that is closed to it as well.
    const next = await commit(after, { update: true }, checks);
    const nextTruth = toHex(await exportSecret(next.pending, "test", utf8("c"), 32));
    expect(await guesses(must(now[3]), wireOf(next.message), next.pending)).not.toContain(
      nextTruth,
    );
  },
);

test("a state keeps no private key of a node that is blank or that somebody else's path has replaced", async () => {
  const { members } = await testGroup("x25519", 4);
  const first = await commit(must(members[0]), { update: true }, checks);
  const held = must((await processCommit(must(members[1]), first.message, checks)).group);
  const other = must((await processCommit(must(members[3]), first.message, checks)).group);
  const second = await commit(other, { remove: [2] }, checks);
  const after = must((await processCommit(held, second.message, checks)).group);
  for (const node of after.privateKeys.keys()) expect(after.tree.nodes[node]).toBeDefined();
  expect(after.privateKeys.get(3)).not.toEqual(held.privateKeys.get(3));
  const third = await commit(after, { remove: [0] }, checks);
  expect(
    [...third.pending.privateKeys.keys()].every((node) => third.pending.tree.nodes[node]),
  ).toBe(true);
  // Leaf 0 is gone, so node 1 has nobody to share a secret with: it is blank, and its key is not kept.
  expect(held.privateKeys.has(1)).toBe(true);
  expect(third.pending.privateKeys.has(1)).toBe(false);
});
