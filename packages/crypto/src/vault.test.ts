import type { Vault } from "@baraza/protocol";
import { encodeCbor, LIMITS } from "@baraza/protocol";
import { beforeAll, expect, test } from "vitest";
import {
  createVaultKey,
  createVaultSecret,
  NO_VAULT,
  openVault,
  readVaultWraps,
  sealVault,
  unwrapVaultKey,
  vaultHash,
  wrapVaultKey,
} from "./vault.ts";
import { counting, failureOf, isTyped, person, refuses } from "./test-helpers.ts";

const exportKey = counting(1, 64);
const secret = createVaultSecret();
let vault: Vault;
beforeAll(async () => {
  const { identity } = await person();
  vault = {
    v: 1,
    version: 1,
    prevHash: NO_VAULT,
    identity: identity.record,
    identityKey: identity.privateKey,
    profile: { name: "Alice", address: "alice@a.localhost" },
    boxKeys: [],
    spaces: [],
    nodes: [],
  };
});

test("a vault opens by each way in", async () => {
  const key = createVaultKey();
  const wraps = [
    await wrapVaultKey(key, { way: "passphrase", exportKey }),
    await wrapVaultKey(key, { way: "passphrase+secret", exportKey, secret }),
  ];
  const sealed = await sealVault(key, wraps, vault);
  const found = readVaultWraps(sealed);
  expect(found.map(({ way }) => way)).toEqual(["passphrase", "passphrase+secret"]);
  for (const wrap of found) {
    const unwrapped = await unwrapVaultKey(wrap, { exportKey, secret });
    expect(await openVault(unwrapped, sealed)).toEqual(vault);
  }
});

test("the passphrase alone does not open what needs the secret as well", async () => {
  const key = createVaultKey();
  const wrap = await wrapVaultKey(key, { way: "passphrase+secret", exportKey, secret });
  await refuses(() => unwrapVaultKey(wrap, { exportKey }), "bad_input");
  const other = createVaultSecret();
  await refuses(() => unwrapVaultKey(wrap, { exportKey, secret: other }), "open_failed");
  await refuses(() => unwrapVaultKey(wrap, { exportKey: counting(2, 64), secret }), "open_failed");
  await refuses(() => unwrapVaultKey({ ...wrap, way: "passphrase" }, { exportKey }), "open_failed");
});

test("a node cannot put back an earlier wrap: the vault under it no longer opens", async () => {
  const key = createVaultKey();
  const former = await wrapVaultKey(key, { way: "passphrase", exportKey: counting(2, 64) });
  const wrap = await wrapVaultKey(key, { way: "passphrase", exportKey });
  const sealed = await sealVault(key, [wrap], vault);
  const { decodeCbor } = await import("@baraza/protocol");
  const mixed = encodeCbor({ ...(decodeCbor(sealed) as object), wraps: [former] });
  await refuses(() => openVault(key, mixed), "open_failed");
});

test("the hash chain runs over contents, not over how they were wrapped", async () => {
  const hash = vaultHash(vault);
  expect(vaultHash({ ...vault })).toEqual(hash);
  expect(vaultHash({ ...vault, version: 2 })).not.toEqual(hash);
});

test("a vault keeps fields of a later version", async () => {
  const key = createVaultKey();
  const wraps = [await wrapVaultKey(key, { way: "passphrase", exportKey })];
  const later = { ...vault, later: { new: [1, 2] } };
  const opened = await openVault(key, await sealVault(key, wraps, later));
  expect(opened).toEqual(later);
  const again = await openVault(key, await sealVault(key, wraps, { ...opened, version: 2 }));
  expect(again).toEqual({ ...later, version: 2 });
});

test("a vault that grew too large is refused before it is sent", async () => {
  const key = createVaultKey();
  const wraps = [await wrapVaultKey(key, { way: "passphrase", exportKey })];
  const big = { ...vault, filler: new Uint8Array(LIMITS.vaultBytes) };
  expect(await failureOf(() => sealVault(key, wraps, big))).toMatchObject({ code: "too_large" });
});

test("bytes of any shape are refused with a code", async () => {
  const key = createVaultKey();
  for (const bad of [undefined, null, {}, new Uint8Array(), new Uint8Array(100)]) {
    await refuses(() => openVault(key, bad as never), "bad_vault");
    await refuses(() => readVaultWraps(bad as never), "bad_vault");
    expect(isTyped(await failureOf(() => unwrapVaultKey(bad as never, { exportKey })))).toBe(true);
  }
  const wrong = { way: "passphrase" as const, exportKey: new Uint8Array(3) };
  await refuses(() => wrapVaultKey(key, wrong), "bad_input");
});
