import type { Bytes, SealedEvent } from "@baraza/protocol";
import { concat, decodeCbor, encodeCbor, LABELS, paddedSize, utf8 } from "@baraza/protocol";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { HeaderFields } from "./entries.ts";
import {
  appendDigest,
  headerHash,
  logIdOf,
  NO_EVENT,
  openBody,
  openEntry,
  ownHash,
  sealBody,
  sealEntry,
  signAppend,
  signEvent,
  verifyAppend,
  verifyEvent,
} from "./entries.ts";
import { ed25519Generate } from "./ed25519.ts";
import { AEAD_OVERHEAD, sealAead, sha256 } from "./primitives.ts";
import { counting, failureOf, flipped, isTyped, NOW, person, refuses } from "./test-helpers.ts";

const contentKey = counting(1, 32);
const logId = logIdOf(utf8("a genesis"));
const header: HeaderFields = {
  v: 1,
  suite: 1,
  logId,
  gen: 0,
  kind: "entry",
  epoch: 4,
  appendId: counting(2, 16),
  blobs: [],
};

type EventSigner = { hash: Bytes; privateKey: Bytes };
let me: Awaited<ReturnType<typeof person>>;
let event: SealedEvent;
beforeAll(async () => {
  me = await person();
  event = await write("hello");
});

function write(text: string, epoch = 4, counter = 1, device: EventSigner = me.device) {
  return signEvent({
    logId,
    epoch,
    device,
    eventId: counting(3, 16),
    counter,
    prevOwnHash: NO_EVENT,
    seen: { gen: 0, seq: 9, head: counting(4, 32) },
    type: "chat.message",
    typeVersion: 1,
    at: NOW,
    payload: encodeCbor({ text }),
  });
}

test("an entry opens to the event that was sealed, and its size is padded", async () => {
  const sealed = await sealEntry({ contentKey, header, event });
  expect(sealed.body.length).toBe(2048);
  const opened = await openEntry({ contentKey, headerBytes: sealed.header, body: sealed.body });
  expect(opened.event).toEqual(event);
  expect(opened.header).toMatchObject({ ...header, bodyLen: 2048 });
});

test("bodies of every size have a padded size and come back exactly", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 50_000 }), async (length) => {
      const plain = counting(length, length);
      const { header: headerBytes, body } = await sealBody({ contentKey, header, plain });
      expect(paddedSize(body.length)).toBe(body.length);
      expect((await openBody({ contentKey, headerBytes, body })).plain).toEqual(plain);
    }),
    { numRuns: 25 },
  );
});

test("an entry replayed under another log, epoch, generation, kind or append id does not open", async () => {
  const { header: headerBytes, body } = await sealEntry({ contentKey, header, event });
  const original = decodeCbor(headerBytes) as Record<string, unknown>;
  const changes: Record<string, unknown>[] = [
    { logId: counting(9, 32) },
    { epoch: 5 },
    { gen: 1 },
    { appendId: counting(9, 16) },
    { blobs: [counting(1, 16)] },
    { kind: "seat", seat: { op: "remove", seatId: counting(1, 16), seatKey: counting(1, 32) } },
    { extra: 1 },
  ];
  for (const change of changes) {
    const moved = encodeCbor({ ...original, ...change });
    await refuses(() => openEntry({ contentKey, headerBytes: moved, body }), "open_failed");
  }
});

test("a body under another header, another key, cut or longer does not open", async () => {
  const one = await sealEntry({ contentKey, header, event });
  const two = await sealEntry({ contentKey, header, event });
  const open = (headerBytes: typeof one.header, body: typeof one.body, key = contentKey) =>
    openEntry({ contentKey: key, headerBytes, body });
  await refuses(() => open(one.header, two.body), "open_failed");
  await refuses(() => open(one.header, one.body, counting(7, 32)), "open_failed");
  await refuses(() => open(one.header, one.body.slice(0, 2047)), "open_failed");
  await refuses(() => open(one.header, concat(one.body, new Uint8Array(1))), "open_failed");
  expect(isTyped(await failureOf(() => open(one.header.slice(1), one.body)))).toBe(true);
  expect(isTyped(await failureOf(() => open(one.header, undefined as never)))).toBe(true);
});

test("a header that is not encoded canonically is refused", async () => {
  const { header: headerBytes, body } = await sealEntry({ contentKey, header, event });
  const longer = concat(headerBytes, new Uint8Array(1));
  expect(isTyped(await failureOf(() => openEntry({ contentKey, headerBytes: longer, body })))).toBe(
    true,
  );
});

