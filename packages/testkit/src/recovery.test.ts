import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { randomBytes, readDeviceCredential, readIdentity, sealLetter } from "@baraza/crypto";
import {
  asRehearsal,
  createRescueKey,
  rescueCode,
  rescueKeys,
  sealRescue,
  splitSecret,
} from "@baraza/crypto/recovery";
import { nodeTransport } from "@baraza/engine/node";
import type { Rescue } from "@baraza/engine";
import type { Bytes } from "@baraza/protocol";
import {
  decodeCbor,
  encodeCbor,
  encodeHelpFragment,
  encodeRequest,
  fromHex,
  PATHS,
  readAs,
  reply as replySchema,
} from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { storeRows } from "./inspect.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { bringIn, fragmentOf, spaceOf, untilText } from "./spaces.ts";
import { until } from "./until.ts";

let net: Network;
let helpers: Person[];
let spaceId: string;
/** Who has a share of whom: five people on two nodes, all in one space. */
beforeAll(async () => {
  net = await network({ nodes: 2 });
  const names = ["bruno", "carla", "dario", "elif", "farid"];
  helpers = [];
  for (const [at, name] of names.entries())
    helpers.push(
      await net.person({ node: at % 2, name, displayName: name[0]?.toUpperCase() + name.slice(1) }),
    );
  spaceId = await spaceOf(nth(0), helpers.slice(1));
});
afterAll(() => net.close());

const nth = (at: number): Person => {
  const one = helpers[at];
  if (one === undefined) throw new Error("no such helper");
  return one;
};

/** Somebody whom all helpers know, and who shares a way back among them. */
async function guarded(name: string, k = 3, holders = helpers): Promise<Person> {
  const person = await net.person({ node: 0, name, displayName: name });
  await bringIn(nth(0), person, spaceId);
  await person.until("recovery.candidates", {}, (list) => list.length >= helpers.length);
  await share(person, k, holders);
  return person;
}

async function share(person: Person, k: number, holders: readonly Person[]): Promise<string> {
  const { setId } = await person.commands["recovery.share"]({
    kind: "people",
    holders: holders.map((one) => one.identityId),
    k,
  });
  await person.until("recovery.sets", {}, (sets) => {
    const set = sets.find((one) => one.setId === setId);
    return set?.holders.length === holders.length && set.holders.every((h) => h.state === "held");
  });
  await person.until("recovery.sets", {}, (sets) => sets.length === 1);
  return setId;
}

/** The only request of a device as it is after a look. */
async function lookedAt(device: Person): Promise<Rescue> {
  const [before] = await device.now("recovery.rescues", {});
  if (before === undefined) throw new Error("no request");
  await device.commands["recovery.look"]({ rescueId: before.rescueId });
  const [after] = await device.now("recovery.rescues", {});
  if (after === undefined) throw new Error("no request");
  return after;
}

/** A device with nothing, on which the person has asked for help. */
async function askingDevice(person: Person): Promise<{ device: Person; rescue: Rescue }> {
  await person.close();
  const device = await person.bareDevice();
  await device.commands["recovery.begin"]({ address: person.address });
  return { device, rescue: await lookedAt(device) };
}

const give = (helper: Person, { link, code }: Rescue) =>
  helper.commands["recovery.help"]({ link, code });

/** Changes what a helper's device keeps, as a hostile one would. */
async function meddle(helper: Person, work: (db: DatabaseSync) => void): Promise<void> {
  await helper.close();
  const db = new DatabaseSync(join(helper.directory, "store.db"));
  work(db);
  db.close();
  await helper.restart();
}

const heldBy = (db: DatabaseSync, owner: Person) =>
  db
    .prepare("SELECT share, set_id, made FROM held_shares WHERE owner = ?")
    .get(owner.identityId) as { share: Bytes; set_id: string; made: number };

