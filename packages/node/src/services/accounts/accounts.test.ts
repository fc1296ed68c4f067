import { createBoxKey, createDevice, createIdentity, rotateIdentity } from "@baraza/crypto";
import * as opaque from "@baraza/crypto/opaque";
import { encodeCbor, fromBase64url } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomBytes, sha256 } from "../../crypto-fast.ts";
import type { Person, TestNode } from "../node.testing.ts";
import { bootNode, enrol, possessionOf, refuses, registrationOf } from "../node.testing.ts";

let node: TestNode;
beforeAll(async () => {
  node = await bootNode();
});
afterAll(() => node.close());

const DAY = 24 * 60 * 60_000;

test("somebody registers with a passphrase, signs in with it, and gets the vault back", async () => {
  const started = await opaque.startRegistration("correct horse");
  const { response } = await node.call("accounts.registerStart", {
    name: "amina",
    request: started.request,
  });
  const { record, exportKey } = await opaque.finishRegistration(
    "correct horse",
    started.state,
    response,
  );
  const amina = await enrol(node, "amina", { record });
  expect(amina.role).toBe("member");

  const signIn = await opaque.startSignIn("correct horse");
  const first = await node.call("accounts.signInStart", { name: "amina", request: signIn.request });
  const finished = await opaque.finishSignIn("correct horse", signIn.state, first.response);
  expect(finished.exportKey).toEqual(exportKey);
  const answer = await node.call("accounts.signInFinish", {
    signInId: first.signInId,
    finish: finished.finish,
  });
  expect(answer.vault).toEqual(amina.request.vault);
  expect(answer.vaultVersion).toBe(1);
  expect(answer.identity).toEqual(amina.request.identity);
  expect(answer.boxId).toEqual(amina.boxId);
  expect((await node.call("accounts.me", {}, answer.session)).name).toBe("amina");

  // The same sign-in cannot be finished twice.
  await refuses(
    node.call("accounts.signInFinish", { signInId: first.signInId, finish: finished.finish }),
    "wrong_credentials",
  );
  // A wrong passphrase fails at the client already; what it could send fails here.
  const wrong = await opaque.startSignIn("incorrect horse");
  const second = await node.call("accounts.signInStart", { name: "amina", request: wrong.request });
  await expect(
    opaque.finishSignIn("incorrect horse", wrong.state, second.response),
  ).rejects.toMatchObject({ code: "wrong_passphrase" });
  await refuses(
    node.call("accounts.signInFinish", { signInId: second.signInId, finish: finished.finish }),
    "wrong_credentials",
  );
});

test("an unknown name gets an answer of the same shape, and the same one-way function each time", async () => {
  const { request } = await opaque.startSignIn("guess");
  await enrol(node, "somebody", { record: await recordFor("somebody", "secret") });
  const known = await node.call("accounts.signInStart", { name: "somebody", request });
  const unknown = await node.call("accounts.signInStart", { name: "nobody", request });
  const again = await node.call("accounts.signInStart", { name: "nobody", request });
  expect(fromBase64url(unknown.response).length).toBe(fromBase64url(known.response).length);
  // KE2 begins with the evaluated element, which depends on name and request only (RFC 9807, section 6.3.2.2).
  expect(fromBase64url(unknown.response).slice(0, 32)).toEqual(
    fromBase64url(again.response).slice(0, 32),
  );
  expect(unknown.response).not.toBe(again.response);
  await refuses(
    node.call("accounts.signInFinish", { signInId: unknown.signInId, finish: "AAAA" }),
    "wrong_credentials",
  );
});

test("a sign-in that is finished too late is refused", async () => {
  const late = await bootNode();
  try {
    await enrol(late, "late", { record: await recordFor("late", "secret", late) });
    const { state, request } = await opaque.startSignIn("secret");
    const first = await late.call("accounts.signInStart", { name: "late", request });
    const { finish } = await opaque.finishSignIn("secret", state, first.response);
    late.clock.ahead += 3 * 60_000;
    const { signInId } = first;
    await refuses(late.call("accounts.signInFinish", { signInId, finish }), "wrong_credentials");
  } finally {
    await late.close();
  }
});

