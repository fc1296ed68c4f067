/** What every store must show of Web Push. */
import { expect, test } from "vitest";
import { randomBytes } from "../crypto-fast.ts";
import { newAccount } from "./conformance-accounts.ts";
import type { Store } from "./port.ts";

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;

/** Called from the kit; `current` is the store of the test that runs. */
export function testWebPush(current: () => Store): void {
  const endpointOf = (name: string) => ({
    endpoint: `https://push.example/${name}`,
    p256dh: randomBytes(65),
    auth: randomBytes(16),
  });
  /** An account with two devices, each with a session and a box. */
  const twoDevices = async (name: string) => {
    const { accounts, boxes, devices } = current();
    const made = newAccount(name);
    await accounts.register(made);
    const { accountId, boxId: shared } = made.account;
    const deviceId = randomBytes(32);
    await devices.grant({ accountId, device: { deviceId, cert: randomBytes(80) }, now: NOW });
    const session = { sessionId: randomBytes(32), expires: NOW + HOUR };
    await devices.openSession({ deviceId, session, now: NOW });
    const each = [];
    for (const { sessionId } of [made.session, session]) {
      const boxId = randomBytes(16);
      await boxes.create({ accountId, boxId, sessionId, max: 10 });
      each.push({ sessionId, boxId });
    }
    const [one, two] = each;
    if (one === undefined || two === undefined) throw new Error("no devices");
    return { accountId, shared, one, two, deviceId };
  };

  test("a device's box wakes that device, and an account's own box all that want it", async () => {
    const { webPush } = current();
    const { shared, one, two } = await twoDevices("web-push-1");
    const [first, second] = [endpointOf("1a"), endpointOf("1b")];
    expect(await webPush.forBoxes({ boxIds: [shared, one.boxId] })).toEqual([]);
    await webPush.put({ sessionId: one.sessionId, ...first });
    await webPush.put({ sessionId: two.sessionId, ...second });
    const ofOne = { ...first, boxIds: [one.boxId], device: expect.any(Number) as number };
    const ofTwo = { ...second, boxIds: [two.boxId], device: expect.any(Number) as number };
    expect(await webPush.forBoxes({ boxIds: [one.boxId] })).toEqual([ofOne]);
    expect(await webPush.forBoxes({ boxIds: [two.boxId, two.boxId] })).toEqual([ofTwo]);
    const all = await webPush.forBoxes({ boxIds: [shared, one.boxId, randomBytes(16)] });
    expect(all).toHaveLength(2);
    expect(all).toEqual(expect.arrayContaining([ofOne, ofTwo]));
    expect(await webPush.endpoint({ sessionId: one.sessionId })).toBe(first.endpoint);
  });

  test("what is put replaces what there was, and an endpoint belongs to one device", async () => {
    const { webPush } = current();
    const { shared, one, two } = await twoDevices("web-push-2");
    const endpoints = async () =>
      (await webPush.forBoxes({ boxIds: [shared] })).map(({ endpoint }) => endpoint);
    const [first, second] = [endpointOf("2a"), endpointOf("2b")];
    await webPush.put({ sessionId: one.sessionId, ...first });
    await webPush.put({ sessionId: one.sessionId, ...second });
    expect(await endpoints()).toEqual([second.endpoint]);
    await webPush.put({ sessionId: two.sessionId, ...second });
    expect(await webPush.endpoint({ sessionId: one.sessionId })).toBeNull();
    expect(await endpoints()).toEqual([second.endpoint]);
    await webPush.remove({ sessionId: one.sessionId });
    expect(await endpoints()).toEqual([second.endpoint]);
    await webPush.remove({ sessionId: two.sessionId });
    expect(await endpoints()).toEqual([]);
    const stranger = webPush.put({ sessionId: randomBytes(32), ...first });
    await expect(stranger).rejects.toMatchObject({ code: "forbidden" });
  });

  test("an endpoint that is gone goes, unless the device has named another meanwhile", async () => {
    const { webPush } = current();
    const { one } = await twoDevices("web-push-3");
    const [first, second] = [endpointOf("3a"), endpointOf("3b")];
    await webPush.put({ sessionId: one.sessionId, ...first });
    const [row] = await webPush.forBoxes({ boxIds: [one.boxId] });
    const device = row?.device ?? -1;
    await webPush.put({ sessionId: one.sessionId, ...second });
    await webPush.gone({ device, endpoint: first.endpoint });
    expect(await webPush.endpoint({ sessionId: one.sessionId })).toBe(second.endpoint);
    await webPush.gone({ device, endpoint: second.endpoint });
    expect(await webPush.endpoint({ sessionId: one.sessionId })).toBeNull();
  });

  test("what waits wakes again after a start: pushes in a device's box, letters in the account's", async () => {
    const { boxes, webPush } = current();
    const { accountId, shared, one, two } = await twoDevices("web-push-4");
    await webPush.put({ sessionId: one.sessionId, ...endpointOf("4a") });
    await webPush.put({ sessionId: two.sessionId, ...endpointOf("4b") });
    const waiting = async () =>
      (await webPush.waiting({ limit: 10 })).map(({ endpoint }) => endpoint).toSorted();
    expect(await waiting()).toEqual([]);
    const addressId = randomBytes(16);
    await boxes.wake({ wakes: [{ boxId: two.boxId, addressId }] });
    expect(await waiting()).toEqual(["https://push.example/4b"]);
    const letter = { letterId: randomBytes(16), letter: randomBytes(50), maxBytes: 1e6, now: NOW };
    await boxes.put({ boxId: shared, addressId, ...letter });
    expect(await waiting()).toEqual(["https://push.example/4a", "https://push.example/4b"]);
    expect(await webPush.waiting({ limit: 1 })).toHaveLength(1);
    await boxes.remove({ accountId, boxId: shared, upTo: 1, now: NOW });
    expect(await waiting()).toEqual(["https://push.example/4b"]);
  });

  test("a device that leaves, or whose account is suspended, is woken no more", async () => {
    const { devices, roll, webPush } = current();
    const { accountId, shared, one, two } = await twoDevices("web-push-5");
    await webPush.put({ sessionId: one.sessionId, ...endpointOf("5a") });
    await webPush.put({ sessionId: two.sessionId, ...endpointOf("5b") });
    await devices.leave({ accountId, sessionId: two.sessionId });
    expect(await webPush.forBoxes({ boxIds: [shared] })).toHaveLength(1);
    const about = { by: null, now: NOW, name: "web-push-5" };
    await roll.suspend({ ...about, suspended: true });
    expect(await webPush.forBoxes({ boxIds: [shared] })).toEqual([]);
    await roll.suspend({ ...about, suspended: false });
    expect(await webPush.forBoxes({ boxIds: [shared] })).toHaveLength(1);
  });
}
