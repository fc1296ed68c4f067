import { ed25519Generate } from "@baraza/crypto";
import { LIMITS } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomBytes } from "../../crypto-fast.ts";
import { refuses, startLogs } from "./service.testing.ts";

let logs: Awaited<ReturnType<typeof startLogs>>;
beforeAll(async () => {
  logs = await startLogs();
});
afterAll(() => logs.close());

test("a session is opened by the seat's key, for this hub, at this time", async () => {
  const log = await logs.open();
  await logs.call("logs.append", log.commit(ed25519Generate()));
  const good = await log.session(log.seat, logs.clock.now);
  const session = await logs.call("logs.session", good);
  expect(session).toMatchObject({ epoch: 1, lastCommitSeq: 1 });
  expect(session.expires).toBe(logs.clock.now + LIMITS.logSessionMs);
  await logs.call("logs.session", good);
  await refuses(logs.call("logs.session", { ...good, sig: new Uint8Array(64) }), "bad_signature");
  await refuses(
    logs.call("logs.session", await log.session(log.seat, logs.clock.now, "other.localhost:2")),
    "bad_signature",
  );
  await refuses(logs.call("logs.session", await log.session(ed25519Generate())), "seat_unknown");
  const late = logs.clock.now - LIMITS.clockSkewMs - 1;
  await refuses(logs.call("logs.session", await log.session(log.seat, late)), "session_expired");
  const early = logs.clock.now + LIMITS.clockSkewMs + 1;
  await refuses(logs.call("logs.session", await log.session(log.seat, early)), "session_expired");
});

test("a token is worth nothing for another log, changed, or after its time", async () => {
  const [log, other] = [await logs.open(), await logs.open()];
  const { token } = await logs.call("logs.session", await log.session(log.seat, logs.clock.now));
  const read = (logId = log.logId, given = token) =>
    logs.call("logs.read", { logId, token: given, after: 0 });
  await read();
  await refuses(read(other.logId), "session_expired");
  for (let at = 0; at < token.length; at += 5) {
    const changed = token.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    await refuses(read(log.logId, changed), "session_expired");
  }
  await refuses(read(log.logId, token.slice(1)), "session_expired");
  const started = logs.clock.now;
  logs.clock.now += LIMITS.logSessionMs;
  await refuses(read(), "session_expired");
  logs.clock.now = started;
});

test("reading goes on from a number, says whether there is more, and gives the genesis when asked", async () => {
  const log = await logs.open();
  await logs.call("logs.append", log.batch(20, 64));
  const { token } = await logs.call("logs.session", await log.session(log.seat, logs.clock.now));
  const read = (after: number, limit?: number, genesis?: boolean) =>
    logs.call("logs.read", { logId: log.logId, token, after, limit, genesis });
  const first = await read(0, 7, true);
  expect(first.genesis).toEqual(log.genesis);
  expect(first.more).toBe(true);
  expect(first.entries.map((entry) => entry.seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  const rest = await read(7);
  expect(rest.entries.map((entry) => entry.seq)).toEqual(
    Array.from({ length: 13 }, (_, i) => i + 8),
  );
  expect(rest).not.toHaveProperty("genesis");
  expect(rest.more).toBe(false);
  expect(rest.head.seq).toBe(20);
  expect((await read(20)).entries).toEqual([]);
  expect((await read(999)).entries).toEqual([]);
  expect((await read(3, 0)).more).toBe(true);
});

test("a read stops at its byte limit, but gives at least one entry", async () => {
  const log = await logs.open();
  const size = LIMITS.entryBodyBytes;
  for (let i = 0; i < 3; i++) await logs.call("logs.append", log.batch(30, size));
  const { token } = await logs.call("logs.session", await log.session(log.seat, logs.clock.now));
  const seen: number[] = [];
  for (let more = true; more;) {
    const page = await logs.call("logs.read", { logId: log.logId, token, after: seen.at(-1) ?? 0 });
    expect(page.entries.reduce((sum, { body }) => sum + body.length, 0)).toBeLessThanOrEqual(
      LIMITS.readBytes,
    );
    seen.push(...page.entries.map((entry) => entry.seq));
    more = page.more;
  }
  expect(seen).toEqual(Array.from({ length: 90 }, (_, index) => index + 1));
});

test("only the seat says where its pushes go, and an older word does not undo a newer one", async () => {
  const log = await logs.open();
  const { now } = logs.clock;
  const target = (node: string) => ({ node, address: randomBytes(64), wrapKey: randomBytes(32) });
  const [a, b] = [target("a.localhost:1"), target("b.localhost:1")];
  const newer = await log.push(b, log.seat, now);
  await refuses(logs.call("logs.push", { ...newer, push: a }), "bad_signature");
  await logs.call("logs.push", newer);
  await logs.call("logs.push", await log.push(a, log.seat, now - 1000));
  const [seat] = await logs.store.logs.pushSeats({ logId: log.logId });
  expect(seat?.target).toEqual(b);
  await refuses(
    logs.call("logs.push", await log.push(a, log.seat, now - LIMITS.clockSkewMs - 1)),
    "session_expired",
  );
  await logs.call("logs.push", await log.push(null, log.seat, now + 1));
  expect(await logs.store.logs.pushSeats({ logId: log.logId })).toEqual([]);
});
