/** What every store must show of devices. */
import { expect, test } from "vitest";
import { randomBytes } from "../crypto-fast.ts";
import { newAccount } from "./conformance-accounts.ts";
import type { Store } from "./port.ts";

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;

/** Called from the kit; `current` is the store of the test that runs. */
export function testDevices(current: () => Store): void {
  const twoDevices = async (name: string) => {
    const { accounts, devices } = current();
    const made = newAccount(name);
    await accounts.register(made);
    const { accountId } = made.account;
    const other = { deviceId: randomBytes(32), cert: randomBytes(80) };
    await devices.grant({ accountId, device: other, now: NOW });
    const session = { sessionId: randomBytes(32), expires: NOW + HOUR };
    return { made, accountId, other, session };
  };
  const removal = (made: ReturnType<typeof newAccount>, more: object = {}) => ({
    accountId: made.account.accountId,
    roll: randomBytes(50),
    former: made.account.identity,
    identity: randomBytes(100),
    identitySeq: 1,
    boxKey: randomBytes(100),
    boxKeySeq: 2,
    vault: randomBytes(60),
    version: 2,
    ...more,
  });

  test("a granted device opens a session by itself, one at a time", async () => {
    const { accounts, devices } = current();
    const { accountId, other, session, made } = await twoDevices("devices-1");
    await devices.grant({ accountId, device: other, now: NOW });
    const { deviceId, cert } = other;
    expect(await devices.device({ deviceId })).toEqual({ accountId, cert, locked: false });
    await devices.openSession({ deviceId, session, now: NOW });
    const { sessionId } = session;
    expect(await accounts.session({ sessionId, now: NOW })).toMatchObject({ accountId });
    const next = { sessionId: randomBytes(32), expires: NOW + HOUR };
    await devices.openSession({ deviceId, session: next, now: NOW });
    expect(await accounts.session({ sessionId, now: NOW })).toBeNull();
    const mine = made.session.sessionId;
    expect(await accounts.session({ sessionId: mine, now: NOW })).not.toBeNull();
    const unknown = devices.openSession({ deviceId: randomBytes(32), session, now: NOW });
    await expect(unknown).rejects.toMatchObject({ code: "not_found" });
  });

  test("a removed device goes with everything that is its own, and does not come back", async () => {
    const { accounts, boxes, devices } = current();
    const { accountId, other, session, made } = await twoDevices("devices-2");
    const { deviceId } = other;
    const { sessionId } = session;
    await devices.openSession({ deviceId, session, now: NOW });
    const [its, ours] = [randomBytes(16), randomBytes(16)];
    await boxes.create({ accountId, boxId: its, sessionId, max: 10 });
    await boxes.create({ accountId, boxId: ours, sessionId: made.session.sessionId, max: 10 });
    const arg = { ...removal(made), deviceId };
    expect(await devices.remove(arg)).toEqual([sessionId]);
    // Whoever judged the record by one that stands no more looks again.
    await expect(devices.remove(arg)).rejects.toMatchObject({ code: "busy" });
    const repeat = { ...arg, former: arg.identity };
    expect(await devices.remove(repeat)).toEqual([]);
    expect(await accounts.session({ sessionId, now: NOW })).toBeNull();
    expect(await boxes.owns({ accountId, boxIds: [its] })).toBe(false);
    expect(await boxes.owns({ accountId, boxIds: [ours] })).toBe(true);
    expect((await accounts.account({ accountId }))?.identity).toEqual(arg.identity);
    expect(await devices.roll({ deviceId })).toEqual(arg.roll);
    await expect(devices.device({ deviceId })).rejects.toMatchObject({ code: "device_removed" });
    const again = { accountId, device: other, now: NOW };
    await expect(devices.grant(again)).rejects.toMatchObject({ code: "device_removed" });
    const added = { ...again, sessionId: made.session.sessionId };
    await expect(accounts.addDevice(added)).rejects.toMatchObject({ code: "device_removed" });
    // A roll under an older identity does not put the newer one back.
    const older = { ...repeat, identity: randomBytes(100), identitySeq: 0, boxKeySeq: 3 };
    await expect(devices.remove(older)).rejects.toMatchObject({ code: "malformed" });
  });

  test("leaving ends what is one's own only, and needs no new key", async () => {
    const { accounts, devices } = current();
    const { accountId, other, session, made } = await twoDevices("devices-3");
    await devices.openSession({ deviceId: other.deviceId, session, now: NOW });
    const { sessionId } = session;
    expect(await devices.leave({ accountId, sessionId })).toEqual([sessionId]);
    expect(await devices.device({ deviceId: other.deviceId })).toBeNull();
    expect(await devices.leave({ accountId, sessionId })).toEqual([]);
    expect(await accounts.devices({ accountId })).toEqual([made.device.cert]);
  });

  test("after a change of the passphrase the other devices open no session until they signed in again", async () => {
    const { accounts, devices } = current();
    const { accountId, other, session, made } = await twoDevices("devices-4");
    const { deviceId } = other;
    await accounts.changePassphrase({
      accountId,
      sessionId: made.session.sessionId,
      record: "new",
      way: { id: randomBytes(16), way: "passphrase" },
      vault: randomBytes(20),
      version: 2,
    });
    expect(await devices.device({ deviceId })).toMatchObject({ locked: true });
    expect(await devices.device({ deviceId: made.device.deviceId })).toMatchObject({
      locked: false,
    });
    const refused = devices.openSession({ deviceId, session, now: NOW });
    await expect(refused).rejects.toMatchObject({ code: "unauthenticated" });
    await accounts.signIn({ accountId, session, now: NOW });
    const { sessionId } = session;
    await accounts.addDevice({ accountId, sessionId, device: other, now: NOW });
    expect(await devices.device({ deviceId })).toMatchObject({ locked: false });
  });
}
