import { createIdentity, identityIdOf, rotateIdentity } from "@baraza/crypto";
import type { Identity } from "@baraza/crypto";
import { toHex } from "@baraza/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { nodePlatform } from "../../platform/node/index.ts";
import type { SqlStore } from "../ports.ts";
import { CORE_MIGRATIONS } from "../schema.ts";
import { migrate } from "../store/migrate.ts";
import { chainOf, seeAddress, seeIdentities } from "./see.ts";

let store: SqlStore;
beforeEach(async () => {
  store = await nodePlatform({ origin: "http://a.localhost" }).openStore("test");
  await migrate(store, CORE_MIGRATIONS);
});
afterEach(() => store.close());

const seen = ({ record }: Identity) => ({
  id: toHex(identityIdOf(record)),
  chain: chainOf(record),
});
const see = (...identities: Identity[]) =>
  store.transaction((tx) => seeIdentities(tx, identities.map(seen), 1, "somebody"));
const changeOf = async ({ record }: Identity) =>
  (
    await store.get<{ changed: string | null }>(
      "SELECT changed FROM person_keys WHERE identity_id = ?",
      [toHex(identityIdOf(record))],
    )
  )?.changed;
const notices = () => store.all("SELECT * FROM trust_notices WHERE dismissed = 0");
const history = async () =>
  (await store.all<{ kind: string }>("SELECT kind FROM person_history ORDER BY id")).map(
    ({ kind }) => kind,
  );

test("a key that was handed on by its holder is no news, whichever record is seen first", async () => {
  const first = await createIdentity();
  const second = await rotateIdentity(first);
  const third = await rotateIdentity(second);
  await see(second);
  await see(first, third);
  await see(second);
  expect(await changeOf(first)).toBeNull();
  expect(await notices()).toEqual([]);
  expect(await history()).toEqual(["first", "handedOn"]);
});

test("an identity that does not go on from the known one is a change, and told once", async () => {
  const first = await createIdentity();
  const [one, other] = [await rotateIdentity(first), await rotateIdentity(first)];
  await see(one);
  await see(other);
  await see(other, await rotateIdentity(other));
  expect(await changeOf(first)).toBe("key");
  expect(await notices()).toHaveLength(1);
  // What is known stays: the holder of the true key is not forgotten for it.
  await see(await rotateIdentity(one));
  expect(await history()).toEqual(["first", "key", "handedOn"]);
});

test("two who say that they have one address are told apart", async () => {
  const [amina, other] = [await createIdentity(), await createIdentity()];
  await see(amina, other);
  await store.run("INSERT INTO people VALUES (?, 'Amina', 'amina@a.localhost', 'met', 1)", [
    seen(amina).id,
  ]);
  const state = (one: Identity, address: string) =>
    store.transaction((tx) => seeAddress(tx, seen(one).id, address, 2));
  await state(amina, "amina@a.localhost");
  await state(other, "bruno@a.localhost");
  expect(await notices()).toEqual([]);
  await state(other, "amina@a.localhost");
  expect(await changeOf(other)).toBe("address");
  expect(await changeOf(amina)).toBeNull();
});
