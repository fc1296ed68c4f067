import { join } from "node:path";
import { ed25519FromSeed, ed25519Generate } from "@baraza/crypto";
import type { Bytes, DecisionProof } from "@baraza/protocol";
import { encodeCbor, LABELS, LIMITS, ProtocolError } from "@baraza/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createSigner, randomBytes, sha256 } from "../../crypto-fast.ts";
import type { Outbound } from "../../edges/outbound.ts";
import { startFrame, temporaryDirectory } from "../../http/frame.testing.ts";
import { openSqliteStore } from "../../store/sqlite/index.ts";
import { createLogs } from "../logs/index.ts";
import type { Keys, TestLog } from "../logs/log.testing.ts";
import { testLog } from "../logs/log.testing.ts";
import { decisionDigest } from "../logs/rules.ts";
import { refuses } from "../node.testing.ts";
import type { BlobsService } from "./index.ts";
import { createBlobs } from "./index.ts";

const OLD = "old.localhost:1";
const NEW = "new.localhost:1";
const hubs = new Map<string, Hub>();
/** Nodes that do not answer. */
const away = new Set<string>();
let old: Hub;
let next: Hub;
let clock: { now: number };

beforeEach(async () => {
  clock = { now: Date.now() };
  old = await startHub(OLD, 50_000_000);
  next = await startHub(NEW, 50_000_000);
});
afterEach(async () => {
  away.clear();
  await Promise.all([...hubs.values()].map((hub) => hub.close()));
  hubs.clear();
});

type Hub = Awaited<ReturnType<typeof startHub>>;

/** Logs and blobs of a node, and a way to the other nodes of this file. */
async function startHub(name: string, quota: number) {
  const directory = await temporaryDirectory();
  const store = await openSqliteStore(join(directory.path, "store.sqlite"));
  const nodeKey = randomBytes(32);
  const room = { log: quota };
  const now = () => clock.now;
  const reached = (node: string): Hub => {
    const hub = hubs.get(node);
    if (hub === undefined || away.has(node)) throw new ProtocolError("target_unreachable");
    return hub;
  };
  const outbound: Outbound = {
    check: () => undefined,
    close: () => undefined,
    send: async (node, { path, body = new Uint8Array() }) => {
      const answer = await reached(node).frame.client.post(path.slice("/api/v1/".length), body);
      return { type: "application/cbor", ...answer };
    },
  };
  let opened: Promise<void> = Promise.resolve();
  const service: BlobsService = await createBlobs({
    store,
    dir: join(directory.path, "blobs"),
    sessionSeat: (logId, token) => logs.sessionSeat(logId, token),
    quota: { log: 0, node: 1e9 },
    logQuota: async () => room.log,
    name,
    others: {
      nodeKey,
      outbound,
      nodeKeyOf: async (node) => ed25519FromSeed(reached(node).nodeKey).publicKey,
      retryMs: 20,
      retryMaxMs: 50,
    },
    now,
  });
  const logs = createLogs({
    store,
    name,
    nodeKey,
    logSessionSecret: randomBytes(32),
    redeemToken: () => true,
    onOpened: (logId) => {
      service.incoming.opened(logId);
      opened = service.incoming.idle();
    },
    bringBlobs: (logId, blobIds) => service.incoming.bring(logId, blobIds),
    now,
  });
  const frame = await startFrame({ handlers: { ...logs.routes, ...service.routes } });
  const tokenOf = async (log: TestLog) =>
    (await frame.client.call("logs.session", await log.session(log.seat, clock.now, name))).token;
  const hub = {
    name,
    nodeKey,
    room,
    store,
    service,
    frame,
    call: frame.client.call,
    tokenOf,
    /** When what an opening began is over. */
    settled: () => opened,
    put: async (log: TestLog, { blobId, chunks }: TestBlob) => {
      const token = await tokenOf(log);
      const { logId } = log;
      const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      const numbers = { blobId, chunks: chunks.length, bytes };
      await frame.client.call("blobs.create", { logId, token, ...numbers });
      for (const [index, chunk] of chunks.entries())
        await frame.client.call("blobs.put", { logId, token, blobId, index, chunk });
    },
    get: async (log: TestLog, blobId: Bytes, index: number) =>
      frame.client.call("blobs.get", {
        logId: log.logId,
        token: await tokenOf(log),
        blobId,
        index,
      }),
    state: async (log: TestLog) =>
      frame.client.call("blobs.state", { logId: log.logId, token: await tokenOf(log) }),
    close: async () => {
      await service.close();
      await logs.close();
      await frame.close();
      await store.close();
      await directory.remove();
    },
  };
  hubs.set(name, hub);
  return hub;
}

