import { createRequire } from "node:module";
import type { Plugin } from "vite";
import { languages } from "../src/i18n/languages.ts";

interface Listed {
  readonly emoji: string;
  readonly skin_tone_support: boolean;
  readonly emoji_version: string;
}
interface Annotations {
  readonly annotations: {
    readonly annotations: Record<string, { default?: readonly string[]; tts?: readonly string[] }>;
  };
}

/** Newer ones are boxes in the fonts of many devices. */
const NEWEST = 15.1;

const require = createRequire(import.meta.url);

/**
 * The emoji with their names and words in one language: groups in Unicode's order, in each a line per emoji, its parts divided by bars:
 * the emoji, with a plus behind it where it has skin tones; its name; its words. Those without a name in the language
 * (people turned to the other side, whole families) are left out; flags have none, since browsers know what countries are called.
 */
export function emojiIn(language: string): string[][] {
  const groups = require("unicode-emoji-json/data-by-group.json") as {
    readonly emojis: readonly Listed[];
  }[];
  const { annotations } = (
    require(`cldr-annotations-full/annotations/${language}/annotations.json`) as Annotations
  ).annotations;
  return groups.map(({ emojis }) =>
    emojis.flatMap(({ emoji, skin_tone_support: toned, emoji_version: version }) => {
      if (Number(version) > NEWEST) return [];
      if (/^\p{Regional_Indicator}{2}$/u.test(emoji)) return [emoji];
      const said = annotations[emoji.replaceAll("\uFE0F", "")] ?? annotations[emoji];
      const name = said?.tts?.[0];
      if (name === undefined) return [];
      const words = (said?.default ?? []).filter((word) => word !== name);
      return [[`${emoji}${toned ? "+" : ""}`, name, ...words].join("|")];
    }),
  );
}

/** `virtual:emoji` has a loader for each language's emoji; each is a file that is fetched with the first picker in that language. */
export function emoji(): Plugin {
  return {
    name: "baraza-emoji",
    resolveId(id) {
      // The name of the file tells the service worker which language it belongs to.
      const [, language] = /^virtual:emoji\/([a-z]+)$/.exec(id) ?? [];
      if (language !== undefined) return `\0/${language}-emojis.js`;
      return id === "virtual:emoji" ? "\0virtual:emoji" : undefined;
    },
    load(id) {
      const [, language] = /^\0\/([a-z]+)-emojis\.js$/.exec(id) ?? [];
      if (language !== undefined)
        return `export default JSON.parse(${JSON.stringify(JSON.stringify(emojiIn(language)))});`;
      if (id !== "\0virtual:emoji") return undefined;
      const loaders = languages.map(
        ({ code }) => `${code}: () => import("virtual:emoji/${code}").then((one) => one.default)`,
      );
      return `export default { ${loaders.join(", ")} };`;
    },
  };
}
