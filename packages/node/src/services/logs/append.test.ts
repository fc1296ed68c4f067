import {
  genesisHead,
  nextHead,
  verifyHead,
  ed25519FromSeed,
  ed25519Generate,
} from "@baraza/crypto";
import { decodeResponse, encodeCbor } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomBytes, sha256 } from "../../crypto-fast.ts";
import { Encoded } from "../../http/registry.ts";
import { testLog, testSlot } from "./log.testing.ts";
import { HUB, refuses, startLogs } from "./service.testing.ts";

let logs: Awaited<ReturnType<typeof startLogs>>;
beforeAll(async () => {
  logs = await startLogs();
});
afterAll(() => logs.close());

const slotOf = (outer: ReturnType<typeof ed25519Generate>) => ({
  bytes: testSlot(outer.publicKey),
  outer,
});

test("creating a log answers its id and a head over the genesis", async () => {
  const log = testLog(HUB);
  const { logId, head } = await logs.create(log);
  expect(logId).toEqual(log.logId);
  expect(head.seq).toBe(0);
  expect(head.head).toEqual(genesisHead(log.genesis));
  expect(await verifyHead(ed25519FromSeed(logs.nodeKey).publicKey, head)).toBe(true);
});

test("a token opens one log; repeating the same creation is harmless", async () => {
  const log = testLog(HUB);
  const token = { input: randomBytes(32), output: new Uint8Array(64) };
  await logs.create(log, token);
  expect((await logs.create(log, token)).logId).toEqual(log.logId);
  await refuses(logs.create(testLog(HUB), token), "token_spent");
  await refuses(logs.create(log), "log_exists");
});

test("a token that the node did not issue, or a genesis for another hub, opens nothing", async () => {
  const output = new Uint8Array(64).fill(0xff);
  const log = testLog(HUB);
  await refuses(logs.create(log, { input: randomBytes(32), output }), "token_spent");
  await refuses(logs.create(testLog("other.localhost:2")), "malformed", { field: "genesis.hub" });
  await refuses(logs.create(testLog(HUB, { postingKey: new Uint8Array(32) })), "malformed", {
    field: "genesis.postingKey",
  });
  await refuses(logs.create(testLog(HUB, { seatId: randomBytes(16) })), "malformed", {
    field: "genesis.seatId",
  });
  await refuses(logs.call("logs.append", log.entry()), "log_not_found");
});

test("entries get the next numbers, the head chains them, and one signature covers a batch", async () => {
  const log = await logs.open();
  const first = log.entry();
  const one = await logs.call("logs.append", first);
  expect(one.seqs).toEqual([1]);
  const many = log.batch(3);
  const three = await logs.call("logs.append", many);
  expect(three.seqs).toEqual([2, 3, 4]);

  const { entries, head, more } = await logs.read(log);
  expect(more).toBe(false);
  expect(entries.map((entry) => entry.seq)).toEqual([1, 2, 3, 4]);
  expect(entries[0]?.body).toEqual(first.entries[0]?.body);
  expect(entries[2]?.sigs.batch).toMatchObject({ index: 1, count: 3 });
  let chain = genesisHead(log.genesis);
  for (const entry of entries) chain = nextHead(chain, entry.seq, entry.header, entry.sigs);
  expect(head.head).toEqual(chain);
  expect(await verifyHead(ed25519FromSeed(logs.nodeKey).publicKey, head)).toBe(true);
});

test("a repeated append is answered as the first time, even after the posting key has changed", async () => {
  const log = await logs.open();
  const request = log.batch(2);
  const first = await logs.call("logs.append", request);
  const next = ed25519Generate();
  await logs.call("logs.append", log.commit(next));
  const again = await logs.call("logs.append", request);
  expect(again).toMatchObject({ seqs: first.seqs, repeated: true });
  expect(again.head.seq).toBe(3);
});

test("an appendId that stands for something else, or only partly known ones, are refused", async () => {
  const log = await logs.open();
  const appendId = randomBytes(16);
  await logs.call("logs.append", log.entry({ appendId }));
  await refuses(logs.call("logs.append", log.entry({ appendId })), "append_conflict");
  const known = log.batch(1);
  await logs.call("logs.append", known);
  const more = log.batch(2);
  const mixed = { ...more, entries: [...known.entries, ...more.entries] };
  await refuses(logs.call("logs.append", mixed), "append_conflict");
  const turned = { ...more, entries: [...more.entries, ...known.entries] };
  await refuses(logs.call("logs.append", turned), "append_conflict");
});

test("a wrong posting key, a changed header or a foreign batch signature is refused and stores nothing", async () => {
  const log = await logs.open();
  await refuses(logs.call("logs.append", log.entry({}, ed25519Generate())), "bad_signature");
  const batch = log.batch(3);
  const fewer = { ...batch, entries: batch.entries.slice(0, 2) };
  await refuses(logs.call("logs.append", fewer), "bad_signature");
  const swapped = { ...batch, entries: batch.entries.toReversed() };
  await refuses(logs.call("logs.append", swapped), "bad_signature");
  expect((await logs.read(log)).entries).toEqual([]);
});

