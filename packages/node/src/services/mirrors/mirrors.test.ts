import { ed25519Generate, verifyHead } from "@baraza/crypto";
import type { DecisionProof, Head, Mirror, StoredEntry } from "@baraza/protocol";
import { encodeCbor, LABELS } from "@baraza/protocol";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  createSigner,
  genesisHead,
  headMessage,
  nextHead,
  randomBytes,
} from "../../crypto-fast.ts";
import type { Keys, TestLog } from "../logs/log.testing.ts";
import { testLog } from "../logs/log.testing.ts";
import { decisionDigest } from "../logs/rules.ts";
import { refuses } from "../logs/service.testing.ts";
import type { TestNode, World } from "./mirrors.testing.ts";
import { token, world } from "./mirrors.testing.ts";

let net: World;
let hub: TestNode;
let near: TestNode;
let far: TestNode;
beforeAll(async () => {
  net = world();
  hub = await net.node("hub.localhost:1");
  near = await net.node("near.localhost:1");
  far = await net.node("far.localhost:1");
});
afterEach(() => net.gone.clear());
afterAll(() => net.close());

const named = (...nodes: TestNode[]): Mirror[] =>
  nodes.map((one) => ({ node: one.name, key: one.keys.publicKey }));

async function openLog(stewardKeys = [ed25519Generate()], at = hub): Promise<TestLog> {
  const log = testLog(at.name, { stewardKeys });
  await at.call("logs.create", { genesis: log.genesis, token: token() });
  return log;
}
const openPlace = (log: TestLog, at: TestNode, of = hub) =>
  at.call("mirrors.open", {
    genesis: log.genesis,
    hub: of.name,
    hubKey: of.keys.publicKey,
    token: token(),
  });
const name = (log: TestLog, mirrors: Mirror[], by: Keys[] = log.stewards) =>
  hub.call("logs.append", log.steward({ op: "mirrors", mirrors }, by));

/** A log that has one copy, with everything in it that there is. */
async function mirrored(stewardKeys?: Keys[]): Promise<TestLog> {
  const log = await openLog(stewardKeys);
  await openPlace(log, near);
  await hub.call("logs.append", log.batch(3));
  await name(log, named(near));
  await hub.call("logs.append", log.entry());
  await comesTo(log, near, 5);
  return log;
}
/** Waits until a copy has come that far. */
const comesTo = (log: TestLog, at: TestNode, seq: number | undefined) =>
  expect.poll(() => holds(log, at), { timeout: 20_000 }).toBe(seq);
const holds = async (log: TestLog, at: TestNode) =>
  (await at.store.mirrors.place({ logId: log.logId }))?.seq;

test("a copy has everything, with the hub's own receipt; a member reads there as at the hub", async () => {
  const log = await mirrored();
  const there = await near.read(log);
  const here = await hub.read(log);
  expect(there.entries).toEqual(here.entries);
  expect(there.head.seq).toBe(5);
  expect(await verifyHead(hub.keys.publicKey, there.head)).toBe(true);
  expect(await verifyHead(near.keys.publicKey, there.head)).toBe(false);
  expect(here.opened.mirrors).toEqual(named(near));
  await refuses(near.read(log, ed25519Generate()), "seat_unknown");
});

test("an append is acknowledged when a mirror has it; without one that answers, by the hub alone", async () => {
  const log = await mirrored();
  const { seqs } = await hub.call("logs.append", log.entry());
  expect(await holds(log, near)).toBe(seqs[0]);
  net.gone.add(near.name);
  await hub.call("logs.append", log.entry());
  await hub.call("logs.append", log.entry());
  net.gone.delete(near.name);
  await comesTo(log, near, 8);
  const after = await hub.call("logs.append", log.entry());
  await comesTo(log, near, after.seqs[0]);
});

test("one mirror that is slow holds nothing up for longer than the first time", async () => {
  const log = await openLog();
  await openPlace(log, near);
  await openPlace(log, far);
  await name(log, named(near, far));
  for (const one of [near, far]) await comesTo(log, one, 1);
  // The other one is enough.
  const answer = net.slow(near.name);
  const { seqs } = await hub.call("logs.append", log.entry());
  expect(await holds(log, far)).toBe(seqs[0]);
  expect(await holds(log, near)).toBe(1);
  answer();
  await comesTo(log, near, 2);
});

test("a long log goes over page by page; nobody reads it before the hub's receipt stands behind it", async () => {
  const log = await openLog();
  for (let i = 0; i < 5; i++) await hub.call("logs.append", log.batch(300, 10));
  await openPlace(log, near);
  await refuses(near.read(log), "busy");
  await name(log, named(near));
  await comesTo(log, near, 1501);
  expect((await near.read(log)).head.seq).toBe(1501);
});

