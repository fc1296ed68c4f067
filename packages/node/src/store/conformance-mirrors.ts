/** What every store must show of copies of logs. */
import { ed25519FromSeed } from "@baraza/crypto";
import type { Head, Mirror } from "@baraza/protocol";
import { LABELS } from "@baraza/protocol";
import { describe, expect, test } from "vitest";
import { createSigner, headMessage, randomBytes } from "../crypto-fast.ts";
import { checkBrought } from "../services/logs/brought.ts";
import { checkAppend } from "../services/logs/check.ts";
import type { AppendRequest, TestLog } from "../services/logs/log.testing.ts";
import { testLog } from "../services/logs/log.testing.ts";
import type { CopyResult } from "./port-mirrors.ts";
import type { Store } from "./port.ts";

const HUB = "hub.localhost:1";
const NEAR = "near.localhost:1";
const NOW = 1_800_000_000_000;

/** One store plays the hub and, for another log's name, the mirror: a log is in one of the two only. */
export function testMirrors(stores: () => Store, second: () => Promise<Store>): void {
  describe("mirrors", () => {
    const seed = randomBytes(32);
    const key = ed25519FromSeed(seed).publicKey;
    const of = { hub: HUB, hubKey: key };
    const named: Mirror[] = [{ node: NEAR, key: ed25519FromSeed(randomBytes(32)).publicKey }];
    const append = (request: AppendRequest) =>
      stores().logs.append({ ...checkAppend(request, NOW), now: NOW });
    const receiptOf = (log: TestLog, { end }: CopyResult): Head => {
      const { gen, seq, head } = end;
      const digest = headMessage(log.logId, gen, seq, head, NOW);
      return {
        logId: log.logId,
        gen,
        seq,
        head,
        time: NOW,
        sig: createSigner(seed)(LABELS.head, digest),
      };
    };
    const page = (log: TestLog, after: number, limit = 1000) =>
      stores().mirrors.copy({ logId: log.logId, after, limit, maxBytes: 1e9 });
    const feed = (
      store: Store,
      log: TestLog,
      copy: CopyResult,
      receipt: Head | null,
      quota = { log: 1e9, all: 1e9 },
    ) =>
      store.mirrors.feed({
        logId: log.logId,
        name: NEAR,
        first: copy.entries[0]?.seq ?? 0,
        appends: checkBrought(log.logId, copy.entries, NOW),
        receipt,
        page: null,
        moved: null,
        quota,
        now: NOW,
      });
    const open = (store: Store, log: TestLog, token = randomBytes(32), quota = 1e9) =>
      store.mirrors.open({ genesis: log.genesis, of, token, quota, now: NOW });
    const logAtHub = async () => {
      const log = testLog(HUB);
      await stores().logs.create({ genesis: log.genesis, token: randomBytes(32), now: NOW });
      await append(log.batch(3, 100));
      await append(log.steward({ op: "mirrors", mirrors: named }));
      return log;
    };

    test("a log names its mirrors; pages of it hold whole batches, and heads are worked out again", async () => {
      const log = await logAtHub();
      const { logId } = log;
      expect(await stores().mirrors.mirrorsOf({ logId })).toEqual(named);
      expect(await stores().mirrors.fed(null)).toEqual([{ logId, mirrors: named }]);
      expect((await page(log, 0, 2)).entries).toEqual([]);
      const first = await page(log, 0, 3);
      expect(first).toMatchObject({ more: true, moved: null, end: { seq: 4 } });
      expect(first.entries.map((one) => one.seq)).toEqual([1, 2, 3]);
      expect(await page(log, 3)).toMatchObject({ more: false });
      const { head } = await stores().logs.end({ logId });
      expect(await stores().mirrors.headAt({ logId, seq: 4 })).toEqual(head);
      await append(log.steward({ op: "mirrors", mirrors: [] }));
      expect(await stores().mirrors.mirrorsOf({ logId })).toEqual([]);
    });

    test("a place is opened once for a token, and not for a log that is kept here", async () => {
      const store = await second();
      try {
        const log = await logAtHub();
        const ask = { genesis: log.genesis, of, token: null, quota: 1e9, now: NOW };
        await expect(store.mirrors.open(ask)).rejects.toMatchObject({ code: "not_found" });
        const token = randomBytes(32);
        expect(await open(store, log, token)).toMatchObject({ seq: 0 });
        expect(await open(store, log, token)).toMatchObject({ seq: 0 });
        expect(await store.mirrors.open(ask)).toMatchObject({ seq: 0 });
        expect(await store.mirrors.place({ logId: log.logId })).toEqual({ of, seq: 0 });
        await expect(open(store, testLog(HUB), token)).rejects.toMatchObject({
          code: "token_spent",
        });
        await expect(open(stores(), log)).rejects.toMatchObject({ code: "log_exists" });
        await expect(open(store, testLog(HUB), randomBytes(32), 0)).rejects.toMatchObject({
          code: "quota_exceeded",
        });
        expect(await store.mirrors.fed(null)).toEqual([]);
      } finally {
        await store.close();
      }
    });

    test("a copy takes what its hub has signed, in one piece; what is refused changes nothing", async () => {
      const store = await second();
      try {
        const log = await logAtHub();
        await open(store, log);
        const all = await page(log, 0);
        const receipt = receiptOf(log, all);
        await expect(feed(store, log, all, null)).rejects.toMatchObject({ code: "bad_signature" });
        const forged = { ...receipt, sig: randomBytes(64) };
        await expect(feed(store, log, all, forged)).rejects.toMatchObject({
          code: "bad_signature",
        });
        await expect(feed(store, log, all, receipt, { log: 1000, all: 1e9 })).rejects.toMatchObject(
          { code: "quota_exceeded" },
        );
        expect(await store.mirrors.place({ logId: log.logId })).toMatchObject({ seq: 0 });
        expect(await feed(store, log, all, receipt)).toEqual({ seq: 4, ended: false });
        expect(await feed(store, log, all, receipt)).toEqual({ seq: 4, ended: false });
        const { entries: _, ...read } = await store.logs.entries({
          logId: log.logId,
          seatId: log.seatId,
          after: 0,
          limit: 100,
          maxBytes: 1e9,
          genesis: false,
          now: NOW,
        });
        expect(read).toMatchObject({ count: 4, end: { seq: 4 }, more: false });
        expect(read.receipt).not.toBeNull();
        await append(log.steward({ op: "mirrors", mirrors: [] }));
        const last = await page(log, 4);
        expect(await feed(store, log, last, receiptOf(log, last))).toMatchObject({ ended: true });
        expect(await store.mirrors.place({ logId: log.logId })).toBeNull();
      } finally {
        await store.close();
      }
    });
  });
}
