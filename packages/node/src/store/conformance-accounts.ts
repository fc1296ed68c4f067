/** What every store must show of accounts, administration and cards. */
import { expect, test } from "vitest";
import { randomBytes } from "../crypto-fast.ts";
import { newInvitation } from "./conformance-rows.ts";
import type { RegisterArg } from "./port-accounts.ts";
import type { Store } from "./port.ts";

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;

/** An account as the service hands it to the store. */
export function newAccount(name: string, more: Partial<RegisterArg> = {}): RegisterArg {
  return {
    now: NOW,
    account: {
      accountId: randomBytes(16),
      name,
      identityId: randomBytes(32),
      identity: randomBytes(100),
      identitySeq: 0,
      boxKey: randomBytes(100),
      boxKeySeq: 1,
      boxId: randomBytes(16),
    },
    record: "record",
    ways: [{ id: randomBytes(16), way: "passphrase" }],
    passkey: null,
    vault: randomBytes(100),
    device: { deviceId: randomBytes(32), cert: randomBytes(100) },
    session: { sessionId: randomBytes(32), expires: NOW + HOUR },
    place: { place: randomBytes(32), proof: randomBytes(80) },
    codeHash: null,
    registration: "open",
    ...more,
  };
}

/** Called from the kit; `current` is the store of the test that runs. */
export function testAccounts(current: () => Store): void {
  test("an account is there whole, or not at all", async () => {
    const { accounts, boxes } = current();
    const made = newAccount("amina");
    const { accountId, boxId, name } = made.account;
    expect(await accounts.register(made)).toEqual({ role: "member" });
    expect(await accounts.vault({ accountId })).toEqual({ vault: made.vault, version: 1 });
    expect(await boxes.owns({ accountId, boxIds: [boxId] })).toBe(true);
    expect(await accounts.devices({ accountId })).toEqual([made.device.cert]);
    const { sessionId } = made.session;
    expect(await accounts.session({ sessionId, now: NOW })).toMatchObject({ accountId });
    expect(await accounts.session({ sessionId, now: NOW + HOUR })).toBeNull();
    // Its session clashes at the very end: nothing of it stays.
    const clash = newAccount("clash", { session: made.session });
    await expect(accounts.register(clash)).rejects.toThrow(/./);
    expect(await accounts.credentials({ name: "clash" })).toBeNull();
    expect(await accounts.find({ name })).toMatchObject({ accountId });
    expect(await accounts.find({ identityId: randomBytes(32) })).toBeNull();
  });

  test("of many who register one name, or with one use of an invitation, one wins", async () => {
    const { accounts, admin, invitations } = current();
    const tally = async (all: RegisterArg[]) => {
      const results = await Promise.allSettled(all.map((one) => accounts.register(one)));
      return results.filter(({ status }) => status === "fulfilled").length;
    };
    expect(await tally(Array.from({ length: 10 }, () => newAccount("same")))).toBe(1);
    const maker = await accounts.credentials({ name: "same" });
    if (maker === null) throw new Error("no account");
    const codeHash = randomBytes(32);
    await invitations.create({
      by: maker.accountId,
      now: NOW,
      invitations: [newInvitation({ codeHash })],
      maxUses: 10,
      journal: false,
    });
    const guests = Array.from({ length: 10 }, (_, index) =>
      newAccount(`guest${index}`, { codeHash, registration: "invitation" }),
    );
    expect(await tally(guests)).toBe(1);
    expect(await admin.codeStands({ codeHash, now: NOW })).toBe(false);
  });

  test("the setup code makes one administrator, and a new one ends the old", async () => {
    const { accounts, admin } = current();
    const [old, code] = [randomBytes(32), randomBytes(32)];
    const set = (codeHash: typeof code, always = false) =>
      admin.setSetupCode({ codeHash, expires: NOW + HOUR, always });
    expect([await set(old), await set(code)]).toEqual([true, true]);
    const rejected = newAccount("early", { codeHash: old });
    await expect(accounts.register(rejected)).rejects.toMatchObject({ code: "invitation_invalid" });
    const both = ["one", "two"].map((name) =>
      accounts.register(newAccount(name, { codeHash: code })),
    );
    const results = await Promise.allSettled(both);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await admin.hasAdministrator(null)).toBe(true);
    expect([await set(code), await set(code, true)]).toEqual([false, true]);
  });

  test("a vault moves from version to version, and one of several that race for the next", async () => {
    const { accounts } = current();
    const made = newAccount("gina");
    const { accountId } = made.account;
    await accounts.register(made);
    const puts = Array.from({ length: 8 }, () =>
      accounts.putVault({ accountId, vault: randomBytes(50), version: 2 }),
    );
    const results = await Promise.allSettled(puts);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await accounts.vault({ accountId })).version).toBe(2);
    const skipped = accounts.putVault({ accountId, vault: randomBytes(5), version: 4 });
    await expect(skipped).rejects.toMatchObject({ code: "vault_conflict", data: { version: 2 } });
  });

  test("each key package is given once, however many ask at the same moment", async () => {
    const { accounts } = current();
    const made = newAccount("kim");
    await accounts.register(made);
    const { accountId, identityId } = made.account;
    const capabilityHash = randomBytes(32);
    const packages = Array.from({ length: 20 }, (_, index) => ({
      ref: randomBytes(32),
      keyPackage: Uint8Array.of(index),
      expires: NOW + HOUR,
      lastResort: index === 19,
    }));
    const { sessionId } = made.session;
    await accounts.publishKeyPackages({
      accountId,
      sessionId,
      packages,
      capabilities: [capabilityHash],
      max: 100,
      now: NOW,
    });
    const take = (now = NOW) => accounts.takeKeyPackages({ identityId, capabilityHash, now });
    const taken = await Promise.all(Array.from({ length: 25 }, () => take()));
    const given = taken.map(([one]) => one?.[0] ?? -1).toSorted((a, b) => a - b);
    expect(given).toEqual([
      ...Array.from({ length: 19 }, (_, index) => index),
      ...Array.from({ length: 6 }, () => 19),
    ]);
    await expect(take(NOW + HOUR)).rejects.toMatchObject({ code: "not_found" });
  });

  test("sweeping deletes what has expired and nothing else", async () => {
    const { accounts, cards } = current();
    const made = newAccount("ida");
    await accounts.register(made);
    const { accountId } = made.account;
    const card = (expires: number) => ({
      cardId: randomBytes(16),
      sealed: randomBytes(9),
      expires,
    });
    const [brief, long] = [card(NOW + 1), card(NOW + HOUR)];
    for (const one of [brief, long]) await cards.put({ accountId, ...one, max: 10, now: NOW });
    expect(await cards.sweep({ now: NOW + 1, limit: 10 })).toBe(1);
    expect(await cards.get({ cardId: long.cardId, now: NOW })).toEqual(long.sealed);
    await expect(cards.get({ cardId: brief.cardId, now: NOW })).rejects.toMatchObject({
      code: "not_found",
    });
    expect(await accounts.sweep({ now: NOW, limit: 10 })).toBe(0);
    expect(await accounts.sweep({ now: NOW + HOUR, limit: 10 })).toBe(1);
  });
}
