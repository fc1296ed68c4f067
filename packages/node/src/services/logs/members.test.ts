import { ed25519Generate } from "@baraza/crypto";
import { LIMITS } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seatIdOf, randomBytes } from "../../crypto-fast.ts";
import type { Keys } from "./log.testing.ts";
import { refuses, startLogs } from "./service.testing.ts";

let logs: Awaited<ReturnType<typeof startLogs>>;
beforeAll(async () => {
  logs = await startLogs();
});
afterAll(() => logs.close());

const idOf = (keys: Keys) => seatIdOf(keys.publicKey);

test("a new seat needs its own key and the posting key", async () => {
  const log = await logs.open();
  const seat = ed25519Generate();
  await refuses(
    logs.call("logs.append", log.putSeat(seat, { own: ed25519Generate() })),
    "bad_signature",
  );
  await refuses(
    logs.call("logs.append", log.putSeat(seat, { posting: ed25519Generate() })),
    "bad_signature",
  );
  const unposted = log.putSeat(seat);
  await refuses(
    logs.call("logs.append", { ...unposted, sigs: { own: unposted.sigs.own } }),
    "bad_signature",
  );
  await logs.call("logs.append", unposted);
  await refuses(logs.call("logs.append", log.putSeat(seat)), "seat_conflict");
  const { token } = await logs.call("logs.session", await log.session(seat));
  const { seats } = await logs.call("logs.seats", { logId: log.logId, token });
  expect(seats.map((one) => one.seatId)).toEqual([log.seatId, idOf(seat)]);
});

test("a seat's id must be that of its key", async () => {
  const log = await logs.open();
  const keys = ed25519Generate();
  const request = log.one(
    randomBytes(64),
    { kind: "seat", seat: { op: "set", seatId: randomBytes(16), seatKey: keys.publicKey } },
    () => ({ own: new Uint8Array(64), posting: new Uint8Array(64) }),
  );
  await refuses(logs.call("logs.append", request), "malformed", { field: "seat.seatId" });
});

test("only its own key gives a seat up, and nobody takes it again", async () => {
  const log = await logs.open();
  const seat = ed25519Generate();
  await logs.call("logs.append", log.putSeat(seat));
  await refuses(logs.call("logs.append", log.leaveSeat(seat, log.seat)), "bad_signature");
  await logs.call("logs.append", log.leaveSeat(seat));
  await refuses(logs.call("logs.append", log.leaveSeat(seat)), "seat_removed");
  await refuses(logs.call("logs.append", log.putSeat(seat)), "seat_removed");
  await refuses(logs.call("logs.append", log.leaveSeat(ed25519Generate())), "seat_unknown");
});

test("a steward removes a seat; nobody else does", async () => {
  const log = await logs.open();
  const seat = ed25519Generate();
  await logs.call("logs.append", log.putSeat(seat));
  const record = { op: "removeSeat" as const, seatId: idOf(seat) };
  await refuses(logs.call("logs.append", log.steward(record, [seat])), "not_steward");
  await refuses(logs.call("logs.append", log.steward(record, [])), "not_steward");
  const forged = log.steward(record);
  const sigs = {
    stewards: forged.sigs.stewards?.map((one) => ({ ...one, sig: new Uint8Array(64) })),
  };
  await refuses(logs.call("logs.append", { ...forged, sigs }), "bad_signature");
  await logs.call("logs.append", log.steward(record));
  await refuses(logs.call("logs.append", log.steward(record)), "seat_removed");
  await refuses(logs.call("logs.append", log.commit(ed25519Generate(), { seat })), "seat_removed");
});

test("a removed seat reads up to its removal for 90 days, always with the same head", async () => {
  // A clock that is moved needs a node of its own.
  const logs = await startLogs();
  const log = await logs.open();
  const seat = ed25519Generate();
  await logs.call("logs.append", log.putSeat(seat));
  await logs.call("logs.append", log.entry());
  await logs.call("logs.append", log.steward({ op: "removeSeat", seatId: idOf(seat) }));
  const before = await logs.read(log, seat);
  await logs.call("logs.append", log.entry());
  expect(before.entries.map((entry) => entry.seq)).toEqual([1, 2, 3]);
  const started = logs.clock.now;
  try {
    logs.clock.now = started + 60_000;
    const after = await logs.read(log, seat);
    expect(after.entries.map((entry) => entry.seq)).toEqual([1, 2, 3]);
    expect(after.head).toEqual(before.head);
    expect((await logs.read(log)).entries).toHaveLength(4);
    const { token } = await logs.call("logs.session", await log.session(seat, logs.clock.now));
    await refuses(logs.call("logs.seats", { logId: log.logId, token }), "seat_removed");
    logs.clock.now = started + LIMITS.removedSeatReadMs + 60_000;
    await refuses(
      logs.call("logs.session", await log.session(seat, logs.clock.now)),
      "seat_removed",
    );
  } finally {
    await logs.close();
  }
});