test("with all devices gone, three of five on two nodes open the account again, and its spaces can be read", async () => {
  const amina = await guarded("amina");
  await amina.commands["chat.send"]({ spaceId, text: "before the flood" });
  for (const one of helpers) await untilText(one, spaceId, "before the flood");
  const { device, rescue } = await askingDevice(amina);
  expect(rescue).toMatchObject({ state: "asking", need: null, have: 0, opened: true });
  for (const [at, helper] of [nth(1), nth(2), nth(4)].entries()) {
    const asked = await helper.commands["recovery.readRequest"]({ link: rescue.link });
    expect(asked).toMatchObject({ address: amina.address, held: { k: 3, n: 5 } });
    await give(helper, rescue);
    expect(await lookedAt(device)).toMatchObject({ have: at + 1, need: 3 });
  }
  expect((await lookedAt(device)).state).toBe("ready");
  const account = await device.commands["recovery.finish"]({ rescueId: rescue.rescueId });
  expect(account.identityId).toBe(amina.identityId);
  await untilText(device, spaceId, "before the flood");
  await device.commands["chat.send"]({ spaceId, text: "after it" });
  for (const one of helpers) await untilText(one, spaceId, "after it");
  // What they hold still stands; the device says that a new set would be better.
  const overview = await device.until("recovery.overview", {}, (one) => one !== null);
  expect(overview?.recoveredAt).not.toBeNull();
  expect(overview?.sets[0]?.holders.map(({ state }) => state)).toEqual(Array(5).fill("held"));
  expect(await device.now("recovery.rescues", {})).toEqual([]);
  expect(device.faults).toEqual([]);
});

test("it goes on after the tab was closed and the node was down, days later", async () => {
  const badia = await guarded("badia", 2, helpers.slice(0, 3));
  const { device, rescue } = await askingDevice(badia);
  await give(nth(0), rescue);
  await device.restart();
  await net.node(0).restart();
  await give(nth(1), rescue);
  expect(await lookedAt(device)).toMatchObject({ have: 2, need: 2, state: "ready" });
  await net.node(0).kill();
  const { rescueId } = rescue;
  await expect(device.commands["recovery.finish"]({ rescueId })).rejects.toThrow(/./);
  await net.node(0).restart();
  await device.restart();
  expect((await device.commands["recovery.finish"]({ rescueId })).identityId).toBe(
    badia.identityId,
  );
});

test("a request that was cut off before the node had it opens at the next look; other nodes' and unknown names are refused", async () => {
  const chidi = await guarded("chidi", 2, helpers.slice(0, 2));
  await chidi.close();
  const device = await chidi.bareDevice();
  // Its steps: asks the node for its name, asks who that is, stores the request, opens the drop place.
  const cut = device.killAfter(3);
  void device.commands["recovery.begin"]({ address: chidi.name }).catch(() => undefined);
  await cut;
  await device.restart();
  expect(await device.now("recovery.rescues", {})).toMatchObject([{ opened: false }]);
  const rescue = await lookedAt(device);
  expect(rescue.opened).toBe(true);
  await give(nth(0), rescue);
  expect(await lookedAt(device)).toMatchObject({ have: 1, need: 2 });
  await expect(
    device.commands["recovery.begin"]({ address: `${chidi.name}@${net.node(1).name}` }),
  ).rejects.toMatchObject({ code: "other_node", data: { node: net.node(1).name } });
  await expect(device.commands["recovery.begin"]({ address: "nobody" })).rejects.toMatchObject({
    code: "no_account",
  });
});

test("without the digits nobody gives anything, and after five wrong ones not even with them", async () => {
  const dalia = await guarded("dalia", 2, helpers.slice(0, 2));
  const { device, rescue } = await askingDevice(dalia);
  const [wrong] = ["000000", "111111"].filter((one) => one !== rescue.code);
  for (let left = 4; left >= 0; left--)
    await expect(
      nth(0).commands["recovery.help"]({ link: rescue.link, code: wrong ?? "" }),
    ).rejects.toMatchObject({ code: "wrong_code", data: { left } });
  await expect(give(nth(0), rescue)).rejects.toMatchObject({ code: "wrong_code" });
  expect(await lookedAt(device)).toMatchObject({ have: 0, helpers: [] });
  // Whoever holds nothing is told so, and an address with digits in another script does as well.
  await expect(give(nth(4), rescue)).rejects.toMatchObject({ code: "nothing_held" });
  const arabic = rescue.code.replace(/\d/g, (digit) => `${"٠١٢٣٤٥٦٧٨٩"[Number(digit)] ?? ""} `);
  await nth(1).commands["recovery.help"]({ link: rescue.link, code: arabic });
  expect(await lookedAt(device)).toMatchObject({ have: 1 });
});

