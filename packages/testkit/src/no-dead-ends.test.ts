/**
 * Every state of docs/no-dead-ends.md, made for real, and its way out taken. A row ends signed in with the conversations
 * readable, or with the sentence that names what to do.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createGuard } from "@baraza/engine/lock";
import { nodePlatform } from "@baraza/engine/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { archiveOf, feedArchive, openArchiveBytes } from "./archives.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import { pairByPicture } from "./pairing.ts";
import type { Person } from "./person.ts";
import { bringIn, fragmentOf, spaceOf, untilText } from "./spaces.ts";
import { until } from "./until.ts";

const DOCS = new URL("../../../docs/no-dead-ends.md", import.meta.url);
const CATALOGUES = new URL("../../web/src/i18n/catalogues/", import.meta.url);
const sentences = Object.fromEntries(
  readdirSync(CATALOGUES)
    .filter((file) => /^en[.-]/.test(file))
    .map((file) => readFileSync(new URL(file, CATALOGUES), "utf8"))
    .flatMap((text) => Object.entries(JSON.parse(text) as Record<string, string>)),
);

let net: Network;
/** Friends of everybody, one on each of the first two nodes; the third node dies in one of the rows. */
let bruno: Person;
let carla: Person;
beforeAll(async () => {
  net = await network({ nodes: 3 });
  bruno = await net.person({ node: 0, name: "bruno", displayName: "Bruno" });
  carla = await net.person({ node: 1, name: "carla", displayName: "Carla" });
});
afterAll(() => net.close());

let count = 0;
const SAID = "what was said before";

/** Somebody new with a conversation in which both friends are. */
async function someone(node = 1): Promise<{ person: Person; spaceId: string }> {
  count++;
  const person = await net.person({ node, name: `person${count}`, displayName: `Person ${count}` });
  const spaceId = await spaceOf(person, [bruno, carla]);
  await person.commands["chat.send"]({ spaceId, text: SAID });
  for (const one of [bruno, carla]) await untilText(one, spaceId, SAID);
  await person.until("status", {}, ({ waiting }) => waiting === 0);
  return { person, spaceId };
}

/** The way out was taken: one is who one was, reads what was said, and is heard. */
async function isBack(device: Person, of: Person, spaceId: string): Promise<void> {
  expect((await device.now("account", {}))?.identityId).toBe(of.identityId);
  await untilText(device, spaceId, SAID);
  const text = `back ${device.directory}`;
  await device.commands["chat.send"]({ spaceId, text });
  await untilText(bruno, spaceId, text);
}

/** What the screen says names what to do: the code leads to a sentence of the catalogue. */
function sentenceFor(key: string): void {
  expect(sentences[key], key).toMatch(/\w{3}.*\./);
}

async function wordsOf(person: Person): Promise<string> {
  const { words } = await person.commands["ways.newWords"]({});
  await person.commands["ways.keepWords"]({ words });
  return words.join(" ");
}

async function friendsHold(person: Person, k = 2): Promise<void> {
  await person.until("recovery.candidates", {}, (list) => list.length >= 2);
  const holders = [bruno, carla].map((one) => one.identityId);
  await person.commands["recovery.share"]({ kind: "people", holders, k });
  await person.until("recovery.sets", {}, (sets) => sets[0]?.stands === true);
  await person.until("recovery.sets", {}, ([set]) =>
    Boolean(set?.holders.every(({ state }) => state === "held")),
  );
}

/** Asks for help on a device with nothing. */
async function asks(device: Person, address: string) {
  const { rescueId } = await device.commands["recovery.begin"]({ address });
  const [rescue] = await device.now("recovery.rescues", {});
  if (rescue === undefined) throw new Error("no request");
  return {
    link: rescue.link,
    code: rescue.code,
    finish: async () => {
      await device.commands["recovery.look"]({ rescueId });
      await device.commands["recovery.finish"]({ rescueId });
    },
  };
}

