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
import { until } from "./until.ts";

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
