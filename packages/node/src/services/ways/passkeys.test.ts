import { softPasskey } from "@baraza/crypto/passkeys.testing";
import { LIMITS } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomBytes } from "../../crypto-fast.ts";
import type { Call, TestNode } from "../node.testing.ts";
import { apiOf, bootNode, enrol, refuses } from "../node.testing.ts";

let node: TestNode;
beforeAll(async () => {
  node = await bootNode({ config: { trustedProxy: true } });
});
afterAll(() => node.close());

type Soft = Awaited<ReturnType<typeof softPasskey>>;
const origin = () => `http://${node.name}`;
const wayOf = () => ({ id: randomBytes(16), way: "passkey" });

async function create(soft: Soft) {
  const { createId, challenge, rpId } = await node.call("passkeys.createStart", {});
  return soft.create(createId, { challenge, rpId, origin: origin() });
}

async function signIn(soft: Soft, call: Call = node.call) {
  const { signInId, challenge, rpId } = await call("passkeys.signInStart", {});
  const answer = await soft.answer({ challenge, rpId, origin: origin() });
  return call("passkeys.signInFinish", { signInId, answer });
}

test("an account is opened with a passkey alone, and the passkey signs in without a name", async () => {
  const soft = await softPasskey();
  const way = wayOf();
  const amina = await enrol(node, "amina", {
    record: undefined,
    ways: [way],
    passkey: await create(soft),
  });
  const { wayId, signedIn } = await signIn(soft);
  expect(wayId).toEqual(way.id);
  expect(signedIn).toMatchObject({ name: "amina", vault: amina.request.vault });
  expect((await node.call("accounts.me", {}, signedIn.session)).name).toBe("amina");
  const id = way.id;
  const vault = randomBytes(9);
  await refuses(node.call("ways.remove", { id, vault, version: 2 }, amina.session), "last_way");
});

test("the host is the exact one of the node, and the challenge serves once and for a short time", async () => {
  const { rpId, createId, challenge } = await node.call("passkeys.createStart", {});
  expect(rpId).toBe("a.localhost");
  const soft = await softPasskey();
  const passkey = soft.create(createId, { challenge, rpId, origin: origin() });
  // A name that is taken does not use it up: the person chooses another.
  await refuses(
    enrol(node, "amina", { record: undefined, ways: [wayOf()], passkey }),
    "name_taken",
  );
  await enrol(node, "bruno", { record: undefined, ways: [wayOf()], passkey });
  const again = await softPasskey();
  const replayed = again.create(createId, { challenge, rpId, origin: origin() });
  await refuses(
    enrol(node, "bruno2", { record: undefined, ways: [wayOf()], passkey: replayed }),
    "malformed",
  );
  const start = await node.call("passkeys.signInStart", {});
  const answer = await soft.answer({ ...start, origin: origin() });
  const { signInId } = start;
  await node.call("passkeys.signInFinish", { signInId, answer });
  await refuses(node.call("passkeys.signInFinish", { signInId, answer }), "wrong_credentials");
  const late = await node.call("passkeys.signInStart", {});
  node.clock.ahead += 6 * 60_000;
  await refuses(
    node.call("passkeys.signInFinish", {
      signInId: late.signInId,
      answer: await soft.answer({ ...late, origin: origin() }),
    }),
    "wrong_credentials",
  );
});

test("passkeys are added with the vault that lists them, up to ten, each once, and removed", async () => {
  const carla = await enrol(node, "carla");
  let version = 1;
  const put = async (soft: Soft, way = wayOf()) => {
    const passkey = await create(soft);
    const request = { passkey, way, vault: randomBytes(9), version: version + 1 };
    await node.call("passkeys.put", request, carla.session);
    version += 1;
    return way;
  };
  const first = await softPasskey();
  const way = await put(first);
  await refuses(put(first), "forbidden");
  for (let n = 1; n < LIMITS.passkeys; n++) await put(await softPasskey());
  await refuses(put(await softPasskey()), "quota_exceeded");
  const { passkeys } = await node.call("passkeys.list", {}, carla.session);
  expect(passkeys).toHaveLength(LIMITS.passkeys);
  expect(passkeys[0]).toEqual({ wayId: way.id, credentialId: first.credentialId });
  expect((await node.call("vault.get", {}, carla.session)).version).toBe(version);
  const vault = randomBytes(9);
  version += 1;
  await node.call("ways.remove", { id: way.id, vault, version }, carla.session);
  await refuses(signIn(first), "wrong_credentials");
});

test("a copied authenticator shows by its counter", async () => {
  const soft = await softPasskey(4);
  const passkey = await create(soft);
  await enrol(node, "dora", { record: undefined, ways: [wayOf()], passkey });
  await signIn(soft);
  const { signInId, challenge, rpId } = await node.call("passkeys.signInStart", {});
  const answer = await soft.answer({ challenge, rpId, origin: origin() }, { counter: 5 });
  await refuses(node.call("passkeys.signInFinish", { signInId, answer }), "wrong_credentials");
});

test("an unknown passkey gets the answer of a wrong one, and only the address that tries is slowed down", async () => {
  const eve = await softPasskey();
  await enrol(node, "eve", { record: undefined, ways: [wayOf()], passkey: await create(eve) });
  const stranger = await softPasskey();
  const [guesser, owner] = [
    apiOf(node.node.port, "203.0.113.7"),
    apiOf(node.node.port, "203.0.113.8"),
  ];
  try {
    for (let n = 0; n < 60; n++) await refuses(signIn(stranger, guesser.call), "wrong_credentials");
    await refuses(signIn(stranger, guesser.call), "rate_limited");
    expect((await signIn(eve, owner.call)).signedIn.name).toBe("eve");
    expect((await signIn(eve, guesser.call)).signedIn.name).toBe("eve");
  } finally {
    guesser.client.close();
    owner.client.close();
  }
});
