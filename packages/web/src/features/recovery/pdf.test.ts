import { inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { pdfOf } from "./pdf.ts";

const page = {
  width: 3,
  height: 2,
  grey: Uint8Array.of(0, 127, 255, 255, 127, 0),
  texts: [{ x: 40, y: 700, size: 14, text: "1 abandon (2) \\zoo" }],
};
const latin = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

test("every object lies where the table says", async () => {
  const text = latin(await pdfOf(page));
  expect(text.startsWith("%PDF-1.4\n")).toBe(true);
  const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1]);
  expect(text.slice(start, start + 8)).toBe("xref\n0 7");
  const offsets = [...text.slice(start).matchAll(/^(\d{10}) 00000 n $/gm)].map((found) =>
    Number(found[1]),
  );
  expect(offsets).toHaveLength(6);
  for (const [at, offset] of offsets.entries())
    expect(text.slice(offset, offset + 7)).toBe(`${at + 1} 0 obj`);
});

test("the picture comes back as it was, and each stream is as long as it says", async () => {
  const bytes = await pdfOf(page);
  const text = latin(bytes);
  const streams = [...text.matchAll(/\/Length (\d+) >>\nstream\n/g)];
  expect(streams).toHaveLength(2);
  const bodies = streams.map((found) => {
    const from = found.index + found[0].length;
    const to = from + Number(found[1]);
    expect(text.slice(to, to + 10)).toBe("\nendstream");
    return bytes.subarray(from, to);
  });
  expect(new Uint8Array(inflateSync(bodies[1] ?? new Uint8Array()))).toEqual(page.grey);
  expect(latin(bodies[0] ?? new Uint8Array())).toContain("(1 abandon \\(2\\) \\\\zoo) Tj");
});

test("what it cannot hold is refused", async () => {
  await expect(pdfOf({ ...page, width: 4 })).rejects.toThrow(RangeError);
  const arabic = [{ x: 0, y: 0, size: 10, text: "سلام" }];
  await expect(pdfOf({ ...page, texts: arabic })).rejects.toThrow(RangeError);
});
