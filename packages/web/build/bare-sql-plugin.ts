/**
 * A Vite plugin that leaves the comments of SQL out of the bundle: they stand inside of strings, where no minifier touches them,
 * and every first visit would fetch them. Give it to `worker.plugins`.
 */
import type { Plugin } from "vite";

/** A line of its own that is a comment of SQL; no line of TypeScript begins so. */
const COMMENT = /^[ \t]*-- .*\r?\n/gm;

export function bareSql(): Plugin {
  return {
    name: "baraza-bare-sql",
    enforce: "pre",
    transform(code, id) {
      if (!id.includes("/engine/src/") || !code.includes("CREATE ")) return undefined;
      return { code: code.replace(COMMENT, ""), map: null };
    },
  };
}
