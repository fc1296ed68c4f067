import { request as httpRequest } from "node:http";
import type { ClientRequest } from "node:http";
import { decodeCbor, PATHS } from "@baraza/protocol";
import { expect, test } from "vitest";
import { randomBytes } from "../crypto-fast.ts";
import { createBodies } from "./bodies.ts";
import { startFrame } from "./frame.testing.ts";

const bounds = { free: 10, perSender: 100, inAll: 250 };

test("what is small is always read; what is large counts until it ends, for its sender and in all", () => {
  const bodies = createBodies(bounds);
  const open = (name: string) => bodies.open(() => name);
  const first = open("a");
  first.take(10);
  expect(bodies.held()).toBe(0);
  first.take(60);
  first.take(40);
  expect(bodies.held()).toBe(100);
  expect(() => open("a").take(11)).toThrow("busy");
  open("a").take(10);
  const second = open("b");
  second.take(110);
  expect(() => open("c").take(120)).toThrow("busy");
});

test("what was taken is given back once, also after a refusal", () => {
  const bodies = createBodies(bounds);
  const one = bodies.open(() => "a");
  expect(() => one.take(500)).toThrow("busy");
  one.end();
  one.end();
  expect(bodies.held()).toBe(0);
  one.take(500);
  expect(bodies.held()).toBe(0);
});

test("unfinished requests cannot fill the memory: the next large one is told to come later, small ones are served", async () => {
  const frame = await startFrame({
    handlers: { "cards.get": () => ({ sealed: new Uint8Array(1) }) },
    raw: [
      {
        path: `${PATHS.api}large`,
        type: "application/cbor",
        max: 1_000_000,
        handle: async () => ({ status: 200, type: "application/cbor", body: new Uint8Array() }),
      },
    ],
    deps: { bodies: { free: 1000, perSender: 500_000, inAll: 500_000 } },
  });
  const slow: ClientRequest[] = [];
  const begin = () =>
    new Promise<void>((resolve, reject) => {
      const request = httpRequest({
        host: "127.0.0.1",
        port: frame.port,
        path: `${PATHS.api}large`,
        method: "POST",
        headers: { "content-type": "application/cbor", "content-length": "400000" },
      });
      request.on("error", reject);
      slow.push(request);
      request.write(randomBytes(300_000), () => resolve());
    });
  const large = () => frame.client.post("large", randomBytes(400_000));
  try {
    await begin();
    let answer = await large();
    // The first one's bytes may still be on their way.
    while (answer.status === 200) answer = await large();
    expect(answer.status).toBe(503);
    expect(decodeCbor(answer.body)).toMatchObject({ error: { code: "busy" } });
    expect(await frame.client.call("cards.get", { cardId: randomBytes(16) })).toBeDefined();
    for (const request of slow) {
      request.removeAllListeners("error").on("error", () => undefined);
      request.destroy();
    }
    while ((await large()).status !== 200);
  } finally {
    for (const request of slow) request.destroy();
    await frame.close();
  }
});
