/**
 * A Vite plugin that leaves out of the bundle what the store does not use of SQLite's JavaScript: a second copy of the whole
 * library for its own worker, the OPFS back-end that needs SharedArrayBuffer, and virtual tables written in JavaScript. The
 * store works without this plugin too; the download is then some 60 KiB (gzip) larger. Give it to both `plugins` and `worker.plugins`.
 */
import { fileURLToPath } from "node:url";

/** The parts, each known by something that only it contains. */
const UNUSED = [
  "sqlite3.initWorker1API = ",
  "sqlite3.vtab = vtab",
  "const installOpfsVfs = ",
] as const;
const START = "globalThis.sqlite3ApiBootstrap.initializers.push(function (sqlite3) {";
const END = "\n      });\n";

export type SlimPlugin = {
  name: string;
  enforce: "pre";
  config(): { optimizeDeps: { exclude: string[] } };
  resolveId(id: string): string | undefined;
  transform(code: string, id: string): { code: string; map: null } | undefined;
};

/** @throws Error during the build when the library's text is no longer what this cuts. */
export function slimSqlite(): SlimPlugin {
  const library = fileURLToPath(
    new URL(
      "./sqlite-wasm/jswasm/sqlite3-bundler-friendly.mjs",
      import.meta.resolve("@evolu/sqlite-wasm"),
    ),
  );
  return {
    name: "baraza-slim-sqlite",
    enforce: "pre",
    // Vite's development server would otherwise move the library away from its WASM file.
    config: () => ({ optimizeDeps: { exclude: ["@evolu/sqlite-wasm"] } }),
    resolveId: (id) => (id === "@evolu/sqlite-wasm" ? library : undefined),
    transform(code, id) {
      if (id.split("?")[0] !== library) return undefined;
      return { code: UNUSED.reduce(cut, code), map: null };
    },
  };
}

/** Takes the initializer that contains a text out. */
export function cut(code: string, marker: string): string {
  const at = code.indexOf(marker);
  const start = code.lastIndexOf(START, at);
  const end = code.indexOf(END, at);
  if (at < 0 || start < 0 || end < 0 || code.slice(start, at).includes(END))
    throw new Error(`@evolu/sqlite-wasm has changed: nothing to cut at "${marker}"`);
  return code.slice(0, start) + code.slice(end + END.length);
}
