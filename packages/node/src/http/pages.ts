/** Everything that is not the API, through Hono: the app, health, metrics, and the node record. */
import { PATHS } from "@baraza/protocol";
import type { Context as HonoContext } from "hono";
import { Hono } from "hono";
import { sameSecret } from "../crypto-fast.ts";
import type { AppFile } from "./app-files.ts";
import { API_HEADERS, PAGE_HEADERS } from "./headers.ts";
import type { Metrics } from "./metrics.ts";
import type { Page } from "./registry.ts";

export type PagesDeps = {
  files: ReadonlyMap<string, AppFile>;
  pages: readonly Page[];
  /** @throws when the node cannot do its work. */
  health(): Promise<void>;
  metrics: Metrics;
  metricsToken: string | null;
};

/** Files that name what is current are asked for anew each time. */
const ALWAYS_FRESH = "no-cache";
const FOR_EVER = "public, max-age=31536000, immutable";

export function createPages(deps: PagesDeps): Hono {
  const { files, metrics } = deps;
  const app = new Hono();
  app.get("/health", async (context) => {
    try {
      await deps.health();
      return plain(context, 200, "ok\n");
    } catch {
      return plain(context, 503, "the store does not answer\n");
    }
  });
  app.get("/metrics", (context) => {
    const { metricsToken } = deps;
    const given = context.req.header("authorization") ?? "";
    if (
      metricsToken === null ||
      !sameSecret(Buffer.from(given), Buffer.from(`Bearer ${metricsToken}`))
    )
      return plain(context, 404, "not found\n");
    return plain(context, 200, metrics.text());
  });
  for (const { path, type, body } of deps.pages) {
    app.get(path, async (context) => {
      const bytes = await body();
      return context.body(bytes, 200, { ...Object.fromEntries(API_HEADERS), "content-type": type });
    });
  }
  app.on(["GET", "HEAD"], "*", (context) => servePage(context, files));
  app.all("*", (context) => plain(context, 405, "method not allowed\n"));
  return app;
}

async function servePage(
  context: HonoContext,
  files: ReadonlyMap<string, AppFile>,
): Promise<Response> {
  const { path } = context.req;
  if (path.startsWith(PATHS.api) || path.startsWith("/.well-known/"))
    return plain(context, 404, "not found\n");
  const exact = path === "/" ? undefined : files.get(path);
  // A path of the app (no file name at its end) is opened by the app.
  const file = exact ?? (/\.[a-z0-9]+$/i.test(path) ? undefined : files.get("/index.html"));
  if (file === undefined) {
    return files.size === 0
      ? plain(context, 503, "The app has not been built yet: run `npm run build`.\n")
      : plain(context, 404, "not found\n");
  }
  const headers: Record<string, string> = {
    ...Object.fromEntries(PAGE_HEADERS),
    "content-type": file.type,
    "cache-control": file.hashed ? FOR_EVER : ALWAYS_FRESH,
    etag: file.etag,
    vary: "accept-encoding",
  };
  if (path === "/sw.js") headers["service-worker-allowed"] = "/";
  if (context.req.header("if-none-match") === file.etag) return context.body(null, 304, headers);
  const { encoding, body } = await file.encoded(context.req.header("accept-encoding") ?? "");
  if (encoding !== null) headers["content-encoding"] = encoding;
  headers["content-length"] = String(body.length);
  if (context.req.method === "HEAD") return context.body(null, 200, headers);
  return context.body(new Uint8Array(body), 200, headers);
}

function plain(context: HonoContext, status: 200 | 404 | 405 | 503, text: string): Response {
  return context.body(text, status, {
    ...Object.fromEntries(API_HEADERS),
    "content-type": "text/plain; charset=utf-8",
  });
}
