/** The way to one's own node over `node:http` and `ws`. Node does not resolve `*.localhost`, so the agent maps it to loopback. */
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { lookup as resolve } from "node:dns";
import type { LookupFunction } from "node:net";
import { WebSocket } from "ws";
import type { Bytes } from "@baraza/protocol";
import { freeBytes, joinRead } from "@baraza/protocol";
import { TransportError } from "../../src/ports.ts";
import type { LiveHandlers, RequestOptions, Transport } from "../../src/ports.ts";

/** The largest answer that is taken: 16 MiB, above every limit of the protocol. */
const ANSWER_BYTES = 16 * 1024 * 1024;

const lookup: LookupFunction = (hostname, options, callback) => {
  if (hostname === "localhost" || hostname.endsWith(".localhost")) {
    if (options.all === true) callback(null, [{ address: "127.0.0.1", family: 4 }]);
    else callback(null, "127.0.0.1", 4);
  } else resolve(hostname, options, callback);
};

export type NodeTransport = Transport & {
  /** Cuts all connections, idle ones included. */
  close(): void;
};

/** @param origin of the node, such as `http://a.localhost:8080` */
export function nodeTransport(origin: string): NodeTransport {
  const base = new URL(origin);
  const secure = base.protocol === "https:";
  const agent = new (secure ? HttpsAgent : HttpAgent)({ keepAlive: true, lookup });
  const sockets = new Set<WebSocket>();

  return {
    request: (path, body, options = {}) =>
      send(secure ? httpsRequest : httpRequest, agent, addressOf(base, path), body, options),
    live(path, handlers) {
      const address = addressOf(base, path);
      address.protocol = secure ? "wss:" : "ws:";
      const socket = new WebSocket(address, {
        agent,
        perMessageDeflate: false,
        maxPayload: ANSWER_BYTES,
        followRedirects: false,
      });
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      listen(socket, handlers);
      return {
        send: (bytes) => {
          if (socket.readyState === WebSocket.OPEN) socket.send(bytes);
        },
        close: () => socket.close(),
      };
    },
    close() {
      for (const socket of sockets) socket.terminate();
      agent.destroy();
    },
  };
}

/** @throws TypeError for a path that would leave the node */
export function addressOf(base: URL, path: string): URL {
  const address = new URL(path, base);
  if (!path.startsWith("/") || address.origin !== base.origin)
    throw new TypeError("a path of one's own node starts with a slash");
  return address;
}

function send(
  request: typeof httpRequest | typeof httpsRequest,
  agent: HttpAgent,
  address: URL,
  body: Bytes,
  { signal, headers, method = "POST", given = false }: RequestOptions,
): Promise<{ status: number; body: Bytes }> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void =>
      reject(new TransportError(signal?.aborted === true ? "aborted" : "offline", { cause }));
    const sent = request(address, {
      agent,
      method,
      headers: { ...headers, ...(method === "GET" ? {} : { "content-length": body.length }) },
      ...(signal === undefined ? {} : { signal }),
    });
    sent.once("error", fail);
    // Not before: the socket writes out of this memory.
    if (given) sent.once("finish", () => freeBytes(body));
    sent.once("response", (response) => {
      const chunks: Bytes[] = [];
      let size = 0;
      response.on("data", (chunk: Bytes) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size <= ANSWER_BYTES) return;
        reject(new TransportError("too_large"));
        response.destroy();
      });
      response.once("error", fail);
      response.once("end", () => {
        resolve({ status: response.statusCode ?? 0, body: joinRead(chunks, size) });
      });
    });
    sent.end(method === "GET" ? undefined : body);
  });
}

function listen(socket: WebSocket, handlers: LiveHandlers): void {
  socket.binaryType = "arraybuffer";
  socket.once("open", () => handlers.open?.());
  socket.on("message", (data, isBinary) => {
    // Text frames are no part of the protocol.
    if (isBinary) handlers.message(new Uint8Array(data as ArrayBuffer));
  });
  // A close always follows, with code 1006.
  socket.on("error", () => undefined);
  socket.once("close", (code) => handlers.close(code));
}
