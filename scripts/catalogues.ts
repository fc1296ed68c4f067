/** Every sentence of the app is there in every language, with the same arguments and all plurals. */
import { basename } from "node:path";
import { exists, filesBelow, lineAt, type SourceFile } from "./lib/files.ts";

type Catalogue = Record<string, string>;

const folder = "packages/web/src/i18n";
const sourceLanguage = "en";

/** The faults of the app's catalogues, compared with the English one. */
export async function checkCatalogues(): Promise<string[]> {
  if (!exists(folder)) return [];
  const files = filesBelow(`${folder}/catalogues`, /\.json$/);
  if (files.length < 2) return [`${folder}/catalogues: no two languages were found`];
  return catalogueFaults(files);
}

/** The faults of a set of catalogues, given as JSON files named after their language. */
export async function catalogueFaults(files: readonly SourceFile[]): Promise<string[]> {
  const { argumentsOf, compileMessage } = await import("../packages/web/src/i18n/icu.ts");
  const areaOf = (path: string): string => basename(path, ".json").replace(/^[a-z]+/, "");
  const languageOf = (path: string): string => basename(path, ".json").replace(/-.*$/, "");
  const sources = new Map(
    files
      .filter(({ path }) => languageOf(path) === sourceLanguage)
      .map(({ path, text }) => [areaOf(path), JSON.parse(text) as Catalogue]),
  );
  if (!sources.has("")) return [`${folder}/catalogues: ${sourceLanguage}.json is missing`];
  const missing = [...new Set(files.map(({ path }) => languageOf(path)))].flatMap((language) =>
    [...sources.keys()]
      .filter((area) => !files.some(({ path }) => basename(path, ".json") === language + area))
      .map((area) => `${folder}/catalogues: ${language}${area}.json is missing`),
  );
  const describe = (message: string): string =>
    [...argumentsOf(compileMessage(message))].map(([name, kind]) => `${name}:${kind}`).join(" ");

  return files.reduce<string[]>((all, file) => {
    const catalogue = JSON.parse(file.text) as Catalogue;
    const language = languageOf(file.path);
    const english = sources.get(areaOf(file.path)) ?? {};
    const faults = [...keysTwice(file)];
    for (const key of Object.keys(english)) {
      if (!Object.hasOwn(catalogue, key)) faults.push(`${file.path}: "${key}" is missing`);
    }
    for (const [key, message] of Object.entries(catalogue)) {
      const original = english[key];
      if (original === undefined) {
        faults.push(`${file.path}: "${key}" is not in ${sourceLanguage}${areaOf(file.path)}.json`);
        continue;
      }
      if (typeof message !== "string" || message.trim() === "") {
        faults.push(`${file.path}: "${key}" is empty`);
        continue;
      }
      try {
        const [here, there] = [describe(message), describe(original)];
        if (here !== there) {
          faults.push(`${file.path}: "${key}" takes (${here}), in English (${there})`);
        }
      } catch (error) {
        faults.push(`${file.path}: "${key}": ${(error as Error).message}`);
        continue;
      }
      for (const category of pluralsMissing(message, language)) {
        faults.push(`${file.path}: "${key}" has no plural form "${category}"`);
      }
    }
    return [...all, ...faults];
  }, missing);
}

/** JSON keeps the last of two equal keys without a word. */
function* keysTwice({ path, text }: SourceFile): Generator<string> {
  const seen = new Set<string>();
  for (const { 1: key = "", index } of text.matchAll(/^\s*"((?:[^"\\]|\\.)*)"\s*:/gm)) {
    if (seen.has(key)) yield `${path}:${lineAt(text, index)}: "${key}" stands there twice`;
    seen.add(key);
  }
}

/** The plural categories that a language has for whole numbers and a message's plurals lack. */
function pluralsMissing(message: string, language: string): string[] {
  const kinds = [
    { word: "plural", type: "cardinal" },
    { word: "selectordinal", type: "ordinal" },
  ] as const;
  return kinds.flatMap(({ word, type }) => {
    const count = message.split(new RegExp(`,\\s*${word}\\s*,`)).length - 1;
    if (count === 0) return [];
    const rules = new Intl.PluralRules(language, { type });
    const categories = new Set(Array.from({ length: 200 }, (_, n) => rules.select(n)));
    return [...categories].filter(
      (category) => message.split(new RegExp(`\\b${category}\\s*\\{`)).length - 1 < count,
    );
  });
}
