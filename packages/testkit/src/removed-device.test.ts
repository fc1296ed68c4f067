/** What a device that was removed still knows, and what it can do with it: alone, and with the help of the account's node. */
import {
  appendDigest,
  createBoxKey,
  createVaultKey,
  decodeGroup,
  epochKeys,
  exportSecret,
  groupId,
  headerHash,
  openEntry,
  randomBytes,
  readHeader,
  readVaultWraps,
  rejoinKeyPair,
  rotateIdentity,
  sealEntry,
  sealLetter,
  sealVault,
  sealVaultKeyToAll,
  sha256,
  signAppend,
  signEvent,
  slotOuterKey,
  slotTag,
} from "@baraza/crypto";
import { signMoved } from "@baraza/crypto/moving";
import { nodeTransport } from "@baraza/engine/node";
import type {
  Bytes,
  DeviceCertificate,
  IdentityRecord,
  Reply,
  StoredEntry,
  VaultWay,
} from "@baraza/protocol";
import {
  decodeCbor,
  decodeResponse,
  encodeCbor,
  encodeRequest,
  fromHex,
  movedBody,
  PATHS,
  readAs,
  rejoinSlot,
  reply as replySchema,
  toBase64url,
  toHex,
  writeAs,
} from "@baraza/protocol";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tamper, vaultOf } from "./hostile-node.ts";
import { hubEntries, hubSlot, keyCandidates, storeRows } from "./inspect.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import { pairByPicture } from "./pairing.ts";
import type { Person } from "./person.ts";
import { spaceOf, untilText } from "./spaces.ts";
import { until } from "./until.ts";

let net: Network;
let names = 0;

beforeAll(async () => {
  net = await network({ nodes: 2 });
});
afterAll(() => net.close());

const someone = (node: number) =>
  net.person({ node, name: `person${++names}`, displayName: `Person ${names}` });

type Known = {
  device: { certificate: DeviceCertificate; privateKey: Bytes };
  identity: IdentityRecord;
  identityKey: Bytes;
  name: string;
  vaultKey: Bytes;
  ways: VaultWay[];
};

const copy = (bytes: Uint8Array): Bytes => new Uint8Array(bytes);

/** Everything that a device has of the account. */
function secretsOf(device: Person): Known {
  const [row] = storeRows<{
    identity: Bytes;
    identity_key: Bytes;
    device_cert: Bytes;
    device_key: Bytes;
    display_name: string;
    vault_key: Bytes;
  }>(device.directory, "SELECT * FROM account");
  if (row === undefined) throw new Error("signed out");
  return {
    device: {
      certificate: decodeCbor(copy(row.device_cert)) as unknown as DeviceCertificate,
      privateKey: copy(row.device_key),
    },
    identity: decodeCbor(copy(row.identity)) as unknown as IdentityRecord,
    identityKey: copy(row.identity_key),
    name: row.display_name,
    vaultKey: copy(row.vault_key),
    ways: storeRows<{ way: Bytes }>(device.directory, "SELECT way FROM ways ORDER BY position").map(
      ({ way }) => decodeCbor(copy(way)) as unknown as VaultWay,
    ),
  };
}

async function removeWholly(from: Person, device: Person): Promise<void> {
  const list = await device.until("devices.list", {}, (all) => all.some((one) => one.here));
  const deviceId = list.find((one) => one.here)?.deviceId ?? "";
  await from.until("devices.list", {}, (all) => all.some((one) => one.deviceId === deviceId));
  await device.kill();
  await from.commands["devices.remove"]({ deviceId });
  await from.until("devices.list", {}, (all) => all.every((one) => one.deviceId !== deviceId));
}

