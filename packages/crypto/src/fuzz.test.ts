/**
 * Every sealed or signed object, changed at random and opened: none may be accepted, and nothing but a typed error may
 * come out. `BARAZA_SOAK=1` runs 100,000 changes instead of 2,000. The seed is fixed, so a failure repeats.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Bytes } from "@baraza/protocol";
import { concat, decodeCbor, encodeCbor, toHex, utf8 } from "@baraza/protocol";
import { beforeAll, expect, test } from "vitest";
import { openBoxAddress, sealBoxAddress } from "./addresses.ts";
import { verifyBoxKey } from "./box-keys.ts";
import { cardKeys, openCard, sealCard } from "./cards.ts";
import { ed25519FromSeed } from "./ed25519.ts";
import { logIdOf, NO_EVENT, openEntry, sealEntry, signEvent, verifyEvent } from "./entries.ts";
import { openChunk, sealStream } from "./files.ts";
import { signHead, verifyHead } from "./heads.ts";
import { verifyDeviceCertificate, verifyIdentityRecord } from "./identity.ts";
import { openLetter, sealLetter } from "./letters.ts";
import { signLogSession, signSeatPush, verifyLogSession, verifySeatPush } from "./log-session.ts";
import { signNodeRecord, verifyNodeRecord } from "./node-record.ts";
import {
  decapsulateRequest,
  decapsulateResponse,
  encapsulateRequest,
  encapsulateResponse,
  gatewayKeys,
  readKeyConfigs,
} from "./ohttp.ts";
import { openAead, sealAead } from "./primitives.ts";
import { signPushRequest, unwrapPush, verifyPushRequest, wrapPush } from "./push.ts";
import { addToRing, emptyRing, openRing, sealRing } from "./ring.ts";
import { counting, isTyped, NOW, person, scale, seeded } from "./test-helpers.ts";
import { evaluateTokens, finalizeToken, redeemToken, tokenKeyPair, blindToken } from "./tokens.ts";
import { openVault, sealVault } from "./vault.ts";
import { sealVaultKeyTo, vaultWayOf, wayKeys } from "./ways.ts";

/** Opens or verifies; what counts as accepted is a value other than false and null. */
type Target = { name: string; bytes: Bytes; open: (bytes: Bytes) => unknown };
let targets: Target[];

