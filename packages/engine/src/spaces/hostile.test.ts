import {
  appendDigest,
  ed25519FromSeed,
  ed25519Generate,
  headerHash,
  identityIdOf,
  readHeader,
  signAppend,
} from "@baraza/crypto";
import type { Bytes, StewardRecord } from "@baraza/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { carryOut, intend } from "./commit.ts";
import { encodeContext } from "./events.ts";
import type { Insider, TestSpace } from "./log.testing.ts";
import { testSpace } from "./log.testing.ts";
import { applyEntries, ForkError } from "./process.ts";
import { stewardKeyOf, stewardsOf } from "./roster.ts";
import { forgetRuntime } from "./runtime.ts";
import { seatIdOfKey } from "./seat.ts";
import { postDecisions } from "./steward.ts";

let here: TestSpace;
beforeEach(async () => {
  here = await testSpace();
});
afterEach(() => here.close());

const hello = { type: "chat.message", payload: { text: "hello" } };
const idOf = (one: Insider) => identityIdOf(one.identity.record);
const row = async () => (await here.space()).row;

async function removeByUs(one: Insider): Promise<void> {
  await intend(here.core, (await here.space()).logId, "remove", { identityId: idOf(one) });
  await carryOut(here.core, await here.space());
}

/** A decision signed by whoever's key that is, put into the log in the name of an insider's device. */
async function decide(
  by: Insider,
  key: { publicKey: Bytes; privateKey: Bytes },
  steward: StewardRecord,
  epoch?: number,
) {
  return here.forge(by, {
    kind: "steward",
    type: "space.steward",
    payload: {},
    parts: { steward },
    ...(epoch === undefined ? {} : { epoch }),
    sign: async (header) => ({
      stewards: [
        {
          key: key.publicKey,
          sig: await signAppend(key.privateKey, appendDigest([headerHash(header)])),
        },
      ],
    }),
  });
}

const seatOf = (one: { publicKey: Bytes }) => ({
  op: "set" as const,
  seatId: seatIdOfKey(one.publicKey),
  seatKey: one.publicKey,
});
const anyDecision = { op: "retention", keepMs: 1 } as const;

test.each(["entry", "seat", "steward"] as const)(
  "what a removed member seals for a former epoch is not heard as %s, though the hub takes it in",
  async (kind) => {
    const mallory = await here.bring();
    await here.forge(mallory, hello);
    expect(await here.texts()).toHaveLength(1);
    await removeByUs(mallory);
    const parts =
      kind === "seat"
        ? { seat: seatOf(mallory.seat) }
        : kind === "steward"
          ? { steward: anyDecision }
          : {};
    await here.forge(mallory, { ...hello, kind, parts, epoch: 1 });
    expect(await here.texts()).toHaveLength(1);
    expect((await row()).trouble).toBe("offender");
  },
);

test("a decision carries nothing but itself, and none that no steward signed counts", async () => {
  const mallory = await here.bring();
  const key = ed25519Generate();
  await decide(mallory, key, anyDecision);
  expect((await row()).trouble).toBe("offender");
  await here.forge(mallory, { ...hello, kind: "steward", parts: { steward: anyDecision } });
  await here.forge(mallory, { type: "space.steward", payload: {} });
  expect(await here.texts()).toEqual([]);
});

test("who was a steward at the beginning and is none any more voids nothing", async () => {
  const { core } = here;
  const founder = stewardKeyOf(core.me().identityKey, (await here.space()).genesis.nonce);
  const bruno = await here.bring();
  const group = (await here.space()).group;
  if (group === null) throw new Error("no group");
  const brunos = { identityId: idOf(bruno), key: ed25519Generate().publicKey };
  await intend(core, (await here.space()).logId, "role", {
    identityId: idOf(bruno),
    role: "steward",
  });
  await core.store.run("UPDATE members SET steward_key = ? WHERE steward_key IS NULL", [
    brunos.key,
  ]);
  await carryOut(core, await here.space());
  await here.follow(bruno);
  await here.commit(bruno, { contextExtension: encodeContext([brunos]) });
  const seq = here.log.length;
  const { epoch } = await row();
  expect(stewardsOf((await here.space()).group ?? group)).toHaveLength(1);
  await decide(bruno, founder, {
    op: "void",
    seq,
    epoch: epoch - 1,
    postingKey: founder.publicKey,
  });
  expect((await row()).epoch).toBe(epoch);
});

