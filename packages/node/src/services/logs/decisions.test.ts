import { ed25519Generate, readHeader } from "@baraza/crypto";
import type { StewardRecord } from "@baraza/protocol";
import { LIMITS } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomBytes } from "../../crypto-fast.ts";
import type { Keys } from "./log.testing.ts";
import { refuses, startLogs } from "./service.testing.ts";

let logs: Awaited<ReturnType<typeof startLogs>>;
beforeAll(async () => {
  logs = await startLogs();
});
afterAll(() => logs.close());

const three = () => [ed25519Generate(), ed25519Generate(), ed25519Generate()] as [Keys, Keys, Keys];
const listOf = (keys: readonly Keys[], until = logs.clock.now + 60_000): StewardRecord => ({
  op: "stewards",
  stewards: keys.map((one) => one.publicKey),
  until,
});

test("a decision stands whatever epoch the log came to while signatures were gathered", async () => {
  const stewardKeys = three();
  const [maker, b, c] = stewardKeys;
  const log = await logs.open({ stewardKeys });
  const next = ed25519Generate();
  await logs.call("logs.append", log.commit(next));
  log.moved(next);
  await logs.call("logs.append", log.decision(listOf([b, c]), [b, c]));
  await refuses(
    logs.call("logs.append", log.steward({ op: "retention", keepMs: 0 }, [maker])),
    "not_steward",
  );
});

test("a minority, a stranger, one counted twice, and a steward of former times do not decide", async () => {
  const stewardKeys = three();
  const [a, b, c] = stewardKeys;
  const log = await logs.open({ stewardKeys });
  const record = listOf([b, c]);
  await refuses(logs.call("logs.append", log.decision(record, [c])), "steward_majority");
  await refuses(logs.call("logs.append", log.decision(record, [c, c])), "steward_majority");
  await refuses(
    logs.call("logs.append", log.decision(record, [c, ed25519Generate()])),
    "not_steward",
  );
  await logs.call("logs.append", log.decision(record, [b, c]));
  await refuses(logs.call("logs.append", log.decision(listOf([c]), [a, c])), "not_steward");
});

test("signatures count for that decision only: not with another id, record, time, log or generation", async () => {
  const stewardKeys = three();
  const [a, b, c] = stewardKeys;
  const log = await logs.open({ stewardKeys });
  const record = listOf([b, c]);
  const by = [b, c];
  const later = { ...record, until: logs.clock.now + 90_000 } as StewardRecord;
  const other = await logs.open({ stewardKeys });
  const foreign = other.decision(record, by);
  const wrongs = [
    log.decision(record, by, { id: randomBytes(16) }),
    log.decision(record, by, { record: listOf([a, b]) }),
    log.decision(record, by, { record: later }),
    log.decision(record, by, { gen: 1 }),
    log.decision(record, by, { posting: ed25519Generate() }),
  ];
  for (const wrong of wrongs) await refuses(logs.call("logs.append", wrong), "bad_signature");
  const replayed = log.decision(record, by);
  await refuses(
    logs.call("logs.append", {
      ...replayed,
      sigs: { ...replayed.sigs, stewards: foreign.sigs.stewards },
    }),
    "bad_signature",
  );
});

test("a decision is taken in once: a repeat is answered as before, another entry under its id is refused", async () => {
  const stewardKeys = three();
  const [a, b, c] = stewardKeys;
  const log = await logs.open({ stewardKeys });
  const first = log.decision(listOf([b, c]), [b, c]);
  const { seqs } = await logs.call("logs.append", first);
  await logs.call("logs.append", log.decision(listOf([b, c, a]), [b, c]));
  // Whoever kept the signatures of the first has nothing of them any more.
  expect(await logs.call("logs.append", first)).toMatchObject({ seqs, repeated: true });
  const other = log.entry({
    appendId: readHeader(first.entries[0]?.header ?? randomBytes(0)).appendId,
  });
  await refuses(logs.call("logs.append", other), "append_conflict");
});

test("of two competing decisions the second counts against the list that the first left", async () => {
  const stewardKeys = three();
  const [a, b, c] = stewardKeys;
  const log = await logs.open({ stewardKeys });
  const against = log.decision(listOf([b, c]), [b, c]);
  const competing = log.decision(listOf([a, b]), [a, b]);
  await logs.call("logs.append", against);
  await refuses(logs.call("logs.append", competing), "not_steward");
});

test("a decision whose time is over is refused", async () => {
  const stewardKeys = three();
  const [, b, c] = stewardKeys;
  const log = await logs.open({ stewardKeys });
  await refuses(
    logs.call("logs.append", log.decision(listOf([b, c], logs.clock.now - 1), [b, c])),
    "decision_expired",
  );
});

test("a log that a majority deletes works on for 30 days, and any steward may take that back", async () => {
  const logs = await startLogs();
  const stewardKeys = three();
  const [a, b, c] = stewardKeys;
  const log = await logs.open({ stewardKeys });
  const record = (): StewardRecord => ({ op: "delete", until: logs.clock.now + 60_000 });
  try {
    await refuses(logs.call("logs.append", log.decision(record(), [a])), "steward_majority");
    await logs.call("logs.append", log.decision(record(), [a, b]));
    await logs.call("logs.append", log.entry());
    logs.clock.now += LIMITS.deletionWaitMs - 1;
    await logs.service.expire();
    await logs.call("logs.append", log.steward({ op: "keep" }, [c]));
    logs.clock.now += 1;
    await logs.service.expire();
    await logs.call("logs.append", log.entry());
    await logs.call("logs.append", log.decision(record(), [b, c]));
    logs.clock.now += LIMITS.deletionWaitMs;
    await logs.service.expire();
    await refuses(logs.call("logs.append", log.entry()), "log_deleted");
    await refuses(
      logs.call("logs.session", await log.session(log.seat, logs.clock.now)),
      "log_deleted",
    );
    await refuses(logs.create(log), "log_deleted");
    expect(await logs.store.logs.count(null)).toBe(0);
  } finally {
    await logs.close();
  }
});
