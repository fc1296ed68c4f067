/**
 * The way to push services: one POST to an address that a device named. A device's user chooses it, so it is treated as
 * hostile: https to public names with public addresses only, the very address that was checked is the one that is connected to, no redirect is
 * followed, of an answer nothing is read but its status and how long to wait, and one that hangs is given up. A node whose own name is
 * local may also talk to local push services.
 */
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Bytes } from "@baraza/protocol";
import { ProtocolError } from "@baraza/protocol";
import type { Address } from "./outbound.ts";
import { chosenUrl, guardedLookup, resolveBySystem } from "./outbound.ts";

/** `retryAfter` in milliseconds, where the service says how long to wait (RFC 9110, section 10.2.3). */
export type PushAnswer = { status: number; retryAfter: number | null };

export type PushServices = {
  /** The origin of an endpoint. @throws ProtocolError `target_refused`: this node does not talk to it. */
  originOf: (endpoint: string) => string;
  /** @throws ProtocolError `target_refused`, `target_unreachable`, `timeout` */
  post: (endpoint: string, headers: Record<string, string>, body: Bytes) => Promise<PushAnswer>;
  close: () => void;
};

export type PushServicesOptions = {
  /** This node's own name. */
  name: string;
  timeoutMs?: number;
  /** Addresses of a host; the system's resolver unless a test says otherwise. */
  resolve?: (host: string) => Promise<Address[]>;
};

const TIMEOUT_MS = 10_000;
/** Connections to one push service. */
const SOCKETS = 4;

export function createPushServices(options: PushServicesOptions): PushServices {
  const { name, timeoutMs = TIMEOUT_MS, resolve = resolveBySystem } = options;
  const pool = { keepAlive: true, maxSockets: SOCKETS, maxFreeSockets: 1, timeout: 30_000 };
  const http = new HttpAgent(pool);
  const https = new HttpsAgent(pool);

  const check = (endpoint: string): { url: URL; isOurs: boolean } => {
    const target = chosenUrl(endpoint, name);
    if (target === null || target.url.hash !== "") throw new ProtocolError("target_refused");
    return target;
  };
  return {
    originOf: (endpoint) => check(endpoint).url.origin,
    async post(endpoint, headers, body) {
      const { url, isOurs } = check(endpoint);
      const signal = AbortSignal.timeout(timeoutMs);
      const lookup = guardedLookup(isOurs, resolve);
      const length = { "content-length": String(body.length) };
      const asked = { method: "POST", headers: { ...headers, ...length }, lookup, signal };
      return new Promise((answer, refuse) => {
        const came = (response: IncomingMessage) => {
          const after = response.headers["retry-after"];
          answer({ status: response.statusCode ?? 0, retryAfter: waitOf(after) });
          // What else it says interests nobody, and could be endless.
          if (Number(response.headers["content-length"] ?? 1) === 0) response.resume();
          else response.destroy();
        };
        const request =
          url.protocol === "https:"
            ? httpsRequest(url, { ...asked, agent: https }, came)
            : httpRequest(url, { ...asked, agent: http }, came);
        request.on("error", () => {
          refuse(new ProtocolError(signal.aborted ? "timeout" : "target_unreachable"));
        });
        request.end(body);
      });
    },
    close() {
      http.destroy();
      https.destroy();
    },
  };
}

/** Seconds, or a date. */
function waitOf(header: string | undefined): number | null {
  if (header === undefined) return null;
  const wait = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : null;
}