test("a vault that a removed device made, and the node put in the place of the true one, is not taken over", async () => {
  const amina = await someone(0);
  const [laptop, phone] = [await amina.bareDevice(), await amina.bareDevice()];
  const isPut = (device: Person) =>
    storeRows(device.directory, "SELECT 1 FROM account WHERE vault_dirty = 0").length === 1;
  await pairByPicture(amina, laptop);
  await until(() => isPut(laptop), "the laptop's own way in the vault");
  await pairByPicture(amina, phone);
  // The passphrase, and those of the other two devices.
  expect(secretsOf(phone).ways.length).toBeGreaterThanOrEqual(3);
  const thief = secretsOf(phone);
  await removeWholly(amina, phone);
  // It puts its vault on top of the one with the new key, and so takes that over.
  await laptop.commands["account.setDisplayName"]({ displayName: "Amina" });
  const keyOf = (device: Person) => secretsOf(device).vaultKey;
  await until(() => Buffer.from(keyOf(laptop)).equals(keyOf(amina)), "the renewed key");
  const before = keyOf(laptop);

  for (const one of [amina, laptop]) await one.close();
  const { dataDir } = net.node(0);
  const stands = vaultOf(dataDir, amina.name);
  const identityId = sha256(thief.identity.firstKey);
  const forged = createVaultKey();
  const secret: VaultWay = {
    id: randomBytes(16),
    way: "words",
    created: 0,
    signKey: randomBytes(32),
  };
  const listed = [...thief.ways, secret];
  const sealed = await sealVault(forged, await sealVaultKeyToAll(forged, identityId, listed), {
    v: 1,
    version: stands.version + 1,
    prevHash: randomBytes(32),
    identity: thief.identity,
    identityKey: thief.identityKey,
    profile: { name: thief.name, address: amina.address },
    boxKeys: [],
    spaces: [],
    nodes: [],
    ways: listed,
  });
  tamper(dataDir, (db) => {
    db.prepare(
      "UPDATE vaults SET version = ?, vault = ? WHERE account = (SELECT account FROM accounts WHERE name = ?)",
    ).run(stands.version + 1, sealed, amina.name);
  });
  await laptop.restart();
  await laptop.commands["account.setDisplayName"]({ displayName: "Still mine" });
  await laptop.until("notices", {}, (all) => all.some((one) => one.kind === "vaultOld"));
  // What stands at the node in the end is the laptop's, under the key that the phone was not given.
  await until(() => vaultOf(dataDir, amina.name).version > stands.version + 1, "a true vault");
  expect(Buffer.from(keyOf(laptop)).equals(forged)).toBe(false);
  expect(keyOf(laptop)).toEqual(before);
  const ids = secretsOf(laptop).ways.map(({ id }) => Buffer.from(id).toString("hex"));
  expect(ids).not.toContain(Buffer.from(secret.id).toString("hex"));
  await amina.restart();
  await amina.commands["account.setDisplayName"]({ displayName: "Amina again" });
  for (const one of [amina, laptop]) {
    await until(() => isPut(one), "the vault put");
    expect(one.faults).toEqual([]);
  }
}, 90_000);

/** How a device can write to somebody in a space. */
function replyTo(device: Person, identityId: string): Reply {
  const [row] = storeRows<{ reply: Bytes }>(
    device.directory,
    "SELECT reply FROM members WHERE identity_id = ? AND reply IS NOT NULL",
    identityId,
  );
  if (row === undefined) throw new Error("nobody's");
  return readAs(replySchema, copy(row.reply));
}

const replyAt = (device: Person, identityId: string) => toHex(replyTo(device, identityId).address);

/** Amina and Bruno in a space, after Amina has removed a phone; `branch`: what the phone makes of the key that it had. */
async function afterRemoval() {
  const [amina, bruno] = await Promise.all([someone(0), someone(1)]);
  const spaceId = await spaceOf(amina, [bruno]);
  await amina.commands["chat.send"]({ spaceId, text: "before" });
  const phone = await amina.bareDevice();
  await pairByPicture(amina, phone);
  await untilText(phone, spaceId, "before");
  await until(
    () => storeRows(phone.directory, "SELECT 1 FROM members WHERE reply IS NOT NULL").length > 1,
    "how to write to everybody",
  );
  const thief = secretsOf(phone);
  const toBruno = replyTo(phone, bruno.identityId);
  await removeWholly(amina, phone);
  const newest = () =>
    storeRows<{ chain: Bytes }>(
      bruno.directory,
      "SELECT chain FROM person_keys WHERE identity_id = ?",
      amina.identityId,
    )[0]?.chain.length;
  await until(() => newest() === 64, "her new key");
  const identity = { record: thief.identity, privateKey: thief.identityKey };
  const branch = await rotateIdentity(await rotateIdentity(identity));
  return { amina, bruno, phone, spaceId, thief: { ...thief, ...identity }, branch, toBruno };
}

