/**
 * `/api/v1/*` over bare `node:http`: the size limit holds while a body is read, a refusal leaves the connection alive,
 * and the hot path is about a seventh cheaper than through Hono (docs/benchmarks.md). Hono serves everything else.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Bytes } from "@baraza/protocol";
import { freeBytes, fromBase64url, joinRead, LIMITS, PATHS, ProtocolError } from "@baraza/protocol";
import type { BodyBounds, BodyShare } from "./bodies.ts";
import { createBodies } from "./bodies.ts";
import type { Answer, Caller, Dispatcher } from "./dispatch.ts";
import { errorAnswer } from "./dispatch.ts";
import { API_HEADERS } from "./headers.ts";
import type { Metrics } from "./metrics.ts";
import type { Authenticate, RawRoute } from "./registry.ts";

const CBOR = "application/cbor";
const SESSION_BYTES = 32;

export type ApiDeps = {
  dispatcher: Dispatcher;
  metrics: Metrics;
  authenticate: Authenticate;
  limitKey(request: IncomingMessage): string;
  /** Beside the table: the gateway. By path. */
  raw: ReadonlyMap<string, RawRoute>;
  /** How much of unfinished requests may lie in memory. */
  bodies?: BodyBounds | undefined;
  /** How long a body may stand still, ms. */
  bodyPauseMs?: number | undefined;
};

/** Answers one request whose path begins with {@link PATHS}.api. Never throws. */
export function createApi(deps: ApiDeps) {
  const { dispatcher, authenticate, raw, bodyPauseMs = LIMITS.bodyPauseMs } = deps;
  const bodies = createBodies(deps.bodies);
  return (request: IncomingMessage, response: ServerResponse, path: string): void => {
    const name = path.slice(PATHS.api.length);
    const route = raw.get(path);
    const type = route?.type ?? CBOR;
    const refuse = (error: ProtocolError) => {
      const answer = errorAnswer(error);
      deps.metrics.request(dispatcher.has(name) ? name : "unknown", answer.status, 0);
      send(response, answer, CBOR);
    };
    if (route === undefined && !dispatcher.has(name)) {
      refuse(new ProtocolError("unknown_route"));
      return;
    }
    if (request.method !== "POST") {
      refuse(new ProtocolError("malformed", { data: { field: "method" } }));
      return;
    }
    if (request.headers["content-type"] !== type) {
      refuse(new ProtocolError("malformed", { data: { field: "content-type" } }));
      return;
    }
    const max = route?.max ?? dispatcher.maxBytes(name);
    const share = bodies.open(() => deps.limitKey(request));
    readBody(request, { max, share, pauseMs: bodyPauseMs }, (body) => {
      if (body instanceof ProtocolError) {
        refuse(body);
        return;
      }
      if (route !== undefined) {
        route.handle(body, { limitKey: deps.limitKey(request) }).then(
          ({ status, type: answered, body: bytes }) => {
            send(response, { status, body: bytes }, answered);
          },
          (error: unknown) => {
            refuse(error instanceof ProtocolError ? error : new ProtocolError("internal"));
          },
        );
        return;
      }
      const caller: Caller = {
        // Hashed only where a route limits.
        get limitKey() {
          return deps.limitKey(request);
        },
        sealed: false,
        account: () => {
          const session = bearerOf(request.headers.authorization);
          return session === null ? null : authenticate(session);
        },
      };
      void dispatcher.call(name, body, caller).then((answer) => {
        send(response, answer, CBOR);
      });
    });
  };
}

/**
 * Reads a body of at most `max` bytes. What is too large is refused as soon as that is known; the rest of it is thrown
 * away as it comes, so that the connection goes on.
 */
function readBody(
  request: IncomingMessage,
  { max, share, pauseMs }: { max: number; share: BodyShare; pauseMs: number },
  done: (body: Bytes | ProtocolError) => void,
): void {
  const tooLarge = () => new ProtocolError("too_large", { data: { max } });
  // [Note: Slow lines] A body may come slowly, as it does by a bad line, but not stand still. What it holds is bounded (bodies.ts).
  request.setTimeout(pauseMs, () => request.destroy());
  const announced = Number(request.headers["content-length"] ?? Number.NaN);
  if (announced > max) {
    request.resume();
    done(tooLarge());
    return;
  }
  let chunks: Bytes[] = [];
  let length = 0;
  let over = false;
  const refuse = (error: ProtocolError) => {
    over = true;
    chunks = [];
    share.end();
    done(error);
  };
  request.on("data", (chunk: Bytes) => {
    if (over) return;
    length += chunk.length;
    if (length > max) {
      refuse(tooLarge());
      return;
    }
    try {
      share.take(chunk.length);
      chunks.push(chunk);
    } catch (cause) {
      refuse(cause instanceof ProtocolError ? cause : new ProtocolError("internal"));
    }
  });
  request.on("end", () => {
    request.setTimeout(0);
    if (over) return;
    share.end();
    done(joinRead(chunks, length));
  });
  // A connection that ends early has nobody to answer.
  request.on("error", () => {
    over = true;
  });
  request.on("close", () => {
    share.end();
  });
}

const FIXED = API_HEADERS.flat();

function send(response: ServerResponse, { status, body }: Answer, type: string): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, [
    ...FIXED,
    "content-type",
    type,
    "content-length",
    String(body.length),
  ]);
  // Handed to the system by then: the socket writes out of this memory.
  response.once("finish", () => freeBytes(body));
  response.end(body);
}

/** The session of `Bearer <base64url>`; null for anything else. */
function bearerOf(header: string | undefined): Bytes | null {
  if (header === undefined || !header.startsWith("Bearer ")) return null;
  try {
    const session = fromBase64url(header.slice(7));
    return session.length === SESSION_BYTES ? session : null;
  } catch {
    return null;
  }
}