test("an altered share is put aside with the name of whoever gave it, and the others suffice", async () => {
  const emeka = await guarded("emeka");
  const { device, rescue } = await askingDevice(emeka);
  await meddle(nth(0), (db) => {
    const share = decodeCbor(heldBy(db, emeka).share) as { share: Bytes };
    share.share[3] = (share.share[3] ?? 0) ^ 1;
    db.prepare("UPDATE held_shares SET share = ? WHERE owner = ?").run(
      encodeCbor(share),
      emeka.identityId,
    );
  });
  for (const helper of [nth(0), nth(1), nth(2)]) await give(helper, rescue);
  const looked = await lookedAt(device);
  expect(looked).toMatchObject({ have: 2, need: 3, state: "asking" });
  expect(looked.helpers.map(({ name, verdict }) => [name, verdict])).toEqual([
    ["Bruno", "altered"],
    ["Carla", "good"],
    ["Dario", "good"],
  ]);
  await give(nth(3), rescue);
  await lookedAt(device);
  const { rescueId } = rescue;
  expect((await device.commands["recovery.finish"]({ rescueId })).identityId).toBe(
    emeka.identityId,
  );
});

test("shares of an old set, of somebody else or given twice do not count, and are named", async () => {
  const fatma = await guarded("fatma", 2, helpers.slice(0, 3));
  const old = new Map<Person, { share: Bytes; set_id: string; made: number }>();
  for (const helper of [nth(0), nth(1)])
    await meddle(helper, (db) => old.set(helper, heldBy(db, fatma)));
  await share(fatma, 2, helpers.slice(0, 3));
  const giza = await guarded("giza", 2, helpers.slice(0, 3));
  const { device, rescue } = await askingDevice(fatma);
  const put = (helper: Person, share: Bytes) =>
    meddle(helper, (db) =>
      db.prepare("UPDATE held_shares SET share = ? WHERE owner = ?").run(share, fatma.identityId),
    );
  let foreign: Bytes = new Uint8Array();
  let ofBruno: Bytes = new Uint8Array();
  await meddle(nth(2), (db) => (foreign = heldBy(db, giza).share));
  await meddle(nth(0), (db) => (ofBruno = heldBy(db, fatma).share));
  // Two of an old set would be enough, were it not over.
  await put(nth(0), old.get(nth(0))?.share ?? foreign);
  await put(nth(1), old.get(nth(1))?.share ?? foreign);
  await put(nth(2), foreign);
  for (const helper of [nth(0), nth(1), nth(2)]) await give(helper, rescue);
  expect((await lookedAt(device)).helpers.map(({ verdict }) => verdict)).toEqual([
    "good",
    "good",
    "foreign",
  ]);
  const { rescueId } = rescue;
  await expect(device.commands["recovery.finish"]({ rescueId })).rejects.toMatchObject({
    code: "wrong_way",
  });
  expect((await lookedAt(device)).state).toBe("outdated");
  // One of the new set shows the others for what they are; twice the same is once.
  await put(nth(0), ofBruno);
  await give(nth(0), rescue);
  await give(nth(0), rescue);
  expect((await lookedAt(device)).helpers.map(({ verdict }) => verdict)).toEqual([
    "old",
    "old",
    "foreign",
    "good",
    "again",
  ]);
});

test("a set that is dated ahead keeps no later one out", async () => {
  const noor = await guarded("noor", 2, helpers.slice(0, 2));
  noor.clockAhead = 2 * 24 * 60 * 60_000;
  await noor.restart();
  await share(noor, 2, helpers.slice(0, 2));
  noor.clockAhead = 0;
  await noor.restart();
  const { setId } = await noor.commands["recovery.share"]({
    kind: "people",
    holders: helpers.slice(0, 2).map((one) => one.identityId),
    k: 2,
  });
  await noor.until("recovery.sets", {}, (sets) =>
    sets.some((one) => one.setId === setId && one.holders.every((h) => h.state === "held")),
  );
  await noor.close();
}, 90_000);

