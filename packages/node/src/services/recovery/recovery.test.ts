import { rescueReader } from "@baraza/crypto/recovery";
import { LIMITS } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomBytes } from "../../crypto-fast.ts";
import type { TestNode } from "../node.testing.ts";
import { bootNode, refuses } from "../node.testing.ts";

let node: TestNode;
beforeAll(async () => {
  node = await bootNode();
});
afterAll(() => node.close());

/** A drop place as a device without an account opens it. */
async function opened() {
  const secret = randomBytes(32);
  const place = {
    dropId: randomBytes(16),
    reader: rescueReader(secret),
    request: randomBytes(200),
  };
  const { expires } = await node.call("recovery.open", place);
  return { ...place, secret, expires };
}

test("help is left and fetched without an account", async () => {
  const { dropId, secret, request, expires } = await opened();
  expect(await node.call("recovery.see", { dropId })).toEqual({ request, expires });
  const item = randomBytes(3000);
  await node.call("recovery.put", { dropId, item });
  await node.call("recovery.put", { dropId, item });
  expect(await node.call("recovery.get", { dropId, secret })).toEqual({ items: [item], expires });
  await refuses(node.call("recovery.get", { dropId, secret: randomBytes(32) }), "not_found");
});

test("it is gone after a week, or when it is closed", async () => {
  const one = await opened();
  const other = await opened();
  await node.call("recovery.close", { dropId: other.dropId, secret: other.secret });
  await refuses(node.call("recovery.see", { dropId: other.dropId }), "not_found");
  node.clock.ahead += LIMITS.dropMs + 1;
  await refuses(node.call("recovery.see", { dropId: one.dropId }), "not_found");
  node.clock.ahead = 0;
});

test("nobody fills one without end, or with large things", async () => {
  const { dropId } = await opened();
  const large = randomBytes(LIMITS.dropItemBytes + 1);
  await refuses(node.call("recovery.put", { dropId, item: large }), "malformed");
  for (let at = 0; at < LIMITS.dropItems; at++)
    await node.call("recovery.put", { dropId, item: randomBytes(9) });
  await refuses(node.call("recovery.put", { dropId, item: randomBytes(9) }), "box_full");
});

test("opening many in a row is slowed down", async () => {
  const all = await Promise.allSettled(Array.from({ length: 80 }, () => opened()));
  expect(all.filter(({ status }) => status === "rejected").length).toBeGreaterThan(0);
});
