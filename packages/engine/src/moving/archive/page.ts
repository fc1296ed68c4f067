/** Pages of an open archive: HTML without script, styles or links that lead elsewhere. */
import type { OpenArchiveWords } from "../api.ts";

/** Text as it may stand in HTML, attributes included. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

const STYLE =
  "body{font:1rem/1.5 system-ui,sans-serif;max-inline-size:44rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}" +
  "article{margin-block:1rem}article p{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}" +
  "blockquote{margin:0;padding-inline-start:.75rem;border-inline-start:3px solid #bbb;color:#555}" +
  "time,small{color:#555;font-size:.85rem}li{margin-block:.35rem}a{color:#0b5}";

/** The beginning of a page, up to its heading. */
export function pageHead(words: OpenArchiveWords, title: string): string {
  const shown = escapeHtml(title);
  // No script runs in it, whatever stands in a message: by its escaping, and by its own policy.
  return (
    `<!doctype html>\n<html lang="${escapeHtml(words.language)}" dir="${words.direction}">\n<head><meta charset="utf-8">` +
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">` +
    `<meta name="viewport" content="width=device-width,initial-scale=1"><title>${shown}</title>` +
    `<style>${STYLE}</style></head>\n<body>\n<h1 dir="auto">${shown}</h1>\n`
  );
}

export const PAGE_END = "</body>\n</html>\n";

/** A point in time for people, in their language; the exact one stands beside it for programs. */
export function timeTag(at: number, words: OpenArchiveWords): string {
  const iso = isoTime(at);
  let shown = iso;
  try {
    shown = new Intl.DateTimeFormat(words.language, {
      dateStyle: "medium",
      timeStyle: "short",
    }).format(at);
  } catch {
    // A language that this place does not know, or a time outside of every calendar: the exact one serves.
  }
  return `<time datetime="${iso}">${escapeHtml(shown)}</time>`;
}

/** ISO 8601; a clock that made no sense is the beginning of time. */
export function isoTime(at: number): string {
  return new Date(Math.abs(at) <= 8.64e15 ? at : 0).toISOString();
}
