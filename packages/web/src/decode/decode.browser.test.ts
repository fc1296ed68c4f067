/** Decoding real files in a real browser, under the same policy as the app's pages have. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHROMIUM, CHROMIUM_FLAGS } from "@baraza/engine/browser/testing";
import type { Bytes } from "@baraza/protocol";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pdfFiles } from "../../build/pdf-files-plugin.ts";
import type { Described, Readable, Trouble } from "./api.ts";
import { limits } from "./limits.ts";
import type { tools } from "./page.testing.ts";
import * as samples from "./samples.testing.ts";

let server: Server;
let folder: string;
let browser: Browser;
let page: Page;
const asked: string[] = [];
const complaints: string[] = [];

/** As packages/node/src/http/headers.ts has it. */
const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; " +
  "img-src 'self' blob: data:; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; font-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const types: Readonly<Record<string, string>> = { js: "text/javascript", html: "text/html" };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "baraza-decode-"));
  await build({
    root: join(import.meta.dirname, "../.."),
    configFile: false,
    logLevel: "error",
    publicDir: false,
    plugins: [pdfFiles()],
    worker: { format: "es" },
    build: {
      outDir: folder,
      assetsInlineLimit: 0,
      modulePreload: false,
      rolldownOptions: {
        input: join(import.meta.dirname, "page.testing.ts"),
        output: { entryFileNames: "page.js" },
      },
    },
  });
  await writeFile(
    join(folder, "index.html"),
    '<!doctype html><title>x</title><link rel="icon" href="data:," /><script type="module" src="/page.js"></script>',
  );
  server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    readFile(join(folder, path === "/" ? "index.html" : path)).then(
      (bytes) => {
        response.setHeader("content-security-policy", policy);
        response.setHeader(
          "content-type",
          types[path === "/" ? "html" : (path.split(".").at(-1) ?? "")] ??
            "application/octet-stream",
        );
        response.end(bytes);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS] });
  page = await browser.newPage();
  page.on("request", (request) => asked.push(request.url()));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.waitForFunction(() => "decoder" in globalThis);
});
afterAll(async () => {
  await browser?.close();
  server?.close();
  await rm(folder, { recursive: true, force: true });
});

type Global = typeof tools;

type Seen = Omit<Described, "thumbnail"> & {
  thumbnail?: { weight: number; type: string; width: number; height: number; corner: number[] };
};

/** Has the page describe a file; of a thumbnail comes the colour of its upper left corner. */
function described(bytes: Bytes, name: string, far = false): Promise<Seen> {
  return page.evaluate(
    async ({ base64, name: called, far: isFar }) => {
      const { decoder } = globalThis as unknown as Global;
      const file = new Blob([Uint8Array.fromBase64(base64)]);
      const source = isFar
        ? {
            size: file.size,
            read: async (start: number, end: number) =>
              new Uint8Array(await file.slice(start, end).arrayBuffer()),
          }
        : file;
      const { thumbnail, ...rest } = await decoder.describe(source, called);
      if (thumbnail === undefined) return rest;
      const { bytes: drawn, type, width, height } = thumbnail;
      const bitmap = await createImageBitmap(new Blob([drawn], { type }));
      const context = new OffscreenCanvas(width, height).getContext("2d")!;
      context.drawImage(bitmap, 0, 0);
      const corner = [...context.getImageData(3, 3, 1, 1).data];
      return { ...rest, thumbnail: { weight: drawn.length, type, width, height, corner } };
    },
    { base64: bytes.toBase64(), name, far },
  );
}

/** A picture that is red in its upper left quarter and blue elsewhere, as the browser writes it. */
async function picture(type: string, width = 800, height = 400): Promise<Bytes> {
  const base64 = await page.evaluate(
    async ({ type: wanted, width: w, height: h }) => {
      const canvas = new OffscreenCanvas(w, h);
      const context = canvas.getContext("2d")!;
      context.fillStyle = "#00f";
      context.fillRect(0, 0, w, h);
      context.fillStyle = "#f00";
      context.fillRect(0, 0, w / 2, h / 2);
      const blob = await canvas.convertToBlob({ type: wanted });
      return new Uint8Array(await blob.arrayBuffer()).toBase64();
    },
    { type, width, height },
  );
  return Uint8Array.fromBase64(base64);
}

const isRed = ([r = 0, , b = 0]: number[] = []): boolean => r > 200 && b < 60;
const isBlue = ([r = 0, , b = 0]: number[] = []): boolean => b > 200 && r < 60;

test("pictures give a small thumbnail and their size", async () => {
  for (const type of ["image/jpeg", "image/png", "image/webp"]) {
    const seen = await described(await picture(type), "x");
    expect(seen, type).toMatchObject({
      kind: "picture",
      type,
      meta: { width: 800, height: 400 },
      thumbnail: { width: 320, height: 160, type: "image/webp" },
    });
    expect(seen.thumbnail?.weight).toBeLessThanOrEqual(limits.thumbnailBytes);
    expect(isRed(seen.thumbnail?.corner)).toBe(true);
  }
  expect(await described(samples.realAvif, "x")).toMatchObject({
    type: "image/avif",
    meta: { width: 64, height: 48 },
    thumbnail: { width: 64, height: 48 },
  });
  const gif = Uint8Array.fromBase64("R0lGODlhAQABAIAAAP8AAP///yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==");
  expect(await described(gif, "x")).toMatchObject({
    type: "image/gif",
    thumbnail: { width: 1, height: 1 },
  });
});

