import type { Bytes } from "@baraza/protocol";
import { encodeCbor, LABELS, LIMITS, pad, toHex, utf8 } from "@baraza/protocol";
import { beforeAll, expect, test } from "vitest";
import { boxKeyEnds, createBoxKey, verifyBoxKey } from "./box-keys.ts";
import { signWith } from "./ed25519.ts";
import { hpkeGenerate, hpkeOpen, hpkeSend } from "./hpke.ts";
import { createIdentity, identityIdOf, rotateIdentity } from "./identity.ts";
import { letterBoxKeyId, letterSignedPart, openLetter, sealLetter } from "./letters.ts";
import { recordDigest } from "./records.ts";
import { counting, failureOf, flipped, isTyped, NOW, person, refuses } from "./test-helpers.ts";

type Person = Awaited<ReturnType<typeof person>>;
let alice: Person;
let bob: Person;
let carol: Person;
beforeAll(async () => {
  [alice, bob, carol] = await Promise.all([person(), person(), person()]);
});

const keysOf = (...people: Person[]) =>
  Object.fromEntries(people.map(({ boxKey }) => [toHex(boxKey.id), boxKey.privateKey]));
const write = (to: Person, body: Bytes = utf8("hello")) =>
  sealLetter({
    from: alice.device,
    to: to.id,
    boxKey: to.boxKey.record,
    kind: "note",
    body,
    at: NOW,
  });

test("a letter opens for its recipient and names its sender", async () => {
  const { letter, letterId } = await write(bob);
  const opened = await openLetter({ letter, keys: keysOf(bob), me: bob.id });
  expect(opened.letterId).toEqual(letterId);
  expect(opened.body).toEqual(utf8("hello"));
  expect(opened.kind).toBe("note");
  expect(opened.sender.identityId).toEqual(alice.id);
  expect(opened.sender.hash).toEqual(alice.device.hash);
  expect(letterBoxKeyId(letter)).toEqual(bob.boxKey.id);
  const fromMap = new Map(Object.entries(keysOf(bob)));
  expect((await openLetter({ letter, keys: fromMap, me: bob.id })).body).toEqual(utf8("hello"));
});

test("letters of different short texts have one size", async () => {
  const [a, b] = [await write(bob, utf8("a")), await write(bob, counting(0, 500))];
  expect(a.letter.length).toBe(b.letter.length);
});

test("a letter to a key that is not here says so, and nothing else", async () => {
  const { letter } = await write(bob);
  await refuses(() => openLetter({ letter, keys: keysOf(carol), me: carol.id }), "no_key");
  await refuses(() => openLetter({ letter, keys: {}, me: bob.id }), "no_key");
});

test("a letter does not open for another identity, even with the right key", async () => {
  const { letter } = await write(bob);
  await refuses(() => openLetter({ letter, keys: keysOf(bob), me: carol.id }), "open_failed");
});

/** What a malicious recipient can do: seal the very plaintext that it opened to someone else's box key. */
async function resealed(letter: Bytes, to: Person, change: Record<string, unknown> = {}) {
  const opened = await openLetter({ letter, keys: keysOf(bob), me: bob.id });
  const { sender: _, ...plain } = opened;
  const { hpkeKey } = await verifyBoxKey(to.boxKey.record, to.id, NOW);
  const info = new Uint8Array([...utf8(LABELS.letterHpke), ...to.id, ...to.boxKey.id]);
  const { enc, seal } = await hpkeSend(hpkeKey, info);
  const clear = { v: 1, boxKeyId: to.boxKey.id, enc };
  const ct = await seal(pad(encodeCbor({ ...plain, ...change }), 16), encodeCbor(clear));
  return encodeCbor({ ...clear, ct });
}

