/**
 * PDF by pdf.js, all of it in our own worker: its parser too, which it would otherwise start as a worker of its own.
 * Nothing in a PDF is run (this build has no scripting), nothing is fetched but the character maps and fonts that lie
 * beside the app; glyphs are drawn as outlines, so no font of a file reaches the browser's own font code.
 */
import type { Bytes } from "@baraza/protocol";
import {
  getDocument,
  PDFDataRangeTransport,
  type PDFDocumentLoadingTask,
  type PDFDocumentProxy,
  type PDFPageProxy,
} from "pdfjs-dist/legacy/build/pdf.mjs";
import { WorkerMessageHandler } from "pdfjs-dist/legacy/build/pdf.worker.mjs";
import { DecodeError, type Drawn, type Ranged } from "./api.ts";
import { limits } from "./limits.ts";
import { encode } from "./pictures.ts";
import { clip } from "./text.ts";

/** Where build/pdf-files-plugin.ts puts what pdf.js reads on demand. */
declare const PDF_FILES: string;

// How pdf.js finds its parser without starting another worker.
Object.assign(globalThis, { pdfjsWorker: { WorkerMessageHandler } });

/** An open PDF. */
export interface OpenPdf {
  readonly pages: number;
  /** Draws a page, counted from one, so wide (in pixels). @throws DecodeError */
  draw(page: number, width: number): Promise<OffscreenCanvas>;
  /** The words of a page, in the order of the file. */
  text(page: number): Promise<string>;
  close(): Promise<void>;
}

/** Opens a PDF, reading only the parts of it that are needed. @throws DecodeError `protected`, `damaged`, `tooLarge` */
export async function openPdf(source: Ranged): Promise<OpenPdf> {
  const { task, failed } = load(source);
  let pdf: PDFDocumentProxy;
  try {
    pdf = await Promise.race([task.promise, failed]);
  } catch (error) {
    await task.destroy();
    throw troubleOf(error);
  }
  const getPage = async (page: number): Promise<PDFPageProxy> => {
    if (page < 1 || page > Math.min(pdf.numPages, limits.pages)) throw new DecodeError("tooLarge");
    return Promise.race([pdf.getPage(page), failed]);
  };
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await Promise.race([work(), failed]);
    } catch (error) {
      throw troubleOf(error);
    }
  };
  return {
    pages: pdf.numPages,
    draw: (number, width) => guarded(async () => draw(await getPage(number), width)),
    text: (number) =>
      guarded(async () => {
        const { items } = await (await getPage(number)).getTextContent();
        return items
          .map((item) => ("str" in item ? item.str + (item.hasEOL ? "\n" : "") : ""))
          .join("")
          .trim();
      }),
    close: () => task.destroy(),
  };
}

/** The words of the first pages, as many as search keeps. */
export async function pdfText(pdf: OpenPdf): Promise<string> {
  let text = "";
  for (let page = 1; page <= Math.min(pdf.pages, limits.pagesRead); page++) {
    text += `${await pdf.text(page)}\n`;
    if (text.length > limits.textChars) break;
  }
  return clip(text.trim(), limits.textChars);
}

/** A page as a picture for the screen. */
export async function drawnPage(pdf: OpenPdf, page: number, width: number): Promise<Drawn> {
  const canvas = await pdf.draw(page, width);
  return { blob: await encode(canvas, 0.9), width: canvas.width, height: canvas.height };
}

async function draw(page: PDFPageProxy, width: number): Promise<OffscreenCanvas> {
  const one = page.getViewport({ scale: 1 });
  if (!(one.width > 0 && one.height > 0)) throw new DecodeError("damaged");
  const most = Math.sqrt(limits.pagePixels / (one.width * one.height));
  const viewport = page.getViewport({ scale: Math.min(width / one.width, most) });
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.floor(viewport.width)),
    Math.max(1, Math.floor(viewport.height)),
  );
  const context = canvas.getContext("2d");
  if (context === null) throw new DecodeError("unsupported");
  await page.render({
    // The declarations know the canvas of a page only; pdf.js draws on both in the same way.
    canvas: canvas as unknown as HTMLCanvasElement,
    canvasContext: context as unknown as CanvasRenderingContext2D,
    viewport,
    // Drawing for the screen waits for frames, which a worker in the background does not get.
    intent: "print",
    background: "#fff",
  }).promise;
  page.cleanup();
  return canvas;
}

