/**
 * Markdown (CommonMark with GitHub's tables) as plain data that a screen draws. HTML in it stays text; pictures are their
 * descriptions, since nothing is fetched from elsewhere.
 */
import { lexer, type Token, type Tokens } from "marked";
import type { Block, Inline } from "./api.ts";
import { safeHref } from "./blocks.ts";
import { limits } from "./limits.ts";

/** Reads markdown. `cut`: there is more than is shown. */
export function readMarkdown(text: string): { blocks: Block[]; cut: boolean } {
  let left: number = limits.blocks;
  const blocksOf = (tokens: readonly Token[], depth: number): Block[] =>
    tokens.flatMap((token) => {
      if (left-- <= 0 || depth > limits.nesting) return [];
      return blockOf(token as MarkedToken, (inner) => blocksOf(inner, depth + 1));
    });
  const blocks = blocksOf(lexer(text), 0);
  return { blocks, cut: left < 0 };
}

type MarkedToken =
  | Tokens.Heading
  | Tokens.Paragraph
  | Tokens.Text
  | Tokens.List
  | Tokens.Blockquote
  | Tokens.Code
  | Tokens.Table
  | Tokens.Hr
  | Tokens.HTML
  | Tokens.Space
  | Tokens.Def;

function blockOf(token: MarkedToken, inner: (tokens: readonly Token[]) => Block[]): Block[] {
  switch (token.type) {
    case "heading":
      return [{ is: "heading", level: token.depth, runs: runsOf(token.tokens) }];
    case "paragraph":
      return [{ is: "paragraph", runs: runsOf(token.tokens) }];
    case "text":
      return [{ is: "paragraph", runs: runsOf(token.tokens ?? [token]) }];
    case "list":
      return [
        {
          is: "list",
          start: token.ordered ? Number(token.start) || 1 : null,
          items: token.items.map((item) => {
            const blocks = inner(item.tokens);
            return item.task ? marked(blocks, item.checked === true) : blocks;
          }),
        },
      ];
    case "blockquote":
      return [{ is: "quote", blocks: inner(token.tokens) }];
    case "code":
      return [{ is: "code", text: token.text }];
    case "table":
      return [
        {
          is: "table",
          head: true,
          rows: [token.header, ...token.rows].map((row) => row.map((cell) => runsOf(cell.tokens))),
        },
      ];
    case "hr":
      return [{ is: "rule" }];
    case "html":
      return token.text.trim() === ""
        ? []
        : [{ is: "paragraph", runs: [{ text: token.text.trimEnd() }] }];
    default:
      return [];
  }
}

/** Puts a box, ticked or not, in front of an item. */
function marked(blocks: Block[], done: boolean): Block[] {
  const box: Inline = { text: done ? "\u2611 " : "\u2610 " };
  const [first, ...others] = blocks;
  if (first?.is === "paragraph")
    return [{ is: "paragraph", runs: [box, ...first.runs] }, ...others];
  return [{ is: "paragraph", runs: [box] }, ...blocks];
}

type Marks = Omit<Inline, "text">;

function runsOf(tokens: readonly Token[], marks: Marks = {}, depth = 0): Inline[] {
  if (depth > limits.nesting) return [];
  const within = (token: Token, more: Marks = {}): Inline[] =>
    runsOf("tokens" in token ? (token.tokens ?? []) : [], { ...marks, ...more }, depth + 1);
  return tokens.flatMap((token): Inline[] => {
    switch (token.type) {
      case "strong":
        return within(token, { strong: true });
      case "em":
        return within(token, { em: true });
      case "del":
        return within(token, { strike: true });
      case "codespan":
        return [{ text: (token as Tokens.Codespan).text, ...marks, code: true }];
      case "br":
        return [{ text: "\n", ...marks }];
      case "link": {
        const href = safeHref((token as Tokens.Link).href);
        return within(token, href === undefined ? {} : { href });
      }
      case "image":
        return [{ text: (token as Tokens.Image).text, ...marks, em: true }];
      case "text":
        if ("tokens" in token && token.tokens !== undefined) return within(token);
        return [{ text: (token as Tokens.Text).text, ...marks }];
      default:
        return "text" in token ? [{ text: String(token.text), ...marks }] : [];
    }
  });
}