test("a letter sealed again to a third person is refused, as it stands or made to fit", async () => {
  const { letter } = await write(bob);
  const asIs = await resealed(letter, carol);
  await refuses(
    () => openLetter({ letter: asIs, keys: keysOf(carol), me: carol.id }),
    "bad_letter",
  );
  const fitted = await resealed(letter, carol, { to: carol.id, boxKeyId: carol.boxKey.id });
  await refuses(
    () => openLetter({ letter: fitted, keys: keysOf(carol), me: carol.id }),
    "bad_letter",
  );
  // Even to the same recipient: the encapsulation is covered.
  const again = await resealed(letter, bob);
  await refuses(() => openLetter({ letter: again, keys: keysOf(bob), me: bob.id }), "bad_letter");
});

test("a letter in which sender, id, kind, time or body was put in place of another is refused", async () => {
  const { letter } = await write(bob);
  const changes = [
    { from: carol.device.certificate },
    { letterId: counting(1, 16) },
    { kind: "welcome" },
    { at: NOW + 1 },
    { body: utf8("hullo") },
    { later: 1 },
  ];
  for (const change of changes) {
    const changed = await resealed(letter, bob, change);
    await refuses(
      () => openLetter({ letter: changed, keys: keysOf(bob), me: bob.id }),
      "bad_letter",
    );
  }
});

test("each part of a letter, and the encapsulation, has its place in what is signed", async () => {
  const { letter } = await write(bob);
  const {
    sender: _,
    sig: _sig,
    ...fields
  } = await openLetter({
    letter,
    keys: keysOf(bob),
    me: bob.id,
  });
  const enc = counting(1, 1120);
  const parts = [
    letterSignedPart(fields, enc),
    letterSignedPart(fields, counting(2, 1120)),
    letterSignedPart({ ...fields, to: carol.id }, enc),
    letterSignedPart({ ...fields, boxKeyId: carol.boxKey.id }, enc),
    letterSignedPart({ ...fields, letterId: counting(1, 16) }, enc),
    letterSignedPart({ ...fields, from: carol.device.certificate }, enc),
    letterSignedPart({ ...fields, at: NOW + 1 }, enc),
    letterSignedPart({ ...fields, kind: "ask" }, enc),
    letterSignedPart({ ...fields, body: utf8("hullo") }, enc),
    letterSignedPart({ ...fields, must: ["to"] }, enc),
  ];
  expect(new Set(parts.map(toHex)).size).toBe(parts.length);
});

test("a sender cannot write to one person and deliver to another", async () => {
  const mallory = await person();
  const make = async (to: Person, claimed: Record<string, unknown>) => {
    const { hpkeKey } = await verifyBoxKey(to.boxKey.record, to.id, NOW);
    const info = new Uint8Array([...utf8(LABELS.letterHpke), ...to.id, ...to.boxKey.id]);
    const { enc, seal } = await hpkeSend(hpkeKey, info);
    const fields = {
      v: 1 as const,
      letterId: counting(1, 16),
      from: mallory.device.certificate,
      to: to.id,
      boxKeyId: to.boxKey.id,
      at: NOW,
      kind: "note" as const,
      body: utf8("x"),
      ...claimed,
    };
    const sig = await signWith(
      mallory.device.privateKey,
      LABELS.letter,
      letterSignedPart(fields, enc),
    );
    const clear = { v: 1, boxKeyId: to.boxKey.id, enc };
    const ct = await seal(pad(encodeCbor({ ...fields, sig }), 16), encodeCbor(clear));
    return encodeCbor({ ...clear, ct });
  };
  const open = (letter: Bytes) => openLetter({ letter, keys: keysOf(bob), me: bob.id });
  expect((await open(await make(bob, {}))).body).toEqual(utf8("x"));
  await refuses(async () => open(await make(bob, { to: carol.id })), "bad_letter");
  await refuses(async () => open(await make(bob, { boxKeyId: carol.boxKey.id })), "bad_letter");
  const other = alice.device.certificate;
  await refuses(async () => open(await make(bob, { from: other })), "bad_letter");
});

test("bytes that are no letter are refused with a code", async () => {
  for (const bad of [undefined, null, {}, new Uint8Array(), utf8("letter"), new Uint8Array(5000)]) {
    const error = await failureOf(() =>
      openLetter({ letter: bad as never, keys: keysOf(bob), me: bob.id }),
    );
    expect(isTyped(error)).toBe(true);
  }
});

