/** Small things about readable texts: their words, and where to stop. */
import type { Block, Inline } from "./api.ts";
import { limits } from "./limits.ts";
import { clip } from "./text.ts";

/** The words of blocks, a line each, as far as search keeps them. */
export function textOf(blocks: readonly Block[], most: number = limits.textChars): string {
  const lines: string[] = [];
  let length = 0;
  const add = (line: string): void => {
    if (line === "" || length > most) return;
    length += line.length + 1;
    lines.push(line);
  };
  const joined = (runs: readonly Inline[]): string => runs.map(({ text }) => text).join("");
  const walk = (some: readonly Block[]): void => {
    for (const block of some) {
      if (block.is === "heading" || block.is === "paragraph") add(joined(block.runs));
      else if (block.is === "code") add(block.text);
      else if (block.is === "quote") walk(block.blocks);
      else if (block.is === "list") block.items.forEach(walk);
      else if (block.is === "table")
        for (const row of block.rows) add(row.map(joined).filter(Boolean).join("\t"));
    }
  };
  walk(blocks);
  return clip(lines.join("\n"), most);
}

/** An address that may become a link: of the web or of mail, nothing that runs. */
export function safeHref(href: string): string | undefined {
  if (href.length > 2000 || !URL.canParse(href)) return undefined;
  const { protocol } = new URL(href);
  return ["http:", "https:", "mailto:"].includes(protocol) ? href : undefined;
}
