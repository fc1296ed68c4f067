/**
 * A push service as browsers' makers run them (RFC 8030), on loopback: it gives out subscriptions, takes pushes, and fails in the ways
 * that they fail. It checks who sends (RFC 8292) and opens what comes as the browser would (RFC 8291).
 */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { randomBytes } from "@baraza/crypto";
import { openWebPush, verifyVapid, webPushKey } from "@baraza/crypto/web-push";
import type { Bytes } from "@baraza/protocol";
import { concat, equalBytes, toBase64url } from "@baraza/protocol";

/** What a browser gets from its maker. The keys' private halves stay here. */
export type PushSubscriptionOf = { endpoint: string; p256dh: Bytes; auth: Bytes };

export type TakenPush = {
  endpoint: string;
  headers: IncomingMessage["headers"];
  /** As it came. */
  body: Bytes;
  /** What the browser would hand to the service worker. */
  plain: Bytes;
  /** The sender's key and what it says how to reach it. */
  sender: { publicKey: Bytes; subject: string };
};

/** `hang`: takes the request and never answers. `busy`: 429, with a time to wait. `down`: 500. `gone`: 410. */
export type PushMode = "take" | "hang" | "busy" | "down" | "gone";

export type PushService = {
  /** Its origin. */
  url: string;
  subscribe(): PushSubscriptionOf;
  /** Pushes that were taken, in order. */
  taken: TakenPush[];
  /** Requests that came, in whatever mode. */
  requests(): number;
  /** What was wrong with requests: each is a fault of the sender. */
  faults: string[];
  /** From now on, for one subscription or for all. */
  mode(mode: PushMode, endpoint?: string): void;
  close(): Promise<void>;
};

type Kept = PushSubscriptionOf & { receiver: ReturnType<typeof webPushKey> & { auth: Bytes } };

const LONGEST = 4096;

export async function startPushService(): Promise<PushService> {
  const kept = new Map<string, Kept>();
  const modes = new Map<string, PushMode>();
  const taken: TakenPush[] = [];
  const faults: string[] = [];
  let general: PushMode = "take";
  let requests = 0;

  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests += 1;
    const endpoint = `${url}${request.url ?? ""}`;
    const parts: Uint8Array[] = [];
    for await (const part of request as AsyncIterable<Uint8Array>) parts.push(part);
    const mode = modes.get(endpoint) ?? general;
    if (mode === "hang") return;
    const answer = (status: number, headers: Record<string, string> = {}) => {
      response.writeHead(status, headers).end();
    };
    if (mode === "busy") return answer(429, { "retry-after": "1" });
    if (mode === "down") return answer(500);
    const subscription = kept.get(endpoint);
    if (mode === "gone" || subscription === undefined) return answer(410);
    try {
      taken.push(check(request, concat(...parts), subscription));
      answer(201, { location: `${url}/message/${taken.length}` });
    } catch (cause) {
      faults.push(cause instanceof Error ? cause.message : "unknown");
      answer(400);
    }
  };
  const check = (
    request: IncomingMessage,
    body: Bytes,
    { endpoint, receiver }: Kept,
  ): TakenPush => {
    const { headers } = request;
    if (request.method !== "POST") throw new Error(`method ${request.method}`);
    if (body.length > LONGEST) throw new Error("too long");
    if (headers["content-encoding"] !== "aes128gcm") throw new Error("content-encoding");
    const { topic, ttl } = headers;
    if (topic !== undefined && !/^[\w-]{1,32}$/.test(String(topic))) throw new Error("topic");
    if (typeof ttl !== "string" || !/^\d+$/.test(ttl)) throw new Error("ttl");
    const sender = verifyVapid(headers.authorization ?? "", url, Date.now() / 1000);
    return { endpoint, headers, body, plain: openWebPush(receiver, body), sender };
  };

  const server = createServer((request, response) => {
    take(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://push.localhost:${(server.address() as AddressInfo).port}`;
  return {
    url,
    taken,
    faults,
    requests: () => requests,
    subscribe: () => {
      const receiver = { ...webPushKey(randomBytes(48)), auth: randomBytes(16) };
      const endpoint = `${url}/push/${toBase64url(randomBytes(16))}`;
      const given = { endpoint, p256dh: receiver.publicKey, auth: receiver.auth };
      kept.set(endpoint, { ...given, receiver });
      return given;
    },
    mode: (mode, endpoint) => {
      if (endpoint === undefined) general = mode;
      else modes.set(endpoint, mode);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** True when all pushes are told apart by their keys and nothing else: equally long, and the same inside. */
export function tellNothing(pushes: readonly TakenPush[]): boolean {
  const [first] = pushes;
  return (
    first !== undefined &&
    pushes.every(
      ({ body, plain }) => body.length === first.body.length && equalBytes(plain, first.plain),
    )
  );
}