test("heads of a log never carry an earlier date at a later place", async () => {
  const log = await logs.open();
  const seats = Array.from({ length: 5 }, () => ed25519Generate());
  for (const seat of seats) await logs.call("logs.append", log.putSeat(seat));
  const { token } = await logs.call("logs.session", await log.session(log.seat, logs.clock.now));
  const seen: { seq: number; time: number }[] = [];
  const read = async () => {
    const { head } = await logs.call("logs.read", { logId: log.logId, token, after: 1000 });
    seen.push(head);
  };
  const ticking = setInterval(() => (logs.clock.now += 7), 1);
  for (const seat of seats) {
    const removal = log.steward({ op: "removeSeat", seatId: idOf(seat) });
    const [removed] = await Promise.all([
      logs.call("logs.append", removal),
      read(),
      read(),
      read(),
    ]);
    seen.push(removed.head, (await logs.read(log, seat)).head);
    await read();
  }
  clearInterval(ticking);
  const wrong = seen.flatMap((a) => seen.filter((b) => a.seq < b.seq && a.time > b.time));
  expect(wrong).toEqual([]);
});

test("in a pair neither steward removes the other alone", async () => {
  const stewardKeys = [ed25519Generate(), ed25519Generate()];
  const log = await logs.open({ kind: "pair", stewardKeys });
  const other = ed25519Generate();
  await logs.call("logs.append", log.putSeat(other));
  const record = { op: "removeSeat" as const, seatId: idOf(other) };
  await refuses(logs.call("logs.append", log.steward(record)), "steward_majority");
  await logs.call("logs.append", log.steward(record, stewardKeys));
});

test("one steward alone names others, steps down, and takes back whom they named; not their elders", async () => {
  const [founder, second, third] = [ed25519Generate(), ed25519Generate(), ed25519Generate()];
  const log = await logs.open({ stewardKeys: [founder] });
  const say = (stewards: Keys[], by: Keys[]) =>
    logs.call(
      "logs.append",
      log.steward({ op: "stewards", stewards: stewards.map((one) => one.publicKey) }, by),
    );
  await say([founder, second], [founder]);
  await say([founder, second, third], [second]);
  await refuses(say([second, third], [second]), "steward_majority");
  await refuses(say([third], [third]), "steward_majority");
  await refuses(say([third, founder, second], [third]), "steward_majority");
  await say([founder, third], [founder]);
  await refuses(say([founder, third, second], [second]), "not_steward");
  await say([third], [founder]);
  await refuses(say([founder], [founder]), "not_steward");
});

test("changing stewards needs more than half of them, each counted once", async () => {
  const stewardKeys = [ed25519Generate(), ed25519Generate(), ed25519Generate()];
  const [a, b] = stewardKeys as [Keys, Keys, Keys];
  const log = await logs.open({ stewardKeys });
  const heir = ed25519Generate();
  const record = { op: "stewards" as const, stewards: [heir.publicKey] };
  await refuses(logs.call("logs.append", log.steward(record, [a])), "steward_majority");
  await refuses(logs.call("logs.append", log.steward(record, [a, a])), "steward_majority");
  await logs.call("logs.append", log.steward(record, [a, b]));
  await refuses(
    logs.call("logs.append", log.steward({ op: "retention", keepMs: 0 }, [a])),
    "not_steward",
  );
  await logs.call("logs.append", log.steward({ op: "retention", keepMs: 0 }, [heir]));
});

test("mending sets the posting key of the current epoch only", async () => {
  const log = await logs.open();
  const mended = ed25519Generate();
  const record = { op: "mend" as const, epoch: 1, postingKey: mended.publicKey };
  await refuses(logs.call("logs.append", log.steward(record)), "stale_epoch");
  await logs.call("logs.append", log.steward({ ...record, epoch: 0 }));
  await refuses(logs.call("logs.append", log.entry()), "bad_signature");
  await logs.call("logs.append", log.entry({}, mended));
});

