import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";
import { fileSecrets, nodeClock, nodeLocks, nodePlatform, nodeTransport } from "./index.ts";

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), "baraza-platform-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

async function node() {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.url === "/huge") {
        const part = Buffer.alloc(1024 * 1024);
        for (let i = 0; i < 20; i++) response.write(part);
        response.end();
      } else if (request.url !== "/silent") {
        response.writeHead(request.url === "/no" ? 409 : 200);
        response.end(
          JSON.stringify([
            request.method,
            request.headers.host,
            request.headers["x-test"],
            Buffer.concat(chunks).length,
          ]),
        );
      }
    });
  });
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => {
    socket.on("message", (data: Buffer) => {
      socket.send("text is not passed on");
      socket.send(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    sockets.close();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const transport = nodeTransport(`http://amina.localhost:${port}`);
  onTestFinished(() => transport.close());
  return { transport, port };
}

const nothing = new Uint8Array();

test("requests reach a *.localhost node on loopback, with method, headers, body and status", async () => {
  const { transport, port } = await node();
  const host = `amina.localhost:${port}`;
  const sent = await transport.request("/x", new Uint8Array(5), { headers: { "x-test": "1" } });
  expect(sent.status).toBe(200);
  expect(JSON.parse(Buffer.from(sent.body).toString())).toEqual(["POST", host, "1", 5]);
  const got = await transport.request("/no", nothing, { method: "GET" });
  expect(got.status).toBe(409);
  expect(JSON.parse(Buffer.from(got.body).toString())).toEqual(["GET", host, null, 0]);
});

test("a request that gets no answer says why: aborted, offline, too large", async () => {
  const { transport } = await node();
  const abort = new AbortController();
  const waiting = transport.request("/silent", nothing, { signal: abort.signal });
  abort.abort();
  await expect(waiting).rejects.toMatchObject({ code: "aborted" });
  await expect(transport.request("/huge", nothing)).rejects.toMatchObject({ code: "too_large" });
  const nobody = nodeTransport("http://nobody.localhost:1");
  await expect(nobody.request("/x", nothing)).rejects.toMatchObject({ code: "offline" });
});

test("a path cannot lead to another host", async () => {
  const { transport } = await node();
  for (const path of ["//evil.localhost/", "http://evil.localhost/", "x", "/\\evil.localhost/"])
    expect(() => transport.request(path, nothing)).toThrow(TypeError);
});

test("a live connection carries binary frames and reports its end once, refused ones too", async () => {
  const { transport } = await node();
  const seen: unknown[] = [];
  const live = transport.live("/live", {
    open: () => live.send(Uint8Array.of(1, 2, 3)),
    message(bytes) {
      seen.push(bytes);
      live.close();
    },
    close: () => seen.push("closed"),
  });
  await expect.poll(() => seen).toEqual([Uint8Array.of(1, 2, 3), "closed"]);
  live.send(Uint8Array.of(4));
  const codes: number[] = [];
  nodeTransport("http://nobody.localhost:1").live("/x", {
    message: () => undefined,
    close: (code) => codes.push(code),
  });
  await expect.poll(() => codes).toEqual([1006]);
});

test("leadership is taken in turn, waiting can be aborted, and stealing tells the former leader", async () => {
  const locks = nodeLocks();
  const first = await locks.lead("a");
  const abort = new AbortController();
  const aborted = locks.lead("a", { signal: abort.signal });
  const order: string[] = [];
  const second = locks.lead("a").then((held) => (order.push("second"), held));
  abort.abort(new Error("enough"));
  await expect(aborted).rejects.toThrow("enough");
  order.push("released");
  first.release();
  first.release();
  const held = await second;
  expect(order).toEqual(["released", "second"]);
  const thief = await locks.lead("a", { steal: true });
  expect(held.lost.aborted).toBe(true);
  held.release();
  const last = locks.lead("a").then(() => order.push("last"));
  expect(order).toHaveLength(2);
  thief.release();
  await last;
});

test("file secrets are private to their owner, replace whole, and go", async () => {
  const directory = join(temporary(), "secrets");
  const secrets = fileSecrets(directory);
  expect(await secrets.load("store/x")).toBeUndefined();
  await secrets.save("store/x", Uint8Array.of(1));
  await secrets.save("store/x", Uint8Array.of(2, 3));
  expect(await secrets.load("store/x")).toEqual(Uint8Array.of(2, 3));
  expect(statSync(join(directory, "store%2Fx.secret")).mode & 0o777).toBe(0o600);
  await secrets.remove("store/x");
  expect(await secrets.load("store/x")).toBeUndefined();
});

test("a timer that is further away than the system's longest does not fire at once", async () => {
  const clock = nodeClock();
  let fired = false;
  const cancel = clock.setTimer(2 ** 33, () => (fired = true));
  await new Promise<void>((resolve) => void clock.setTimer(5, resolve));
  expect(fired).toBe(false);
  cancel();
});

test("a platform on a directory keeps its store until it is removed", async () => {
  const platform = nodePlatform({ origin: "http://a.localhost:1", directory: temporary() });
  const first = await platform.openStore("main");
  expect(first.fence).toBe(1);
  await first.close();
  const second = await platform.openStore("main");
  expect(second.fence).toBe(2);
  await second.close();
  await platform.removeStore("main");
  const third = await platform.openStore("main");
  expect(third.fence).toBe(1);
  await third.close();
});
