/** The way to one's own node: the origin that served the app, as its Content-Security-Policy (`connect-src 'self'`) demands. */
import type { Bytes } from "@baraza/protocol";
import { freeBytes, joinRead } from "@baraza/protocol";
import { TransportError } from "../../src/ports.ts";
import type { Transport } from "../../src/ports.ts";

/** The largest answer that is taken: 16 MiB, above every limit of the protocol. */
const ANSWER_BYTES = 16 * 1024 * 1024;

export function browserTransport(origin: string = location.origin): Transport {
  return {
    async request(path, body, { signal, headers, method = "POST", given = false } = {}) {
      const address = addressOf(origin, path);
      try {
        const answered = fetch(address, {
          method,
          // No cookie, no cache, no redirect to elsewhere: the engine authenticates by itself.
          credentials: "omit",
          cache: "no-store",
          redirect: "error",
          referrerPolicy: "no-referrer",
          ...(headers === undefined ? {} : { headers }),
          ...(method === "GET" ? {} : { body }),
          ...(signal === undefined ? {} : { signal }),
        });
        // It has its own copy of the body by now (Fetch, "extract a body").
        if (given) freeBytes(body);
        const response = await answered;
        return { status: response.status, body: await bounded(response) };
      } catch (error) {
        if (error instanceof TransportError) throw error;
        throw new TransportError(signal?.aborted === true ? "aborted" : "offline", {
          cause: error,
        });
      }
    },
    live(path, handlers) {
      const address = addressOf(origin, path);
      address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
      const socket = new WebSocket(address);
      socket.binaryType = "arraybuffer";
      socket.onopen = () => handlers.open?.();
      socket.onmessage = ({ data }: MessageEvent<unknown>) => {
        // Text frames are no part of the protocol.
        if (data instanceof ArrayBuffer) handlers.message(new Uint8Array(data));
      };
      socket.onclose = ({ code }) => handlers.close(code);
      return {
        send(bytes) {
          if (socket.readyState === WebSocket.OPEN) socket.send(bytes);
        },
        close: () => socket.close(),
      };
    },
  };
}

function addressOf(origin: string, path: string): URL {
  const address = new URL(path, origin);
  if (!path.startsWith("/") || address.origin !== origin)
    throw new TypeError("a path of one's own node starts with a slash");
  return address;
}

async function bounded(response: Response): Promise<Bytes> {
  const chunks: Bytes[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const part = await reader?.read();
    if (part === undefined || part.done) break;
    size += part.value.length;
    if (size > ANSWER_BYTES) {
      await reader?.cancel();
      throw new TransportError("too_large");
    }
    chunks.push(part.value);
  }
  return joinRead(chunks, size);
}