test("a member who has the key cannot choose a size outside the rules, nor claim another length", async () => {
  const content = concat(encodeCbor(event), Uint8Array.of(0x80));
  const make = async (padding: number, claimed = 0) => {
    const padded = concat(content, new Uint8Array(padding));
    const fields = { ...header, bodyLen: padded.length + AEAD_OVERHEAD + claimed };
    const body = await sealAead(contentKey, padded, encodeCbor(fields), { label: LABELS.entryKey });
    return { contentKey, headerBytes: encodeCbor({ ...fields, bodyHash: sha256(body) }), body };
  };
  const fill = (size: number) => size - AEAD_OVERHEAD - content.length;
  expect((await openEntry(await make(fill(2048)))).event).toEqual(event);
  await refuses(async () => openEntry(await make(0)), "open_failed");
  await refuses(async () => openEntry(await make(fill(2049))), "open_failed");
  await refuses(async () => openEntry(await make(fill(4096))), "open_failed");
  await refuses(async () => openEntry(await make(fill(2048), 1)), "open_failed");
});

test("an event is valid for its log, its epoch and its device", async () => {
  const { certificate, hash } = me.device;
  const { deviceKey } = certificate;
  expect(await verifyEvent({ logId, epoch: 4, certificate, event })).toBe(true);
  expect(await verifyEvent({ logId, epoch: 4, deviceKey, hash, event })).toBe(true);
  expect(await verifyEvent({ logId: counting(9, 32), epoch: 4, certificate, event })).toBe(false);
  expect(await verifyEvent({ logId, epoch: 5, certificate, event })).toBe(false);
  const other = await person();
  const theirs = other.device.certificate;
  expect(await verifyEvent({ logId, epoch: 4, certificate: theirs, event })).toBe(false);
  const borrowed = await write("hello", 4, 1, {
    hash: other.device.hash,
    privateKey: me.device.privateKey,
  });
  expect(await verifyEvent({ logId, epoch: 4, deviceKey, hash, event: borrowed })).toBe(false);
  const key = theirs.deviceKey;
  expect(await verifyEvent({ logId, epoch: 4, deviceKey: key, hash, event })).toBe(false);
});

test("every field of an event is covered by its signature, also those of a later version", async () => {
  const { certificate } = me.device;
  const changes: Partial<SealedEvent>[] = [
    { eventId: counting(9, 16) },
    { deviceCertHash: counting(9, 32) },
    { counter: 2 },
    { prevOwnHash: counting(9, 32) },
    { seen: { ...event.seen, gen: 1 } },
    { seen: { ...event.seen, seq: 8 } },
    { seen: { ...event.seen, head: counting(9, 32) } },
    { seen: { ...event.seen, later: 1 } },
    { type: "chat.edit" },
    { typeVersion: 2 },
    { at: NOW + 1 },
    { payload: encodeCbor({ text: "hullo" }) },
    { sig: flipped(event.sig, 40) },
    { later: 1 },
    { must: ["payload"] },
  ];
  for (const change of changes)
    expect(
      await verifyEvent({ logId, epoch: 4, certificate, event: { ...event, ...change } }),
    ).toBe(false);
});

test("a type that runs over into the next field makes another signature", async () => {
  const base = { ...event, type: "a.b", typeVersion: 99 };
  const shifted = { ...event, type: "a.bc", typeVersion: 1 };
  expect(ownHash(base)).not.toEqual(ownHash(shifted));
});

test("signing again for a later epoch keeps the hash that the next event names", async () => {
  const again = await write("hello", 5);
  expect(again.sig).not.toEqual(event.sig);
  expect(ownHash(again)).toEqual(ownHash(event));
  expect(ownHash({ ...again, seen: { gen: 0, seq: 20, head: counting(5, 32) } })).toEqual(
    ownHash(event),
  );
  expect(ownHash(await write("other"))).not.toEqual(ownHash(event));
  expect(ownHash(await write("hello", 4, 2))).not.toEqual(ownHash(event));
});

test("hostile events are not valid, and nothing is thrown", async () => {
  const { certificate } = me.device;
  const hostile = [undefined, null, 1, {}, { ...event, seen: null }, { ...event, counter: -1 }];
  for (const bad of [...hostile, { ...event, counter: true }])
    expect(await verifyEvent({ logId, epoch: 4, certificate, event: bad as never })).toBe(false);
});

test("the digest of a batch is bound to all its entries and their order", async () => {
  const [a, b] = [headerHash(utf8("a")), headerHash(utf8("b"))];
  expect(appendDigest([a])).toEqual(a);
  expect(appendDigest([a, b])).not.toEqual(appendDigest([b, a]));
  await refuses(() => appendDigest([]), "bad_input");
  const key = ed25519Generate();
  const sig = await signAppend(key, appendDigest([a, b]));
  expect(await verifyAppend(key.publicKey, appendDigest([a, b]), sig)).toBe(true);
  expect(await verifyAppend(key.publicKey, appendDigest([b, a]), sig)).toBe(false);
});
