/** Small files of every kind, made byte by byte for tests. */
import type { Bytes } from "@baraza/protocol";
import { concat } from "@baraza/protocol";
import { strToU8, type Zippable, zipSync } from "fflate";
import { rangedBytes } from "./source.ts";
import { crc32 } from "./strip/png.ts";
import type { Ranged } from "./api.ts";

/** A text with one byte for each character. */
export function raw(text: string): Bytes {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function big(bytes: number, value: number): Bytes {
  const out = new Uint8Array(bytes);
  for (let i = bytes - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 256))
    out[i] = rest % 256;
  return out;
}

function little(bytes: number, value: number): Bytes {
  return big(bytes, value).reverse();
}

/** What stands in samples where a place would, so that a test sees whether it is gone. */
export const secret = "GPS -4.0435 39.6682 Amina's phone";

/** Exif (little endian) with an orientation and a place. */
export function exif(orientation: number): Bytes {
  const entry = (tag: number, type: number, count: number, value: number): Bytes =>
    concat(little(2, tag), little(2, type), little(4, count), little(4, value));
  return concat(
    raw("II*\0"),
    little(4, 8),
    little(2, 2),
    entry(0x0112, 3, 1, orientation),
    entry(0x010e, 2, secret.length, 38),
    little(4, 0),
    raw(secret),
  );
}

function segment(marker: number, content: Uint8Array): Bytes {
  return concat(Uint8Array.of(0xff, marker), big(2, content.length + 2), content);
}

/** The parts of a JPEG's shape; it is not one that shows anything. */
export function jpeg(
  { width = 40, height = 30, orientation = 6, trailer = "" } = {},
  more: readonly Bytes[] = [],
): Bytes {
  return concat(
    Uint8Array.of(0xff, 0xd8),
    segment(0xe0, raw("JFIF\0\x01\x01\0\0\x01\0\x01\0\0")),
    segment(0xe1, concat(raw("Exif\0\0"), exif(orientation))),
    segment(0xe1, raw(`ns.adobe.com/xap/1.0/\0${secret}`)),
    segment(0xe2, raw("ICC_PROFILE\0\x01\x01profile")),
    segment(0xed, raw(`Photoshop 3.0\0${secret}`)),
    segment(0xfe, raw(secret)),
    ...more,
    segment(0xdb, new Uint8Array(65)),
    segment(0xc0, concat(Uint8Array.of(8), big(2, height), big(2, width), raw("\x01\x01\x11\0"))),
    segment(0xda, raw("\x01\x01\0\0\x3F\0")),
    Uint8Array.of(1, 2, 0xff, 0, 3, 0xff, 0xd0, 4),
    Uint8Array.of(0xff, 0xd9),
    raw(trailer),
  );
}

export function pngChunk(type: string, content: Uint8Array): Bytes {
  const named = concat(raw(type), content);
  return concat(big(4, content.length), named, big(4, crc32(named)));
}

/** A PNG's shape with everything that tells something. */
export function png({ width = 40, height = 30, orientation = 6 } = {}, trailer = ""): Bytes {
  return concat(
    raw("\x89PNG\r\n\x1A\n"),
    pngChunk("IHDR", concat(big(4, width), big(4, height), raw("\x08\x02\0\0\0"))),
    pngChunk("iCCP", raw("profile\0\0data")),
    pngChunk("eXIf", exif(orientation)),
    pngChunk("tEXt", raw(`Comment\0${secret}`)),
    pngChunk("iTXt", raw(`XML:com.adobe.xmp\0\0\0\0\0${secret}`)),
    pngChunk("IDAT", raw("not really")),
    pngChunk("tIME", new Uint8Array(7)),
    pngChunk("IEND", new Uint8Array(0)),
    raw(trailer),
  );
}

export function riffChunk(type: string, content: Uint8Array): Bytes {
  return concat(raw(type), little(4, content.length), content, new Uint8Array(content.length % 2));
}

/** A WebP's shape with Exif and XMP. */
export function webp({ width = 40, height = 30, orientation = 6 } = {}): Bytes {
  const chunks = concat(
    riffChunk(
      "VP8X",
      concat(Uint8Array.of(0x2c, 0, 0, 0), little(3, width - 1), little(3, height - 1)),
    ),
    riffChunk("ICCP", raw("profile")),
    riffChunk("VP8 ", raw("not really")),
    riffChunk("EXIF", exif(orientation)),
    riffChunk("XMP ", raw(secret)),
  );
  return concat(raw("RIFF"), little(4, chunks.length + 4), raw("WEBP"), chunks);
}

