/** Everything here runs real engines against real nodes that lie; each lie is found by the engine, and said in a sentence. */
import { randomBytes } from "@baraza/crypto";
import type { TrustNotice, TrustNoticeKind } from "@baraza/engine";
import type { Bytes, ResponseOf, RouteName } from "@baraza/protocol";
import { decodeResponse, encodeResponse, PATHS } from "@baraza/protocol";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import {
  sentenceOf,
  shadowOf,
  showsFace,
  substituteIdentity,
  tamper,
  vaultOf,
  withSession,
} from "./hostile-node.ts";
import { storeRows } from "./inspect.ts";
import type { Between } from "./line.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import { pairByPicture } from "./pairing.ts";
import type { Person } from "./person.ts";
import { spaceOf, untilText } from "./spaces.ts";

let net: Network;
let names = 0;

beforeAll(async () => {
  net = await network({ nodes: 2 });
});
afterAll(() => net.close());

const someone = (node: number) =>
  net.person({ node, name: `person${++names}`, displayName: `Person ${names}` });

/** Waits for a notice and gives the sentence that the screen shows for it. */
async function sentence(person: Person, kind: TrustNoticeKind): Promise<string> {
  const list = await person.until("notices", {}, (notices) =>
    notices.some((notice) => notice.kind === kind),
  );
  const notice = list.find((one) => one.kind === kind) as TrustNotice;
  return sentenceOf(notice);
}

const own = (person: Person): Promise<TrustNotice[]> => person.now("notices", {});

/** Changes what the node answers to one route. */
function liesAt<N extends RouteName>(
  route: N,
  lie: (answer: ResponseOf<N>) => ResponseOf<N> | Promise<ResponseOf<N>>,
): Between {
  return async (path, _body, pass) => {
    const answer = await pass();
    if (path !== PATHS.api + route || answer.status !== 200) return answer;
    const changed = await lie(decodeResponse(route, answer.status, answer.body));
    return { status: 200, body: encodeResponse(route, changed) };
  };
}

function sessionOf(person: Person): Bytes {
  const [row] = storeRows<{ session: Bytes }>(person.directory, "SELECT session FROM account");
  if (row === undefined) throw new Error("signed out");
  return new Uint8Array(row.session);
}

/** Restarts an engine, so that it looks at everything again. */
async function looksAgain(person: Person): Promise<void> {
  await person.restart();
}

test("keys substituted at first contact: what is not in the node's own record is not used", async () => {
  const [amina, zoe, mallory] = await Promise.all([someone(0), someone(0), someone(0)]);
  expect(await amina.commands["person.find"]({ address: zoe.address })).toEqual({
    identityId: zoe.identityId,
  });
  const other = await net.node(0).running().store.accounts.find({ name: mallory.name });
  if (other === null) throw new Error("no account");
  amina.line.between(
    liesAt("keylog.lookup", (answer) => ({ ...answer, identity: other.identity })),
  );
  await expect(amina.commands["person.find"]({ address: zoe.address })).rejects.toMatchObject({
    code: "unverified",
  });
  expect(await sentence(amina, "nodeWrong")).toBe(
    `What ${net.node(0).name} said about somebody does not fit its own list of people, so it was not used. ` +
      "Try again later. If it happens again, ask whoever runs it.",
  );
});

test("keys substituted at first contact by another node, in its record: whom they belong to sees it", async () => {
  const [amina, zoe] = await Promise.all([someone(0), someone(1)]);
  const { identityId } = await substituteIdentity(net.node(1).dataDir, zoe.name, { logged: true });
  const found = await amina.commands["person.find"]({ address: zoe.address });
  expect(found.identityId).toBe(Buffer.from(identityId).toString("hex"));
  // Nobody vouches for whoever it is.
  const card = await amina.now("person", { identityId: found.identityId });
  expect(card?.check).toBe("unchecked");
  await looksAgain(zoe);
  expect(await sentence(zoe, "ownForeign")).toMatch(
    /^Your account is listed with something that is not yours/,
  );
});

