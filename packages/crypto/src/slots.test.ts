import { equalBytes, toHex } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import { beforeAll, expect, test } from "vitest";
import { createDevice, createIdentity, deviceCredential } from "./identity.ts";
import { epochKeys } from "./epoch.ts";
import {
  testChecks,
  testDevice,
  testGroup,
  testPackage,
  testIdentity,
  must,
} from "./mls/fixtures.ts";
import type { Group } from "./mls/index.ts";
import {
  commit,
  createGroup,
  createKeyPackage,
  epoch,
  exportSecret,
  externalCommit,
  groupId,
  groupInfo,
  join,
  processCommit,
} from "./mls/index.ts";
import { randomBytes } from "./primitives.ts";
import type { RejoinSuite, SlotParts } from "./slots.ts";
import {
  announceRejoinKey,
  createRejoinSecret,
  isSlotGroupInfo,
  makeSlot,
  openSlot,
  openSlotEnvelope,
  readSlot,
  rejoinKeyPair,
  slotEpochsOf,
  slotKeys,
  slotOuterKey,
  slotRecipients,
  slotSecretOf,
  slotTag,
} from "./slots.ts";

const checks = testChecks();
const logId = randomBytes(32);
const nonce = randomBytes(32);

async function contentKey(group: Group): Promise<Bytes> {
  const keys = await epochKeys((l, c, n) => exportSecret(group, l, c, n), groupId(group));
  return keys.contentKey;
}

/** Two people in a space, with rejoin keys in their leaves; `alice` made it. */
async function pair(suite: RejoinSuite) {
  const secrets = [createRejoinSecret(), createRejoinSecret()] as const;
  const owners = [testIdentity(), testIdentity()] as const;
  const packages = [];
  for (const [i, owner] of owners.entries()) {
    const { publicKey } = await rejoinKeyPair(must(secrets[i]), nonce, suite);
    packages.push(
      await testPackage(suite, await testDevice(owner), {
        rejoinKey: announceRejoinKey(1, publicKey),
      }),
    );
  }
  const founder = must(packages[0]);
  const guest = must(packages[1]);
  const first = await createGroup({
    suite,
    groupId: nonce,
    ...founder,
    contextExtension: Uint8Array.of(1),
  });
  const made = await commit(first, { add: [guest.keyPackage] }, checks);
  const bob = await join({ ...guest, welcome: must(made.welcome), tree: made.tree }, checks);
  return { alice: made.pending, bob, secrets, owners, packages };
}

async function partsOf(group: Group): Promise<SlotParts> {
  const keys = new Map([[epoch(group), await contentKey(group)]]);
  return {
    logId,
    secret: await slotSecretOf(group),
    seen: { gen: 0, seq: 7, head: randomBytes(32) },
    groupInfo: await groupInfo(group),
    epochs: slotEpochsOf(keys, epoch(group), true),
    keys,
  };
}

let alice: Group;
let bob: Group;
let fixture: Awaited<ReturnType<typeof pair>>;
beforeAll(async () => {
  fixture = await pair("x25519");
  ({ alice, bob } = fixture);
});

test.each(["x25519", "xwing"] as const)(
  "%s: whoever has only the vault's secret opens the slot and joins by it, and the others follow",
  async (suite) => {
    const space = await pair(suite);
    const slot = readSlot(must(await makeSlot(space.alice, await partsOf(space.alice))).bytes);
    const mine = await rejoinKeyPair(space.secrets[1], nonce, suite);
    const tag = slotTag(logId, mine.publicKey);
    const envelope = must(slot.envelopes.find((one) => equalBytes(one.tag, tag)));
    const secret = await openSlotEnvelope(envelope, mine, logId);
    expect(slotOuterKey(secret, nonce).publicKey).toEqual(slot.outerKey);
    const content = await openSlot(secret, slot, logId);
    expect(slotKeys(content).get(1)).toEqual(await contentKey(space.alice));
    const fresh = await testPackage(suite, await testDevice(space.owners[1]), {
      rejoinKey: announceRejoinKey(1, mine.publicKey),
    });
    const { groupInfo: info, tree } = content;
    const rejoined = await externalCommit({ ...fresh, groupInfo: info, tree }, checks);
    const followed = await processCommit(space.alice, rejoined.message, checks);
    expect(await contentKey(must(followed.group))).toEqual(await contentKey(rejoined.pending));
  },
);

test("all members make the same slot of the same parts, and see one that is not", async () => {
  const parts = await partsOf(alice);
  const byAlice = must(await makeSlot(alice, parts));
  expect(await slotSecretOf(bob)).toEqual(parts.secret);
  expect(toHex(must(await makeSlot(bob, parts)).hash)).toBe(toHex(byAlice.hash));
  const other = { ...parts, seen: { ...parts.seen, seq: 8 } };
  expect(toHex(must(await makeSlot(bob, other)).hash)).not.toBe(toHex(byAlice.hash));
  expect(await isSlotGroupInfo(bob, parts.groupInfo)).toBe(true);
  const next = await commit(alice, { update: true }, checks);
  expect(await isSlotGroupInfo(bob, await groupInfo(next.pending))).toBe(false);
  expect(await isSlotGroupInfo(bob, randomBytes(100))).toBe(false);
});

