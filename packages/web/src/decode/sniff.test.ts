import fc from "fast-check";
import { expect, test } from "vitest";
import * as samples from "./samples.testing.ts";
import { sniff } from "./sniff.ts";
import { rangedBytes } from "./source.ts";

const { raw } = samples;
const of = async (bytes: Uint8Array<ArrayBuffer>, name = "") => {
  const { kind, type } = await sniff(rangedBytes(bytes), name);
  return `${kind} ${type}`;
};

test("each kind of file is known by its content", async () => {
  expect(await of(samples.jpeg())).toBe("picture image/jpeg");
  expect(await of(samples.png())).toBe("picture image/png");
  expect(await of(samples.webp())).toBe("picture image/webp");
  expect(await of(samples.avif())).toBe("picture image/avif");
  expect(await of(raw("GIF89a\x01\0\x01\0"))).toBe("picture image/gif");
  expect(await of(samples.box("ftyp", raw("heic\0\0\0\0mif1heic")))).toBe("picture image/heic");
  expect(await of(samples.pdf(["Hello"]))).toBe("pdf application/pdf");
  expect(await of(samples.film())).toBe("video video/quicktime");
  expect(await of(samples.film("isom"))).toBe("video video/mp4");
  expect(await of(samples.film("M4A "))).toBe("audio audio/mp4");
  expect(await of(samples.wav(10))).toBe("audio audio/wav");
  expect(await of(raw("ID3\x04\0"))).toBe("audio audio/mpeg");
  expect(await of(raw("OggS\0\x02"))).toBe("audio audio/ogg");
  expect(await of(raw("\x1A\x45\xDF\xA3\x01webm"))).toBe("video video/webm");
  expect(await of(samples.zip({ a: "b" }))).toBe("archive application/zip");
  expect(await of(raw("\x7FELF\x02\x01\x01\0\0"))).toBe("other application/octet-stream");
  expect(await of(new Uint8Array(0))).toBe("text text/plain");
});

test("office documents are known by what is in the zip", async () => {
  expect(await of(samples.docx)).toMatch(/^document .*wordprocessingml/);
  expect(await of(samples.xlsx)).toMatch(/^table .*spreadsheetml/);
  expect(await of(samples.pptx)).toMatch(/^slides .*presentationml/);
  expect(await of(samples.odt)).toMatch(/^document .*opendocument\.text$/);
  expect(await of(samples.ods)).toMatch(/^table .*opendocument\.spreadsheet$/);
  expect(await of(samples.odp)).toMatch(/^slides .*opendocument\.presentation$/);
});

test("a name decides between texts, and never makes a picture or a film", async () => {
  expect(await of(raw("# Title"), "notes.md")).toBe("markdown text/markdown");
  expect(await of(raw("a,b\n"), "Harvest.CSV")).toBe("table text/csv");
  expect(await of(raw("# Title"), "photo.jpg")).toBe("text text/plain");
  expect(await of(raw("x"), "x.constructor")).toBe("text text/plain");
  expect(await of(samples.jpeg(), "letter.txt")).toBe("picture image/jpeg");
  expect(await of(raw("MZ\x90\0\x03"), "photo.jpg")).toBe("other application/octet-stream");
});

test("what could run is text", async () => {
  const svg = '<?xml version="1.0"?>\n<!-- x -->\n<svg><script>alert(1)</script></svg>';
  expect(await of(raw(svg), "logo.svg")).toBe("text image/svg+xml");
  expect(await of(raw("<!DOCTYPE html><script>"), "page.html")).toBe("text text/html");
});

test("any bytes at all are of some kind", async () => {
  const starts = ["", "PK\x03\x04", "PK\x05\x06", "RIFF", "\0\0\0\x18ftyp", "%PDF-", "OggS"];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...starts),
      fc.uint8Array({ maxLength: 300 }),
      async (start, bytes) => {
        const file = new Uint8Array([...raw(start), ...bytes]);
        expect(await of(file)).toMatch(/^[a-z]+ [a-z]+\//);
      },
    ),
  );
});