test("keys substituted after contact: whoever knew the person is told, and reads on", async () => {
  const [amina, zoe] = await Promise.all([someone(0), someone(1)]);
  const spaceId = await spaceOf(amina, [zoe]);
  await zoe.commands["chat.send"]({ spaceId, text: "Here I am" });
  await untilText(amina, spaceId, "Here I am");
  const { identityId } = zoe;
  expect((await amina.commands["person.look"]({ identityId })).record).toBe("fits");
  await amina.commands["person.confirm"]({ identityId, how: "code" });
  expect((await amina.now("person", { identityId }))?.check).toBe("code");
  await substituteIdentity(net.node(1).dataDir, zoe.name, { logged: true });
  expect((await amina.commands["person.look"]({ identityId })).record).toBe("wrong");
  expect(await sentence(amina, "personChanged")).toBe(
    `${zoe.displayName} may not be who you knew. Everything stays readable. ` +
      "Compare numbers before you share anything that matters.",
  );
  const people = await amina.now("people", { spaceId });
  expect(people.find((one) => one.identityId === identityId)?.check).toBe("changed");
  await untilText(amina, spaceId, "Here I am");
  // Comparing settles it.
  await amina.commands["person.confirm"]({ identityId, how: "met" });
  expect((await amina.now("person", { identityId }))?.check).toBe("met");
  expect((await own(amina)).filter(({ kind }) => kind === "personChanged")).toEqual([]);
});

test("keys substituted at recovery: a new device sees that the record is not its own", async () => {
  const zoe = await someone(0);
  const row = await net.node(0).running().store.accounts.find({ name: zoe.name });
  if (row === null) throw new Error("no account");
  await substituteIdentity(net.node(0).dataDir, zoe.name, { logged: true });
  // An answer that fits the vault hides it from the sign-in, and not from the look at one's own entries.
  await expect(zoe.secondDevice()).rejects.toMatchObject({ code: "unverified" });
  tamper(net.node(0).dataDir, (db) => {
    db.prepare("UPDATE accounts SET identity_id = ?, identity = ? WHERE name = ?").run(
      row.identityId,
      row.identity,
      zoe.name,
    );
  });
  const second = await zoe.secondDevice();
  expect(await sentence(second, "ownForeign")).toBe(
    "Your account is listed with something that is not yours. Somebody may be trying to pass for you. " +
      "Look at your devices, change how you sign in, and tell the people you write with.",
  );
});

/** Two people of one space, one of whom a second face of their node is about to be shown; each face has an account that the other does not know. */
async function twoFaces() {
  const [amina, bruno] = await Promise.all([someone(0), someone(0)]);
  const spaceId = await spaceOf(amina, [bruno]);
  const shadow = withSession(await shadowOf(net.node(0)), sessionOf(bruno));
  onTestFinished(() => shadow.close());
  await someone(0);
  const strangerAtShadow = await substituteIdentity(shadow.dataDir, amina.name, { logged: true });
  expect(strangerAtShadow.identityId).toHaveLength(32);
  const turn = () => {
    bruno.line.between(showsFace(shadow, (route) => route.startsWith("keylog.")));
  };
  const bothSeeIt = async () => {
    for (const one of [amina, bruno])
      expect(await sentence(one, "nodeTwoFaces")).toBe(
        `${net.node(0).name} showed you one list of its people, and somebody else another. It may be deceiving one of you. ` +
          "Compare numbers with the people there before you share anything that matters.",
      );
  };
  return { amina, bruno, spaceId, turn, bothSeeIt };
}

test("a split view of the key log: both who were shown something see it, once they talk", async () => {
  const { amina, bruno, spaceId, turn, bothSeeIt } = await twoFaces();
  turn();
  await sees(amina);
  await sees(bruno);
  await amina.commands["chat.send"]({ spaceId, text: "Do you see what I see?" });
  await untilText(bruno, spaceId, "Do you see what I see?");
  await bruno.commands["chat.send"]({ spaceId, text: "I do not know" });
  await bothSeeIt();
  await untilText(amina, spaceId, "I do not know");
});

