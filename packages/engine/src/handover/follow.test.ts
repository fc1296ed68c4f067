import { ed25519Generate, randomBytes, signDecision } from "@baraza/crypto";
import type { Bytes, DecisionProof } from "@baraza/protocol";
import { toHex } from "@baraza/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Insider, TestSpace } from "../spaces/log.testing.ts";
import { testSpace } from "../spaces/log.testing.ts";
import { stewardKeyOf } from "../spaces/roster.ts";
import { holdsAgainst, learnMove } from "./follow.ts";

let here: TestSpace;
let bruno: Insider;
beforeEach(async () => {
  here = await testSpace();
  bruno = await here.bring();
});
afterEach(() => here.close());

type Pair = ReturnType<typeof ed25519Generate>;
const own = async () => {
  const space = await here.space();
  return stewardKeyOf(here.core.me().identityKey, space.genesis.nonce);
};

async function proofOf(
  by: readonly Pair[],
  changes: Partial<Extract<DecisionProof["record"], { op: "handover" }>> = {},
): Promise<DecisionProof> {
  const space = await here.space();
  const { row } = space;
  const record = {
    op: "handover" as const,
    gen: row.gen + 1,
    hub: "other.localhost",
    hubKey: randomBytes(32),
    oldKey: row.hub_key,
    seq: row.seq,
    head: row.head,
    epoch: row.epoch,
    postingKey: space.posting?.publicKey ?? randomBytes(32),
    until: Date.now() + 60_000,
    ...changes,
  };
  const decision = { gen: record.gen, id: randomBytes(16), record };
  const sigs = await Promise.all(
    by.map((pair) => signDecision(pair, { logId: space.id, ...decision })),
  );
  return { ...decision, sigs };
}
const hubNow = async () => (await here.space()).row.hub;
const learn = async (proof: DecisionProof) => learnMove(here.core, await here.space(), proof);

test("a decision of the stewards is followed, whoever brings it; the hub of before is remembered by its key", async () => {
  const { hub_key: before } = (await here.space()).row;
  expect(await learn(await proofOf([await own()]))).toBe(true);
  expect(await hubNow()).toBe("other.localhost");
  const former = await here.core.store.get<{ hub_key: Bytes }>(
    "SELECT hub_key FROM former_hubs WHERE gen = 0",
  );
  expect(former?.hub_key).toEqual(before);
});

test.each([
  ["by a stranger", async () => proofOf([ed25519Generate()])],
  ["by nobody", async () => proofOf([])],
  ["from another hub than ours", async () => proofOf([await own()], { oldKey: randomBytes(32) })],
  ["from another head than ours", async () => proofOf([await own()], { head: randomBytes(32) })],
  ["of a later generation", async () => proofOf([await own()], { gen: 5 })],
  ["of this generation", async () => proofOf([await own()], { gen: 0 })],
  [
    "that was altered",
    async () => {
      const proof = await proofOf([await own()]);
      return { ...proof, record: { ...proof.record, hub: "evil.localhost" } };
    },
  ],
])("a hand-over %s is refused", async (_what, make) => {
  const before = await hubNow();
  expect(await learn(await make())).toBe(false);
  expect(await hubNow()).toBe(before);
});

test("what a hand-over names ahead of us has to be what we come to read", async () => {
  const { row } = await here.space();
  const head = randomBytes(32);
  expect(await learn(await proofOf([await own()], { seq: row.seq + 1, head }))).toBe(true);
  // The log goes on otherwise than the decision said.
  const hello = { type: "chat.message", payload: { text: "hello", replyTo: null, mentions: [] } };
  await expect(here.forge(bruno, hello)).rejects.toThrow(/contradicts/);
});

test("of two hand-overs for one generation every device follows the same, in whatever order it hears of them, and tells people", async () => {
  const pair = await own();
  const [a, b] = [
    await proofOf([pair], { hub: "a.localhost" }),
    await proofOf([pair], { hub: "b.localhost" }),
  ];
  const { id } = await here.space();
  const winner = holdsAgainst(id, a, b) ? a : b;
  const loser = winner === a ? b : a;
  expect(await learn(loser)).toBe(true);
  expect(await learn(winner)).toBe(true);
  const hub = "hub" in winner.record ? winner.record.hub : "";
  expect(await hubNow()).toBe(hub);
  expect((await here.space()).row.trouble).toBe("offender");
  expect(await learn(loser)).toBe(false);
  expect(await hubNow()).toBe(hub);
  const moves = await here.core.store.all<{ gen: number }>("SELECT gen FROM hub_moves");
  expect(moves).toEqual([{ gen: 1 }]);
  expect(toHex(id)).toHaveLength(64);
});
