/**
 * Writes `src/i18n/messages.gen.ts`: the type of every message's arguments, from the English
 * catalogues, and the names of the areas that are loaded apart. `node scripts/i18n-types.ts`; a test fails while the file is out of date.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { argumentsOf, compileMessage } from "../src/i18n/icu.ts";

const source = new URL("../src/i18n/catalogues/", import.meta.url);
const target = new URL("../src/i18n/messages.gen.ts", import.meta.url);

/** A language's catalogues by area; "" is the one that everybody loads. */
export function cataloguesOf(language: string): Map<string, Record<string, string>> {
  const found = readdirSync(source).flatMap((file) => {
    const [, code, area = ""] = /^([a-z]+)(?:-([a-z]+))?\.json$/.exec(file) ?? [];
    if (code !== language) return [];
    const text = readFileSync(new URL(file, source), "utf8");
    return [[area, JSON.parse(text) as Record<string, string>] as const];
  });
  return new Map(found.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The generated file's text for a language's catalogues. */
export function typesFor(catalogues: ReadonlyMap<string, Record<string, string>>): string {
  const entries = [...catalogues.values()].flatMap((sentences) => Object.entries(sentences));
  const areas = [...catalogues.keys()].filter((area) => area !== "");
  const lines = entries.map(([key, message]) => {
    const args = [...argumentsOf(compileMessage(message))].map(([name, kind]) => {
      const type = kind === "text" ? "string | number" : kind === "s" ? "string" : "number";
      return `${name}: ${type}`;
    });
    return `  ${JSON.stringify(key)}: ${args.length > 0 ? `{ ${args.join("; ")} }` : "null"};`;
  });
  const union = areas.map((area) => JSON.stringify(area)).join(" | ") || "never";
  return `// Written by scripts/i18n-types.ts from catalogues/en*.json.\nexport type Area = ${union};\n\nexport interface Messages {\n${lines.join("\n")}\n}\n`;
}

if (import.meta.main) {
  writeFileSync(target, typesFor(cataloguesOf("en")));
}
