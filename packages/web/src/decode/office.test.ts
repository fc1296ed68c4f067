import fc from "fast-check";
import { expect, test } from "vitest";
import { DecodeError } from "./api.ts";
import { textOf } from "./blocks.ts";
import { describe as describeFile, readFile } from "./describe.ts";
import * as samples from "./samples.testing.ts";
import { rangedBytes } from "./source.ts";
import { readXml } from "./xml.ts";
import { openZip } from "./zip.ts";

const read = async (bytes: Uint8Array<ArrayBuffer>, name = "") =>
  readFile(rangedBytes(bytes), name);
const trouble = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "none",
    (error: unknown) => (error instanceof DecodeError ? error.trouble : String(error)),
  );

test("a Word document gives headings, marks and tables, without what was deleted", async () => {
  expect(await read(samples.docx)).toEqual({
    is: "blocks",
    cut: false,
    blocks: [
      { is: "heading", level: 1, runs: [{ text: "Seeds & water" }] },
      { is: "paragraph", runs: [{ text: "Who", strong: true }, { text: " decides?" }] },
      { is: "table", head: false, rows: [[[{ text: "A1" }], [{ text: "B1" }]]] },
    ],
  });
});

test("an OpenDocument text gives the same", async () => {
  expect(await read(samples.odt)).toMatchObject({
    blocks: [
      { is: "heading", level: 2, runs: [{ text: "Seeds" }] },
      { is: "paragraph", runs: [{ text: "Who  decides?" }] },
    ],
  });
});

test("sheets give cells in their places, days as days, and an end", async () => {
  expect(await read(samples.xlsx)).toEqual({
    is: "sheets",
    cut: false,
    sheets: [
      {
        name: "Harvest",
        cut: false,
        rows: [["Maize", "", "0.3"], [], ["Millet", "2025-12-09", "note"]],
      },
    ],
  });
  expect(await read(samples.ods)).toMatchObject({
    sheets: [{ name: "Harvest", rows: [["Maize", "7", "7"]], cut: false }],
  });
});

test("slides come in their order", async () => {
  const first = await read(samples.pptx);
  expect(first.is === "blocks" && textOf(first.blocks)).toBe("First\nLast");
  expect(first).toMatchObject({
    blocks: [{ is: "slide", number: 1 }, { is: "heading" }, { is: "slide", number: 2 }, {}],
  });
  expect(await describeFile(rangedBytes(samples.odp), "x.odp")).toMatchObject({
    kind: "slides",
    meta: { pages: 2 },
    text: "First\nSecond",
  });
});

test("a zip bomb ends at its limit, whatever size it claims", async () => {
  const bomb = samples.zipBomb(60);
  expect(bomb.length).toBeLessThan(100_000);
  expect(await trouble(read(bomb, "x.docx"))).toBe("tooLarge");
  // The size in the directory is made small, so that only unfolding shows it.
  const lying = bomb.slice();
  const directory = lying.length - 22 - 46 - "word/document.xml".length;
  new DataView(lying.buffer).setUint32(directory + 24, 10, true);
  expect(await trouble(read(lying, "x.docx"))).toBe("tooLarge");
});

test("many entries together have an end too", async () => {
  const bomb = samples.zip(
    Object.fromEntries(["a", "b", "c"].map((name) => [name, "0".repeat(40 * 1024 * 1024)])),
  );
  const zip = await openZip(rangedBytes(bomb));
  await zip.read("a");
  await zip.read("b");
  expect(await trouble(zip.read("c"))).toBe("tooLarge");
});

test("XML that is deep, has a document type or does not end is refused", async () => {
  const deep = "<a>".repeat(100_000);
  const bad = [
    deep,
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    "<a",
    "<a><b></a>",
    "<a x='",
    "<a>",
  ];
  for (const xml of bad)
    expect(await trouble(read(samples.zip({ "word/document.xml": xml }), "x.docx"))).not.toBe(
      "none",
    );
  expect(await trouble(read(samples.zip({ "word/document.xml": deep })))).toBe("tooLarge");
});

test("entities of XML itself are read, others stay as they are", () => {
  let seen = "";
  readXml("<a b='&lt;&#x1F600;'>&amp;&#65;&nbsp;&#xD800;<![CDATA[<&]]></a>", {
    open: (_, get) => (seen += get("b") ?? ""),
    text: (text) => (seen += text),
  });
  expect(seen).toBe("<😀&A&nbsp;\uFFFD<&");
});

test("a locked document and a damaged one are told apart", async () => {
  const locked = samples.docx.slice();
  const view = new DataView(locked.buffer);
  for (let at = 0; at + 4 < locked.length; at++)
    if (view.getUint32(at, true) === 0x02014b50) view.setUint16(at + 8, 1, true);
  expect(await trouble(read(locked))).toBe("protected");
  expect(await trouble(read(samples.zip({ "word/document.xml": "no xml at all <" })))).toBe(
    "damaged",
  );
});

test("a document that is cut off or changed anywhere is read or refused in words", async () => {
  const all = [samples.docx, samples.odt, samples.xlsx, samples.ods, samples.pptx, samples.odp];
  const change = fc.record({
    which: fc.nat(all.length - 1),
    cut: fc.nat(3000),
    changes: fc.array(fc.tuple(fc.nat(5000), fc.nat(255)), { maxLength: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(change, async ({ which, cut, changes }) => {
      const original = all[which]!;
      const bytes = original.slice(0, cut < 1500 ? cut : original.length);
      for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
      const found = await describeFile(rangedBytes(bytes), "x");
      expect(found.trouble).not.toBe("crashed");
      expect(["none", "damaged", "tooLarge", "unsupported", "protected"]).toContain(
        await trouble(read(bytes)),
      );
    }),
    { numRuns: 600 },
  );
});