test("a share that a device dated far ahead, before it was removed, keeps no later one out", async () => {
  const oda = await guarded("oda", 2, helpers.slice(0, 2));
  const [row] = storeRows<
    Record<"identity" | "identity_key" | "device_cert" | "device_key", Bytes>
  >(oda.directory, "SELECT * FROM account");
  const holder = nth(0).identityId;
  const [member] = storeRows<{ reply: Bytes }>(
    oda.directory,
    "SELECT reply FROM members WHERE identity_id = ? AND reply IS NOT NULL",
    holder,
  );
  if (row === undefined || member === undefined) throw new Error("signed out");
  const bytes = (of: Bytes): Bytes => new Uint8Array(of);
  const reply = readAs(replySchema, bytes(member.reply));
  const record = await readIdentity(bytes(row.identity));
  const { shares } = await splitSecret({
    way: "people",
    owner: { record, privateKey: bytes(row.identity_key) },
    profile: { name: "oda", address: oda.address },
    secret: randomBytes(32),
    publicKey: randomBytes(1216),
    k: 1,
    holders: [fromHex(holder)],
    made: Date.now() + 10 * 365 * 24 * 60 * 60_000,
  });
  const identityId = fromHex(oda.identityId);
  const { letter, letterId } = await sealLetter({
    from: {
      certificate: readDeviceCredential(bytes(row.device_cert)),
      privateKey: bytes(row.device_key),
    },
    to: fromHex(holder),
    boxKey: reply.boxKey,
    kind: "share",
    body: encodeCbor({ share: shares[0], reply: { ...reply, identityId } }),
    at: Date.now(),
  });
  const transport = nodeTransport(net.node(0).url);
  const { address } = reply;
  const answer = await transport.request(
    `${PATHS.api}boxes.put`,
    encodeRequest("boxes.put", { address, letterId, letter }),
    { headers: { "content-type": "application/cbor" } },
  );
  transport.close();
  expect(answer.status).toBe(200);
  await until(() => heldRows(nth(0), oda).some((one) => one.k === 1), "what the device sent");
  await share(oda, 2, helpers.slice(0, 2));
  expect(heldRows(nth(0), oda).map((one) => one.k)).toEqual([2]);
}, 90_000);

const heldRows = (helper: Person, owner: Person) =>
  storeRows<{ share: Bytes }>(
    helper.directory,
    "SELECT share FROM held_shares WHERE owner = ?",
    owner.identityId,
  ).map(({ share: held }) => decodeCbor(new Uint8Array(held)) as { k: number });

test("whoever declines or leaves makes a new set due, and the old one opens nothing any more", async () => {
  const hana = await guarded("hana", 2, helpers.slice(0, 3));
  const [held] = await nth(0).until("recovery.held", {}, (list) =>
    list.some((one) => one.name === "hana"),
  );
  expect(held).toMatchObject({ k: 2, n: 3, kind: "people" });
  await nth(0).commands["recovery.decline"]({ owner: hana.identityId });
  const [set] = await hana.until("recovery.sets", {}, ([one]) => one?.renew === true);
  expect(set?.holders[0]).toMatchObject({ name: "Bruno", state: "declined" });
  const before = await hana.now("recovery.overview", {});
  expect(before?.next).toBe("renew");
  await share(hana, 2, [nth(1), nth(2), nth(3)]);
  await hana.until("recovery.sets", {}, ([one]) => one?.renew === false);
  const after = await hana.now("recovery.overview", {});
  expect(after?.ways.filter(({ kind }) => kind === "people")).toHaveLength(1);
});

test("somebody who is in none of the spaces any more is missed", async () => {
  const idris = await net.person({ node: 0, name: "idris" });
  const jana = await net.person({ node: 1, name: "jana" });
  const ours = await spaceOf(idris, [jana, nth(0)]);
  await idris.until("recovery.candidates", {}, (list) => list.length === 2);
  await share(idris, 2, [jana, nth(0)]);
  await jana.commands["space.leave"]({ spaceId: ours });
  const [set] = await idris.until("recovery.sets", {}, ([one]) => one?.renew === true);
  expect(set?.holders.map(({ state }) => state)).toEqual(["left", "held"]);
});

test("what one holds for others outlives one's own devices", async () => {
  const kofi = await guarded("kofi", 2, [nth(3), nth(4)]);
  const again = await nth(4).secondDevice();
  await nth(4).close();
  await again.until("recovery.held", {}, (list) =>
    list.some((one) => one.owner === kofi.identityId),
  );
  const { device, rescue } = await askingDevice(kofi);
  await give(nth(3), rescue);
  await give(again, rescue);
  await lookedAt(device);
  const { rescueId } = rescue;
  expect((await device.commands["recovery.finish"]({ rescueId })).identityId).toBe(kofi.identityId);
  await again.close();
  await nth(4).restart();
});