test("a view that splits before one person's eyes: the others in a space see it with the next that is said there", async () => {
  const { amina, bruno, spaceId, turn, bothSeeIt } = await twoFaces();
  await sees(amina);
  await sees(bruno);
  // Nothing more is due to be told today.
  await bruno.commands["chat.send"]({ spaceId, text: "Good morning" });
  await untilText(amina, spaceId, "Good morning");
  turn();
  await sees(bruno);
  await sentence(bruno, "nodeTwoFaces");
  expect((await own(amina)).filter(({ kind }) => kind === "nodeTwoFaces")).toEqual([]);
  await bruno.commands["chat.send"]({ spaceId, text: "Something is wrong" });
  await bothSeeIt();
});

/** Waits until an engine has a head of its node that is as long as the log now. */
async function sees(person: Person): Promise<void> {
  await person.commands["person.find"]({ address: person.address });
}

test("a vault that is rolled back for a device that is being added: it knows from the other device", async () => {
  const zoe = await someone(0);
  const { dataDir } = net.node(0);
  const isPut = (device: Person) =>
    storeRows(device.directory, "SELECT 1 FROM account WHERE vault_dirty = 0").length === 1;
  await expect.poll(() => isPut(zoe), { timeout: 20_000 }).toBe(true);
  const early = vaultOf(dataDir, zoe.name);
  await zoe.commands["account.setDisplayName"]({ displayName: "Zoe" });
  await expect
    .poll(() => vaultOf(dataDir, zoe.name).version, { timeout: 20_000 })
    .toBeGreaterThan(early.version);
  await expect.poll(() => isPut(zoe), { timeout: 20_000 }).toBe(true);
  const phone = await zoe.bareDevice();
  phone.line.between(liesAt("devices.sessionFinish", (answer) => ({ ...answer, vault: early })));
  await pairByPicture(zoe, phone);
  expect(await sentence(phone, "vaultOld")).toMatch(/older/);
  await phone.close();
});

test("a vault that is kept from one device: it hears from the others in a space's log that there is a newer one", async () => {
  const [zoe, amina] = await Promise.all([someone(0), someone(1)]);
  const spaceId = await spaceOf(amina, [zoe]);
  const laptop = await zoe.secondDevice();
  await laptop.until("space", { spaceId }, (space) => space?.state === "active");
  const { dataDir } = net.node(0);
  const versionOf = (device: Person) =>
    storeRows<{ vault_version: number }>(
      device.directory,
      "SELECT vault_version FROM account WHERE vault_dirty = 0",
    )[0]?.vault_version;
  await expect.poll(() => versionOf(zoe), { timeout: 20_000 }).toBeDefined();
  const early = vaultOf(dataDir, zoe.name);
  zoe.line.between(liesAt("vault.get", () => early));
  // Until another device says something, nothing tells.
  await laptop.commands["account.setDisplayName"]({ displayName: "Zoe" });
  await expect.poll(() => versionOf(laptop), { timeout: 20_000 }).toBeGreaterThan(early.version);
  expect((await own(zoe)).filter(({ kind }) => kind === "vaultOld")).toEqual([]);
  // It tells with the first message after it has looked at the node's log.
  const looked = () => storeRows(laptop.directory, "SELECT 1 FROM key_log_heads").length;
  await expect.poll(looked, { timeout: 20_000 }).toBeGreaterThan(0);
  await laptop.commands["chat.send"]({ spaceId, text: "From my laptop" });
  await untilText(zoe, spaceId, "From my laptop");
  expect(await sentence(zoe, "vaultOld")).toMatch(/older/);
  // What is said to one's own devices is not for the others.
  expect(storeRows(amina.directory, "SELECT * FROM floors_told")).toEqual([]);
  zoe.line.between(null);
  await laptop.close();
});

