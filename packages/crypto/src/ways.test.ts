import { WAY_KINDS } from "@baraza/protocol";
import { expect, test } from "vitest";
import { hpkeOpen, hpkeSend } from "./hpke.ts";
import { counting, NOW, person, refuses } from "./test-helpers.ts";
import {
  createVaultKey,
  createVaultSecret,
  openWay,
  passphraseSecret,
  sealVaultKeyTo,
  sealVaultKeyToAll,
  signChallenge,
  vaultWayOf,
  verifyChallenge,
  wayEntryOf,
  wayKeys,
} from "./ways.ts";

const secret = counting(1, 32);

test("each way opens the vault key with its secret, and with nothing else", async () => {
  const { id: me } = await person();
  const vaultKey = createVaultKey();
  for (const kind of WAY_KINDS) {
    const keys = await wayKeys(kind, secret);
    const wrap = await sealVaultKeyTo(vaultKey, me, vaultWayOf(keys, { created: NOW }));
    expect(await openWay(await wayKeys(kind, secret), me, wrap)).toEqual(vaultKey);
    await refuses(
      async () => openWay(await wayKeys(kind, counting(2, 32)), me, wrap),
      "open_failed",
    );
    const other = WAY_KINDS.find((one) => one !== kind) ?? kind;
    await refuses(async () => openWay(await wayKeys(other, secret), me, wrap), "open_failed");
    await refuses(
      async () => openWay(await wayKeys(other, secret), me, { ...wrap, way: other }),
      "open_failed",
    );
  }
});

test("a wrap is bound to the person, the way and its id", async () => {
  const [{ id: me }, { id: stranger }] = [await person(), await person()];
  const keys = await wayKeys("words", createVaultSecret());
  const wrap = await sealVaultKeyTo(createVaultKey(), me, vaultWayOf(keys, { created: NOW }));
  await refuses(() => openWay(keys, stranger, wrap), "open_failed");
  await refuses(() => openWay(keys, me, { ...wrap, id: counting(9, 16) }), "open_failed");
});

test("who has only the public key cannot seal another vault key to the person", async () => {
  const { id: me } = await person();
  const keys = await wayKeys("words", createVaultSecret());
  const listed = vaultWayOf(keys, { created: NOW });
  const forged = await sealVaultKeyTo(createVaultKey(), me, { ...listed, psk: counting(3, 32) });
  await refuses(() => openWay(keys, me, forged), "open_failed");
  const { enc, seal } = await hpkeSend(keys.publicKey, counting(1, 3));
  const ct = await seal(createVaultKey(), counting(1, 3));
  await refuses(() => openWay(keys, me, { ...forged, enc, ct }), "open_failed");
  // A box of the same seed in base mode is another box.
  await refuses(
    () => hpkeOpen(keys.privateKey, forged.enc, counting(1, 3), forged.ct, counting(1, 3)),
    "open_failed",
  );
});

test("a new vault key is sealed to everyone from public keys alone; one that stays is not sealed again", async () => {
  const { id: me } = await person();
  const all = await Promise.all(
    (["passphrase", "words", "passkey"] as const).map((kind, n) => wayKeys(kind, counting(n, 32))),
  );
  const listed = all.map((keys) => vaultWayOf(keys, { created: NOW }));
  // A passkey without PRF only signs in.
  const opensNothing = { id: counting(7, 16), way: "passkey", created: NOW };
  const first = createVaultKey();
  const wraps = await sealVaultKeyToAll(first, me, [...listed, opensNothing]);
  expect(wraps).toHaveLength(3);
  expect(await sealVaultKeyToAll(first, me, listed, wraps)).toEqual(wraps);
  const second = createVaultKey();
  const renewed = await sealVaultKeyToAll(second, me, listed);
  for (const [at, keys] of all.entries()) {
    const wrap = renewed[at];
    if (wrap === undefined) throw new Error("no wrap");
    expect(await openWay(keys, me, wrap)).toEqual(second);
  }
  await refuses(() => sealVaultKeyTo(second, me, opensNothing), "bad_input");
});

test("the secret of a device or sheet makes another way of the same passphrase", async () => {
  const exportKey = counting(1, 64);
  const mixed = passphraseSecret(exportKey, createVaultSecret());
  const keys = await wayKeys("passphrase+secret", mixed);
  const alone = await wayKeys("passphrase+secret", passphraseSecret(exportKey));
  expect(alone.publicKey).not.toEqual(keys.publicKey);
  await refuses(() => passphraseSecret(counting(1, 3)), "bad_input");
  await refuses(() => passphraseSecret(exportKey, counting(1, 15)), "bad_input");
  await refuses(() => wayKeys("words", counting(1, 15)), "bad_input");
});

test("a signed challenge serves one node and one sign-in", async () => {
  const keys = await wayKeys("people", secret);
  const challenge = { node: "a.localhost", signInId: counting(4, 16), challenge: counting(5, 32) };
  const sig = await signChallenge(keys.sign, challenge);
  const key = keys.sign.publicKey;
  expect(await verifyChallenge(key, challenge, sig)).toBe(true);
  expect(await verifyChallenge(key, { ...challenge, node: "b.localhost" }, sig)).toBe(false);
  const later = { ...challenge, signInId: counting(6, 16) };
  expect(await verifyChallenge(key, later, sig)).toBe(false);
  const other = await wayKeys("people", counting(2, 32));
  expect(await verifyChallenge(other.sign.publicKey, challenge, sig)).toBe(false);
});

test("the node is told a key to sign in with only where signing in goes by signature", async () => {
  const entry = async (kind: (typeof WAY_KINDS)[number], device?: Uint8Array<ArrayBuffer>) =>
    wayEntryOf(vaultWayOf(await wayKeys(kind, secret), { created: NOW, device, label: "Kitchen" }));
  for (const kind of ["words", "people", "organisation", "device"] as const)
    expect((await entry(kind)).signKey).toHaveLength(32);
  for (const kind of ["passphrase", "passphrase+secret", "passkey"] as const)
    expect((await entry(kind)).signKey).toBeUndefined();
  expect((await entry("device", counting(1, 32))).signKey).toBeUndefined();
  expect(Object.keys(await entry("words")).toSorted()).toEqual(["id", "signKey", "way"]);
});
