/**
 * What a file is by its content (as in the WHATWG's MIME Sniffing, with what people put into folders added). A name
 * decides only between texts: nothing becomes a picture, or a program, by being called so.
 */
import type { Ranged, Sniffed } from "./api.ts";
import { latin, view } from "./source.ts";
import { looksLikeText } from "./text.ts";
import { listZip } from "./zip.ts";

const HEAD = 4096;

/** Signatures at the very beginning, as Latin-1. */
const signatures: readonly (readonly [string, Sniffed])[] = [
  ["\xFF\xD8\xFF", { kind: "picture", type: "image/jpeg" }],
  ["\x89PNG\r\n\x1A\n", { kind: "picture", type: "image/png" }],
  ["GIF87a", { kind: "picture", type: "image/gif" }],
  ["GIF89a", { kind: "picture", type: "image/gif" }],
  ["II*\0", { kind: "picture", type: "image/tiff" }],
  ["MM\0*", { kind: "picture", type: "image/tiff" }],
  ["ID3", { kind: "audio", type: "audio/mpeg" }],
  ["fLaC", { kind: "audio", type: "audio/flac" }],
  ["#!AMR", { kind: "audio", type: "audio/amr" }],
  ["\x1F\x8B", { kind: "archive", type: "application/gzip" }],
  ["7z\xBC\xAF\x27\x1C", { kind: "archive", type: "application/x-7z-compressed" }],
  ["Rar!\x1A\x07", { kind: "archive", type: "application/vnd.rar" }],
  ["BZh", { kind: "archive", type: "application/x-bzip2" }],
  ["\xFD7zXZ\0", { kind: "archive", type: "application/x-xz" }],
  ["\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", { kind: "other", type: "application/x-ole-storage" }],
  ["{\\rtf", { kind: "other", type: "application/rtf" }],
];

const office = "application/vnd.openxmlformats-officedocument.";
const open = "application/vnd.oasis.opendocument.";

/** Kinds of zip files by an entry that only they have. */
const packed: readonly (readonly [string, Sniffed])[] = [
  ["word/document.xml", { kind: "document", type: `${office}wordprocessingml.document` }],
  ["xl/workbook.xml", { kind: "table", type: `${office}spreadsheetml.sheet` }],
  ["ppt/presentation.xml", { kind: "slides", type: `${office}presentationml.presentation` }],
];

/** The same by the content of the entry `mimetype`, which OpenDocument puts first, as it is. */
const byMimetype: Readonly<Record<string, Sniffed>> = {
  [`${open}text`]: { kind: "document", type: `${open}text` },
  [`${open}spreadsheet`]: { kind: "table", type: `${open}spreadsheet` },
  [`${open}presentation`]: { kind: "slides", type: `${open}presentation` },
  "application/epub+zip": { kind: "other", type: "application/epub+zip" },
};

/** Looks into a file's beginning (and into a zip's directory). `name` decides between kinds of text only. */
export async function sniff(source: Ranged, name = ""): Promise<Sniffed> {
  const head = await source.read(0, Math.min(HEAD, source.size));
  const start = latin(head.subarray(0, 1024));
  for (const [signature, found] of signatures) if (start.startsWith(signature)) return found;
  if (start.startsWith("BM") && head.length > 26 && head[6] === 0 && head[7] === 0)
    return { kind: "picture", type: "image/bmp" };
  if (start.startsWith("RIFF")) return riff(start.slice(8, 12));
  if (start.slice(4, 8) === "ftyp") return ofBrand(start.slice(8, 12), start.slice(16, 64));
  if (start.startsWith("OggS"))
    return start.includes("\x80theora")
      ? { kind: "video", type: "video/ogg" }
      : { kind: "audio", type: "audio/ogg" };
  if (start.startsWith("\x1A\x45\xDF\xA3"))
    return { kind: "video", type: start.includes("webm") ? "video/webm" : "video/x-matroska" };
  if (/^\xFF[\xFB\xF3\xF2\xFA]/.test(start)) return { kind: "audio", type: "audio/mpeg" };
  if (/^\xFF[\xF1\xF9]/.test(start)) return { kind: "audio", type: "audio/aac" };
  if (start.includes("%PDF-")) return { kind: "pdf", type: "application/pdf" };
  if (start.startsWith("PK\x03\x04") || start.startsWith("PK\x05\x06")) return zipped(source, head);
  if (looksLikeText(head)) return ofText(start, name);
  return { kind: "other", type: "application/octet-stream" };
}

function riff(form: string): Sniffed {
  if (form === "WEBP") return { kind: "picture", type: "image/webp" };
  if (form === "WAVE") return { kind: "audio", type: "audio/wav" };
  if (form === "AVI ") return { kind: "video", type: "video/x-msvideo" };
  return { kind: "other", type: "application/octet-stream" };
}

/** ISO base media files (ISO/IEC 14496-12) by their brands. */
function ofBrand(major: string, others: string): Sniffed {
  if (/^avi[fs]$/.test(major) || (/^mi[fa]1|^msf1/.test(major) && others.includes("avif")))
    return { kind: "picture", type: "image/avif" };
  if (/^(?:hei[cxms]|hev[cmx]|mif1|msf1)$/.test(major))
    return { kind: "picture", type: "image/heic" };
  if (/^M4[AB] $/.test(major)) return { kind: "audio", type: "audio/mp4" };
  if (major === "qt  ") return { kind: "video", type: "video/quicktime" };
  if (/^3g[p2]/.test(major)) return { kind: "video", type: "video/3gpp" };
  return { kind: "video", type: "video/mp4" };
}

async function zipped(source: Ranged, head: Uint8Array): Promise<Sniffed> {
  const zip: Sniffed = { kind: "archive", type: "application/zip" };
  const local = view(head);
  if (head.length > 38 && latin(head.subarray(30, 38)) === "mimetype") {
    const at = 38 + local.getUint16(28, true);
    const content = latin(head.subarray(at, at + 100));
    const found = Object.keys(byMimetype).find((type) => content.startsWith(type));
    if (found !== undefined) return byMimetype[found] ?? zip;
  }
  try {
    const names = new Set((await listZip(source)).map((entry) => entry.name));
    return packed.find(([name]) => names.has(name))?.[1] ?? zip;
  } catch {
    return zip;
  }
}

const textTypes: Readonly<Record<string, Sniffed>> = {
  md: { kind: "markdown", type: "text/markdown" },
  markdown: { kind: "markdown", type: "text/markdown" },
  csv: { kind: "table", type: "text/csv" },
  tsv: { kind: "table", type: "text/tab-separated-values" },
};

function ofText(start: string, name: string): Sniffed {
  const bare = start.replace(/^\xEF\xBB\xBF/, "").trimStart();
  if (/^(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*|<!DOCTYPE svg[^>]*>\s*)*<svg[\s>]/i.test(bare))
    return { kind: "text", type: "image/svg+xml" };
  if (/^<(?:!doctype html|html)[\s>]/i.test(bare)) return { kind: "text", type: "text/html" };
  const extension = /\.([a-z0-9]{1,10})$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  return (
    (Object.hasOwn(textTypes, extension) ? textTypes[extension] : undefined) ?? {
      kind: "text",
      type: "text/plain",
    }
  );
}