export function box(type: string, ...content: readonly Uint8Array[]): Bytes {
  const all = concat(...content);
  return concat(big(4, all.length + 8), raw(type), all);
}

/** An AVIF's shape: a picture, Exif in `mdat` and XMP in `idat`. */
export function avif({ width = 40, height = 30 } = {}): Bytes {
  const ftyp = box("ftyp", raw("avif\0\0\0\0avifmif1"));
  const infe = (id: number, type: string, more = ""): Bytes =>
    box("infe", raw("\x02\0\0\0"), big(2, id), big(2, 0), raw(`${type}\0${more}`));
  const make = (exifAt: number): Bytes =>
    concat(
      ftyp,
      box(
        "meta",
        big(4, 0),
        box(
          "iinf",
          big(4, 0),
          big(2, 3),
          infe(1, "av01"),
          infe(2, "Exif"),
          infe(3, "mime", "application/rdf+xml\0"),
        ),
        box("iprp", box("ipco", box("ispe", big(4, 0), big(4, width), big(4, height)))),
        box(
          "iloc",
          raw("\x01\0\0\0\x44\0"),
          big(2, 3),
          // id, method, data reference, extents, offset, length
          ...[
            [1, 0, exifAt + secret.length, 7],
            [2, 0, exifAt, secret.length],
            [3, 1, 0, secret.length],
          ].map(([id = 0, method = 0, offset = 0, length = 0]) =>
            concat(
              big(2, id),
              big(2, method),
              big(2, 0),
              big(2, 1),
              big(4, offset),
              big(4, length),
            ),
          ),
        ),
        box("idat", raw(secret)),
      ),
      box("mdat", raw(`${secret}picture`)),
    );
  return make(make(0).length - secret.length - 7);
}

/** A film's shape with a place in it. */
export function film(brand = "qt  "): Bytes {
  return concat(
    box("ftyp", raw(`${brand}\0\0\0\0`)),
    box(
      "moov",
      box("mvhd", new Uint8Array(100)),
      box("trak", box("tkhd", raw("rotation")), box("udta", raw(secret))),
      box("udta", box("\xA9xyz", raw(secret))),
      box("meta", raw(secret)),
    ),
    box("mdat", raw("frames")),
  );
}

/** A zip of texts, as office programs write them. */
export function zip(files: Readonly<Record<string, string>>): Bytes {
  const entries: Zippable = {};
  for (const [name, text] of Object.entries(files))
    entries[name] = name === "mimetype" ? [strToU8(text), { level: 0 }] : strToU8(text);
  return new Uint8Array(zipSync(entries));
}

export const docx = zip({
  "[Content_Types].xml": "<Types/>",
  "word/document.xml": `<?xml version="1.0"?><w:document><w:body>
    <w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Seeds &amp; water</w:t></w:r></w:p>
    <w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Who</w:t></w:r><w:r><w:t xml:space="preserve"> decides?</w:t></w:r>
      <w:del><w:r><w:t>gone</w:t></w:r></w:del></w:p>
    <w:tbl><w:tr><w:tc><w:p><w:r><w:t>A1</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>B1</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
  </w:body></w:document>`,
});

export const odt = zip({
  mimetype: "application/vnd.oasis.opendocument.text",
  "content.xml": `<office:document-content><office:body><office:text>
    <text:tracked-changes><text:p>gone</text:p></text:tracked-changes>
    <text:h text:outline-level="2">Seeds</text:h><text:p>Who<text:s text:c="2"/><text:span>decides</text:span>?</text:p>
  </office:text></office:body></office:document-content>`,
});