test("a commit, a new seat and a removed one are known at the copy", async () => {
  const log = await mirrored();
  const posting = ed25519Generate();
  await hub.call("logs.append", log.commit(posting));
  log.moved(posting);
  const seat = ed25519Generate();
  await hub.call("logs.append", log.putSeat(seat));
  await comesTo(log, near, 7);
  expect((await near.read(log, seat)).head.seq).toBe(7);
  await hub.call("logs.append", log.leaveSeat(seat));
  await comesTo(log, near, 8);
  await refuses(near.read(log, seat), "seat_removed");
});

test("who is let go drops the copy; who is named anew is filled", async () => {
  const log = await mirrored();
  await openPlace(log, far);
  await name(log, named(far));
  await comesTo(log, near, undefined);
  await comesTo(log, far, 6);
  await refuses(
    hub.call("logs.append", log.steward({ op: "mirrors", mirrors: [] }, [ed25519Generate()])),
    "not_steward",
  );
});

const feed = (
  log: TestLog,
  entries: readonly StoredEntry[],
  words: { receipt?: Head; page?: { seq: number; head: Head["head"]; sig: Head["sig"] } } = {},
  at = near,
) => at.call("mirrors.feed", { logId: log.logId, entries: [...entries], ...words });

test("what the hub has not signed is not taken: forged heads, other entries, none at all", async () => {
  const log = await mirrored();
  net.gone.add(near.name);
  await hub.call("logs.append", log.entry());
  const { entries, head } = await hub.read(log);
  const next = entries.slice(5);
  const [true6] = next;
  if (true6 === undefined) throw new Error("no entry");
  await refuses(feed(log, next), "bad_signature");
  const own = createSigner(near.keys.privateKey);
  await refuses(
    feed(log, next, { receipt: { ...head, sig: own(LABELS.head, randomBytes(32)) } }),
    "bad_signature",
  );
  await refuses(
    feed(log, next, { receipt: { ...head, head: randomBytes(32) } }),
    "append_conflict",
  );
  const page = { seq: head.seq, head: head.head, sig: own(LABELS.mirrorPage, randomBytes(32)) };
  await refuses(feed(log, next, { page }), "bad_signature");
  // A head is no page's signature, and the other way round.
  await refuses(feed(log, next, { page: { ...page, sig: head.sig } }), "bad_signature");
  // A member makes an entry of their own in its place, another one that the rules refuse.
  const made = log.entry();
  const content = made.entries[0];
  if (content === undefined) throw new Error("no entry");
  const other = { ...content, sigs: made.sigs, seq: 6 };
  await refuses(feed(log, [other], { receipt: head }), "append_conflict");
  const stranger = log.entry({}, ed25519Generate()).entries[0];
  if (stranger === undefined) throw new Error("no entry");
  await refuses(
    feed(log, [{ ...stranger, sigs: made.sigs, seq: 6 }], { receipt: head }),
    "append_conflict",
  );
  expect((await near.read(log)).head.seq).toBe(5);
  expect(await holds(log, near)).toBe(5);
  // Any member may bring what the hub has signed for.
  expect(await feed(log, next, { receipt: head })).toEqual({ seq: 6 });
  expect((await near.read(log)).entries).toEqual(entries);
  // What is behind a gap is not taken; the answer says where the copy stands.
  expect(await feed(log, [{ ...true6, seq: 9 }], { receipt: head })).toEqual({ seq: 6 });
});

test("a hub that tells its mirror another story is not followed; what was signed first stays", async () => {
  const log = await mirrored();
  const before = await near.read(log);
  const made = log.entry();
  const content = made.entries[0];
  if (content === undefined) throw new Error("no entry");
  const lie = { ...content, sigs: made.sigs, seq: 5 };
  const sign = createSigner(hub.keys.privateKey);
  const head = randomBytes(32);
  const time = Date.now();
  const receipt = {
    logId: log.logId,
    gen: 0,
    seq: 5,
    head,
    time,
    sig: sign(LABELS.head, headMessage(log.logId, 0, 5, head, time)),
  };
  await refuses(feed(log, [lie], { receipt }), "append_conflict");
  expect((await near.read(log)).entries).toEqual(before.entries);
});

