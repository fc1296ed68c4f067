/** The table of settings in docs/running-a-node.md is made from the node's own list. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { exists, readText, root } from "./lib/files.ts";

const list = "packages/node/src/config.ts";
const page = "docs/running-a-node.md";
const marks = /(?<=<!-- settings -->\n)[\s\S]*?(?=<!-- end of settings -->)/;

interface Setting {
  readonly fallback: string | number | boolean | null;
  readonly what: string;
}

/** Says when the page does not show the settings that the node has. */
export async function checkSettings(): Promise<string[]> {
  if (!exists(list)) return [];
  const text = readText(page);
  if (!marks.test(text)) return [`${page}: the marks around the table of settings are gone`];
  const settings = await readSettings();
  return text.replace(marks, () => tableOf(settings)) === text
    ? []
    : [`${page}: the table of settings is out of date; run "node scripts/settings.ts"`];
}

/** The table of settings as Markdown, ending with an empty line. */
export function tableOf(settings: Record<string, Setting>): string {
  const rows = Object.entries(settings).map(([key, { fallback, what }]) => {
    const kebab = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const variable = `BARAZA_${kebab.replaceAll("-", "_").toUpperCase()}`;
    return [`\`--${kebab}\``, `\`${variable}\``, `\`${key}\``, describe(fallback), what];
  });
  const table = [["flag", "variable", "in the file", "if not set", "what it is"], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const [head = [], ...body] = table;
  return `\n${[line(head), rule, ...body.map(line)].join("\n")}\n\n`;
}

function describe(fallback: Setting["fallback"]): string {
  if (fallback === null) return "none";
  const isOwnFolder = typeof fallback === "string" && fallback.startsWith(root);
  return isOwnFolder ? "the app in this checkout" : `\`${fallback}\``;
}

async function readSettings(): Promise<Record<string, Setting>> {
  const { SETTINGS } = (await import(join(root, list))) as { SETTINGS: Record<string, Setting> };
  return SETTINGS;
}

if (import.meta.main) {
  const table = tableOf(await readSettings());
  writeFileSync(
    join(root, page),
    readText(page).replace(marks, () => table),
  );
}
