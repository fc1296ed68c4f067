/** The web app's files, read once and compressed when first asked for. */
import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { sha256 } from "../crypto-fast.ts";

export type AppFile = {
  type: string;
  /** Its name changes with its content: browsers may keep it for ever. */
  hashed: boolean;
  etag: string;
  body: Buffer;
  /** The smallest form that the browser takes. */
  encoded(accepts: string): Promise<{ encoding: string | null; body: Buffer }>;
};

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
  ".avif": "image/avif",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".txt": "text/plain; charset=utf-8",
  ".map": "application/json",
};
const COMPRESSIBLE = new Set([
  ".html",
  ".js",
  ".mjs",
  ".css",
  ".json",
  ".webmanifest",
  ".svg",
  ".wasm",
  ".txt",
  ".map",
]);
/** Vite's names: `assets/name-<hash of eight>.ext`. */
const HASHED = /^\/assets\/.*-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

/** Reads a directory; by path from its root, with a leading slash. Empty when it is not there. */
export async function readAppFiles(directory: string): Promise<Map<string, AppFile>> {
  const files = new Map<string, AppFile>();
  let names: string[];
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    names = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return files;
  }
  for (const name of names) {
    const path = `/${relative(directory, name).split(sep).join("/")}`;
    files.set(path, appFile(path, await readFile(name)));
  }
  return files;
}

function appFile(path: string, body: Buffer): AppFile {
  const extension = extname(path);
  const type = TYPES[extension] ?? "application/octet-stream";
  const etag = `"${Buffer.from(sha256(body).subarray(0, 12)).toString("base64url")}"`;
  const forms = new Map<string, Promise<Buffer>>();
  const form = (encoding: "br" | "gzip") => {
    let made = forms.get(encoding);
    if (made === undefined) {
      made = compress(encoding, body);
      forms.set(encoding, made);
    }
    return made;
  };
  return {
    type,
    etag,
    body,
    hashed: HASHED.test(path),
    encoded: async (accepts) => {
      const encoding = !COMPRESSIBLE.has(extension)
        ? null
        : /\bbr\b/.test(accepts)
          ? "br"
          : /\bgzip\b/.test(accepts)
            ? "gzip"
            : null;
      if (encoding === null) return { encoding, body };
      const smaller = await form(encoding);
      return smaller.length < body.length ? { encoding, body: smaller } : { encoding: null, body };
    },
  };
}

function compress(encoding: "br" | "gzip", body: Buffer): Promise<Buffer> {
  if (encoding === "gzip") return promisify(gzip)(body, { level: 9 });
  return promisify(brotliCompress)(body, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 10,
      [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
    },
  });
}
