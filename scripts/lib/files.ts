/** The repository's files, as the checks read them. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

/** The repository's root directory. */
export const root: string = join(import.meta.dirname, "../..");

const notOurs = new Set([
  "node_modules",
  ".git",
  ".cache",
  ".data",
  "dist",
  "test-results",
  "package-lock.json",
  "LICENSE",
]);

/** A file of the repository: its path from the root, with `/`, and how to read it. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The paths of the files below a folder (from the root, sorted) that are neither built nor installed. */
export function pathsBelow(folder = "."): string[] {
  const found: string[] = [];
  const visit = (directory: string): void => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (notOurs.has(entry.name)) continue;
      const path = join(directory, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile()) found.push(relative(root, path).replaceAll("\\", "/"));
    }
  };
  if (exists(folder)) visit(join(root, folder));
  return found.toSorted();
}

/** The files below a folder whose path matches. */
export function filesBelow(folder: string, pattern: RegExp): SourceFile[] {
  return pathsBelow(folder)
    .filter((path) => pattern.test(path))
    .map((path) => ({ path, text: readText(path) }));
}

/** A file's text, by its path from the root. */
export function readText(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** A JSON file's value, by its path from the root. The caller says what it is. */
export function readJson<T>(path: string): T {
  return JSON.parse(readText(path)) as T;
}

/** Whether there is something at a path from the root. */
export function exists(path: string): boolean {
  return statSync(join(root, path), { throwIfNoEntry: false }) !== undefined;
}

/** The line on which an offset lies, counted from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
