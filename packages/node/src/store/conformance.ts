/**
 * What every store must show, whatever it is made of. A store's own test calls {@link testStore}; each service with
 * operations adds its part in a file of its own and is called from here.
 */
import { join } from "node:path";
import { ed25519Generate } from "@baraza/crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { randomBytes, seatIdOf } from "../crypto-fast.ts";
import { temporaryDirectory } from "../http/frame.testing.ts";
import { checkAppend } from "../services/logs/check.ts";
import type { AppendRequest, TestLog } from "../services/logs/log.testing.ts";
import { testLog, testSlot } from "../services/logs/log.testing.ts";
import { testAccounts } from "./conformance-accounts.ts";
import { testDevices } from "./conformance-devices.ts";
import { testWays } from "./conformance-ways.ts";
import { testBoxes } from "./conformance-boxes.ts";
import { testMirrors } from "./conformance-mirrors.ts";
import { testRecovery } from "./conformance-recovery.ts";
import { testKeyLog } from "./conformance-keylog.ts";
import { testRequests } from "./conformance-requests.ts";
import { testSharing } from "./conformance-sharing.ts";
import { testRoll } from "./conformance-roll.ts";
import { testWebPush } from "./conformance-web-push.ts";
import type { Store } from "./port.ts";

const HUB = "hub.localhost:1";
const NOW = 1_800_000_000_000;
const arg = (request: AppendRequest) => checkAppend(request, NOW);

/** Opens the same store again for the same directory. */
export type OpenStore = (directory: string) => Promise<Store>;

