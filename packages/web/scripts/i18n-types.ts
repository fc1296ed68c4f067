/**
 * Writes `src/i18n/messages.gen.ts`: the type of every message's arguments, from the English
 * catalogue. `node scripts/i18n-types.ts`; a test fails while the file is out of date.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { argumentsOf, compileMessage } from "../src/i18n/icu.ts";

const source = new URL("../src/i18n/catalogues/en.json", import.meta.url);
const target = new URL("../src/i18n/messages.gen.ts", import.meta.url);

/** The generated file's text for a catalogue. */
export function typesFor(catalogue: Record<string, string>): string {
  const lines = Object.entries(catalogue).map(([key, message]) => {
    const args = [...argumentsOf(compileMessage(message))].map(([name, kind]) => {
      const type = kind === "text" ? "string | number" : kind === "s" ? "string" : "number";
      return `${name}: ${type}`;
    });
    return `  ${JSON.stringify(key)}: ${args.length > 0 ? `{ ${args.join("; ")} }` : "null"};`;
  });
  return `// Written by scripts/i18n-types.ts from catalogues/en.json.\nexport interface Messages {\n${lines.join("\n")}\n}\n`;
}

if (import.meta.main) {
  writeFileSync(
    target,
    typesFor(JSON.parse(readFileSync(source, "utf8")) as Record<string, string>),
  );
}
