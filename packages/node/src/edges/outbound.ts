/**
 * The one way out: HTTP requests to other nodes. It decides whom this node talks to at all, keeps connections open,
 * and bounds how much one target can hold up. It keeps no record of targets.
 *
 * [Note: Whom a node talks to] A user chooses the target of a relayed request, so a target is treated as hostile: a
 * node with a public name talks to public names that resolve to public addresses only, and the very address that was
 * checked is the one that is connected to (a second look-up could answer differently). A `localhost` node talks to
 * `localhost` nodes only, and those are mapped to the loopback address, since Node.js does not resolve names below it.
 */
import { lookup as systemLookup } from "node:dns/promises";
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import { BlockList, isIP } from "node:net";
import type { Bytes } from "@baraza/protocol";
import { LIMITS, nodeOrigin, ProtocolError } from "@baraza/protocol";

export type OutboundRequest = {
  method: "GET" | "POST";
  /** Path at the target, from the root. */
  path: string;
  type?: string;
  body?: Bytes;
  /** Most bytes of a response. */
  maxBytes: number;
};
export type OutboundResponse = { status: number; type: string; body: Bytes };

export type Outbound = {
  /**
   * Sends one request. Redirects are not followed.
   * @throws ProtocolError `target_refused` (this node does not talk to it), `target_unreachable`, `timeout`, `busy`
   * (too much under way to it), `too_large` (the response).
   */
  send: (target: string, request: OutboundRequest) => Promise<OutboundResponse>;
  /** @throws ProtocolError `target_refused`. Names only: addresses are checked when connecting. */
  check: (target: string) => void;
  close: () => void;
};

export type Address = { address: string; family: number };
export type OutboundOptions = {
  /** This node's own name. */
  name: string;
  timeoutMs?: number;
  /** Under way at once: to one target, and to all. */
  perTarget?: number;
  inAll?: number;
  /** Addresses of a host; the system's resolver unless a test says otherwise. */
  resolve?: (host: string) => Promise<Address[]>;
};

const PER_TARGET = 128;
const IN_ALL = 2048;

/** Makes the way out of a node. */
export function createOutbound(options: OutboundOptions): Outbound {
  const { name, timeoutMs = LIMITS.requestTimeoutMs } = options;
  const { perTarget = PER_TARGET, inAll = IN_ALL } = options;
  const local = isLocal(hostOf(name));
  const lookup = guardedLookup(local, options.resolve ?? resolveBySystem);
  const pool = { keepAlive: true, maxSockets: 32, maxFreeSockets: 8, timeout: 60_000 };
  const http = new HttpAgent(pool);
  const https = new HttpsAgent(pool);
  const underWay = new Map<string, number>();
  let all = 0;

  const check = (target: string) => {
    if (target === name || !mayTalkTo(target, local)) throw new ProtocolError("target_refused");
  };
  return {
    check,
    async send(target, request) {
      check(target);
      const mine = underWay.get(target) ?? 0;
      if (mine >= perTarget || all >= inAll) throw new ProtocolError("busy");
      underWay.set(target, mine + 1);
      all += 1;
      try {
        return await exchange(target, request, { http, https, lookup, timeoutMs });
      } finally {
        all -= 1;
        const left = (underWay.get(target) ?? 1) - 1;
        if (left > 0) underWay.set(target, left);
        else underWay.delete(target);
      }
    },
    close() {
      http.destroy();
      https.destroy();
    },
  };
}

/** True for `localhost` and names below it. */
export function isLocal(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost");
}

export function hostOf(node: string): string {
  return node.split(":", 1)[0] ?? "";
}

/** By name alone. Public names have a dot and do not end in a number (those are IPv4 addresses, RFC 1123, section 2.1). */
export function mayTalkTo(target: string, local: boolean): boolean {
  const host = hostOf(target);
  if (local) return isLocal(host);
  const last = host.slice(host.lastIndexOf(".") + 1);
  const port = Number(target.split(":")[1] ?? 443);
  return (
    host.includes(".") &&
    !/^[0-9]+$/.test(last) &&
    !isLocal(host) &&
    isIP(host) === 0 &&
    (port === 443 || (port >= 1024 && port <= 65_535))
  );
}

/**
 * An address that a user chose, beside those of nodes. Null where this node does not talk to it: to itself, with a name and password, by anything but
 * https to public names; where its own name is local, also by http and to local ones, which `isOurs` says.
 */
