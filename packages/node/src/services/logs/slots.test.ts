import { ed25519Generate } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomBytes, seatIdOf } from "../../crypto-fast.ts";
import type { Keys, TestLog } from "./log.testing.ts";
import { testLog, testSlot } from "./log.testing.ts";
import { HUB, refuses, startLogs } from "./service.testing.ts";

let logs: Awaited<ReturnType<typeof startLogs>>;
beforeAll(async () => {
  logs = await startLogs();
});
afterAll(() => logs.close());

/** A slot that can be asked for by `tag`. */
function slotWith(outer: Keys, tag: Bytes) {
  return { bytes: testSlot(outer.publicKey, tag), outer };
}

const ask = (log: TestLog, ...tags: Bytes[]) => logs.call("logs.slot", { logId: log.logId, tags });

test("a slot is read without a seat by a tag in it, and what is not there is not told apart", async () => {
  const log = await logs.open();
  const [outer, tag] = [ed25519Generate(), randomBytes(16)];
  await refuses(ask(log, tag), "not_found");
  await logs.call("logs.append", log.commit(ed25519Generate(), { slot: slotWith(outer, tag) }));
  const found = await ask(log, randomBytes(16), tag);
  expect(found).toMatchObject({ genesis: log.genesis, outerKey: outer.publicKey, epoch: 1 });
  expect(found.envelope.tag).toEqual(tag);
  expect(found.head.seq).toBe(1);
  await refuses(ask(log, randomBytes(16)), "not_found");
  await refuses(ask(testLog(HUB), tag), "not_found");
});

test("a slot is there from the first moment of a log on", async () => {
  const [outer, tag] = [ed25519Generate(), randomBytes(16)];
  const token = { input: randomBytes(32), output: new Uint8Array(64) };
  const log = testLog(HUB, { outerKey: outer.publicKey });
  const slot = testSlot(outer.publicKey, tag);
  await refuses(
    logs.call("logs.create", { genesis: testLog(HUB).genesis, token, slot }),
    "malformed",
    { field: "slot" },
  );
  await logs.call("logs.create", { genesis: log.genesis, token, slot });
  expect((await ask(log, tag)).epoch).toBe(0);
  await logs.call("logs.append", log.rejoin(outer, ed25519Generate()));
});

test("each commit swaps the slot, and one that brings none leaves none", async () => {
  const log = await logs.open();
  const [first, second] = [randomBytes(16), randomBytes(16)];
  for (const tag of [first, second]) {
    const next = ed25519Generate();
    const slot = slotWith(ed25519Generate(), tag);
    await logs.call("logs.append", log.commit(next, { slot }));
    log.moved(next);
  }
  await refuses(ask(log, first), "not_found");
  await ask(log, second);
  expect(await logs.call("logs.session", await log.session())).toMatchObject({ slot: true });
  const { slot: lost, ...request } = log.commit(ed25519Generate(), {
    slot: slotWith(ed25519Generate(), first),
  });
  expect(lost).toBeDefined();
  await logs.call("logs.append", request);
  await refuses(ask(log, second), "not_found");
  expect(await logs.call("logs.session", await log.session())).toMatchObject({ slot: false });
});

test("a rejoin is signed by the slot's key, its own new seat and the next posting key, and by nothing else", async () => {
  const log = await logs.open();
  const outer = ed25519Generate();
  const next = ed25519Generate();
  // Nobody has put a slot yet.
  await refuses(logs.call("logs.append", log.rejoin(outer, next)), "bad_signature");
  const tag = randomBytes(16);
  await logs.call("logs.append", log.commit(next, { slot: slotWith(outer, tag) }));
  log.moved(next);
  const later = ed25519Generate();
  const good = log.rejoin(outer, later);
  for (const name of ["outer", "seat", "next"] as const) {
    const sigs = { ...good.sigs, [name]: new Uint8Array(64) };
    await refuses(logs.call("logs.append", { ...good, sigs }), "bad_signature");
  }
  await refuses(logs.call("logs.append", log.rejoin(ed25519Generate(), later)), "bad_signature");
  const { outer: _, ...unsigned } = good.sigs;
  await refuses(logs.call("logs.append", { ...good, sigs: unsigned }), "malformed", {
    field: "sigs.outer",
  });
  const withPosting = { ...good.sigs, posting: new Uint8Array(64) };
  await refuses(logs.call("logs.append", { ...good, sigs: withPosting }), "malformed", {
    field: "sigs.posting",
  });
  for (const addSeats of [undefined, [ed25519Generate().publicKey]])
    await refuses(
      logs.call("logs.append", log.rejoin(outer, later, { fields: { addSeats } })),
      "malformed",
      { field: "addSeats" },
    );
  await refuses(
    logs.call("logs.append", log.rejoin(outer, later, { seat: log.seat })),
    "seat_conflict",
  );
  const seat = ed25519Generate();
  const request = log.rejoin(outer, later, { seat });
  await logs.call("logs.append", request);
  expect((await logs.call("logs.append", request)).repeated).toBe(true);
  log.moved(later);
  // It reads with the seat that it brought.
  const session = await logs.call("logs.session", await log.session(seat));
  expect(session.epoch).toBe(2);
});