test("a place takes a token of that node, the hub's true key, and room; nobody else's log is pushed onto a node", async () => {
  const log = await openLog();
  const { genesis } = log;
  const of = { genesis, hub: hub.name, hubKey: hub.keys.publicKey };
  await refuses(near.call("mirrors.open", of), "not_found");
  await refuses(
    near.call("mirrors.open", {
      ...of,
      token: { ...token(), output: new Uint8Array(64).fill(255) },
    }),
    "token_spent",
  );
  await refuses(
    near.call("mirrors.open", { ...of, hubKey: near.keys.publicKey, token: token() }),
    "bad_signature",
  );
  await refuses(
    hub.call("mirrors.open", {
      ...of,
      hub: near.name,
      hubKey: near.keys.publicKey,
      token: token(),
    }),
    "log_exists",
  );
  const { entries, head } = await hub.read(log);
  await refuses(feed(log, entries, { receipt: head }), "not_found");
  const one = token();
  await near.call("mirrors.open", { ...of, token: one });
  expect(await near.call("mirrors.open", { ...of, token: one })).toMatchObject({ seq: 0 });
  const other = await openLog();
  await refuses(
    near.call("mirrors.open", { ...of, genesis: other.genesis, token: one }),
    "token_spent",
  );
});

test("a place that names another node than the log's first hub takes nothing from it, and begins anew for the true one", async () => {
  const log = await openLog();
  await openPlace(log, near, far);
  // A former member plays the hub, with a log of their own making.
  const own = testFork(log);
  const head = nextHead(genesisHead(log.genesis), 1, own.header, encodeCbor(own.sigs));
  const time = net.clock.now;
  const sig = createSigner(far.keys.privateKey)(
    LABELS.head,
    headMessage(log.logId, 0, 1, head, time),
  );
  const receipt = { logId: log.logId, gen: 0, seq: 1, head, time, sig };
  await refuses(feed(log, [own], { receipt }), "bad_signature");
  await name(log, named(near));
  await openPlace(log, near);
  await comesTo(log, near, 1);
  await refuses(feed(log, [own], { receipt }), "append_conflict");
  expect((await near.read(log)).head.seq).toBe(1);
});

function testFork(log: TestLog): StoredEntry {
  const made = log.entry();
  const [content] = made.entries;
  if (content === undefined) throw new Error("no entry");
  return { ...content, sigs: made.sigs, seq: 1 };
}

test("copies take no more than the node allows, one by one and together; the conversation goes on at its hub", async () => {
  const small = await net.node("small.localhost:1", { quota: { log: 20_000, all: 30_000 } });
  const none = await net.node("none.localhost:1", { quota: { log: 20_000, all: 0 } });
  const log = await openLog();
  await refuses(openPlace(log, none), "quota_exceeded");
  await openPlace(log, small);
  await name(log, named(small));
  for (let i = 0; i < 12; i++) await hub.call("logs.append", log.entry());
  await hub.mirrors.idle();
  expect(await holds(log, small)).toBeLessThan(10);
  const second = await openLog();
  await openPlace(second, small);
  await hub.call("logs.append", second.steward({ op: "mirrors", mirrors: named(small) }));
  for (let i = 0; i < 8; i++) await hub.call("logs.append", second.entry());
  const { bytes } = (await sizes(small)) ?? { bytes: 0 };
  expect(bytes).toBeLessThanOrEqual(30_000);
});

async function sizes(node: TestNode) {
  const { DatabaseSync } = await import("node:sqlite");
  const db = new DatabaseSync(node.file, { readOnly: true });
  const row = db.prepare("SELECT sum(bytes) AS bytes FROM logs").get() as { bytes: number };
  db.close();
  return row;
}

test("a copy is no hub: nothing is posted, closed or stored as a file there", async () => {
  const log = await mirrored();
  await refuses(near.call("logs.append", log.entry()), "busy");
  const { head } = await hub.read(log);
  const decision = decisionFor(log, head, log.stewards, near);
  await refuses(near.call("logs.close", { logId: log.logId, decision }), "log_not_found");
  const session = await log.session(log.seat, net.clock.now, near.name);
  const { token: reading } = await near.call("logs.session", session);
  await refuses(near.logs.sessionSeat(log.logId, reading), "log_not_found");
});

function decisionFor(log: TestLog, head: Head, by: readonly Keys[], to: TestNode): DecisionProof {
  const record = {
    op: "handover" as const,
    gen: head.gen + 1,
    hub: to.name,
    hubKey: to.keys.publicKey,
    oldKey: hub.keys.publicKey,
    seq: head.seq,
    head: head.head,
    epoch: log.state.epoch,
    postingKey: log.state.posting.publicKey,
    until: net.clock.now + 60_000,
  };
  const decision = { gen: record.gen, id: randomBytes(16), record };
  const digest = decisionDigest({ logId: log.logId, ...decision });
  const sigs = by.map((keys) => ({
    key: keys.publicKey,
    sig: createSigner(keys.privateKey)(LABELS.steward, digest),
  }));
  return { ...decision, sigs };
}
const takeOver = (log: TestLog, decision: DecisionProof, at: TestNode) =>
  at.call("logs.takeOver", { genesis: log.genesis, token: token(), decision });
