import { expect, test } from "vitest";
import { utf8 } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import { must, testChecks, testPackage } from "./fixtures.ts";
import {
  commit,
  contextExtension,
  createGroup,
  decodeGroup,
  encodeGroup,
  epoch,
  epochAuthenticator,
  exportSecret,
  join,
  processCommit,
  roster,
} from "./index.ts";
import type { Group } from "./index.ts";

const checks = testChecks();

function secretOf(group: Group): Promise<Bytes> {
  return exportSecret(group, "test", utf8("context"), 32);
}

for (const suite of ["x25519", "xwing"] as const) {
  test(`${suite}: three devices live through adds, updates and a removal, and agree in every epoch`, async () => {
    const [a, b, c] = await Promise.all([
      testPackage(suite),
      testPackage(suite),
      testPackage(suite),
    ]);
    let alice = await createGroup({
      suite,
      groupId: utf8("g"),
      ...a,
      contextExtension: utf8("one"),
    });
    const first = await commit(
      alice,
      { add: [b.keyPackage], contextExtension: utf8("two") },
      checks,
    );
    alice = first.pending;
    let bob = await join({ ...b, welcome: must(first.welcome), tree: first.tree }, checks);
    expect(epochAuthenticator(bob)).toEqual(epochAuthenticator(alice));
    expect(contextExtension(bob)).toEqual(utf8("two"));

    const second = await commit(bob, { add: [c.keyPackage] }, checks);
    bob = second.pending;
    alice = must((await processCommit(alice, second.message, checks)).group);
    let carol = await join({ ...c, welcome: must(second.welcome), tree: second.tree }, checks);
    expect(await secretOf(alice)).toEqual(await secretOf(bob));
    expect(await secretOf(carol)).toEqual(await secretOf(bob));

    const third = await commit(carol, { update: true }, checks);
    carol = third.pending;
    alice = must((await processCommit(alice, third.message, checks)).group);
    bob = must((await processCommit(bob, third.message, checks)).group);
    expect(await secretOf(alice)).toEqual(await secretOf(carol));
    expect(await secretOf(bob)).toEqual(await secretOf(carol));

    const fourth = await commit(alice, { remove: [1], contextExtension: utf8("three") }, checks);
    const { change, group } = await processCommit(bob, fourth.message, checks);
    expect(change.selfRemoved).toBe(true);
    expect(group).toBeNull();
    alice = fourth.pending;
    carol = must((await processCommit(carol, fourth.message, checks)).group);
    expect(await secretOf(carol)).toEqual(await secretOf(alice));
    expect(contextExtension(carol)).toEqual(utf8("three"));
    expect(roster(carol).map(({ leaf }) => leaf)).toEqual([0, 2]);
    expect(epoch(carol)).toBe(4);
    expect(encodeGroup(await decodeGroup(encodeGroup(carol)))).toEqual(encodeGroup(carol));
  });
}