test("a void takes a poisoned commit back: epoch, posting key and the seats that came with it", async () => {
  const log = await logs.open();
  const victim = ed25519Generate();
  await logs.call("logs.append", log.putSeat(victim));
  const poison = ed25519Generate();
  const added = ed25519Generate();
  const bad = await logs.call(
    "logs.append",
    log.commit(poison, { fields: { addSeats: [added.publicKey] } }),
  );
  await logs.call("logs.session", await log.session(added));
  const seq = bad.seqs[0] ?? 0;
  const record = { op: "void" as const, seq, epoch: 0, postingKey: log.state.posting.publicKey };
  await refuses(logs.call("logs.append", log.steward({ ...record, seq: seq - 1 })), "void_refused");
  await refuses(logs.call("logs.append", log.steward({ ...record, epoch: 1 })), "stale_epoch");
  // An entry of the bad epoch stands behind the commit: it stays in the log, and shields nothing.
  await logs.call("logs.append", log.entry({ epoch: 1 }, poison));
  await logs.call("logs.append", log.steward(record));
  await refuses(logs.call("logs.append", log.entry({ epoch: 1 }, poison)), "stale_epoch");
  await refuses(logs.call("logs.session", await log.session(added)), "seat_unknown");
  await refuses(logs.call("logs.append", log.steward(record)), "void_refused");
  await logs.call("logs.append", log.entry());
  const session = await logs.call("logs.session", await log.session());
  expect(session).toMatchObject({ epoch: 0, lastCommitSeq: 0 });
  const next = ed25519Generate();
  await logs.call("logs.append", log.commit(next, { fields: { addSeats: [added.publicKey] } }));
  await logs.call("logs.session", await log.session(added));
});

test("a void is refused once another member stands behind the commit, in whatever way", async () => {
  const ways = ["commit", "seat"] as const;
  for (const way of ways) {
    const log = await logs.open();
    const other = ed25519Generate();
    await logs.call("logs.append", log.putSeat(other));
    const next = ed25519Generate();
    const { seqs } = await logs.call("logs.append", log.commit(next));
    const postingKey = log.state.posting.publicKey;
    const record = { op: "void" as const, seq: seqs[0] ?? 0, epoch: 0, postingKey };
    log.moved(next);
    const behind =
      way === "seat" ? log.leaveSeat(other) : log.commit(ed25519Generate(), { seat: other });
    await logs.call("logs.append", behind);
    await refuses(
      logs.call("logs.append", log.steward(record, undefined, { epoch: 0 })),
      "void_refused",
    );
  }
});

test("the committer cannot shield a poisoned commit: not by itself, nor by a seat that it brings", async () => {
  const log = await logs.open();
  const poison = ed25519Generate();
  const old = log.state.posting.publicKey;
  const { seqs } = await logs.call("logs.append", log.commit(poison));
  log.moved(poison);
  const puppet = ed25519Generate();
  await logs.call("logs.append", log.putSeat(puppet));
  const second = ed25519Generate();
  await logs.call("logs.append", log.commit(second, { seat: puppet }));
  log.moved(second);
  const third = ed25519Generate();
  await logs.call("logs.append", log.commit(third));
  const record = { op: "void" as const, seq: seqs[0] ?? 0, epoch: 0, postingKey: old };
  await logs.call("logs.append", log.steward(record, undefined, { epoch: 0 }));
  const session = await logs.call("logs.session", await log.session());
  expect(session).toMatchObject({ epoch: 0, lastCommitSeq: 0 });
  await refuses(logs.call("logs.session", await log.session(puppet)), "seat_unknown");
});

test("seats that a commit adds must be new and sound", async () => {
  const log = await logs.open();
  const next = ed25519Generate();
  const withSeats = (...addSeats: Keys["publicKey"][]) =>
    log.commit(next, { fields: { addSeats } });
  const seat = ed25519Generate().publicKey;
  await refuses(logs.call("logs.append", withSeats(seat, seat)), "malformed", {
    field: "addSeats",
  });
  await refuses(logs.call("logs.append", withSeats(new Uint8Array(32))), "malformed", {
    field: "addSeats",
  });
  await refuses(logs.call("logs.append", withSeats(log.seat.publicKey)), "seat_conflict");
  await logs.call("logs.append", withSeats(seat));
});

test("retention drops bodies whose time is over and keeps headers, signatures and commits", async () => {
  // A clock that is moved needs a node of its own.
  const logs = await startLogs();
  const log = await logs.open();
  const DAY = 24 * 3_600_000;
  await logs.call("logs.append", log.entry());
  const next = ed25519Generate();
  await logs.call("logs.append", log.commit(next));
  log.moved(next);
  await logs.call("logs.append", log.steward({ op: "retention", keepMs: 7 * DAY }));
  const before = await logs.read(log);
  try {
    logs.clock.now += 6 * DAY;
    await logs.service.expire();
    await logs.call("logs.append", log.entry());
    expect((await logs.read(log)).entries[0]?.body).toHaveLength(2048);
    logs.clock.now += 2 * DAY;
    await logs.service.expire();
    const after = await logs.read(log);
    expect(after.entries.map((entry) => entry.body.length)).toEqual([0, 2048, 0, 2048]);
    expect(after.entries.slice(0, 3).map((entry) => entry.header)).toEqual(
      before.entries.map((entry) => entry.header),
    );
  } finally {
    await logs.close();
  }
});