function load(source: Ranged): { task: PDFDocumentLoadingTask; failed: Promise<never> } {
  const { promise: failed, reject } = Promise.withResolvers<never>();
  // Whoever waits for a page hears of it; nobody may be waiting.
  failed.catch(() => undefined);
  class Transport extends PDFDataRangeTransport {
    override requestDataRange(begin: number, end: number): void {
      source.read(begin, Math.min(end, source.size)).then(
        (bytes) => this.onDataRange(begin, bytes),
        () => reject(new DecodeError("unread")),
      );
    }
  }
  const task = getDocument({
    range: new Transport(source.size, null),
    disableAutoFetch: true,
    disableStream: true,
    disableFontFace: true,
    useSystemFonts: false,
    enableXfa: false,
    maxImageSize: limits.pixels,
    canvasMaxAreaInBytes: limits.pixels * 4,
    useWorkerFetch: false,
    useWasm: true,
    cMapUrl: `${PDF_FILES}cmaps/`,
    standardFontDataUrl: `${PDF_FILES}fonts/`,
    wasmUrl: `${PDF_FILES}wasm/`,
    CanvasFactory: Canvases,
    FilterFactory: NoFilters,
    BinaryDataFactory: Files,
    verbosity: 0,
  });
  return { task, failed };
}

function troubleOf(error: unknown): DecodeError {
  if (error instanceof DecodeError) return error;
  const name = error instanceof Error ? error.name : "";
  return new DecodeError(name === "PasswordException" ? "protected" : "damaged", String(error));
}

interface CanvasAndContext {
  canvas: OffscreenCanvas | null;
  context: OffscreenCanvasRenderingContext2D | null;
}

/** What pdf.js draws on in between (its BaseCanvasFactory), without a page. */
class Canvases {
  create(width: number, height: number): CanvasAndContext {
    if (width <= 0 || height <= 0 || width * height > limits.pixels)
      throw new DecodeError("tooLarge");
    const canvas = new OffscreenCanvas(width, height);
    return { canvas, context: canvas.getContext("2d", { willReadFrequently: true }) };
  }
  reset({ canvas }: CanvasAndContext, width: number, height: number): void {
    if (canvas === null || width <= 0 || height <= 0) throw new DecodeError("damaged");
    canvas.width = width;
    canvas.height = height;
  }
  destroy(one: CanvasAndContext): void {
    if (one.canvas !== null) one.canvas.width = one.canvas.height = 0;
    one.canvas = null;
    one.context = null;
  }
  getNoAlphaContext(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D | null {
    return canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  }
}

/** SVG filters need a page; without them a few masks look a little different. */
class NoFilters {
  addFilter(): string {
    return "none";
  }
  addHCMFilter(): string {
    return "none";
  }
  addAlphaFilter(): string {
    return "none";
  }
  addLuminosityFilter(): string {
    return "none";
  }
  addKnockoutFilter(): string {
    return "none";
  }
  addHighlightHCMFilter(): string {
    return "none";
  }
  destroy(): void {
    // There is nothing to give back.
  }
}

/** Character maps, fonts and decoders, from beside the app. */
class Files {
  async fetch({ kind, filename }: { kind: string; filename: string }): Promise<Bytes> {
    const folder = { cMapUrl: "cmaps", standardFontDataUrl: "fonts", wasmUrl: "wasm" }[kind];
    if (folder === undefined || !/^[\w.-]+$/.test(filename)) throw new DecodeError("unsupported");
    const response = await fetch(`${PDF_FILES}${folder}/${filename}`);
    if (!response.ok) throw new DecodeError("unread");
    return new Uint8Array(await response.arrayBuffer());
  }
}
