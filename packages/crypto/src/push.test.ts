import { paddedSize, utf8 } from "@baraza/protocol";
import { expect, test } from "vitest";
import { ed25519Generate } from "./ed25519.ts";
import { signPushRequest, unwrapPush, verifyPushRequest, wrapPush } from "./push.ts";
import { counting, flipped, NOW, refuses } from "./test-helpers.ts";

const key = counting(1, 32);

test("a push unwraps to its content, has a padded size, and never looks the same twice", () => {
  for (const length of [0, 1, 2019, 2020, 5000, 60_000]) {
    const content = counting(3, length);
    const wrapped = wrapPush(key, content);
    expect(paddedSize(wrapped.length)).toBe(wrapped.length);
    expect(unwrapPush(key, wrapped)).toEqual(content);
    expect(wrapPush(key, content)).not.toEqual(wrapped);
  }
});

test("a push for another seat, or one that was changed, does not unwrap", async () => {
  const wrapped = wrapPush(key, utf8("content"));
  await refuses(() => unwrapPush(counting(2, 32), wrapped), "open_failed");
  for (let at = 0; at < wrapped.length; at += 7)
    await refuses(() => unwrapPush(key, flipped(wrapped, at, at % 8)), "open_failed");
  for (const bad of [undefined, null, new Uint8Array(), wrapped.slice(0, 27)])
    await refuses(() => unwrapPush(key, bad as never), "open_failed");
  await refuses(() => unwrapPush(new Uint8Array(5), wrapped), "bad_input");
});

test("a delivery is signed for one receiver, time and content", async () => {
  const node = ed25519Generate();
  const fields = {
    hub: "a.localhost:1",
    to: "b.localhost:2",
    time: NOW,
    nonce: counting(1, 16),
    deliveries: [{ address: counting(2, 106), body: counting(3, 64) }],
  };
  const request = await signPushRequest(node, fields);
  expect(await verifyPushRequest(node.publicKey, request)).toBe(true);
  expect(await verifyPushRequest(ed25519Generate().publicKey, request)).toBe(false);
  const changes = [
    { hub: "c.localhost" },
    { to: "c.localhost" },
    { time: NOW + 1 },
    { nonce: counting(2, 16) },
    { deliveries: [...fields.deliveries, ...fields.deliveries] },
    { later: 1 },
  ];
  for (const change of changes)
    expect(await verifyPushRequest(node.publicKey, { ...request, ...change })).toBe(false);
  for (const bad of [null, undefined, {}, { sig: 1 }])
    expect(await verifyPushRequest(node.publicKey, bad as never)).toBe(false);
});
