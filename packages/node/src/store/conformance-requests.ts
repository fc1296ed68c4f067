/** What every store must show of first letters. */
import { expect, test } from "vitest";
import { randomBytes } from "../crypto-fast.ts";
import { newAccount } from "./conformance-accounts.ts";
import type { Store } from "./port.ts";

const NOW = 1_800_000_000_000;
const DAY = 20_000;

/** Called from the kit; `current` is the store of the test that runs. */
export function testRequests(current: () => Store): void {
  const account = async (name: string) => {
    const made = newAccount(name);
    await current().accounts.register(made);
    return made.account;
  };
  const letterTo = (identityId: Uint8Array<ArrayBuffer>) => ({
    identityId,
    token: randomBytes(32),
    until: NOW + 1000,
    letterId: randomBytes(16),
    letter: randomBytes(100),
    counted: [{ name: randomBytes(32), max: 2 }],
    day: DAY,
    maxBytes: 1_000_000,
  });

  test("what is counted ends at its number, and begins anew with the day", async () => {
    const { requests } = current();
    const counted = { name: randomBytes(32), max: 2 };
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(await requests.count({ ...counted, day: DAY }));
    expect(answers).toEqual([true, true, false]);
    expect(await requests.count({ name: randomBytes(32), max: 1, day: DAY })).toBe(true);
    expect(await requests.count({ ...counted, day: DAY + 1 })).toBe(true);
    await requests.sweep({ day: DAY + 2, now: NOW, reportsBefore: 0 });
    expect(await requests.count({ ...counted, max: 1, day: DAY + 1 })).toBe(true);
  });

  test("a first letter comes into the account's own box; its token counts once, and for that letter again", async () => {
    const { requests, boxes } = current();
    const { accountId, boxId, identityId } = await account("requests-1");
    const one = letterTo(identityId);
    expect(await requests.put(one)).toEqual({ boxId, seq: 1 });
    expect(await requests.put(one)).toEqual({ boxId, seq: null });
    await expect(requests.put({ ...letterTo(identityId), token: one.token })).rejects.toMatchObject(
      {
        code: "token_spent",
      },
    );
    await expect(requests.put(letterTo(randomBytes(32)))).rejects.toMatchObject({
      code: "not_found",
    });
    const page = { accountId, boxId, after: 0, limit: 10, maxBytes: 10_000 };
    expect((await boxes.letters(page)).letters).toEqual([
      { seq: 1, letterId: one.letterId, letter: one.letter },
    ]);
    // What was spent is remembered as long as its key counts.
    await requests.sweep({ day: DAY, now: NOW, reportsBefore: 0 });
    expect(await requests.put(one)).toEqual({ boxId, seq: null });
  });

  test("one letter too many spends no token and counts nothing", async () => {
    const { requests } = current();
    const { identityId } = await account("requests-2");
    const [all, few] = [randomBytes(32), randomBytes(32)].map((name) => ({ name, max: 1 }));
    if (all === undefined || few === undefined) throw new Error("unreachable");
    await requests.put({ ...letterTo(identityId), counted: [{ ...all, max: 2 }, few] });
    const late = { ...letterTo(identityId), counted: [{ ...all, max: 2 }, few] };
    expect(await requests.put(late)).toEqual({ full: 1 });
    expect(await requests.put({ ...late, counted: [{ ...all, max: 2 }] })).toMatchObject({
      seq: 2,
    });
    expect(await requests.put({ ...letterTo(identityId), counted: [all] })).toEqual({ full: 0 });
  });

  test("nobody is written to whose account is suspended", async () => {
    const { requests, roll } = current();
    await account("requests-boss");
    const { identityId } = await account("requests-3");
    await roll.suspend({ by: null, now: NOW, name: "requests-3", suspended: true });
    await expect(requests.put(letterTo(identityId))).rejects.toMatchObject({ code: "not_found" });
  });

  test("a node is blocked and let in again, each with its line in the journal, once", async () => {
    const { requests, roll } = current();
    const node = "spam.example";
    const act = { by: null, now: NOW, node, max: 1 };
    await requests.setBlocked({ ...act, blocked: true });
    await requests.setBlocked({ ...act, blocked: true });
    expect(await requests.isBlocked({ node })).toBe(true);
    expect(await requests.blocked(null)).toEqual([{ node, since: NOW }]);
    await expect(
      requests.setBlocked({ ...act, node: "other.example", blocked: true }),
    ).rejects.toMatchObject({ code: "quota_exceeded" });
    await requests.setBlocked({ ...act, blocked: false });
    expect(await requests.isBlocked({ node })).toBe(false);
    const lines = await roll.journal({ after: 0, limit: 100 });
    expect(
      lines.filter(({ detail }) => detail["node"] === node).map(({ act: what }) => what),
    ).toEqual(["block", "unblock"]);
  });

  test("reports wait for an administrator, a few of each account, and go in time", async () => {
    const { requests } = current();
    const { accountId } = await account("requests-4");
    const report = (now: number) => ({
      accountId,
      reportId: randomBytes(16),
      content: randomBytes(20),
      now,
      max: 100,
      maxOfOne: 2,
    });
    const [old, young] = [report(NOW - 1000), report(NOW)];
    await requests.report(old);
    await requests.report(old);
    await requests.report(young);
    await expect(requests.report(report(NOW))).rejects.toMatchObject({ code: "quota_exceeded" });
    const of = async () =>
      (await requests.reports({ accountId, limit: 100 })).rows.filter(
        ({ by }) => by === "requests-4",
      );
    expect(await of()).toEqual([
      { reportId: old.reportId, at: NOW - 1000, by: "requests-4", content: old.content },
      { reportId: young.reportId, at: NOW, by: "requests-4", content: young.content },
    ]);
    await requests.sweep({ day: DAY, now: NOW - 5000, reportsBefore: NOW - 500 });
    expect((await of()).map(({ at }) => at)).toEqual([NOW]);
    await requests.closeReport({ reportId: young.reportId });
    expect(await of()).toEqual([]);
  });
}
