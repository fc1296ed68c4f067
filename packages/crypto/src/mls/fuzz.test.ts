/** Mutated input, seeded: nothing but typed refusals, no crash, no hang, no wrong accept. */
import { beforeAll, expect, test } from "vitest";
import { concat, equalBytes } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import { must, seeded, testChecks, testGroup, testPackage } from "./fixtures.ts";
import type { TestPackage } from "./fixtures.ts";
import { forge } from "./forge.ts";
import {
  MlsRefused,
  commit,
  decodeGroup,
  encodeGroup,
  encodeTree,
  epochAuthenticator,
  externalCommit,
  groupInfo,
  join,
  processCommit,
  readKeyPackage,
} from "./index.ts";
import type { CommitResult, Group } from "./index.ts";
import { decodeMessage, encodeMessage } from "./library.ts";
import type { Commit } from "./library.ts";

const checks = testChecks();
let alice: Group;
let bob: Group;
let newcomer: TestPackage;
let made: CommitResult;

beforeAll(async () => {
  const { members } = await testGroup("x25519", 4);
  [alice, bob] = [must(members[0]), must(members[1])];
  newcomer = await testPackage("x25519");
  made = await commit(
    alice,
    { add: [newcomer.keyPackage], remove: [2], contextExtension: Uint8Array.of(2) },
    checks,
  );
});

/** Flips, cuts, repeats, inserts or splices; never returns the original. */
function mutate(bytes: Bytes, random: (below: number) => number): Bytes {
  const at = random(bytes.length);
  const length = 1 + random(Math.min(64, bytes.length));
  const changed = ((): Bytes => {
    switch (random(6)) {
      case 0:
        return bytes.with(at, random(256));
      case 1:
        return bytes.with(at, (bytes[at] ?? 0) ^ (1 << random(8)));
      case 2:
        return bytes.slice(0, at);
      case 3:
        return concat(bytes.subarray(0, at), bytes.subarray(at + length));
      case 4:
        return concat(
          bytes.subarray(0, at),
          Uint8Array.from({ length }, () => random(256)),
          bytes.subarray(at),
        );
      default:
        return concat(
          bytes.subarray(0, at),
          bytes.subarray(random(bytes.length)),
          bytes.subarray(at),
        );
    }
  })();
  return equalBytes(changed, bytes) ? mutate(bytes, random) : changed;
}

/** Whether it was accepted. @throws whatever is not a typed refusal. */
async function accepted(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof MlsRefused) return false;
    throw error;
  }
}

async function fuzz(
  seed: number,
  runs: number,
  original: Bytes,
  take: (bytes: Bytes) => Promise<unknown>,
): Promise<number> {
  expect(await accepted(take(original))).toBe(true);
  const random = seeded(seed);
  let wrong = 0;
  for (let run = 0; run < runs; run++) if (await accepted(take(mutate(original, random)))) wrong++;
  return wrong;
}

test("a mutated commit is refused", async () => {
  expect(await fuzz(1, 3000, made.message, (bytes) => processCommit(bob, bytes, checks))).toBe(0);
});

test("a mutated welcome is refused", async () => {
  const take = (bytes: Bytes): Promise<Group> =>
    join({ ...newcomer, welcome: bytes, tree: made.tree }, checks);
  expect(await fuzz(2, 1500, must(made.welcome), take)).toBe(0);
});

test("a mutated tree is refused", async () => {
  const take = (bytes: Bytes): Promise<Group> =>
    join({ ...newcomer, welcome: must(made.welcome), tree: bytes }, checks);
  expect(await fuzz(3, 800, made.tree, take)).toBe(0);
});

test("a mutated GroupInfo is refused", async () => {
  const own = await testPackage("x25519");
  const slot = await groupInfo(alice);
  const take = (bytes: Bytes): Promise<unknown> =>
    externalCommit({ ...own, groupInfo: bytes, tree: encodeTree(alice) }, checks);
  expect(await fuzz(4, 800, slot, take)).toBe(0);
});

test("a mutated key package is refused", async () => {
  expect(await fuzz(5, 1500, newcomer.keyPackage, readKeyPackage)).toBe(0);
});

test("mutated stored bytes give a typed error or a state, never a crash", async () => {
  await fuzz(6, 1500, encodeGroup(bob), async (bytes) => encodeGroup(await decodeGroup(bytes)));
  const take = (privateParts: Bytes): Promise<Group> =>
    join({ ...newcomer, privateParts, welcome: must(made.welcome), tree: made.tree }, checks);
  await fuzz(7, 300, newcomer.privateParts, take);
});

test("a member's commit that is mutated before it is signed is refused, or all who accept it agree", async () => {
  const random = seeded(8);
  const whole = wrapped(commitIn(made.message));
  let decodable = 0;
  for (let run = 0; run < 1500; run++) {
    const body = unwrapped(mutate(whole, random));
    if (body === undefined) continue;
    const message = await forge(alice, { withPath: false, tamper: () => body }).catch(() => null);
    if (message === null) continue;
    decodable++;
    if (await accepted(processCommit(bob, message, checks))) {
      const { group } = await processCommit(bob, message, checks);
      expect(epochAuthenticator(must(group))).not.toEqual(epochAuthenticator(bob));
    }
  }
  expect(decodable).toBeGreaterThan(200);
});

function commitIn(message: Bytes): Commit {
  const decoded = must(decodeMessage(message));
  if (decoded.wireformat !== "mls_public_message") throw new Error("not public");
  const { content } = decoded.publicMessage;
  if (content.contentType !== "commit") throw new Error("not a commit");
  return content.commit;
}

/** A commit as bytes: in an unsigned message, since a commit has no encoding of its own here. */
function wrapped(commitBody: Commit): Bytes {
  return encodeMessage({
    version: "mls10",
    wireformat: "mls_public_message",
    publicMessage: {
      content: {
        groupId: new Uint8Array(),
        epoch: 0n,
        sender: { senderType: "new_member_commit" },
        authenticatedData: new Uint8Array(),
        contentType: "commit",
        commit: commitBody,
      },
      auth: {
        contentType: "commit",
        signature: new Uint8Array(),
        confirmationTag: new Uint8Array(),
      },
      senderType: "new_member_commit",
    },
  });
}

function unwrapped(bytes: Bytes): Commit | undefined {
  try {
    return commitIn(bytes);
  } catch {
    return undefined;
  }
}
