/**
 * The words of office documents: Office Open XML (ISO/IEC 29500) and OpenDocument (ISO/IEC 26300). What they say is shown,
 * in its order, with headings, lists and tables; not how it is laid out.
 */
import type { Block, Inline, Readable } from "./api.ts";
import { limits } from "./limits.ts";
import { decodeXml, readXml } from "./xml.ts";
import type { Zip } from "./zip.ts";

/** Collects blocks, within tables and lists too. */
function collector() {
  const blocks: Block[] = [];
  let runs: Inline[] = [];
  let rows: Inline[][][] = [];
  let tables = 0;
  let cut = false;
  const put = (block: Block): void => {
    if (blocks.length < limits.blocks) blocks.push(block);
    else cut = true;
  };
  return {
    blocks,
    isCut: () => cut,
    text: (text: string, marks: Omit<Inline, "text"> = {}) => {
      if (text === "") return;
      const last = runs.at(-1);
      if (last !== undefined && last.strong === marks.strong && last.em === marks.em)
        runs[runs.length - 1] = { ...last, text: last.text + text };
      else runs.push({ text, ...marks });
    },
    /** Ends a paragraph; within a table it becomes a line of the cell. */
    paragraph: (level: number | null) => {
      const ended = runs;
      runs = [];
      if (tables > 0) {
        const cell = rows.at(-1)?.at(-1);
        if (cell !== undefined && ended.length > 0)
          cell.push(...(cell.length > 0 ? [{ text: "\n" }] : []), ...ended);
      } else if (ended.some(({ text }) => text.trim() !== ""))
        put(
          level === null
            ? { is: "paragraph", runs: ended }
            : { is: "heading", level: Math.min(Math.max(level, 1), 6), runs: ended },
        );
    },
    openTable: () => {
      if (tables++ === 0) rows = [];
    },
    row: () => {
      if (tables === 1 && rows.length < limits.rows) rows.push([]);
    },
    cell: () => {
      const row = rows.at(-1);
      if (tables === 1 && row !== undefined && row.length < limits.columns) row.push([]);
    },
    closeTable: () => {
      if (--tables > 0) return;
      tables = 0;
      if (rows.some((row) => row.some((cell) => cell.length > 0)))
        put({ is: "table", rows, head: false });
      rows = [];
    },
    put,
  };
}

async function xmlOf(zip: Zip, name: string): Promise<string | null> {
  const bytes = await zip.read(name);
  return bytes === null ? null : decodeXml(bytes);
}

/** A Word document's words; null where it has none of the parts that it should have. @throws DecodeError */
export async function readDocx(zip: Zip): Promise<Readable | null> {
  const xml = await xmlOf(zip, "word/document.xml");
  if (xml === null) return null;
  const out = collector();
  let inText = false;
  let level: number | null = null;
  let marks: { strong?: true; em?: true } = {};
  let deleted = 0;
  readXml(xml, {
    open: (name, get) => {
      if (name === "w:t") inText = deleted === 0;
      else if (name === "w:tab") out.text("\t");
      else if (name === "w:br" || name === "w:cr") out.text("\n");
      else if (name === "w:del" || name === "w:moveFrom") deleted++;
      else if (name === "w:pStyle") {
        const heading = /^(?:heading|title|titre|titolo|überschrift)\s*(\d)?/i.exec(
          get("w:val") ?? "",
        );
        if (heading !== null) level = Number(heading[1] ?? 1);
      } else if (name === "w:r") marks = {};
      else if (name === "w:b" && isOn(get("w:val"))) marks = { ...marks, strong: true };
      else if (name === "w:i" && isOn(get("w:val"))) marks = { ...marks, em: true };
      else if (name === "w:tbl") out.openTable();
      else if (name === "w:tr") out.row();
      else if (name === "w:tc") out.cell();
    },
    text: (text) => {
      if (inText) out.text(text, marks);
    },
    close: (name) => {
      if (name === "w:t") inText = false;
      else if (name === "w:del" || name === "w:moveFrom") deleted--;
      else if (name === "w:p") {
        out.paragraph(level);
        level = null;
      } else if (name === "w:tbl") out.closeTable();
    },
  });
  return { is: "blocks", blocks: out.blocks, cut: out.isCut() };
}

function isOn(value: string | undefined): boolean {
  return value !== "0" && value !== "false" && value !== "none";
}

/** The words of slides, in their order. @throws DecodeError */
export async function readPptx(zip: Zip): Promise<Readable | null> {
  const slides = zip.entries
    .map(({ name }) => ({ name, number: Number(/^ppt\/slides\/slide(\d+)\.xml$/.exec(name)?.[1]) }))
    .filter(({ number }) => Number.isInteger(number))
    .toSorted((a, b) => a.number - b.number);
  if (slides.length === 0) return null;
  const out = collector();
  for (const [i, { name }] of slides.entries()) {
    const xml = await xmlOf(zip, name);
    if (xml === null) continue;
    out.put({ is: "slide", number: i + 1 });
    let inText = false;
    let title = false;
    readXml(xml, {
      open: (tag, get) => {
        if (tag === "a:t") inText = true;
        else if (tag === "a:br") out.text("\n");
        else if (tag === "p:sp") title = false;
        else if (tag === "p:ph") title = /^(?:ctr)?title$/i.test(get("type") ?? "");
        else if (tag === "a:tbl") out.openTable();
        else if (tag === "a:tr") out.row();
        else if (tag === "a:tc") out.cell();
      },
      text: (text) => {
        if (inText) out.text(text);
      },
      close: (tag) => {
        if (tag === "a:t") inText = false;
        else if (tag === "a:p") out.paragraph(title ? 2 : null);
        else if (tag === "a:tbl") out.closeTable();
      },
    });
  }
  return { is: "blocks", blocks: out.blocks, cut: out.isCut() };
}

/** The words of an OpenDocument text or presentation. @throws DecodeError */
export async function readOdf(zip: Zip): Promise<Readable | null> {
  const xml = await xmlOf(zip, "content.xml");
  if (xml === null) return null;
  const out = collector();
  let paragraphs = 0;
  let level: number | null = null;
  let slides = 0;
  let hidden = 0;
  readXml(xml, {
    open: (name, get) => {
      if (name === "text:p" || name === "text:h") {
        paragraphs++;
        level = name === "text:h" ? Number(get("text:outline-level") ?? 1) || 1 : null;
      } else if (name === "text:tab") out.text("\t");
      else if (name === "text:line-break") out.text("\n");
      else if (name === "text:s")
        out.text(" ".repeat(Math.min(Number(get("text:c") ?? 1) || 1, 100)));
      else if (name === "draw:page") out.put({ is: "slide", number: ++slides });
      else if (name === "table:table") out.openTable();
      else if (name === "table:table-row") out.row();
      else if (name === "table:table-cell") out.cell();
      else if (isHidden(name)) hidden++;
    },
    text: (text) => {
      if (paragraphs > 0 && hidden === 0) out.text(text.replaceAll(/\s+/g, " "));
    },
    close: (name) => {
      if (name === "text:p" || name === "text:h") {
        paragraphs--;
        out.paragraph(level);
        level = null;
      } else if (name === "table:table") out.closeTable();
      else if (isHidden(name)) hidden--;
    },
  });
  return { is: "blocks", blocks: out.blocks, cut: out.isCut() };
}

/** What was deleted with changes being tracked. */
function isHidden(name: string): boolean {
  return name === "text:tracked-changes";
}
