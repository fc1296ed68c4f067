import { createServer } from "node:http";
import type { IncomingMessage, RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { refuses } from "../services/node.testing.ts";
import { createPushServices } from "./push-services.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const body = new Uint8Array(10);

test("a public node posts to public names over https, and to nothing else", async () => {
  let lookedUp = 0;
  const services = made("node.example", async () => {
    lookedUp += 1;
    return [{ address: "127.0.0.1", family: 4 }];
  });
  expect(services.originOf("https://push.example/a?b")).toBe("https://push.example");
  expect(services.originOf("https://push.example:8443/a")).toBe("https://push.example:8443");
  for (const endpoint of [
    "http://push.example/a",
    "https://push.example:22/a",
    "https://127.0.0.1/a",
    "https://2130706433/a",
    "https://[::1]/a",
    "https://[::ffff:10.0.0.1]/a",
    "https://localhost/a",
    "https://a.localhost/a",
    "https://router/a",
    "https://somebody:secret@push.example/a",
    "https://node.example/api/v1/accounts.policy",
    "https:///a",
    "file:///etc/passwd",
  ]) {
    expect(() => services.originOf(endpoint), endpoint).toThrow("target_refused");
    await refuses(services.post(endpoint, {}, body), "target_refused");
  }
  expect(lookedUp).toBe(0);
});

test("a public name that leads to a private address gets no connection", async () => {
  let connected = 0;
  const port = await serve(() => (connected += 1));
  const services = made("node.example", async () => [{ address: "127.0.0.1", family: 4 }]);
  await refuses(services.post(`https://push.example:${port}/a`, {}, body), "target_unreachable");
  expect(connected).toBe(0);
});

test("what a push service answers is its status and how long to wait, and nothing more is read", async () => {
  const headers: IncomingMessage["headers"][] = [];
  const answers: [number, Record<string, string>][] = [
    [201, {}],
    [429, { "retry-after": "120" }],
    [503, { "retry-after": new Date(Date.now() + 60_000).toUTCString() }],
    [301, { location: "https://elsewhere.example/" }],
    [500, { "retry-after": "soon" }],
  ];
  const port = await serve((request, response) => {
    headers.push(request.headers);
    const [status, more] = answers[headers.length - 1] ?? [500, {}];
    response.writeHead(status, more);
    // Endless: whoever reads it to its end hangs.
    response.write("x");
  });
  const services = made("a.localhost:1");
  const post = () =>
    services.post(`http://push.localhost:${port}/a`, { ttl: "60", topic: "new" }, body);
  expect(await post()).toEqual({ status: 201, retryAfter: null });
  expect(await post()).toEqual({ status: 429, retryAfter: 120_000 });
  const dated = await post();
  expect(dated.retryAfter).toBeGreaterThan(50_000);
  expect(dated.retryAfter).toBeLessThanOrEqual(60_000);
  expect(await post()).toEqual({ status: 301, retryAfter: null });
  expect(await post()).toEqual({ status: 500, retryAfter: null });
  expect(headers[0]).toMatchObject({ ttl: "60", topic: "new", "content-length": "10" });
});

test("one that hangs is given up, and one that is gone is said to be", async () => {
  const port = await serve(() => undefined);
  const services = made("a.localhost:1", undefined, 50);
  await refuses(services.post(`http://push.localhost:${port}/a`, {}, body), "timeout");
  await refuses(services.post("http://push.localhost:1/a", {}, body), "target_unreachable");
});

type Resolve = Parameters<typeof createPushServices>[0]["resolve"];

function made(name: string, resolve?: Resolve, timeoutMs?: number) {
  const services = createPushServices({
    name,
    ...(resolve === undefined ? {} : { resolve }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  closers.push(() => services.close());
  return services;
}

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
