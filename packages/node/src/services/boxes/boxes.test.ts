import { createIdentity, ed25519FromSeed, ed25519Generate, signPushRequest } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { encodeRequest, LIMITS } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomBytes } from "../../crypto-fast.ts";
import type { Person, TestNode } from "../node.testing.ts";
import { bootNode, enrol, refuses } from "../node.testing.ts";
import { loadSecrets } from "../../secrets.ts";

let node: TestNode;
let hub: TestNode;
let amina: Person;
beforeAll(async () => {
  [node, hub] = await Promise.all([bootNode({ host: "a" }), bootNode({ host: "hub" })]);
  amina = await enrol(node, "amina");
});
afterAll(() => Promise.all([node.close(), hub.close()]));

const DAY = 24 * 60 * 60_000;

test("addresses of one box look unrelated, and only its owner gets them", async () => {
  const { addresses } = await letters(amina, 3);
  expect(new Set(addresses.map(({ address }) => address.length)).size).toBe(1);
  expect(new Set(addresses.map(({ address }) => Buffer.from(address).toString("hex"))).size).toBe(
    3,
  );
  const bruno = await enrol(node, "bruno");
  const ask = {
    boxId: amina.boxId,
    scope: "letters" as const,
    expires: node.now() + DAY,
    count: 1,
  };
  await refuses(node.call("boxes.addresses", ask, bruno.session), "not_found");
  await refuses(node.call("boxes.addresses", ask), "unauthenticated");
  for (const wrong of [
    { expires: node.now() - 1 },
    { expires: node.now() + 800 * DAY },
    { scope: "push" as const },
    { hub: "hub.localhost:1" },
    { scope: "push" as const, hub: "hub.localhost:1", expires: node.now() + 100 * DAY },
  ])
    await refuses(node.call("boxes.addresses", { ...ask, ...wrong }, amina.session), "malformed");
});

test("a letter is put once, whoever repeats it, even after it was read and deleted", async () => {
  const person = await enrol(node, "carla");
  const address = await addressOf(person);
  const letter = { address, letterId: randomBytes(16), letter: randomBytes(2048) };
  await node.call("boxes.put", letter);
  await node.call("boxes.put", letter);
  const { boxId, session } = person;
  const read = await node.call("boxes.read", { boxId, after: 0 }, session);
  expect(read.letters.map(({ seq }) => seq)).toEqual([1]);
  expect(read.letters[0]?.letter).toEqual(letter.letter);
  await node.call("boxes.delete", { boxId, upTo: 1 }, session);
  await node.call("boxes.put", letter);
  expect((await node.call("boxes.read", { boxId, after: 0 }, session)).letters).toEqual([]);
  await node.call("boxes.put", { ...letter, letterId: randomBytes(16) });
  const later = await node.call("boxes.read", { boxId, after: 0 }, session);
  expect(later.letters.map(({ seq }) => seq)).toEqual([2]);
});

test("letters are read in order and in portions, by their owner only", async () => {
  const person = await enrol(node, "dora");
  const address = await addressOf(person);
  const { boxId, session } = person;
  for (let i = 0; i < 5; i++)
    await node.call("boxes.put", {
      address,
      letterId: randomBytes(16),
      letter: new Uint8Array(10).fill(i),
    });
  const first = await node.call("boxes.read", { boxId, after: 0, limit: 2 }, session);
  expect(first.letters.map(({ letter }) => letter[0])).toEqual([0, 1]);
  expect(first.more).toBe(true);
  const rest = await node.call("boxes.read", { boxId, after: 2 }, session);
  expect(rest.letters.map(({ seq }) => seq)).toEqual([3, 4, 5]);
  expect(rest.more).toBe(false);
  await refuses(node.call("boxes.read", { boxId, after: 0 }, amina.session), "not_found");
  await refuses(node.call("boxes.delete", { boxId, upTo: 9 }, amina.session), "not_found");
  await refuses(node.call("boxes.wakes", { boxId }, amina.session), "not_found");
});

test("an address that was revoked, has expired, or is no address takes nothing", async () => {
  const person = await enrol(node, "eve");
  const { addresses } = await letters(person, 2, node.now() + 1000);
  const [first, second] = addresses;
  if (first === undefined || second === undefined) throw new Error("no addresses");
  const put = (address: Bytes) =>
    node.call("boxes.put", { address, letterId: randomBytes(16), letter: randomBytes(9) });
  await put(first.address);
  const { boxId, session } = person;
  const { addressId } = first;
  await refuses(node.call("boxes.revoke", { boxId, addressId }, amina.session), "not_found");
  await node.call("boxes.revoke", { boxId, addressId }, session);
  await refuses(put(first.address), "address_invalid");
  await put(second.address);
  node.clock.ahead += 2000;
  await refuses(put(second.address), "address_expired");
  await refuses(put(randomBytes(first.address.length)), "address_invalid");
  const tampered = second.address.slice();
  tampered[40] = (tampered[40] ?? 0) ^ 1;
  await refuses(put(tampered), "address_invalid");
  const push = await pushAddress(person, "hub.localhost:1");
  await refuses(put(push), "address_invalid");
});

test("a box that nobody drains becomes full, and takes letters again when it is drained", async () => {
  const person = await enrol(node, "fay");
  const address = await addressOf(person);
  const { boxId, session } = person;
  const letter = randomBytes(LIMITS.letterBytes);
  const put = () => node.call("boxes.put", { address, letterId: randomBytes(16), letter });
  const fit = Math.floor(LIMITS.boxBytes / (LIMITS.letterBytes + 1024));
  for (let i = 0; i < fit; i++) await put();
  await refuses(put(), "box_full");
  await node.call("boxes.delete", { boxId, upTo: 1 }, session);
  await put();
  await refuses(put(), "box_full");
}, 60_000);

