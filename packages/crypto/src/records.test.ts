import type { StewardRecord } from "@baraza/protocol";
import { encodeCbor, utf8 } from "@baraza/protocol";
import { expect, test } from "vitest";
import { ed25519Generate } from "./ed25519.ts";
import { epochKeys } from "./epoch.ts";
import { signLogSession, signSeatPush, verifyLogSession, verifySeatPush } from "./log-session.ts";
import { signNodeRecord, verifyNodeRecord } from "./node-record.ts";
import { hmac } from "./primitives.ts";
import {
  countStewards,
  decisionSigners,
  signDecision,
  signSteward,
  stewardsNeeded,
} from "./steward.ts";
import { counting, flipped, NOW, refuses } from "./test-helpers.ts";

const node = ed25519Generate();
const fields = {
  v: 1,
  minVersion: 1,
  maxVersion: 1,
  name: "a.localhost:1",
  gatewayKeys: counting(1, 43),
  tokenKey: counting(2, 32),
  notAfter: NOW,
  software: "baraza",
};

test("a node record is read back, at first contact and with a pinned key", async () => {
  const bytes = await signNodeRecord(node, fields);
  const record = await verifyNodeRecord(bytes);
  expect(record).toMatchObject({ ...fields, nodeKey: node.publicKey });
  expect((await verifyNodeRecord(bytes, node.publicKey, NOW)).name).toBe("a.localhost:1");
});

test("another key than the pinned one is told apart, and an outdated record refused", async () => {
  const bytes = await signNodeRecord(node, fields);
  await refuses(() => verifyNodeRecord(bytes, ed25519Generate().publicKey), "key_changed");
  await refuses(() => verifyNodeRecord(bytes, node.publicKey, NOW + 1), "expired");
});

test("a record in which a gateway or token key was put in place of another is refused", async () => {
  const record = await verifyNodeRecord(await signNodeRecord(node, fields));
  const changes = [
    { gatewayKeys: counting(3, 43) },
    { tokenKey: counting(3, 32) },
    { name: "b.localhost:1" },
    { nodeKey: ed25519Generate().publicKey },
    { notAfter: NOW + 1 },
    { later: 1 },
  ];
  for (const change of changes)
    await refuses(() => verifyNodeRecord(encodeCbor({ ...record, ...change })), "bad_node_record");
  for (const bad of [undefined, null, {}, new Uint8Array(4)])
    await refuses(() => verifyNodeRecord(bad as never), "bad_node_record");
});

test("fields of a later version are covered by the signature and kept", async () => {
  const later = { ...fields, later: "x" };
  expect(await verifyNodeRecord(await signNodeRecord(node, later))).toMatchObject(later);
});

test("a log session is for one seat, log, hub and time", async () => {
  const seat = ed25519Generate();
  const asked = {
    logId: counting(1, 32),
    seatId: counting(2, 16),
    hub: "a.localhost:1",
    time: NOW,
  };
  const request = await signLogSession(seat, asked);
  expect(request).not.toHaveProperty("hub");
  const verify = (change: object, hub = asked.hub, key = seat.publicKey) =>
    verifyLogSession(key, hub, { ...request, ...change });
  expect(await verify({})).toBe(true);
  expect(await verify({}, "b.localhost:1")).toBe(false);
  expect(await verify({}, asked.hub, ed25519Generate().publicKey)).toBe(false);
  expect(await verify({ logId: counting(9, 32) })).toBe(false);
  expect(await verify({ seatId: counting(9, 16) })).toBe(false);
  expect(await verify({ time: NOW + 1 })).toBe(false);
  expect(await verifyLogSession(seat.publicKey, asked.hub, null as never)).toBe(false);
});