test("a picture that lies on its side stands upright in its thumbnail, before and after it was freed of its place", async () => {
  const lying = samples.withExif(await picture("image/jpeg"), 6);
  const after = await page.evaluate(async (base64) => {
    const { freed: free } = globalThis as unknown as Global;
    const blob = new Blob([Uint8Array.fromBase64(base64)]);
    const { source } = await free(blob, "image/jpeg");
    return new Uint8Array(await (source as Blob).arrayBuffer()).toBase64();
  }, lying.toBase64());
  const bytes = Uint8Array.fromBase64(after);
  expect(new TextDecoder("latin1").decode(bytes)).not.toContain("Amina");
  for (const each of [lying, bytes]) {
    const seen = await described(each, "x");
    expect(seen).toMatchObject({
      meta: { width: 400, height: 800 },
      thumbnail: { width: 160, height: 320 },
    });
    // Turned clockwise, what was its lower left corner is above: blue.
    expect(isBlue(seen.thumbnail?.corner)).toBe(true);
  }
});

test("noise becomes a thumbnail within its weight", async () => {
  const base64 = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(640, 640);
    const context = canvas.getContext("2d")!;
    const data = context.createImageData(640, 640);
    for (let at = 0; at < data.data.length; at += 65_536)
      crypto.getRandomValues(data.data.subarray(at, at + 65_536));
    for (let at = 3; at < data.data.length; at += 4) data.data[at] = 255;
    context.putImageData(data, 0, 0);
    const blob = await canvas.convertToBlob({ type: "image/png" });
    return new Uint8Array(await blob.arrayBuffer()).toBase64();
  });
  const seen = await described(Uint8Array.fromBase64(base64), "noise.png");
  expect(seen.thumbnail?.weight).toBeLessThanOrEqual(limits.thumbnailBytes);
});

test("a picture that claims too many pixels is refused before it is decoded; a damaged one says so", async () => {
  const huge = await described(samples.png({ width: 20_000, height: 20_000 }), "huge.png");
  expect(huge).toMatchObject({ kind: "picture", trouble: "tooLarge", meta: { width: 20_000 } });
  const whole = await picture("image/jpeg");
  const cut = await described(whole.slice(0, 200), "cut.jpg");
  expect(cut).toMatchObject({ kind: "picture", type: "image/jpeg", trouble: "damaged" });
  const broken = await described(samples.png(), "broken.png");
  expect(broken).toMatchObject({ trouble: "damaged", meta: { width: 30, height: 40 } });
});

test("an SVG is text: its script does not run and nothing is loaded", async () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg"><image href="/far.png"/><script>fetch("/ran")</script></svg>';
  const seen = await described(samples.raw(svg), "logo.svg");
  expect(seen).toMatchObject({ kind: "text", type: "image/svg+xml" });
  expect(seen.thumbnail).toBeUndefined();
  expect(asked.filter((url) => /far|ran/.test(new URL(url).pathname))).toEqual([]);
});

test("a PDF gives its first page, its words and its number of pages, read in pieces too", async () => {
  const pdf = samples.pdf(["Hello seeds", "Second page"]);
  for (const far of [false, true]) {
    const seen = await described(pdf, "x.pdf", far);
    expect(seen).toMatchObject({
      kind: "pdf",
      meta: { pages: 2 },
      text: "Hello seeds\nSecond page",
      thumbnail: { width: 240, height: 320 },
    });
    expect(seen.trouble).toBeUndefined();
  }
});