async function opening(log: TestLog, { id, gen, record, sigs }: DecisionProof, at: TestNode) {
  const answer = await at.call(
    "logs.append",
    log.one(randomBytes(64), { kind: "steward", steward: record, appendId: id, gen }, (digest) => ({
      posting: createSigner(log.state.posting.privateKey)(LABELS.append, digest),
      stewards: sigs,
    })),
  );
  log.state.gen = gen;
  return answer;
}
const three = () => [ed25519Generate(), ed25519Generate(), ed25519Generate()];

test("the hub is dead: a mirror becomes the hub with all that it has, and feeds the other mirrors", async () => {
  const stewardKeys = three();
  const log = await mirrored(stewardKeys);
  await openPlace(log, far);
  await name(log, named(near, far));
  await comesTo(log, far, 6);
  await hub.call("logs.append", log.entry());
  for (const one of [near, far]) await comesTo(log, one, 7);
  const { head, entries } = await near.read(log);
  net.gone.add(hub.name);
  // One steward, or one who is none, takes no copy over.
  await refuses(
    takeOver(log, decisionFor(log, head, stewardKeys.slice(0, 1), near), near),
    "steward_majority",
  );
  await refuses(
    takeOver(log, decisionFor(log, head, [ed25519Generate()], near), near),
    "not_steward",
  );
  expect((await near.read(log)).entries).toEqual(entries);
  const decision = decisionFor(log, head, stewardKeys.slice(0, 2), near);
  expect(await takeOver(log, decision, near)).toMatchObject({ seq: head.seq });
  await opening(log, decision, near);
  const { seqs } = await near.call("logs.append", log.entry());
  const at = seqs[0] ?? 0;
  await comesTo(log, far, at);
  const there = await far.read(log);
  expect(there.entries.slice(0, head.seq)).toEqual(entries);
  expect(there.head).toMatchObject({ gen: 1, seq: at });
  expect(there.opened.mirrors).toEqual(named(far));
  expect(await verifyHead(near.keys.publicKey, there.head)).toBe(true);
});

test("a mirror that has more of the dead hub than went along begins anew with the new one", async () => {
  const stewardKeys = three();
  const log = await mirrored(stewardKeys);
  await openPlace(log, far);
  await name(log, named(near, far));
  await comesTo(log, far, 6);
  const { head } = await near.read(log);
  // Only the other one gets the last entry.
  net.gone.add(near.name);
  await hub.call("logs.append", log.entry());
  await comesTo(log, far, 7);
  net.gone.add(hub.name);
  net.gone.delete(near.name);
  const decision = decisionFor(log, head, stewardKeys.slice(0, 2), near);
  await takeOver(log, decision, near);
  await opening(log, decision, near);
  await expect
    .poll(async () => (await far.read(log).catch(() => null))?.head.gen, { timeout: 20_000 })
    .toBe(1);
  expect((await far.read(log)).entries).toEqual((await near.read(log)).entries);
});

test("a copy that nobody feeds for half a year goes", async () => {
  const log = await mirrored();
  net.clock.now += 179 * 86_400_000;
  await near.logs.expire();
  expect(await holds(log, near)).toBe(5);
  net.clock.now += 3 * 86_400_000;
  await near.logs.expire();
  expect(await holds(log, near)).toBe(undefined);
});

test("a hub that was off finds out at its next start what its mirrors lack", async () => {
  const log = await mirrored();
  net.gone.add(near.name);
  await hub.call("logs.append", log.entry());
  // For good: this is the last test.
  await hub.mirrors.close();
  net.gone.delete(near.name);
  expect(await holds(log, near)).toBe(5);
  const { createFeeder } = await import("./feeder.ts");
  const feeder = createFeeder({
    store: hub.store,
    name: hub.name,
    nodeKey: hub.keys.privateKey,
    outbound: {
      check: () => undefined,
      close: () => undefined,
      send: async (_target, { path, body = new Uint8Array() }) => ({
        ...(await near.answer(path.slice("/api/v1/".length), body)),
        type: "",
      }),
    },
    copyOf: (logId, after) => hub.logs.copy(logId, after),
    now: () => net.clock.now,
  });
  await feeder.start();
  await feeder.idle();
  expect(await holds(log, near)).toBe(6);
  await feeder.close();
});
