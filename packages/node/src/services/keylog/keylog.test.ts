import {
  checkLookup,
  checkOwn,
  createDevice,
  createIdentity,
  headsContradict,
  headsFit,
  identityIdOf,
  signKeyLogHead,
  verifyKeyLogHead,
} from "@baraza/crypto";
import { encodeCbor } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomBytes, sha256 } from "../../crypto-fast.ts";
import { loadSecrets } from "../../secrets.ts";
import type { TestNode } from "../node.testing.ts";
import { bootNode, enrol, refuses } from "../node.testing.ts";

let a: TestNode;
let b: TestNode;
beforeAll(async () => {
  [a, b] = await Promise.all([bootNode({ host: "a" }), bootNode({ host: "b" })]);
});
afterAll(() => Promise.all([a.close(), b.close()]));

test("whoever looks somebody up gets the newest leaf with proofs that hold, in one or two kilobytes", async () => {
  const amina = await enrol(a, "amina");
  await enrol(a, "bruno");
  const answer = await a.call("keylog.lookup", { name: "amina" });
  const nodeKey = (await loadSecrets(a.dataDir)).nodeKey.publicKey;
  expect(await verifyKeyLogHead(nodeKey, answer.head)).toBe(true);
  const checked = checkLookup(answer);
  expect(checked).toMatchObject({ seq: 1, identityId: amina.identityId, devices: null });
  expect(checked.record).toEqual(sha256(amina.request.identity));
  expect(encodeCbor(answer).length).toBeLessThan(2048);
  const byId = await a.call("keylog.lookup", { identityId: amina.identityId });
  expect(checkLookup(byId)).toEqual(checked);
  await refuses(a.call("keylog.lookup", { name: "nobody" }), "not_found");
  await refuses(a.call("keylog.lookup", {}), "malformed");
});

test("devices are listed only to whoever names one of them", async () => {
  const carla = await enrol(a, "carla");
  const device = carla.device.hash;
  const answer = await a.call("keylog.lookup", { name: "carla", device });
  expect(checkLookup(answer).devices).toEqual([device]);
  const other = await a.call("keylog.lookup", { name: "carla", device: randomBytes(32) });
  expect(other.devices).toBeUndefined();
});

test("a substituted name, identity, leaf, device or root is refused", async () => {
  await enrol(a, "dora");
  const answer = await a.call("keylog.lookup", { name: "dora" });
  const other = await a.call("keylog.lookup", { name: "amina" });
  for (const change of [
    { name: "amina" },
    { identity: other.identity },
    { at: other.at },
    { leaf: other.leaf, at: other.at, path: other.path },
    { opened: other.opened },
    { place: other.place },
    { inIndex: other.inIndex },
    { head: { ...answer.head, root: randomBytes(32) } },
    { head: { ...answer.head, index: randomBytes(32) } },
    { head: { ...answer.head, vrfKey: randomBytes(32) } },
    { devices: { salt: randomBytes(16), devices: [] } },
  ])
    expect(() => checkLookup({ ...answer, ...change })).toThrow("bad_key_log");
  expect(checkLookup(answer).seq).toBe(1);
});

test("an account reads its own chain, and goes on from where it was", async () => {
  const esi = await enrol(a, "esi");
  const first = checkOwn(await a.call("keylog.own", { after: 0 }, esi.session), "esi", null);
  expect(first.map(({ seq, devices }) => [seq, devices.devices.length])).toEqual([[1, 1]]);
  const next = await createDevice(esi.identity.record, esi.identity.privateKey, a.now());
  await a.call("devices.add", { deviceCert: encodeCbor(next.certificate) }, esi.session);
  const [known] = first;
  const answer = await a.call("keylog.own", { after: 1 }, esi.session);
  const second = checkOwn(answer, "esi", known ?? null);
  expect(second.map(({ seq }) => seq)).toEqual([2]);
  expect(second[0]?.devices.devices).toContainEqual(next.hash);
  // What is left out, or belongs to somebody else, does not join on.
  expect(() => checkOwn({ ...answer, leaves: [] }, "esi", known ?? null)).toThrow("bad_key_log");
  expect(() => checkOwn(answer, "esi", null)).toThrow("bad_key_log");
  expect(() => checkOwn(answer, "amina", known ?? null)).toThrow("bad_key_log");
  const [last] = second;
  const rest = checkOwn(await a.call("keylog.own", { after: 2 }, esi.session), "esi", last ?? null);
  expect(rest).toEqual([]);
});