/** The node ends somebody's sessions, as a restored backup does, and knows no device of theirs by its own key. */
async function endSessions({ node, name }: Person): Promise<void> {
  await node.kill();
  const db = new DatabaseSync(join(node.dataDir, "store.sqlite"));
  const whose = "WHERE account = (SELECT account FROM accounts WHERE name = ?)";
  db.prepare(`DELETE FROM sessions ${whose}`).run(name);
  db.prepare(`UPDATE devices SET locked = 1 ${whose}`).run(name);
  db.close();
  await node.restart();
}

/** Puts a lock on somebody's device and closes it. @returns what the lock screen can do there */
async function lockedDevice(person: Person) {
  const { node, directory } = person;
  const start = () => {
    let ticks = 0;
    return createGuard({
      platform: nodePlatform({ origin: node.url, directory }),
      storeName: "store",
      // Whoever guesses here waits as long as they are told to.
      ticks: () => (ticks += 3_600_000),
      cost: { memory: 64, passes: 1, lanes: 1 },
      onView: () => undefined,
      shut: () => undefined,
    });
  };
  await person.close();
  await (await start()).commands["lock.set"]({ next: { code: "482913", digits: true } });
  await expect(person.restart()).rejects.toMatchObject({ code: "store_locked" });
  const closed = await start();
  return { commands: closed.commands, through: closed.letThrough() };
}

