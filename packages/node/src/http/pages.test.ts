import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readAppFiles } from "./app-files.ts";
import { startFrame, temporaryDirectory } from "./frame.testing.ts";

const INDEX = `<!doctype html><title>app</title>${" ".repeat(2000)}`;
const SCRIPT = "export const a = 1;\n".repeat(200);
let frame: Awaited<ReturnType<typeof startFrame>>;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeAll(async () => {
  directory = await temporaryDirectory();
  await mkdir(join(directory.path, "assets"));
  await writeFile(join(directory.path, "index.html"), INDEX);
  await writeFile(join(directory.path, "sw.js"), "self.x = 1;");
  await writeFile(join(directory.path, "assets", "main-BxY3_4zQ.js"), SCRIPT);
  await writeFile(join(directory.path, "icon.png"), new Uint8Array([1, 2, 3]));
  frame = await startFrame({ handlers: {}, deps: { files: await readAppFiles(directory.path) } });
});
afterAll(async () => {
  await frame.close();
  await directory.remove();
});
const get = (path: string, headers: Record<string, string> = {}) =>
  frame.client.send(path, { headers });
const text = (body: Uint8Array) => Buffer.from(body).toString();

test("pages run only this node's code and cannot be framed", async () => {
  const { headers, body } = await get("/");
  expect(text(body)).toBe(INDEX);
  expect(headers["content-security-policy"]).toBe(
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  expect(headers).toMatchObject({
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
    "content-type": "text/html; charset=utf-8",
  });
  expect(headers["permissions-policy"]).toContain("geolocation=()");
});

test("the app opens its own paths; files that are not there are not found", async () => {
  for (const path of ["/setup", "/join", "/spaces/abc"])
    expect(text((await get(path)).body)).toBe(INDEX);
  for (const path of [
    "/missing.js",
    "/assets/other-AAAAAAAA.js",
    "/.well-known/other",
    "/../secrets.cbor",
  ])
    expect((await get(path)).status, path).toBe(404);
  expect((await frame.client.send("/", { method: "POST" })).status).toBe(405);
  expect((await get("/%2e%2e/index.htm%6c")).status).not.toBe(500);
});

test("hashed files are kept for ever, others are asked for anew, and unchanged ones are not sent again", async () => {
  const script = await get("/assets/main-BxY3_4zQ.js");
  expect(script.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  expect((await get("/sw.js")).headers["cache-control"]).toBe("no-cache");
  const etag = String(script.headers["etag"]);
  const again = await get("/assets/main-BxY3_4zQ.js", { "if-none-match": etag });
  expect(again.status).toBe(304);
  expect(again.body).toHaveLength(0);
});

test("text travels compressed where the browser can read it", async () => {
  const path = "/assets/main-BxY3_4zQ.js";
  const br = await get(path, { "accept-encoding": "gzip, deflate, br" });
  expect(br.headers["content-encoding"]).toBe("br");
  expect(brotliDecompressSync(br.body).toString()).toBe(SCRIPT);
  const gzip = await get(path, { "accept-encoding": "gzip" });
  expect(gzip.headers["content-encoding"]).toBe("gzip");
  expect(gunzipSync(gzip.body).toString()).toBe(SCRIPT);
  expect((await get("/icon.png", { "accept-encoding": "br" })).headers).not.toHaveProperty(
    "content-encoding",
  );
});

test("without a built app the node says what to do", async () => {
  const bare = await startFrame({ handlers: {} });
  const { status, body } = await bare.client.send("/");
  expect(status).toBe(503);
  expect(text(body)).toContain("npm run build");
  await bare.close();
});