test("a removal's commit with another key locks out whoever knows the former one", async () => {
  const log = await logs.open();
  const [former, renewed] = [ed25519Generate(), ed25519Generate()];
  for (const outer of [former, renewed]) {
    const next = ed25519Generate();
    await logs.call("logs.append", log.commit(next, { slot: slotWith(outer, randomBytes(16)) }));
    log.moved(next);
  }
  const next = ed25519Generate();
  await refuses(logs.call("logs.append", log.rejoin(former, next)), "bad_signature");
  await logs.call("logs.append", log.rejoin(renewed, next));
});

test("a stale rejoin is told the epoch, whoever signs it", async () => {
  const log = await logs.open();
  const outer = ed25519Generate();
  const next = ed25519Generate();
  await logs.call("logs.append", log.commit(next, { slot: slotWith(outer, randomBytes(16)) }));
  await refuses(logs.call("logs.append", log.rejoin(outer, next)), "stale_epoch", {
    epoch: 1,
    seq: 1,
  });
});

test("a void brings the former slot and its key back, and takes the seat of a rejoin away", async () => {
  const log = await logs.open();
  const [good, bad] = [ed25519Generate(), ed25519Generate()];
  const [goodTag, badTag] = [randomBytes(16), randomBytes(16)];
  const first = ed25519Generate();
  await logs.call("logs.append", log.commit(first, { slot: slotWith(good, goodTag) }));
  log.moved(first);
  const poison = ed25519Generate();
  const { seqs } = await logs.call(
    "logs.append",
    log.commit(poison, { slot: slotWith(bad, badTag) }),
  );
  log.moved(poison);
  const seat = ed25519Generate();
  const third = ed25519Generate();
  // It shields nothing: who poisons a commit can rejoin by its slot.
  await logs.call("logs.append", log.rejoin(bad, third, { seat }));
  const record = { op: "void" as const, seq: seqs[0] ?? 0, epoch: 1, postingKey: first.publicKey };
  await logs.call("logs.append", log.steward(record, undefined, { epoch: 1 }));
  log.moved(first, 1);
  await refuses(logs.call("logs.session", await log.session(seat)), "seat_unknown");
  expect((await ask(log, goodTag)).outerKey).toEqual(good.publicKey);
  await refuses(ask(log, badTag), "not_found");
  const next = ed25519Generate();
  await refuses(logs.call("logs.append", log.rejoin(bad, next)), "bad_signature");
  await logs.call("logs.append", log.rejoin(good, next, { seat }));
  expect(seatIdOf(seat.publicKey)).toHaveLength(16);
});

test("only the newest few slots are kept, so a void from far back leaves none, and still its key", async () => {
  const log = await logs.open();
  const outer = ed25519Generate();
  const tags = Array.from({ length: 6 }, () => randomBytes(16));
  let second = 0;
  let posting = log.state.posting;
  for (const [index, tag] of tags.entries()) {
    const next = ed25519Generate();
    const answer = await logs.call("logs.append", log.commit(next, { slot: slotWith(outer, tag) }));
    if (index === 1) second = answer.seqs[0] ?? 0;
    log.moved(next);
    if (index === 0) posting = next;
  }
  const record = { op: "void" as const, seq: second, epoch: 1, postingKey: posting.publicKey };
  await logs.call("logs.append", log.steward(record, undefined, { epoch: 1 }));
  log.moved(posting, 1);
  for (const tag of tags) await refuses(ask(log, tag), "not_found");
  await logs.call("logs.append", log.rejoin(outer, ed25519Generate()));
});
