import { decodeGroup, roster } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { nodePlatform } from "@baraza/engine/node";
import { encodeRequest, PATHS, toBase64url } from "@baraza/protocol";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import { pairByPicture } from "./pairing.ts";
import type { Person } from "./person.ts";
import { spaceOf, untilText, untilTexts } from "./spaces.ts";
import { pause, until } from "./until.ts";

let net: Network;
let amina: Person;
let bruno: Person;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
});
afterAll(() => net.close());

/** The id by which a device's owner knows it. */
async function idOf(person: Person): Promise<string> {
  const list = await person.until("devices.list", {}, (all) => all.some((one) => one.here));
  return list.find((one) => one.here)?.deviceId ?? "";
}

/** Removes a device and waits until nothing of it is left to do. */
async function removeWholly(from: Person, deviceId: string): Promise<void> {
  await from.until("devices.list", {}, (all) => all.some((one) => one.deviceId === deviceId));
  await from.commands["devices.remove"]({ deviceId });
  await from.until("devices.list", {}, (all) => all.every((one) => one.deviceId !== deviceId));
}

/** A copy of somebody's store as it is now, to look into what it knows. */
function look<T>(person: Person, query: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(join(person.directory, "store.db"), { readOnly: true });
  try {
    return query(db);
  } finally {
    db.close();
  }
}

const epochOf = (person: Person, spaceId: string) =>
  look(person, (db) => {
    const row = db.prepare("SELECT epoch, mls FROM spaces WHERE log_id = ?").get(spaceId);
    return row as { epoch: number; mls: Bytes | null } | undefined;
  });

test("a removed device is out of every space, of the node and of the vault, and wipes itself", async () => {
  const shared = await spaceOf(amina, [bruno], { title: "Shared" });
  const theirs = await spaceOf(bruno, [amina], { title: "Theirs" });
  const alone = await spaceOf(amina, [], { title: "Alone" });
  await bruno.commands["chat.send"]({ spaceId: shared, text: "before" });
  await amina.commands["chat.send"]({ spaceId: alone, text: "mine" });
  const phone = await amina.bareDevice();
  await pairByPicture(amina, phone);
  await untilText(phone, shared, "before");
  await untilText(phone, alone, "mine");
  for (const spaceId of [shared, theirs, alone])
    await phone.until("space", { spaceId }, (space) => space?.state === "active");
  const phoneId = await idOf(phone);
  // Whoever found it keeps it from hearing, and then tries what it knows.
  await until(() => epochOf(phone, alone)?.mls, "the phone's place");
  const thief = look(phone, (db) => {
    const account = db.prepare("SELECT session, vault_key, identity_key FROM account").get() as {
      session: Uint8Array;
      vault_key: Uint8Array;
      identity_key: Uint8Array;
    };
    const spaces = db.prepare("SELECT log_id, epoch, mls FROM spaces").all() as {
      log_id: string;
      epoch: number;
      mls: Bytes;
    }[];
    return { account, spaces };
  });
  await phone.kill();
  await removeWholly(amina, phoneId);

  // The node: no session, no vault, no new session by the device's key.
  const { transport } = nodePlatform({ origin: net.node(0).url, directory: phone.directory });
  const session = toBase64url(new Uint8Array(thief.account.session));
  const answer = await transport.request(`${PATHS.api}vault.get`, encodeRequest("vault.get", {}), {
    headers: { "content-type": "application/cbor", authorization: `Bearer ${session}` },
  });
  transport.close();
  expect(answer.status).toBe(401);
  const account = look(amina, (db) =>
    db.prepare("SELECT vault_key, identity_key FROM account").get(),
  ) as { vault_key: Uint8Array; identity_key: Uint8Array };
  expect(account.vault_key).not.toEqual(thief.account.vault_key);
  expect(account.identity_key).not.toEqual(thief.account.identity_key);

  // The spaces: one leaf less in each, and an epoch whose keys the old state does not have.
  for (const { log_id, epoch, mls } of thief.spaces) {
    const now = await until(() => {
      const row = epochOf(amina, log_id);
      return row !== undefined && row.epoch > epoch ? row : null;
    }, "the next epoch");
    const leaves = async (state: Bytes) => roster(await decodeGroup(state)).length;
    expect(await leaves(now.mls as Bytes)).toBe((await leaves(mls)) - 1);
    const known = look(amina, (db) =>
      db
        .prepare("SELECT content_key FROM epochs WHERE log_id = ? AND epoch = ?")
        .get(log_id, now.epoch),
    ) as { content_key: Uint8Array };
    expect(known.content_key).toBeDefined();
  }
  const people = await bruno.until("people", { spaceId: shared }, (list) =>
    list.some((one) => one.identityId === amina.identityId && one.devices === 1),
  );
  expect(people.find((one) => one.identityId === amina.identityId)?.check).toBe("invited");
  await amina.commands["chat.send"]({ spaceId: shared, text: "after" });
  await untilTexts(bruno, shared, ["before", "after"]);

  // It wakes up, learns why, and has nothing left.
  await phone.restart();
  await phone.until("status", {}, (status) => status.wasRemoved);
  expect(await phone.now("account", {})).toBeNull();
  expect(await phone.now("spaces", {})).toEqual([]);
  expect(look(phone, (db) => db.prepare("SELECT count(*) AS n FROM events").get())).toEqual({
    n: 0,
  });
  for (const one of [amina, bruno]) {
    expect(one.faults).toEqual([]);
    expect((await one.now("space", { spaceId: shared }))?.trouble ?? null).toBeNull();
  }
});

