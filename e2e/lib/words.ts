/**
 * What stands on the screen, by its key in the app's catalogues: tests look for what people see, and a sentence can still
 * be changed without touching a test.
 */
import { readdirSync, readFileSync } from "node:fs";

export type Language = "en" | "fr" | "es" | "ar" | "th" | "bn";
export type Words = (key: string, args?: Readonly<Record<string, string | number>>) => string;

/** The sentences of a language. @throws Error for a key that is not there, or an argument that is not given */
export function wordsOf(language: Language): Words {
  const folder = new URL("../../packages/web/src/i18n/catalogues/", import.meta.url);
  const catalogue = new Map(
    readdirSync(folder)
      .filter((file) => file === `${language}.json` || file.startsWith(`${language}-`))
      .map((file) => readFileSync(new URL(file, folder), "utf8"))
      .flatMap((text) => Object.entries(JSON.parse(text) as Record<string, string>)),
  );
  return (key, args = {}) => {
    const message = catalogue.get(key);
    if (message === undefined) throw new Error(`there is no sentence "${key}"`);
    return fill({ text: message, at: 0 }, args, language, null);
  };
}

type Reader = { readonly text: string; at: number };
type Args = Readonly<Record<string, string | number>>;

/** Reads a message in ICU's format up to its end or the brace that ends the branch. `count`: what `#` stands for. */
function fill(reader: Reader, args: Args, language: Language, count: number | null): string {
  let out = "";
  for (let char = peek(reader); char !== "" && char !== "}"; char = peek(reader)) {
    if (char === "{") out += argument(reader, args, language, count);
    else {
      reader.at++;
      if (char === "'" && peek(reader) === "'") reader.at++;
      out += char === "#" && count !== null ? number(count, language) : char;
    }
  }
  return out;
}

/** `{name}`, or `{name, plural or select, branch {...} ...}`. */
function argument(reader: Reader, args: Args, language: Language, outer: number | null): string {
  const head = /^\{\s*(\w+)\s*(?:,\s*(plural|select)\s*,\s*)?/.exec(reader.text.slice(reader.at));
  if (head === null) throw new Error(`not understood: ${reader.text.slice(reader.at)}`);
  reader.at += head[0].length;
  const value = args[head[1] ?? ""];
  if (value === undefined) throw new Error(`"${head[1]}" is not given for: ${reader.text}`);
  if (head[2] === undefined) {
    reader.at++;
    return typeof value === "number" ? number(value, language) : value;
  }
  const isPlural = head[2] === "plural";
  const count = isPlural ? Number(value) : outer;
  const branches = new Map<string, string>();
  while (peek(reader) !== "}") {
    const name = /^\s*(=?\w+)\s*\{/.exec(reader.text.slice(reader.at));
    if (name === null) throw new Error(`not understood: ${reader.text.slice(reader.at)}`);
    reader.at += name[0].length;
    branches.set(name[1] ?? "", fill(reader, args, language, count));
    reader.at += /^\}\s*/.exec(reader.text.slice(reader.at))?.[0].length ?? 0;
  }
  reader.at++;
  const wanted = isPlural ? new Intl.PluralRules(language).select(Number(value)) : String(value);
  const chosen = branches.get(`=${value}`) ?? branches.get(wanted) ?? branches.get("other");
  if (chosen === undefined) throw new Error(`no branch for ${value} in: ${reader.text}`);
  return chosen;
}

const peek = ({ text, at }: Reader): string => text[at] ?? "";
const number = (value: number, language: Language): string =>
  new Intl.NumberFormat(language).format(value);
