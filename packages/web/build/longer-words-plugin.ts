import type { Plugin } from "vite";
import type { Compiled, CompiledCatalogue, Piece } from "../src/i18n/icu.ts";

/**
 * A language that nobody speaks, for tests of the layout: every word of every catalogue is longer by at least two fifths, without a
 * place to break it. Goes behind the plugin that compiles the catalogues.
 */
export function longerWords(): Plugin {
  return {
    name: "baraza-longer-words",
    enforce: "pre",
    transform(code, id) {
      if (!/\/i18n\/catalogues\/[a-z-]+\.json$/i.test(id)) return null;
      const catalogue = JSON.parse(code) as CompiledCatalogue;
      const longer = Object.entries(catalogue).map(([key, message]) => [key, stretched(message)]);
      return { code: JSON.stringify(Object.fromEntries(longer)), map: null };
    },
  };
}

/** A compiled message with longer words; arguments, choices and numbers stay. */
export function stretched(message: Compiled): Compiled {
  return typeof message === "string" ? stretch(message) : message.map(piece);
}

function piece(one: Piece): Piece {
  if (typeof one === "string") return stretch(one);
  if (one === 0 || one.length === 1) return one;
  const [name, kind, branches] = one;
  const longer = Object.entries(branches).map(([key, branch]) => [key, stretched(branch)]);
  return [name, kind, Object.fromEntries(longer)];
}

/** Repeats the beginning of each word at its end. Combining marks stay with their letters. */
function stretch(text: string): string {
  return text.replace(/[\p{L}\p{M}]{2,}/gu, (word) => {
    const letters = word.match(/\p{L}\p{M}*/gu) ?? [];
    return word + letters.slice(0, Math.ceil(letters.length * 0.4)).join("");
  });
}
