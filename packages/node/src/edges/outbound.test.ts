import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { refuses } from "../services/node.testing.ts";
import type { Address } from "./outbound.ts";
import { createOutbound, isPublicAddress } from "./outbound.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const get = { method: "GET", path: "/", maxBytes: 1000 } as const;
const v4 = (address: string): Address => ({ address, family: 4 });

test("a public node refuses names that are not of the public Internet", async () => {
  const out = outbound("node.example", async () => [v4("127.0.0.1")]);
  for (const target of [
    "localhost",
    "localhost:8080",
    "b.localhost:1",
    "127.0.0.1",
    "127.1",
    "2130706433",
    "router",
    "10.0.0.1:443",
    "other.example:22",
    "other.example:80",
    "node.example",
  ])
    await refuses(out.send(target, get), "target_refused");
  expect(() => {
    out.check("other.example:8443");
  }).not.toThrow();
});

test("a public name that leads to a private address is refused, also among public ones, and nothing is connected", async () => {
  let connected = 0;
  const port = await serve((_request, response) => {
    connected += 1;
    response.end();
  });
  for (const addresses of [
    [v4("127.0.0.1")],
    [v4("93.184.216.34"), v4("10.0.0.7")],
    [{ address: "::1", family: 6 }],
    [{ address: "::ffff:127.0.0.1", family: 6 }],
    [],
  ])
    await refuses(
      outbound("node.example", async () => addresses).send(`evil.example:${port}`, get),
      "target_refused",
    );
  expect(connected).toBe(0);
});

test("which addresses are public", () => {
  const verdict = (address: string) => isPublicAddress({ address });
  for (const address of ["93.184.216.34", "8.8.8.8", "172.32.0.1", "2606:2800:220:1::1"])
    expect(verdict(address), address).toBe(true);
  for (const address of [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "64:ff9b::7f00:1",
    "::ffff:10.0.0.1",
    "2001:db8::1",
    "2002:7f00:1::",
    "not an address",
  ])
    expect(verdict(address), address).toBe(false);
});

test("a localhost node talks to localhost nodes, by the loopback address and the right name", async () => {
  const hosts: (string | undefined)[] = [];
  const port = await serve((request, response) => {
    hosts.push(request.headers.host);
    response.setHeader("content-type", "text/x").end("hello");
  });
  const out = outbound("a.localhost:1");
  const answer = await out.send(`b.localhost:${port}`, get);
  expect([answer.status, answer.type, Buffer.from(answer.body).toString()]).toEqual([
    200,
    "text/x",
    "hello",
  ]);
  expect(hosts).toEqual([`b.localhost:${port}`]);
  await refuses(out.send("other.example", get), "target_refused");
  await refuses(out.send("a.localhost:1", get), "target_refused");
});

test("requests say nothing about who asks, and keep their connection", async () => {
  const seen: IncomingMessage["headers"][] = [];
  const sockets = new Set<unknown>();
  const port = await serve((request, response) => {
    seen.push(request.headers);
    sockets.add(request.socket);
    request.resume();
    request.on("end", () => response.end());
  });
  const out = outbound("a.localhost:1");
  const body = new Uint8Array(10);
  for (let i = 0; i < 3; i++)
    await out.send(`b.localhost:${port}`, { ...get, method: "POST", type: "x/y", body });
  expect(Object.keys(seen[0] ?? {}).toSorted()).toEqual([
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "host",
  ]);
  expect(sockets.size).toBe(1);
});

test("redirects are not followed, large answers are cut, slow ones time out, dead ones are unreachable", async () => {
  const port = await serve((request, response) => {
    if (request.url === "/redirect") response.writeHead(302, { location: "/large" }).end();
    else if (request.url === "/large") response.end(Buffer.alloc(2000));
    else response.write("never the end");
  });
  const out = createOutbound({ name: "a.localhost:1", timeoutMs: 100 });
  closers.push(out.close);
  const target = `b.localhost:${port}`;
  expect((await out.send(target, { ...get, path: "/redirect" })).status).toBe(302);
  await refuses(out.send(target, { ...get, path: "/large" }), "too_large");
  await refuses(out.send(target, { ...get, path: "/slow" }), "timeout");
  await refuses(out.send("b.localhost:1", get), "target_unreachable");
});

test("one target holds up a bounded number of requests, and not those to others", async () => {
  const held: ServerResponse[] = [];
  const slow = await serve((_request, response) => held.push(response));
  const quick = await serve((_request, response) => response.end());
  const out = createOutbound({ name: "a.localhost:1", perTarget: 3 });
  closers.push(out.close);
  const target = `b.localhost:${slow}`;
  const waiting = Array.from({ length: 3 }, () => out.send(target, get));
  await refuses(out.send(target, get), "busy");
  expect((await out.send(`c.localhost:${quick}`, get)).status).toBe(200);
  while (held.length < 3) await new Promise((resolve) => setImmediate(resolve));
  for (const response of held.splice(0)) response.end();
  await Promise.all(waiting);
  const again = out.send(target, get);
  while (held.length < 1) await new Promise((resolve) => setImmediate(resolve));
  held[0]?.end();
  expect((await again).status).toBe(200);
});

function outbound(name: string, resolve?: (host: string) => Promise<Address[]>) {
  const made = createOutbound({ name, ...(resolve === undefined ? {} : { resolve }) });
  closers.push(made.close);
  return made;
}

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}