test("what a removed device writes to others is not heard: they follow nobody elsewhere, and write where they did", async () => {
  const { amina, bruno, spaceId, thief, branch, toBruno } = await afterRemoval();
  const before = replyAt(bruno, amina.identityId);
  const statement = await signMoved(branch, {
    from: { name: amina.name, node: net.node(0).name },
    to: { name: amina.name, node: "elsewhere.example" },
    seq: 9,
    time: Date.now(),
  });
  const identityId = sha256(thief.identity.firstKey);
  const body = writeAs(movedBody, {
    statement,
    reply: {
      node: "elsewhere.example",
      address: randomBytes(64),
      identityId,
      boxKey: (await createBoxKey(branch, 99, Date.now())).record,
    },
  });
  const { letter, letterId } = await sealLetter({
    from: thief.device,
    to: toBruno.identityId,
    boxKey: toBruno.boxKey,
    kind: "moved",
    body,
    at: Date.now(),
  });
  const transport = nodeTransport(net.node(1).url);
  const { address } = toBruno;
  const answer = await transport.request(
    `${PATHS.api}boxes.put`,
    encodeRequest("boxes.put", { address, letterId, letter }),
    { headers: { "content-type": "application/cbor" } },
  );
  decodeResponse("boxes.put", answer.status, answer.body);
  transport.close();
  await until(
    () =>
      storeRows(bruno.directory, "SELECT 1 FROM letters_in WHERE letter_id = ?", toHex(letterId))
        .length === 1,
    "the letter read",
  );
  await until(
    () => storeRows(bruno.directory, "SELECT 1 FROM moves_heard").length === 0,
    "statements checked",
  );
  expect(storeRows(bruno.directory, "SELECT * FROM moves")).toEqual([]);
  expect(replyAt(bruno, amina.identityId)).toBe(before);
  const people = await bruno.now("people", { spaceId });
  expect(people.find((one) => one.identityId === amina.identityId)?.address).toBe(amina.address);
  expect(bruno.faults).toEqual([]);
}, 90_000);

test("nobody writes to a key that a former key of its owner signed: the present one is fetched, and has to be on record", async () => {
  const { amina, bruno, spaceId, thief } = await afterRemoval();
  const stale = await createBoxKey(thief, 99, Date.now());
  await bruno.close();
  const db = new DatabaseSync(join(bruno.directory, "store.db"));
  const present = replyTo(bruno, amina.identityId);
  db.prepare("UPDATE members SET reply = ? WHERE identity_id = ?").run(
    encodeCbor({ ...present, boxKey: stale.record }),
    amina.identityId,
  );
  db.close();
  await bruno.restart();
  const holders = [amina.identityId];
  await bruno.commands["recovery.share"]({ kind: "organisation", holders, k: 1, spaceId });
  // Had it been sealed to the other key, it could not be read here.
  await amina.until("recovery.held", {}, (list) => list.length === 1);
  expect(bruno.faults).toEqual([]);
}, 90_000);

test("a copy of a device: whoever starts afresh and removes the former entry shuts the copy out", async () => {
  const [amina, bruno] = await Promise.all([someone(0), someone(1)]);
  const spaceId = await spaceOf(amina, [bruno]);
  const isPut = () =>
    storeRows(amina.directory, "SELECT 1 FROM account WHERE vault_dirty = 0").length === 1;
  await until(isPut, "its own way in the vault");
  const copied = await amina.backup();
  await amina.commands["chat.send"]({ spaceId, text: "after the copy was made" });
  await untilText(bruno, spaceId, "after the copy was made");
  await amina.restore(copied);
  await amina.until("space", { spaceId }, (space) => space?.trouble?.kind === "cloned");
  await amina.commands["space.repair"]({ spaceId });
  await amina.until("space", { spaceId }, (space) => space?.trouble === null);
  const list = await amina.until("devices.list", {}, (all) => all.length === 2);
  const deviceId = list.find(({ here }) => !here)?.deviceId ?? "";
  await amina.commands["devices.remove"]({ deviceId });
  await amina.until("devices.list", {}, (all) => all.length === 1);

  const [row] = storeRows<{ session: Bytes }>(copied, "SELECT session FROM account");
  const [own] = storeRows<{ id: Bytes; secret: Bytes }>(copied, "SELECT * FROM own_way");
  if (row === undefined || own === undefined) throw new Error("signed out");
  const transport = nodeTransport(net.node(0).url);
  const authorization = `Bearer ${toBase64url(copy(row.session))}`;
  const answer = await transport.request(`${PATHS.api}vault.get`, encodeRequest("vault.get", {}), {
    headers: { "content-type": "application/cbor", authorization },
  });
  transport.close();
  expect(answer.status).toBe(401);
  await until(isPut, "the vault of the new device");
  const wraps = readVaultWraps(vaultOf(net.node(0).dataDir, amina.name).vault);
  expect(wraps.map(({ id }) => toHex(id))).not.toContain(toHex(copy(own.id)));
  expect(wraps.filter(({ way }) => way === "device")).toHaveLength(1);
  await amina.commands["chat.send"]({ spaceId, text: "afresh" });
  await untilText(bruno, spaceId, "afresh");
  expect(amina.faults).toEqual([]);
}, 90_000);

/** All blobs of a device's store, whatever they are. */
function blobsOf(device: Person): Uint8Array[] {
  const tables = storeRows<{ name: string }>(
    device.directory,
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%' AND name NOT LIKE 'chat%'",
  );
  return tables.flatMap(({ name }) =>
    storeRows<Record<string, unknown>>(device.directory, `SELECT * FROM "${name}"`).flatMap((row) =>
      Object.values(row).filter((value) => value instanceof Uint8Array),
    ),
  );
}