test("what does not fit by itself is malformed and says which part", async () => {
  const log = await logs.open();
  const field = (request: Parameters<typeof logs.call<"logs.append">>[1], name: string) =>
    refuses(logs.call("logs.append", request), "malformed", { field: name });
  const entry = log.entry();
  const [{ header, body } = { header: new Uint8Array(), body: new Uint8Array() }] = entry.entries;
  await field({ ...entry, entries: [{ header, body: body.subarray(1) }] }, "header.bodyLen");
  const changed = body.slice();
  changed[0] = (changed[0] ?? 0) ^ 1;
  await field({ ...entry, entries: [{ header, body: changed }] }, "header.bodyHash");
  await field({ ...entry, logId: randomBytes(32) }, "header.logId");
  await field({ ...entry, slot: randomBytes(8) }, "slot");
  await field({ ...entry, sigs: {} }, "sigs.posting");
  await field({ ...entry, sigs: { ...entry.sigs, seat: new Uint8Array(64) } }, "sigs.seat");
  const next = ed25519Generate();
  const slotted = log.commit(next, { slot: slotOf(ed25519Generate()) });
  await field({ ...slotted, slot: testSlot(next.publicKey) }, "slot");
  const named = { bytes: testSlot(next.publicKey), outer: ed25519Generate() };
  await field(log.commit(next, { slot: named }), "slot");
  const unnamed = { slotHash: randomBytes(32) };
  await field(log.commit(next, { fields: unnamed }), "outerKey");
  await field({ ...log.commit(next), sigs: entry.sigs }, "sigs.seat");
  await field(log.commit({ ...next, publicKey: new Uint8Array(32) }), "nextPostingKey");
  const two = [...log.commit(next).entries, ...log.entry().entries];
  await field({ ...entry, entries: two }, "entries");
  await field({ ...entry, entries: [...entry.entries, ...entry.entries] }, "appendId");
  // Not canonical: the same map with one key too many bytes away.
  const loose = new Uint8Array([...header, 0]);
  await refuses(
    logs.call("logs.append", { ...entry, entries: [{ header: loose, body }] }),
    "malformed",
  );
  expect((await logs.read(log)).entries).toEqual([]);
});

test("of two racing commits one stands, and the other is stale and told the epoch", async () => {
  const log = await logs.open();
  const [a, b] = [ed25519Generate(), ed25519Generate()];
  const results = await Promise.allSettled([
    logs.call("logs.append", log.commit(a)),
    logs.call("logs.append", log.commit(b)),
  ]);
  expect(results.map((result) => result.status).toSorted()).toEqual(["fulfilled", "rejected"]);
  const refused = results.find((result) => result.status === "rejected");
  expect(refused?.reason).toMatchObject({ code: "stale_epoch", data: { epoch: 1, seq: 1 } });
});

test("a hub that has less of the log than the sender has seen takes nothing new in", async () => {
  const log = await logs.open();
  await refuses(logs.call("logs.append", { ...log.entry(), seen: 1 }), "stale_generation");
  expect((await logs.call("logs.append", { ...log.entry(), seen: 0 })).seqs).toEqual([1]);
});

test("a commit switches the posting key: the old one is worth nothing in the new epoch", async () => {
  const log = await logs.open();
  const old = log.state.posting;
  const next = ed25519Generate();
  await logs.call("logs.append", log.commit(next, { slot: slotOf(ed25519Generate()) }));
  await refuses(logs.call("logs.append", log.entry()), "stale_epoch", { epoch: 1, seq: 1 });
  log.moved(next);
  await refuses(logs.call("logs.append", log.entry({}, old)), "bad_signature");
  expect((await logs.call("logs.append", log.entry())).seqs).toEqual([2]);
  await refuses(logs.call("logs.append", log.entry({ gen: 1 })), "stale_generation", { gen: 0 });
});

test("a commit needs a live seat and all three signatures", async () => {
  const log = await logs.open();
  const next = ed25519Generate();
  await refuses(
    logs.call("logs.append", log.commit(next, { seat: ed25519Generate() })),
    "seat_unknown",
  );
  await refuses(
    logs.call("logs.append", log.commit(next, { posting: ed25519Generate() })),
    "bad_signature",
  );
  const good = log.commit(next);
  for (const name of ["posting", "seat", "next"] as const) {
    const sigs = { ...good.sigs, [name]: new Uint8Array(64) };
    await refuses(logs.call("logs.append", { ...good, sigs }), "bad_signature");
  }
  await logs.call("logs.append", good);
});

test("a blob that is not there cannot be named, and the append that names it stores nothing", async () => {
  const log = await logs.open();
  await refuses(
    logs.call("logs.append", log.entry({ blobs: [randomBytes(16)] })),
    "blob_incomplete",
  );
  expect((await logs.read(log)).entries).toEqual([]);
});

test("appends that become durable together get one receipt", async () => {
  const log = await logs.open();
  const requests = Array.from({ length: 40 }, () => log.entry());
  const handler = logs.service.routes["logs.append"];
  if (handler === undefined) throw new Error("no handler");
  const context = { now: Date.now, account: null, sealed: false, limitKey: "", limit: () => {} };
  const answers = await Promise.all(
    requests.map(async (request) => {
      const answer = await handler(request, context);
      return answer instanceof Encoded ? decodeResponse("logs.append", 200, answer.bytes) : answer;
    }),
  );
  expect(answers.flatMap((answer) => answer.seqs).toSorted((x, y) => x - y)).toEqual(
    requests.map((_, index) => index + 1),
  );
  for (const { seqs, head } of answers) expect(head.seq).toBeGreaterThanOrEqual(seqs[0] ?? 0);
  expect(new Set(answers.map((answer) => answer.head.seq)).size).toBeLessThan(requests.length);
});

test("what was appended is handed on with the very signatures that are stored", async () => {
  const log = await logs.open();
  await logs.call("logs.append", log.batch(2));
  const { entries } = await logs.read(log);
  const last = logs.appended.at(-1);
  expect(last?.entries.map((entry) => entry.sigs)).toEqual(
    entries.map((entry) => encodeCbor(entry.sigs)),
  );
  expect(last?.entries.map((entry) => sha256(entry.body))).toEqual(
    entries.map((entry) => sha256(entry.body)),
  );
});