test("guessing one name is slowed down, and time opens it again", async () => {
  const guessed = await bootNode();
  try {
    const { request } = await opaque.startSignIn("guess");
    const start = (name: string) => guessed.call("accounts.signInStart", { name, request });
    for (let i = 0; i < 30; i++) await start("target");
    const { seconds } = await refuses(start("target"), "rate_limited");
    expect(seconds).toBeGreaterThan(0);
    await start("other");
    guessed.clock.ahead += 60_000;
    await start("target");
  } finally {
    await guessed.close();
  }
});

test("an account is made whole or not at all: what does not belong together is refused", async () => {
  const good = await registrationOf("whole", { node: node.name });
  const other = await registrationOf("other", { node: node.name });
  const expired = await createBoxKey(good.identity, 1, Date.now() - 8 * DAY);
  for (const [field, value] of [
    ["identity", other.request.identity],
    ["identity", randomBytes(100)],
    ["deviceCert", other.request.deviceCert],
    ["deviceCert", randomBytes(100)],
    ["boxKey", other.request.boxKey],
    ["boxKey", expired.record],
    // Everything else is public: without its key nobody opens an account for an identity, nor with a proof for another name.
    ["possession", other.request.possession],
    ["name", "another"],
  ] as const) {
    const data = await refuses(
      node.call("accounts.registerFinish", { ...good.request, [field]: value }),
      "malformed",
    );
    expect(["identity", "deviceCert", "boxKey", "possession"]).toContain(data["field"]);
  }
  await refuses(node.call("identity.lookup", { name: "whole" }), "not_found");
  await node.call("accounts.registerFinish", good.request);
});

async function asCarla2({ request, identity }: Person) {
  const renamed = { ...request, name: "carla2" };
  return {
    name: renamed.name,
    possession: await possessionOf(node.name, identity.privateKey, renamed),
  };
}

test("names are taken once, an identity has one account, and some names are the node's", async () => {
  const carla = await enrol(node, "carla");
  await refuses(enrol(node, "carla"), "name_taken");
  const { request } = await opaque.startRegistration("x");
  await refuses(node.call("accounts.registerStart", { name: "carla", request }), "name_taken");
  await refuses(
    node.call("accounts.registerFinish", { ...carla.request, ...(await asCarla2(carla)) }),
    "forbidden",
  );
  await refuses(enrol(node, "postmaster"), "name_invalid");
  await refuses(node.call("accounts.registerStart", { name: "Carla", request }), "malformed");
  await refuses(
    node.call("accounts.registerStart", { name: "dora", request: "AAAA" }),
    "malformed",
  );
});

test("sessions end by signing out and by time, and nothing else opens the door", async () => {
  const eve = await enrol(node, "eve");
  expect((await node.call("accounts.me", {}, eve.session)).vaultVersion).toBe(1);
  await refuses(node.call("accounts.me", {}), "unauthenticated");
  await refuses(node.call("accounts.me", {}, randomBytes(32)), "unauthenticated");
  // The stored hash is not the session.
  await refuses(node.call("accounts.me", {}, sha256(eve.session)), "unauthenticated");
  await node.call("accounts.signOut", {}, eve.session);
  await refuses(node.call("accounts.me", {}, eve.session), "unauthenticated");

  const aged = await bootNode();
  try {
    const fay = await enrol(aged, "fay");
    aged.clock.ahead += 91 * DAY;
    await refuses(aged.call("accounts.me", {}, fay.session), "unauthenticated");
  } finally {
    await aged.close();
  }
});