/** Runs every check against a kind of store. */
export function testStore(name: string, open: OpenStore): void {
  describe(`store: ${name}`, () => {
    let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
    let store: Store;
    beforeEach(async () => {
      directory = await temporaryDirectory();
      store = await open(join(directory.path, "data"));
    });
    afterEach(async () => {
      await store.close();
      await directory.remove();
    });
    testAccounts(() => store);
    testWays(() => store);
    testBoxes(() => store);
    testRecovery(() => store);
    testDevices(() => store);
    testKeyLog(() => store);
    testRoll(() => store);
    testSharing(() => store);
    testRequests(() => store);
    testWebPush(() => store);
    testMirrors(
      () => store,
      () => open(join(directory.path, "second")),
    );

    const newLog = async (): Promise<TestLog> => {
      const log = testLog(HUB);
      await store.logs.create({ genesis: log.genesis, token: randomBytes(32), now: NOW });
      return log;
    };
    const read = (log: TestLog, after = 0, limit = 1000) =>
      store.logs.entries({
        logId: log.logId,
        seatId: log.seatId,
        after,
        limit,
        maxBytes: 1e9,
        genesis: false,
        now: NOW,
      });

    test("what was acknowledged is there when it is opened again", async () => {
      const log = await newLog();
      const { end } = await store.logs.append(arg(log.batch(5, 100)));
      await store.close();
      store = await open(join(directory.path, "data"));
      expect(await store.logs.end({ logId: log.logId })).toEqual(end);
      expect((await read(log)).count).toBe(5);
    });

    test("a read sees every write that was acknowledged before it was asked", async () => {
      const log = await newLog();
      for (let i = 1; i <= 30; i++) {
        await store.logs.append(arg(log.entry({}, undefined, 10)));
        expect((await store.logs.end({ logId: log.logId })).seq).toBe(i);
      }
    });

    test("writes that wait together share transactions, and one that fails leaves the others alone", async () => {
      const log = await newLog();
      const before = store.stats();
      const good = Array.from({ length: 60 }, () => arg(log.entry({}, undefined, 10)));
      const bad = Array.from({ length: 20 }, () =>
        arg(log.entry({ blobs: [randomBytes(16)] }, undefined, 10)),
      );
      const results = await Promise.allSettled(
        [...good, ...bad].toSorted(() => Math.random() - 0.5).map((one) => store.logs.append(one)),
      );
      const refused = results.filter((result) => result.status === "rejected");
      expect(refused).toHaveLength(20);
      for (const { reason } of refused) expect(reason).toMatchObject({ code: "blob_incomplete" });
      const { entries: _, ...end } = await read(log);
      expect(end).toMatchObject({ count: 60, end: { seq: 60 } });
      const after = store.stats();
      expect(after.writes - before.writes).toBe(80);
      expect(after.commits - before.commits).toBeLessThan(40);
    });

    test("concurrent appends get numbers without gaps, each its own", async () => {
      const log = await newLog();
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          store.logs.append(arg(log.batch(1 + (index % 3), 10))),
        ),
      );
      const seqs = results.flatMap((result) => result.seqs).toSorted((a, b) => a - b);
      expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    });

    test("the same append twice at once stands once", async () => {
      const log = await newLog();
      const one = arg(log.batch(3, 10));
      const [a, b] = await Promise.all([store.logs.append(one), store.logs.append(one)]);
      expect(a.seqs).toEqual(b.seqs);
      expect(a.repeated).not.toBe(b.repeated);
    });

    test("a refusal carries its code and data; anything else is an error without one", async () => {
      const log = await newLog();
      await expect(store.logs.append(arg(log.entry({ epoch: 3 })))).rejects.toMatchObject({
        name: "ProtocolError",
        code: "stale_epoch",
        data: { epoch: 0, seq: 0 },
      });
      const wrong = { ...arg(log.entry()), entries: null };
      await expect(store.logs.append(wrong as never)).rejects.toThrow(
        /not iterable|null|undefined/,
      );
      await store.health();
    });

    test("reads keep to their limits and go on where they stopped", async () => {
      const log = await newLog();
      await store.logs.append(arg(log.batch(10, 100)));
      expect(await read(log, 4, 3)).toMatchObject({ count: 3, more: true });
      expect(await read(log, 7)).toMatchObject({ count: 3, more: false });
      expect(await read(log, 10)).toMatchObject({ count: 0, more: false });
    });

    test("seats that are behind are found by node until they are done or gone", async () => {
      const log = await newLog();
      const { logId, seatId } = log;
      const push = { node: "a.localhost:1", address: randomBytes(64), wrapKey: randomBytes(32) };
      await store.logs.setPush({ logId, seatId, push, time: 1 });
      const [seat] = await store.logs.pushSeats({ logId });
      const ref = seat?.ref ?? -1;
      const marks = { behind: [], done: [], gone: [] };
      await store.logs.pushMarks({ ...marks, behind: [{ ref, seq: 7 }] });
      await store.logs.pushMarks({ ...marks, behind: [{ ref, seq: 3 }] });
      expect(await store.logs.pushNodesBehind(null)).toEqual([push.node]);
      const behind = () => store.logs.pushBehind({ node: push.node, after: 0, limit: 10 });
      expect(await behind()).toMatchObject([{ ref, logId, target: push, end: { seq: 0 } }]);
      await store.logs.pushMarks({ ...marks, done: [{ ref, seq: 6 }] });
      expect(await behind()).toHaveLength(1);
      await store.logs.pushMarks({ ...marks, done: [{ ref, seq: 7 }] });
      expect(await behind()).toEqual([]);
      // An address that was replaced meanwhile is not the one that is gone.
      await store.logs.pushMarks({ ...marks, gone: [{ ref, address: randomBytes(64) }] });
      expect(await store.logs.pushSeats({ logId })).toHaveLength(1);
      await store.logs.pushMarks({ ...marks, gone: [{ ref, address: push.address }] });
      expect(await store.logs.pushSeats({ logId })).toEqual([]);
    });

    test("a removed seat has no pushes, and is behind with none", async () => {
      const log = await newLog();
      const seat = ed25519Generate();
      await store.logs.append(arg(log.putSeat(seat)));
      const push = { node: "a.localhost:1", address: randomBytes(64), wrapKey: randomBytes(32) };
      const seatId = seatIdOf(seat.publicKey);
      await store.logs.setPush({ logId: log.logId, seatId, push, time: 1 });
      const [found] = await store.logs.pushSeats({ logId: log.logId });
      const behind = [{ ref: found?.ref ?? -1, seq: 1 }];
      await store.logs.append(arg(log.leaveSeat(seat)));
      await store.logs.pushMarks({ behind, done: [], gone: [] });
      expect(await store.logs.pushSeats({ logId: log.logId })).toEqual([]);
      expect(await store.logs.pushNodesBehind(null)).toEqual([]);
      await expect(
        store.logs.setPush({ logId: log.logId, seatId, push, time: 2 }),
      ).rejects.toMatchObject({
        code: "seat_removed",
      });
    });

    test("a commit swaps the rejoin slot with itself, and a void brings the former one back", async () => {
      const log = await newLog();
      const { logId } = log;
      expect(await store.logs.slot({ logId })).toBeNull();
      const [former, later] = [ed25519Generate(), ed25519Generate()].map((outer) => ({
        outer,
        bytes: testSlot(outer.publicKey),
      }));
      const first = ed25519Generate();
      await store.logs.append(arg(log.commit(first, { slot: former! })));
      expect((await store.logs.slot({ logId }))?.slot).toEqual(former!.bytes);
      log.moved(first);
      const refused = log.commit(ed25519Generate(), { slot: later!, posting: ed25519Generate() });
      await expect(store.logs.append(arg(refused))).rejects.toMatchObject({
        code: "bad_signature",
      });
      expect((await store.logs.slot({ logId }))?.slot).toEqual(former!.bytes);
      const { seqs } = await store.logs.append(
        arg(log.commit(ed25519Generate(), { slot: later! })),
      );
      expect(await store.logs.slot({ logId })).toMatchObject({
        genesis: log.genesis,
        slot: later!.bytes,
        end: { epoch: 2 },
      });
      const undo = {
        op: "void",
        seq: seqs[0] ?? 0,
        epoch: 1,
        postingKey: first.publicKey,
      } as const;
      await store.logs.append(arg(log.steward(undo, undefined, { epoch: 1 })));
      await store.close();
      store = await open(join(directory.path, "data"));
      expect((await store.logs.slot({ logId }))?.slot).toEqual(former!.bytes);
      expect(await store.logs.seat({ logId, seatId: log.seatId, now: NOW })).toMatchObject({
        slot: true,
      });
    });

    test("a backup is a whole store of what was acknowledged before it", async () => {
      const log = await newLog();
      await store.logs.append(arg(log.batch(4, 100)));
      const path = join(directory.path, "copy");
      await store.backup(path);
      await store.logs.append(arg(log.entry()));
      await expect(store.backup(path)).rejects.toThrow(/exist/);
      const copy = await open(path);
      expect((await copy.logs.end({ logId: log.logId })).seq).toBe(4);
      await copy.close();
    });

    test("closing finishes what waits and refuses what comes after", async () => {
      const log = await newLog();
      const waiting = Array.from({ length: 20 }, () =>
        store.logs.append(arg(log.entry({}, undefined, 10))),
      );
      const closed = store.close();
      await expect(store.logs.append(arg(log.entry()))).rejects.toMatchObject({
        code: "unavailable",
      });
      await closed;
      expect(await Promise.all(waiting)).toHaveLength(20);
      store = await open(join(directory.path, "data"));
      expect((await store.logs.end({ logId: log.logId })).seq).toBe(20);
    });
  });
}
