/** Builds a page with Vite, as the app is built, and serves it on localhost under the app's Content-Security-Policy. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { slimSqlite } from "../vite.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};

export const CSP =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";

export type ServedPage = {
  /** http://localhost:PORT/ */
  url: string;
  /** Every file that was built, with its size as it is and gzipped, in bytes. */
  files: { path: string; bytes: number; gzip: number }[];
  close(): Promise<void>;
};

/**
 * Builds the page whose `index.html` lies in a directory, into a temporary one, and serves that.
 * @param root absolute path
 */
export async function servePage(root: string): Promise<ServedPage> {
  const outDir = mkdtempSync(join(tmpdir(), "baraza-page-"));
  await build({
    root,
    configFile: false,
    logLevel: "error",
    plugins: [slimSqlite()],
    worker: { format: "es", plugins: () => [slimSqlite()] },
    build: { outDir, emptyOutDir: true, target: "es2023" },
  });
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    const file = join(outDir, path === "/" ? "index.html" : path);
    try {
      const bytes = readFileSync(file);
      response.writeHead(200, {
        "content-type": TYPES[extname(file)] ?? "application/octet-stream",
        "content-security-policy": CSP,
      });
      response.end(bytes);
    } catch {
      response.writeHead(path === "/favicon.ico" ? 204 : 404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    files: readdirSync(outDir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const bytes = readFileSync(join(entry.parentPath, entry.name));
        return {
          path: entry.name,
          bytes: bytes.length,
          gzip: gzipSync(bytes, { level: 9 }).length,
        };
      }),
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      rmSync(outDir, { recursive: true, force: true });
    },
  };
}
