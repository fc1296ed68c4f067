import { concat, utf8 } from "@baraza/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { lru } from "./lru.ts";
import {
  AEAD_OVERHEAD,
  hkdf,
  hmac,
  openAead,
  randomBytes,
  sealAead,
  sha256,
} from "./primitives.ts";
import { counting, flipped, refuses } from "./test-helpers.ts";

const KEY = counting(1, 32);
const bytes = fc.uint8Array({ maxLength: 300 }).map((b) => new Uint8Array(b));

test("what is sealed opens to the same bytes with the same key and AAD", async () => {
  await fc.assert(
    fc.asyncProperty(bytes, bytes, async (plain, aad) => {
      const sealed = await sealAead(KEY, plain, aad);
      expect(sealed.length).toBe(plain.length + AEAD_OVERHEAD);
      expect(await openAead(KEY, sealed, aad)).toEqual(plain);
    }),
    { numRuns: 50 },
  );
});

test("sealing the same twice gives nothing in common", async () => {
  const [a, b] = [await sealAead(KEY, utf8("x"), KEY), await sealAead(KEY, utf8("x"), KEY)];
  expect(a.subarray(0, 32)).not.toEqual(b.subarray(0, 32));
  expect(a.subarray(32, 64)).not.toEqual(b.subarray(32, 64));
});

test("another key, AAD or label does not open it", async () => {
  const sealed = await sealAead(KEY, utf8("plain"), utf8("aad"));
  await refuses(() => openAead(counting(2, 32), sealed, utf8("aad")), "open_failed");
  await refuses(() => openAead(KEY, sealed, utf8("AAD")), "open_failed");
  await refuses(() => openAead(KEY, sealed, utf8("aad"), { label: "other" }), "open_failed");
});

test("a change of any byte is noticed, salt and commitment included", async () => {
  const sealed = await sealAead(KEY, utf8("plain"), utf8("aad"));
  for (let at = 0; at < sealed.length; at++)
    await refuses(() => openAead(KEY, flipped(sealed, at, at % 8), utf8("aad")), "open_failed");
});

test("the commitment alone is enough to refuse a second key that AES-GCM would take", async () => {
  const sealed = await sealAead(KEY, utf8("plain"), utf8("aad"));
  const forged = concat(sealed.subarray(0, 32), randomBytes(32), sealed.subarray(64));
  await refuses(() => openAead(KEY, forged, utf8("aad")), "open_failed");
});

test("too short and foreign input is refused with a code", async () => {
  for (const length of [0, 1, 64, AEAD_OVERHEAD - 1])
    await refuses(() => openAead(KEY, new Uint8Array(length), KEY), "open_failed");
  await refuses(() => openAead(new Uint8Array(31), new Uint8Array(100), KEY), "bad_input");
  await refuses(() => sealAead(new Uint8Array(0), KEY, KEY), "bad_input");
});

test("hashes and MACs take their parts one after the other", () => {
  expect(sha256(utf8("ab"), utf8("c"))).toEqual(sha256(utf8("abc")));
  expect(hmac(KEY, utf8("ab"), utf8("c"))).toEqual(hmac(KEY, utf8("abc")));
  expect(sha256()).toEqual(sha256(new Uint8Array()));
});

test("each label derives another key", () => {
  expect(hkdf(KEY, KEY, "a", 32)).not.toEqual(hkdf(KEY, KEY, "b", 32));
});

test("random bytes come in any number", () => {
  expect(randomBytes(0).length).toBe(0);
  const many = randomBytes(200_000);
  expect(many.subarray(190_000).some((byte) => byte !== 0)).toBe(true);
});

test("the cache forgets what was used least recently", () => {
  const cache = lru<number>(2);
  cache.set("a", 1);
  cache.set("b", 2);
  expect(cache.get("a")).toBe(1);
  cache.set("c", 3);
  expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual([1, undefined, 3]);
  expect(cache.size()).toBe(2);
});
