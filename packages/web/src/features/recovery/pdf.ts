/**
 * A PDF of one A4 page (ISO 32000-1, version 1.4): a grey picture that fills it, and invisible text over it that can be
 * selected and searched. The browser's own text engine has drawn the picture, so that every script is shaped as it
 * should be without a font in the file.
 */

/** A4 in points. */
export const A4 = { width: 595, height: 842 } as const;

export interface PdfPage {
  /** The picture in pixels, a byte of grey each, row by row from the top. */
  width: number;
  height: number;
  grey: Uint8Array<ArrayBuffer>;
  /** ASCII text; `x` and `y` (from the bottom) of its start and `size`, all in points. */
  texts: readonly { x: number; y: number; size: number; text: string }[];
}

/** The file's bytes. @throws RangeError for text that is not ASCII, or a picture of another size than it says */
export async function pdfOf(page: PdfPage): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height, grey, texts } = page;
  if (grey.length !== width * height) throw new RangeError("picture");
  const picture = await deflate(grey);
  const content = ascii(
    [
      `q ${A4.width} 0 0 ${A4.height} 0 0 cm /P Do Q`,
      "BT 3 Tr",
      ...texts.map(
        ({ x, y, size, text }) => `/F ${size} Tf 1 0 0 1 ${x} ${y} Tm (${quoted(text)}) Tj`,
      ),
      "ET",
    ].join("\n"),
  );
  const objects = [
    ascii("<< /Type /Catalog /Pages 2 0 R >>"),
    ascii("<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
    ascii(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${A4.width} ${A4.height}] /Contents 4 0 R ` +
        "/Resources << /XObject << /P 5 0 R >> /Font << /F 6 0 R >> >> >>",
    ),
    stream(`/Length ${content.length}`, content),
    stream(
      `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceGray ` +
        `/BitsPerComponent 8 /Filter /FlateDecode /Length ${picture.length}`,
      picture,
    ),
    ascii("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"),
  ];
  const parts: Uint8Array[] = [ascii("%PDF-1.4\n%"), Uint8Array.of(0xe2, 0xe3, 0xcf, 0xd3, 0x0a)];
  const offsets: number[] = [];
  const size = () => parts.reduce((sum, part) => sum + part.length, 0);
  for (const [at, object] of objects.entries()) {
    offsets.push(size());
    parts.push(ascii(`${at + 1} 0 obj\n`), object, ascii("\nendobj\n"));
  }
  const start = size();
  parts.push(
    ascii(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n` +
        offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("") +
        `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`,
    ),
  );
  return joined(parts);
}

/** zlib (RFC 1950), which is what PDF's FlateDecode reads. */
async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

function stream(head: string, body: Uint8Array): Uint8Array {
  return joined([ascii(`<< ${head} >>\nstream\n`), body, ascii("\nendstream")]);
}

function quoted(text: string): string {
  return text.replace(/[\\()]/g, (char) => `\\${char}`);
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => {
    const code = char.codePointAt(0) ?? 0;
    if (code > 126) throw new RangeError("ascii");
    return code;
  });
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
