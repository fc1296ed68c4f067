/**
 * A message's formatting. What travels and is stored is the text as it was typed, with the signs of Markdown in it
 * (CommonMark's, as far as people use them while they talk: https://spec.commonmark.org); this reads them for showing it. There is
 * no HTML, no picture and nothing that a screen would fetch. Whatever is no formatting is text; reading never fails.
 *
 * The work is bounded by the length of the text: each stretch is read once per level, and levels are bounded.
 */
import { hostOf, tame, tameCode } from "./safe-text.ts";

export type Inline =
  | { kind: "text" | "code" | "mention"; text: string }
  | { kind: "strong" | "em" | "strike"; children: Inline[] }
  /** `host`: where it really leads, to be shown when the text does not say so; `odd`: its letters may deceive. */
  | { kind: "link"; text: string; href: string; host: string | null; odd: boolean };

export type Block =
  | { kind: "paragraph"; children: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "quote"; blocks: Block[] }
  /** `depth`: how far each item is indented, from 0. */
  | {
      kind: "list";
      ordered: boolean;
      start: number;
      items: { depth: number; children: Inline[] }[];
    };

/** Quotes within quotes, and strokes within strokes. */
const DEPTH = 4;
const ITEM = /^( *)(?:([-*•])|(\d{1,3})[.)]) +(?=\S)/u;
const FENCE = /^ {0,3}```([\w+#.-]*)\s*$/;

/**
 * Reads a message.
 * @param names of the people in the conversation: `@name` is a mention of one, the longest that fits is taken
 */
export function readFormatted(text: string, names: readonly string[] = []): Block[] {
  const sorted = names.filter(Boolean).toSorted((a, b) => b.length - a.length);
  return blocksOf(text.replace(/\r\n?/g, "\n").split("\n"), sorted, 0);
}

function blocksOf(lines: readonly string[], names: readonly string[], depth: number): Block[] {
  const out: Block[] = [];
  let words: string[] = [];
  const say = (): void => {
    const text = words.join("\n").replace(/^\s*\n|\s+$/g, "");
    words = [];
    if (text.trim() !== "")
      out.push({ kind: "paragraph", children: inlinesOf(tame(text), names, 0) });
  };
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (FENCE.test(line)) {
      const end = lines.findIndex((other, index) => index > at && /^ {0,3}```\s*$/.test(other));
      if (end > at) {
        say();
        out.push({ kind: "code", text: tameCode(lines.slice(at + 1, end).join("\n")) });
        at = end;
        continue;
      }
    }
    const quoted = depth < DEPTH ? whileThere(lines, at, (one) => /^ {0,3}>/.test(one)) : 0;
    if (quoted > 0) {
      say();
      const inside = lines.slice(at, at + quoted).map((one) => one.replace(/^ {0,3}> ?/, ""));
      out.push({ kind: "quote", blocks: blocksOf(inside, names, depth + 1) });
      at += quoted - 1;
      continue;
    }
    const first = ITEM.exec(line);
    if (first !== null) {
      const ordered = first[3] !== undefined;
      const items = whileThere(lines, at, (one) => {
        const item = ITEM.exec(one);
        return item !== null && (item[3] !== undefined) === ordered;
      });
      say();
      const base = (first[1] ?? "").length;
      out.push({
        kind: "list",
        ordered,
        start: Number(first[3] ?? 1),
        items: lines.slice(at, at + items).map((one) => {
          const indent = (ITEM.exec(one)?.[1] ?? "").length - base;
          return {
            depth: Math.min(3, Math.max(0, Math.floor(indent / 2))),
            children: inlinesOf(tame(one.replace(ITEM, "")), names, 0),
          };
        }),
      });
      at += items - 1;
      continue;
    }
    words.push(line);
  }
  say();
  return out;
}

function whileThere(
  lines: readonly string[],
  from: number,
  fits: (line: string) => boolean,
): number {
  let count = 0;
  while (from + count < lines.length && fits(lines[from + count] ?? "")) count++;
  return count;
}