beforeAll(async () => {
  const [alice, bob] = await Promise.all([person(), person()]);
  const key = counting(1, 32);
  const logId = logIdOf(utf8("genesis"));
  const node = ed25519FromSeed(counting(2, 32));
  const { certificate, hash } = alice.device;
  const event = await signEvent({
    logId,
    epoch: 1,
    device: alice.device,
    eventId: counting(3, 16),
    counter: 1,
    prevOwnHash: NO_EVENT,
    seen: { gen: 0, seq: 0, head: counting(4, 32) },
    type: "chat.message",
    typeVersion: 1,
    at: NOW,
    payload: encodeCbor({ text: "hello" }),
  });
  const header = {
    v: 1 as const,
    suite: 1 as const,
    logId,
    gen: 0,
    kind: "entry" as const,
    epoch: 1,
    appendId: counting(5, 16),
    blobs: [],
  };
  const entry = await sealEntry({ contentKey: key, header, event });
  const { letter } = await sealLetter({
    from: alice.device,
    to: bob.id,
    boxKey: bob.boxKey.record,
    kind: "note",
    body: utf8("letter"),
    at: NOW,
  });
  const boxKeys = { [toHex(bob.boxKey.id)]: bob.boxKey.privateKey };
  const card = cardKeys(counting(6, 32));
  const sealedCard = await sealCard(card.key, {
    v: 1,
    logId,
    title: "t",
    kind: "group",
    inviter: { name: "A", address: "a@b" },
    inviterIdentity: alice.identity.record,
    reply: {
      node: "a.localhost",
      address: counting(7, 106),
      identityId: alice.id,
      boxKey: alice.boxKey.record,
    },
    expires: NOW,
  });
  const way = vaultWayOf(await wayKeys("passphrase", counting(8, 64)), { created: NOW });
  const wraps = [await sealVaultKeyTo(key, alice.id, way)];
  const vault = await sealVault(key, wraps, {
    v: 1,
    version: 1,
    prevHash: counting(0, 32),
    identity: alice.identity.record,
    identityKey: alice.identity.privateKey,
    profile: { name: "A", address: "a@b" },
    boxKeys: [],
    spaces: [],
    nodes: [],
    ways: [way],
  });
  const gateway = await gatewayKeys(counting(9, 32));
  const request = await encapsulateRequest(gateway, { path: "/a", body: utf8("a") });
  const opened = await decapsulateRequest(gateway, request.encapsulated);
  const response = await encapsulateResponse(opened.context, { status: 200, body: utf8("b") });
  const file = utf8("file");
  const chunks: Bytes[] = [];
  for await (const chunk of sealStream(key, file.length, [file])) chunks.push(chunk);
  const push = { node: "a.localhost", address: counting(7, 106), wrapKey: key };
  const seat = { logId, seatId: counting(10, 16), time: NOW };
  const delivery = {
    hub: "a.localhost",
    to: "b.localhost",
    time: NOW,
    nonce: counting(1, 16),
    deliveries: [{ address: counting(7, 106), body: counting(1, 40) }],
  };
  const keyed = tokenKeyPair(counting(11, 32));
  const pending = blindToken();
  const token = finalizeToken(pending, evaluateTokens(keyed, [pending.blinded]), keyed.publicKey);
  const nodeFields = {
    v: 1,
    minVersion: 1,
    maxVersion: 1,
    name: "a.localhost",
    software: "s",
    notAfter: NOW,
    gatewayKeys: counting(1, 43),
    tokenKey: keyed.publicKey,
  };
  const signed = { logId, gen: 0, seq: 1, head: counting(4, 32), time: NOW };
  const split = entry.header.length;
  const decoded =
    <T>(use: (value: T) => unknown) =>
    (bytes: Bytes) =>
      use(decodeCbor(bytes) as T);
  targets = [
    {
      name: "aead",
      bytes: await sealAead(key, utf8("x"), key),
      open: (b) => openAead(key, b, key),
    },
    {
      name: "entry",
      bytes: concat(entry.header, entry.body),
      open: (b) =>
        openEntry({ contentKey: key, headerBytes: b.slice(0, split), body: b.slice(split) }),
    },
    {
      name: "event",
      bytes: encodeCbor(event),
      open: decoded((e) => verifyEvent({ logId, epoch: 1, certificate, event: e as never })),
    },
    {
      name: "event by a known device",
      bytes: encodeCbor(event),
      open: decoded((e) =>
        verifyEvent({ logId, epoch: 1, deviceKey: certificate.deviceKey, hash, event: e as never }),
      ),
    },
    {
      name: "letter",
      bytes: letter,
      open: (b) => openLetter({ letter: b, keys: boxKeys, me: bob.id }),
    },
    {
      name: "box address",
      bytes: sealBoxAddress(key, {
        boxId: counting(1, 16),
        addressId: counting(2, 16),
        scope: "push",
        hub: "h",
        expires: NOW,
      }),
      open: (b) => openBoxAddress(key, b),
    },
    { name: "push", bytes: wrapPush(key, utf8("push")), open: (b) => unwrapPush(key, b) },
    { name: "card", bytes: sealedCard, open: (b) => openCard(card.key, b) },
    { name: "vault", bytes: vault, open: (b) => openVault(key, b) },
    {
      name: "ring",
      bytes: await sealRing(key, addToRing(emptyRing(), 1, key), logId),
      open: (b) => openRing(key, b, logId),
    },
    {
      name: "identity",
      bytes: encodeCbor(alice.identity.record),
      open: (b) => verifyIdentityRecord(b),
    },
    {
      name: "certificate",
      bytes: encodeCbor(certificate),
      open: (b) => verifyDeviceCertificate(b),
    },
    { name: "box key", bytes: bob.boxKey.record, open: (b) => verifyBoxKey(b, bob.id, NOW) },
    {
      name: "node record",
      bytes: await signNodeRecord(node, nodeFields),
      open: (b) => verifyNodeRecord(b, node.publicKey),
    },
    {
      name: "head",
      bytes: encodeCbor(await signHead(node, signed)),
      // What a head's signature covers is fixed; fields that someone adds say nothing and count as a change here.
      open: decoded(
        async (h) =>
          Object.keys(h as object).length === 6 && (await verifyHead(node.publicKey, h as never)),
      ),
    },
    {
      name: "log session",
      bytes: encodeCbor(await signLogSession(node, { ...seat, hub: "h.localhost" })),
      open: decoded((r) => verifyLogSession(node.publicKey, "h.localhost", r as never)),
    },
    {
      name: "seat push",
      bytes: encodeCbor(await signSeatPush(node, { ...seat, push })),
      open: decoded((r) => verifySeatPush(node.publicKey, r as never)),
    },
    {
      name: "delivery",
      bytes: encodeCbor(await signPushRequest(node, delivery)),
      open: decoded((r) => verifyPushRequest(node.publicKey, r as never)),
    },
    {
      name: "gateway request",
      bytes: request.encapsulated,
      open: (b) => decapsulateRequest(gateway, b),
    },
    {
      name: "gateway response",
      bytes: response,
      open: (b) => decapsulateResponse(request.context, b),
    },
    { name: "file chunk", bytes: chunks[0] ?? key, open: (b) => openChunk(key, file.length, 0, b) },
    {
      name: "token",
      bytes: concat(token.input, token.output),
      open: (b) => redeemToken(keyed, { input: b.slice(0, 32), output: b.slice(32) }),
    },
  ];
});