test("a box key is its identity's, and says when it is out of date", async () => {
  const checked = await verifyBoxKey(bob.boxKey.record, bob.id, NOW);
  expect(checked.expired).toBe(false);
  expect(checked.notAfter).toBe(NOW + LIMITS.boxKeyMs);
  expect((await verifyBoxKey(bob.boxKey.record, bob.id, NOW + LIMITS.boxKeyMs + 1)).expired).toBe(
    true,
  );
  expect(boxKeyEnds(checked)).toBe(checked.notAfter + LIMITS.boxKeyGraceMs);
});

test("a box key of a rotated identity is still that identity's", async () => {
  const rotated = await rotateIdentity(bob.identity);
  const { record } = await createBoxKey(rotated, 2, NOW);
  expect((await verifyBoxKey(record, bob.id, NOW)).seq).toBe(2);
  const stale = await createBoxKey({ ...rotated, privateKey: bob.identity.privateKey }, 3, NOW);
  await refuses(() => verifyBoxKey(stale.record, bob.id, NOW), "bad_box_key");
});

test("a box key put in place of the recipient's is refused before anything is sealed", async () => {
  await refuses(
    () =>
      sealLetter({
        from: alice.device,
        to: bob.id,
        boxKey: carol.boxKey.record,
        kind: "note",
        body: utf8("x"),
        at: NOW,
      }),
    "bad_box_key",
  );
});

test("a node cannot make a box key: not for a claimed identity, nor longer-lived, nor from the future", async () => {
  const fields = async (change: Record<string, unknown>, signer = bob.identity.privateKey) => {
    const { sig: _, expired: _e, ...good } = await verifyBoxKey(bob.boxKey.record, bob.id, NOW);
    const unsigned = { ...good, ...change };
    const sig = await signWith(signer, LABELS.boxKey, recordDigest(unsigned));
    return encodeCbor({ ...unsigned, sig });
  };
  expect((await verifyBoxKey(await fields({}), bob.id, NOW)).seq).toBe(1);
  const mallory = await createIdentity();
  const bad = [
    await fields({}, mallory.privateKey),
    await fields({ identity: mallory.record }, mallory.privateKey),
    await fields({ identityId: identityIdOf(mallory.record) }),
    await fields({ notAfter: NOW + LIMITS.boxKeyMs + 1 }),
    await fields({ notAfter: NOW }),
    await fields({
      notBefore: NOW + 2 * LIMITS.clockSkewMs,
      notAfter: NOW + 3 * LIMITS.clockSkewMs,
    }),
    await fields({ hpkeKey: new Uint8Array(1215) }),
  ];
  for (const record of bad)
    await refuses(() => verifyBoxKey(record, bob.id, NOW), "bad_box_key", "bad_identity");
});

test("a public key that is no X-Wing key is refused when sealing", async () => {
  await refuses(() => hpkeSend(new Uint8Array(10), utf8("info")), "bad_box_key");
});

test("HPKE opens with the right private key, info and AAD only", async () => {
  const { publicKey, privateKey } = await hpkeGenerate();
  const { enc, seal } = await hpkeSend(publicKey, utf8("info"));
  const ct = await seal(utf8("plain"), utf8("aad"));
  expect(await hpkeOpen(privateKey, enc, utf8("info"), ct, utf8("aad"))).toEqual(utf8("plain"));
  const other = (await hpkeGenerate()).privateKey;
  await refuses(() => hpkeOpen(other, enc, utf8("info"), ct, utf8("aad")), "open_failed");
  await refuses(() => hpkeOpen(privateKey, enc, utf8("other"), ct, utf8("aad")), "open_failed");
  await refuses(() => hpkeOpen(privateKey, enc, utf8("info"), ct, utf8("other")), "open_failed");
  await refuses(
    () => hpkeOpen(privateKey, flipped(enc, 5), utf8("info"), ct, utf8("aad")),
    "open_failed",
  );
  await refuses(
    () => hpkeOpen(new Uint8Array(5), enc, utf8("info"), ct, utf8("aad")),
    "open_failed",
  );
});
