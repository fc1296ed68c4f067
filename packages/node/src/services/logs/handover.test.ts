import { ed25519FromSeed, ed25519Generate } from "@baraza/crypto";
import type { DecisionProof, Head, StoredEntry } from "@baraza/protocol";
import { LABELS } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSigner, randomBytes } from "../../crypto-fast.ts";
import type { Keys, TestLog } from "./log.testing.ts";
import { decisionDigest } from "./rules.ts";
import { HUB, refuses, startLogs } from "./service.testing.ts";

const NEW = "new.localhost:1";
type Hub = Awaited<ReturnType<typeof startLogs>>;
let old: Hub;
let next: Hub;
beforeAll(async () => {
  old = await startLogs();
  next = await startLogs(NEW);
});
afterAll(async () => {
  await old.close();
  await next.close();
});

const keyOf = (hub: Hub) => ed25519FromSeed(hub.nodeKey).publicKey;
const three = () => [ed25519Generate(), ed25519Generate(), ed25519Generate()] as [Keys, Keys, Keys];

/** A log with a commit, a seat and some entries at the old hub. */
async function busyLog() {
  const stewardKeys = three();
  const log = await old.open({ stewardKeys });
  await old.call("logs.append", log.batch(3));
  const firstPosting = log.state.posting;
  const posting = ed25519Generate();
  await old.call("logs.append", log.commit(posting));
  log.moved(posting);
  const seat = ed25519Generate();
  await old.call("logs.append", log.putSeat(seat));
  await old.call("logs.append", log.entry());
  return { log, stewardKeys, seat, firstPosting };
}

/** What the stewards sign. */
function decisionFor(
  log: TestLog,
  head: Head,
  by: readonly Keys[],
  changes: Partial<Extract<DecisionProof["record"], { op: "handover" }>> = {},
): DecisionProof {
  const record = {
    op: "handover" as const,
    gen: head.gen + 1,
    hub: NEW,
    hubKey: keyOf(next),
    oldKey: keyOf(old),
    seq: head.seq,
    head: head.head,
    epoch: log.state.epoch,
    postingKey: log.state.posting.publicKey,
    until: old.clock.now + 60_000,
    ...changes,
  };
  const decision = { gen: record.gen, id: randomBytes(16), record };
  const digest = decisionDigest({ logId: log.logId, ...decision });
  const sigs = by.map((keys) => ({
    key: keys.publicKey,
    sig: createSigner(keys.privateKey)(LABELS.steward, digest),
  }));
  return { ...decision, sigs };
}

const token = () => ({ input: randomBytes(32), output: new Uint8Array(64) });
const takeOver = (log: TestLog, decision: DecisionProof, at = next) =>
  at.call("logs.takeOver", { genesis: log.genesis, token: token(), decision });
const bring = (
  log: TestLog,
  decision: DecisionProof,
  entries: readonly StoredEntry[],
  receipt?: Head,
) =>
  next.call("logs.bring", {
    logId: log.logId,
    decisionId: decision.id,
    entries: [...entries],
    ...(receipt === undefined ? {} : { receipt }),
  });
/** The entry that opens the log at the new hub. */
function opening(log: TestLog, { id, gen, record, sigs }: DecisionProof) {
  const signed = log.one(
    randomBytes(64),
    { kind: "steward", steward: record, appendId: id, gen },
    (digest) => ({
      posting: createSigner(log.state.posting.privateKey)(LABELS.append, digest),
      stewards: sigs,
    }),
  );
  return next.call("logs.append", signed);
}

test("a log goes to another hub whole: entries verbatim, seats, stewards, and on from there", async () => {
  const { log, stewardKeys, seat } = await busyLog();
  const before = await old.read(log);
  const decision = decisionFor(log, before.head, stewardKeys.slice(0, 2));
  // What comes between the decision and the closing is the old hub's as well.
  await old.call("logs.append", log.entry());
  const { head } = await old.call("logs.close", { logId: log.logId, decision });
  expect(await old.call("logs.close", { logId: log.logId, decision })).toMatchObject({
    head: { seq: head.seq },
  });
  await refuses(old.call("logs.append", log.entry()), "log_moved");
  const read = await old.read(log);
  expect(read.moved).toEqual(decision);
  expect(await takeOver(log, decision)).toMatchObject({ seq: 0 });
  await refuses(next.call("logs.append", log.entry()), "busy");
  await bring(log, decision, read.entries.slice(0, 3));
  expect(await next.read(log)).toMatchObject({ gathering: true, head: { gen: 0, seq: 3 } });
  // Cut off, and begun again.
  expect(await takeOver(log, decision)).toMatchObject({ seq: 3 });
  expect(await bring(log, decision, read.entries, head)).toEqual({ seq: head.seq });
  expect(await opening(log, decision)).toMatchObject({ seqs: [head.seq + 1] });
  log.state.gen = 1;
  await next.call("logs.append", log.entry());
  for (const keys of [log.seat, seat]) {
    const session = await log.session(keys, next.clock.now, NEW);
    const { token: reading } = await next.call("logs.session", session);
    const there = await next.call("logs.read", { logId: log.logId, token: reading, after: 0 });
    expect(there.entries.slice(0, head.seq)).toEqual(read.entries);
    expect(there.head).toMatchObject({ gen: 1, seq: head.seq + 2 });
    expect(there.base).toEqual({ gen: 1, seq: head.seq, head: head.head });
  }
  await refuses(takeOver(log, decision), "log_exists");
});