test.each([false, true])(
  "a bad commit cannot be shielded from its void by seats of its author (restarted between: %s)",
  async (restarted) => {
    const { core } = here;
    const mallory = await here.bring();
    await here.commit(mallory, { update: true }, true);
    const bad = here.log.length;
    expect(await row()).toMatchObject({ trouble: "stuck", epoch: 2 });
    if (restarted) forgetRuntime(core, (await here.space()).logId);
    await here.forge(mallory, {
      kind: "seat",
      type: "space.title",
      payload: { title: "x" },
      parts: { seat: seatOf(ed25519Generate()) },
    });
    await here.forge(mallory, {
      kind: "seat",
      type: "space.title",
      payload: { title: "y" },
      parts: { seat: { ...seatOf(mallory.seat), op: "remove" } },
    });
    await postDecisions(core, await here.space());
    const last = here.log.at(-1);
    expect(last && readHeader(last.header).steward).toMatchObject({ op: "void", seq: bad });
    expect(await row()).toMatchObject({ trouble: "offender", epoch: 1 });
    expect((await here.space()).posting).not.toBeNull();
  },
);

test("a void of an earlier commit than the last takes whoever followed both out of step, not out of mind", async () => {
  const { core } = here;
  const mallory = await here.bring();
  const { nonce } = (await here.space()).genesis;
  const steward = stewardKeyOf(core.me().identityKey, nonce);
  const first = here.log.length + 1;
  await here.commit(mallory, { update: true });
  await here.commit(mallory, { update: true });
  expect(await row()).toMatchObject({ trouble: null, epoch: 3 });
  const after = await decide(
    mallory,
    steward,
    { op: "void", seq: first, epoch: 1, postingKey: ed25519FromSeed(new Uint8Array(32)).publicKey },
    1,
  );
  expect(await row()).toMatchObject({ trouble: "stuck", epoch: 1 });
  expect(after).toContainEqual({ do: "enrol" });
});

/** Makes the engine read everything again, as a newcomer who may read the history. */
async function asNewcomer(): Promise<void> {
  const space = await here.space();
  const { store } = here.core;
  const { genesisHead } = await import("@baraza/crypto");
  await store.run(
    "UPDATE spaces SET seq = 0, head = ?, epoch = 0, read_from = ?, previous_mls = NULL, previous_seq = 0, trouble = NULL WHERE log_id = ?",
    [genesisHead(space.row.genesis), space.row.seq, space.logId],
  );
  await store.run("DELETE FROM events");
  await store.run("UPDATE devices SET counter = 0, own_hash = zeroblob(32)");
  forgetRuntime(here.core, space.logId);
}

test("who reads a history with a void in it arrives at the epoch that the group is in", async () => {
  const { core } = here;
  const mallory = await here.bring();
  await here.commit(mallory, { update: true }, true);
  await here.forge(mallory, hello);
  await postDecisions(core, await here.space());
  const dario = await here.bring();
  await here.forge(dario, hello);
  const { epoch } = await row();
  expect(epoch).toBe(2);
  await asNewcomer();
  await applyEntries(core, await here.space(), here.log, await here.head());
  expect(await row()).toMatchObject({ epoch, trouble: null });
  expect(await here.texts()).toHaveLength(1);
});

test("a newcomer is shown the history that led to where they were let in, or none", async () => {
  const { core } = here;
  const mallory = await here.bring();
  await here.forge(mallory, hello);
  await asNewcomer();
  const space = await here.space();
  const other = await testSpace();
  await expect(
    applyEntries(core, space, here.log.slice(0, 1), {
      ...(await here.head()),
      seq: 1,
      head: new Uint8Array(32),
    }),
  ).rejects.toThrow(ForkError);
  await other.close();
});