test("pages of a PDF are drawn one by one", async () => {
  const drawn = await page.evaluate(
    async (base64) => {
      const { decoder } = globalThis as unknown as Global;
      const pdf = await decoder.pdf(new Blob([Uint8Array.fromBase64(base64)]));
      const { blob, width, height, text } = await pdf.page(2, 600);
      const context = new OffscreenCanvas(width, height).getContext("2d")!;
      context.drawImage(await createImageBitmap(blob), 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      let dark = 0;
      for (let at = 0; at < data.length; at += 4)
        if (data[at]! + data[at + 1]! + data[at + 2]! < 120) dark++;
      const missing = await pdf.page(3, 600).then(
        () => "drawn",
        (error: { trouble: string }) => error.trouble,
      );
      pdf.close();
      return { width, height, text, dark, missing };
    },
    samples.pdf(["First", "Second"]).toBase64(),
  );
  expect(drawn).toMatchObject({ width: 600, height: 800, text: "Second", missing: "tooLarge" });
  // Letters are there, drawn as outlines of a font that comes from beside the app.
  expect(drawn.dark).toBeGreaterThan(300);
  expect(asked.some((url) => /\/pdf-[\d.]+\/fonts\//.test(url))).toBe(true);
});

test("a PDF whose pages go round in a circle, or that is cut off, ends in words", async () => {
  const circle = await described(samples.pdf(["x"], "2 0 R"), "x.pdf");
  expect(circle.kind).toBe("pdf");
  expect(circle.trouble).toBe("damaged");
  const cut = await described(samples.pdf(["Hello"]).slice(0, 60), "x.pdf");
  expect(cut.trouble).toBe("damaged");
});

test("office documents give their words; a zip bomb and endless depth cost the preview only", async () => {
  expect(await described(samples.docx, "a.docx")).toMatchObject({
    kind: "document",
    text: "Seeds & water\nWho decides?\nA1\tB1",
  });
  expect(await described(samples.ods, "a.ods")).toMatchObject({ text: "Harvest\nMaize\t7\t7" });
  const bomb = await described(samples.zipBomb(200), "a.docx");
  expect(bomb).toMatchObject({ kind: "document", trouble: "tooLarge" });
  const deep = samples.zip({ "word/document.xml": "<a>".repeat(1_000_000) });
  expect(await described(deep, "a.docx")).toMatchObject({ trouble: "tooLarge" });
});

test("texts, tables and markdown are read for the screen", async () => {
  const read = (text: string, name: string): Promise<Readable> =>
    page.evaluate(
      async ({ text: content, name: called }) =>
        (globalThis as unknown as Global).decoder.read(new Blob([content]), called),
      { text, name },
    );
  expect(await read("Habari", "a.txt")).toMatchObject({ is: "text", text: "Habari" });
  expect(await read("a,b\n1,2", "a.csv")).toMatchObject({
    sheets: [
      {
        rows: [
          ["a", "b"],
          ["1", "2"],
        ],
      },
    ],
  });
  expect(await read("# One\n<b>two</b>", "a.md")).toMatchObject({
    blocks: [{ is: "heading" }, { is: "paragraph" }],
  });
});

test("films and recordings give their length, and films a picture", async () => {
  const media = await page.evaluate(
    async ({ wav }) => {
      const { lookIntoMedia: lookInto } = globalThis as unknown as Global;
      const canvas = document.createElementNS(
        "http://www.w3.org/1999/xhtml",
        "canvas",
      ) as HTMLCanvasElement;
      canvas.width = 320;
      canvas.height = 240;
      const context = canvas.getContext("2d")!;
      const parts: Blob[] = [];
      const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: "video/webm" });
      recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
      const stopped = new Promise((resolve) => recorder.addEventListener("stop", resolve));
      recorder.start();
      for (let frame = 0; frame < 20; frame++) {
        context.fillStyle = frame % 2 ? "#f00" : "#f10";
        context.fillRect(0, 0, 320, 240);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      recorder.stop();
      await stopped;
      const look = async (blob: Blob, kind: "audio" | "video") => {
        const url = URL.createObjectURL(blob);
        try {
          const { meta, thumbnail } = await lookInto(url, kind, 15_000);
          return { meta, drawn: (thumbnail?.bytes.length ?? 0) > 0 };
        } catch (error) {
          return { trouble: (error as { trouble: string }).trouble };
        } finally {
          URL.revokeObjectURL(url);
        }
      };
      return {
        video: await look(new Blob(parts, { type: "video/webm" }), "video"),
        audio: await look(new Blob([Uint8Array.fromBase64(wav)], { type: "audio/wav" }), "audio"),
        lie: await look(new Blob(["no film at all"], { type: "video/mp4" }), "video"),
      };
    },
    { wav: samples.wav(1500).toBase64() },
  );
  expect(media.video).toMatchObject({ meta: { width: 320, height: 240 }, drawn: true });
  expect(media.video.meta?.durationMs).toBeGreaterThan(300);
  expect(media.audio).toEqual({ meta: { durationMs: 1500 }, drawn: false });
  expect(media.lie).toEqual({ trouble: "unsupported" });
});

test("a decoder that hangs is ended, and the next file is read", async () => {
  const troubles = await page.evaluate(
    async (base64): Promise<(Trouble | undefined)[]> => {
      const { createDecoder: create } = globalThis as unknown as Global;
      const decoder = create(undefined, { describeMs: 1, drawMs: 1 });
      const slow = await decoder.describe(new Blob([Uint8Array.fromBase64(base64)]), "a.pdf");
      decoder.close();
      const patient = create();
      const next = await patient.describe(new Blob(["text"]), "a.txt");
      patient.close();
      return [slow.trouble, next.trouble];
    },
    samples.pdf(["x"]).toBase64(),
  );
  expect(troubles).toEqual(["tooSlow", undefined]);
});

test("the page's policy was broken by none of it, and nothing came from elsewhere", () => {
  expect(complaints.filter((text) => /Content Security Policy/i.test(text))).toEqual([]);
  expect(asked.filter((url) => !/^(?:blob:)?http:\/\/127\.0\.0\.1:/.test(url))).toEqual([]);
});