export const xlsx = zip({
  "xl/workbook.xml": `<workbook><sheets><sheet name="Harvest" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  "xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>`,
  "xl/sharedStrings.xml": `<sst><si><t>Maize</t></si><si><r><t>Mil</t></r><r><t>let</t></r></si></sst>`,
  "xl/styles.xml": `<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
  "xl/worksheets/sheet1.xml": `<worksheet><sheetData>
    <row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1"><v>0.30000000000000004</v></c></row>
    <row r="3"><c r="A3" t="s"><v>1</v></c><c r="B3" s="1"><v>46000</v></c><c r="C3" t="inlineStr"><is><t>note</t></is></c></row>
  </sheetData></worksheet>`,
});

export const ods = zip({
  mimetype: "application/vnd.oasis.opendocument.spreadsheet",
  "content.xml": `<office:document-content><table:table table:name="Harvest">
    <table:table-row><table:table-cell><text:p>Maize</text:p></table:table-cell><table:table-cell table:number-columns-repeated="2"><text:p>7</text:p></table:table-cell><table:table-cell table:number-columns-repeated="16000"/></table:table-row>
    <table:table-row table:number-rows-repeated="1048575"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
  </table:table></office:document-content>`,
});

export const pptx = zip({
  "ppt/presentation.xml": "<p:presentation/>",
  "ppt/slides/slide10.xml": `<p:sld><p:sp><a:p><a:r><a:t>Last</a:t></a:r></a:p></p:sp></p:sld>`,
  "ppt/slides/slide1.xml": `<p:sld><p:sp><p:nvPr><p:ph type="title"/></p:nvPr><a:p><a:r><a:t>First</a:t></a:r></a:p></p:sp></p:sld>`,
});

export const odp = zip({
  mimetype: "application/vnd.oasis.opendocument.presentation",
  "content.xml": `<office:document-content><draw:page><text:p>First</text:p></draw:page><draw:page><text:p>Second</text:p></draw:page></office:document-content>`,
});

/** A PDF of some pages with a line each, written as small as it goes; `kids` puts another page tree in. */
export function pdf(lines: readonly string[], kids?: string): Bytes {
  const pages = lines.map((_, i) => 4 + i * 2);
  const objects = [
    "<</Type/Catalog/Pages 2 0 R>>",
    `<</Type/Pages/Count ${lines.length}/Kids[${kids ?? pages.map((id) => `${id} 0 R`).join(" ")}]/MediaBox[0 0 300 400]>>`,
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ...lines.flatMap((line, i) => {
      const content = `BT /F 24 Tf 20 350 Td (${line}) Tj ET 1 0 0 rg 20 20 100 100 re f`;
      return [
        `<</Type/Page/Parent 2 0 R/Resources<</Font<</F 3 0 R>>>>/Contents ${5 + i * 2} 0 R>>`,
        `<</Length ${content.length}>>stream\n${content}\nendstream`,
      ];
    }),
  ];
  let text = "%PDF-1.4\n";
  const offsets: number[] = [];
  for (const [i, object] of objects.entries()) {
    offsets.push(text.length);
    text += `${i + 1} 0 obj${object}endobj\n`;
  }
  const start = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  for (const offset of offsets) text += `${String(offset).padStart(10, "0")} 00000 n \n`;
  return raw(
    `${text}trailer<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${start}\n%%EOF`,
  );
}

/** A recording of silence, so many milliseconds long. */
export function wav(ms: number): Bytes {
  const data = new Uint8Array(ms * 8).fill(128);
  const format = concat(
    little(2, 1),
    little(2, 1),
    little(4, 8000),
    little(4, 8000),
    little(2, 1),
    little(2, 8),
  );
  const chunks = concat(raw("WAVE"), riffChunk("fmt ", format), riffChunk("data", data));
  return concat(raw("RIFF"), little(4, chunks.length), chunks);
}

/** A zip whose one entry unfolds to so many mebibytes of zeroes. */
export function zipBomb(mebibytes: number, name = "word/document.xml"): Bytes {
  return new Uint8Array(zipSync({ [name]: new Uint8Array(mebibytes * 1024 * 1024) }));
}

/** Bytes as a file, with what was read of it counted. */
export function counted(bytes: Bytes): Ranged & { readonly taken: () => number } {
  const inner = rangedBytes(bytes);
  let taken = 0;
  return {
    size: inner.size,
    read: (start, end) => {
      taken += end - start;
      return inner.read(start, end);
    },
    taken: () => taken,
  };
}

/** All bytes of a file that is read in pieces. */
export async function bytesOf(file: Ranged): Promise<Bytes> {
  return file.read(0, file.size);
}

/** A picture of 64 by 48 pixels in red and blue, as other programs write it. */
export const realAvif = Uint8Array.fromBase64(
  "AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAOptZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAA" +
    "AAABAAAAImlsb2MAAAAAREAAAQABAAAAAAEOAAEAAAAAAAAANwAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGF2MDEAAAAAamlwcnAAAABL" +
    "aXBjbwAAABNjb2xybmNseAACAAIABoAAAAAMYXYxQ4EADAAAAAAUaXNwZQAAAAAAAABAAAAAMAAAABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAA" +
    "AAABAAEEgYIDhAAAAD9tZGF0EgAKBhgVf72BCDIrGAAKKKKEALWvORFlJ2mwimz/k7c/ePwIkHYS/x16NCI+VOLCu5tIzbcWoA==",
);

/** A real JPEG with Exif put in. */
export function withExif(bytes: Bytes, orientation: number): Bytes {
  const put = segment(0xe1, concat(raw("Exif\0\0"), exif(orientation)));
  return concat(bytes.subarray(0, 2), put, bytes.subarray(2));
}
