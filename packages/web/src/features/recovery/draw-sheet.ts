/** Draws the recovery sheet as one A4 page, in the reader's language and direction, and makes a PDF of it on the device. */
import { encode } from "../../ui/qr-encode.ts";
import { A4, pdfOf } from "./pdf.ts";

export interface SheetContent {
  direction: "ltr" | "rtl";
  language: string;
  title: string;
  lead: string;
  addressLabel: string;
  address: string;
  wordsLabel: string;
  words: readonly string[];
  /** What the QR code holds. */
  code: string;
  howLabel: string;
  steps: readonly string[];
  keep: string;
  made: string;
}

/** Pixels per point: 200 to the inch, sharp on paper and small enough for a phone's memory. */
const SCALE = 200 / 72;
const MARGIN = 48;
const FONT = '"Noto Sans", "Noto Sans Arabic", system-ui, sans-serif';

type Placed = { x: number; y: number; size: number; text: string };

/** The PDF's bytes. @throws Error where the browser cannot draw */
export async function sheetPdf(content: SheetContent): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(A4.width * SCALE);
  canvas.height = Math.round(A4.height * SCALE);
  canvas.lang = content.language;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("canvas");
  context.scale(SCALE, SCALE);
  const texts = draw(context, content);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const grey = new Uint8Array(canvas.width * canvas.height);
  // Black on white: one channel is the grey.
  for (let at = 0; at < grey.length; at++) grey[at] = data[at * 4] ?? 255;
  return pdfOf({ width: canvas.width, height: canvas.height, grey, texts });
}

/** @returns what can be selected: the words and the address, which are ASCII in every language */
function draw(context: CanvasRenderingContext2D, content: SheetContent): Placed[] {
  const { direction } = content;
  const rtl = direction === "rtl";
  const wide = A4.width - 2 * MARGIN;
  const start = rtl ? A4.width - MARGIN : MARGIN;
  const texts: Placed[] = [];
  context.fillStyle = "#fff";
  context.fillRect(0, 0, A4.width, A4.height);
  context.fillStyle = "#000";
  context.strokeStyle = "#000";
  context.textBaseline = "alphabetic";
  let y = MARGIN + 20;
  const paragraph = (text: string, size: number, weight = 400, width = wide) => {
    context.direction = direction;
    context.textAlign = "start";
    context.font = `${weight} ${size}px ${FONT}`;
    for (const line of lines(context, text, width)) {
      context.fillText(line, start, y);
      y += size * 1.5;
    }
  };
  /** Left to right in every language: an address, a word. */
  const plain = (text: string, x: number, size: number, weight: number) => {
    context.direction = "ltr";
    context.textAlign = "left";
    context.font = `${weight} ${size}px ${FONT}`;
    context.fillText(text, x, y);
    texts.push({ x: round(x), y: round(A4.height - y), size, text });
  };
  paragraph(`Baraza · ${content.title}`, 24, 700);
  y += 4;
  paragraph(content.lead, 12);
  y += 8;
  paragraph(content.addressLabel, 11, 600);
  context.font = `700 16px ${FONT}`;
  const across = context.measureText(content.address).width;
  y += 4;
  plain(content.address, rtl ? start - across : start, 16, 700);
  y += 30;
  paragraph(content.wordsLabel, 11, 600);
  y += 6;
  const columns = 3;
  const rows = Math.ceil(content.words.length / columns);
  const box = { width: wide / columns, height: 34 };
  const top = y - 12;
  content.words.forEach((word, at) => {
    const column = Math.floor(at / rows);
    const left = MARGIN + column * box.width;
    const above = top + (at % rows) * box.height;
    context.lineWidth = 0.5;
    context.strokeRect(left, above, box.width, box.height);
    y = above + 22;
    plain(`${at + 1}  ${word}`, left + 10, 15, 600);
  });
  y = top + rows * box.height + 28;
  const size = 150;
  const codeTop = y - 8;
  qr(context, content.code, rtl ? MARGIN : A4.width - MARGIN - size, codeTop, size);
  const beside = wide - size - 24;
  paragraph(content.howLabel, 13, 700, beside);
  content.steps.forEach((step, at) => {
    paragraph(`${numberIn(content.language, at + 1)}. ${step}`, 12, 400, beside);
    y += 4;
  });
  y = Math.max(y, codeTop + size + 24);
  paragraph(content.keep, 12, 600);
  y += 8;
  paragraph(content.made, 10);
  return texts;
}

/** Breaks a text into lines of at most `width` points, where the language breaks it. */
function lines(context: CanvasRenderingContext2D, text: string, width: number): string[] {
  const out: string[] = [];
  let line = "";
  for (const word of text.split(/(?<=\s)/u)) {
    if (line !== "" && context.measureText(line + word.trimEnd()).width > width) {
      out.push(line.trimEnd());
      line = "";
    }
    line += word;
  }
  return [...out, line.trimEnd()].filter((one) => one !== "");
}

function qr(context: CanvasRenderingContext2D, text: string, x: number, y: number, size: number) {
  const { data, size: modules } = encode(text, 2);
  const unit = size / modules;
  data.forEach((row, at) => {
    row.forEach((dark, column) => {
      // A hair larger than a module, so that no white line shows between two.
      if (dark) context.fillRect(x + column * unit, y + at * unit, unit + 0.2, unit + 0.2);
    });
  });
}

const numberIn = (language: string, value: number) => new Intl.NumberFormat(language).format(value);
const round = (value: number) => Math.round(value * 10) / 10;