test("a minority hands nothing over, at neither hub", async () => {
  const { log, stewardKeys } = await busyLog();
  const { head, entries } = await old.read(log);
  const decision = decisionFor(log, head, stewardKeys.slice(0, 1));
  await refuses(old.call("logs.close", { logId: log.logId, decision }), "steward_majority");
  const stranger = decisionFor(log, head, [stewardKeys[0], ed25519Generate()]);
  await refuses(
    old.call("logs.close", { logId: log.logId, decision: stranger }),
    "steward_majority",
  );
  const strangers = decisionFor(log, head, [ed25519Generate(), ed25519Generate()]);
  await refuses(old.call("logs.close", { logId: log.logId, decision: strangers }), "not_steward");
  await takeOver(log, decision);
  await bring(log, decision, entries);
  await refuses(opening(log, decision), "steward_majority");
});

test("a decision of another generation, expired, or for another node is refused", async () => {
  const { log, stewardKeys } = await busyLog();
  const { head } = await old.read(log);
  const by = stewardKeys.slice(0, 2);
  const close = (decision: DecisionProof) => old.call("logs.close", { logId: log.logId, decision });
  await refuses(close(decisionFor(log, head, by, { gen: 2 })), "stale_generation");
  await refuses(close(decisionFor(log, head, by, { until: 1 })), "decision_expired");
  await refuses(close(decisionFor(log, { ...head, seq: head.seq + 1 }, by)), "stale_generation");
  const elsewhere = decisionFor(log, head, by, { hub: HUB, hubKey: keyOf(old) });
  await refuses(takeOver(log, elsewhere), "malformed");
  await refuses(
    takeOver(log, decisionFor(log, head, by, { hubKey: randomBytes(32) })),
    "malformed",
  );
});

test("after one hand-over the old hub knows no other for the same generation", async () => {
  const { log, stewardKeys } = await busyLog();
  const { head } = await old.read(log);
  const [a, b] = [decisionFor(log, head, stewardKeys), decisionFor(log, head, stewardKeys)];
  await old.call("logs.close", { logId: log.logId, decision: a });
  await refuses(old.call("logs.close", { logId: log.logId, decision: b }), "log_moved");
});

test("what the old hub did not sign is not taken in behind the decision, nor what leads elsewhere", async () => {
  const { log, stewardKeys } = await busyLog();
  const { head, entries } = await old.read(log);
  const decision = decisionFor(log, head, stewardKeys.slice(0, 2));
  await takeOver(log, decision);
  const [first] = entries;
  if (first === undefined) throw new Error("no entries");
  await refuses(bring(log, decision, entries.slice(1)), "malformed");
  // A member makes up an entry in the place of the last one.
  const made = log.entry();
  const [content] = made.entries;
  if (content === undefined) throw new Error("no entry");
  const own = { ...content, sigs: made.sigs };
  const lie = [...entries.slice(0, -1), { ...own, seq: head.seq }];
  await refuses(bring(log, decision, lie), "malformed");
  await bring(log, decision, entries);
  // Or adds one that the hub has never had.
  const added = [...entries, { ...own, seq: head.seq + 1 }];
  await refuses(bring(log, decision, added), "bad_signature");
  await refuses(bring(log, decision, added, { ...head, seq: head.seq + 1 }), "bad_signature");
  expect(await opening(log, decision)).toMatchObject({ seqs: [head.seq + 1] });
});

test("it cannot be opened before everything is there that the decision names", async () => {
  const { log, stewardKeys, firstPosting } = await busyLog();
  const { head, entries } = await old.read(log);
  const decision = decisionFor(log, head, stewardKeys.slice(0, 2));
  await takeOver(log, decision);
  await bring(log, decision, entries.slice(0, 3));
  const { epoch, posting } = log.state;
  log.state.epoch = 0;
  log.state.posting = firstPosting;
  await refuses(opening(log, decision), "stale_generation");
  log.state.epoch = epoch;
  log.state.posting = posting;
  await bring(log, decision, entries);
  await opening(log, decision);
});

test("a place that was opened in time is filled and opened afterwards; a new one is not opened any more", async () => {
  const { log, stewardKeys } = await busyLog();
  const { head, entries } = await old.read(log);
  const by = stewardKeys.slice(0, 2);
  const until = old.clock.now + 60_000;
  const decision = decisionFor(log, head, by, { until });
  await takeOver(log, decision);
  next.clock.now = until + 1;
  await refuses(takeOver(log, decisionFor(log, head, by, { until })), "decision_expired");
  expect(await takeOver(log, decision)).toMatchObject({ seq: 0 });
  await bring(log, decision, entries);
  expect(await opening(log, decision)).toMatchObject({ seqs: [head.seq + 1] });
});