/** Every way of changing bytes that is tried; each gives bytes that differ, or null where it does not apply. */
const MUTATIONS: ((bytes: Bytes, random: (below: number) => number, other: Bytes) => Bytes)[] = [
  function flipBit(bytes, random) {
    const out = bytes.slice();
    const at = random(out.length);
    out[at] = (out[at] ?? 0) ^ (1 << random(8));
    return out;
  },
  function setByte(bytes, random) {
    const out = bytes.slice();
    out[random(out.length)] = [0, 1, 0x7f, 0x80, 0xff, random(256)][random(6)] ?? 0;
    return out;
  },
  function flipNearStart(bytes, random) {
    const out = bytes.slice();
    const at = random(Math.min(64, out.length));
    out[at] = (out[at] ?? 0) ^ (1 + random(255));
    return out;
  },
  function flipNearEnd(bytes, random) {
    const out = bytes.slice();
    const at = out.length - 1 - random(Math.min(64, out.length));
    out[at] = (out[at] ?? 0) ^ (1 + random(255));
    return out;
  },
  (bytes, random) => bytes.slice(0, random(bytes.length)),
  (bytes, random) => bytes.slice(1 + random(bytes.length - 1)),
  (bytes, random) => concat(bytes, counting(random(256), 1 + random(40))),
  (bytes, random) => {
    const at = random(bytes.length);
    return concat(bytes.subarray(0, at), Uint8Array.of(random(256)), bytes.subarray(at));
  },
  (bytes, random) => {
    const at = random(bytes.length);
    return concat(bytes.subarray(0, at), bytes.subarray(at + 1 + random(8)));
  },
  (bytes, random) => {
    const at = random(bytes.length);
    return concat(bytes.subarray(at), bytes.subarray(0, at));
  },
  (bytes, random) => {
    const [at, length] = [random(bytes.length), 1 + random(64)];
    const out = bytes.slice();
    out.fill(0, at, at + length);
    return out;
  },
  (bytes, random, other) => {
    const at = random(Math.min(bytes.length, other.length));
    return concat(bytes.subarray(0, at), other.subarray(at));
  },
  (_, random) => counting(random(256), random(5000)),
  (bytes, random) => {
    try {
      return encodeCbor(withChange(decodeCbor(bytes), random));
    } catch {
      return bytes.subarray(1).slice();
    }
  },
];

