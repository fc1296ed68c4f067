/** A message as a page without script shows it: for open archives. Everything that somebody wrote is escaped. */
import { escapeHtml } from "../../moving/archive/page.ts";
import type { Block, Inline } from "./formatting.ts";
import { readFormatted } from "./formatting.ts";

const TAGS = { strong: "strong", em: "em", strike: "s", code: "code" } as const;

/** The blocks of a message as HTML. */
export function formattedHtml(text: string): string {
  return readFormatted(text).map(blockHtml).join("");
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return `<p dir="auto">${inlinesHtml(block.children)}</p>`;
    case "code":
      return `<pre dir="ltr"><code>${escapeHtml(block.text)}</code></pre>`;
    case "quote":
      return `<blockquote>${block.blocks.map(blockHtml).join("")}</blockquote>`;
    case "list": {
      const items = block.items.map(
        ({ children }) => `<li dir="auto">${inlinesHtml(children)}</li>`,
      );
      return block.ordered
        ? `<ol start="${block.start}">${items.join("")}</ol>`
        : `<ul>${items.join("")}</ul>`;
    }
  }
}

function inlinesHtml(inlines: readonly Inline[]): string {
  return inlines.map(inlineHtml).join("");
}

function inlineHtml(one: Inline): string {
  switch (one.kind) {
    case "text":
      return escapeHtml(one.text);
    case "mention":
      return `<bdi>${escapeHtml(one.text)}</bdi>`;
    case "code":
      return `<code>${escapeHtml(one.text)}</code>`;
    // An archive leads nowhere by a press: the address stands there to be read.
    case "link":
      return one.text === one.href || one.host === null
        ? `<bdi>${escapeHtml(one.text)}</bdi>`
        : `${escapeHtml(one.text)} (<bdi>${escapeHtml(one.href)}</bdi>)`;
    default:
      return `<${TAGS[one.kind]}>${inlinesHtml(one.children)}</${TAGS[one.kind]}>`;
  }
}
