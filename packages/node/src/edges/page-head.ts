/**
 * Reads what a web page says of itself in its head: title, description and site. Whoever made the page is a stranger, so nothing
 * of it may take long, however it is written, and what comes out is plain text that is bounded and hides nothing.
 */
import { LIMITS } from "@baraza/protocol";
import { Parser } from "htmlparser2";

/** Texts may be empty. */
export type Head = { title: string; description: string; site: string };

export type HeadReader = {
  /** Takes the next bytes of the page. @returns true when the head is over, and nothing that follows is looked at. */
  write: (part: Uint8Array) => boolean;
  /** What was found in all that came. Call it once, at the end. */
  end: () => Head;
};

/**
 * What comes in smaller pieces is put together: the parser takes the square of their number where one word goes through many. It is
 * also how far into a page it may say in which encoding it is written (HTML, section 4.2.5.4).
 */
const PIECE = 1024;
/** Elements inside each other: the parser takes ever longer the deeper they go, and no head is deep. */
const DEEPEST = 64;
/** The name that the title's own element has among those of `meta`. */
const TITLE = "<title>";

/** What is looked for, and how long each may be. */
const WANTED = new Map<string, number>([
  ["og:title", LIMITS.pageTitle],
  ["twitter:title", LIMITS.pageTitle],
  [TITLE, LIMITS.pageTitle],
  ["og:description", LIMITS.pageDescription],
  ["description", LIMITS.pageDescription],
  ["og:site_name", LIMITS.pageSite],
]);

/** Reads one page. `charset`: the label that came with it, where there was one. */
export function createHeadReader(charset: string | null): HeadReader {
  const head = createHeadParser();
  let held: Uint8Array[] = [];
  let size = 0;
  let decoder: TextDecoder | null = null;
  const pass = (): TextDecoder => {
    const piece = Buffer.concat(held, size);
    held = [];
    size = 0;
    decoder ??= decoderOf([markedCharset(piece), charset, declaredCharset(piece)]);
    head.write(decoder.decode(piece, { stream: true }));
    return decoder;
  };
  return {
    write: (part) => {
      held.push(part);
      size += part.length;
      if (size >= PIECE) pass();
      return head.isOver();
    },
    end: () => {
      head.write(pass().decode());
      return head.end();
    },
  };
}

/**
 * The text of a stranger as it can be shown in one line: in normal form C, without control characters, without those that turn the
 * order of a line around, white space collapsed. Above `max` UTF-16 units it is cut and ends in "…". Empty where there is nothing to see.
 */
export function cleanText(raw: string, max: number): string {
  const plain = raw
    .replaceAll(/(?!\s)[\p{Cc}\p{Cs}\p{Bidi_Control}]/gu, "")
    .replaceAll(/\s+/gu, " ")
    .trim();
  if (!/[\p{L}\p{N}\p{P}\p{S}]/u.test(plain)) return "";
  // Four units become one at most. An endless row of marks is not brought into its order, which takes the square of its length.
  const room = 4 * max;
  const text = prefix(plain, room).normalize("NFC");
  if (plain.length <= room && text.length <= max) return text;
  return `${prefix(text, max - 1).trimEnd()}…`;
}

/** Cuts at the boundary of a character. */
function prefix(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, "");
}

function createHeadParser() {
  const found = new Map<string, string>();
  const open: string[] = [];
  let title = "";
  let over = false;
  const keep = (name: string, raw: string) => {
    const max = WANTED.get(name);
    if (max === undefined || found.has(name)) return;
    const text = cleanText(raw, max);
    if (text !== "") found.set(name, text);
  };
  const stop = () => {
    over = true;
    parser.pause();
  };
  const parser = new Parser({
    onopentagname: (name) => {
      if (over) return;
      if (name === "body" || open.length >= DEEPEST) stop();
      else open.push(name);
    },
    onopentag: (name, { property, name: called, content }) => {
      if (over || name !== "meta" || content === undefined) return;
      // Pages mix the two up.
      for (const key of [property, called]) keep(key?.trim().toLowerCase() ?? "", content);
    },
    ontext: (text) => {
      // Drawings have titles as well.
      if (!over && open.at(-1) === "title" && !open.includes("svg")) title += text;
    },
    onclosetag: (name) => {
      if (over) return;
      open.pop();
      if (name === "head") stop();
      else if (name === "title") {
        keep(TITLE, title);
        title = "";
      }
    },
  });
  const first = (...names: string[]): string =>
    names.map((name) => found.get(name)).find((text) => text !== undefined) ?? "";
  return {
    write: (text: string) => {
      if (!over) parser.write(text);
    },
    isOver: () => over,
    end: (): Head => {
      // Closes what is open, a title that was cut off with it.
      if (!over) parser.end();
      return {
        title: first("og:title", "twitter:title", TITLE),
        description: first("og:description", "description"),
        site: first("og:site_name"),
      };
    },
  };
}

/** By the first label that is known; else UTF-8. What does not fit is replaced, never refused. */
function decoderOf(labels: readonly (string | null)[]): TextDecoder {
  for (const label of labels) {
    if (label === null) continue;
    try {
      return new TextDecoder(label);
    } catch {
      // Not a label, or one of an encoding that is no longer read.
    }
  }
  return new TextDecoder();
}

/** By the mark at the very beginning. */
function markedCharset(start: Buffer): string | null {
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return "utf-8";
  if (start[0] === 0xfe && start[1] === 0xff) return "utf-16be";
  return start[0] === 0xff && start[1] === 0xfe ? "utf-16le" : null;
}

/** By what the page itself declares. */
function declaredCharset(start: Buffer): string | null {
  const labels: string[] = [];
  const parser = new Parser({
    onopentag: (name, { charset, content, "http-equiv": says }) => {
      if (name !== "meta") return;
      const type = says?.trim().toLowerCase() === "content-type" ? content : undefined;
      const label = charset ?? /charset\s*=\s*["']?([^\s;"']+)/i.exec(type ?? "")?.[1];
      if (label !== undefined) labels.push(label);
    },
  });
  parser.write(start.toString("latin1", 0, PIECE));
  const label = labels[0] ?? null;
  // What can be read byte by byte is not written in pairs of them (HTML, section 13.2.3.2).
  return label !== null && /^\s*utf-?16/i.test(label) ? "utf-8" : label;
}