test("a device learns what another one has heard of the holders", async () => {
  const rana = await guarded("rana", 2, [nth(0), nth(1)]);
  const phone = await rana.secondDevice();
  const [set] = await phone.until("recovery.sets", {}, (sets) => sets.length === 1);
  expect(set?.stands).toBe(true);
  await nth(0).commands["recovery.decline"]({ owner: rana.identityId });
  // Whichever of the two read the letter.
  for (const device of [rana, phone])
    await until(async () => {
      await device.commands["recovery.refresh"]({});
      return (await device.now("recovery.sets", {}))[0]?.renew;
    });
  await phone.close();
});

test("an answer that another device read before it knew the set is not lost", async () => {
  const sami = await net.person({ node: 1, name: "sami", displayName: "sami" });
  await bringIn(nth(0), sami, spaceId);
  const phone = await sami.secondDevice();
  const ready = (list: unknown[]) => list.length >= helpers.length;
  for (const device of [sami, phone]) await device.until("recovery.candidates", {}, ready);
  await phone.commands["recovery.share"]({
    kind: "people",
    holders: helpers.map((one) => one.identityId),
    k: 3,
  });
  // Both drain the account's box, and whoever is first reads.
  for (const device of [sami, phone])
    await until(async () => {
      await device.commands["recovery.refresh"]({});
      const [set] = await device.now("recovery.sets", {});
      return set?.holders.every(({ state }) => state === "held");
    });
  await phone.close();
});

test("what somebody else calls practice is shown to no helper: what is given is the same as in earnest", async () => {
  const mina = await guarded("mina", 2, helpers.slice(0, 2));
  const [mallory] = storeRows<{ device_cert: Bytes; device_key: Bytes }>(
    nth(2).directory,
    "SELECT device_cert, device_key FROM account",
  );
  if (mallory === undefined) throw new Error("signed out");
  const { publicKey } = await createRescueKey();
  const node = mina.address.split("@")[1] ?? "";
  const request = await asRehearsal(
    {
      v: 1,
      name: mina.name,
      node,
      identityId: fromHex(mina.identityId),
      publicKey,
      at: Date.now(),
    },
    {
      certificate: readDeviceCredential(new Uint8Array(mallory.device_cert)),
      privateKey: new Uint8Array(mallory.device_key),
    },
  );
  const secret = randomBytes(32);
  const { dropId } = rescueKeys(secret);
  await net
    .node(0)
    .running()
    .store.recovery.open({
      dropId,
      reader: randomBytes(32),
      request: await sealRescue(secret, request),
      expires: Date.now() + 60_000,
      now: Date.now(),
      max: 10,
    });
  const link = `/help#${encodeHelpFragment({ node, secret })}`;
  const refused = { code: "link_invalid" };
  await expect(nth(0).commands["recovery.readRequest"]({ link })).rejects.toMatchObject(refused);
  const code = rescueCode(secret, request);
  await expect(nth(0).commands["recovery.help"]({ link, code })).rejects.toMatchObject(refused);
});

test("practising with the people changes nothing, and is remembered", async () => {
  const lena = await guarded("lena", 2, helpers.slice(0, 2));
  const { rescueId } = await lena.commands["recovery.practise"]({});
  const rescue = await lookedAt(lena);
  expect(rescue.rehearsal).toBe(true);
  const asked = await nth(0).commands["recovery.readRequest"]({ link: rescue.link });
  expect(asked.rehearsal).toBe(true);
  await expect(lena.commands["recovery.finish"]({ rescueId })).rejects.toMatchObject({
    code: "too_few",
  });
  for (const helper of [nth(0), nth(1)]) await give(helper, rescue);
  await lookedAt(lena);
  await lena.commands["recovery.finish"]({ rescueId });
  const [set] = await lena.now("recovery.sets", {});
  expect(set?.rehearsedAt).not.toBeNull();
  expect(await lena.now("recovery.rescues", {})).toEqual([]);
});

