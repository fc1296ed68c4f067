import type { Bytes, Vault, VaultWay, VaultWrap } from "@baraza/protocol";
import { decodeCbor, encodeCbor, LIMITS } from "@baraza/protocol";
import { beforeAll, expect, test } from "vitest";
import { NO_VAULT, openVault, readVaultWraps, sealVault, vaultHash } from "./vault.ts";
import { openVaultSeen, sealVaultSeen } from "./vault-seen.ts";
import { counting, failureOf, NOW, person, refuses } from "./test-helpers.ts";
import {
  createVaultKey,
  openWay,
  sealVaultKeyTo,
  sealVaultKeyToAll,
  vaultWayOf,
  wayKeys,
} from "./ways.ts";

let me: Bytes;
let vault: Vault;
let way: VaultWay;
beforeAll(async () => {
  const { identity, id } = await person();
  me = id;
  way = vaultWayOf(await wayKeys("words", counting(1, 16)), { created: NOW });
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
    ways: [way],
  };
});

const seal = async (key: Bytes, content: Vault): Promise<Bytes> =>
  sealVault(key, await sealVaultKeyToAll(key, me, content.ways), content);

test("what is told of a vault in a log opens for the same identity, and in no other log", async () => {
  const key = vault.identityKey;
  const logId = counting(9, 32);
  const seen = { node: "a.localhost", version: 4, hash: vaultHash(vault) };
  const sealed = await sealVaultSeen(key, logId, seen);
  expect(await openVaultSeen(key, logId, sealed)).toEqual(seen);
  await refuses(() => openVaultSeen(key, counting(10, 32), sealed), "open_failed");
  await refuses(() => openVaultSeen(counting(11, 32), logId, sealed), "open_failed");
});

test("a vault opens by each way in", async () => {
  const key = createVaultKey();
  const keys = await Promise.all([
    wayKeys("passphrase", counting(2, 64)),
    wayKeys("people", counting(3, 16)),
  ]);
  const ways = keys.map((one) => vaultWayOf(one, { created: NOW }));
  const sealed = await seal(key, { ...vault, ways });
  const wraps = readVaultWraps(sealed);
  expect(wraps.map((wrap) => wrap.way)).toEqual(["passphrase", "people"]);
  for (const [at, wrap] of wraps.entries()) {
    const one = keys[at];
    if (one === undefined) throw new Error("no keys");
    expect(await openVault(await openWay(one, me, wrap), sealed)).toEqual({ ...vault, ways });
  }
});

test("a node cannot put back an earlier wrap, add one or leave one out", async () => {
  const key = createVaultKey();
  const former = await sealVaultKeyTo(key, me, way);
  const sealed = await seal(key, vault);
  const [wrap] = readVaultWraps(sealed);
  const other = vaultWayOf(await wayKeys("words", counting(4, 16)), { created: NOW });
  const added = await sealVaultKeyTo(key, me, other);
  const mixed = (wraps: unknown[]) =>
    encodeCbor({ ...(decodeCbor(sealed) as object), wraps: wraps as VaultWrap[] });
  expect(await openVault(key, mixed([wrap]))).toEqual(vault);
  await refuses(() => openVault(key, mixed([former])), "open_failed");
  await refuses(() => openVault(key, mixed([wrap, added])), "open_failed");
  await refuses(() => openVault(key, mixed([])), "bad_vault");
});

test("a vault is sealed only together with the wraps of exactly its ways", async () => {
  const key = createVaultKey();
  const wrap = await sealVaultKeyTo(key, me, way);
  const other = vaultWayOf(await wayKeys("people", counting(4, 16)), { created: NOW });
  for (const [wraps, ways] of [
    [[], [way]],
    [[wrap], [way, other]],
    [[wrap, wrap], [way]],
    [[wrap], [other]],
    [[{ ...wrap, way: "people" }], [way]],
  ] satisfies [VaultWrap[], VaultWay[]][])
    await refuses(() => sealVault(key, wraps, { ...vault, ways }), "bad_vault");
});

test("the hash chain runs over contents, not over how they were wrapped", async () => {
  const hash = vaultHash(vault);
  expect(vaultHash({ ...vault })).toEqual(hash);
  expect(vaultHash({ ...vault, version: 2 })).not.toEqual(hash);
});

test("a vault keeps fields and kinds of ways of a later version", async () => {
  const key = createVaultKey();
  const ways = [{ ...way, way: "thought", later: 1 }];
  const later = { ...vault, ways, later: { new: [1, 2] } };
  const opened = await openVault(key, await seal(key, later));
  expect(opened).toEqual(later);
  const again = await openVault(key, await seal(key, { ...opened, version: 2 }));
  expect(again).toEqual({ ...later, version: 2 });
});

test("a vault that grew too large is refused before it is sent", async () => {
  const big = { ...vault, filler: new Uint8Array(LIMITS.vaultBytes) };
  const key = createVaultKey();
  expect(await failureOf(() => seal(key, big))).toMatchObject({ code: "too_large" });
});

test("bytes of any shape are refused with a code", async () => {
  const key = createVaultKey();
  const keys = await wayKeys("words", counting(1, 16));
  for (const bad of [undefined, null, {}, new Uint8Array(), new Uint8Array(100)]) {
    await refuses(() => openVault(key, bad as never), "bad_vault");
    await refuses(() => readVaultWraps(bad as never), "bad_vault");
    await refuses(() => openWay(keys, me, bad as never), "bad_vault");
  }
  await refuses(() => sealVaultKeyTo(counting(1, 3), me, way), "bad_input");
});