test("a slot of another space does not open, nor does an envelope of one", async () => {
  const slot = readSlot(must(await makeSlot(alice, await partsOf(alice))).bytes);
  const mine = await rejoinKeyPair(fixture.secrets[0], nonce, "x25519");
  const [envelope] = slot.envelopes.filter((one) =>
    equalBytes(one.tag, slotTag(logId, mine.publicKey)),
  );
  const other = randomBytes(32);
  await expect(openSlotEnvelope(must(envelope), mine, other)).rejects.toMatchObject({
    code: "open_failed",
  });
  const secret = await openSlotEnvelope(must(envelope), mine, logId);
  await expect(openSlot(secret, slot, other)).rejects.toMatchObject({ code: "open_failed" });
  const swapped = { ...slot, outerKey: randomBytes(32) };
  await expect(openSlot(secret, swapped, logId)).rejects.toMatchObject({ code: "open_failed" });
});

test("who was removed has no envelope, cannot derive the new secret, and opens no later slot", async () => {
  const removal = await commit(alice, { remove: [1] }, checks);
  const parts = await partsOf(removal.pending);
  expect(parts.secret).not.toEqual(await slotSecretOf(bob));
  const slot = readSlot(must(await makeSlot(removal.pending, parts)).bytes);
  expect(slot.envelopes).toHaveLength(1);
  const theirs = await rejoinKeyPair(fixture.secrets[1], nonce, "x25519");
  for (const envelope of slot.envelopes)
    await expect(openSlotEnvelope(envelope, theirs, logId)).rejects.toMatchObject({
      code: "open_failed",
    });
  await expect(openSlot(await slotSecretOf(bob), slot, logId)).rejects.toMatchObject({
    code: "open_failed",
  });
});

test("rejoin keys of one person in two spaces have nothing in common, and those of one space are always the same", async () => {
  const secret = createRejoinSecret();
  const one = await rejoinKeyPair(secret, nonce, "x25519");
  expect(await rejoinKeyPair(secret, nonce, "x25519")).toEqual(one);
  expect(one.publicKey).not.toEqual(
    (await rejoinKeyPair(secret, randomBytes(32), "x25519")).publicKey,
  );
});

test("a member renews the rejoin key in its leaf with a commit", async () => {
  const renewed = await rejoinKeyPair(createRejoinSecret(), nonce, "x25519");
  const made = await commit(alice, { rejoinKey: announceRejoinKey(2, renewed.publicKey) }, checks);
  const followed = must((await processCommit(bob, made.message, checks)).group);
  const slot = readSlot(must(await makeSlot(followed, await partsOf(followed))).bytes);
  const tags = slot.envelopes.map((one) => toHex(one.tag));
  expect(tags).toContain(toHex(slotTag(logId, renewed.publicKey)));
  expect(tags).toHaveLength(2);
});

test("a device without a rejoin key keeps nobody else from coming back", async () => {
  const { members } = await testGroup("x25519", 2);
  const group = must(members[0]);
  expect(await makeSlot(group, await partsOf(group))).toBeNull();
  const parts = await partsOf(alice);
  expect(await makeSlot(alice, { ...parts, keys: new Map() })).toBeNull();
});

test("runs of epochs: all that are known, or the present one", () => {
  const keys = new Map([0, 1, 2, 5, 6].map((one) => [one, randomBytes(32)]));
  expect(slotEpochsOf(keys, 6, true)).toEqual([
    { from: 0, count: 3 },
    { from: 5, count: 2 },
  ]);
  expect(slotEpochsOf(keys, 6, false)).toEqual([{ from: 6, count: 1 }]);
});

test("of the keys that one person's devices announce, the newest version alone is sealed to", async () => {
  const owner = await createIdentity();
  const keys: Bytes[] = [];
  const packages = [];
  for (const version of [1, 2]) {
    const device = await createDevice(owner.record, owner.privateKey, Date.now());
    const { publicKey } = await rejoinKeyPair(createRejoinSecret(), nonce, "x25519");
    keys.push(publicKey);
    packages.push(
      await createKeyPackage({
        suite: "x25519",
        credential: deviceCredential(device.certificate),
        signatureKey: {
          publicKey: device.certificate.deviceKey,
          privateKey: device.privateKey,
        },
        seatKey: testIdentity().publicKey,
        rejoinKey: announceRejoinKey(version, publicKey),
      }),
    );
  }
  const anybody = {
    verifyCredential: () => ({ identity: owner.record.firstKey }),
    authorise: () => undefined,
  };
  const first = await createGroup({
    suite: "x25519",
    groupId: nonce,
    ...must(packages[0]),
    contextExtension: Uint8Array.of(1),
  });
  expect([...slotRecipients(first, logId).values()]).toEqual([keys[0]]);
  const both = await commit(first, { add: [must(packages[1]).keyPackage] }, anybody);
  expect([...slotRecipients(both.pending, logId).values()]).toEqual([keys[1]]);
});