test("a vault that is rolled back: a new device is told that it has an older copy", async () => {
  const zoe = await someone(0);
  const { dataDir } = net.node(0);
  const early = vaultOf(dataDir, zoe.name);
  for (const displayName of ["Zoe A.", "Zoe B."]) {
    const before = vaultOf(dataDir, zoe.name).version;
    await zoe.commands["account.setDisplayName"]({ displayName });
    await expect
      .poll(() => vaultOf(dataDir, zoe.name).version, { timeout: 20_000 })
      .toBeGreaterThan(before);
  }
  // A second device is an entry in the log, and names the vault of that time.
  const second = await zoe.secondDevice();
  await second.close();
  await zoe.close();
  tamper(dataDir, (db) => {
    db.prepare(
      "UPDATE vaults SET version = ?, vault = ? WHERE account = (SELECT account FROM accounts WHERE name = ?)",
    ).run(early.version, early.vault, zoe.name);
  });
  const third = await zoe.secondDevice();
  expect(await sentence(third, "vaultOld")).toBe(
    `${net.node(0).name} gave this device an older copy of your account than there was. Conversations that you joined ` +
      "lately may be missing here; your other devices and the people in them can bring them back.",
  );
});

test("a node that is put back as a whole: what another node remembers of it gives it away", async () => {
  const [zoe, bruno] = await Promise.all([someone(0), someone(1)]);
  const spaceId = await spaceOf(zoe, [bruno]);
  await bruno.commands["chat.send"]({ spaceId, text: "Here" });
  await untilText(zoe, spaceId, "Here");
  await expect
    .poll(() => storeRows(zoe.directory, "SELECT 1 FROM nodes WHERE name = ?", bruno.node.name))
    .toHaveLength(1);
  await zoe.commands["account.setDisplayName"]({ displayName: "Zoe" });
  await expect
    .poll(() => storeRows(zoe.directory, "SELECT 1 FROM account WHERE vault_dirty = 0"))
    .toHaveLength(1);
  const copy = await net.node(0).backup();
  // More than the new device will add: else the two would differ at one length, and be called two faces.
  for (let i = 0; i < 3; i++) await someone(0);
  const { keylog } = net.node(1).running();
  keylog.met(net.node(0).name);
  await keylog.gossip();
  await zoe.close();
  await net.node(0).restore(copy);
  const fresh = await zoe.secondDevice();
  expect(await sentence(fresh, "nodeForgot")).toBe(
    `${net.node(0).name} has forgotten a part of its list of people. An old copy may have been put back, or somebody ` +
      "hides something. Ask whoever runs it, and compare numbers with the people there.",
  );
});

test("a replayed request with its key package: it is not followed, and the person is told", async () => {
  const [amina, bruno] = await Promise.all([someone(0), someone(1)]);
  let letter: { seq: number; letterId: Bytes; letter: Bytes } | undefined;
  amina.line.between(
    liesAt("boxes.read", (answer) => {
      letter ??= answer.letters[0];
      return answer;
    }),
  );
  const spaceId = await spaceOf(amina, [bruno]);
  if (letter === undefined) throw new Error("no letter");
  const asked = letter;
  await amina.commands["space.remove"]({ spaceId, identityId: bruno.identityId });
  await amina.until("people", { spaceId }, (people) => people.length === 1);
  amina.line.between(
    liesAt("boxes.read", (answer) => ({
      ...answer,
      letters: [...answer.letters, { ...asked, seq: asked.seq + 1000, letterId: randomBytes(16) }],
    })),
  );
  await amina.commands["sync.now"]({});
  expect(await sentence(amina, "oldRequest")).toBe(
    `${net.node(0).name} delivered an old request once more, as if it were new. Nothing was done because of it.`,
  );
  expect(await amina.now("people", { spaceId })).toHaveLength(1);
});