test("the vault is swapped version by version; the loser of a race fetches and tries again", async () => {
  const { session } = await enrol(node, "gina");
  const vaults = [randomBytes(3000), randomBytes(3000)];
  const puts = await Promise.allSettled(
    vaults.map((vault) => node.call("vault.put", { vault, version: 2 }, session)),
  );
  expect(puts.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  const winner = puts.findIndex(({ status }) => status === "fulfilled");
  const stands = await node.call("vault.get", {}, session);
  expect(stands.version).toBe(2);
  expect(stands.vault).toEqual(vaults[winner]);
  const data = await refuses(
    node.call("vault.put", { vault: randomBytes(10), version: 2 }, session),
    "vault_conflict",
  );
  expect(data["version"]).toBe(2);
  await refuses(
    node.call("vault.put", { vault: randomBytes(10), version: 4 }, session),
    "vault_conflict",
  );
  // An answer that was lost: the same put again is harmless.
  await node.call("vault.put", { vault: vaults[winner] ?? randomBytes(1), version: 2 }, session);
});

test("a new passphrase comes with its vault, and ends all other sessions", async () => {
  const name = "hanna";
  const hanna = await enrol(node, name, { record: await recordFor(name, "old passphrase") });
  const elsewhere = await signIn(name, "old passphrase");
  const started = await opaque.startRegistration("new passphrase");
  const { response } = await node.call(
    "accounts.passphraseStart",
    { request: started.request },
    hanna.session,
  );
  const { record } = await opaque.finishRegistration("new passphrase", started.state, response);
  const vault = randomBytes(100);
  const way = { id: randomBytes(16), way: "passphrase" };
  await refuses(
    node.call("accounts.passphraseFinish", { record, way, vault, version: 7 }, hanna.session),
    "vault_conflict",
  );
  expect((await signIn(name, "old passphrase")).vaultVersion).toBe(1);
  await node.call("accounts.passphraseFinish", { record, way, vault, version: 2 }, hanna.session);
  await refuses(node.call("accounts.me", {}, elsewhere.session), "unauthenticated");
  await node.call("accounts.me", {}, hanna.session);
  expect((await signIn(name, "new passphrase")).vault).toEqual(vault);
  await expect(signIn(name, "old passphrase")).rejects.toMatchObject({ code: "wrong_passphrase" });
});

test("devices are added for one's own identity only, and listed", async () => {
  const ida = await enrol(node, "ida");
  const second = await createDevice(ida.identity.record, ida.identity.privateKey, Date.now());
  await node.call("devices.add", { deviceCert: encodeCbor(second.certificate) }, ida.session);
  const { devices } = await node.call("devices.list", {}, ida.session);
  expect(devices).toEqual([ida.request.deviceCert, encodeCbor(second.certificate)]);
  const stranger = await createIdentity();
  const foreign = await createDevice(stranger.record, stranger.privateKey, Date.now());
  await refuses(
    node.call("devices.add", { deviceCert: encodeCbor(foreign.certificate) }, ida.session),
    "malformed",
  );
});

test("the box key and the identity move forward only", async () => {
  const jo = await enrol(node, "jo");
  const second = await createBoxKey(jo.identity, 2, Date.now());
  await node.call("boxes.key", { boxKey: second.record }, jo.session);
  expect((await node.call("identity.lookup", { name: "jo" })).boxKey).toEqual(second.record);
  await refuses(node.call("boxes.key", { boxKey: jo.boxKey.record }, jo.session), "malformed");
  const rotated = await rotateIdentity(jo.identity);
  const third = await createBoxKey(rotated, 3, Date.now());
  await node.call("boxes.key", { boxKey: third.record }, jo.session);
  const found = await node.call("identity.lookup", { identityId: jo.identityId });
  expect(found.identity).toEqual(encodeCbor(rotated.record));
  expect(found.name).toBe("jo");
  // A device that the former key certified came too late.
  const thief = await createDevice(jo.identity.record, jo.identity.privateKey, Date.now());
  await refuses(
    node.call("devices.add", { deviceCert: encodeCbor(thief.certificate) }, jo.session),
    "malformed",
  );
  await refuses(node.call("identity.lookup", { name: "nobody-here" }), "not_found");
  await refuses(node.call("identity.lookup", {}), "malformed");
});

test("each fetch of key packages uses one up; the last resort stays; the capability is needed", async () => {
  const kim = await enrol(node, "kim");
  const capability = randomBytes(32);
  const expires = Date.now() + DAY;
  const packages = [1, 2, 3].map((n) => ({
    ref: randomBytes(32),
    keyPackage: new Uint8Array(100).fill(n),
    expires,
    ...(n === 3 ? { lastResort: true } : {}),
  }));
  const { left } = await node.call(
    "keyPackages.publish",
    { packages, capabilities: [sha256(capability)] },
    kim.session,
  );
  expect(left).toBe(3);
  const { identityId } = kim;
  const fetch = async () => {
    const got = await node.call("keyPackages.fetch", { identityId, capability });
    return got.packages.map((one) => one[0]);
  };
  expect([await fetch(), await fetch(), await fetch(), await fetch()]).toEqual([
    [1],
    [2],
    [3],
    [3],
  ]);
  await refuses(
    node.call("keyPackages.fetch", { identityId, capability: randomBytes(32) }),
    "not_found",
  );
  await refuses(
    node.call("keyPackages.fetch", { identityId: randomBytes(32), capability }),
    "not_found",
  );
  await refuses(
    node.call(
      "keyPackages.publish",
      { packages: [{ ref: randomBytes(32), keyPackage: randomBytes(9), expires: Date.now() - 1 }] },
      kim.session,
    ),
    "malformed",
  );
  // The newest last resort replaces the one before.
  const newer = { ref: randomBytes(32), keyPackage: new Uint8Array(9).fill(9), expires };
  await node.call(
    "keyPackages.publish",
    { packages: [{ ...newer, lastResort: true }] },
    kim.session,
  );
  expect([await fetch(), await fetch()]).toEqual([[9], [9]]);
});

test("key packages are published by a device, in bounds, and go when it signs out or they expire", async () => {
  const name = "lea";
  await enrol(node, name, { record: await recordFor(name, "secret") });
  const other = await signIn(name, "secret");
  const one = () => ({
    ref: randomBytes(32),
    keyPackage: randomBytes(50),
    expires: node.now() + DAY,
  });
  await refuses(
    node.call("keyPackages.publish", { packages: [one()] }, other.session),
    "forbidden",
  );
  const lea = await enrol(node, "lea2");
  const capability = randomBytes(32);
  const many = Array.from({ length: 100 }, one);
  await node.call(
    "keyPackages.publish",
    { packages: many, capabilities: [sha256(capability)] },
    lea.session,
  );
  await refuses(
    node.call("keyPackages.publish", { packages: [one()] }, lea.session),
    "quota_exceeded",
  );
  const fetch = () => node.call("keyPackages.fetch", { identityId: lea.identityId, capability });
  await fetch();
  await node.call("accounts.signOut", {}, lea.session);
  await refuses(fetch(), "not_found");
});

test("the policy says who runs the node and whether it waits for its administrator", async () => {
  const policy = await node.call("accounts.policy", {});
  expect(policy).toMatchObject({ node: node.name, registration: "open", setup: true });
});

async function recordFor(name: string, passphrase: string, at: TestNode = node): Promise<string> {
  const started = await opaque.startRegistration(passphrase);
  const { response } = await at.call("accounts.registerStart", { name, request: started.request });
  return (await opaque.finishRegistration(passphrase, started.state, response)).record;
}

async function signIn(name: string, passphrase: string) {
  const { state, request } = await opaque.startSignIn(passphrase);
  const { signInId, response } = await node.call("accounts.signInStart", { name, request });
  const { finish } = await opaque.finishSignIn(passphrase, state, response);
  return node.call("accounts.signInFinish", { signInId, finish });
}