/** The strokes, longest first, with what they mean and whether they may stand within a word. */
const STROKES = [
  { sign: "**", kind: "strong", within: true },
  { sign: "~~", kind: "strike", within: true },
  { sign: "*", kind: "em", within: false },
  { sign: "_", kind: "em", within: false },
  { sign: "~", kind: "strike", within: false },
] as const;
const LINK_START = /https?:\/\//iy;
const LINK = /https?:\/\/[^\s<>"'`\u200e\u200f]+/iuy;
const LABELLED = /\[([^[\]\n]{1,500})\]\((https?:\/\/[^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)\)/iuy;
const letter = /[\p{L}\p{N}]/u;

function inlinesOf(text: string, names: readonly string[], depth: number): Inline[] {
  const out: Inline[] = [];
  /** Strokes that nothing closes from here on: looked for once. */
  const open = new Set<string>();
  let plain = "";
  let at = 0;
  const put = (one: Inline, length: number): void => {
    if (plain) out.push({ kind: "text", text: plain });
    plain = "";
    out.push(one);
    at += length;
  };
  while (at < text.length) {
    const sign = text[at] ?? "";
    if (sign === "\\" && /[*_~`[\]()\\>#-]/.test(text[at + 1] ?? "")) {
      plain += text[at + 1];
      at += 2;
      continue;
    }
    if (sign === "`") {
      const ticks = /^`+/.exec(text.slice(at, at + 9))?.[0] ?? "`";
      const end = open.has(ticks) ? -1 : text.indexOf(ticks, at + ticks.length);
      const inside = end < 0 ? "" : text.slice(at + ticks.length, end);
      if (end < 0) open.add(ticks);
      else if (inside.trim() !== "") {
        put(
          { kind: "code", text: tameCode(inside.replace(/^ (.+) $/s, "$1")) },
          end + ticks.length - at,
        );
        continue;
      }
      plain += ticks;
      at += ticks.length;
      continue;
    }
    if (sign === "[") {
      const label = linkAt(text, at, LABELLED);
      const href = label === null ? undefined : safeHref(label[2] ?? "");
      if (label !== null && href !== undefined) {
        put(labelled(label[1] ?? "", label[2] ?? "", href), label[0].length);
        continue;
      }
    }
    if ((sign === "h" || sign === "H") && linkAt(text, at, LINK_START) !== null) {
      const raw = trimLink(linkAt(text, at, LINK)?.[0] ?? "");
      const href = safeHref(raw);
      if (href !== undefined) {
        const { host, odd } = hostOf(href, raw);
        put({ kind: "link", text: raw, href, host: odd ? host : null, odd }, raw.length);
        continue;
      }
    }
    if (sign === "@") {
      const name = names.find((one) => text.startsWith(one, at + 1));
      if (name !== undefined) {
        put({ kind: "mention", text: `@${name}` }, name.length + 1);
        continue;
      }
    }
    const stroke = depth < DEPTH ? strokeAt(text, at, open) : undefined;
    if (stroke !== undefined) {
      const { kind, sign: mark, end } = stroke;
      const children = inlinesOf(text.slice(at + mark.length, end), names, depth + 1);
      put({ kind, children }, end + mark.length - at);
      continue;
    }
    plain += sign;
    at++;
  }
  if (plain) out.push({ kind: "text", text: plain });
  return out;
}

function strokeAt(
  text: string,
  at: number,
  open: Set<string>,
): { kind: "strong" | "em" | "strike"; sign: string; end: number } | undefined {
  for (const { sign, kind, within } of STROKES) {
    if (!text.startsWith(sign, at)) continue;
    if (open.has(sign) || /^\s?$/u.test(text[at + sign.length] ?? "")) return undefined;
    // A longer row of the same sign is no stroke.
    if (text[at + sign.length] === sign[0] && !text.startsWith("***", at)) return undefined;
    if (!within && letter.test(before(text, at))) return undefined;
    for (
      let end = text.indexOf(sign, at + sign.length + 1);
      end >= 0;
      end = text.indexOf(sign, end + 1)
    ) {
      const last = text[end - 1] ?? " ";
      const doubled = sign.length === 1 && (text[end + 1] === sign || last === sign);
      // `***both***` ends with the shorter stroke first.
      const longer = sign.length === 2 && text[end + 2] === sign[0] && text[end + 3] !== sign[0];
      if (longer) end += 1;
      if (/\s/u.test(last) || last === "\\" || doubled) continue;
      if (!within && letter.test(text[end + sign.length] ?? "")) continue;
      return { kind, sign, end };
    }
    open.add(sign);
    return undefined;
  }
  return undefined;
}

function before(text: string, at: number): string {
  const unit = text.codePointAt(at - 1) ?? 0;
  // The second half of a pair: the whole sign begins one before.
  const sign = unit >= 0xdc00 && unit <= 0xdfff ? text.codePointAt(at - 2) : unit;
  return at === 0 ? "" : String.fromCodePoint(sign ?? 0);
}

function linkAt(text: string, at: number, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function labelled(label: string, raw: string, href: string): Inline {
  const { host, odd } = hostOf(href, raw);
  return { kind: "link", text: tame(label), href, host: label === raw && !odd ? null : host, odd };
}

/** Punctuation at the end belongs to the sentence, a closing bracket too unless it was opened in the link. */
function trimLink(link: string): string {
  let end = link.length;
  for (;;) {
    const last = link[end - 1] ?? "";
    const unopened = last === ")" && !link.slice(0, end).includes("(");
    if (!unopened && !/[.,;:!?…»”’\]}*_~،؛؟।。、]/u.test(last)) return link.slice(0, end);
    end--;
  }
}

function safeHref(link: string): string | undefined {
  const url = URL.canParse(link) ? new URL(link) : undefined;
  return url && (url.protocol === "https:" || url.protocol === "http:") && url.hostname
    ? url.href
    : undefined;
}

/** Signs without which there is no formatting to take away. */
const SIGNS = /[*_~`[\\>]|^\s*(?:[-•]|\d{1,3}[.)]) /mu;

/** A message without the signs of its formatting, and tame: for lists, quotes and notices. */
export function plainText(text: string): string {
  if (!SIGNS.test(text)) return tame(text);
  return blocksOf(text.replace(/\r\n?/g, "\n").split("\n"), [], 0).map(plainBlock).join("\n");
}

function plainBlock(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return plainInlines(block.children);
    case "code":
      return block.text;
    case "quote":
      return block.blocks.map(plainBlock).join("\n");
    case "list":
      return block.items
        .map(
          ({ children }, index) =>
            `${block.ordered ? `${block.start + index}.` : "•"} ${plainInlines(children)}`,
        )
        .join("\n");
  }
}

function plainInlines(inlines: readonly Inline[]): string {
  return inlines.map((one) => ("children" in one ? plainInlines(one.children) : one.text)).join("");
}