async function opens(keys: Iterable<Bytes>, entry: StoredEntry): Promise<boolean> {
  const one = (contentKey: Bytes) =>
    openEntry({ contentKey, headerBytes: entry.header, body: entry.body }).then(
      () => true,
      () => false,
    );
  let batch: Promise<boolean>[] = [];
  for (const key of keys) {
    batch.push(one(key));
    if (batch.length < 500) continue;
    if ((await Promise.all(batch)).includes(true)) return true;
    batch = [];
  }
  return (await Promise.all(batch)).includes(true);
}

test("nothing in a removed device's store opens what is said in the next epoch, posts there, or comes back by the slot", async () => {
  const { amina, bruno, phone, spaceId } = await afterRemoval();
  const logId = fromHex(spaceId);
  type Former = { mls: Bytes; epoch: number };
  const [former] = storeRows<Former>(
    phone.directory,
    "SELECT mls, epoch FROM spaces WHERE log_id = ?",
    spaceId,
  );
  if (former === undefined) throw new Error("no space");
  const epochOf = () =>
    storeRows<{ epoch: number }>(
      amina.directory,
      "SELECT epoch FROM spaces WHERE log_id = ?",
      spaceId,
    )[0]?.epoch ?? 0;
  await until(() => epochOf() > former.epoch, "the next epoch");
  await amina.commands["chat.send"]({ spaceId, text: "without the phone" });
  await untilText(bruno, spaceId, "without the phone");
  const entry = hubEntries(net.node(0), spaceId).findLast(
    (one) => readHeader(one.header).kind === "entry",
  );
  if (entry === undefined) throw new Error("no entry");
  expect(readHeader(entry.header).epoch).toBeGreaterThan(former.epoch);
  expect(await opens(keyCandidates(blobsOf(amina)), entry)).toBe(true);
  expect(await opens(keyCandidates(blobsOf(phone)), entry)).toBe(false);

  const group = await decodeGroup(former.mls);
  const { contentKey, posting } = await epochKeys(
    (label, context, length) => exportSecret(group, label, context, length),
    groupId(group),
  );
  const transport = nodeTransport(net.node(0).url);
  for (const epoch of [former.epoch, readHeader(entry.header).epoch]) {
    const { header, body } = await sealEntry({
      contentKey,
      header: {
        v: 1,
        suite: 1,
        logId,
        gen: 0,
        kind: "entry",
        epoch,
        appendId: randomBytes(16),
        blobs: [],
      },
      event: await anEvent(logId, epoch, phone),
    });
    const sig = await signAppend(posting.privateKey, appendDigest([headerHash(header)]));
    const answer = await transport.request(
      `${PATHS.api}logs.append`,
      encodeRequest("logs.append", { logId, entries: [{ header, body }], sigs: { posting: sig } }),
      { headers: { "content-type": "application/cbor" } },
    );
    expect(() => decodeResponse("logs.append", answer.status, answer.body)).toThrow(
      expect.objectContaining({ code: epoch === former.epoch ? "stale_epoch" : "bad_signature" }),
    );
  }
  transport.close();

  // The slot: no envelope for a rejoin key that it knew, and no secret of its that signs a return.
  const secrets = (device: Person) =>
    blobsOf(device)
      .filter((blob) => blob.length === 32)
      .map(copy);
  const slot = readAs(rejoinSlot, hubSlot(net.node(0), spaceId) ?? new Uint8Array(), 2 ** 21);
  const nonce = groupId(group);
  const waysIn = async (device: Person) => {
    const found = [];
    for (const secret of secrets(device)) {
      const key = await rejoinKeyPair(secret, nonce, "x25519");
      const tag = slotTag(logId, key.publicKey);
      if (slot.envelopes.some((one) => Buffer.from(one.tag).equals(tag))) found.push("envelope");
      if (Buffer.from(slotOuterKey(secret, nonce).publicKey).equals(slot.outerKey))
        found.push("outer key");
    }
    return [...new Set(found)].toSorted();
  };
  expect(await waysIn(amina)).toEqual(["envelope", "outer key"]);
  expect(await waysIn(phone)).toEqual([]);
}, 120_000);

/** Something that a device says. */
async function anEvent(logId: Bytes, epoch: number, device: Person) {
  const { certificate, privateKey } = secretsOf(device).device;
  return signEvent({
    logId,
    epoch,
    device: { privateKey, hash: sha256(encodeCbor(certificate)) },
    eventId: randomBytes(16),
    counter: 1000,
    prevOwnHash: new Uint8Array(32),
    seen: { gen: 0, seq: 0, head: new Uint8Array(32) },
    type: "chat.message",
    typeVersion: 1,
    at: Date.now(),
    payload: encodeCbor({ text: "I am still here" }),
  });
}
