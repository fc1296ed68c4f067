/** The node's HTTP server: the API on bare node:http, everything else through Hono, live connections by upgrade. */
import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import { LIMITS, PATHS } from "@baraza/protocol";
import { WebSocketServer } from "ws";
import { createApi } from "./api.ts";
import type { AppFile } from "./app-files.ts";
import type { BodyBounds } from "./bodies.ts";
import type { Dispatcher } from "./dispatch.ts";
import { hostOf, isLocalHost, STRICT_TRANSPORT } from "./headers.ts";
import type { Metrics } from "./metrics.ts";
import { createPages } from "./pages.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { Authenticate, LiveHandler, Page, RawRoute } from "./registry.ts";

export type HttpDeps = {
  name: string;
  trustedProxy: boolean;
  dispatcher: Dispatcher;
  authenticate: Authenticate;
  limits: RateLimits;
  metrics: Metrics;
  metricsToken: string | null;
  raw: readonly RawRoute[];
  pages: readonly Page[];
  files: ReadonlyMap<string, AppFile>;
  live: LiveHandler;
  /** How much of unfinished requests may lie in memory; a sensible bound unless told. */
  bodies?: BodyBounds;
  /** How long a body may stand still, ms. */
  bodyPauseMs?: number;
  health(): Promise<void>;
};

export type HttpServer = {
  /** Takes the port (0: a free one), so that the node's name can be known; answers 503 until {@link HttpServer} serve. @returns the port. */
  listen(host: string, port: number): Promise<number>;
  serve(deps: HttpDeps): void;
  /** Answers what has come, then closes; live connections are told to come back. */
  close(): Promise<void>;
  liveConnections(): number;
};

/** How long answers may take when the server closes. */
const GRACE_MS = 3000;

/** How long a connection may stay open without a whole head of a request. */
const HEAD_MS = 15_000;

/** @param headMs how long to wait for the head of a request; how often it is looked for follows from it */
export function createHttpServer(headMs = HEAD_MS): HttpServer {
  let handle: (request: IncomingMessage, response: ServerResponse) => void = (
    request,
    response,
  ) => {
    request.resume();
    response.writeHead(503, { "retry-after": "1", "content-length": "0" }).end();
  };
  let upgrade: ((request: IncomingMessage, socket: Duplex, head: Buffer) => void) | undefined;
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    maxPayload: LIMITS.liveFrameBytes,
    perMessageDeflate: false,
  });
  const server: Server = createServer(
    {
      requestTimeout: LIMITS.bodyMs,
      headersTimeout: headMs,
      connectionsCheckingInterval: headMs,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16_384,
    },
    (request, response) => {
      handle(request, response);
    },
  );
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    if (upgrade === undefined) socket.destroy();
    else upgrade(request, socket, head);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    // [Note: Silent connections] Browsers open connections ahead of need. One that has been silent for too long is closed without a
    // word: a request that crosses the closing is sent again by itself, while an answer here would be taken for the request's own.
    if (socket.writable && error.code?.startsWith("HPE_") === true)
      socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
    else socket.destroy();
  });

  return {
    listen: async (host, port) => {
      server.listen(port, host);
      await once(server, "listening");
      return (server.address() as AddressInfo).port;
    },
    serve: (deps) => {
      handle = requestHandler(deps);
      upgrade = upgradeHandler(deps, sockets);
    },
    close: async () => {
      for (const socket of sockets.clients) socket.close(1012);
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeIdleConnections();
      const timer = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
        server.closeAllConnections();
      }, GRACE_MS);
      await closed;
      clearTimeout(timer);
    },
    liveConnections: () => sockets.clients.size,
  };
}

function requestHandler(
  deps: HttpDeps,
): (request: IncomingMessage, response: ServerResponse) => void {
  const api = createApi({
    dispatcher: deps.dispatcher,
    metrics: deps.metrics,
    authenticate: deps.authenticate,
    limitKey: (request) => limitKeyOf(deps, request),
    raw: new Map(deps.raw.map((route) => [route.path, route])),
    bodies: deps.bodies,
    bodyPauseMs: deps.bodyPauseMs,
  });
  const pages = getRequestListener(createPages(deps).fetch, { overrideGlobalObjects: false });
  const isPublic = !isLocalHost(hostOf(deps.name));
  return (request, response) => {
    const path = pathOf(request.url);
    // Load balancers ask for health by address.
    if (path !== "/health" && !isMine(deps, request)) {
      request.resume();
      response.writeHead(421, { "content-length": "0" }).end();
      return;
    }
    if (isPublic) response.setHeader(...STRICT_TRANSPORT);
    if (path.startsWith(PATHS.api)) api(request, response, path);
    else void pages(request, response);
  };
}

function upgradeHandler(deps: HttpDeps, sockets: WebSocketServer) {
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { origin, host } = request.headers;
    // Browsers always say where a page comes from; other programs do not.
    const foreign =
      origin !== undefined && hostOf(origin.replace(/^https?:\/\//, "")) !== hostOf(host ?? "");
    if (pathOf(request.url) !== PATHS.live || !isMine(deps, request) || foreign) {
      socket.end("HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
      return;
    }
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      accepted.on("error", () => {
        accepted.terminate();
      });
      deps.live(accepted, { limitKey: limitKeyOf(deps, request) });
    });
  };
}

/** Another name that points here (DNS rebinding) is not served. */
function isMine(deps: HttpDeps, request: IncomingMessage): boolean {
  const host = hostOf(request.headers.host ?? "");
  return host === hostOf(deps.name) || isLocalHost(host);
}

function limitKeyOf({ trustedProxy, limits }: HttpDeps, request: IncomingMessage): string {
  const forwarded = trustedProxy ? request.headers["x-forwarded-for"] : undefined;
  const list = Array.isArray(forwarded) ? forwarded.join(",") : forwarded;
  return limits.keyOf(list?.split(",").at(-1)?.trim() ?? request.socket.remoteAddress ?? "");
}

/** A server of metrics alone, for loopback. */
export function createMetricsServer(metrics: Metrics): Server {
  return createServer((request: IncomingMessage, response: ServerResponse) => {
    request.resume();
    if (pathOf(request.url) !== "/metrics") response.writeHead(404).end();
    else
      response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(metrics.text());
  });
}

function pathOf(url: string | undefined): string {
  const text = url ?? "/";
  const end = text.indexOf("?");
  return end < 0 ? text : text.slice(0, end);
}