const rows: Record<string, () => Promise<void>> = {
  "device, node down": async () => {
    const { person, spaceId } = await someone();
    net.node(1).line.cut();
    await untilText(person, spaceId, SAID);
    await person.commands["chat.send"]({ spaceId, text: "written without a node" });
    sentenceFor("failure.offline");
    net.node(1).line.mend();
    await untilText(bruno, spaceId, "written without a node");
  },
  "device, session ended, passphrase": async () => {
    const { person, spaceId } = await someone();
    await endSessions(person);
    await person.until("status", {}, ({ sessionEnded }) => sessionEnded);
    sentenceFor("session.ended");
    await person.commands["account.signInAgain"]({ passphrase: person.passphrase });
    await isBack(person, person, spaceId);
  },
  "device, session ended, words": async () => {
    const { person, spaceId } = await someone();
    const text = await wordsOf(person);
    await endSessions(person);
    await person.until("status", {}, ({ sessionEnded }) => sessionEnded);
    await person.commands["ways.signInWithWords"]({ text });
    await isBack(person, person, spaceId);
  },
  "device, passphrase forgotten": async () => {
    const { person, spaceId } = await someone();
    const passphrase = "another one that I keep in mind";
    await person.commands["ways.setPassphrase"]({ passphrase, code: false });
    const phone = await person.bareDevice();
    await phone.commands["account.signIn"]({ name: person.name, passphrase });
    await isBack(phone, person, spaceId);
    await phone.close();
  },
  "new device, old one at hand": async () => {
    const { person, spaceId } = await someone();
    const phone = await person.bareDevice();
    await pairByPicture(person, phone);
    await isBack(phone, person, spaceId);
    await phone.close();
  },
  "device stolen, another at hand": async () => {
    const { person, spaceId } = await someone();
    const phone = await person.bareDevice();
    await pairByPicture(person, phone);
    await isBack(phone, person, spaceId);
    const list = await person.until("devices.list", {}, (all) => all.length === 2);
    const deviceId = list.find(({ here }) => !here)?.deviceId ?? "";
    await person.commands["devices.remove"]({ deviceId });
    // It is wiped, and can begin anew.
    await until(async () => (await phone.now("account", {})) === null);
    await isBack(person, person, spaceId);
    await phone.close();
  },
  "device copied": async () => {
    const { person, spaceId } = await someone();
    const copy = await person.backup();
    await person.commands["chat.send"]({ spaceId, text: "after the copy was made" });
    await untilText(bruno, spaceId, "after the copy was made");
    await person.restore(copy);
    // What the copy finds is its own and unknown to it: it stops, and begins anew at a press of the button.
    await person.until("space", { spaceId }, (space) => space?.trouble?.kind === "cloned");
    sentenceFor("trouble.cloned");
    await person.commands["space.repair"]({ spaceId });
    await person.until("space", { spaceId }, (space) => space?.trouble === null);
    await isBack(person, person, spaceId);
  },
  "device, lock cannot be opened": async () => {
    const { person, spaceId } = await someone();
    const lock = await lockedDevice(person);
    sentenceFor("lock.forgotWhat");
    await lock.commands["lock.forget"]({});
    await lock.through;
    await lock.commands["lock.seen"]({});
    await person.restart();
    expect(await person.now("account", {})).toBeNull();
    await person.commands["account.signIn"](person);
    await isBack(person, person, spaceId);
  },
  "device, wiped by its lock": async () => {
    const { person, spaceId } = await someone();
    const text = await wordsOf(person);
    const lock = await lockedDevice(person);
    const outcomes: unknown[] = [];
    for (let tries = 0; tries < 10; tries++)
      await lock.commands["lock.unlock"]({ present: { code: "000000" } }).catch((error: unknown) =>
        outcomes.push((error as { code: unknown }).code),
      );
    expect(outcomes).toEqual([...Array.from({ length: 9 }, () => "lock_wrong"), "lock_wiped"]);
    await lock.through;
    sentenceFor("lock.wiped");
    await lock.commands["lock.seen"]({});
    await person.restart();
    expect(await person.now("account", {})).toBeNull();
    await person.commands["ways.signInWithWords"]({ text });
    await isBack(person, person, spaceId);
  },
  "no device, passphrase": async () => {
    const { person, spaceId } = await someone();
    await person.close();
    await isBack(await person.secondDevice(), person, spaceId);
  },
  "no device, passphrase without its code, words": async () => {
    const { person, spaceId } = await someone();
    const text = await wordsOf(person);
    const { name, passphrase } = person;
    await person.commands["ways.setPassphrase"]({ passphrase, code: true });
    await person.close();
    const phone = await person.bareDevice();
    await expect(phone.commands["account.signIn"]({ name, passphrase })).rejects.toMatchObject({
      code: "code_needed",
    });
    await phone.commands["ways.signInWithWords"]({ text });
    await isBack(phone, person, spaceId);
  },
  "no device, words": async () => {
    const { person, spaceId } = await someone();
    const text = await wordsOf(person);
    await person.close();
    const phone = await person.bareDevice();
    await phone.commands["ways.signInWithWords"]({ text });
    await isBack(phone, person, spaceId);
  },
  "no device, people": async () => {
    const { person, spaceId } = await someone();
    await friendsHold(person);
    await person.close();
    const phone = await person.bareDevice();
    const { link, code, finish } = await asks(phone, person.address);
    for (const one of [bruno, carla]) await one.commands["recovery.help"]({ link, code });
    await finish();
    await isBack(phone, person, spaceId);
  },
  "no device, people, node down meanwhile": async () => {
    const { person, spaceId } = await someone();
    await friendsHold(person);
    await person.close();
    const phone = await person.bareDevice();
    const { link, code, finish } = await asks(phone, person.address);
    await bruno.commands["recovery.help"]({ link, code });
    net.node(1).line.cut();
    await expect(carla.commands["recovery.help"]({ link, code })).rejects.toMatchObject({
      code: "offline",
    });
    await expect(finish()).rejects.toThrow(/./);
    sentenceFor("failure.offline");
    net.node(1).line.mend();
    await carla.commands["recovery.help"]({ link, code });
    await finish();
    await isBack(phone, person, spaceId);
  },
  "no device, organisation": async () => {
    const { person } = await someone();
    const office = await spaceOf(bruno, [person], { title: "Office" });
    await person.until("recovery.offices", {}, (all) => all.length === 1);
    const holders = [bruno.identityId];
    await person.commands["recovery.share"]({
      kind: "organisation",
      holders,
      k: 1,
      spaceId: office,
    });
    await person.until("recovery.sets", {}, (sets) => sets[0]?.stands === true);
    await person.close();
    const phone = await person.bareDevice();
    const { link, code, finish } = await asks(phone, person.address);
    await bruno.commands["recovery.help"]({ link, code });
    await finish();
    expect((await phone.now("account", {}))?.identityId).toBe(person.identityId);
    await phone.until("space", { spaceId: office }, (space) => space?.state === "active");
  },
  "no device, nothing": async () => {
    const { person, spaceId } = await someone();
    await bruno.until("people", { spaceId }, (all) => all.length === 3);
    await person.commands["space.setRole"]({
      spaceId,
      identityId: bruno.identityId,
      role: "steward",
    });
    await bruno.until("space", { spaceId }, (space) => space?.myRole === "steward");
    await person.close();
    const phone = await person.bareDevice();
    const guess = phone.commands["account.signIn"]({
      name: person.name,
      passphrase: "no idea at all",
    });
    await expect(guess).rejects.toMatchObject({ code: "wrong_passphrase" });
    sentenceFor("failure.wrongSignIn");
    // A new account, let in by those who know the person's face.
    const again = await net.person({ node: 1, name: `${person.name}.again` });
    await bringIn(bruno, again, spaceId);
    await untilText(again, spaceId, SAID);
    await again.commands["chat.send"]({ spaceId, text: "it is me, under a new address" });
    await untilText(carla, spaceId, "it is me, under a new address");
  },
  "no device, everybody else offline": async () => {
    const { person, spaceId } = await someone();
    const text = await wordsOf(person);
    await person.close();
    await Promise.all([bruno.close(), carla.close()]);
    const phone = await person.bareDevice();
    await phone.commands["ways.signInWithWords"]({ text });
    await untilText(phone, spaceId, SAID);
    await Promise.all([bruno.restart(), carla.restart()]);
    await isBack(phone, person, spaceId);
  },
  "no device, node down": async () => {
    const { person, spaceId } = await someone();
    await person.close();
    const phone = await person.bareDevice();
    net.node(1).line.cut();
    const { name, passphrase } = person;
    await expect(phone.commands["account.signIn"]({ name, passphrase })).rejects.toThrow(/./);
    sentenceFor("failure.offline");
    net.node(1).line.mend();
    await phone.commands["account.signIn"]({ name, passphrase });
    await isBack(phone, person, spaceId);
  },
  "account paused": async () => {
    const { person, spaceId } = await someone(0);
    const link = await net.node(0).running().setupLink();
    if (link !== null) await bruno.commands["node.claim"]({ setup: fragmentOf(link) });
    const { name, passphrase } = person;
    await bruno.commands["admin.suspend"]({ name, suspended: true });
    await person.until("status", {}, ({ shut }) => shut === "suspended");
    sentenceFor("failure.suspended");
    await untilText(person, spaceId, SAID);
    await bruno.commands["admin.suspend"]({ name, suspended: false });
    await person.commands["account.signInAgain"]({ passphrase });
    await isBack(person, person, spaceId);
  },
  "membership ended": async () => {
    const { person, spaceId } = await someone(0);
    const kept = await spaceOf(bruno, [person], { title: "Elsewhere" });
    await bruno.commands["chat.send"]({ spaceId: kept, text: SAID });
    await untilText(person, kept, SAID);
    const link = await net.node(0).running().setupLink();
    if (link !== null) await bruno.commands["node.claim"]({ setup: fragmentOf(link) });
    const at = Date.now() + 1500;
    await bruno.commands["admin.setLeaving"]({ name: person.name, at });
    await person.commands["admin.refresh"]({});
    expect((await person.now("admin.standing", {}))?.leaves).toBe(at);
    const { passphrase } = person;
    const again = () => person.commands["account.signInAgain"]({ passphrase });
    await until(async () => {
      const code = await again().then(
        () => null,
        (error: { code: string }) => error.code,
      );
      return code === "account_closed";
    }, "the end of the membership");
    await person.until("status", {}, ({ shut }) => shut === "account_closed");
    sentenceFor("failure.accountClosed");
    await untilText(person, spaceId, SAID);
    const archive = await archiveOf(person);
    const moved = await net.browser(person, { node: 1 });
    const content = await openArchiveBytes(moved, archive);
    const { importId } = content;
    await moved.commands["move.arrive"]({ importId, name: "arrived.member", passphrase });
    expect(await feedArchive(moved, archive, content)).toBe(true);
    await moved.until("space", { spaceId: kept }, (space) => space?.state === "active");
    await isBack(moved, person, kept);
  },
  "invitation expired": async () => {
    const { person, spaceId } = await someone();
    const guest = await net.person({ node: 0, name: `guest${count}` });
    const { link } = await person.commands["space.invite"]({ spaceId, days: 1 });
    const broken = `${fragmentOf(link).slice(0, -2)}AA`;
    await expect(
      guest.commands["space.readInvitation"]({ fragment: broken }),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^link_/) as string });
    for (const key of ["failure.linkExpired", "failure.linkBroken"]) sentenceFor(key);
    await bringIn(person, guest, spaceId);
    await untilText(guest, spaceId, SAID);
  },
  "person not checked": async () => {
    const { person } = await someone();
    const { identityId } = carla;
    const theirs = await carla.commands["person.number"]({ identityId: person.identityId });
    expect(await person.commands["person.number"]({ identityId })).toEqual(theirs);
    await person.commands["person.confirm"]({ identityId, how: "code" });
    expect((await person.now("person", { identityId }))?.check).toBe("code");
  },
  "person in doubt": async () => {
    const { person, spaceId } = await someone();
    const { identityId } = carla;
    await person.commands["person.doubt"]({ identityId });
    await untilText(person, spaceId, SAID);
    const { code } = await carla.commands["person.ownCode"]({});
    await person.commands["person.scan"]({ code, identityId });
    expect((await person.now("person", { identityId }))?.check).toBe("met");
  },
  "put out of a conversation": async () => {
    const { person, spaceId } = await someone();
    await person.commands["space.remove"]({ spaceId, identityId: carla.identityId });
    await carla.until("space", { spaceId }, (space) => space?.state === "removed");
    sentenceFor("chat.closed");
    await untilText(carla, spaceId, SAID);
    // A removal ends the links of each device that learns of it: the next one is made after that.
    await person.until("people", { spaceId }, (people) =>
      people.every(({ identityId }) => identityId !== carla.identityId),
    );
    await bringIn(person, carla, spaceId);
    await untilText(carla, spaceId, SAID);
  },
  "moved, conversations at the old node": async () => {
    const { person, spaceId } = await someone(1);
    const { link } = await person.commands["move.leave"]({ to: net.node(0).name });
    const moved = await net.browser(person, { node: 0 });
    const { name, passphrase } = person;
    await moved.commands["move.arrive"]({ fragment: fragmentOf(link), name, passphrase });
    await moved.until("move.status", {}, ({ came }) => came?.kept[0]?.spaceId === spaceId);
    await moved.commands["move.takeAlong"]({});
    for (const one of [moved, bruno])
      await one.until("leading", { spaceId }, (now) => now.keptAt === net.node(0).name);
    await moved.until("move.status", {}, ({ came }) => came?.kept.length === 0);
    // The old node is not missed then.
    net.node(1).line.cut();
    await isBack(moved, person, spaceId);
    net.node(1).line.mend();
  },
  "node gone for good, device": async () => {
    const { person, spaceId } = await someone(2);
    const kept = await spaceOf(bruno, [person], { title: "Elsewhere" });
    await bruno.commands["chat.send"]({ spaceId: kept, text: SAID });
    await untilText(person, kept, SAID);
    await net.node(2).kill();
    const archive = await archiveOf(person);
    const moved = await net.browser(person, { node: 1 });
    const content = await openArchiveBytes(moved, archive);
    await moved.commands["move.arrive"]({
      importId: content.importId,
      name: "arrived",
      passphrase: person.passphrase,
    });
    expect(await feedArchive(moved, archive, content)).toBe(true);
    await moved.until("space", { spaceId: kept }, (space) => space?.state === "active");
    await isBack(moved, person, kept);
    // What the dead node kept can be read.
    await untilText(moved, spaceId, SAID);
  },
};

describe("every row has its way out", () => {
  for (const [name, run] of Object.entries(rows)) test(name, run, 120_000);
});

test("the table in docs has exactly these rows", () => {
  const table = readFileSync(DOCS, "utf8")
    .split("\n")
    .flatMap((line) => /^\| `([^`]+)`/.exec(line)?.[1] ?? []);
  expect(table.toSorted()).toEqual(Object.keys(rows).toSorted());
});
