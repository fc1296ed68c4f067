/** What is made of a file when it is put in, and what is read of it for the screen. Runs in the worker. */
import {
  DecodeError,
  type Described,
  type Meta,
  type Ranged,
  type Readable,
  type Sniffed,
  type Source,
  type Thumbnail,
  type Trouble,
} from "./api.ts";
import { textOf } from "./blocks.ts";
import { limits } from "./limits.ts";
import { drawPicture, pictureMeta, scaled, thumbnailOf } from "./pictures.ts";
import { sniff } from "./sniff.ts";
import { ranged } from "./source.ts";
import { clip, readTable, readText } from "./text.ts";
import { openZip, type Zip } from "./zip.ts";

/** Everything but what only a tab can do (films and sound). Never throws for what is in the file: see `trouble`. */
export async function describe(source: Source, name: string): Promise<Described> {
  const file = ranged(source);
  const sniffed = await sniff(file, name);
  try {
    if (sniffed.kind === "picture") return { ...sniffed, ...(await ofPicture(source, sniffed)) };
    if (sniffed.kind === "pdf") return { ...sniffed, ...(await ofPdf(file)) };
    if (isReadable(sniffed)) return { ...sniffed, ...(await ofReadable(file, sniffed, name)) };
    return { ...sniffed, meta: {} };
  } catch (error) {
    return { ...sniffed, meta: {}, trouble: troubleOf(error) };
  }
}

/** What was wrong, as a word for the screen. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof DecodeError) return error.trouble;
  return error instanceof RangeError ? "tooLarge" : "crashed";
}

type Found = Pick<Described, "meta" | "thumbnail" | "text" | "trouble">;

async function ofPicture(source: Source, { type }: Sniffed): Promise<Found> {
  let meta: Meta = {};
  try {
    meta = await pictureMeta(ranged(source), type);
    const { canvas } = await drawPicture(source, type, limits.thumbnailEdge * 2);
    return { meta, thumbnail: await thumbnailOf(scaled(canvas, limits.thumbnailEdge)) };
  } catch (error) {
    return { meta, trouble: troubleOf(error) };
  }
}

async function ofPdf(file: Ranged): Promise<Found> {
  const { openPdf, pdfText } = await import("./pdf.ts");
  const pdf = await openPdf(file);
  const meta = { pages: pdf.pages };
  let thumbnail: Thumbnail | undefined;
  try {
    thumbnail = await thumbnailOf(await pdf.draw(1, limits.thumbnailEdge * 2));
    return { meta, thumbnail, text: await pdfText(pdf) };
  } catch (error) {
    return { meta, ...(thumbnail && { thumbnail }), trouble: troubleOf(error) };
  } finally {
    await pdf.close();
  }
}

/** Pictures that office programs put into their files. */
const inside = ["Thumbnails/thumbnail.png", "docProps/thumbnail.jpeg", "docProps/thumbnail.png"];

async function ofReadable(file: Ranged, sniffed: Sniffed, name: string): Promise<Found> {
  if (sniffed.kind === "text" || sniffed.type.startsWith("text/"))
    return { meta: {}, text: (await readText(file, limits.textChars)).text };
  const zip = await openZip(file);
  const readable = await readPacked(zip, sniffed, name);
  const meta =
    readable.is === "sheets"
      ? { pages: readable.sheets.length }
      : readable.is === "blocks" && sniffed.kind === "slides"
        ? { pages: readable.blocks.filter(({ is }) => is === "slide").length }
        : {};
  const thumbnail = await insideThumbnail(zip);
  return { meta, text: wordsOf(readable), ...(thumbnail && { thumbnail }) };
}

/** The words of what is shown, for search. */
export function wordsOf(readable: Readable): string {
  if (readable.is === "text") return readable.text;
  if (readable.is === "blocks") return textOf(readable.blocks);
  const lines: string[] = [];
  let length = 0;
  for (const { name, rows } of readable.sheets)
    for (const line of [name, ...rows.map((row) => row.filter(Boolean).join("\t"))]) {
      if (length > limits.textChars) break;
      length += line.length + 1;
      if (line !== "") lines.push(line);
    }
  return clip(lines.join("\n"), limits.textChars);
}

async function insideThumbnail(zip: Zip): Promise<Thumbnail | undefined> {
  for (const name of inside) {
    try {
      const bytes = await zip.read(name);
      if (bytes === null) continue;
      const blob = new Blob([bytes]);
      const { kind, type } = await sniff(ranged(blob));
      if (kind !== "picture") continue;
      const { canvas } = await drawPicture(blob, type, limits.thumbnailEdge);
      return await thumbnailOf(canvas);
    } catch {
      // A broken picture inside is no reason to lose the words.
    }
  }
  return undefined;
}

/** True for what {@link readFile} reads. */
export function isReadable({ kind }: Sniffed): boolean {
  return ["text", "markdown", "table", "document", "slides"].includes(kind);
}

/** What a screen shows of a file with words in it. @throws DecodeError */
export async function readFile(source: Source, name: string): Promise<Readable> {
  const file = ranged(source);
  const sniffed = await sniff(file, name);
  if (!isReadable(sniffed)) throw new DecodeError("unsupported");
  if (sniffed.kind === "markdown") {
    const { readMarkdown } = await import("./markdown.ts");
    const { text, cut } = await readText(file);
    const { blocks, cut: more } = readMarkdown(text);
    return { is: "blocks", blocks, cut: cut || more };
  }
  if (sniffed.kind === "table" && sniffed.type.startsWith("text/")) return readTable(file, name);
  if (sniffed.kind === "text") return { is: "text", ...(await readText(file)) };
  return readPacked(await openZip(file), sniffed, name);
}

async function readPacked(zip: Zip, { kind, type }: Sniffed, name: string): Promise<Readable> {
  const isOpen = type.includes("opendocument");
  let readable: Readable | null;
  if (kind === "table") {
    const { readOds, readXlsx } = await import("./sheets.ts");
    readable = await (isOpen ? readOds : readXlsx)(zip);
  } else {
    const { readDocx, readOdf, readPptx } = await import("./office.ts");
    readable = await (isOpen ? readOdf : kind === "slides" ? readPptx : readDocx)(zip);
  }
  if (readable === null) throw new DecodeError("damaged", name);
  return readable;
}