/** A decoded object with one value somewhere in it replaced, dropped or added. */
function withChange(value: unknown, random: (below: number) => number): unknown {
  const strange = [
    null,
    0,
    1,
    2 ** 50,
    "",
    "x",
    true,
    [],
    {},
    new Uint8Array(32),
    [[[]]],
    { a: {} },
  ];
  const replacement = strange[random(strange.length)];
  if (Array.isArray(value) && value.length > 0 && random(3) > 0) {
    const at = random(value.length);
    return value.map((item: unknown, i) => (i === at ? withChange(item, random) : item));
  }
  if (typeof value !== "object" || value === null || value instanceof Uint8Array)
    return replacement;
  const keys = Object.keys(value);
  const key = keys[random(keys.length)] ?? "x";
  const fields = value as Record<string, unknown>;
  const choice = random(5);
  if (choice === 0) return { ...fields, [key]: undefined };
  if (choice === 1) return { ...fields, later: replacement };
  if (choice === 2) return { ...fields, must: [key, "later"] };
  return { ...fields, [key]: withChange(fields[key], random) };
}

test("no changed object is accepted, whatever the change; only typed errors come out", async () => {
  const random = seeded(20_260_101);
  const runs = scale(2000, 100_000);
  for (let run = 0; run < runs; run++) {
    const target = targets[run % targets.length];
    const mutate = MUTATIONS[random(MUTATIONS.length)];
    const other = targets[random(targets.length)];
    if (target === undefined || mutate === undefined || other === undefined)
      throw new Error("none");
    const changed = mutate(target.bytes, random, other.bytes);
    if (toHex(changed) === toHex(target.bytes)) continue;
    const outcome = await outcomeOf(target, changed);
    if (outcome !== "refused") expect({ run, target: target.name, outcome }).toBe("refused");
  }
}, 600_000);

test("every object is accepted as it was made", async () => {
  for (const target of targets)
    expect({ name: target.name, outcome: await outcomeOf(target, target.bytes) }).toEqual({
      name: target.name,
      outcome: "accepted",
    });
});

test("an object of one kind is never accepted as another", async () => {
  for (const target of targets) {
    for (const other of targets) {
      if (toHex(other.bytes) === toHex(target.bytes)) continue;
      expect([target.name, other.name, await outcomeOf(target, other.bytes)]).toEqual([
        target.name,
        other.name,
        "refused",
      ]);
    }
  }
});

test("lists of gateway keys of any bytes are read or refused", () => {
  const random = seeded(7);
  for (let run = 0; run < scale(2000, 100_000); run++) {
    const bytes = Uint8Array.from({ length: random(120) }, () =>
      random(4) === 0 ? random(256) : random(3),
    );
    try {
      readKeyConfigs(bytes);
    } catch (error) {
      expect(isTyped(error)).toBe(true);
    }
  }
});

test("refusing keeps nothing: memory does not grow with the number of bad objects", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const random = seeded(3);
  const attack = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const target = targets[i % targets.length];
      if (target === undefined || target.name === "letter") continue;
      await outcomeOf(target, MUTATIONS[0]?.(target.bytes, random, target.bytes) ?? target.bytes);
    }
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = await attack(600);
  const after = await attack(scale(1200, 20_000));
  expect(after - before).toBeLessThan(4 * 1024 * 1024);
}, 600_000);

async function outcomeOf(target: Target, bytes: Bytes): Promise<string> {
  try {
    const result = await target.open(bytes);
    return result === false || result === null ? "refused" : "accepted";
  } catch (error) {
    return isTyped(error) ? "refused" : `threw ${String(error)}`;
  }
}
