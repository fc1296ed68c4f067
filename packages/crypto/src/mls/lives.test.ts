/** Random lives of a group: whatever happens, all members agree, and newcomers accept the tree they get. */
import { expect, test } from "vitest";
import { utf8 } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import { must, seeded, testChecks, testPackage } from "./fixtures.ts";
import {
  commit,
  contextExtension,
  createGroup,
  decodeGroup,
  encodeGroup,
  encodeTree,
  epochAuthenticator,
  externalCommit,
  groupInfo,
  join,
  ownLeaf,
  processCommit,
  roster,
} from "./index.ts";
import type { Group, SuiteName } from "./index.ts";

const checks = testChecks();

async function live(suite: SuiteName, seed: number, steps: number, most: number): Promise<void> {
  const random = seeded(seed);
  const founder = await testPackage(suite);
  let members: Group[] = [
    await createGroup({ suite, groupId: utf8("life"), ...founder, contextExtension: utf8("0") }),
  ];
  for (let step = 1; step <= steps; step++) {
    const sender = must(members[random(members.length)]);
    const others = members.filter((member) => member !== sender);
    const kind = random(10);
    let message: Bytes;
    const arrived: Group[] = [];
    let expectedContext = contextExtension(sender);
    if (kind === 0) {
      const newcomer = await testPackage(suite);
      const slot = { groupInfo: await groupInfo(sender), tree: encodeTree(sender) };
      const made = await externalCommit({ ...newcomer, ...slot }, checks);
      message = made.message;
      arrived.push(made.pending, must((await processCommit(sender, message, checks)).group));
    } else {
      const room = most - members.length;
      const add = kind < 5 ? Array.from({ length: Math.min(room, 1 + random(4)) }, () => 0) : [];
      const packages = await Promise.all(add.map(() => testPackage(suite)));
      const removable = others.toSorted(() => random(3) - 1).slice(0, kind > 6 ? 1 + random(3) : 0);
      const newContext = random(4) === 0 ? utf8(String(step)) : null;
      expectedContext = newContext ?? expectedContext;
      const made = await commit(
        sender,
        {
          add: packages.map(({ keyPackage }) => keyPackage),
          remove: removable.map(ownLeaf),
          update: random(2) === 0,
          ...(newContext && { contextExtension: newContext }),
        },
        checks,
      );
      message = made.message;
      arrived.push(await decodeGroup(encodeGroup(made.pending)));
      for (const own of packages) {
        arrived.push(await join({ ...own, welcome: must(made.welcome), tree: made.tree }, checks));
      }
    }
    for (const other of others) {
      const { group } = await processCommit(await decodeGroup(encodeGroup(other)), message, checks);
      if (group !== null) arrived.push(group);
    }
    members = arrived;
    const [first, ...rest] = members;
    for (const member of rest) {
      expect(epochAuthenticator(member)).toEqual(epochAuthenticator(must(first)));
      expect(encodeTree(member)).toEqual(encodeTree(must(first)));
    }
    expect(contextExtension(must(first))).toEqual(expectedContext);
    expect(roster(must(first)).map(({ leaf }) => leaf)).toEqual(
      members.map(ownLeaf).toSorted((a, b) => a - b),
    );
  }
}

test.each([1, 2])("x25519: life %i", async (seed) => {
  await live("x25519", seed, 30, 17);
});

test("xwing: a shorter life", async () => {
  await live("xwing", 4, 12, 6);
});