test("a removal that is cut off at any step goes on where it was", async () => {
  const spaceId = await spaceOf(amina, [bruno], { title: "Cut" });
  await amina.commands["chat.send"]({ spaceId, text: "whole" });
  for (const steps of [1, 3, 6, 10, 15]) {
    const phone = await amina.bareDevice();
    await pairByPicture(amina, phone);
    await untilText(phone, spaceId, "whole");
    const deviceId = await idOf(phone);
    await amina.until("devices.list", {}, (all) => all.some((one) => one.deviceId === deviceId));
    const cut = amina.killAfter(steps);
    void amina.commands["devices.remove"]({ deviceId }).catch(() => undefined);
    await Promise.race([cut, pause(4000)]);
    await amina.restart();
    const list = await amina.now("devices.list", {});
    // Cut off before anything was written down: the person asks again.
    if (list.some((one) => one.deviceId === deviceId && one.removing === null))
      await amina.commands["devices.remove"]({ deviceId });
    await amina.until("devices.list", {}, (all) => all.every((one) => one.deviceId !== deviceId));
    await phone.until("status", {}, (status) => status.wasRemoved);
    await phone.close();
  }
  await amina.commands["chat.send"]({ spaceId, text: "still whole" });
  await untilText(bruno, spaceId, "still whole");
  await bruno.until("people", { spaceId }, (list) =>
    list.some((one) => one.identityId === amina.identityId && one.devices === 1),
  );
}, 120_000);

test("in a space whose hub is down it is taken out once the hub is back, and the list says so until then", async () => {
  const spaceId = await spaceOf(bruno, [amina], { title: "Down" });
  await bruno.commands["chat.send"]({ spaceId, text: "hello" });
  const phone = await amina.bareDevice();
  await pairByPicture(amina, phone);
  await untilText(phone, spaceId, "hello");
  const deviceId = await idOf(phone);
  await amina.until("devices.list", {}, (all) => all.some((one) => one.deviceId === deviceId));
  await net.node(1).kill();
  await amina.commands["devices.remove"]({ deviceId });
  await phone.until("status", {}, (status) => status.wasRemoved);
  const row = await amina.until("devices.list", {}, (all) =>
    all.some((one) => one.deviceId === deviceId && one.removing?.told === true),
  );
  expect(row.find((one) => one.deviceId === deviceId)?.removing?.left).toBeGreaterThan(0);
  await net.node(1).restart();
  await amina.until("devices.list", {}, (all) => all.every((one) => one.deviceId !== deviceId));
  await bruno.until("people", { spaceId }, (list) =>
    list.some((one) => one.identityId === amina.identityId && one.devices === 1),
  );
  await phone.close();
}, 90_000);

test("another device of the account takes the new keys over and goes on; the next one is added as before", async () => {
  const spaceId = await spaceOf(amina, [bruno], { title: "Three" });
  await amina.commands["chat.send"]({ spaceId, text: "one" });
  const [phone, laptop] = [await amina.bareDevice(), await amina.bareDevice()];
  for (const one of [phone, laptop]) {
    await pairByPicture(amina, one);
    await untilText(one, spaceId, "one");
  }
  await removeWholly(amina, await idOf(phone));
  await laptop.until("devices.list", {}, (all) => all.length === 2);
  await laptop.commands["chat.send"]({ spaceId, text: "two" });
  await untilText(bruno, spaceId, "two");
  const tablet = await amina.bareDevice();
  await pairByPicture(laptop, tablet);
  await untilText(tablet, spaceId, "two");
  await tablet.commands["chat.send"]({ spaceId, text: "three" });
  for (const one of [amina, bruno, laptop]) await untilText(one, spaceId, "three");
  for (const one of [amina, laptop, tablet]) expect(one.faults).toEqual([]);
  await removeWholly(laptop, await idOf(tablet));
  for (const one of [phone, laptop, tablet]) await one.close();
}, 90_000);

test("whoever signs out gives the place back, and keeps the person's own where it was the last", async () => {
  const spaceId = await spaceOf(amina, [bruno], { title: "Leaving" });
  await amina.commands["chat.send"]({ spaceId, text: "hello" });
  const phone = await amina.bareDevice();
  await pairByPicture(amina, phone);
  await untilText(phone, spaceId, "hello");
  await bruno.until("people", { spaceId }, (list) =>
    list.some((one) => one.identityId === amina.identityId && one.devices === 2),
  );
  await phone.commands["account.signOut"]({});
  await bruno.until("people", { spaceId }, (list) =>
    list.some((one) => one.identityId === amina.identityId && one.devices === 1),
  );
  expect((await phone.now("status", {})).wasRemoved).toBe(false);
  const { name, passphrase } = bruno;
  await bruno.commands["account.signOut"]({});
  const people = await amina.now("people", { spaceId });
  expect(people.find((one) => one.identityId === bruno.identityId)?.devices).toBe(1);
  await bruno.commands["account.signIn"]({ name, passphrase });
  await untilText(bruno, spaceId, "hello");
  // The leaf that was left goes with the new one.
  await amina.until("people", { spaceId }, (list) =>
    list.some((one) => one.identityId === bruno.identityId && one.devices === 1),
  );
  await phone.close();
}, 90_000);

test("a name that one gives a device is seen on the others, and this one is not removed by itself", async () => {
  const phone = await amina.bareDevice();
  await pairByPicture(amina, phone);
  const deviceId = await idOf(phone);
  await phone.commands["devices.rename"]({ deviceId, name: "  Old phone " });
  await phone.until("devices.list", {}, (all) => all.some((one) => one.name === "Old phone"));
  await expect(phone.commands["devices.remove"]({ deviceId })).rejects.toMatchObject({
    code: "invalid",
  });
  await amina.until("devices.list", {}, (all) => all.some((one) => one.deviceId === deviceId));
  await phone.commands["account.signOut"]({});
  await phone.close();
});
