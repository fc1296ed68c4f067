/** Coming in by an external commit: rejoining, and what an outsider may not do. */
import { beforeAll, expect, test } from "vitest";
import { utf8 } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import {
  must,
  refusal,
  testChecks,
  testDevice,
  testGroup,
  testIdentity,
  testPackage,
} from "./fixtures.ts";
import type { TestPackage } from "./fixtures.ts";
import { contextProposal, forgeExternal, psk, reinit, remove } from "./forge.ts";
import {
  commit,
  encodeTree,
  epochAuthenticator,
  externalCommit,
  groupInfo,
  processCommit,
  roster,
} from "./index.ts";
import type { Group } from "./index.ts";

const checks = testChecks();
let members: Group[];
let packages: TestPackage[];
let alice: Group;
let bob: Group;

beforeAll(async () => {
  ({ members, packages } = await testGroup("x25519", 8));
  alice = must(members[0]);
  bob = must(members[1]);
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
