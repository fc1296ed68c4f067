/** What every store must show of the roll of accounts, invitations and the journal. */
import { journalHash, NO_JOURNAL } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { expect, test } from "vitest";
import { randomBytes } from "../crypto-fast.ts";
import { newAccount } from "./conformance-accounts.ts";
import { newInvitation } from "./conformance-rows.ts";
import type { NewInvitation } from "./port-invitations.ts";
import type { Store } from "./port.ts";

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Called from the kit; `current` is the store of the test that runs. */
export function testRoll(current: () => Store): void {
  /** An administrator with a name, made as the first one is. */
  const newBoss = async (name = "boss") => {
    const { accounts, admin } = current();
    const codeHash = randomBytes(32);
    await admin.setSetupCode({ codeHash, expires: NOW + HOUR, always: true });
    const made = newAccount(name, { codeHash });
    await accounts.register(made);
    return made.account.accountId;
  };
  const act = (by: Bytes | null) => ({ by, now: NOW });

  test("of two administrators who take each other's role at once, one stays", async () => {
    const { roll } = current();
    const [one, two] = [await newBoss("one"), await newBoss("two")];
    const results = await Promise.allSettled([
      roll.setRole({ ...act(one), name: "two", role: "member" }),
      roll.setRole({ ...act(two), name: "one", role: "member" }),
    ]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const refused = results.find((result) => result.status === "rejected");
    expect(refused?.reason).toMatchObject({ code: "last_administrator" });
    const { accounts } = await roll.page({
      search: "",
      show: "administrators",
      after: "",
      limit: 9,
    });
    expect(accounts).toHaveLength(1);
    const name = accounts[0]?.name ?? "";
    for (const last of [
      roll.suspend({ ...act(one), name, suspended: true }),
      roll.setLeaving({ ...act(one), name, at: NOW + DAY }),
    ])
      await expect(last).rejects.toMatchObject({ code: "last_administrator" });
    expect(await roll.entry({ name })).toMatchObject({ role: "administrator", closed: false });
  });

  test("what an administrator has given out ends with the role", async () => {
    const { roll, admin, invitations } = current();
    const [boss, other] = [await newBoss(), await newBoss("other")];
    const given = newInvitation();
    const { codeHash } = given;
    await invitations.create({ ...act(boss), invitations: [given], maxUses: 9, journal: false });
    const stands = () => admin.codeStands({ codeHash, now: NOW });
    await roll.setRole({ ...act(other), name: "boss", role: "administrator" });
    expect(await stands()).toBe(true);
    await roll.setRole({ ...act(other), name: "boss", role: "member" });
    expect(await stands()).toBe(false);
  });

  test("each act has its line in the journal, in the transaction of the act, and lines form a chain", async () => {
    const { roll, accounts, admin, invitations } = current();
    const boss = await newBoss();
    await accounts.register(newAccount("amina"));
    const about = { ...act(boss), name: "amina" };
    await roll.setRole({ ...about, role: "administrator" });
    await roll.setRole({ ...about, role: "administrator" });
    await expect(roll.setRole({ ...about, name: "nobody", role: "member" })).rejects.toThrow(/./);
    await roll.suspend({ ...about, suspended: true });
    await roll.suspend({ ...about, by: null, suspended: false });
    await roll.setLimits({ ...about, limits: { letters: 5 } });
    await roll.setLeaving({ ...about, at: NOW + DAY });
    await roll.setLeaving({ ...about, at: null });
    await admin.changeSettings({ ...act(boss), changes: { registration: "open", keepDays: 9 } });
    const codes = [newInvitation(), newInvitation()];
    const batch = { ...act(boss), invitations: codes, maxUses: 9, journal: true };
    await invitations.create(batch);
    await invitations.create(batch);
    await invitations.revoke({
      ...act(boss),
      ids: [codes[0]?.codeHash ?? NO_JOURNAL],
      everybody: true,
    });
    const entries = await roll.journal({ after: 0, limit: 100 });
    expect(
      entries.map(({ act: what, by, subject, detail }) => ({ what, by, subject, detail })),
    ).toEqual([
      { what: "claim", by: undefined, subject: "boss", detail: {} },
      { what: "role", by: "boss", subject: "amina", detail: { role: "administrator" } },
      { what: "suspend", by: "boss", subject: "amina", detail: {} },
      { what: "lift", by: undefined, subject: "amina", detail: {} },
      { what: "limits", by: "boss", subject: "amina", detail: { letters: 5 } },
      { what: "leave", by: "boss", subject: "amina", detail: { at: NOW + DAY } },
      { what: "stay", by: "boss", subject: "amina", detail: {} },
      {
        what: "settings",
        by: "boss",
        subject: undefined,
        detail: { registration: "open", keepDays: 9 },
      },
      { what: "invite", by: "boss", subject: undefined, detail: { count: 2 } },
      { what: "revoke", by: "boss", subject: undefined, detail: { count: 1 } },
    ]);
    let hash = NO_JOURNAL;
    for (const entry of entries) {
      hash = journalHash(hash, entry);
      expect(entry.hash).toEqual(hash);
    }
    expect(await roll.journal({ after: 8, limit: 1 })).toMatchObject([{ number: 9 }]);
    const { accountId } = (await accounts.find({ name: "amina" })) ?? { accountId: NO_JOURNAL };
    expect(await roll.standing({ accountId, now: NOW })).toMatchObject({ journal: 10 });
  });

  test("a suspended account has no session and gets none, no wakes, but letters, until they are let go", async () => {
    const { roll, accounts, boxes } = current();
    const made = newAccount("amina");
    const { accountId, boxId, identityId } = made.account;
    const { session } = made;
    await accounts.register(made);
    const put = () =>
      boxes.put({
        boxId,
        addressId: randomBytes(16),
        letterId: randomBytes(16),
        letter: randomBytes(9),
        maxBytes: 1e6,
        now: NOW,
      });
    const about = { ...act(null), name: "amina" };
    expect(await roll.suspend({ ...about, suspended: true })).toEqual({ accountId });
    expect(await accounts.session({ sessionId: session.sessionId, now: NOW })).toBeNull();
    const again = { sessionId: randomBytes(32), expires: NOW + HOUR };
    await expect(accounts.signIn({ accountId, session: again, now: NOW })).rejects.toMatchObject({
      code: "suspended",
    });
    await boxes.wake({ wakes: [{ boxId, addressId: randomBytes(16) }] });
    expect((await boxes.wakes({ accountId, boxId, limit: 9 })).addressIds).toEqual([]);
    const capabilityHash = randomBytes(32);
    const fetch = accounts.takeKeyPackages({ identityId, capabilityHash, now: NOW });
    await expect(fetch).rejects.toMatchObject({ code: "not_found" });
    expect(await put()).toEqual({ seq: 1 });
    expect(await roll.emptyDue({ now: NOW + DAY, keepMs: 2 * DAY, limit: 9 })).toBe(0);
    expect(await roll.emptyDue({ now: NOW + 2 * DAY, keepMs: 2 * DAY, limit: 9 })).toBe(1);
    expect(await roll.emptyDue({ now: NOW + 2 * DAY, keepMs: 2 * DAY, limit: 9 })).toBe(0);
    await expect(put()).rejects.toMatchObject({ code: "address_invalid" });
    await roll.suspend({ ...about, suspended: false });
    await accounts.signIn({ accountId, session: again, now: NOW });
    expect(await accounts.session({ sessionId: again.sessionId, now: NOW })).toMatchObject({
      accountId,
    });
    expect((await accounts.vault({ accountId })).vault).toEqual(made.vault);
    expect(await put()).toEqual({ seq: 2 });
    expect(await roll.entry({ name: "amina" })).toMatchObject({ devices: 1, letters: 1033 });
  });

  test("a membership ends at its time; later its data goes, and its name stays taken", async () => {
    const { roll, accounts, boxes, passkeys } = current();
    const made = newAccount("amina");
    const { accountId, boxId } = made.account;
    await accounts.register(made);
    const credentialId = randomBytes(20);
    const vault = randomBytes(40);
    await passkeys.put({
      accountId,
      way: { id: randomBytes(16), way: "passkey" },
      passkey: { credentialId, publicKey: randomBytes(44), algorithm: -8, counter: 0 },
      vault,
      version: 2,
      max: 9,
    });
    const about = { ...act(null), name: "amina" };
    await roll.setLeaving({ ...about, at: NOW + DAY });
    const { sessionId } = made.session;
    expect(await accounts.session({ sessionId, now: NOW + 1 })).toMatchObject({ accountId });
    expect(await roll.closeDue({ now: NOW + DAY - 1, limit: 9 })).toEqual([]);
    expect(await roll.closeDue({ now: NOW + DAY, limit: 9 })).toEqual([accountId]);
    expect(await roll.closeDue({ now: NOW + DAY, limit: 9 })).toEqual([]);
    const session = { sessionId: randomBytes(32), expires: NOW + 9 * DAY };
    const signIn = () => accounts.signIn({ accountId, session, now: NOW + DAY });
    await expect(signIn()).rejects.toMatchObject({ code: "account_closed" });
    const back = roll.setLeaving({ ...about, at: null });
    await expect(back).rejects.toMatchObject({ code: "account_closed" });
    expect((await accounts.vault({ accountId })).vault).toEqual(vault);
    expect(await passkeys.find({ credentialId })).not.toBeNull();
    expect(await roll.emptyDue({ now: NOW + 3 * DAY, keepMs: DAY, limit: 9 })).toBe(1);
    await expect(accounts.vault({ accountId })).rejects.toThrow(/./);
    expect(await passkeys.find({ credentialId })).toBeNull();
    expect(await boxes.standing({ addresses: [{ boxId, addressId: randomBytes(16) }] })).toEqual([
      false,
    ]);
    expect(await roll.entry({ name: "amina" })).toMatchObject({
      closed: true,
      devices: 0,
      vault: 0,
    });
    await expect(accounts.register(newAccount("amina"))).rejects.toMatchObject({
      code: "name_taken",
    });
    await expect(signIn()).rejects.toMatchObject({ code: "account_closed" });
    expect((await roll.journal({ after: 1, limit: 9 })).map((one) => one.act)).toEqual(["closed"]);
  });

  test("accounts are found by part of a name, page by page", async () => {
    const { roll, accounts } = current();
    for (const name of ["anna", "annika", "bela", "joanna", "zoe"])
      await accounts.register(newAccount(name));
    await roll.suspend({ ...act(null), name: "bela", suspended: true });
    const page = (search: string, after = "", show: "all" | "suspended" = "all") =>
      roll.page({ search, show, after, limit: 2 });
    const names = async (found: ReturnType<typeof page>) =>
      (await found).accounts.map(({ name }) => name);
    expect(await names(page("ann"))).toEqual(["anna", "annika"]);
    expect(await names(page("ann", "annika"))).toEqual(["joanna"]);
    expect((await page("ann")).total).toBe(3);
    expect(await names(page("", "", "suspended"))).toEqual(["bela"]);
    expect(await names(page("%"))).toEqual([]);
    const day = Math.floor(NOW / DAY);
    expect((await page("zoe")).accounts[0]).toMatchObject({ since: day, lastUse: day, devices: 1 });
    const { accountId } = (await accounts.find({ name: "zoe" })) ?? { accountId: NO_JOURNAL };
    await roll.seen({ accountId, day: day + 3 });
    await roll.seen({ accountId, day: day + 1 });
    expect((await page("zoe")).accounts[0]).toMatchObject({ since: day, lastUse: day + 3 });
  });

  test("invitations: all of a batch or none, a repeat makes nothing twice, and each tells who came", async () => {
    const { invitations, accounts, admin } = current();
    const boss = await newBoss();
    const other = await newBoss("other");
    const codes = [newInvitation({ label: randomBytes(20) }), newInvitation({ uses: 2 })];
    const create = (more: object = {}) =>
      invitations.create({ ...act(boss), invitations: codes, maxUses: 3, journal: true, ...more });
    await expect(create({ maxUses: 2 })).rejects.toMatchObject({ code: "quota_exceeded" });
    const list = (accountId: Bytes, everybody = false) =>
      invitations.list({ accountId, everybody, kind: "person", before: 99, limit: 9 });
    expect(await list(boss)).toEqual([]);
    await create();
    await create();
    await expect(create({ by: other })).rejects.toMatchObject({ code: "forbidden" });
    expect(await list(other)).toEqual([]);
    const [, { codeHash }] = codes as [NewInvitation, NewInvitation];
    await accounts.register(newAccount("amina", { codeHash }));
    expect((await list(other, true)).map(({ mine, by }) => [mine, by])).toEqual([
      [false, "boss"],
      [false, "boss"],
    ]);
    expect(await list(boss)).toMatchObject([
      { uses: 2, usesLeft: 1, usedBy: ["amina"], revoked: false, mine: true },
      { uses: 1, usesLeft: 1, usedBy: [], label: codes[0]?.label },
    ]);
    await invitations.revoke({ ...act(other), ids: [codeHash], everybody: false });
    expect(await admin.codeStands({ codeHash, now: NOW })).toBe(true);
    await invitations.revoke({ ...act(other), ids: [codeHash, randomBytes(32)], everybody: true });
    expect(await admin.codeStands({ codeHash, now: NOW })).toBe(false);
    const refused = accounts.register(newAccount("late", { codeHash }));
    await expect(refused).rejects.toMatchObject({ code: "invitation_invalid" });
    expect(await invitations.sweep({ now: NOW + 2 * HOUR, keepMs: 2 * HOUR, limit: 9 })).toBe(0);
    expect(await invitations.sweep({ now: NOW + 3 * HOUR, keepMs: 2 * HOUR, limit: 9 })).toBe(2);
  });

  test("a box can be destroyed with what is in it, the account's own cannot", async () => {
    const { boxes, accounts } = current();
    const made = newAccount("amina");
    const { accountId } = made.account;
    await accounts.register(made);
    const boxId = randomBytes(16);
    await boxes.create({ accountId, boxId, max: 2 });
    const addressId = randomBytes(16);
    await boxes.put({
      boxId,
      addressId,
      letterId: addressId,
      letter: addressId,
      maxBytes: 1e6,
      now: NOW,
    });
    await boxes.wake({ wakes: [{ boxId, addressId }] });
    await boxes.close({ accountId: randomBytes(16), boxId });
    expect(await boxes.standing({ addresses: [{ boxId, addressId }] })).toEqual([true]);
    await boxes.close({ accountId, boxId });
    await boxes.close({ accountId, boxId });
    expect(await boxes.standing({ addresses: [{ boxId, addressId }] })).toEqual([false]);
    const own = boxes.close({ accountId, boxId: made.account.boxId });
    await expect(own).rejects.toMatchObject({ code: "forbidden" });
    await boxes.create({ accountId, boxId, max: 2 });
  });

  test("letters count over all boxes of an account, by its own limit or the node's", async () => {
    const { boxes, accounts, admin, roll } = current();
    const made = newAccount("amina");
    const { accountId, boxId } = made.account;
    await accounts.register(made);
    const second = randomBytes(16);
    await boxes.create({ accountId, boxId: second, max: 2 });
    const put = (to: Bytes) =>
      boxes.put({
        boxId: to,
        addressId: second,
        letterId: randomBytes(16),
        letter: randomBytes(976),
        maxBytes: 1e6,
        now: NOW,
      });
    await put(boxId);
    await admin.changeSettings({ ...act(null), changes: { letters: 4000 } });
    await put(second);
    await expect(put(second)).rejects.toMatchObject({ code: "box_full" });
    await roll.setLimits({ ...act(null), name: "amina", limits: { letters: 6000 } });
    await put(boxId);
    await expect(put(boxId)).rejects.toMatchObject({ code: "box_full" });
  });
}