test("an account has a bounded number of boxes", async () => {
  const person = await enrol(node, "gina");
  for (let i = 1; i < LIMITS.boxesPerAccount; i++)
    await node.call("boxes.create", {}, person.session);
  await refuses(node.call("boxes.create", {}, person.session), "quota_exceeded");
});

test("a push for nobody who listens becomes one wake per address, and is cleared when it was read", async () => {
  const person = await enrol(node, "hanna");
  const { boxId, session } = person;
  const first = await pushAddress(person, hub.name);
  const second = await pushAddress(person, hub.name);
  const wakes = (clear?: number) =>
    node.call("boxes.wakes", { boxId, ...(clear === undefined ? {} : { clear }) }, session);
  expect((await deliver([first, second, first])).gone).toEqual([]);
  await deliver([first]);
  const woken = await wakes();
  expect(woken.addressIds).toHaveLength(2);
  // One that comes between reading and clearing is not lost.
  await deliver([second]);
  const left = await wakes(woken.upTo);
  expect(left.addressIds).toHaveLength(1);
  expect((await wakes(left.upTo)).addressIds).toEqual([]);
});

test("pushes are taken from the hub that an address names, signed, now, once", async () => {
  const person = await enrol(node, "ida");
  const address = await pushAddress(person, hub.name);
  const nodeKey = (await loadSecrets(hub.dataDir)).nodeKey.privateKey;
  const fields = {
    hub: hub.name,
    to: node.name,
    time: node.now(),
    nonce: randomBytes(16),
    deliveries: [{ address, body: randomBytes(100) }],
  };
  const request = await signPushRequest(nodeKey, fields);
  const send = (given: typeof request) => node.call("push.deliver", given);
  expect(await send(request)).toEqual({ gone: [] });
  await refuses(send(request), "replayed");
  await refuses(send({ ...request, nonce: randomBytes(16) }), "bad_signature");
  const old = { ...fields, nonce: randomBytes(16), time: node.now() - 11 * 60_000 };
  await refuses(send(await signPushRequest(nodeKey, old)), "replayed");
  await refuses(send({ ...request, to: "other.localhost:1" }), "malformed");
  const forged = await signPushRequest(ed25519Generate().privateKey, {
    ...fields,
    nonce: randomBytes(16),
  });
  await refuses(send(forged), "bad_signature");
});

test("addresses for another hub, expired or revoked ones are gone, without asking anybody", async () => {
  const person = await enrol(node, "jo");
  const { boxId, session } = person;
  const elsewhere = await pushAddress(person, "nobody.localhost:9");
  expect((await deliver([elsewhere, randomBytes(elsewhere.length)])).gone).toEqual([0, 1]);
  const made = await node.call(
    "boxes.addresses",
    { boxId, scope: "push", hub: hub.name, expires: node.now() + DAY, count: 2 },
    session,
  );
  const [kept, revoked] = made.addresses;
  if (kept === undefined || revoked === undefined) throw new Error("no addresses");
  const both = [kept.address, revoked.address];
  expect((await deliver(both)).gone).toEqual([]);
  await node.call("boxes.revoke", { boxId, addressId: revoked.addressId }, session);
  expect((await deliver(both)).gone).toEqual([1]);
  // A hub that does not exist: its record is asked for only when an address names it.
  const stranger = await createIdentity();
  const request = await signPushRequest(stranger.privateKey, {
    hub: "nobody.localhost:9",
    to: node.name,
    time: node.now(),
    nonce: randomBytes(16),
    deliveries: [{ address: elsewhere, body: randomBytes(9) }],
  });
  await refuses(node.call("push.deliver", request), "target_unreachable");
  node.clock.ahead += 2 * DAY;
  hub.clock.ahead = node.clock.ahead;
  expect((await deliver([kept.address])).gone).toEqual([0]);
});

test("a letter above the limit is refused and the connection goes on", async () => {
  const address = await addressOf(amina);
  const letter = { address, letterId: randomBytes(16), letter: randomBytes(16) };
  const fitting = encodeRequest("boxes.put", letter);
  const { status } = await node.client.post("boxes.put", new Uint8Array(LIMITS.letterBytes * 2));
  expect(status).toBe(413);
  expect((await node.client.post("boxes.put", fitting)).status).toBe(200);
});

function letters({ boxId, session }: Person, count: number, expires = node.now() + DAY) {
  return node.call("boxes.addresses", { boxId, scope: "letters", expires, count }, session);
}

async function addressOf(person: Person): Promise<Bytes> {
  const [made] = (await letters(person, 1)).addresses;
  if (made === undefined) throw new Error("no address");
  return made.address;
}

async function pushAddress({ boxId, session }: Person, from: string): Promise<Bytes> {
  const ask = { boxId, scope: "push" as const, hub: from, expires: node.now() + DAY, count: 1 };
  const [made] = (await node.call("boxes.addresses", ask, session)).addresses;
  if (made === undefined) throw new Error("no address");
  return made.address;
}

async function deliver(addresses: Bytes[]) {
  const { nodeKey } = await loadSecrets(hub.dataDir);
  const request = await signPushRequest(ed25519FromSeed(nodeKey.privateKey), {
    hub: hub.name,
    to: node.name,
    time: node.now(),
    nonce: randomBytes(16),
    deliveries: addresses.map((address) => ({ address, body: randomBytes(100) })),
  });
  return node.call("push.deliver", request);
}
