import type { Card } from "@baraza/protocol";
import { beforeAll, expect, test } from "vitest";
import { askProof, cardKeys, openCard, sealCard, verifyAskProof } from "./cards.ts";
import { counting, flipped, NOW, person, refuses } from "./test-helpers.ts";

let card: Card;
let inviter: Awaited<ReturnType<typeof person>>;
beforeAll(async () => {
  inviter = await person();
  card = {
    v: 1,
    logId: counting(1, 32),
    title: "Kikundi",
    kind: "group",
    inviter: { name: "Alice", address: "alice@a.localhost:1" },
    inviterIdentity: inviter.identity.record,
    reply: {
      node: "a.localhost:1",
      address: counting(2, 106),
      identityId: inviter.id,
      boxKey: inviter.boxKey.record,
    },
    expires: NOW,
  };
});

const secret = counting(5, 32);

test("a card opens with what is in the link", async () => {
  const { key } = cardKeys(secret);
  const sealed = await sealCard(key, card);
  expect(await openCard(key, sealed)).toEqual(card);
  expect(await openCard(key, sealed, inviter.id)).toEqual(card);
});

test("the keys of a secret say nothing about each other, and another secret has others", async () => {
  const a = cardKeys(secret);
  const b = cardKeys(counting(6, 32));
  expect(a.cardId.length).toBe(16);
  for (const name of ["cardId", "key", "proofKey"] as const) expect(a[name]).not.toEqual(b[name]);
  expect(a.key).not.toEqual(a.proofKey);
  await refuses(() => cardKeys(new Uint8Array(16)), "bad_input");
  await refuses(async () => openCard(b.key, await sealCard(a.key, card)), "open_failed");
});

test("a card of someone else than the link names is refused", async () => {
  const { key } = cardKeys(secret);
  const other = await person();
  const sealed = await sealCard(key, card);
  await refuses(() => openCard(key, sealed, other.id), "bad_card");
  const mixed = { ...card, inviterIdentity: other.identity.record };
  await refuses(async () => openCard(key, await sealCard(key, mixed)), "bad_card");
  const forged = { ...inviter.identity.record, sig: flipped(inviter.identity.record.sig, 1) };
  await refuses(
    async () => openCard(key, await sealCard(key, { ...card, inviterIdentity: forged })),
    "bad_identity",
  );
});

test("a proof of asking is bound to the asker and to each key package, in order", () => {
  const { proofKey } = cardKeys(secret);
  const packages = [counting(1, 50), counting(2, 50)];
  const proof = askProof(proofKey, inviter.id, packages);
  expect(verifyAskProof(proofKey, inviter.id, packages, proof)).toBe(true);
  expect(verifyAskProof(proofKey, counting(1, 32), packages, proof)).toBe(false);
  expect(verifyAskProof(proofKey, inviter.id, packages.toReversed(), proof)).toBe(false);
  expect(verifyAskProof(proofKey, inviter.id, packages.slice(1), proof)).toBe(false);
  expect(verifyAskProof(cardKeys(counting(6, 32)).proofKey, inviter.id, packages, proof)).toBe(
    false,
  );
  expect(verifyAskProof(proofKey, inviter.id, packages, null as never)).toBe(false);
});

test("bytes that are no card are refused", async () => {
  const { key } = cardKeys(secret);
  for (const bad of [undefined, null, new Uint8Array(), new Uint8Array(20_000)])
    await refuses(() => openCard(key, bad as never), "open_failed");
});
