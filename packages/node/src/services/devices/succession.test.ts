/** Keys that an identity had before: whoever was given one, and had it taken away, must not go on from there. */
import {
  createBoxKey,
  createDevice,
  createVaultKey,
  randomBytes,
  rotateIdentity,
  signRoll,
} from "@baraza/crypto";
import type { Identity } from "@baraza/crypto";
import { signClose, signMoved, signMoveRequest } from "@baraza/crypto/moving";
import { encodeCbor } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Person, TestNode } from "../node.testing.ts";
import { bootNode, enrol, refuses } from "../node.testing.ts";

let node: TestNode;
beforeAll(async () => {
  node = await bootNode();
});
afterAll(() => node.close());

/** Somebody who has removed a device; `branch` is what that device can make of the key that it had. */
async function afterRemoval(name: string) {
  const person = await enrol(node, name);
  const branch = await rotateIdentity(await rotateIdentity(person.identity));
  const identity = await removeADevice(person, person.identity);
  return { person, identity, branch };
}

async function removeADevice(person: Person, former: Identity): Promise<Identity> {
  const identity = await rotateIdentity(former);
  const { version } = await node.call("vault.get", {}, person.session);
  await node.call(
    "devices.remove",
    {
      deviceId: randomBytes(32),
      roll: await signRoll(identity, [person.device.hash]),
      boxKey: (await createBoxKey(identity, version + 1, node.now())).record,
      vault: createVaultKey(),
      version: version + 1,
    },
    person.session,
  );
  return identity;
}

const closing = async (identity: Identity, name: string) => ({
  request: await signClose(identity, {
    node: node.name,
    name,
    nonce: randomBytes(32),
    time: node.now(),
  }),
});

const moving = async (identity: Identity, name: string, time = node.now()) => ({
  request: await signMoveRequest(identity, {
    audience: node.name,
    statement: await signMoved(identity, {
      from: { name, node: node.name },
      to: { name, node: "elsewhere.example" },
      seq: 1,
      time,
    }),
    forward: randomBytes(40),
    keepDays: 0,
    time,
  }),
});

test("a removed device neither closes the account nor has its letters sent elsewhere", async () => {
  const { person, identity, branch } = await afterRemoval("closed");
  await refuses(node.call("accounts.close", await closing(branch, "closed")), "bad_signature");
  await refuses(node.call("moves.publish", await moving(branch, "closed")), "bad_signature");
  await refuses(
    node.call("accounts.close", await closing(person.identity, "closed")),
    "bad_signature",
  );
  expect((await node.call("accounts.me", {}, person.session)).name).toBe("closed");
  await node.call("accounts.close", await closing(identity, "closed"));
  await refuses(node.call("identity.lookup", { name: "closed" }), "not_found");
});

test("where somebody went is not rewritten by a device that was removed, after the account has ended", async () => {
  const { identity, branch } = await afterRemoval("gone");
  await node.call("moves.publish", await moving(identity, "gone"));
  const later = node.now() + 1000;
  await refuses(node.call("moves.publish", await moving(branch, "gone", later)), "bad_signature");
});

test("a removed device that gets a session brings no device and no key of its own branch in", async () => {
  const { person, identity, branch } = await afterRemoval("again");
  const { session } = person;
  const device = await createDevice(branch.record, branch.privateKey, node.now());
  const deviceCert = encodeCbor(device.certificate);
  await refuses(node.call("devices.add", { deviceCert }, session), "malformed");
  await refuses(node.call("devices.grant", { deviceCert }, session), "malformed");
  // A device that the roll keeps signs in again with the certificate that it has.
  const kept = encodeCbor(person.device.certificate);
  await node.call("devices.add", { deviceCert: kept }, session);
  const boxKey = (await createBoxKey(branch, 9, node.now())).record;
  await refuses(node.call("boxes.key", { boxKey }, session), "malformed");
  const mine = (await createBoxKey(identity, 9, node.now())).record;
  await node.call("boxes.key", { boxKey: mine }, session);
});