export function chosenUrl(
  address: string,
  name: string,
  base?: URL,
): { url: URL; isOurs: boolean } | null {
  const url = URL.parse(address, base);
  if (url === null || url.host === name || url.username !== "" || url.password !== "") return null;
  const isOurs = isLocal(hostOf(name)) && isLocal(url.hostname);
  const good = isOurs
    ? url.protocol === "http:" || url.protocol === "https:"
    : url.protocol === "https:" && mayTalkTo(url.host, false);
  return good ? { url, isOurs } : null;
}

type Ways = { http: HttpAgent; https: HttpsAgent; lookup: LookupFunction; timeoutMs: number };

function exchange(
  target: string,
  { method, path, type, body, maxBytes }: OutboundRequest,
  { http, https, lookup, timeoutMs }: Ways,
): Promise<OutboundResponse> {
  const url = new URL(path, nodeOrigin(target));
  const secure = url.protocol === "https:";
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (type !== undefined) headers["content-type"] = type;
  if (body !== undefined) headers["content-length"] = String(body.length);
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const fail = (cause: unknown) => {
      reject(errorOf(cause, signal.aborted));
    };
    const options = { method, headers, lookup, signal };
    const onResponse = (response: IncomingMessage) => {
      collect(response, maxBytes).then(
        (bytes) => {
          const status = response.statusCode ?? 0;
          resolve({ status, type: response.headers["content-type"] ?? "", body: bytes });
        },
        (cause: unknown) => {
          response.destroy();
          fail(cause);
        },
      );
    };
    const request = secure
      ? httpsRequest(url, { ...options, agent: https }, onResponse)
      : httpRequest(url, { ...options, agent: http }, onResponse);
    request.on("error", fail);
    request.end(body);
  });
}

async function collect(response: IncomingMessage, maxBytes: number): Promise<Bytes> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > maxBytes) throw new ProtocolError("too_large", { data: { max: maxBytes } });
    parts.push(part);
  }
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function errorOf(cause: unknown, timedOut: boolean): ProtocolError {
  if (cause instanceof ProtocolError) return cause;
  if (cause instanceof RefusedAddress) return new ProtocolError("target_refused");
  return new ProtocolError(timedOut ? "timeout" : "target_unreachable", { cause });
}

export class RefusedAddress extends Error {
  override readonly name = "RefusedAddress";
}

export async function resolveBySystem(host: string): Promise<Address[]> {
  return systemLookup(host, { all: true, order: "verbatim" });
}

/** Looks a host up for a connection, and refuses it where an address is not public; of a local node, everything is loopback. */
export function guardedLookup(
  local: boolean,
  resolve: (host: string) => Promise<Address[]>,
): LookupFunction {
  const find = async (host: string): Promise<Address[]> => {
    if (local) return [{ address: "127.0.0.1", family: 4 }];
    const found = await resolve(host);
    // One private address among several is as good as an attack.
    if (found.length === 0 || !found.every(isPublicAddress)) throw new RefusedAddress();
    return found;
  };
  return (host, options, callback) => {
    const answer = async () => {
      const found = await find(host).catch((cause: unknown) =>
        cause instanceof Error ? cause : new Error("look-up failed"),
      );
      if (found instanceof Error) callback(found, "", 0);
      else if (options.all === true) callback(null, found);
      else callback(null, found[0]?.address ?? "", found[0]?.family ?? 4);
    };
    void answer();
  };
}

/** IPv4 blocks that are not of the public Internet (RFC 6890 and what came after it). */
const NOT_PUBLIC_4 = new BlockList();
for (const [net, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const)
  NOT_PUBLIC_4.addSubnet(net, prefix, "ipv4");

/** Of IPv6 only global unicast is public, without its parts that lead elsewhere (Teredo, documentation, 6to4). */
const PUBLIC_6 = new BlockList();
PUBLIC_6.addSubnet("2000::", 3, "ipv6");
const NOT_PUBLIC_6 = new BlockList();
NOT_PUBLIC_6.addSubnet("2001::", 23, "ipv6");
NOT_PUBLIC_6.addSubnet("2001:db8::", 32, "ipv6");
NOT_PUBLIC_6.addSubnet("2002::", 16, "ipv6");
NOT_PUBLIC_6.addSubnet("3fff::", 20, "ipv6");

/** True for an address of the public Internet. */
export function isPublicAddress({ address }: Pick<Address, "address">): boolean {
  const kind = isIP(address);
  if (kind === 4) return !NOT_PUBLIC_4.check(address, "ipv4");
  return kind === 6 && PUBLIC_6.check(address, "ipv6") && !NOT_PUBLIC_6.check(address, "ipv6");
}
