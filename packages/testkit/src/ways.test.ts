import { join } from "node:path";
import { softPasskey } from "@baraza/crypto/passkeys.testing";
import { randomBytes } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tamper, vaultOf } from "./hostile-node.ts";
import { inspect, storeRows } from "./inspect.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { spaceOf, untilText } from "./spaces.ts";

let net: Network;
let amina: Person;
beforeAll(async () => {
  net = await network({ nodes: 1 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
});
afterAll(() => net.close());

type Soft = Awaited<ReturnType<typeof softPasskey>>;
const kinds = async (person: Person) => (await person.now("ways", {})).map((way) => way.kind);
const ceremony = (rpId: string, challenge: Bytes) => ({ rpId, challenge, origin: net.node(0).url });

async function addPasskey(person: Person, soft: Soft, prf: Bytes | null) {
  const { createId, rpId, challenge } = await person.commands["ways.passkeyToCreate"]({});
  const passkey = { ...soft.create(createId, ceremony(rpId, challenge)), prf };
  return person.commands["ways.addPasskey"]({ passkey, label: "Kitchen laptop" });
}

async function answer(person: Person, soft: Soft, prf: Bytes | null) {
  const { signInId, rpId, challenge } = await person.commands["ways.passkeyToAsk"]({});
  const given = await soft.answer(ceremony(rpId, challenge));
  return person.commands["ways.signInWithPasskey"]({ signInId, answer: given, prf });
}

async function newWords(person: Person): Promise<string[]> {
  const { words } = await person.commands["ways.newWords"]({});
  await person.commands["ways.keepWords"]({ words });
  return words;
}

test("twelve words alone sign in on a new device, and the ones they replaced do not", async () => {
  const old = await newWords(amina);
  const words = await newWords(amina);
  expect(await kinds(amina)).toEqual(["passphrase", "words"]);
  const spaceId = await spaceOf(amina, []);
  await amina.commands["chat.send"]({ spaceId, text: "still here" });
  await untilText(amina, spaceId, "still here");
  const phone = await amina.bareDevice();
  const signIn = (text: string) => phone.commands["ways.signInWithWords"]({ text });
  await expect(signIn(old.join(" "))).rejects.toMatchObject({ code: "wrong_way" });
  await expect(signIn(words.slice(1).join(" "))).rejects.toMatchObject({ code: "words_wrong" });
  const account = await signIn(words.join(" ").toUpperCase());
  expect(account).toMatchObject({ identityId: amina.identityId, name: "amina" });
  await untilText(phone, spaceId, "still here");
  expect(await kinds(phone)).toEqual(["passphrase", "words"]);
  await phone.close();
});

test("a passkey with PRF opens everything; one without signs in, and words or the passphrase open", async () => {
  const [withPrf, without] = [await softPasskey(), await softPasskey(3)];
  const prf = randomBytes(32);
  expect(await addPasskey(amina, withPrf, prf)).toEqual({ opens: true });
  expect(await addPasskey(amina, without, null)).toEqual({ opens: false });
  const words = await newWords(amina);
  const phone = await amina.bareDevice();
  expect(await answer(phone, withPrf, prf)).toMatchObject({
    state: "signedIn",
    account: { identityId: amina.identityId },
  });
  await phone.close();
  const tablet = await amina.bareDevice();
  expect(await answer(tablet, without, null)).toEqual({
    state: "closed",
    name: "amina",
    by: ["passphrase", "passkey", "words"],
  });
  expect(await tablet.now("account", {})).toBeNull();
  await tablet.commands["ways.signInWithWords"]({ text: words.join(" ") });
  expect((await tablet.now("account", {}))?.identityId).toBe(amina.identityId);
  await tablet.close();
  const stranger = await amina.bareDevice();
  await expect(answer(stranger, await softPasskey(), prf)).rejects.toMatchObject({
    code: "wrong_way",
  });
  // The right passkey, with another output than the one that the vault key was sealed to.
  await expect(answer(stranger, withPrf, randomBytes(32))).rejects.toMatchObject({
    code: "unverified",
  });
  await stranger.close();
});

test("a sign-in that somebody does not go on with, or that opens nothing, leaves no session behind", async () => {
  const gia = await net.person({ node: 0, name: "gia" });
  const soft = await softPasskey();
  await addPasskey(gia, soft, null);
  const words = await newWords(gia);
  const ofNoDevice = () =>
    inspect(join(net.node(0).dataDir, "store.sqlite"), (db) =>
      db
        .prepare(
          "SELECT count(*) AS n FROM sessions JOIN accounts USING (account) WHERE name = ? AND device IS NULL",
        )
        .get("gia"),
    );
  const phone = await gia.bareDevice();
  for (let tries = 0; tries < 2; tries++)
    expect(await answer(phone, soft, null)).toMatchObject({ state: "closed" });
  const { name, passphrase } = gia;
  await phone.commands["account.signIn"]({ name, passphrase });
  expect(ofNoDevice()).toEqual({ n: 0 });
  await phone.commands["account.signOut"]({});
  expect(await answer(phone, soft, null)).toMatchObject({ state: "closed" });
  const others = await newWords(amina);
  await phone.commands["ways.signInWithWords"]({ text: others.join(" ") });
  expect(ofNoDevice()).toEqual({ n: 0 });
  await phone.commands["account.signOut"]({});
  await phone.commands["ways.signInWithWords"]({ text: words.join(" ") });
  expect((await phone.now("account", {}))?.identityId).toBe(gia.identityId);
  expect(ofNoDevice()).toEqual({ n: 0 });
  await phone.close();
});

test("an account opened with a passkey alone", async () => {
  const soft = await softPasskey();
  const prf = randomBytes(32);
  const fresh = await amina.bareDevice();
  const { createId, rpId, challenge, userName } = await fresh.commands["ways.passkeyToCreate"]({
    name: "bruno",
    displayName: "Bruno",
  });
  expect(userName).toBe(`bruno@${net.node(0).name}`);
  const made = soft.create(createId, ceremony(rpId, challenge));
  const signUp = (more: object) =>
    fresh.commands["ways.signUpWithPasskey"]({
      name: "bruno",
      displayName: "Bruno",
      passkey: { ...made, prf: null },
      ...more,
    });
  await expect(signUp({})).rejects.toMatchObject({ code: "words_needed" });
  const account = await signUp({ passkey: { ...made, prf } });
  expect(account).toMatchObject({ name: "bruno", displayName: "Bruno" });
  expect(await fresh.now("ways", {})).toMatchObject([{ kind: "passkey", opens: true }]);
  const [only] = await fresh.now("ways", {});
  await expect(fresh.commands["ways.remove"]({ id: only?.id ?? "" })).rejects.toMatchObject({
    code: "last_way",
  });
  await fresh.commands["account.signOut"]({});
  expect(await answer(fresh, soft, prf)).toMatchObject({ state: "signedIn" });
  await fresh.close();
});

test("ways are named and taken away; what was taken away opens nothing", async () => {
  const soft = await softPasskey();
  const prf = randomBytes(32);
  await addPasskey(amina, soft, prf);
  const way = (await amina.now("ways", {})).findLast(({ kind }) => kind === "passkey");
  expect(way).toMatchObject({ label: "Kitchen laptop", opens: true, weak: false });
  const id = way?.id ?? "";
  await amina.commands["ways.rename"]({ id, label: "Office" });
  await amina.until("ways", {}, (ways) => ways.some((one) => one.label === "Office"));
  await amina.commands["ways.remove"]({ id });
  const phone = await amina.bareDevice();
  await expect(answer(phone, soft, prf)).rejects.toMatchObject({ code: "wrong_way" });
  await phone.close();
});

test("with a code mixed in, the passphrase alone does not open; a device of the person shows the code", async () => {
  const carla = await net.person({ node: 0, name: "carla" });
  expect(await carla.now("ways", {})).toMatchObject([{ kind: "passphrase", weak: true }]);
  const passphrase = "a longer passphrase of carla";
  const { code } = await carla.commands["ways.setPassphrase"]({ passphrase, code: true });
  expect(await carla.now("ways", {})).toMatchObject([{ kind: "passphrase+secret", weak: false }]);
  expect(await carla.commands["ways.passphraseCode"]({})).toEqual(code);
  const phone = await carla.bareDevice();
  const signIn = (more: object) =>
    phone.commands["account.signIn"]({ name: "carla", passphrase, ...more });
  await expect(signIn({})).rejects.toMatchObject({ code: "code_needed" });
  const { words } = await phone.commands["ways.newWords"]({});
  await expect(signIn({ code: words.join(" ") })).rejects.toMatchObject({ code: "wrong_way" });
  await expect(signIn({ code: "one two" })).rejects.toMatchObject({ code: "words_wrong" });
  await expect(
    phone.commands["account.signIn"]({ name: "carla", passphrase: carla.passphrase }),
  ).rejects.toMatchObject({ code: "wrong_passphrase" });
  await signIn({ code: code?.join(" ") });
  expect(await phone.commands["ways.passphraseCode"]({})).toEqual(code);
  await phone.close();
});

test("two devices set the passphrase at once: one holds, the other is told, and nothing is lost", async () => {
  const dora = await net.person({ node: 0, name: "dora" });
  const laptop = await dora.secondDevice();
  const chosen = ["chosen on the phone", "chosen on the laptop"];
  const results = await Promise.allSettled(
    [dora, laptop].map((person, at) =>
      person.commands["ways.setPassphrase"]({ passphrase: chosen[at] ?? "", code: false }),
    ),
  );
  const lost = results.findIndex(({ status }) => status === "rejected");
  expect(results[lost]).toMatchObject({ reason: { code: "changed_elsewhere" } });
  const holds = chosen[1 - lost] ?? "";
  const loser = lost === 0 ? dora : laptop;
  await loser.until("status", {}, ({ sessionEnded }) => sessionEnded);
  await expect(
    loser.commands["account.signInAgain"]({ passphrase: chosen[lost] ?? "" }),
  ).rejects.toMatchObject({ code: "wrong_passphrase" });
  await loser.commands["account.signInAgain"]({ passphrase: holds });
  await loser.until("status", {}, ({ sessionEnded, line }) => !sessionEnded && line === "online");
  const phone = await dora.bareDevice();
  await phone.commands["account.signIn"]({ name: "dora", passphrase: holds });
  expect((await phone.now("account", {}))?.identityId).toBe(dora.identityId);
  for (const one of [laptop, phone]) await one.close();
});

test("a device that was signed out at the node comes back by words or by a passkey without PRF", async () => {
  const eve = await net.person({ node: 0, name: "eve" });
  const words = await newWords(eve);
  const soft = await softPasskey();
  await addPasskey(eve, soft, null);
  const laptop = await eve.secondDevice();
  const end = async (n: number) => {
    const passphrase = `passphrase number ${n}`;
    await laptop.commands["ways.setPassphrase"]({ passphrase, code: false });
    await eve.until("status", {}, ({ sessionEnded }) => sessionEnded);
  };
  const back = () =>
    eve.until("status", {}, ({ sessionEnded, line }) => !sessionEnded && line === "online");
  await end(1);
  await eve.commands["ways.signInWithWords"]({ text: words.join(" ") });
  await back();
  await end(2);
  expect(await answer(eve, soft, null)).toMatchObject({ state: "signedIn" });
  await back();
  // Somebody else's words open nothing here.
  await end(3);
  const other = await newWords(amina);
  await expect(
    eve.commands["ways.signInWithWords"]({ text: other.join(" ") }),
  ).rejects.toMatchObject({ code: "unverified" });
  await laptop.close();
});

test("a device that was signed out comes back by a passkey without PRF when the vault has another key since", async () => {
  const hal = await net.person({ node: 0, name: "hal" });
  const soft = await softPasskey();
  await addPasskey(hal, soft, null);
  const [laptop, tablet] = [await hal.secondDevice(), await hal.secondDevice()];
  const isPut = () =>
    storeRows(hal.directory, "SELECT 1 FROM account WHERE vault_dirty = 0").length === 1;
  await expect.poll(isPut).toBe(true);
  const mine = await tablet.until("devices.list", {}, (all) => all.some((one) => one.here));
  const deviceId = mine.find((one) => one.here)?.deviceId ?? "";
  await laptop.until("devices.list", {}, (all) => all.some((one) => one.deviceId === deviceId));
  await laptop.commands["ways.setPassphrase"]({ passphrase: "another one of hal", code: false });
  await hal.until("status", {}, ({ sessionEnded }) => sessionEnded);
  await laptop.commands["devices.remove"]({ deviceId });
  await laptop.until("devices.list", {}, (all) => all.every((one) => one.deviceId !== deviceId));
  expect(await answer(hal, soft, null)).toMatchObject({ state: "signedIn" });
  await hal.until("status", {}, ({ sessionEnded, line }) => !sessionEnded && line === "online");
  await hal.commands["account.setDisplayName"]({ displayName: "Hal" });
  await expect.poll(isPut).toBe(true);
  expect(hal.faults).toEqual([]);
  for (const one of [laptop, tablet]) await one.close();
});

test("a device that signs out leaves no way of its own behind", async () => {
  const fay = await net.person({ node: 0, name: "fay" });
  const laptop = await fay.secondDevice();
  const count = (person: Person) => storeRows(person.directory, "SELECT id FROM ways").length;
  // Its own way is in the vault, and it knows itself as one of two.
  await expect.poll(() => count(laptop), { timeout: 20_000 }).toBe(3);
  const known = () => storeRows(laptop.directory, "SELECT device FROM own_devices").length;
  await expect.poll(known, { timeout: 20_000 }).toBe(2);
  await laptop.commands["account.signOut"]({});
  const { words } = await fay.commands["ways.newWords"]({});
  await fay.commands["ways.keepWords"]({ words });
  // The passphrase, the words, and the one device that is left.
  expect(count(fay)).toBe(3);
  await laptop.close();
});

test("a vault that the node puts back is told, and brings back no way that was taken away", async () => {
  const gina = await net.person({ node: 0, name: "gina" });
  const { dataDir } = net.node(0);
  const words = await newWords(gina);
  const early = vaultOf(dataDir, "gina");
  const [way] = (await gina.now("ways", {})).filter(({ kind }) => kind === "words");
  await gina.commands["ways.remove"]({ id: way?.id ?? "" });
  tamper(dataDir, (db) => {
    db.prepare(
      "UPDATE vaults SET version = ?, vault = ? WHERE account = (SELECT account FROM accounts WHERE name = ?)",
    ).run(early.version, early.vault, "gina");
  });
  await gina.commands["account.setDisplayName"]({ displayName: "Gina B." });
  await gina.until("notices", {}, (all) => all.some(({ kind }) => kind === "vaultOld"));
  expect(await kinds(gina)).toEqual(["passphrase"]);
  const phone = await gina.bareDevice();
  await expect(
    phone.commands["ways.signInWithWords"]({ text: words.join(" ") }),
  ).rejects.toMatchObject({ code: "wrong_way" });
  await phone.close();
});
