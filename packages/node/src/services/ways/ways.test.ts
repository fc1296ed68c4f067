import { createVaultSecret, signChallenge, vaultWayOf, wayEntryOf, wayKeys } from "@baraza/crypto";
import type { Bytes, WayKind } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomBytes } from "../../crypto-fast.ts";
import type { Call, TestNode } from "../node.testing.ts";
import { apiOf, bootNode, enrol, refuses } from "../node.testing.ts";

let node: TestNode;
beforeAll(async () => {
  node = await bootNode({ config: { trustedProxy: true } });
});
afterAll(() => node.close());

async function newWay(kind: WayKind = "words") {
  const keys = await wayKeys(kind, createVaultSecret());
  const way = wayEntryOf(vaultWayOf(keys, { created: 1 }));
  return { way, signer: keys.sign.privateKey };
}

async function signIn(
  { way, signer }: Awaited<ReturnType<typeof newWay>>,
  call: Call = node.call,
  more: { node?: string; signInId?: Bytes } = {},
) {
  const { signInId, challenge } = await call("ways.signInStart", {});
  const named = more.node ?? node.name;
  const sig = await signChallenge(signer, { node: named, signInId, challenge });
  const signKey = way.signKey ?? new Uint8Array(32);
  return call("ways.signInFinish", { signInId: more.signInId ?? signInId, signKey, sig });
}

test("a way with a key signs in without a name, and gives the vault that came with it", async () => {
  const amina = await enrol(node, "amina");
  const words = await newWay();
  const vault = randomBytes(500);
  await node.call("ways.put", { way: words.way, vault, version: 2 }, amina.session);
  const answer = await signIn(words);
  expect(answer).toMatchObject({ name: "amina", vault, vaultVersion: 2, boxId: amina.boxId });
  expect(answer.identity).toEqual(amina.request.identity);
  expect((await node.call("accounts.me", {}, answer.session)).name).toBe("amina");
  const { ways, version } = await node.call("ways.list", {}, amina.session);
  expect(version).toBe(2);
  expect(ways).toEqual([...amina.request.ways, words.way]);
});

test("a way that was replaced or taken away opens nothing any more", async () => {
  const bruno = await enrol(node, "bruno");
  const [first, second] = [await newWay(), await newWay()];
  const put = (version: number, more: object) =>
    node.call(
      "ways.put",
      { way: second.way, vault: randomBytes(9), version, ...more },
      bruno.session,
    );
  await put(2, { way: first.way });
  await put(3, { replaces: [first.way.id] });
  await refuses(signIn(first), "wrong_credentials");
  await signIn(second);
  const id = second.way.id;
  const vault = randomBytes(9);
  await refuses(
    node.call("ways.remove", { id, vault, version: 3 }, bruno.session),
    "vault_conflict",
  );
  await signIn(second);
  await node.call("ways.remove", { id, vault, version: 4 }, bruno.session);
  // The answer was lost: once more is harmless.
  await node.call("ways.remove", { id, vault, version: 4 }, bruno.session);
  await refuses(signIn(second), "wrong_credentials");
});

test("the last way by which one can sign in stays, and so does the vault that lists it", async () => {
  const carla = await enrol(node, "carla");
  const [{ id } = { id: randomBytes(16) }] = carla.request.ways;
  const vault = randomBytes(9);
  await refuses(node.call("ways.remove", { id, vault, version: 2 }, carla.session), "last_way");
  expect((await node.call("vault.get", {}, carla.session)).version).toBe(1);
  const { way } = await newWay();
  await node.call("ways.put", { way, vault, version: 2 }, carla.session);
  await node.call("ways.remove", { id, vault: randomBytes(8), version: 3 }, carla.session);
  // Nobody can sign in with the passphrase now, and who tries gets the answer of an unknown name.
  const { OPAQUE_REQUEST } = await requestOf();
  await node.call("accounts.signInStart", { name: "carla", request: OPAQUE_REQUEST });
});

test("a signature serves one challenge of one node, once", async () => {
  const dora = await enrol(node, "dora");
  const words = await newWay();
  await node.call("ways.put", { way: words.way, vault: randomBytes(9), version: 2 }, dora.session);
  await refuses(signIn(words, node.call, { node: "b.localhost" }), "wrong_credentials");
  await refuses(signIn(words, node.call, { signInId: randomBytes(16) }), "wrong_credentials");
  const { signInId, challenge } = await node.call("ways.signInStart", {});
  const sig = await signChallenge(words.signer, { node: node.name, signInId, challenge });
  const finish = { signInId, signKey: words.way.signKey ?? challenge, sig };
  await node.call("ways.signInFinish", finish);
  await refuses(node.call("ways.signInFinish", finish), "wrong_credentials");
  const late = await node.call("ways.signInStart", {});
  const lateSig = await signChallenge(words.signer, { node: node.name, ...late });
  node.clock.ahead += 3 * 60_000;
  await refuses(
    node.call("ways.signInFinish", { ...finish, signInId: late.signInId, sig: lateSig }),
    "wrong_credentials",
  );
});

test("whoever guesses slows down only the own address; the owner goes on from another, and from the same when right", async () => {
  const eve = await enrol(node, "eve");
  const words = await newWay();
  await node.call("ways.put", { way: words.way, vault: randomBytes(9), version: 2 }, eve.session);
  const [guesser, owner] = [
    apiOf(node.node.port, "203.0.113.7"),
    apiOf(node.node.port, "203.0.113.8"),
  ];
  try {
    const guess = async () => signIn({ way: words.way, signer: randomBytes(32) }, guesser.call);
    for (let i = 0; i < 60; i++) await refuses(guess(), "wrong_credentials");
    const { seconds } = await refuses(guess(), "rate_limited");
    expect(seconds).toBeGreaterThan(0);
    await signIn(words, owner.call);
    await signIn(words, guesser.call);
    expect((await node.call("accounts.me", {}, eve.session)).name).toBe("eve");
  } finally {
    guesser.client.close();
    owner.client.close();
  }
});

test("a key to sign in with belongs to one account, and a route for signed ways takes no others", async () => {
  const [fay, gina] = [await enrol(node, "fay"), await enrol(node, "gina")];
  const { way } = await newWay();
  const put = (session: Bytes, more: object = {}) =>
    node.call("ways.put", { way, vault: randomBytes(9), version: 2, ...more }, session);
  await put(fay.session);
  const id = randomBytes(16);
  await refuses(put(gina.session, { way: { ...way, id } }), "forbidden");
  for (const kind of ["passphrase", "passphrase+secret", "passkey"])
    await refuses(put(gina.session, { way: { id, way: kind } }), "malformed");
  await refuses(node.call("ways.list", {}), "unauthenticated");
});

test("an account may be opened with words alone, but not with nothing to sign in by", async () => {
  const words = await newWay();
  await enrol(node, "hana", { record: undefined, ways: [words.way] });
  expect((await signIn(words)).name).toBe("hana");
  const id = randomBytes(16);
  for (const wrong of [
    { record: undefined, ways: [{ id, way: "passphrase" }] },
    { record: undefined, ways: [{ id, way: "device" }] },
    { record: undefined, ways: [{ id, way: "passkey" }] },
    { record: "AAAA", ways: [words.way] },
  ])
    await refuses(enrol(node, "nobody", wrong), "malformed");
});

async function requestOf() {
  const opaque = await import("@baraza/crypto/opaque");
  const { request } = await opaque.startSignIn("a guess");
  return { OPAQUE_REQUEST: request };
}
