import type { Plugin } from "vite";
import { compileCatalogue } from "../src/i18n/icu.ts";

/**
 * Compiles a language's catalogue while it is bundled, so that no message is parsed on a phone and a
 * malformed one fails the build. What comes out is plain JSON for `src/i18n/format.ts`.
 */
export function catalogues(): Plugin {
  return {
    name: "baraza-catalogues",
    enforce: "pre",
    transform(code, id) {
      if (!/\/i18n\/catalogues\/[a-z-]+\.json$/i.test(id)) return null;
      const source = JSON.parse(code) as Record<string, string>;
      return { code: JSON.stringify(compileCatalogue(source)), map: null };
    },
  };
}
