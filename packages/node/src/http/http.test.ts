import { connect } from "node:net";
import {
  ProtocolError,
  decodeResponse,
  encodeCbor,
  encodeRequest,
  LIMITS,
  ROUTES,
} from "@baraza/protocol";
import { afterEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { randomBytes } from "../crypto-fast.ts";
import { startFrame } from "./frame.testing.ts";
import type { FrameOptions } from "./frame.testing.ts";
import type { Account, Handlers } from "./registry.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
async function start(options: FrameOptions) {
  const frame = await startFrame(options);
  closing.push(frame.close);
  return frame;
}

const member: Account = { accountId: randomBytes(16), role: "member", sessionId: randomBytes(32) };
const policy = { node: "localhost:1", registration: "open" as const, setup: false, version: "1" };
const bearer = { authorization: `Bearer ${Buffer.alloc(32, 7).toString("base64url")}` };
const empty = encodeCbor({});
const codeOf = (answer: { status: number; body: Uint8Array }) => {
  try {
    decodeResponse("accounts.policy", answer.status, answer.body);
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
  }
  return answer.status;
};

test("a route answers CBOR with CBOR, and nothing of it is kept by caches", async () => {
  const { client } = await start({ handlers: { "accounts.policy": () => policy } });
  expect(await client.call("accounts.policy", {})).toEqual(policy);
  const { headers } = await client.post("accounts.policy", empty);
  expect(headers).toMatchObject({
    "content-type": "application/cbor",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  });
  expect(headers).not.toHaveProperty("access-control-allow-origin");
});

test("what is no request of ours gets a typed error, and the connection goes on", async () => {
  const { client } = await start({ handlers: { "accounts.policy": () => policy } });
  const answers = [
    await client.post("no.such.route", empty),
    await client.post("logs.append", empty),
    await client.post("__proto__", empty),
    await client.send("/api/v1/accounts.policy"),
    await client.post("accounts.policy", empty, { "content-type": "text/plain" }),
    await client.post("accounts.policy", new Uint8Array([0xff])),
    await client.post("accounts.policy", new Uint8Array()),
    await client.post("accounts.policy", encodeCbor({ must: ["unheard"] })),
  ];
  expect(answers.map(codeOf)).toEqual([
    "unknown_route",
    "unknown_route",
    "unknown_route",
    "malformed",
    "malformed",
    "malformed",
    "malformed",
    "unsupported_field",
  ]);
  expect(codeOf(await client.post("accounts.policy", empty))).toBe(200);
  expect(client.connections()).toBe(1);
});

test("a request that is too large is refused while it comes, announced or not, and the connection goes on", async () => {
  const { client, port } = await start({ handlers: { "accounts.policy": () => policy } });
  const large = new Uint8Array(LIMITS.requestBytes + 1);
  expect(codeOf(await client.post("accounts.policy", large))).toBe("too_large");
  expect(codeOf(await client.post("accounts.policy", empty))).toBe(200);
  expect(client.connections()).toBe(1);

  // In chunks of unknown number: answered before the last of them is sent.
  const socket = connect(port, "127.0.0.1");
  let received = "";
  socket.on("data", (part: Buffer) => (received += part.toString("latin1")));
  const until = async (what: RegExp) => {
    while (!what.test(received)) await new Promise((resolve) => setImmediate(resolve));
  };
  const head = (more: string) =>
    `POST /api/v1/accounts.policy HTTP/1.1\r\nhost: localhost:${port}\r\ncontent-type: application/cbor\r\n${more}\r\n\r\n`;
  socket.write(head("transfer-encoding: chunked"));
  const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
  for (let i = 0; i < 5; i++) socket.write(chunk);
  await until(/HTTP\/1.1 413/);
  for (let i = 0; i < 20; i++) socket.write(chunk);
  socket.write("0\r\n\r\n");
  socket.write(head("content-length: 1"));
  socket.write("\xa0", "latin1");
  await until(/HTTP\/1.1 200/);
  socket.destroy();
});

test("a connection that stays silent is closed without a word; what is no HTTP is told so", async () => {
  const { port } = await start({ handlers: {}, headMs: 50 });
  const heard = (say: string) =>
    new Promise<string>((resolve, reject) => {
      let received = "";
      const socket = connect(port, "127.0.0.1", () => socket.write(say));
      socket.on("data", (bytes) => (received += String(bytes)));
      socket.on("error", reject);
      socket.on("close", () => resolve(received));
    });
  expect(await heard("")).toBe("");
  expect(await heard("GET / HTTP/1.1\r\n")).toBe("");
  expect(await heard("\0\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
});

test("a body may come slowly, but not stand still", async () => {
  const { port } = await start({
    handlers: { "accounts.policy": () => policy },
    deps: { bodyPauseMs: 400 },
  });
  const body = encodeCbor({ x: "y".repeat(8) });
  const answer = (bytes: Uint8Array, apart: number) =>
    new Promise<string>((resolve, reject) => {
      let received = "";
      const socket = connect(port, "127.0.0.1", () => {
        socket.write(
          `POST /api/v1/accounts.policy HTTP/1.1\r\nhost: localhost:${port}\r\nconnection: close\r\ncontent-type: application/cbor\r\ncontent-length: ${body.length}\r\n\r\n`,
        );
        for (const [at, byte] of bytes.entries())
          setTimeout(() => socket.write(Uint8Array.of(byte)), at * apart);
      });
      socket.on("data", (part) => (received += String(part)));
      socket.on("error", reject);
      socket.on("close", () => resolve(received));
    });
  // Longer in all than a pause may be.
  expect(body.length * 100).toBeGreaterThan(2 * 400);
  expect(await answer(body, 100)).toMatch(/^HTTP\/1\.1 200 /);
  expect(await answer(body.subarray(0, 3), 10)).toBe("");
});

test("session routes need a session, administrators' routes the role, gateway routes learn neither", async () => {
  let account: Account | null = null;
  const seen: unknown[] = [];
  const handlers: Handlers = {
    "accounts.me": (_request, context) => {
      seen.push(context.account.accountId);
      return {
        name: "a",
        role: "member",
        boxId: randomBytes(16),
        vaultVersion: 0,
        mayInvite: false,
      };
    },
    "admin.status": () => ({ accounts: 0, logs: 0, blobBytes: 0, databaseBytes: 0, version: "1" }),
    "cards.get": (_request, context) => {
      seen.push(context.account);
      return { sealed: new Uint8Array() };
    },
  };
  const asked: number[] = [];
  const { client } = await start({
    handlers,
    deps: {
      authenticate: (session) => {
        asked.push(session.length);
        return account;
      },
    },
  });
  const post = async (name: string, body = empty, headers: Record<string, string> = bearer) =>
    codeOf(await client.post(name, body, headers));
  expect(await post("accounts.me", empty, {})).toBe("unauthenticated");
  expect(await post("accounts.me", empty, { authorization: "Bearer AAAA" })).toBe(
    "unauthenticated",
  );
  expect(await post("accounts.me", empty, { authorization: "Basic AAAA" })).toBe("unauthenticated");
  expect(asked).toEqual([]);
  expect(await post("accounts.me")).toBe("unauthenticated");
  account = member;
  await post("accounts.me");
  expect(await post("admin.status")).toBe("forbidden");
  account = { ...member, role: "administrator" };
  expect((await client.post("admin.status", empty, bearer)).status).toBe(200);
  const askedBefore = asked.length;
  await client.post("cards.get", encodeRequest("cards.get", { cardId: randomBytes(16) }), bearer);
  expect(asked).toHaveLength(askedBefore);
  expect(seen).toEqual([member.accountId, null]);
});

test("an error that has no code is `internal` to the caller and reported without its message", async () => {
  const { client, faults } = await start({
    handlers: {
      "accounts.policy": () => {
        throw new Error("amina@example.org");
      },
    },
  });
  const answer = await client.post("accounts.policy", empty);
  expect(codeOf(answer)).toBe("internal");
  expect(Buffer.from(answer.body).toString("latin1")).not.toContain("amina");
  expect(faults).toHaveLength(1);
});

test("a handler that takes too long is answered for", async () => {
  const { client } = await start({
    handlers: { "accounts.policy": () => new Promise(() => {}) },
    timeoutMs: 20,
  });
  expect(codeOf(await client.post("accounts.policy", empty))).toBe("timeout");
});

test("limits count per caller and say how long to wait", async () => {
  const { client } = await start({
    handlers: {
      "accounts.policy": (_request, context) => {
        context.limit("policy", { perMinute: 6, burst: 2 });
        return policy;
      },
    },
  });
  const answers = [];
  for (let i = 0; i < 3; i++) answers.push(await client.post("accounts.policy", empty));
  expect(answers.map(codeOf)).toEqual([200, 200, "rate_limited"]);
  await expect(client.call("accounts.policy", {})).rejects.toMatchObject({ data: { seconds: 10 } });
});

test("behind a trusted proxy callers are told apart by what the proxy says, else by their connection", async () => {
  const keys: string[] = [];
  const handlers: Handlers = {
    "accounts.policy": (_request, context) => {
      keys.push(context.limitKey);
      return policy;
    },
  };
  for (const trustedProxy of [true, false]) {
    const { client } = await start({ handlers, deps: { trustedProxy } });
    for (const from of ["1.2.3.4, 198.51.100.1", "9.9.9.9, 198.51.100.1", "198.51.100.2"])
      await client.post("accounts.policy", empty, { "x-forwarded-for": from });
  }
  const [a, b, c, d, e, f] = keys;
  expect(a).toBe(b);
  expect(a).not.toBe(c);
  expect(d).toBe(e);
  expect(d).toBe(f);
  expect(keys.join()).not.toContain("198.51");
});

test("another name that points here is not served, but health is", async () => {
  const { client } = await start({ handlers: { "accounts.policy": () => policy } });
  const evil = { host: "evil.example" };
  expect((await client.post("accounts.policy", empty, evil)).status).toBe(421);
  expect((await client.send("/", { headers: evil })).status).toBe(421);
  expect((await client.send("/health", { headers: evil })).status).toBe(200);
});

test("health says when the store does not answer", async () => {
  const health = () => Promise.reject(new Error("disk"));
  const { client } = await start({ handlers: {}, deps: { health } });
  expect((await client.send("/health")).status).toBe(503);
});

test("metrics are for whoever has the token, and name routes only", async () => {
  const metricsToken = "a-long-enough-token";
  const { client } = await start({
    handlers: { "accounts.policy": () => policy },
    deps: { metricsToken },
  });
  await client.post("accounts.policy", empty);
  await client.post("who@example.org", empty);
  expect((await client.send("/metrics")).status).toBe(404);
  const wrong = { authorization: "Bearer a-long-enough-tokem" };
  expect((await client.send("/metrics", { headers: wrong })).status).toBe(404);
  const { body, status } = await client.send("/metrics", {
    headers: { authorization: `Bearer ${metricsToken}` },
  });
  expect(status).toBe(200);
  const text = Buffer.from(body).toString();
  expect(text).toContain('baraza_requests_total{route="accounts.policy",status="2xx"} 1');
  expect(text).toContain('baraza_requests_total{route="unknown",status="4xx"} 1');
  expect(text).not.toContain("example");
});

test("live connections are taken at their path, from this node's pages only", async () => {
  const sockets: unknown[] = [];
  const { port } = await start({
    handlers: {},
    live: (socket) => {
      sockets.push(socket);
      socket.send("hello");
    },
  });
  const attempt = (path: string, headers: Record<string, string>) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
      socket.on("message", (data: Buffer) => {
        resolve(data.toString());
        socket.close();
      });
      socket.on("error", (error) => resolve(error.message));
    });
  const host = `localhost:${port}`;
  expect(await attempt("/api/v1/live", { host })).toBe("hello");
  expect(await attempt("/api/v1/live", { host, origin: `http://${host}` })).toBe("hello");
  expect(await attempt("/api/v1/live", { host, origin: "http://evil.example" })).toContain("403");
  expect(await attempt("/api/v1/live", { host: "evil.example" })).toContain("403");
  expect(await attempt("/elsewhere", { host })).toContain("403");
  expect(sockets).toHaveLength(2);
});

test("every route has a limit that the API reads before the body", () => {
  for (const { max } of Object.values(ROUTES)) expect(max).toBeGreaterThan(0);
});
