/** Who may say that an account has moved, or is to be closed: its identity at its newest key, and nobody with an older one. */
import { createBoxKey, identityIdOf, randomBytes, rotateIdentity } from "@baraza/crypto";
import type { Identity } from "@baraza/crypto";
import { signClose, signMoved, signMoveRequest, verifyMoved } from "@baraza/crypto/moving";
import type { Bytes } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestNode } from "../node.testing.ts";
import { bootNode, enrol, refuses } from "../node.testing.ts";

let node: TestNode;

beforeAll(async () => {
  node = await bootNode();
});
afterAll(() => node.close());

type Wish = { identity: Identity; name: string; to?: string; seq?: number; keepDays?: number };

/** A statement with the request that tells the former node of it. */
async function moveOf({ identity, name, to = "b.example", seq = 1, keepDays = 90 }: Wish) {
  const statement = await signMoved(identity, {
    from: { name, node: node.name },
    to: { name, node: to },
    seq,
    time: node.now(),
  });
  const request = await signMoveRequest(identity, {
    audience: node.name,
    statement,
    forward: randomBytes(64),
    keepDays,
    time: node.now(),
  });
  return { statement, request };
}

const closeOf = (identity: Identity, name: string): Promise<Bytes> =>
  signClose(identity, { node: node.name, name, nonce: randomBytes(32), time: node.now() });

/** Where the node says that somebody went. */
async function wentTo(identityId: Bytes): Promise<string | null> {
  const statement = await node.node.store.moving.moved({ identityId });
  return statement === null ? null : (await verifyMoved(statement)).statement.to.node;
}

const exists = async (name: string) => (await node.node.store.accounts.find({ name })) !== null;

test("a move is noted once, by its newest request; an older one that is replayed changes nothing", async () => {
  const { identity, identityId, name } = await enrol(node, "replayed");
  const first = await moveOf({ identity, name });
  await node.call("moves.publish", { request: first.request });
  node.clock.ahead += 1000;
  const second = await moveOf({ identity, name, to: "c.example", seq: 2 });
  await node.call("moves.publish", { request: second.request });
  await node.call("moves.publish", { request: first.request });
  expect(await wentTo(identityId)).toBe("c.example");
});

test("a request for another node, or of a statement about another one, is refused", async () => {
  const { identity, name } = await enrol(node, "elsewhere");
  const { statement } = await moveOf({ identity, name });
  const time = node.now();
  const foreign = await signMoveRequest(identity, {
    audience: "other.example",
    statement,
    keepDays: 0,
    time,
  });
  await refuses(node.call("moves.publish", { request: foreign }), "malformed");
  const from = { name, node: "other.example" };
  const to = { name, node: "b.example" };
  const other = await signMoved(identity, { from, to, seq: 1, time });
  const request = await signMoveRequest(identity, {
    audience: node.name,
    statement: other,
    keepDays: 0,
    time,
  });
  await refuses(node.call("moves.publish", { request }), "malformed");
  expect(await exists(name)).toBe(true);
});

test("somebody else's statement about an account, and somebody else's request for a true one, are refused", async () => {
  const owner = await enrol(node, "owner");
  const thief = await enrol(node, "thief");
  const forged = await moveOf({ identity: thief.identity, name: owner.name, keepDays: 0 });
  await refuses(node.call("moves.publish", { request: forged.request }), "not_found");
  const { statement } = await moveOf({ identity: owner.identity, name: owner.name });
  const request = await signMoveRequest(thief.identity, {
    audience: node.name,
    statement,
    keepDays: 0,
    time: node.now(),
  });
  await refuses(node.call("moves.publish", { request }), "bad_signature");
  const close = await closeOf(thief.identity, owner.name);
  await refuses(node.call("accounts.close", { request: close }), "not_found");
  expect(await exists(owner.name)).toBe(true);
  expect(await wentTo(owner.identityId)).toBeNull();
});

test("a key that was rotated away moves and closes nothing, however often its thief hands the identity on from it", async () => {
  const { identity: stolen, identityId, session } = await enrol(node, "rotated");
  const identity = await rotateIdentity(stolen);
  const { record } = await createBoxKey(identity, 2, node.now());
  await node.call("boxes.key", { boxKey: record }, session);
  const branch = await rotateIdentity(await rotateIdentity(stolen));
  expect(identityIdOf(branch.record)).toEqual(identityId);
  for (const thief of [stolen, branch]) {
    const { request } = await moveOf({ identity: thief, name: "rotated", keepDays: 0 });
    await refuses(node.call("moves.publish", { request }), "bad_signature");
    const close = await closeOf(thief, "rotated");
    await refuses(node.call("accounts.close", { request: close }), "bad_signature");
  }
  expect(await exists("rotated")).toBe(true);
  expect(await wentTo(identityId)).toBeNull();
  // Nor where the account is gone: where it went is said by its last statement.
  const { request } = await moveOf({ identity, name: "rotated", keepDays: 0 });
  await node.call("moves.publish", { request });
  expect(await exists("rotated")).toBe(false);
  node.clock.ahead += 1000;
  for (const thief of [stolen, branch]) {
    const late = await moveOf({ identity: thief, name: "rotated", to: "evil.example", seq: 9 });
    await refuses(node.call("moves.publish", { request: late.request }), "bad_signature");
  }
  expect(await wentTo(identityId)).toBe("b.example");
});