test("the log grows by what was there: each head fits the ones before it, and a forged one does not", async () => {
  const { head: before } = await a.call("keylog.head", {});
  await enrol(a, "farid");
  const { head: after, consistency } = await a.call("keylog.lookup", {
    name: "farid",
    since: before.size,
  });
  expect(after.size).toBeGreaterThan(before.size);
  expect(headsFit(before, after, consistency ?? randomBytes(1))).toBe(true);
  const { proof } = await a.call("keylog.consistency", { from: before.size, to: after.size });
  expect(proof).toEqual(consistency);
  expect(headsFit({ ...before, root: randomBytes(32) }, after, proof)).toBe(false);
  expect(headsContradict(after, { ...after, index: randomBytes(32) })).toBe(true);
  expect(headsContradict(before, after)).toBe(false);
  await refuses(a.call("keylog.consistency", { from: after.size, to: before.size }), "malformed");
});

test("accounts from before the log are entered when the node starts", async () => {
  const old = await bootNode({ host: "old" });
  try {
    const { store } = old.node;
    const identity = await createIdentity();
    await store.accounts.register({
      now: old.now(),
      account: {
        accountId: randomBytes(16),
        name: "grandma",
        identityId: identityIdOf(identity.record),
        identity: encodeCbor(identity.record),
        identitySeq: 0,
        boxKey: randomBytes(9),
        boxKeySeq: 1,
        boxId: randomBytes(16),
      },
      record: "AAAA",
      ways: [{ id: randomBytes(16), way: "passphrase" }],
      passkey: null,
      vault: randomBytes(9),
      device: { deviceId: randomBytes(32), cert: randomBytes(9) },
      session: { sessionId: randomBytes(32), expires: old.now() + 1000 },
      place: null,
      codeHash: null,
      registration: "open",
    });
    await refuses(old.call("keylog.lookup", { name: "grandma" }), "not_found");
    await old.restart();
    expect(checkLookup(await old.call("keylog.lookup", { name: "grandma" })).seq).toBe(1);
  } finally {
    await old.close();
  }
});

test("nodes that have met keep each other's newest heads, and two that do not fit as proof", async () => {
  const { keylog } = b.node;
  keylog.met(a.name);
  await keylog.gossip();
  const { head } = await a.call("keylog.head", {});
  expect(await b.call("keylog.head", { node: a.name })).toEqual({ head });
  expect((await a.call("keylog.head", { node: b.name })).head.node).toBe(b.name);
  // Node a showed somebody else another log of the same size.
  const { nodeKey } = await loadSecrets(a.dataDir);
  const { sig: _, ...fields } = head;
  const lie = await signKeyLogHead(nodeKey, { ...fields, root: randomBytes(32) });
  const mine = (await b.call("keylog.head", {})).head;
  expect(mine.node).toBe(b.name);
  const other = await bootNode({ host: "c" });
  try {
    await enrol(other, "zoe");
    const { head: own } = await other.call("keylog.head", {});
    const answer = await b.call("keylog.gossip", { heads: [own, lie] });
    expect(answer.heads).toContainEqual(lie);
    expect(answer.heads).toContainEqual(head);
    expect(await b.node.store.keylog.proofs(null)).toEqual([
      { node: a.name, first: encodeCbor(head), second: encodeCbor(lie) },
    ]);
    // A head that a node did not sign is nothing.
    const forged = { ...head, size: head.size + 9 };
    await b.call("keylog.gossip", { heads: [own, forged] });
    expect((await b.call("keylog.head", { node: a.name })).head).toEqual(head);
    await refuses(b.call("keylog.gossip", { heads: [forged] }), "bad_signature");
  } finally {
    await other.close();
  }
});
