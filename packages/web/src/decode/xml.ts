/**
 * Reads XML as a stream of beginnings, texts and ends. Only what office documents need: no document types, no
 * entities but XML's own five and numbers, no external anything; deep and endless documents end with an error.
 */
import { DecodeError } from "./api.ts";
import { limits } from "./limits.ts";

/** What a reader of XML is told. Names come with the prefix that is in the file, as `w:p`. */
export interface XmlListener {
  open?: (name: string, attributes: (name: string) => string | undefined) => void;
  close?: (name: string) => void;
  text?: (text: string) => void;
}

/** Reads a document. @throws DecodeError `damaged` when it is not well formed, `tooLarge` beyond the limits */
export function readXml(xml: string, listener: XmlListener): void {
  const open: string[] = [];
  let elements = 0;
  let at = 0;
  while (at < xml.length) {
    const bracket = xml.indexOf("<", at);
    if (bracket < 0) break;
    if (bracket > at && open.length > 0) listener.text?.(unescaped(xml.slice(at, bracket)));
    if (xml.startsWith("<!--", bracket)) at = behind(xml, "-->", bracket);
    else if (xml.startsWith("<![CDATA[", bracket)) {
      at = behind(xml, "]]>", bracket);
      listener.text?.(xml.slice(bracket + 9, at - 3));
    } else if (xml.startsWith("<?", bracket)) at = behind(xml, "?>", bracket);
    else if (xml.startsWith("<!", bracket)) throw new DecodeError("damaged", "a document type");
    else {
      const end = endOfTag(xml, bracket);
      if (xml[bracket + 1] === "/") {
        const name = xml.slice(bracket + 2, end).trim();
        if (open.pop() !== name) throw new DecodeError("damaged", "an end without a beginning");
        listener.close?.(name);
      } else {
        if (++elements > limits.xmlElements) throw new DecodeError("tooLarge");
        const empty = xml[end - 1] === "/";
        const tag = xml.slice(bracket + 1, empty ? end - 1 : end);
        const name = /^[^\s/>]+/.exec(tag)?.[0];
        if (name === undefined) throw new DecodeError("damaged");
        listener.open?.(name, (attribute) => attributeOf(tag, attribute));
        if (empty) listener.close?.(name);
        else if (open.push(name) > limits.xmlDepth) throw new DecodeError("tooLarge", "too deep");
      }
      at = end + 1;
    }
  }
  if (open.length > 0) throw new DecodeError("damaged", "it ends too early");
}

/** A file's text as XML: UTF-8, or UTF-16 with its mark. */
export function decodeXml(bytes: Uint8Array): string {
  const wide = bytes[0] === 0xff ? "utf-16le" : bytes[0] === 0xfe ? "utf-16be" : "utf-8";
  return new TextDecoder(wide).decode(bytes);
}

function behind(xml: string, mark: string, from: number): number {
  const found = xml.indexOf(mark, from);
  if (found < 0) throw new DecodeError("damaged");
  return found + mark.length;
}

/** The `>` of a tag, not one within an attribute. */
function endOfTag(xml: string, from: number): number {
  for (let at = from + 1; at < xml.length; at++) {
    const char = xml[at];
    if (char === ">") return at;
    if (char === '"' || char === "'") {
      at = xml.indexOf(char, at + 1);
      if (at < 0) break;
    }
  }
  throw new DecodeError("damaged", "a tag without an end");
}

function attributeOf(tag: string, wanted: string): string | undefined {
  for (const [, name, double, single] of tag.matchAll(/\s([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g))
    if (name === wanted) return unescaped(double ?? single ?? "");
  return undefined;
}

const named: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

function unescaped(text: string): string {
  if (!text.includes("&")) return text;
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{1,8}));/gi,
    (all, ten, hex, name) => {
      if (name !== undefined) return named[String(name)] ?? all;
      const code = ten === undefined ? Number.parseInt(String(hex), 16) : Number(ten);
      return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
        ? String.fromCodePoint(code)
        : "\uFFFD";
    },
  );
}
