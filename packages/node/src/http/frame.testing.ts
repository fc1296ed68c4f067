/** For tests: some services behind the real HTTP server on a real socket, and a client that keeps its connection. */
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bytes, RequestOf, ResponseOf, RouteName } from "@baraza/protocol";
import { decodeResponse, encodeRequest, PATHS } from "@baraza/protocol";
import { createDispatcher } from "./dispatch.ts";
import { createMetrics } from "./metrics.ts";
import { createRateLimits } from "./rate-limits.ts";
import type { Account, Decoders, Handlers, LiveHandler, Page, RawRoute } from "./registry.ts";
import { createHttpServer } from "./server.ts";
import type { HttpDeps } from "./server.ts";

export type Answered = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Bytes;
};

export type FrameOptions = {
  handlers: Handlers;
  decoders?: Decoders;
  account?: Account | null;
  raw?: RawRoute[];
  pages?: Page[];
  live?: LiveHandler;
  timeoutMs?: number;
  headMs?: number;
  deps?: Partial<HttpDeps>;
};

/** A server on a free port of the loopback address. */
export async function startFrame(options: FrameOptions) {
  const faults: unknown[] = [];
  const limits = createRateLimits(Date.now);
  const metrics = createMetrics();
  const server = createHttpServer(options.headMs);
  const port = await server.listen("127.0.0.1", 0);
  server.serve({
    name: `localhost:${port}`,
    trustedProxy: false,
    dispatcher: createDispatcher({
      handlers: options.handlers,
      decoders: options.decoders ?? {},
      limits,
      metrics,
      now: Date.now,
      onFault: (_route, error) => faults.push(error),
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    }),
    authenticate: () => options.account ?? null,
    limits,
    metrics,
    metricsToken: null,
    raw: options.raw ?? [],
    pages: options.pages ?? [],
    files: new Map(),
    live: options.live ?? ((socket) => socket.terminate()),
    health: async () => {},
    ...options.deps,
  });
  const client = httpClient(port);
  return {
    port,
    client,
    metrics,
    faults,
    close: async () => {
      client.close();
      await server.close();
    },
  };
}

/** A client over one kept connection at a time. */
export function httpClient(port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const connections = new Set<unknown>();
  const send = (
    path: string,
    init: { method?: string; headers?: Record<string, string>; body?: Uint8Array } = {},
  ): Promise<Answered> =>
    new Promise((resolve, reject) => {
      const request = httpRequest(
        {
          host: "127.0.0.1",
          port,
          path,
          agent,
          method: init.method ?? "GET",
          headers: init.headers ?? {},
        },
        (response) => {
          const parts: Buffer[] = [];
          response.on("data", (part: Buffer) => parts.push(part));
          response.on("error", reject);
          response.on("end", () => {
            const body = new Uint8Array(Buffer.concat(parts));
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
          });
        },
      );
      request.on("socket", (socket) => connections.add(socket));
      request.on("error", reject);
      request.end(init.body);
    });
  return {
    send,
    post: (name: string, body: Uint8Array, headers: Record<string, string> = {}) =>
      send(PATHS.api + name, {
        method: "POST",
        headers: { "content-type": "application/cbor", ...headers },
        body,
      }),
    call: async <N extends RouteName>(name: N, request: RequestOf<N>): Promise<ResponseOf<N>> => {
      const { status, body } = await send(PATHS.api + name, {
        method: "POST",
        headers: { "content-type": "application/cbor" },
        body: encodeRequest(name, request),
      });
      return decodeResponse(name, status, body);
    },
    /** How many connections were opened so far. */
    connections: () => connections.size,
    close: () => {
      agent.destroy();
    },
  };
}

/** A directory that is removed by `remove`. */
export async function temporaryDirectory() {
  const path = await mkdtemp(join(tmpdir(), "baraza-node-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
