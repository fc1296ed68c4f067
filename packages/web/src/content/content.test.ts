import { unzipSync } from "fflate";
import { expect, test } from "vitest";
import { contentFor, rangeOf, type Page } from "../sw/content.ts";
import { answer } from "./offer.ts";
import { PIECE, type ContentSource, type RangedSource } from "./source.ts";
import { zipOf } from "./zip.ts";

const bytes = (length: number, seed = 1): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, at) => (at * 31 + seed * 17 + (at >> 8)) & 255);

function sourceOf(content: Uint8Array, name = "film.mp4", type = "video/mp4") {
  const asked: [number, number][] = [];
  const source: RangedSource = {
    name,
    type,
    size: content.length,
    read: async (start, end) => {
      asked.push([start, end]);
      return content.slice(start, end);
    },
  };
  return { source, asked };
}

/** A page that offers one thing under any name. */
const pageWith = (source: ContentSource, inline = true): Page => ({
  postMessage: (_, [port]) => answer(port!, { source, inline }),
});
const silent: Page = { postMessage: () => undefined };

const UNREAD = "the content cannot be read";
const read = async (response: Response) => new Uint8Array(await response.arrayBuffer());

test("content comes whole and in ranges, piece by piece", async () => {
  const content = bytes(2 * PIECE + 500);
  const { source, asked } = sourceOf(content);
  const whole = await contentFor("n", null, [silent, pageWith(source)]);
  expect(whole.status).toBe(200);
  expect(whole.headers.get("content-length")).toBe(String(content.length));
  expect(Buffer.from(await read(whole)).equals(content)).toBe(true);
  expect(asked.every(([start, end]) => end - start <= PIECE)).toBe(true);
  const part = await contentFor("n", `bytes=${PIECE - 3}-${PIECE + 5}`, [pageWith(source)]);
  expect(part.status).toBe(206);
  expect(part.headers.get("content-range")).toBe(
    `bytes ${PIECE - 3}-${PIECE + 5}/${content.length}`,
  );
  expect(await read(part)).toEqual(content.slice(PIECE - 3, PIECE + 6));
});

test("no more is read than is asked for", async () => {
  const { source, asked } = sourceOf(bytes(20 * PIECE));
  const response = await contentFor("n", "bytes=0-", [pageWith(source)]);
  const reader = response.body!.getReader();
  await reader.read();
  await reader.cancel();
  expect(asked.length).toBeLessThanOrEqual(4);
});

test("ranges are read as RFC 9110 has them", () => {
  expect(rangeOf(null, 10)).toEqual({ start: 0, end: 10 });
  expect(rangeOf("bytes=0-", 10)).toEqual({ start: 0, end: 10 });
  expect(rangeOf("bytes=4-7", 10)).toEqual({ start: 4, end: 8 });
  expect(rangeOf("bytes=4-99", 10)).toEqual({ start: 4, end: 10 });
  expect(rangeOf("bytes=-3", 10)).toEqual({ start: 7, end: 10 });
  expect(rangeOf("bytes=-30", 10)).toEqual({ start: 0, end: 10 });
  expect(rangeOf("bytes=10-", 10)).toBeNull();
  expect(rangeOf("bytes=7-4", 10)).toBeNull();
  expect(rangeOf("bytes=-0", 10)).toBeNull();
  expect(rangeOf("bytes=1-2,4-5", 10)).toEqual({ start: 0, end: 10 });
});

test("a range behind the end is refused with the size", async () => {
  const { source } = sourceOf(bytes(10));
  const response = await contentFor("n", "bytes=10-", [pageWith(source)]);
  expect(response.status).toBe(416);
  expect(response.headers.get("content-range")).toBe("bytes */10");
});

test("what nobody offers leads nowhere", async () => {
  expect((await contentFor("n", null, [silent], 20)).status).toBe(204);
  expect((await contentFor("n", null, [], 20)).status).toBe(204);
});

test("nothing that could run is shown in place, whatever it says it is", async () => {
  for (const type of ["text/html", "image/svg+xml", "application/pdf", "video/mp4\r\nx: y", ""]) {
    const { source } = sourceOf(bytes(5), "a.html", type);
    const { headers } = await contentFor("n", null, [pageWith(source)]);
    expect(headers.get("content-type"), type).toBe("application/octet-stream");
    expect(headers.get("content-disposition"), type).toMatch(/^attachment;/);
    expect(headers.get("content-security-policy")).toContain("sandbox");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  }
  const film = await contentFor("n", null, [pageWith(sourceOf(bytes(5)).source)]);
  expect(film.headers.get("content-type")).toBe("video/mp4");
  const saved = await contentFor("n", null, [pageWith(sourceOf(bytes(5)).source, false)]);
  expect(saved.headers.get("content-disposition")).toBe("attachment; filename*=UTF-8''film.mp4");
});

test("any name can be saved", async () => {
  const { source } = sourceOf(bytes(5), "تقرير (1)'*\r\n\ud800.pdf", "application/pdf");
  const { headers } = await contentFor("n", null, [pageWith(source, false)]);
  const disposition = headers.get("content-disposition") ?? "";
  expect(disposition).toMatch(/^attachment; filename\*=UTF-8''[\w.%~!-]+$/);
  expect(decodeURIComponent(disposition.replace(/^.*''/, ""))).toBe("تقرير (1)'*\r\n\ufffd.pdf");
});

test("what cannot be read to its end fails, and is never a shorter file", async () => {
  const { source } = sourceOf(bytes(3 * PIECE));
  const failing = {
    ...source,
    read: async (start: number, end: number) => {
      if (start >= PIECE) throw new Error("altered");
      return source.read(start, end);
    },
  };
  await expect(read(await contentFor("n", null, [pageWith(failing)]))).rejects.toThrow(UNREAD);
  const short = { ...source, size: source.size + 10 };
  await expect(read(await contentFor("n", null, [pageWith(short)]))).rejects.toThrow(UNREAD);
});

test("several files are saved as one zip file while they are read", async () => {
  const at = Date.UTC(2026, 10, 22);
  const large = sourceOf(bytes(2 * PIECE + 7, 3), "b");
  const made = zipOf("all.zip", [
    { path: "Rapport/é.txt", at, content: sourceOf(bytes(100), "a").source },
    { path: "empty", at, content: null },
    { path: "Rapport/b.bin", at, content: large.source },
  ]);
  const response = await contentFor("n", null, [pageWith(made, false)]);
  expect(response.headers.get("content-length")).toBeNull();
  const files = unzipSync(await read(response));
  expect(Object.keys(files)).toEqual(["Rapport/é.txt", "empty/", "Rapport/b.bin"]);
  expect(files["Rapport/é.txt"]).toEqual(bytes(100));
  expect(Buffer.from(files["Rapport/b.bin"]!).equals(bytes(2 * PIECE + 7, 3))).toBe(true);
});

test("a zip file with a file in it that cannot be read fails", async () => {
  const { source } = sourceOf(bytes(100), "a");
  const broken = { ...source, read: async () => Promise.reject(new Error("gone")) };
  const made = zipOf("all.zip", [{ path: "a", at: 0, content: broken }]);
  await expect(read(await contentFor("n", null, [pageWith(made, false)]))).rejects.toThrow(UNREAD);
});