test("where pushes go is said by the seat, and may be taken back", async () => {
  const seat = ed25519Generate();
  const push = { node: "b.localhost:2", address: counting(1, 106), wrapKey: counting(3, 32) };
  const asked = { logId: counting(1, 32), seatId: counting(2, 16), push, time: NOW };
  const request = await signSeatPush(seat, asked);
  expect(await verifySeatPush(seat.publicKey, request)).toBe(true);
  const off = await signSeatPush(seat, { ...asked, push: null });
  expect(await verifySeatPush(seat.publicKey, off)).toBe(true);
  const changes = [
    { push: null },
    { push: { ...push, wrapKey: counting(4, 32) } },
    { time: NOW + 1 },
  ];
  for (const change of changes)
    expect(await verifySeatPush(seat.publicKey, { ...request, ...change })).toBe(false);
  // A session's signature is none for pushes, whatever the fields.
  const session = await signLogSession(seat, { ...asked, hub: "a.localhost:1" });
  expect(await verifySeatPush(seat.publicKey, { ...session, push: null })).toBe(false);
});

test("only different, current stewards count", async () => {
  const stewards = [ed25519Generate(), ed25519Generate(), ed25519Generate()];
  const keys = stewards.map(({ publicKey }) => publicKey);
  const header = utf8("header");
  const [a, b, c] = await signSteward(stewards, header);
  if (a === undefined || b === undefined || c === undefined) throw new Error("no signatures");
  const [stranger] = await signSteward([ed25519Generate()], header);
  expect(await countStewards(keys, header, [a, b, c])).toBe(3);
  expect(await countStewards(keys, header, [a, a, a])).toBe(1);
  expect(await countStewards(keys, header, [a, ...(stranger ? [stranger] : [])])).toBe(1);
  expect(await countStewards(keys, header, [{ ...a, sig: flipped(a.sig, 2) }, b])).toBe(1);
  expect(await countStewards(keys, header, [{ key: b.key, sig: a.sig }])).toBe(0);
  expect(await countStewards(keys, utf8("other"), [a, b])).toBe(0);
  expect(await countStewards(keys, header, undefined)).toBe(0);
});

test("changing the stewards needs a majority, everything else one of them", () => {
  const ops: StewardRecord["op"][] = ["void", "removeSeat", "mend", "retention"];
  for (const op of ops) expect(stewardsNeeded(op, 5)).toBe(1);
  expect([1, 2, 3, 4, 5].map((total) => stewardsNeeded("stewards", total))).toEqual([
    1, 2, 2, 3, 3,
  ]);
  expect(stewardsNeeded("delete", 3)).toBe(2);
});

test("a decision's signatures cover log, generation, id and record, and each steward counts once", async () => {
  const [a, b] = [ed25519Generate(), ed25519Generate()];
  const record: StewardRecord = { op: "delete", until: 7 };
  const decision = { logId: counting(1, 32), gen: 0, id: counting(2, 16), record };
  const sigs = [await signDecision(a, decision), await signDecision(b, decision)];
  const signers = async (of: typeof decision, list = sigs) =>
    (await decisionSigners([a.publicKey, b.publicKey], of, list)).length;
  expect(await signers(decision)).toBe(2);
  expect(await signers(decision, [...sigs, ...sigs])).toBe(2);
  expect(await signers(decision, [await signDecision(ed25519Generate(), decision)])).toBe(0);
  for (const other of [
    { ...decision, gen: 1 },
    { ...decision, id: counting(3, 16) },
    { ...decision, logId: counting(4, 32) },
    { ...decision, record: { ...record, until: 8 } },
  ])
    expect(await signers(other)).toBe(0);
});

test("an epoch's keys depend on the exporter and on the log", async () => {
  const exporter = (secret: number) => async (label: string, context: Uint8Array, length: number) =>
    hmac(counting(secret, 32), utf8(label), context).slice(0, length);
  const one = await epochKeys(exporter(1), counting(1, 32));
  const elsewhere = await epochKeys(exporter(1), counting(2, 32));
  const later = await epochKeys(exporter(2), counting(1, 32));
  const named = [one, elsewhere, later].flatMap((keys) => [
    String(keys.contentKey),
    String(keys.posting.privateKey),
  ]);
  expect(new Set(named).size).toBe(6);
});