type TestBlob = { blobId: Bytes; chunks: Bytes[] };
const blob = (...sizes: number[]): TestBlob => ({
  blobId: randomBytes(16),
  chunks: sizes.map((size) => randomBytes(size)),
});

/** A log at the old hub with an entry that names all of these. */
async function logWith(blobs: readonly TestBlob[]) {
  const stewardKeys: [Keys] = [ed25519Generate()];
  const log = testLog(OLD, { stewardKeys });
  const token = { input: randomBytes(32), output: new Uint8Array(64) };
  await old.call("logs.create", { genesis: log.genesis, token });
  for (const one of blobs) await old.put(log, one);
  await old.call("logs.append", log.entry({ blobs: blobs.map(({ blobId }) => blobId) }));
  return { log, stewardKeys };
}

/** What the stewards decide: the new hub from where the old one stands. */
async function decide(log: TestLog, by: readonly Keys[]): Promise<DecisionProof> {
  const token = await old.tokenOf(log);
  const { head } = await old.call("logs.read", { logId: log.logId, token, after: 0 });
  const record = {
    op: "handover" as const,
    gen: head.gen + 1,
    hub: NEW,
    hubKey: ed25519FromSeed(next.nodeKey).publicKey,
    oldKey: ed25519FromSeed(old.nodeKey).publicKey,
    seq: head.seq,
    head: head.head,
    epoch: log.state.epoch,
    postingKey: log.state.posting.publicKey,
    until: clock.now + 60_000,
  };
  const decision = { gen: record.gen, id: randomBytes(16), record };
  const digest = decisionDigest({ logId: log.logId, ...decision });
  const sigs = by.map((keys) => ({
    key: keys.publicKey,
    sig: createSigner(keys.privateKey)(LABELS.steward, digest),
  }));
  return { ...decision, sigs };
}

/** Brings the log over, and opens it. `closing`: the old hub answers. */
async function handOver(log: TestLog, by: readonly Keys[], closing = true) {
  const decision = await decide(log, by);
  const { logId, genesis } = log;
  const reading = await old.tokenOf(log);
  const { entries } = await old.call("logs.read", { logId, token: reading, after: 0 });
  if (closing) await old.call("logs.close", { logId, decision });
  const token = { input: randomBytes(32), output: new Uint8Array(64) };
  await next.call("logs.takeOver", { genesis, token, decision });
  await next.call("logs.bring", { logId, decisionId: decision.id, entries });
  const { id, gen, record, sigs } = decision;
  await next.call(
    "logs.append",
    log.one(randomBytes(64), { kind: "steward", steward: record, appendId: id, gen }, (digest) => ({
      posting: createSigner(log.state.posting.privateKey)(LABELS.append, digest),
      stewards: sigs,
    })),
  );
  log.state.gen = gen;
  return decision;
}

async function expectAt(hub: Hub, log: TestLog, { blobId, chunks }: TestBlob) {
  for (const [index, chunk] of chunks.entries())
    expect((await hub.get(log, blobId, index)).chunk).toEqual(chunk);
}

test("what entries name goes over sealed as it is, and the hub before lets go of it after its time", async () => {
  const blobs = [blob(1000, 1000, 500), blob(20), ...Array.from({ length: 30 }, () => blob(64))];
  const { log, stewardKeys } = await logWith(blobs);
  const unnamed = blob(700);
  await old.put(log, unnamed);
  await handOver(log, stewardKeys);
  await next.settled();
  away.add(OLD);
  for (const one of blobs) await expectAt(next, log, one);
  await refuses(next.get(log, unnamed.blobId, 0), "not_found");
  const { missing, coming, full, bytes } = await next.state(log);
  expect({ missing, coming, full, bytes }).toEqual({
    missing: [],
    coming: false,
    full: false,
    bytes: 2520 + 30 * 64,
  });
  // Kept there for a while, for those who come late; then it goes.
  await old.service.collect();
  for (const one of blobs) await expectAt(old, log, one);
  clock.now += LIMITS.blobRestMs + 1;
  expect(await old.service.collect()).toBeGreaterThanOrEqual(34);
});