test("who moves to another node goes on helping others, and chooses their own people again", async () => {
  const tariq = await guarded("tariq", 2, [nth(0), nth(1)]);
  await share(nth(0), 2, [tariq, nth(1)]);
  await tariq.until("recovery.held", {}, (list) => list.length === 1);
  const { link } = await tariq.commands["move.leave"]({ to: net.node(1).name });
  const moved = await net.browser(tariq, { node: 1 });
  const { name, passphrase } = tariq;
  await moved.commands["move.arrive"]({ fragment: fragmentOf(link), name, passphrase });
  await moved.until("recovery.held", {}, (list) => list[0]?.owner === nth(0).identityId);
  const [set] = await moved.until("recovery.sets", {}, (sets) => sets.length === 1);
  expect(set).toMatchObject({ stands: false, renew: true });
  await moved.until("recovery.candidates", {}, (list) => list.length >= 2);
  await share(moved, 2, [nth(0), nth(1)]);
  expect((await moved.now("recovery.overview", {}))?.next).not.toBe("renew");
});

test("practising with words tells right ones from misread and former ones, and changes nothing", async () => {
  const omar = await net.person({ node: 1, name: "omar" });
  const first = await omar.commands["ways.newWords"]({});
  await omar.commands["ways.keepWords"]({ words: first.words });
  const ways = await omar.now("ways", {});
  await omar.commands["recovery.rehearseWords"]({ text: first.text });
  const seen = await omar.until("recovery.overview", {}, (one) =>
    Boolean(one?.ways.some(({ kind, rehearsedAt }) => kind === "words" && rehearsedAt !== null)),
  );
  expect(seen).toMatchObject({ next: "people", losses: [] });
  expect(await omar.now("ways", {})).toEqual(ways);
  const second = await omar.commands["ways.newWords"]({});
  await omar.commands["ways.keepWords"]({ words: second.words });
  const rehearse = (text: string) => omar.commands["recovery.rehearseWords"]({ text });
  await expect(rehearse(first.text)).rejects.toMatchObject({ code: "wrong_way" });
  await expect(rehearse(second.words.slice(1).join(" "))).rejects.toMatchObject({
    code: "words_wrong",
  });
  // What was practised was the former sheet.
  await omar.until("recovery.overview", {}, (one) => one?.next === "rehearse");
});

test("holders' apps answer by themselves whether they still have it", async () => {
  const musa = await guarded("musa", 2, [nth(0), nth(1), nth(2)]);
  const [set] = await musa.now("recovery.sets", {});
  await meddle(nth(2), (db) => {
    db.prepare("DELETE FROM held_shares WHERE owner = ?").run(musa.identityId);
  });
  const was = set?.holders[0]?.at ?? 0;
  await until(() => Date.now() > was);
  await musa.commands["recovery.askHolders"]({ setId: set?.setId ?? "" });
  const [now] = await musa.until("recovery.sets", {}, ([one]) => {
    const [a, b, c] = one?.holders ?? [];
    return (a?.at ?? 0) > was && (b?.at ?? 0) > was && c?.state === "declined";
  });
  expect(now?.renew).toBe(true);
});

test("stewards of a space hold an organisation's share: one of them opens the account, where the member wants that", async () => {
  const nia = await net.person({ node: 0, name: "nia" });
  const office = await spaceOf(nth(0), [nia, nth(1)], { title: "The office" });
  await nia.until("recovery.candidates", {}, (list) => list.length >= 2);
  await nia.commands["recovery.share"]({
    kind: "organisation",
    holders: [nth(0).identityId],
    k: 1,
    spaceId: office,
  });
  const [set] = await nia.until("recovery.sets", {}, ([one]) => one?.stands === true);
  expect(set?.space).toEqual({ spaceId: office, title: "The office" });
  const { device, rescue } = await askingDevice(nia);
  await give(nth(0), rescue);
  expect(await lookedAt(device)).toMatchObject({ state: "ready", need: 1 });
  const { rescueId } = rescue;
  expect((await device.commands["recovery.finish"]({ rescueId })).identityId).toBe(nia.identityId);
  // And no longer once they take it back.
  await device.until("recovery.candidates", {}, (list) => list.length >= 2);
  const [mine] = await device.until("recovery.sets", {}, (sets) => sets.length === 1);
  await device.commands["recovery.withdraw"]({ setId: mine?.setId ?? "" });
  expect(await device.now("recovery.sets", {})).toEqual([]);
  await nth(0).until("recovery.held", {}, (list) => list.every((one) => one.name !== "nia"));
  const other = await askingDevice(device);
  await expect(give(nth(0), other.rescue)).rejects.toMatchObject({ code: "nothing_held" });
});
