/**
 * The way to pages of the open web, for previews of links. A member names the address, and the page leads on to others, so both are
 * treated as hostile: https to public names with public addresses on the usual port only, the very address that was checked is the one
 * that is connected to, each redirect is checked like the first address, a bounded part of the answer is read within a bounded time. The page's
 * server is told nothing of who asks: no name, no language, no page before, no cookie, and no connection or TLS session that would show
 * that two look-ups belong together. Nothing is kept. A node whose own name is local may also talk to local servers.
 */
import type { IncomingMessage } from "node:http";
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { MIMEType } from "node:util";
import { LIMITS, ProtocolError } from "@baraza/protocol";
import type { Address } from "./outbound.ts";
import { chosenUrl, guardedLookup, RefusedAddress, resolveBySystem } from "./outbound.ts";
import type { Head } from "./page-head.ts";
import { createHeadReader } from "./page-head.ts";

/** `url`: the address that answered, after redirects. The title is not empty. */
export type WebPage = Head & { url: string };

export type WebPages = {
  /**
   * Looks a page up.
   * @throws ProtocolError `target_refused` (this node does not talk to it, or to where it leads), `target_unreachable`, `timeout`, `busy` (too
   * much under way), `not_found` (no page in HTML, or one without a title)
   */
  look: (address: string) => Promise<WebPage>;
  /** Ends what is under way. */
  close: () => void;
};

export type WebPagesOptions = {
  /** This node's own name. */
  name: string;
  /** For a page with all its redirects. */
  timeoutMs?: number;
  /** Addresses of a host; the system's resolver unless a test says otherwise. */
  resolve?: (host: string) => Promise<Address[]>;
};

/** An address that was checked; `isOurs`: of this machine. */
type Target = { url: URL; isOurs: boolean };

const TIMEOUT_MS = 8000;
/** Under way at once. */
const AT_ONCE = 16;
const REDIRECTS = 3;
/** What is looked at of a page; heads are shorter. */
const PAGE_BYTES = 512 * 1024;
const HEADERS = {
  accept: "text/html,application/xhtml+xml",
  "accept-encoding": "identity",
  "user-agent": "Baraza link preview",
};
const LEADS_ON: ReadonlySet<number | undefined> = new Set([301, 302, 303, 307, 308]);

/** Makes a node's way to pages of the web. */
export function createWebPages(options: WebPagesOptions): WebPages {
  const { name, timeoutMs = TIMEOUT_MS, resolve = resolveBySystem } = options;
  const http = new HttpAgent({ keepAlive: false });
  const https = new HttpsAgent({ keepAlive: false, maxCachedSessions: 0 });
  const underWay = new Set<AbortController>();

  const check = (address: string, base?: URL): Target => {
    const target = chosenUrl(address, name, base);
    const good =
      target !== null &&
      // The same name once more, for whoever compares names.
      !target.url.hostname.endsWith(".") &&
      (target.isOurs || target.url.port === "");
    if (!good) throw new ProtocolError("target_refused");
    target.url.hash = "";
    if (target.url.href.length > LIMITS.pageUrl) throw new ProtocolError("target_refused");
    return target;
  };
  const ask = ({ url, isOurs }: Target, signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((answer, refuse) => {
      const asked = { headers: HEADERS, lookup: guardedLookup(isOurs, resolve), signal };
      const request =
        url.protocol === "https:"
          ? httpsRequest(url, { ...asked, agent: https }, answer)
          : httpRequest(url, { ...asked, agent: http }, answer);
      request.on("error", refuse);
      // One that wants to speak something else than HTTP ends without an answer and without an error.
      request.on("close", () => {
        refuse(new Error("no answer"));
      });
      request.end();
    });
  const follow = async (first: Target, signal: AbortSignal): Promise<WebPage> => {
    let target = first;
    for (let redirects = 0; redirects <= REDIRECTS; redirects++) {
      const response = await ask(target, signal);
      try {
        const { location } = response.headers;
        if (location === undefined || !LEADS_ON.has(response.statusCode))
          return { url: target.url.href, ...(await headOf(response)) };
        target = check(location, target.url);
      } finally {
        // What else it says interests nobody, and could be endless.
        response.destroy();
      }
    }
    throw new ProtocolError("target_unreachable");
  };
  return {
    async look(address) {
      const target = check(address);
      if (underWay.size >= AT_ONCE) throw new ProtocolError("busy");
      const end = new AbortController();
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        end.abort();
      }, timeoutMs);
      underWay.add(end);
      try {
        return await follow(target, end.signal);
      } catch (cause) {
        throw errorOf(cause, late);
      } finally {
        clearTimeout(timer);
        underWay.delete(end);
      }
    },
    close() {
      for (const end of underWay) end.abort();
      http.destroy();
      https.destroy();
    },
  };
}

/** Reads the head of a page that has answered. @throws ProtocolError `not_found`; the system's error */
async function headOf(response: IncomingMessage): Promise<Head> {
  const type = typeOf(response.headers["content-type"] ?? "");
  const encoding = response.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  const isPage = type?.essence === "text/html" || type?.essence === "application/xhtml+xml";
  if (response.statusCode !== 200 || !isPage || encoding !== "identity")
    throw new ProtocolError("not_found");
  const reader = createHeadReader(type.params.get("charset"));
  let left = PAGE_BYTES;
  for await (const part of response as AsyncIterable<Uint8Array>) {
    const isOver = reader.write(part.subarray(0, left));
    left -= part.length;
    if (isOver || left <= 0) break;
  }
  const head = reader.end();
  if (head.title === "") throw new ProtocolError("not_found");
  return head;
}

function typeOf(header: string): MIMEType | null {
  try {
    return new MIMEType(header);
  } catch {
    return null;
  }
}

/** Says no more than a code: the system's message quotes the name. */
function errorOf(cause: unknown, late: boolean): ProtocolError {
  if (cause instanceof ProtocolError) return cause;
  if (cause instanceof RefusedAddress) return new ProtocolError("target_refused");
  return new ProtocolError(late ? "timeout" : "target_unreachable");
}