test("what is not over yet is passed through to whoever reads; while it comes nobody puts anything in its place", async () => {
  const one = blob(900, 900);
  const { log, stewardKeys } = await logWith([one]);
  next.room.log = 1000;
  await handOver(log, stewardKeys);
  await next.settled();
  const { missing, coming, full, quota } = await next.state(log);
  expect({ missing, coming, full, quota }).toEqual({
    missing: [one.blobId],
    coming: false,
    full: true,
    quota: 1000,
  });
  await expectAt(next, log, one);
  // Also of what would still fit.
  await refuses(next.put(log, { ...one, chunks: [randomBytes(9)] }), "quota_exceeded");
  // There is room now, and it comes; who was there in between finds it busy.
  next.room.log = 100_000;
  next.service.incoming.opened(log.logId);
  await refuses(next.put(log, { ...one, chunks: [randomBytes(900), randomBytes(900)] }), "busy");
  await next.service.incoming.idle();
  away.add(OLD);
  await expectAt(next, log, one);
  await refuses(
    next.put(log, { ...one, chunks: [randomBytes(900), randomBytes(900)] }),
    "blob_conflict",
  );
  await expectAt(next, log, one);
});

test("a hub that was away gives what it has when it comes back, by the stewards' decision, to that node alone", async () => {
  const one = blob(900);
  const { log, stewardKeys } = await logWith([one]);
  away.add(OLD);
  const decision = await handOver(log, stewardKeys, false);
  await next.settled();
  await refuses(next.get(log, one.blobId, 0), "not_found");
  expect(await next.state(log)).toMatchObject({ coming: false, full: false });
  away.clear();
  const { logId } = log;
  const fields = { logId, blobId: one.blobId, index: 0, to: OLD, time: clock.now };
  const ask = (key: Bytes, changes: object = {}, by: DecisionProof = decision) => {
    const signed = { ...fields, ...changes };
    const sig = createSigner(key)(LABELS.blobFetch, sha256(encodeCbor(signed)));
    return old.call("blobs.fetch", { ...signed, sig, decision: by });
  };
  await refuses(ask(randomBytes(32)), "bad_signature");
  await refuses(ask(next.nodeKey, { to: NEW }), "bad_signature");
  await refuses(ask(next.nodeKey, { time: clock.now - 3_600_000 }), "bad_signature");
  const stranger = await decide(log, [ed25519Generate()]);
  await refuses(ask(next.nodeKey, {}, stranger), "not_steward");
  expect((await ask(next.nodeKey)).chunk).toEqual(one.chunks[0]);
  // It goes on by itself.
  await expect.poll(async () => (await next.state(log)).missing.length).toBe(0);
  away.add(OLD);
  await expectAt(next, log, one);
});

test("with the hub before gone, members bring what they hold; the first bytes under an id stay", async () => {
  const one = blob(900, 300);
  const { log, stewardKeys } = await logWith([one]);
  away.add(OLD);
  await handOver(log, stewardKeys, false);
  await next.settled();
  await next.put(log, one);
  await expectAt(next, log, one);
  expect((await next.state(log)).missing).toEqual([]);
  await refuses(
    next.put(log, { ...one, chunks: [randomBytes(900), one.chunks[1]!] }),
    "blob_conflict",
  );
  // The entry that named it keeps it.
  clock.now += 2 * LIMITS.blobGraceMs;
  await next.service.collect();
  await expectAt(next, log, one);
});

test("what is said once more at the new hub is kept there with what it names", async () => {
  const one = blob(900);
  const { log, stewardKeys } = await logWith([]);
  await old.put(log, one);
  await handOver(log, stewardKeys);
  await next.call("logs.append", log.entry({ blobs: [one.blobId] }));
  away.add(OLD);
  await expectAt(next, log, one);
  const lost = blob(10);
  await refuses(next.call("logs.append", log.entry({ blobs: [lost.blobId] })), "blob_incomplete");
});

test("what was deleted for good before it came over does not come", async () => {
  const one = blob(900);
  const { log, stewardKeys } = await logWith([one]);
  away.add(OLD);
  await handOver(log, stewardKeys, false);
  await next.settled();
  await next.call("logs.append", log.entry({ drops: [one.blobId] }));
  away.clear();
  expect((await next.state(log)).missing).toEqual([]);
  await refuses(next.get(log, one.blobId, 0), "not_found");
});
